# SPDX-License-Identifier: BSD-2-Clause
"""Homes behind NATs of their own, each with one phone, and all with the same addresses; and the
P-CSCF that takes their ESP in UDP, in the place of the lab's Kamailio."""
import contextlib
import pathlib
import sys

from lab.ims.phone import EspPhone
from lab.network import GM4, MW, UNPROTECTED
from lab.processes import in_netns, netns_path, run, start, stop, wait_until
from nat_sa import ESP_PORT, TunnelSet, open_encapsulation

AT_HOME = "192.168.1.2"
_GATEWAY = "192.168.1.1"
_NAT_PORT = 45000
_MODULES = ("nf_tables", "nf_conntrack", "nft_chain_nat", "nft_masq")
_MASQUERADE = f"""table ip nat {{
 chain post {{
  type nat hook postrouting priority srcnat
  oifname wan0 udp sport {ESP_PORT} masquerade to :{_NAT_PORT}
  oifname wan0 masquerade
 }}
}}
"""


class Home:
    """The namespaces of one home and of its NAT, which has the address `outside` in the access
    network. For a phone it is the network."""

    def __init__(self, network, number, outside):
        self._network, self.number, self.outside = network, number, outside
        self.side, self._nat = f"home{number}", f"nat{number}"

    def name(self, side):
        return self._network.name(side)

    def ip(self, side, *words, **options):
        return self._network.ip(side, *words, **options)

    def give(self, side, address):
        """A phone at home has its address from the start."""

    def __enter__(self):
        for side in (self.side, self._nat):
            run("ip", "netns", "add", self.name(side))
            self.ip(side, "link", "set", "lo", "up")
        self._plug("access", f"to-{self._nat}", self._nat, "wan0")
        self.ip("access", "link", "set", f"to-{self._nat}", "master", "br0")
        self._plug(self._nat, "lan0", self.side, "phone0")
        self.ip(self._nat, "addr", "add", f"{self.outside}/24", "dev", "wan0")
        self.ip(self._nat, "addr", "add", f"{_GATEWAY}/24", "dev", "lan0")
        self.ip(self.side, "addr", "add", f"{AT_HOME}/24", "dev", "phone0")
        self.ip(self.side, "route", "add", "default", "via", _GATEWAY)
        self._network.sysctl(self._nat, "net.ipv4.ip_forward=1")
        run("nsenter", f"--net={netns_path(self.name(self._nat))}", "--", "nft", "-f", "-",
            input=_MASQUERADE)
        return self

    def _plug(self, side, link, other_side, other):
        self.ip(side, "link", "add", link, "type", "veth",
                "peer", "name", other, "netns", self.name(other_side))
        self.ip(side, "link", "set", link, "up")
        self.ip(other_side, "link", "set", other, "up")

    def __exit__(self, *_):
        for side in (self.side, self._nat):
            run("ip", "netns", "del", self.name(side), check=False)


class NatPhone(EspPhone):
    """A phone at home."""

    def __init__(self, home, user, port, port_s):
        with in_netns(home.name(home.side)):
            self._nat_socket = open_encapsulation(AT_HOME)
        super().__init__(home, home.side, user, AT_HOME, port, port_s, pcscf=GM4)
        self.home = home

    def _offer(self, spi=None):
        super()._offer(spi)
        found = self._offered
        self._offered = TunnelSet(found.address, found.pcscf, found.port_c, found.port_s,
                                  found.spi_c, found.spi_s, found.offers)

    def close(self):
        super().close()
        self._nat_socket.close()


@contextlib.contextmanager
def pcscf_of_nats(lab, loose=False):
    """Inside the block that P-CSCF serves; yields its log. loose: its kernel takes whatever comes by
    an association."""
    for module in _MODULES:
        run("modprobe", module)
    lab.pcscf.stop()
    name = lab.network.name("pcscf")
    log = lab.directory / "nat_pcscf.log"
    log.unlink(missing_ok=True)
    lab.network.ip("pcscf", "xfrm", "state", "flush")
    lab.network.ip("pcscf", "xfrm", "policy", "flush")
    lab.network.ip("pcscf", "route", "replace", "192.168.1.0/24", "dev", "gm0")
    program = pathlib.Path(__file__).parent / "nat_pcscf.py"
    process = start([sys.executable, "-B", program, _NAT_PORT, int(loose)], netns=name,
                    cgroup=lab.cgroup("pcscf"), log=log)
    try:
        wait_until(lambda: f"{MW}:{UNPROTECTED}" in run(
            "nsenter", f"--net={netns_path(name)}", "--", "ss", "-Hlun"), 60, "the P-CSCF", process)
        yield log
    finally:
        stop(process)
        lab.network.ip("pcscf", "xfrm", "state", "flush")
        lab.network.ip("pcscf", "xfrm", "policy", "flush")
        lab.network.ip("pcscf", "route", "del", "192.168.1.0/24", "dev", "gm0")
        lab.restart()
