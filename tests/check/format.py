#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""format.py [ROOT]: every C and C++ file is as .clang-format has it (clang-format-19 -i FILE)."""
import pathlib
import subprocess

import rules

HERE = pathlib.Path(__file__).parents[2]  # folders have a .clang-format of their own


def format_(path, text):
    if not rules.is_c(path):
        return []
    done = subprocess.run(["clang-format-19", f"--assume-filename={HERE / path}"], input=text,
                          capture_output=True, text=True, check=True).stdout
    if done == text:
        return []
    pairs = zip(text.split("\n"), done.split("\n"))
    line = next(number for number, (is_, should) in enumerate(pairs, 1) if is_ != should)
    return [(line, "clang-format-19 has it otherwise")]


BAD = [("controller/a.cpp", "int a( ) ;\n"), ("bpf/a.h", "int f(void) {\n    int a = 1;\n\n    return a;\n}\n"),
       ("tests/a.hpp", "int f()\n{\n    return 1;\n}\n")]
GOOD = [("bpf/a.h", "int f(void)\n{\n    int a = 1;\n\n    return a;\n}\n"), ("tools/a.py", "int a( ) ;\n")]

if __name__ == "__main__":
    rules.main(format_, BAD, GOOD)
