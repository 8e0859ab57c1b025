#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""words.py [ROOT]: nothing is left for later in a source."""
import re

import rules

# In pieces, so that this file does not hold them.
MARKS = re.compile(r"\b(?:" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX")) + r")\b")


def words(path, text):
    return [(number, f"left for later: {line.strip()}")
            for number, line in enumerate(text.split("\n"), 1) if MARKS.search(line)]


BAD = [("bpf/a.h", "/* TO" "DO: more */\n"), ("tools/a.py", "x = 1  # FIX" "ME\n"),
       ("controller/a.cpp", "// X" "XX wrong\n"), ("controller/CMakeLists.txt", "# TO" "DO\n")]
GOOD = [("tests/a.hpp", 'char name[] = "/tmp/gmguard-XXXXXX";\n'), ("bpf/a.h", "int todo;\n")]

if __name__ == "__main__":
    rules.main(words, BAD, GOOD)
