# SPDX-License-Identifier: BSD-2-Clause
"""gmguardd around the P-CSCF of the lab, steered and read through the command line gmguard."""
import collections
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time

from .kamailio import DOMAIN
from .network import GM4, GM6, UNPROTECTED
from .processes import LabError, run, start, stop, wait_until
from .unix_http import can_connect

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SLASH64 = "2001:db8:64::/48"  # the pool where a /64 is one subscriber

_LISTENER = """
[[listener]]
name = "{name}"
profile = "{profile}"
address = "{address}"
unprotected_ports = [{unprotected}]
protected_ports = {protected}
protection = "{protection}"
"""
_CORE = """
[[interface]]
name = "mw0"
netns = "{netns}"
side = "core"
[core]
peers = ["{core}"]
listeners = ["{mw}:{unprotected}"]
"""
_SHARED_CORE = """
[core]
peers = ["{core}"]
"""
_CONFIG = """# The guard of one run of the lab.
mode = "{mode}"
[[interface]]
name = "gm0"
netns = "{netns}"
side = "gm"
{listeners}{of_core}
[cgroup]
path = "{cgroup}"
[[pool]]
name = "slash64"
prefix = "{slash64}"
unit = 64
port = false
conflict = "strict"
[home]
domains = ["{domain}"]
{home}
[pins]
path = "{pins}"
[store]
path = "{store}"
[admin]
{admin}
"""

Counts = collections.namedtuple("Counts", "dropped would_drop")  # each a Counter by reason


def find(name):
    """A program of the build: in $GMGUARD_BUILD, else in build/."""
    build = pathlib.Path(os.environ.get("GMGUARD_BUILD") or REPOSITORY / "build")
    if os.access(build / "bin" / name, os.X_OK):
        return build / "bin" / name
    raise LabError(f"no {name} in {build}: build first (cmake -S . -B build -G Ninja && "
                   f"ninja -C build), or name the folder in GMGUARD_BUILD")


def _adopting(more, seconds):
    """TOML takes no table twice."""
    head = f"[limits]\nadopt_s = {seconds}\n"
    return more.replace("[limits]\n", head, 1) if "[limits]\n" in more else f"{more}\n{head}"


class Guard:
    """One gmguardd. What it attached stays attached when it is killed, until detach()."""

    def __init__(self, lab):
        self._lab = lab
        self.config = lab.directory / "gmguard.toml"
        self.socket = lab.directory / "admin.sock"
        self.store = lab.directory / "store" / "gmguard.db"
        self.log = lab.directory / "gmguardd.log"
        self.patience_s, self.start_s = 3.0, 60  # of wait_for(), and until gmguardd answers
        self.admin = f'listen = "unix:{self.socket}"'  # of the next configuration
        self.profile = "annex-d"  # of the next configuration, as these two
        self.home = ""  # more of [home], of the next configuration
        self._process = None

    def write_config(self, mode, more="", adopt_s=0):
        network = self._lab.network
        words = {"netns": network.name("pcscf"), "mw": network.mw, "core": network.core,
                 "unprotected": UNPROTECTED, "protected": self._lab.protected_ports,
                 "protection": self._lab.protection, "profile": self.profile}
        listeners = "".join(
            _LISTENER.format(name=name, address=address, **words)
            + ("shared_interface = true\n" if address == network.mw else "")
            for name, address in (("gm4", GM4), ("gm6", GM6)))
        of_core = (_SHARED_CORE if network.mw == GM4 else _CORE).format(**words)
        self.config.write_text(_CONFIG.format(
            mode=mode, listeners=listeners, of_core=of_core, cgroup=self._lab.guarded_cgroup,
            slash64=SLASH64, domain=DOMAIN, pins=self._lab.pins, admin=self.admin,
            store=self.store, home=self.home, **words) + _adopting(more, adopt_s), encoding="utf-8")

    def start(self, mode="enforce", more="", adopt_s=0):
        """Starts gmguardd; more is appended to its configuration. What speaks in monitor is adopted
        in the first adopt_s seconds."""
        self.write_config(mode, more, adopt_s)
        self.resume()

    def begin(self, program="gmguardd", **environment):
        """Starts gmguardd on the configuration that is there, and does not wait for it."""
        self._process = start([find(program), "--config", self.config],
                              cgroup=self._lab.cgroup("guard"), log=self.log,
                              dies_with_us=self._lab.dies_with_us,
                              env={**os.environ, **environment})

    def lives(self):
        return self._process is not None and self._process.poll() is None

    def resume(self):
        """Starts gmguardd on the configuration that is there."""
        self.begin()
        self.await_ready()

    def await_ready(self):
        """Waits until gmguardd answers."""
        try:
            wait_until(self._ready, self.start_s, "gmguardd", self._process)
        except LabError as error:
            words = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise LabError(f"{error}; {self.log} ends with:\n{words}") from None

    def _ready(self):
        # Asked often, so what is sure to fail must cost nothing: a daemon that was killed leaves its
        # socket behind.
        with contextlib.suppress(LabError):
            return can_connect(self.socket) and self.cli("status") is not None
        return False

    def await_end(self):
        """Waits for a daemon that will not start: its exit status, and the last it said."""
        code = self._process.wait(30)
        self._process = None
        return code, self.log.read_text(errors="replace")[-2000:]

    def stop(self):
        """Ends the daemon; the programs stay attached."""
        if self._process:
            stop(self._process)
            self._process = None

    def signal(self, number):
        self._process.send_signal(number)

    @contextlib.contextmanager
    def stopped(self):
        """Inside the block the daemon is there and does nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self):
        """As a crash would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def detach(self):
        """Ends the daemon and takes everything out of the kernel."""
        self.stop()
        self.cli("--pins", self._lab.pins, "detach", "--all")

    @property
    def command(self):
        return [str(find("gmguard")), "--server", f"unix:{self.socket}"]

    def run(self, *words):
        """The completed process of one gmguard command, output as text."""
        return subprocess.run([*self.command, *map(str, words)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=20)

    def cli(self, *words):
        """What a gmguard command says, as data; LabError where it fails."""
        done = self.run(*words, "-o", "json")
        if done.returncode != 0:
            raise LabError(f"gmguard {' '.join(map(str, words))}: exit {done.returncode}: "
                           f"{(done.stdout + done.stderr).strip()[:500]}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def metrics(self):
        """What Prometheus is told."""
        return run("curl", "-sS", "--unix-socket", self.socket, "http://gmguard/metrics")

    def drops(self):
        return self.cli("drops")["items"]

    def set_mode(self, mode):
        self.cli("mode", "set", "all", mode)

    def counts(self, hook=None):
        """All drops so far, by reason; hook: of that hook alone. A message that would be dropped is
        counted at every hook that sees it."""
        counts = Counts(collections.Counter(), collections.Counter())
        for item in self.drops():
            if hook not in (None, item["hook"]):
                continue
            counts.dropped[item["reason"]] += item["dropped"]
            counts.would_drop[item["reason"]] += item["would_drop"]
        return counts

    def since(self, before, hook=None):
        """The drops since counts() returned `before`; only reasons that moved."""
        now = self.counts(hook)
        return Counts(now.dropped - before.dropped, now.would_drop - before.would_drop)

    @property
    def pid(self):
        return self._process.pid

    def memory_kib(self):
        """What the daemon has in memory."""
        for line in open(f"/proc/{self._process.pid}/status", encoding="ascii"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise LabError("no VmRSS")

    def bindings(self):
        return self.cli("bindings", "list", "--limit", 0)["items"]

    def binding_of(self, phone):
        """The binding of a phone's user on its selector, or None."""
        return next((item for item in self.bindings()
                     if item["impi"] == phone.impi and item["selector"] == phone.here), None)

    def wait_for(self, condition, what, timeout_s=None):
        """Waits for what the guard learns a moment after the wire."""
        timeout_s = timeout_s or self.patience_s
        end = time.monotonic() + timeout_s
        while not (found := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"not within {timeout_s:g} s: {what}")
            time.sleep(0.02)
        return found
