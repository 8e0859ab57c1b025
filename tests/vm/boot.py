# SPDX-License-Identifier: BSD-2-Clause
"""The machine boots, with the units as they are shipped (L5): what reaches a socket of the P-CSCF
that listens from the first moment, while messages pour in."""
import json
import pathlib
import tempfile

from guest import HONEST
from lab.guard import REPOSITORY, find
from lab.kamailio import DOMAIN
from lab.network import CORE, GM4, GM6, MW, PROTECTED, UNPROTECTED
from lab.processes import run
from lab.vm.machine import Machine
from lab.vm.services import APPEND, INIT, Services

_GUEST = pathlib.Path(__file__).parent / "guest.py"
_SHIPPED = REPOSITORY / "tools/systemd"
_BOOT_S = 600  # takes a tenth of it on a host with nothing else to do


def _listener(name, address):
    return f"""[[listener]]
name = "{name}"
profile = "annex-d"
address = "{address}"
unprotected_ports = [{UNPROTECTED}]
protected_ports = [5100, {PROTECTED}]
protection = "terminated"
"""


_CONFIG = f"""mode = "enforce"
[[interface]]
name = "gm0"
[[interface]]
name = "mw0"
side = "core"
{_listener("gm4", GM4)}
{_listener("gm6", GM6)}
[core]
peers = ["{CORE}"]
listeners = ["{MW}:{UNPROTECTED}"]
[home]
domains = ["{DOMAIN}"]
"""
_NETWORK = f"""[Unit]
DefaultDependencies=no
Wants=network-pre.target network.target
After=network-pre.target vm-sink.service
Before=network.target
[Service]
Type=notify
ExecStart=/usr/bin/python3 -B {_GUEST} network
[Install]
WantedBy=sysinit.target
"""
_SINK = f"""[Unit]
DefaultDependencies=no
[Service]
Type=notify
ExecStart=/usr/bin/python3 -B {_GUEST} sink
[Install]
WantedBy=sysinit.target
"""
# Where it stands is what is shipped; what a phone talks to comes later (guest.py).
_KAMAILIO = """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
[Install]
WantedBy=multi-user.target
"""


class Host:
    """A P-CSCF's host with gmguard installed; what is in /var/lib/gmguard outlives a boot."""

    def __init__(self, kernel, config=_CONFIG):
        self._folder = tempfile.TemporaryDirectory(prefix="gmguard-boot-")
        folder = pathlib.Path(self._folder.name)
        services = Services(folder / "tree")
        for name in ("gmguardd", "gmguard"):
            services.put(f"/usr/sbin/{name}", find(name))
        services.put("/etc/gmguard/gmguard.toml", config)
        services.put("/etc/gmguard/right.toml", _CONFIG)
        services.put("/etc/gmguard/closed.nft", _SHIPPED / "closed.nft")
        for name in ("gmguardd.service", "gmguard-closed.service"):
            services.add(name, _SHIPPED / name)
        for name, text in (("vm-network", _NETWORK), ("vm-sink", _SINK), ("kamailio", _KAMAILIO)):
            services.add(f"{name}.service", text)
        services.add_command("gmguardd.service kamailio.service")
        disk = folder / "disk"
        run("truncate", "-s", "64M", disk)
        run("/sbin/mkfs.ext4", "-q", disk)
        self._journal = ""  # of the guard, at the last boot
        self._machine = Machine(kernel, services.tree, disk, INIT)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._folder.cleanup()
        if kind is AssertionError:
            print(self._journal, flush=True)

    def boot(self, *words, without=()):
        """What guest.py saw of one boot; without: units that are not started in it."""
        masks = [f"systemd.mask={unit}.service" for unit in without]
        self._machine.append = " ".join([APPEND, *masks])
        told = bytearray()
        status = self._machine.run(["/usr/bin/python3", "-B", _GUEST, "look", *words], _BOOT_S,
                                   tell=told.extend)
        if status != 0:
            raise AssertionError(f"guest.py ended with {status}: {told.decode(errors='replace')}")
        seen = json.loads(told.decode().splitlines()[-1])
        self._journal = seen.pop("journal")
        return Boot(seen)


class Boot:
    """One boot as it was seen; times in microseconds since its begin."""

    def __init__(self, seen):
        self.seen = seen
        self.sink = seen["sink"]
        self.forbidden = [each for each in self.sink if each["from"] != HONEST]
        self.honest = [each for each in self.sink if each["from"] == HONEST]

    def state(self, unit):
        return self.seen[unit]["ActiveState"]

    def moment(self, unit, change):
        return int(self.seen[unit][f"{change}TimestampMonotonic"])

    def check_ground(self):
        """The test is one: the sink listened before the interface was there, on fresh pins."""
        assert self.seen["listens_us"] < self.seen["up_us"], "the sink came after the network"
        assert not self.seen["pins"], f"pins after a boot: {self.seen['pins']}"

    def check_guarded(self):
        """From power-on to the end nothing came but what the guard let pass."""
        self.check_ground()
        assert self.state("gmguardd") == "active", f"gmguardd is {self.state('gmguardd')}"
        assert self.seen["gmguardd"]["NRestarts"] == "0", "gmguardd had to be started again"
        assert self.state("gmguard-closed") == "inactive", "the ports are still closed"
        assert not self.forbidden, f"reached the port: {self.forbidden[:3]}"
        assert self.honest, "the honest phone never got through"
        opened = self.moment("gmguard-closed", "ActiveExit")
        early = [each for each in self.honest if each["at_us"] < opened]
        assert not early, f"reached the port before it was guarded: {early[:3]}"
        assert self.moment("kamailio", "ActiveEnter") >= self.moment("gmguardd", "ActiveEnter"), \
            "the P-CSCF was started before the guard was ready"
