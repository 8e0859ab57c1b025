# SPDX-License-Identifier: BSD-2-Clause
"""The programs on other kernels than that of this host."""
import functools
import os
import re

from lab.guard import REPOSITORY
from lab.vm.kernel import obtain
from lab.vm.machine import Machine

_LIMIT_S = 900


def _fixtures():
    build = os.environ.get("GMGUARD_BUILD") or REPOSITORY / "build"
    return os.path.join(build, "tests/bpf/bpf_programs")


def _load_and_pass(package):
    """All of them load, and every fixture of tests/bpf passes."""
    kernel = obtain(package)
    told = bytearray()
    status = Machine(kernel).run([_fixtures(), "--gtest_color=no"], _LIMIT_S, tell=told.extend)
    text = told.decode(errors="replace")
    passed = re.search(r"^\[  PASSED  \] (\d+) tests?\.$", text, re.MULTILINE)
    if status != 0 or not passed or int(passed.group(1)) == 0:
        failed = re.findall(r"^\[  FAILED  \] ([\w./]+)$", text, re.MULTILINE)
        raise AssertionError(f"on {kernel.release}: {', '.join(failed) or text[-3000:]}")
    print(f"    {passed.group(1)} fixtures on {kernel.release}", flush=True)


def name_of(package):
    """As part of the name of a case."""
    return re.sub(r"\W+", "_", os.path.basename(package) if package.endswith(".deb") else package)


def cases(packages):
    for package in packages:
        yield f"Programs.LoadAndPass_{name_of(package)}", functools.partial(_load_and_pass, package)
