#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""file_length.py [ROOT]: no C or C++ file of the product is longer than 600 lines."""
import rules

LONGEST = 600
PRODUCT = ("bpf", "controller", "include", "tools")


def file_length(path, text):
    lines = text.count("\n")
    if path.parts[0] not in PRODUCT or not rules.is_c(path) or lines <= LONGEST:
        return []
    return [(lines, f"{lines} lines, more than {LONGEST}")]


BAD = [("controller/a.cpp", "\n" * 601), ("bpf/a.h", "\n" * 700),
       ("tools/gmguard/a.hpp", "\n" * 601)]
GOOD = [("controller/a.cpp", "\n" * 600), ("controller/admin/openapi.json", "\n" * 900)]

if __name__ == "__main__":
    rules.main(file_length, BAD, GOOD)
