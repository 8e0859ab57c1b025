# SPDX-License-Identifier: BSD-2-Clause
"""Instructions of the processor that each BPF program executes, with what it calls in the kernel. No
counters of the hardware are needed: the clock of an emulated machine counts them."""
import json
import shlex

from lab.processes import LabError
from lab.vm.kernel import obtain
from lab.vm.machine import Machine, why_not

_LIMIT_S = 600  # takes a tenth of it on a host with nothing else to do
_FIGURES = "/tmp/figures.json"


def executed(bench):
    """The table of bench_programs, and its figures by section."""
    if why := why_not():
        raise LabError(f"instructions are not counted: {why}")
    command = f"{shlex.quote(str(bench))} --count --json {_FIGURES} && cat {_FIGURES}"
    told = bytearray()
    kernel = obtain()
    status = Machine(kernel, memory_mb=2048, counts=True).run(["sh", "-c", command], _LIMIT_S,
                                                              tell=told.extend)
    *table, figures = told.decode(errors="replace").splitlines() or [""]
    if status != 0:
        raise LabError(f"bench_programs ended with {status}: {figures}")
    return [f"instructions on {kernel.release}", *table], json.loads(figures)
