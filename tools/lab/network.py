# SPDX-License-Identifier: BSD-2-Clause
"""The networks of the lab.

    phones  ue0 ---+
                   |  br0 (access)      gm0 [pcscf] mw0 --- core0 [core]
    attacker evil0-+------------------- /

Phones and attacker share one access network, so that the attacker can take a phone's address, and
can get what is sent there: the threat of the contribution's clause 2.1.
"""
import contextlib
import os

from .processes import netns_path, run

GM4, GM6 = "192.0.2.1", "2001:db8:5060::1"  # the P-CSCF on Gm
GM4B = "192.0.2.3"                          # a second one, protected port 5060 (D.1 1)
GM4C = "192.0.2.4"                          # a third one, for a listener where ESP ends here
MW, CORE = "198.51.100.1", "198.51.100.2"   # the P-CSCF and the core on Mw
UNPROTECTED, PROTECTED = 5060, 6100         # ports of the P-CSCF on Gm
UNPROTECTED_B, PROTECTED_B = 5070, 5060     # the same at GM4B
CORE_PORT = 5060

SIDES = ("access", "ue", "evil", "pcscf", "core")
LINKS = {"ue": "ue0", "evil": "evil0", "pcscf": "gm0"}


def family(address):
    return 6 if ":" in address else 4


def pcscf_address(address):
    """The Gm address of the P-CSCF that a phone at `address` talks to."""
    return GM6 if family(address) == 6 else GM4


def _bits(address):
    return 128 if family(address) == 6 else 32


class Network:
    """The namespaces <prefix>-ue, -evil, -pcscf, -core, -access and the links between them. The
    side `own` lives in the namespace of this process."""

    mw, core = MW, CORE  # the P-CSCF and the core to each other

    def __init__(self, prefix, own=None):
        self.prefix = prefix
        self._own = own
        self._given = set()

    def name(self, side):
        return f"{self.prefix}-{side}"

    def ip(self, side, *words, **options):
        return run("ip", "-n", self.name(side), *words, **options)

    def up(self):
        for side in SIDES:
            if side == self._own:
                run("ip", "netns", "attach", self.name(side), os.getpid())
            else:
                run("ip", "netns", "add", self.name(side))
            self.sysctl(side, "net.ipv6.conf.all.accept_dad=0",
                        "net.ipv6.conf.default.accept_dad=0",
                        "net.ipv6.conf.default.keep_addr_on_down=1")
            self.ip(side, "link", "set", "lo", "up")
        self._access()
        self._mw()
        self._give_gm()
        for side in ("ue", "evil"):
            self.ip(side, "-6", "route", "add", "2001:db8::/32", "dev", LINKS[side])
        for side, address in (("ue", "192.0.2.2"), ("evil", "192.0.2.66")):
            self.give(side, address)  # one that stays: routes go with an interface's last address
            self.ip(side, "route", "add", "192.0.2.0/24", "dev", LINKS[side])

    def _access(self):
        self.ip("access", "link", "add", "br0", "type", "bridge")
        self.ip("access", "link", "set", "br0", "up")
        for side, link in LINKS.items():
            self._plug(side, link)

    def _plug(self, side, link, *options):
        port = f"to-{side}"
        self.ip("access", "link", "add", port, "type", "veth",
                "peer", "name", link, *options, "netns", self.name(side))
        self.ip("access", "link", "set", port, "master", "br0", "up")
        self.ip(side, "link", "set", link, "up")

    def _give_gm(self, link="gm0"):
        """Again is fine."""
        for address in (GM4, GM4B, GM4C):
            self.ip("pcscf", "addr", "replace", f"{address}/24", "dev", link)
        self.ip("pcscf", "addr", "replace", f"{GM6}/64", "dev", link, "nodad")
        self._route_gm(link)

    def _route_gm(self, link):
        self.ip("pcscf", "-6", "route", "replace", "2001:db8::/32", "dev", link)

    def renew_gm(self):
        """Takes the P-CSCF's interface away and makes one of the same name and addresses."""
        mac = self.mac("pcscf")
        self.ip("pcscf", "link", "del", "gm0")
        self._plug("pcscf", "gm0", "address", mac)
        self._give_gm()

    def flap_gm(self):
        """Down and up; what the kernel forgets by that is put back."""
        lines = ("link set gm0 down", "link set gm0 up",
                 "route replace 2001:db8::/32 dev gm0")
        self.ip("pcscf", "-batch", "-", input="\n".join(lines))

    @contextlib.contextmanager
    def renamed_gm(self, name):
        """Inside the block gm0 has another name."""
        self._rename_gm("gm0", name)
        try:
            yield
        finally:
            self._rename_gm(name, "gm0")

    def _rename_gm(self, old, new):
        self.ip("pcscf", "link", "set", old, "down")  # older kernels rename no other
        self.ip("pcscf", "link", "set", old, "name", new)
        self.ip("pcscf", "link", "set", new, "up")
        self._route_gm(new)

    @contextlib.contextmanager
    def bridged_gm(self):
        """Inside the block gm0 is a port of the bridge brgm, which has the addresses."""
        self.ip("pcscf", "link", "add", "brgm", "type", "bridge")
        self.ip("pcscf", "addr", "flush", "dev", "gm0", "scope", "global")
        self.ip("pcscf", "link", "set", "gm0", "master", "brgm")
        self.ip("pcscf", "link", "set", "brgm", "address", self.mac("pcscf"), "up")
        self._give_gm("brgm")
        try:
            yield
        finally:
            self.ip("pcscf", "link", "del", "brgm")
            self._give_gm()

    def _mw(self):
        self.ip("pcscf", "link", "add", "mw0", "type", "veth",
                "peer", "name", "core0", "netns", self.name("core"))
        for side, link, address in (("pcscf", "mw0", MW), ("core", "core0", CORE)):
            self.ip(side, "addr", "add", f"{address}/24", "dev", link)
            self.ip(side, "link", "set", link, "up")

    def sysctl(self, side, *settings):
        run("nsenter", f"--net={netns_path(self.name(side))}", "--",
            "sysctl", "-q", "-w", *settings)

    def mac(self, side, link=None):
        words = self.ip(side, "-o", "link", "show", link or LINKS[side]).split()
        return words[words.index("link/ether") + 1]

    def give(self, side, address):
        """An address for a phone; again is fine."""
        if (side, address) in self._given:
            return
        self._given.add((side, address))
        nodad = ["nodad"] if family(address) == 6 else []
        self.ip(side, "addr", "replace", f"{address}/{_bits(address)}", "dev", LINKS[side], *nodad)

    def take(self, side, address):
        """And the P-CSCF forgets who had it."""
        self._given.discard((side, address))
        self.ip(side, "addr", "del", f"{address}/{_bits(address)}", "dev", LINKS[side],
                check=False)
        self.ip("pcscf", "neigh", "del", address, "dev", "gm0", check=False)

    @contextlib.contextmanager
    def stolen(self, address):
        """Inside the block the attacker has the phone's address and gets what is sent there."""
        self.give("evil", address)
        self.ip("pcscf", "neigh", "replace", address, "dev", "gm0", "lladdr", self.mac("evil"),
                "nud", "permanent")
        try:
            yield
        finally:
            self.take("evil", address)

    def down(self):
        for side in SIDES:
            run("ip", "netns", "del", self.name(side), check=False)


class SharedNetwork(Network):
    """One where the P-CSCF has no Mw of its own: the core is on the access network too, and the
    P-CSCF talks to it from its Gm address and port (H15)."""

    mw, core = GM4, "192.0.2.9"

    def _mw(self):
        self._plug("core", "core0")
        self.ip("core", "addr", "add", f"{self.core}/24", "dev", "core0")
