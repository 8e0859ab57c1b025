# SPDX-License-Identifier: BSD-2-Clause
"""The feed of security associations against kernels that have ESP."""
import functools
import os
import re

from lab.guard import REPOSITORY
from lab.vm.kernel import obtain
from lab.vm.machine import Machine

_LIMIT_S = 600


def _follow(package):
    """Lists, follows, resyncs: all of tests/vm/xfrm_test.cpp."""
    build = os.environ.get("GMGUARD_BUILD") or REPOSITORY / "build"
    kernel = obtain(package)
    told = bytearray()
    program = [os.path.join(build, "tests/vm/vm_xfrm"), "--gtest_color=no"]
    status = Machine(kernel).run(program, _LIMIT_S, tell=told.extend)
    text = told.decode(errors="replace")
    passed = re.search(r"^\[  PASSED  \] (\d+) tests?\.$", text, re.MULTILINE)
    if status != 0 or not passed:
        failed = re.findall(r"^\[  FAILED  \] ([\w./]+)$", text, re.MULTILINE)
        raise AssertionError(f"on {kernel.release}: {', '.join(failed)}: {text[-3000:]}")
    print(f"    {passed.group(1)} cases on {kernel.release}", flush=True)


def cases(packages):
    for package in packages:
        name = re.sub(r"\W+", "_", os.path.basename(package) if package.endswith(".deb")
                      else package)
        yield f"Xfrm.FeedFollowsTheKernel_{name}", functools.partial(_follow, package)
