# SPDX-License-Identifier: BSD-2-Clause
"""A phone that speaks over TCP: one connection to each port of the P-CSCF, all from its own port."""
import socket
import time

from . import sip
from .network import PROTECTED, UNPROTECTED, family
from .phone import ANSWER_WITHIN, Phone
from .processes import in_netns


def _take_message(data):
    """The first message of the bytes and what is behind it; None where it is not whole."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    message = sip.parse(head + found)
    length = int(message["Content-Length"] or 0)
    if len(rest) < length:
        return None
    return sip.parse(head + found + rest[:length]), rest[length:]


class StreamPhone(Phone):
    """As Phone, over TCP."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self._connections, self._read = {}, {}

    def close(self):
        for port in list(self._connections):
            self.hang_up(port)
        super().close()

    def hang_up(self, port):
        self._connections.pop(port).close()
        self._read.pop(port, None)

    def connect(self, port, timeout_s=3):
        kind = socket.AF_INET6 if family(self.address) == 6 else socket.AF_INET
        with in_netns(self.network.name(self.side)):
            connection = socket.socket(kind, socket.SOCK_STREAM)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Gone at once, so that the port can be used again.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.bind((self.address, self.port))
        connection.settimeout(timeout_s)
        connection.connect((self.pcscf, port))
        self._connections[port], self._read[port] = connection, b""
        return connection

    def send(self, data, port=UNPROTECTED):
        connection = self._connections.get(port) or self.connect(port)
        connection.sendall(data.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))

    def is_cut_off(self, port=PROTECTED, timeout_s=5):
        """Whether the P-CSCF's end of the connection goes within that time."""
        connection = self._connections[port]
        connection.settimeout(timeout_s)
        try:
            while connection.recv(65536):
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True

    def receive(self, timeout_s=ANSWER_WITHIN):
        end = time.monotonic() + max(timeout_s, 0.001)
        while True:
            for port, data in self._read.items():
                taken = _take_message(data.lstrip(b"\r\n"))
                if taken:
                    message, self._read[port] = taken
                    message.source = (self.pcscf, port)
                    return message
            if time.monotonic() >= end or not self._connections:
                return None
            self._read_more()

    def _read_more(self):
        for port, connection in self._connections.items():
            connection.settimeout(0.01)
            try:
                self._read[port] += connection.recv(65536)
            except OSError:
                continue

    def ask(self, data, port=UNPROTECTED):
        """TCP itself sends again."""
        asked = sip.parse(data)
        wanted = (asked["Call-ID"], asked["CSeq"])
        end = time.monotonic() + self.patience_s
        self.send(data, port)
        while (left := end - time.monotonic()) > 0:
            message = self._final(self.receive(left), wanted)
            if message:
                return message
        return None
