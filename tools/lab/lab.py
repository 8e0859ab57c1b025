# SPDX-License-Identifier: BSD-2-Clause
"""One run of the lab: everything it makes is under its own name, and goes with it."""
import contextlib
import os
import pathlib
import shutil
import signal
import time

from .kamailio import Kamailio
from .network import PROTECTED, UNPROTECTED, Network
from .phone import Phone
from .processes import LabError, run, wait_until

STATE = pathlib.Path("/run/gmguard-lab")
BPFFS = pathlib.Path("/sys/fs/bpf")


def cgroup2_mount():
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            _, where, kind, *_ = line.split()
            if kind == "cgroup2":
                return pathlib.Path(where)
    raise LabError("no cgroup2 is mounted (try: mount -t cgroup2 none /sys/fs/cgroup)")


def ensure_bpffs():
    with open("/proc/mounts", encoding="utf-8") as mounts:
        if any(line.split()[1] == str(BPFFS) for line in mounts):
            return
    run("mount", "-t", "bpf", "bpf", BPFFS)


class Lab:
    """Namespaces gmg<id>-*, a cgroup, a directory of files and a pin path, all of this run.

    The P-CSCF lives in the cgroup pcscf/kamailio. The guard attaches to its parent, which stays
    when Kamailio restarts (H7)."""

    protected_ports, protection = [5100, PROTECTED], "terminated"  # of the guard's listeners
    answering = UNPROTECTED, PROTECTED  # ports of the P-CSCF that answer a REGISTER in clear
    patience_s, start_s = 0.7, 30  # for an answer, and until there is one

    def __init__(self, identity=None, keep=False, network=Network):
        self.identity = str(identity or os.getpid())
        self.dies_with_us = not keep
        self.network = network(f"gmg{self.identity}")
        self.directory = STATE / self.identity
        self.pins = BPFFS / f"gmguard-lab-{self.identity}"
        self._cgroups = cgroup2_mount() / f"gmguard-lab-{self.identity}"
        self.pcscf = self.core = None

    def cgroup(self, side):
        """The cgroup of the processes of a side."""
        path = self._cgroups / ("pcscf/kamailio" if side == "pcscf" else side)
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def guarded_cgroup(self):
        return self._cgroups / "pcscf"

    def up(self):
        self.claim()
        self.network.up()
        self.serve()

    def claim(self):
        """What is ours is known as ours from here on, also to remove_leftovers()."""
        self.directory.mkdir(parents=True)
        (self.directory / "owner").write_text(_who(os.getpid()), encoding="ascii")
        ensure_bpffs()
        self.cgroup("pcscf")

    def serve(self):
        """P-CSCF and core, on a network that is up."""
        self.core = Kamailio(self, "core", "core.cfg", self.network.core)
        self.pcscf = Kamailio(self, "pcscf", "pcscf.cfg", self.network.mw)
        self.restart()

    def restart(self):
        """P-CSCF and core afresh, with nobody registered, and answering."""
        self.core.restart()
        self.pcscf.restart()
        for address in ("192.0.2.2", "2001:db8:1::2"):
            with Phone(self.network, "ue", "nobody", address, 5059) as phone:
                phone.patience_s = self.patience_s
                for port in self.answering:
                    wait_until(lambda: phone.ask(phone.register_request(), port), self.start_s,
                               f"an answer of the P-CSCF at {phone.pcscf}, port {port}")

    def renew_pcscf(self):
        """The P-CSCF afresh, in a cgroup afresh, as a service manager does it."""
        self.pcscf.stop()
        self.cgroup("pcscf").rmdir()
        self.pcscf.start()

    def pcscf_cpu_s(self):
        """CPU time of the P-CSCF so far, in seconds."""
        for line in (self.cgroup("pcscf") / "cpu.stat").read_text(encoding="ascii").splitlines():
            if line.startswith("usage_usec "):
                return int(line.split()[1]) / 1e6
        raise LabError("no usage_usec in cpu.stat")

    def down(self):
        """Removes all of this run, also what a killed owner left. Never raises half-way."""
        for kamailio in (self.pcscf, self.core):
            if kamailio:
                kamailio.stop()
        _kill_all(self._cgroups)
        self.network.down()
        _remove_pins(self.pins)
        _remove_cgroups(self._cgroups)
        shutil.rmtree(self.directory, ignore_errors=True)
        with contextlib.suppress(OSError):
            STATE.rmdir()

    def keep(self):
        (self.directory / "kept").touch()


def _who(pid):
    """A process, by its number and the time it began, as numbers come again."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        return f"{pid} {stat.read().rpartition(')')[2].split()[19]}"


def _owner_lives(directory):
    try:
        owner = (directory / "owner").read_text(encoding="ascii")
        return _who(int(owner.split()[0])) == owner
    except (OSError, ValueError, IndexError):
        return False


def remove_leftovers(kept=False):
    """Takes down the labs whose owner is gone; with kept also those left up on purpose. Returns
    their names."""
    gone = []
    for directory in sorted(STATE.iterdir()) if STATE.is_dir() else []:
        if _owner_lives(directory) or ((directory / "kept").exists() and not kept):
            continue
        Lab(directory.name).down()
        gone.append(directory.name)
    return gone


def _kill_all(cgroup):
    if not cgroup.is_dir():
        return
    with contextlib.suppress(OSError):
        (cgroup / "cgroup.kill").write_text("1", encoding="ascii")
    end = time.monotonic() + 5
    while "populated 1" in (cgroup / "cgroup.events").read_text(encoding="ascii"):
        if time.monotonic() > end:
            break
        time.sleep(0.02)


def _remove_cgroups(cgroup):
    for directory, _, _ in os.walk(cgroup, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(directory)


def _remove_pins(path):
    """Unpinning the links detaches the programs, unpinning the maps frees them."""
    for directory, _, files in os.walk(path, topdown=False):
        for name in files:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(directory, name))
        with contextlib.suppress(OSError):
            os.rmdir(directory)


@contextlib.contextmanager
def stopping_on_signals():
    """Inside the block a request to end is an exception, so that every `finally` runs."""
    def ask(number, _frame):
        raise KeyboardInterrupt(signal.Signals(number).name)
    wanted = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = {number: signal.signal(number, ask) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def undisturbed():
    """Inside the block a second Ctrl-C does not cut a clean-up short."""
    wanted = {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}
    before = {number: signal.signal(number, signal.SIG_IGN) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
