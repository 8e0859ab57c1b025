# SPDX-License-Identifier: BSD-2-Clause
"""Phones and attackers inside real ESP, on Debian's kernels: one machine for each kernel, which
plays all cases that were chosen."""
import functools
import pathlib
import re
import time

from arena import Skip
from arena import cases as arena_cases
from cases_programs import name_of
from lab.guard import find
from lab.processes import LabError
from lab.vm.kernel import obtain
from lab.vm.machine import Machine
import esp_phones  # noqa: F401: its cases make themselves known
import esp_attacks  # noqa: F401
import esp_reports  # noqa: F401
import esp_renewals  # noqa: F401
import esp_contests  # noqa: F401
import esp_streams  # noqa: F401
import esp_profile  # noqa: F401
import esp_fragments  # noqa: F401
import esp_nat  # noqa: F401

_GUEST = pathlib.Path(__file__).parent / "guest_esp.py"
_LIMIT_S = 1800  # takes a sixth of it on a host with nothing else to do
_LINE = re.compile(r"^(ok|FAIL|skip) (\S+?)(?:: (.*?))?(?: \([\d.]+ s\))?$", re.MULTILINE)


class Played:
    """What the cases of one kernel came to. The machine runs when the first is asked for."""

    def __init__(self, package, chosen):
        self._package, self._chosen = package, chosen
        self._results = None
        self._failure = None  # of the machine

    def check(self, name):
        """Raises what the case came to, if it is not all well."""
        if self._results is None:
            self._play()
        if name not in self._results:
            raise self._failure
        word, why = self._results[name]
        if word != "ok":
            raise (Skip if word == "skip" else AssertionError)(why)

    def _play(self):
        begun, told = time.monotonic(), bytearray()
        self._results = {}
        try:
            build = find("gmguardd").parents[1]
            kernel = obtain(self._package)
            command = ["/usr/bin/env", f"GMGUARD_BUILD={build}", "/usr/bin/python3", "-B", _GUEST,
                       *self._chosen]
            status = Machine(kernel).run(command, _LIMIT_S, tell=told.extend)
            text = told.decode(errors="replace")
            self._failure = AssertionError(f"not played; {_GUEST.name} ended with {status}: "
                                           f"{text[-2000:]}")
            print(f"    {len(self._chosen)} cases on {kernel.release} in "
                  f"{time.monotonic() - begun:.0f} s", flush=True)
        except LabError as error:
            self._failure = error
        self._results = {name: (word, why) for word, name, why
                         in _LINE.findall(told.decode(errors="replace"))}


def cases(packages, is_chosen):
    """(name, function) of all; only those that are chosen can be played."""
    for package in packages:
        full = {each.name: f"{each.name}_{name_of(package)}" for each in arena_cases()}
        played = Played(package, [name for name in full if is_chosen(full[name])])
        for name in full:
            yield full[name], functools.partial(played.check, name)
