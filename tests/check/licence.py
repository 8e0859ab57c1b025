#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licence.py [ROOT]: every source says its licence in its first lines; what becomes part of a BPF
program may be GPL too, because the kernel's helpers ask for it."""
import rules

BSD = "BSD-2-Clause"
BOTH = "GPL-2.0-only OR BSD-2-Clause"
TAG = "SPDX-License-Identifier: "
SUFFIXES = rules.C_SUFFIXES | {".py", ".sh", ".cfg", ".xml"}


def allowed(path):
    if path.parts[:2] == ("bpf", "host"):
        return {BSD, BOTH}
    if path.parts[0] in ("bpf", "include") or path.name.endswith(".bpf.c"):
        return {BOTH}
    if path.parts[0] == "tests" and path.suffix == ".h":  # C: a test's program may include it
        return {BSD, BOTH}
    return {BSD}


def licence(path, text):
    if path.suffix not in SUFFIXES and not text.startswith("#!"):
        return []
    said = [line.split(TAG)[1].removesuffix("-->").removesuffix("*/").strip()
            for line in text.split("\n")[:4] if TAG in line]
    if len(said) == 1 and said[0] in allowed(path):
        return []
    return [(1, f"says {' and '.join(said) or 'no licence'}, not {' or '.join(allowed(path))}")]


BAD = [("controller/a.cpp", "int a;\n"),
       ("controller/a.cpp", f"// {TAG}MIT\n"),
       ("bpf/a.bpf.c", f"// {TAG}BSD-2-Clause\n"),
       ("tools/run", "#!/bin/sh\ntrue\n"),
       ("tools/lab/a.py", "\n" * 9 + f"# {TAG}BSD-2-Clause\n")]
GOOD = [("controller/a.cpp", f"// {TAG}BSD-2-Clause\n"),
        ("include/gmguard/a.h", f"/* {TAG}GPL-2.0-only OR BSD-2-Clause\n */\n"),
        ("tools/a.xml", f"<?xml?>\n<!-- {TAG}BSD-2-Clause -->\n"),
        ("tools/run", f"#!/bin/sh\n# {TAG}BSD-2-Clause\n"),
        ("controller/admin/openapi.json", "{}\n")]

if __name__ == "__main__":
    rules.main(licence, BAD, GOOD)
