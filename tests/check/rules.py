# SPDX-License-Identifier: BSD-2-Clause
"""What the checks have in common: the tree's files, the report, the self-test.

A rule is a function (path, text) -> [(line, what is wrong)], path being a PurePosixPath below the
root of the repository."""
import pathlib
import sys

FOLDERS = ("bpf", "controller", "include", "tests", "tools")
C_SUFFIXES = {".c", ".cpp", ".h", ".hpp"}
NOT_SOURCES = {"__pycache__"}


def is_c(path):
    return path.suffix in C_SUFFIXES


def sources(root):
    """(path below root, text) of every text file in FOLDERS."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if not path.is_file() or NOT_SOURCES & set(path.parts):
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # captures and other data
            yield pathlib.PurePosixPath(path.relative_to(root)), text


def check_tree(rule, root):
    found = looked = 0
    for path, text in sources(root):
        looked += 1
        for line, what in rule(path, text):
            print(f"{path}:{line}: {what}")
            found += 1
    print(f"{looked} files, {found} problems")
    return 1 if found or looked < 100 else 0


def self_test(rule, bad, good):
    """bad and good: [(path, text)]. Every bad one must have a problem, no good one any."""
    wrong = [f"not noticed: {path}: {text!r}" for path, text in bad
             if not rule(pathlib.PurePosixPath(path), text)]
    for path, text in good:
        problems = rule(pathlib.PurePosixPath(path), text)
        if problems:
            wrong.append(f"wrongly noticed: {path}: {text!r}: {problems}")
    print("\n".join(wrong) or f"{len(bad)} bad and {len(good)} good samples told apart")
    return 1 if wrong else 0


def main(rule, bad, good, check=None):
    """check: of a whole tree at once, in place of check_tree()."""
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test(rule, bad, good))
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    sys.exit(check(pathlib.Path(root)) if check else check_tree(rule, pathlib.Path(root)))
