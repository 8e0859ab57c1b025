# SPDX-License-Identifier: BSD-2-Clause
"""Security associations in tunnel mode, in UDP (TS 33.203 Annex M), for both ends of them: the phone
knows itself by its address at home, the P-CSCF sends to its NAT."""
import dataclasses
import socket

from lab.ims.sa import SaSet

PORT_C, PORT_S = 5100, 6100  # the P-CSCF's
ESP_PORT = 4500
_SOL_UDP, _UDP_ENCAP, _ESP_IN_UDP = 17, 100, 2


def open_encapsulation(address):
    """A socket by which the kernel takes ESP in UDP, as long as it is open."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(_SOL_UDP, _UDP_ENCAP, _ESP_IN_UDP)
    made.bind((address, ESP_PORT))
    return made


@dataclasses.dataclass
class TunnelSet(SaSet):
    """As SaSet, at the phone's end."""

    @property
    def client(self):
        return (f"ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=UDP-enc-tun"
                f";spi-c={self.spi_c};spi-s={self.spi_s}"
                f";port-c={self.port_c};port-s={self.port_s}")

    def install(self, network, side):
        network.ip(side, "-batch", "-", input="".join(
            state(self, each, (each.source[0], ESP_PORT), (each.destination[0], ESP_PORT),
                  narrow=False)
            + policy(each, "out" if each.outwards else "in",
                     each.source[0], each.destination[0]) for each in self.associations))


def state(sas, association, source, destination, narrow=True):
    """source, destination: where its UDP comes from and goes to; narrow: only for its own ports."""
    selector = f" sel {_selector(association)}" if narrow else ""
    return (f"xfrm state add src {source[0]} dst {destination[0]} proto esp spi {association.spi} "
            f"reqid {association.spi} mode tunnel replay-window 32 {sas.algorithms()} "
            f"encap espinudp {source[1]} {destination[1]} 0.0.0.0{selector}\n")


def policy(association, direction, source, destination):
    return (f"xfrm policy add {_selector(association)} dir {direction} tmpl src {source} "
            f"dst {destination} proto esp reqid {association.spi} mode tunnel\n")


def _selector(association):
    source, destination = association.source, association.destination
    return (f"src {source[0]}/32 dst {destination[0]}/32 proto udp "
            f"sport {source[1]} dport {destination[1]}")


def pcscf_side(sas, nat, nat_port, loose):
    """The batch for `ip` at the P-CSCF's end. loose: whatever an association carries is taken."""
    lines = ""
    for each in sas.associations:
        there, here = (nat, nat_port), (sas.pcscf, ESP_PORT)
        source, destination = (there, here) if each.outwards else (here, there)
        lines += state(sas, each, source, destination, narrow=not (loose and each.outwards))
        if not loose or not each.outwards:
            lines += policy(each, "in" if each.outwards else "out", source[0], destination[0])
        else:
            lines += (f"xfrm policy update dst {sas.pcscf}/32 proto udp "
                      f"dport {each.destination[1]} dir in tmpl proto esp mode tunnel\n")
    return lines
