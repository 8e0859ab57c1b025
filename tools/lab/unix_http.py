# SPDX-License-Identifier: BSD-2-Clause
"""HTTP over a Unix socket: the admin interface, asked by this process."""
import http.client
import socket

_TIMEOUT_S = 30


def can_connect(path):
    """Whether somebody listens at the socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.settimeout(_TIMEOUT_S)
            one.connect(str(path))
    except OSError:
        return False
    return True


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=_TIMEOUT_S)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_TIMEOUT_S)
        self.sock.connect(self._path)
