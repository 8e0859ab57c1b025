# SPDX-License-Identifier: BSD-2-Clause
"""The programs on other kernels than that of this host."""
import functools
import os
import pathlib
import re

from executed import executed
from lab.guard import REPOSITORY
from lab.vm.kernel import DEFAULT, obtain
from lab.vm.machine import Machine

_LIMIT_S = 900
_BUDGET = pathlib.Path(__file__).with_name("executed.txt")


def _built(path):
    return os.path.join(os.environ.get("GMGUARD_BUILD") or REPOSITORY / "build", path)


def _load_and_pass(package):
    """All of them load, and every fixture of tests/bpf passes."""
    kernel = obtain(package)
    told = bytearray()
    status = Machine(kernel).run([_built("tests/bpf/bpf_programs"), "--gtest_color=no"], _LIMIT_S,
                                 tell=told.extend)
    text = told.decode(errors="replace")
    passed = re.search(r"^\[  PASSED  \] (\d+) tests?\.$", text, re.MULTILINE)
    if status != 0 or not passed or int(passed.group(1)) == 0:
        failed = re.findall(r"^\[  FAILED  \] ([\w./]+)$", text, re.MULTILINE)
        raise AssertionError(f"on {kernel.release}: {', '.join(failed) or text[-3000:]}")
    print(f"    {passed.group(1)} fixtures on {kernel.release}", flush=True)


def _budget():
    """{case: instructions}"""
    lines = _BUDGET.read_text(encoding="ascii").splitlines()
    return {name: int(count) for name, count in
            (line.split() for line in lines if not line.startswith("#"))}


def _execute_few():
    """None of them executes a tenth more than its budget: this needs no quiet machine."""
    _, figures = executed(_built("tests/bench/bench_programs"))
    counts = {name.removesuffix("_executed"): count for name, count in
              figures["instructions"].items()}
    budget = _budget()
    if unknown := counts.keys() ^ budget.keys():
        raise AssertionError(f"counted or in {_BUDGET.name}, not both: {', '.join(unknown)}")
    over = [f"{name}: {count:.0f} instructions, more than {budget[name]} and a tenth"
            for name, count in counts.items() if count * 10 > budget[name] * 11]
    if over:
        raise AssertionError("; ".join(over))


def name_of(package):
    """As part of the name of a case."""
    return re.sub(r"\W+", "_", os.path.basename(package) if package.endswith(".deb") else package)


def cases(packages):
    for package in packages:
        yield f"Programs.LoadAndPass_{name_of(package)}", functools.partial(_load_and_pass, package)
    if DEFAULT in packages:
        yield f"Programs.ExecuteFewInstructions_{name_of(DEFAULT)}", _execute_few
