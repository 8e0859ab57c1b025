# SPDX-License-Identifier: BSD-2-Clause
"""Where the bench takes place: phones and flood come by one veth pair, ue0 to gm0, without a bridge
between. A second pair, idle0 to idle1, discards what is sent there: what is measured on it is the
flood's own share."""
import array
import fcntl
import pathlib
import socket
import struct
import time

from lab.guard import REPOSITORY
from lab.kamailio import Kamailio
from lab.lab import Lab
from lab.network import Network
from lab.processes import LabError, in_netns, netns_path, run

GATEWAY = "192.0.2.2"     # whom the P-CSCF sends what is for the flood's sources
SOURCES = "100.64.0.0/10"  # has all of them
_SIOCETHTOOL, _ETHTOOL_SGRO = 0x8946, 0x2C


def sources():
    """Those of the flood, as (address, port), as gm_flood.h numbers them."""
    for number in range(100000):
        high, low = divmod(number, 10000)
        yield (f"100.{100 + high}.{100 + low // 100}.{100 + low % 100}", 10000 + number % 50000)


class LiveNetwork(Network):
    def _access(self):
        for side, link, other, far in (("ue", "ue0", "pcscf", "gm0"),
                                       ("ue", "idle0", "access", "idle1"),
                                       ("evil", "evil0", "access", "evil1")):
            self.ip(side, "link", "add", link, "type", "veth",
                    "peer", "name", far, "netns", self.name(other))
            self.ip(side, "link", "set", link, "up")
            self.ip(other, "link", "set", far, "up")
        self._receive_frames("pcscf", "gm0")
        self._receive_frames("access", "idle1")
        self.ip("access", "link", "set", "idle1", "down")  # no frame gets there
        self.sysctl("pcscf", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0")

    def up(self):
        super().up()
        self.ip("pcscf", "route", "add", SOURCES, "via", GATEWAY, "dev", "gm0")
        self.ip("pcscf", "neigh", "replace", GATEWAY, "lladdr", self.mac("ue", "ue0"), "dev", "gm0",
                "nud", "permanent")

    def _receive_frames(self, side, link):
        """By GRO a veth that is up takes XDP frames without having a program."""
        value = array.array("I", (_ETHTOOL_SGRO, 1))
        request = struct.pack("16sP", link.encode(), value.buffer_info()[0])
        with in_netns(self.name(side)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_one:
            fcntl.ioctl(any_one, _SIOCETHTOOL, request.ljust(40, b"\0"))

    def _within(self, side, *command, **options):
        return run("nsenter", f"--net={netns_path(self.name(side))}", "--", *command, **options)

    def in_pcscf(self, *command, **options):
        return self._within("pcscf", *command, **options)

    def _device(self, side, link):
        """Its line of /proc/net/dev."""
        lines = self._within(side, "cat", "/proc/net/dev").splitlines()
        return next(line for line in lines if f" {link}:" in line).split(":")[1].split()

    def received(self):
        """Packets that gm0 got so far."""
        return int(self._device("pcscf", "gm0")[1])

    def crowded_out(self):
        """Packets so far that found no room in the ring of gm0, as its CPU had no time for it."""
        return int(self._device("ue", "ue0")[11])

    def udp(self):
        """The P-CSCF's UDP counters, by name."""
        names, values = (line.split()[1:] for line in self.in_pcscf("cat", "/proc/net/snmp")
                         .splitlines() if line.startswith("Udp: "))
        return dict(zip(names, map(int, values)))


class LiveLab(Lab):
    """The lab with two P-CSCFs, one at a time: the lab's own, and one that guards itself."""

    def __init__(self):
        super().__init__(network=LiveNetwork)

    def serve(self):
        plain = _template("pcscf.cfg")
        self.core = Kamailio(self, "core", "core.cfg", self.network.core)
        self.plain = self._kamailio("plain.cfg", plain)
        self.with_pike = self._kamailio("with_pike.cfg", _with_checks(plain))
        self.pcscf = self.plain
        self.restart()

    def _kamailio(self, name, template):
        path = self.directory / "templates" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(template, encoding="utf-8")
        return Kamailio(self, "pcscf", path, self.network.mw)

    def change_to(self, pcscf):
        self.pcscf.stop()
        self.pcscf = pcscf
        self.restart()

    def settle(self):
        """Waits until the P-CSCF has done what it has."""
        before = None
        for _ in range(50):
            now = self.pcscf_cpu_s()
            if before is not None and now - before < 0.01:
                return
            before = now
            time.sleep(0.1)
        raise LabError("the P-CSCF is busy, and nobody asks it for anything")


def _template(name):
    """One of the lab's, without a line in the log for each message that is none."""
    text = (REPOSITORY / "tools" / "lab" / name).read_text(encoding="utf-8")
    return _replaced(text, "debug=1\n", "debug=-2\n")


def _with_checks(template):
    """The P-CSCF with pike, and a script that looks at what gm_front looks at."""
    checks = (pathlib.Path(__file__).parent / "checks.cfg").read_text(encoding="utf-8")
    modules, route, rest = checks.split("# ---\n")
    template = _replaced(template, "request_route {\n", modules + "request_route {\n" + route)
    return template + rest


def _replaced(text, old, new):
    if text.count(old) != 1:
        raise LabError(f"the lab's configuration has not one line {old!r}")
    return text.replace(old, new)
