#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""format.py [ROOT]: every C and C++ file is as .clang-format has it (clang-format-19 -i FILE)."""
import pathlib
import re
import subprocess

import rules

HERE = pathlib.Path(__file__).parents[2]
_SAID = re.compile(r"^(.+):(\d+):\d+: (?:error|warning): ", re.MULTILINE)
_CLANG_FORMAT = ["clang-format-19", "--dry-run"]


def format_(path, text):
    """One text; folders have a .clang-format of their own."""
    if not rules.is_c(path):
        return []
    said = subprocess.run([*_CLANG_FORMAT, f"--assume-filename={HERE / path}"], input=text,
                          capture_output=True, text=True, check=True).stderr
    return [(int(line), "clang-format-19 has it otherwise")
            for _, line in _SAID.findall(said)[:1]]


def check_tree(root):
    """All files at once: starting clang-format takes longer than its work."""
    paths = [root / path for path, _ in rules.sources(root) if rules.is_c(path)]
    said = subprocess.run([*_CLANG_FORMAT, *paths], capture_output=True, text=True,
                          check=True).stderr
    print(said, end="")
    found = _SAID.findall(said)
    print(f"{len(paths)} files, {len(found)} problems")
    return 1 if found or len(paths) < 100 else 0


BAD = [("controller/a.cpp", "int a( ) ;\n"), ("bpf/a.h", "int f(void) {\n    int a = 1;\n\n    return a;\n}\n"),
       ("tests/a.hpp", "int f()\n{\n    return 1;\n}\n")]
GOOD = [("bpf/a.h", "int f(void)\n{\n    int a = 1;\n\n    return a;\n}\n"), ("tools/a.py", "int a( ) ;\n")]

if __name__ == "__main__":
    rules.main(format_, BAD, GOOD, check_tree)
