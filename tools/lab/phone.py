# SPDX-License-Identifier: BSD-2-Clause
"""A phone on a UDP socket of its own, in any namespace, that can also say what a phone must not."""
import socket
import time

from . import sip
from .kamailio import DOMAIN
from .network import PROTECTED, UNPROTECTED, family, pcscf_address
from .processes import in_netns

_T1 = 0.5          # RFC 3261: first retransmission
ANSWER_WITHIN = 1.6  # seconds; after that nobody will answer


class Phone:
    """A subscriber at a selector. The methods return the final answer as sip.Message, or None
    when none came. Provisional answers and messages of other calls are put aside."""

    def __init__(self, network, side, user, address, port=5070, pcscf=None):
        network.give(side, address)
        self.network, self.side = network, side
        self.user, self.address, self.port = user, address, port
        self.impi = f"{user}@{DOMAIN}"
        self.impu = f"sip:{user}@{DOMAIN}"
        self.here = sip.host_port(address, port)
        self.pcscf = pcscf or pcscf_address(address)
        self.patience_s = ANSWER_WITHIN
        self.aside = []
        self._cseq = 0
        self._call_id = f"{sip.token()}@{self.here}"
        self.tag = sip.token()
        kind = socket.AF_INET6 if family(address) == 6 else socket.AF_INET
        with in_netns(network.name(side)):
            self.socket = socket.socket(kind, socket.SOCK_DGRAM)
        self.socket.bind((address, port))

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- bytes

    def send(self, data, port=UNPROTECTED):
        self.socket.sendto(data, (self.pcscf, port))

    def receive(self, timeout_s=ANSWER_WITHIN):
        """The next message, or None."""
        self.socket.settimeout(max(timeout_s, 0.001))
        try:
            data, source = self.socket.recvfrom(65535)
        except (TimeoutError, ConnectionRefusedError):
            return None
        message = sip.parse(data)
        message.source = source[:2]
        return message

    def ask(self, data, port=UNPROTECTED):
        """Sends a request, once more after T1, and waits for its final answer."""
        asked = sip.parse(data)
        wanted = (asked["Call-ID"], asked["CSeq"])
        begun = time.monotonic()
        again, end = begun + _T1, begun + self.patience_s
        self.send(data, port)
        while (now := time.monotonic()) < end:
            if now >= again:
                self.send(data, port)
                again = end
            message = self._final(self.receive(min(again, end) - now), wanted)
            if message:
                return message
        return None

    def _final(self, message, wanted):
        """The message, if it is the final answer to the request of this Call-ID and CSeq."""
        if message is None:
            return None
        if message.status >= 200 and (message["Call-ID"], message["CSeq"]) == wanted:
            return message
        self.aside.append(message)
        return None

    # --- REGISTER

    def register_request(self, **changes):
        """A REGISTER; changes: contact (host:port), params (of the Contact), contacts (a list of
        whole Contact values instead), to (URI), uri (Request-URI), via (host:port), expires,
        authorization, extra (headers)."""
        self._cseq += 1
        impu = changes.get("to", self.impu)
        uri = changes.get("uri", f"sip:{DOMAIN}")
        contact = changes.get("contact", self.here)
        own = f"<sip:{self.user}@{contact}>{changes.get('params', '')}"
        headers = [
            ("Via", f"SIP/2.0/UDP {changes.get('via', self.here)};branch={sip.branch()};rport"),
            ("Max-Forwards", "70"),
            ("From", f"<{impu}>;tag={self.tag}"),
            ("To", f"<{impu}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            *(("Contact", value) for value in changes.get("contacts", [own])),
            ("Expires", str(changes.get("expires", 600))),
            ("Authorization", changes.get("authorization", self.no_credentials())),
            *changes.get("extra", ()),
        ]
        return sip.write(f"REGISTER {uri} SIP/2.0", headers)

    def no_credentials(self):
        return (f'Digest username="{self.impi}",realm="{DOMAIN}",uri="sip:{DOMAIN}",'
                'nonce="",response=""')

    def credentials(self, challenge):
        return sip.authorization(challenge["WWW-Authenticate"], self.impi, f"secret-{self.user}",
                                 "REGISTER", f"sip:{DOMAIN}")

    def failure_request(self, nonce, auts="", **changes):
        """A REGISTER with a network authentication failure, or with auts a synchronization
        failure."""
        parameters = f'nonce="{nonce}",response=""' + (f',auts="{auts}"' if auts else "")
        return self.register_request(
            authorization=f'Digest username="{self.impi}",realm="{DOMAIN}",uri="sip:{DOMAIN}",'
                          f'{parameters}', **changes)

    def register(self, protected=PROTECTED, unprotected=UNPROTECTED, **changes):
        """Both steps: in clear to the unprotected port, then with the response to the protected
        one. Returns the answer to the last step taken."""
        challenge = self.ask(self.register_request(**changes), unprotected)
        if challenge is None or challenge.status != 401:
            return challenge
        return self.answer(challenge, protected, **changes)

    def answer(self, challenge, port=PROTECTED, **changes):
        changes["authorization"] = self.credentials(challenge)
        return self.ask(self.register_request(**changes), port)

    # --- other requests and answers

    def request(self, method, to=f"sip:service@{DOMAIN}", **changes):
        """A request out of dialog as bytes; changes: sender (URI, From), preferred (URI,
        P-Preferred-Identity; None: without), extra (headers), body."""
        self._cseq += 1
        sender = changes.get("sender", self.impu)
        preferred = changes.get("preferred", sender)
        headers = [
            ("Via", f"SIP/2.0/UDP {self.here};branch={sip.branch()};rport"),
            ("Max-Forwards", "70"),
            ("From", f"<{sender}>;tag={sip.token()}"),
            ("To", f"<{to}>"),
            ("Call-ID", f"{sip.token()}@{self.here}"),
            ("CSeq", f"{self._cseq} {method}"),
            ("Contact", f"<sip:{self.user}@{self.here}>"),
            *([("P-Preferred-Identity", f"<{preferred}>")] if preferred else []),
            *changes.get("extra", ()),
        ]
        return sip.write(f"{method} {to} SIP/2.0", headers, changes.get("body", ""))

    def say(self, method="MESSAGE", port=PROTECTED, **changes):
        """Sends a request out of dialog and waits for its answer."""
        return self.ask(self.request(method, **changes), port)

    def reply(self, request, status, reason="OK", port=PROTECTED):
        """Answers a request that came in."""
        headers = [(name, value) for name, value in request.headers
                   if name.lower() in ("via", "from", "call-id", "cseq", "record-route")]
        to = request["To"]
        headers.append(("To", to if sip.tag_of(to) else f"{to};tag={self.tag}"))
        headers.append(("Contact", f"<sip:{self.user}@{self.here}>"))
        self.send(sip.write(f"SIP/2.0 {status} {reason}", headers), port)

    def await_request(self, method, timeout_s=3.0):
        """The next request of that method that comes in, or None."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            message = self.receive(left)
            if message is not None and not message.status and message.method == method:
                return message
        return None

    def in_dialog(self, method, cseq, local, remote, call_id, routes, target):
        """A request within a dialog: local and remote are whole From and To values."""
        headers = [("Via", f"SIP/2.0/UDP {self.here};branch={sip.branch()};rport"),
                   ("Max-Forwards", "70"), ("From", local), ("To", remote), ("Call-ID", call_id),
                   ("CSeq", f"{cseq} {method}"), *(("Route", value) for value in routes)]
        return sip.write(f"{method} {target} SIP/2.0", headers)
