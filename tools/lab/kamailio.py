# SPDX-License-Identifier: BSD-2-Clause
"""Debian's Kamailio as P-CSCF and as core."""
import pathlib
import re
import shutil

from . import network
from .processes import LabError, run, start, stop, wait_until

DOMAIN = "ims.test"
_WORDS = ("GM4", "GM4B", "GM4C", "GM6", "MW", "CORE", "CORE_PORT", "UNPROTECTED", "PROTECTED",
          "UNPROTECTED_B", "PROTECTED_B")
_HERE = pathlib.Path(__file__).parent


def _fill(template, words):
    text = (_HERE / template).read_text(encoding="utf-8")
    for name, value in words.items():
        text = text.replace(f"@{name}@", str(value))
    left = re.search(r"@[A-Z0-9_]+@", text)
    if left:
        raise LabError(f"{template}: {left.group()} is not filled in")
    return text


def version():
    """As in "5.6.3", or "?" without Kamailio."""
    binary = _binary()
    found = re.search(r"kamailio (\d[\w.]*)", run(binary, "-v")) if binary else None
    return found.group(1) if found else "?"


def _binary():
    return shutil.which("kamailio", path="/usr/sbin:/usr/bin")


class Kamailio:
    """One Kamailio; restart() forgets all its registrations. more: names that only its template
    has."""

    def __init__(self, lab, side, template, address, start_s=15, **more):
        self._lab, self._side, self._address = lab, side, address
        self._start_s = start_s
        name = pathlib.Path(template).name
        self._config = lab.directory / name
        self.log = lab.directory / f"{name}.log"
        words = {name: getattr(network, name) for name in _WORDS}
        words |= {"MW": lab.network.mw, "CORE": lab.network.core}
        text = _fill(template, {**words, **more, "DOMAIN": DOMAIN})
        self._config.write_text(text, encoding="utf-8")
        self._process = None

    def start(self):
        binary = _binary()
        if not binary:
            raise LabError("no kamailio: run tools/deps --demo")
        runtime = self._lab.directory / f"{self._side}-run"
        runtime.mkdir(exist_ok=True)
        self._process = start(
            [binary, "-f", self._config, "-DD", "-E", "-m", "128", "-M", "8", "-Y", runtime],
            netns=self._lab.network.name(self._side), cgroup=self._lab.cgroup(self._side),
            log=self.log, dies_with_us=self._lab.dies_with_us)
        try:
            wait_until(self._listens, self._start_s, f"Kamailio as {self._side}", self._process)
        except LabError as error:
            raise LabError(f"{error}; {self.log} ends with:\n{self.last_words()}") from None

    def _listens(self):
        packed = bytes(map(int, self._address.split(".")))
        wanted = f"{int.from_bytes(packed, 'little'):08X}:{network.CORE_PORT:04X}"
        try:
            with open(f"/proc/{self._process.pid}/net/udp", encoding="ascii") as sockets:
                return any(wanted in line for line in sockets)
        except FileNotFoundError:
            return False  # it has ended; wait_until says so

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def stop(self):
        if self._process:
            stop(self._process)
            self._process = None

    def restart(self):
        self.stop()
        self.start()

    @property
    def pid(self):
        return self._process.pid
