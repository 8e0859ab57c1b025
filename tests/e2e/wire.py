# SPDX-License-Identifier: BSD-2-Clause
"""Packets as no phone's stack would send them: TCP segments and UDP datagrams of any form, whole or
in fragments, over IPv4 and IPv6, from an address that the sending host does not have."""
import contextlib
import ipaddress
import os
import socket
import struct
import time

from lab.network import GM4, GM6, LINKS
from lab.processes import in_netns

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
_TCP, _UDP, _FRAGMENT = socket.IPPROTO_TCP, socket.IPPROTO_UDP, 44
HOP_BY_HOP, DESTINATION = 0, 60


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def options(count):
    """So many bytes of TCP or IPv4 options that say nothing."""
    return b"\x01" * count


class Wire:
    """The way of one source address to the P-CSCF."""

    def __init__(self, network, address, side="evil"):
        self.address, self.v6 = address, ":" in address
        self.pcscf = GM6 if self.v6 else GM4
        self._network, self._side = network, side
        with in_netns(network.name(side)):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self._socket.bind((LINKS[side], 0))
        own, peer = network.mac(side, LINKS[side]), network.mac("pcscf", "gm0")
        self._ends = bytes.fromhex((peer + own).replace(":", ""))
        self._source, self._destination = (
            ipaddress.ip_address(each).packed for each in (address, self.pcscf))
        self._neighbour("replace", "lladdr", own, "nud", "permanent")

    def close(self):
        self._socket.close()
        self._neighbour("del")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _neighbour(self, verb, *words):
        self._network.ip("pcscf", "neigh", verb, self.address, *words, "dev", "gm0")

    # --- IP

    def ip(self, protocol, payload, **form):
        """The packet as bytes; form: ident, fragment (offset in bytes), more, ip_options, headers
        (IPv6: (type, what is behind its first two bytes)), size (that the header says), atomic."""
        make = self._ip6 if self.v6 else self._ip4
        return make(protocol, payload, **form)

    def _ip4(self, protocol, payload, ident=0, fragment=None, more=False, ip_options=b"",
             size=None, **_):
        head = 20 + len(ip_options)
        place = (0 if fragment is None else fragment // 8) | (0x2000 if more else 0)
        first = struct.pack("!BBHHHBB", 0x40 | head // 4, 0,
                            head + len(payload) if size is None else size, ident or 1, place, 64,
                            protocol)
        ends = self._source + self._destination + ip_options
        return first + struct.pack("!H", checksum(first + b"\0\0" + ends)) + ends + payload

    def _ip6(self, protocol, payload, ident=0, fragment=None, more=False, headers=(), size=None,
             atomic=False, **_):
        if fragment is not None or atomic:
            payload = struct.pack("!BBHI", protocol, 0, (fragment or 0) | more, ident or 1) + payload
            protocol = _FRAGMENT
        for kind, body in reversed(headers):
            payload = bytes([protocol, (len(body) + 2) // 8 - 1]) + body + payload
            protocol = kind
        first = struct.pack("!IHBB", 6 << 28, len(payload) if size is None else size, protocol, 64)
        return first + self._source + self._destination + payload

    def put(self, packet, tags=b""):
        """tags: what stands between the addresses and the type of the frame (802.1Q)."""
        kind = b"\x86\xdd" if self.v6 else b"\x08\x00"
        self._socket.send(self._ends + tags + kind + packet)

    def fragments(self, protocol, payload, size, ident=None):
        """The packet in fragments with so many bytes each, in order."""
        ident = ident or int.from_bytes(os.urandom(2), "big") | 1
        ends = range(0, len(payload), size)
        return [self.ip(protocol, payload[at:at + size], ident=ident, fragment=at,
                        more=at + size < len(payload)) for at in ends]

    # --- transport

    def _sum(self, protocol, payload):
        if self.v6:
            pseudo = struct.pack("!II", len(payload), protocol)
        else:
            pseudo = struct.pack("!HH", protocol, len(payload))
        return checksum(self._source + self._destination + pseudo + payload)

    def udp(self, ports, payload, size=None, wrong=False, none=False):
        """A datagram as bytes; size: that its header says; wrong, none: its checksum."""
        head = struct.pack("!HHH", *ports, 8 + len(payload) if size is None else size)
        total = self._sum(_UDP, head + b"\0\0" + payload) or 0xFFFF
        total = 0 if none else total ^ (0x5555 if wrong else 0)
        return head + struct.pack("!H", total) + payload

    def tcp(self, ports, sequence, acknowledged, flags, payload=b"", wrong=False, urgent=0,
            tcp_options=b"", offset=None):
        """A segment as bytes; offset: the words of its header that it says."""
        words = 5 + len(tcp_options) // 4 if offset is None else offset
        head = struct.pack("!HHIIBBH", *ports, sequence % 2**32, acknowledged % 2**32, words << 4,
                           flags, 64000)
        tail = struct.pack("!H", urgent) + tcp_options + payload
        total = self._sum(_TCP, head + b"\0\0" + tail) ^ (0x5555 if wrong else 0)
        return head + struct.pack("!H", total) + tail

    def receive(self, ports, timeout_s=1.0):
        """The next TCP segment that the P-CSCF sends back: (sequence, acknowledged, flags)."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            with contextlib.suppress(TimeoutError):
                frame = self._socket.recv(65535)
                found = self._segment(frame[14:], ports)
                if found:
                    return found
        return None

    def _segment(self, packet, ports):
        head = 40 if self.v6 else 20
        place = slice(24, 40) if self.v6 else slice(16, 20)
        if len(packet) < head + 20 or packet[place] != self._source:
            return None
        if packet[6 if self.v6 else 9] != _TCP:
            return None
        theirs, ours, sequence, acknowledged, _, flags = struct.unpack_from(
            "!HHIIBB", packet, head)
        return (sequence, acknowledged, flags) if (ours, theirs) == tuple(ports) else None


class Stream:
    """One TCP connection, every segment by hand. Bytes are named by their place in the stream."""

    def __init__(self, wire, source_port, port, first=0x1000):
        self.wire, self.ports, self._first = wire, (source_port, port), first
        self._theirs = 0
        self.at = 0  # behind what send() sent last

    def syn(self, payload=b""):
        self.put(self.wire.tcp(self.ports, self._first - 1, 0, SYN, payload))

    def answered(self):
        """Waits for the SYN-ACK."""
        answer = self.wire.receive(self.ports, 3)
        if not answer or answer[2] & (SYN | ACK) != SYN | ACK:
            raise AssertionError(f"no SYN-ACK from {self.wire.pcscf} port {self.ports[1]}")
        self._theirs = answer[0] + 1

    def acknowledge(self, payload=b""):
        self.segment(payload, at=0)

    def open(self):
        self.syn()
        self.answered()
        self.acknowledge()
        return self

    def put(self, segment, **form):
        self.wire.put(self.wire.ip(_TCP, segment, **form))

    def made(self, payload, at, flags=ACK | PSH, **form):
        return self.wire.tcp(self.ports, self._first + at, self._theirs, flags, payload, **form)

    def segment(self, payload, at, flags=ACK | PSH, **form):
        """Sends bytes for a place, whatever was sent before."""
        self.put(self.made(payload, at, flags, **form))

    def send(self, payload, size=1200, **form):
        """Sends what comes next, in segments of that size."""
        for begin in range(0, len(payload), size):
            part = payload[begin:begin + size]
            self.segment(part, self.at, **form)
            self.at += len(part)

    def is_reset(self, timeout_s=3.0):
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            answer = self.wire.receive(self.ports, left)
            if answer and answer[2] & RST:
                return True
        return False
