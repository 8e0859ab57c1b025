#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""function_length.py [ROOT]: no function is longer than 60 lines, from its opening to its closing
brace (Python: from def to its last line). Lambdas count as part of what they stand in;
a table of cases in a test (name{ ... }; over several lines) counts as its first line."""
import ast
import re

import rules

LONGEST = 60
# What must not be read as code: comments, text (raw text first), characters, directives.
OPAQUE = re.compile(
    r'R"(?P<end>[^ ()\\\n]{0,16})\((?:.|\n)*?\)(?P=end)"'
    r'|//[^\n\v]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
SCOPE = re.compile(r"^\s*(?:template\s*<.*>\s*)?(?:inline\s+)?(?:namespace\b|extern\s*$|"
                   r"(?:typedef\s+)?(?:struct|class|union|enum)\b[^()=]*$)", re.DOTALL)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)|alignas\([^)]*\)")
TABLE = re.compile(r"^([ ]+)(?!.*\b(?:else|do|try|const|noexcept|mutable) \{$)"
                   r"(?:.*[\w\]])(?: =)? ?\{\n"
                   r"(?:.*\n)*?\1\}(?=[;)])", re.MULTILINE)
MEMBER = re.compile(r"[:,]\s*\w[\w:]*(?:<[^(]*>)?\s*$")  # name_ of "Type() : name_{...}"


def blank(match):
    return re.sub(r"[^\n\v]", " ", match.group())


def kind(head):
    """What the brace behind `head` opens: "scope", "function", "member" or "value"."""
    head = ATTRIBUTE.sub("", head)
    if SCOPE.match(head):
        return "scope"
    outside = re.sub(r"operator\s*[=!<>]+", "operator", head)
    while "(" in outside and re.search(r"\([^()]*\)", outside):
        outside = re.sub(r"\([^()]*\)", "@", outside)
    if "@" not in outside or re.search(r"(?<![<>=!])=(?!=)", re.sub(r"<[^<>]*>", "", outside)):
        return "value"
    if re.search(r"@\s*(?:noexcept\s*)?:", outside) and MEMBER.search(outside):
        return "member"
    return "function"


def in_function(stack):
    return any(opened[0] == "function" for opened in stack)


def c_functions(text):
    """(first line, lines) of each function."""
    code = OPAQUE.sub(blank, text)
    stack, start = [], 0
    for at, sign in ((m.start(), m.group()) for m in re.finditer(r"[{};]", code)):
        if sign == "{":
            what = "inner" if in_function(stack) else kind(code[start:at])
            stack.append((what, at, start))
        elif sign == "}" and stack:
            what, opened, head = stack.pop()
            if what == "function":
                first = len(re.findall(r"[\n\v]", code[:opened])) + 1
                yield first, code.count("\n", opened, at) + 1
            if what in ("member", "value"):
                start = head
                continue
        if not in_function(stack):
            start = at + 1


def without_tables(text):
    """A table's line ends as vertical tabs, which count for a place and not for a length."""
    return TABLE.sub(lambda match: match.group().replace("\n", "\v"), text)


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def functions(path, text):
    if rules.is_c(path):
        return list(c_functions(without_tables(text) if path.parts[0] == "tests" else text))
    if path.suffix == ".py" or text.startswith(("#!/usr/bin/python3", "#!/usr/bin/env python3")):
        return list(python_functions(text))
    return []


def function_length(path, text):
    return [(line, f"a function of {lines} lines, more than {LONGEST}")
            for line, lines in functions(path, text) if lines > LONGEST]


LONG = "    f();\n" * 60
SHORT = "    f();\n" * 57
BAD = [("controller/a.cpp", "namespace a {\nint f(int b) {\n" + LONG + "}\n}\n"),
       ("controller/a.cpp", "A::A(int b) noexcept : b_{b}, c_{1} {\n" + LONG + "}\n"),
       ("tests/a_test.cpp",
        "TEST(A, B) {\n    R rows{\n        {1},\n    };\n" + LONG + "}\n"),
       ("controller/a.cpp", "constexpr int kA[] = {1, 2};\nvoid f() {\n" + LONG + "}\n"),
       ("controller/a.cpp", "bool operator==(A a, A b) {\n" + LONG + "}\n"),
       ("controller/a.cpp", "template <typename T = int> void f(T a = {}) {\n" + LONG + "}\n"),
       ("controller/a.cpp", "void f() {\n    char c = '{';\n" + LONG + "}\n"),
       ("controller/a.cpp", "void f() {\n    auto a = R\"(}})\";\n" + LONG + "}\n"),
       ("tests/a_test.cpp", "TEST(A, B_WhenC) {\n" + LONG + "}\n"),
       ("tests/a_test.cpp", "TEST(A, B) {\n    R rows{\n        {1},\n    };\n" + LONG + "}\n"),
       ("tests/a_test.cpp", "TEST(A, B) {\n    for (a) {\n" + LONG + "    };\n}\n"),
       ("controller/a.cpp", "void f() {\n    R rows{\n" + "        {1},\n" * 60 + "    };\n}\n"),
       ("bpf/a.bpf.c", "struct a *f(void)\n{\n" + LONG + "}\n"),
       ("bpf/a.bpf.c", "SEC(\"xdp\")\nint f(void *c)\n{\n    if (c) {\n" + LONG + "    }\n}\n"),
       ("tools/a.py", "def f():\n" + LONG.replace(";", "") + "    return 1\n")]
GOOD = [("controller/a.cpp", "int f(int b) {\n" + SHORT + "}\n"),
        ("controller/a.cpp", "namespace a {\n" + "int f() {\n}\n" * 60 + "}\n"),
        ("controller/a.cpp", "int f() {\n}\nnamespace a {\n" + "int f() {\n}\n" * 60 + "}\n"),
        ("bpf/a.h", "struct __attribute__((packed)) a {\n" + "int a;\n" * 90 + "};\n"),
        ("controller/a.cpp", "class A {\n" + "    int f() {\n    }\n" * 60 + "};\n"),
        ("controller/a.cpp", "constexpr A kA = {\n" + "    f(1),\n" * 90 + "};\n"),
        ("tests/a_test.cpp", "TEST(A, B) {\n    R rows{\n" + "        {1},\n" * 60 + "    };\n}\n"),
        ("tests/a_test.cpp", "R f() {\n    return {\n" + "        {1},\n" * 60 + "    };\n}\n"),
        ("include/a.h", "#define A(X) \\\n" + "    X(1) { \\\n" * 90 + "\nint a;\n"),
        ("controller/a.cpp", "/* f() {\n" + LONG + "} */\n"),
        ("tools/a.py", "def f():\n" + SHORT.replace(";", "") + "    return 1\n")]

if __name__ == "__main__":
    rules.main(function_length, BAD, GOOD)
