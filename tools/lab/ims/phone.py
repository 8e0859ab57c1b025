# SPDX-License-Identifier: BSD-2-Clause
"""A phone with a SIM card, which speaks inside ESP."""
import contextlib
import itertools
import secrets
import select
import socket
import time

from .. import sip
from ..kamailio import DOMAIN
from ..network import UNPROTECTED, family
from ..phone import ANSWER_WITHIN, Phone
from ..processes import in_netns
from . import aka, sa
from .core import parameters
from .wire import Wire

_INITIAL_PORT = 5060  # in the Via of the first REGISTER: Kamailio takes any other for a later one
_CLEAR = 15000        # what lies between its first protected and its unprotected port
_MORE = 20000, 5000   # ... and its second, and from that one to the next
_SIM_S = 0.15         # that a SIM card takes to compute; no phone answers before
_ALG = "hmac-sha-1-96"
_AHEAD = 8            # of the phone's own packets, and within the window of 32 of the P-CSCF


class EspPhone(Phone):
    """As Phone, but its protected port is that of its security associations. `sas`: the set in
    use, None before there is one; `old`: the one before, while it is kept. port_s: one of its own
    for what the P-CSCF sends (TS 33.203 7.1), which Via and Contact then name; without it one port
    serves both ways (Annex D.1 2). offers: the (alg, ealg) that it lists, without them one with
    ealg. The first REGISTER leaves from a port of its own: with one port for both Kamailio 5.6.3
    never has the contact as registered."""

    def __init__(self, network, side, user, address, port=5070, port_s=None, ealg="null", spi=None,
                 offers=None, pcscf=None):
        self._sockets = {}
        super().__init__(network, side, user, address, port, pcscf)
        self._sockets[port] = self.socket
        self.side = side
        self.usim = aka.Usim(user)
        self.wrong_key = False  # the next set gets an IK that the P-CSCF does not have
        self._offers = offers or ((_ALG, ealg),)
        self._clear_port = port + _CLEAR
        self._ports = port, port_s  # of the next set
        self._more_ports = itertools.count(port + _MORE[0], _MORE[1])
        self._offer(spi)
        self.open(self._clear_port)
        if port_s:
            self.open(port_s)
        self.sas = self.old = None
        self.nonce = ""    # of the last challenge that was looked at
        self._keys = None  # of the last one that was proved, whose nonce is _proved
        self._proved = ""
        self._nonce_count = 0
        self._by_hand = 0

    def open(self, port):
        """One more port to speak from."""
        kind = socket.AF_INET6 if family(self.address) == 6 else socket.AF_INET
        with in_netns(self.network.name(self.side)):
            self._sockets[port] = socket.socket(kind, socket.SOCK_DGRAM)
        self._sockets[port].bind((self.address, port))

    def _take_port(self, port=None):
        """Of the next set. A new set has a new port (D.2.3), by which the P-CSCF's policies tell it
        from the old one; port-s, if there is one, stays."""
        self._ports = port or next(self._more_ports), self._ports[1]
        if self._ports[0] not in self._sockets:
            self.open(self._ports[0])

    def _offer(self, spi=None):
        self._offered = sa.offer(self.address, self.pcscf, *self._ports, spi, self._offers)

    def close(self):
        for each in (self.sas, self.old):
            if each:
                each.remove(self.network, self.side)
        self.sas = self.old = None
        for each in self._sockets.values():
            each.close()

    @property
    def client_end(self):
        """Where its requests come from inside its associations: port-c."""
        return sip.host_port(self.address, self.sas.port_c)

    @property
    def protected(self):
        """The P-CSCF's port for the requests of this phone."""
        return self.sas.peer_port_s

    def receive(self, timeout_s=ANSWER_WITHIN):
        """The next message, to whichever of its ports, or None."""
        ready, _, _ = select.select(list(self._sockets.values()), [], [], max(timeout_s, 0.001))
        if not ready:
            return None
        with contextlib.suppress(ConnectionRefusedError):
            data, source = ready[0].recvfrom(65535)
            message = sip.parse(data)
            message.source, message.came_to = source[:2], ready[0]
            return message
        return None

    # --- REGISTER

    def register_request(self, **changes):
        """As Phone's, with sec-agree."""
        inside = self.sas and self.port != self._clear_port
        verify = [("Security-Verify", self.sas.server)] if inside else []
        agree = [("Require", "sec-agree"), ("Proxy-Require", "sec-agree"),
                 ("Supported", "path,sec-agree"), ("Security-Client", self._offered.client),
                 *verify]
        return super().register_request(**{**changes, "extra": [*agree, *changes.get("extra", ())]})

    def ask_to_register(self, **changes):
        """The first step, in clear."""
        data = self.first_request(**changes)
        with self.in_clear():
            return self.ask(data, UNPROTECTED)

    def first_request(self, port_c=None, port_s=None, **changes):
        """A REGISTER as the first step has it; port_c, port_s: what it offers instead of its own
        ports."""
        if self._offered is self.sas:
            self._offer()
        self._offered.port_c = port_c or self._offered.port_c
        self._offered.port_s = port_s or self._offered.port_s
        with self.in_clear():
            via = sip.host_port(self.address, _INITIAL_PORT)
            return self.register_request(**{"via": via, **changes})

    @contextlib.contextmanager
    def in_clear(self):
        """Inside the block it speaks from the port of its first REGISTER."""
        with self.from_port(self._clear_port):
            yield

    @contextlib.contextmanager
    def from_port(self, port):
        """Inside the block it speaks from that port, which it had before."""
        before = self.port, self.here
        self.speak_from(port)
        try:
            yield
        finally:
            self.speak_from(before[0])
            self.here = before[1]

    def begin_anew(self):
        """As one that was switched off and on: the next REGISTER is from another port, and offers
        another one."""
        self._clear_port = next(self._more_ports)
        self.open(self._clear_port)
        self._take_port()
        self._offer()

    def register(self, **changes):
        """Both steps; the answer to the last one taken."""
        challenge = self.ask_to_register(**changes)
        if challenge is None or challenge.status != 401:
            return challenge
        return self.answer(challenge, **changes)

    def answer(self, challenge, port=None, **changes):
        """The second step: with the response, inside the associations that go with it."""
        self.take_up(challenge)
        self.speak_from(self.sas.port_c, self.sas.port_s)
        changes["authorization"] = self.credentials()
        return self.ask(self.register_request(**changes), port or self.protected)

    def agree(self, challenge):
        """Proves the challenge, and returns the new set, which is not in its kernel yet."""
        self.nonce = parameters(challenge["WWW-Authenticate"])["nonce"]
        time.sleep(_SIM_S)
        self._keys = self.usim.authenticate(self.nonce)
        self._proved, self._nonce_count = self.nonce, 0
        server = challenge["Security-Server"]
        self._offered.agree(server, parameters(server), self._keys)
        return self._offered

    def take_up(self, challenge):
        """Proves the challenge, and puts the new set in use. Raises what the SIM card does."""
        self.agree(challenge)
        if self.wrong_key:
            self._offered.ik = bytes([self._keys.ik[0] ^ 1]) + self._keys.ik[1:]
        self._offered.install(self.network, self.side)
        self.old, self.sas = self.sas, self._offered

    def credentials(self):
        """Authorization with the response to the last challenge, once more."""
        self._nonce_count += 1
        told = {"username": self.impi, "realm": DOMAIN, "uri": f"sip:{DOMAIN}",
                "nonce": self._proved, "nc": f"{self._nonce_count:08x}",
                "cnonce": secrets.token_hex(8), "qop": "auth"}
        response = aka.digest(self._keys.res, "REGISTER", told)
        return (f'Digest username="{self.impi}",realm="{DOMAIN}",uri="sip:{DOMAIN}",'
                f'nonce="{self._proved}",response="{response}",algorithm=AKAv1-MD5,qop=auth,'
                f'nc={told["nc"]},cnonce="{told["cnonce"]}"')

    def refresh_request(self, **changes):
        """A REGISTER for inside the associations that proves the subscriber without a new
        challenge."""
        return self.register_request(**{"authorization": self.credentials(), **changes})

    def refresh(self, **changes):
        return self.ask(self.refresh_request(**changes), self.protected)

    def ask_to_renew(self, port=None, **changes):
        """The first step of a re-registration with a new set, inside the one in use. Without a port
        the new set has a new one."""
        self._take_port(port)
        self._offer()
        return self.ask(self.register_request(**changes), self.protected)

    def renew(self, port=None, **changes):
        """Both steps of a re-registration: the second from the new port, inside the new set. The
        old set stays, as `old`."""
        challenge = self.ask_to_renew(port, **changes)
        if challenge is None or challenge.status != 401:
            return challenge
        return self.answer(challenge, **changes)

    def forget_old(self):
        """Takes the old set out of the phone's kernel."""
        self.old.remove(self.network, self.side)
        self.old = None

    def speak_from(self, port, named=None):
        """Messages leave from that port from here on; in Via and Contact they name it, or another
        one."""
        self.port = port
        self.socket = self._sockets[port]
        self.here = sip.host_port(self.address, named or port)

    def failure_request(self, nonce, auts="", **changes):
        """As Phone's; it offers a new set, as a failure has to."""
        self._take_port()
        self._offer()
        return super().failure_request(nonce, auts, **changes)

    def deregister_request(self):
        return self.refresh_request(expires=0)

    def leave(self):
        """De-registers. Kamailio ends the associations before it answers: the answer is in clear,
        and the phone's kernel drops it."""
        self.send(self.deregister_request(), self.protected)

    # --- other messages

    def request(self, method, to=f"sip:service@{DOMAIN}", **changes):
        verify = [("Security-Verify", self.sas.server), ("Require", "sec-agree"),
                  ("Proxy-Require", "sec-agree")] if self.sas else []
        return super().request(method, to, **{**changes,
                                              "extra": [*verify, *changes.get("extra", ())]})

    def say(self, method="MESSAGE", port=None, **changes):
        return super().say(method, port or self.protected, **changes)

    def take_message(self, timeout_s=ANSWER_WITHIN):
        """Waits for a MESSAGE and answers it; None: none came."""
        message = self.await_request("MESSAGE", timeout_s)
        if message:
            self.reply_to(message)
        return message

    def reply_to(self, message):
        """From the port that the request came to, to the one that it came from."""
        speaks, self.socket = self.socket, message.came_to
        self.reply(message, 200, port=message.source[1])
        self.socket = speaks

    def hears(self, call_id, timeout_s=ANSWER_WITHIN):
        """The answer to a request that was sent otherwise, or None."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            message = self.receive(left)
            if message is not None and message.status >= 200 and message["Call-ID"] == call_id:
                return message
        return None

    # --- packets from below XFRM

    def send_clear(self, data, port, from_port=None):
        """In clear, also from and to ports whose packets the kernel would protect."""
        with Wire(self.network, self.side) as wire:
            wire.send_clear((self.address, from_port or self.port), (self.pcscf, port), data)

    def send_esp(self, data, side=None, source=None, spi=None):
        """In this phone's association, but made by hand; side, source: as a stranger who has its
        keys, or a copy, sends it from elsewhere; spi: another one."""
        self._by_hand += 1
        sequence = self.sas.sequence(self.network, self.side) + _AHEAD + self._by_hand
        with Wire(self.network, side or self.side) as wire:
            wire.send_esp(self.sas, sequence, data, source, spi)
