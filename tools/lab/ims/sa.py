# SPDX-License-Identifier: BSD-2-Clause
"""The security associations of a phone (TS 33.203 7): four with one P-CSCF, agreed on by sec-agree
and put into the kernel of the phone's side."""
import dataclasses
import itertools
import re

_SPIS = itertools.count(0x10000, 2)  # a phone's own, two a set
_AUTH = {"hmac-sha-1-96": ("hmac(sha1)", 20), "hmac-md5-96": ("hmac(md5)", 16)}
_ENCRYPTION = {"null": "ecb(cipher_null)", "aes-cbc": "cbc(aes)"}


@dataclasses.dataclass
class Association:
    """One direction of one pair of ports. Ends are (address, port)."""
    spi: int
    source: tuple
    destination: tuple
    outwards: bool


@dataclasses.dataclass
class SaSet:
    """What a phone offers, and from agree() on what was agreed. port_c, port_s, spi_c, spi_s: the
    phone's; peer_...: the P-CSCF's. offers: of (alg, ealg)."""
    address: str
    pcscf: str
    port_c: int
    port_s: int
    spi_c: int
    spi_s: int
    offers: tuple
    alg: str = ""
    ealg: str = ""
    peer_port_c: int = 0
    peer_port_s: int = 0
    peer_spi_c: int = 0
    peer_spi_s: int = 0
    server: str = ""  # Security-Server as it came; goes back in Security-Verify
    ck: bytes = b""
    ik: bytes = b""

    @property
    def client(self):
        """For Security-Client."""
        return ", ".join(
            f"ipsec-3gpp;alg={alg};ealg={ealg};prot=esp;mod=trans;spi-c={self.spi_c}"
            f";spi-s={self.spi_s};port-c={self.port_c};port-s={self.port_s}"
            for alg, ealg in self.offers)

    def agree(self, server, told, keys):
        """told: the parameters in `server`."""
        self.server = server
        self.alg, self.ealg = told["alg"], told.get("ealg", "null")
        self.peer_port_c, self.peer_port_s = int(told["port-c"]), int(told["port-s"])
        self.peer_spi_c, self.peer_spi_s = int(told["spi-c"]), int(told["spi-s"])
        self.ck, self.ik = keys.ck, keys.ik

    @property
    def authentication_key(self):
        """The IK, with zeros up to the length of the algorithm's key (TS 33.203 Annex I)."""
        return self.ik.ljust(_AUTH[self.alg][1], b"\0")

    @property
    def request(self):
        """The one that the phone's requests take."""
        return self.associations[0]

    @property
    def associations(self):
        def ours(port):
            return self.address, port

        def theirs(port):
            return self.pcscf, port
        return [
            Association(self.peer_spi_s, ours(self.port_c), theirs(self.peer_port_s), True),
            Association(self.peer_spi_c, ours(self.port_s), theirs(self.peer_port_c), True),
            Association(self.spi_s, theirs(self.peer_port_c), ours(self.port_s), False),
            Association(self.spi_c, theirs(self.peer_port_s), ours(self.port_c), False),
        ]

    def install(self, network, side):
        network.ip(side, "-batch", "-", input="".join(
            f"xfrm state add {_name(each)} reqid {each.spi} mode transport replay-window 32 "
            f"{self.algorithms()}\n{_policies(each, each.outwards)}"
            for each in self.associations))

    def prefer(self, network):
        """Has the P-CSCF's kernel take this set where another one is between the same ports."""
        network.ip("pcscf", "-batch", "-", input="".join(
            _policies(each, not each.outwards) for each in self.associations))

    def algorithms(self):
        """As `ip xfrm state` takes them."""
        key = f"0x{self.ck.hex()}" if self.ealg != "null" else '""'
        return (f"auth-trunc {_AUTH[self.alg][0]} 0x{self.authentication_key.hex()} 96 "
                f"enc {_ENCRYPTION[self.ealg]} {key}")

    def remove(self, network, side):
        """Also where another set has taken the place of its policies."""
        network.ip(side, "-force", "-batch", "-", check=False, input="".join(
            "".join(f"xfrm policy delete {selector}\n"
                    for selector in _selectors(each, each.outwards))
            + f"xfrm state delete {_name(each)}\n" for each in self.associations))

    def sequence(self, network, side):
        """The number of the last packet in the association of the requests."""
        text = network.ip(side, "xfrm", "state", "get", *_name(self.request).split())
        return int(re.search(r"oseq (0x[0-9a-f]+)", text).group(1), 16)


def offer(address, pcscf, port_c, port_s, spi, offers):
    """A set to negotiate about; without port_s one port serves both ways (D.1 2), without spi it
    has SPIs that no other set has."""
    spi = spi or next(_SPIS)
    return SaSet(address, pcscf, port_c, port_s or port_c, spi, spi + 1, offers)


def _name(association):
    return (f"src {association.source[0]} dst {association.destination[0]} proto esp "
            f"spi {association.spi}")


def _policies(association, outwards):
    """In the place of those that are there for the same ports."""
    return "".join(
        f"xfrm policy update {selector} tmpl src {association.source[0]} "
        f"dst {association.destination[0]} proto esp reqid {association.spi} mode transport\n"
        for selector in _selectors(association, outwards))


def _selectors(association, outwards):
    """An association is for both transports (TS 33.203 7.1)."""
    source, destination = association.source, association.destination
    direction = "out" if outwards else "in"
    return [f"src {source[0]} dst {destination[0]} proto {protocol} sport {source[1]} "
            f"dport {destination[1]} dir {direction}" for protocol in ("udp", "tcp")]
