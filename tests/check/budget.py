#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""budget.py PROGRAM_SIZES [--update]: verified instructions of each program on this kernel, against
budget.txt; more than a tenth over it fails. --update writes this kernel's lines anew.
A kernel that budget.txt does not know is skipped: its verifier counts differently."""
import os
import pathlib
import subprocess
import sys

FILE = pathlib.Path(__file__).with_name("budget.txt")
SKIP = 77
OPTIONAL = {"gm_show"}  # a locked-down kernel may refuse it


def release():
    return ".".join(os.uname().release.split(".")[:2])


def measured(program):
    done = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True, timeout=120)
    return {name: int(count) for name, count in (line.split() for line in done.stdout.splitlines())}


def parse(text):
    """{kernel: {program: instructions}}"""
    out = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kernel, program, count = line.split()
            out.setdefault(kernel, {})[program] = int(count)
    return out


def problems(sizes, budget):
    out = [f"{name}: no budget" for name in sizes if name not in budget]
    out += [f"{name}: has a budget and was not loaded" for name in budget
            if name not in sizes and name not in OPTIONAL]
    out += [f"{name}: {sizes[name]} instructions, more than {limit} and a tenth"
            for name, limit in budget.items() if sizes.get(name, 0) * 10 > limit * 11]
    return out


def update(sizes):
    lines = FILE.read_text().splitlines()
    kept = [line for line in lines if line.split(" ")[0] != release()]
    kept += [f"{release()} {name} {count}" for name, count in sizes.items()]
    FILE.write_text("\n".join(kept) + "\n")


def self_test():
    budget = parse("# kernel program instructions\n6.1 a 1000\n6.1 b 20\n6.18 a 1\n")["6.1"]
    assert problems({"a": 1000, "b": 20}, budget) == []
    assert problems({"a": 1100, "b": 1}, budget) == []
    assert problems({"a": 1101, "b": 20}, budget) == [
        "a: 1101 instructions, more than 1000 and a tenth"]
    assert problems({"a": 1000}, budget) == ["b: has a budget and was not loaded"]
    assert problems({"a": 1, "b": 2, "c": 3}, budget) == ["c: no budget"]
    assert problems({"a": 1}, {"a": 1, "gm_show": 149}) == []
    return 0


def main(program):
    sizes = measured(program)
    for name, count in sizes.items():
        print(f"{release()} {name} {count}")
    if "--update" in sys.argv:
        update(sizes)
        return 0
    budget = parse(FILE.read_text()).get(release())
    if budget is None:
        print(f"no budget for kernel {release()}")
        return SKIP
    found = problems(sizes, budget)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1] == "--self-test" else main(sys.argv[1]))
