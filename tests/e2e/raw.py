# SPDX-License-Identifier: BSD-2-Clause
"""UDP datagrams over IPv4 that no phone's stack would send: from any source, to any destination,
with a wrong checksum."""
import socket
import struct

from lab.network import LINKS
from lab.processes import in_netns

BROADCAST = "255.255.255.255"


def _checksum(data):
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _udp(source, destination, payload, wrong_checksum):
    size = 8 + len(payload)
    pseudo = socket.inet_aton(source[0]) + socket.inet_aton(destination[0]) + struct.pack(
        "!BBH", 0, socket.IPPROTO_UDP, size)
    head = struct.pack("!HHH", source[1], destination[1], size)
    checksum = _checksum(pseudo + head + b"\0\0" + payload) or 0xFFFF
    return head + struct.pack("!H", checksum ^ (0x5555 if wrong_checksum else 0)) + payload


def _ip(source, destination, payload, fragment=0):
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload), 1, fragment, 64, socket.IPPROTO_UDP)
    ends = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    return head + struct.pack("!H", _checksum(head + b"\0\0" + ends)) + ends + payload


def _mac(text):
    return bytes.fromhex(text.replace(":", ""))


class Raw:
    """Puts frames on the wire of a side: for the P-CSCF, or for the end of `to`. Ends of a wire are
    (side, interface)."""

    def __init__(self, network, side, link=None, to=("pcscf", "gm0")):
        link = link or LINKS[side]
        with in_netns(network.name(side)):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self._socket.bind((link, 0))
        self._peer, self._own = _mac(network.mac(*to)), _mac(network.mac(side, link))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, source, destination, payload, wrong_checksum=False):
        """One datagram; source and destination are (address, port)."""
        self._put(source, destination, _udp(source, destination, payload, wrong_checksum))

    def send_first_fragment(self, source, destination, octets):
        """The first fragment of a datagram, with so many octets of it: 0 to 8 of its header."""
        self._put(source, destination, _udp(source, destination, b"", False)[:octets], 0x2000)

    def _put(self, source, destination, payload, fragment=0):
        to = b"\xff" * 6 if destination[0] == BROADCAST else self._peer
        packet = _ip(source, destination, payload, fragment)
        self._socket.send(to + self._own + b"\x08\x00" + packet)
