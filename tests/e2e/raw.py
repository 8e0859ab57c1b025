# SPDX-License-Identifier: BSD-2-Clause
"""UDP datagrams over IPv4 that no socket of a phone would send: from any source, with a checksum
that is wrong, in fragments of any cut."""
import contextlib
import itertools
import socket
import struct

from lab.processes import in_netns

_MORE_FRAGMENTS = 0x2000
_identification = itertools.count(1)


def _checksum(data):
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF


def _udp(source, destination, payload, wrong_checksum):
    pseudo = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    size = 8 + len(payload)
    head = struct.pack("!HHHH", source[1], destination[1], size, 0)
    checksum = _checksum(pseudo + struct.pack("!BBH", 0, socket.IPPROTO_UDP, size) + head + payload)
    return head[:6] + struct.pack("!H", checksum ^ (0x5555 if wrong_checksum else 0)) + payload


class Raw:
    """Sends from any (address, port) out of a side of the network."""

    def __init__(self, network, side):
        with in_netns(network.name(side)):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, source, destination, payload, wrong_checksum=False, cuts=()):
        """One datagram; in fragments where `cuts` names their borders, multiples of 8 in the UDP
        datagram."""
        whole = _udp(source, destination, payload, wrong_checksum)
        borders = [0, *cuts, len(whole)]
        number = next(_identification) & 0xFFFF
        for begin, end in itertools.pairwise(borders):
            more = _MORE_FRAGMENTS if end < len(whole) else 0
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + end - begin, number,
                               more | begin // 8, 64, socket.IPPROTO_UDP, 0,
                               socket.inet_aton(source[0]), socket.inet_aton(destination[0]))
            with contextlib.suppress(OSError):  # this host's own stack may refuse a source
                self._socket.sendto(head + whole[begin:end], (destination[0], 0))
