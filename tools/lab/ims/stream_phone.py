# SPDX-License-Identifier: BSD-2-Clause
"""A phone with security associations that speaks over TCP."""
import time

from ..network import UNPROTECTED
from ..phone import ANSWER_WITHIN, Phone
from ..stream_phone import StreamPhone
from .phone import EspPhone


_SETTLE_S = 0.3  # until an emulated P-CSCF has the connection, too


class EspStreamPhone(StreamPhone, EspPhone):
    """As EspPhone, but its requests leave on connections: in clear from the port of its first
    REGISTER, then from port-c. What it is sent comes by UDP, and is answered so."""

    def connect(self, port, timeout_s=20):
        """What came before the P-CSCF's kernel has the connection would be judged, and learned, by
        nobody where nothing is enforced."""
        connection = super().connect(port, timeout_s)
        time.sleep(_SETTLE_S)
        return connection

    def send(self, data, port=UNPROTECTED):
        if data.startswith(b"SIP/2.0 "):
            Phone.send(self, data, port)
        else:
            super().send(data, port)

    def leave(self):
        """By UDP, without connections: no end of one could say anything after the associations."""
        for port in list(self._connections):
            self.hang_up(port)
        Phone.send(self, self.deregister_request(), self.protected)

    def receive(self, timeout_s=ANSWER_WITHIN):
        end = time.monotonic() + max(timeout_s, 0.001)
        message = None
        while message is None and (left := end - time.monotonic()) > 0:
            message = EspPhone.receive(self, min(left, 0.02)) or super().receive(min(left, 0.02))
        return message
