# SPDX-License-Identifier: BSD-2-Clause
"""Junk towards the unprotected port, at a rate, from a process of its own."""
import os
import random
import socket
import time

from . import sip
from .kamailio import DOMAIN
from .network import UNPROTECTED, family, pcscf_address
from .processes import in_netns


def _junk(here):
    dice = random.Random(1)
    invite = sip.write(f"INVITE sip:alice@{DOMAIN} SIP/2.0", [
        ("Via", f"SIP/2.0/UDP {here};branch=z9hG4bKjunk;rport"), ("Max-Forwards", "70"),
        ("From", f"<sip:x@{DOMAIN}>;tag=1"), ("To", f"<sip:alice@{DOMAIN}>"),
        ("Call-ID", "junk"), ("CSeq", "1 INVITE")])
    return [dice.randbytes(200), b"\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", invite,
            b"REGISTERX sip:a SIP/2.0\r\n\r\n", dice.randbytes(1200)]


class Flood:
    """Inside the block junk comes from `address` at about `rate` packets a second; `sent` is how
    many, afterwards."""

    def __init__(self, network, side, address, rate):
        network.give(side, address)
        self._rate = rate
        kind = socket.AF_INET6 if family(address) == 6 else socket.AF_INET
        with in_netns(network.name(side)):
            self._socket = socket.socket(kind, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._target = (pcscf_address(address), UNPROTECTED)
        self._packets = _junk(sip.host_port(address, self._socket.getsockname()[1]))
        self.sent = 0

    def __enter__(self):
        self._begun = time.monotonic()
        self._end_read, self._end_write = os.pipe()
        self._count_read, count_write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._end_write)
                self._pour(count_write)
            finally:
                os._exit(0)  # none of the parent's clean-up is the child's to do
        os.close(count_write)
        os.close(self._end_read)
        return self

    # Runs in the child until the parent closes its end, or dies.
    def _pour(self, count_write):
        os.set_blocking(self._end_read, False)
        begun, sent = time.monotonic(), 0
        while True:
            try:
                if os.read(self._end_read, 1) == b"":
                    break
            except BlockingIOError:
                pass
            while sent < (time.monotonic() - begun) * self._rate:
                self._socket.sendto(self._packets[sent % len(self._packets)], self._target)
                sent += 1
            time.sleep(0.001)
        os.write(count_write, str(sent).encode())

    def __exit__(self, *_):
        os.close(self._end_write)
        self.sent = int(os.read(self._count_read, 32) or b"0")
        os.close(self._count_read)
        os.waitpid(self._pid, 0)
        self._socket.close()
        self.seconds = time.monotonic() - self._begun
