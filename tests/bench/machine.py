# SPDX-License-Identifier: BSD-2-Clause
"""The machine that figures are of, and the file that they go to."""
import os
import pathlib
import platform
import sys


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def about():
    return {"kernel": platform.release(), "processor": processor(), "cores": os.cpu_count(),
            "load_before": round(os.getloadavg()[0], 2)}


def can_write(program, path):
    """Says so where not, before there is something to write."""
    try:
        open(path, "a", encoding="utf-8").close()
    except OSError as error:
        print(f"{program}: --json: {error}", file=sys.stderr)
        return False
    return True
