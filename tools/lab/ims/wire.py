# SPDX-License-Identifier: BSD-2-Clause
"""Packets from below XFRM, over IPv4 and IPv6: in clear where the kernel would protect them, and
ESP that no kernel would send: from another source, with another SPI."""
import hmac
import secrets
import socket
import struct

from ..network import LINKS, family
from ..processes import in_netns
from .aes import Aes

_ETHERTYPES = {4: 0x0800, 6: 0x86DD}


def _packed(address):
    return socket.inet_pton(socket.AF_INET6 if family(address) == 6 else socket.AF_INET, address)


def _checksum(data):
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _udp(source, destination, payload):
    size = 8 + len(payload)
    pseudo = _packed(source[0]) + _packed(destination[0]) + struct.pack(
        "!II", size, socket.IPPROTO_UDP)
    head = struct.pack("!HHH", source[1], destination[1], size)
    checksum = _checksum(pseudo + head + b"\0\0" + payload) or 0xFFFF
    return head + struct.pack("!H", checksum) + payload


def _ip(source, destination, protocol, payload):
    ends = _packed(source) + _packed(destination)
    if family(source) == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + ends + payload
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload), secrets.randbits(16), 0, 64,
                       protocol)
    return head + struct.pack("!H", _checksum(head + b"\0\0" + ends)) + ends + payload


def seal(sas, sequence, inner, spi=None):
    """An ESP packet of the association that the requests of the set take, also with another SPI;
    inner: from the UDP header on."""
    block = 16 if sas.ealg == "aes-cbc" else 4
    pad = -(len(inner) + 2) % block
    plain = inner + bytes(range(1, pad + 1)) + bytes([pad, socket.IPPROTO_UDP])
    if sas.ealg == "aes-cbc":
        iv = secrets.token_bytes(16)
        plain = iv + Aes(sas.ck).encrypt_cbc(iv, plain)
    packet = struct.pack("!II", sas.request.spi if spi is None else spi, sequence) + plain
    digest = "sha1" if sas.alg == "hmac-sha-1-96" else "md5"
    return packet + hmac.digest(sas.authentication_key, packet, digest)[:12]


class Wire:
    """Puts packets for the P-CSCF on the wire of a side."""

    def __init__(self, network, side):
        self._link = LINKS[side]
        self._peer = bytes.fromhex(network.mac("pcscf").replace(":", ""))
        with in_netns(network.name(side)):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send_clear(self, source, destination, payload):
        """One datagram; source and destination are (address, port)."""
        self._put(source[0], destination[0], socket.IPPROTO_UDP,
                  _udp(source, destination, payload))

    def send_esp(self, sas, sequence, payload, source=None, spi=None):
        """A request in the association of the set; source: the address that it is from, if not the
        phone's."""
        association = sas.request
        source = source or sas.address
        inner = _udp((source, association.source[1]), association.destination, payload)
        self._put(source, sas.pcscf, socket.IPPROTO_ESP, seal(sas, sequence, inner, spi))

    def _put(self, source, destination, protocol, payload):
        packet = _ip(source, destination, protocol, payload)
        kind = _ETHERTYPES[family(source)]
        self._socket.sendto(packet, (self._link, kind, 0, 0, self._peer))
