# SPDX-License-Identifier: BSD-2-Clause
"""The core of the IMS lab: home network and registrar in one, on a thread of this process."""
import contextlib
import dataclasses
import re
import socket
import threading

from .. import sip
from ..kamailio import DOMAIN
from ..network import CORE_PORT, UNPROTECTED
from ..processes import in_netns
from . import aka

_PARAMETER = re.compile(r'([\w-]+)\s*=\s*("[^"]*"|[^,;\s]+)')
_EXPIRES = 600


def parameters(value):
    """name=value and name="value" of a header, names in lower case."""
    return {name.lower(): told.strip('"') for name, told in _PARAMETER.findall(value)}


@dataclasses.dataclass
class Subscriber:
    """What the core knows of an IMPI; `contact` and `path`: where it is registered, or None."""
    impi: str
    sqn: int = 0
    keys: dict = dataclasses.field(default_factory=dict)  # by the nonces that went out
    contact: str = None
    path: str = ""
    asked_again: bool = False    # the next REGISTER is challenged, whatever it proves
    asked_falsely: bool = False  # ... by somebody who does not know the key

    @property
    def user(self):
        return self.impi.partition("@")[0]

    @property
    def impus(self):
        return [f"sip:{self.user}@{DOMAIN}", f"sip:{self.user}.work@{DOMAIN}"]


class Core:
    """Challenges whoever does not prove himself by AKA, registers, answers requests, and carries a
    MESSAGE to a registered IMPU on to its phone. `heard`: the requests that came, but REGISTERs;
    `registers`: these; `answers`: the status of what phones answered, by Call-ID. What it cannot
    read it does not answer."""

    def __init__(self, network):
        aka.check()
        self._network = network
        self._stop = threading.Event()
        self._thread = None
        self._lock = threading.Lock()  # of what the tests read while the thread writes
        self._socket = None
        self._done = {}  # answers by transaction: a retransmission gets the same one
        self._subscribers = {}
        self.heard, self.registers, self.answers = [], [], {}

    # --- what tests ask for

    def subscriber(self, impi):
        with self._lock:
            return self._subscribers.setdefault(impi, Subscriber(impi))

    def ask_again(self, impi, falsely=False):
        """The next REGISTER of that user is challenged, as at a re-authentication; falsely: with
        what his SIM card will not take for the network's."""
        found = self.subscriber(impi)
        found.asked_again, found.asked_falsely = True, falsely

    def is_registered(self, impi):
        return self.subscriber(impi).contact is not None

    def heard_of(self, call_id):
        """The request of that call, or None."""
        return next((message for message in self.heard if message["Call-ID"] == call_id), None)

    def deliver(self, impu, sender="sip:service@" + DOMAIN, body="hello"):
        """A MESSAGE to the phone of a registered IMPU; its Call-ID, or None where there is none."""
        found = self._registered(impu)
        if not found:
            return None
        call_id = f"{sip.token()}@{self._network.core}"
        self._send(sip.write(f"MESSAGE {found.contact} SIP/2.0", [
            ("Via", f"SIP/2.0/UDP {self._network.core}:{CORE_PORT};branch={sip.branch()}"),
            ("Max-Forwards", "70"), ("Route", found.path),
            ("From", f"<{sender}>;tag={sip.token()}"), ("To", f"<{impu}>"), ("Call-ID", call_id),
            ("CSeq", "1 MESSAGE"), ("Content-Type", "text/plain")], body))
        return call_id

    # --- its life

    def start(self):
        with in_netns(self._network.name("core")):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self._network.core, CORE_PORT))
        self._socket.settimeout(0.2)
        self._stop.clear()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        if self._thread:
            self._stop.set()
            self._thread.join()
            self._socket.close()
            self._thread = None

    def restart(self):
        """With nobody registered."""
        self.stop()
        self._subscribers.clear()
        self.start()

    def _serve(self):
        while not self._stop.is_set():
            try:
                data, _ = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            message = sip.parse(data)
            if message.status:
                self.answers[message["Call-ID"]] = message.status
            elif not message.start.startswith("ACK "):
                with contextlib.suppress(KeyError, ValueError):
                    self._take(message)

    def _take(self, request):
        transaction = (request["Via"], request["CSeq"])
        if transaction not in self._done:
            answer = self._register if request.method == "REGISTER" else self._answer
            self._done[transaction] = answer(request)
        self._send(self._done[transaction])

    def _send(self, data):
        self._socket.sendto(data, (self._network.mw, UNPROTECTED))

    def _reply(self, request, status, reason, *headers):
        to = request["To"]
        if not sip.tag_of(to):
            to += f";tag={sip.token()}"
        return sip.write(f"SIP/2.0 {status} {reason}", [
            *(("Via", value) for value in request.all("Via")),
            *(("Record-Route", value) for value in request.all("Record-Route")),
            ("From", request["From"]), ("To", to), ("Call-ID", request["Call-ID"]),
            ("CSeq", request["CSeq"]), *headers])

    # --- REGISTER

    def _register(self, request):
        self.registers.append(request)
        told = parameters(request["Authorization"])
        impu = sip.uri_of(request["To"])
        found = self.subscriber(told.get("username") or impu.removeprefix("sip:"))
        if told.get("auts"):
            return self._resynchronise(request, found, told)
        if told.get("nonce") and not told.get("response"):
            return self._reply(request, 403, "The network failed to prove itself")
        if not told.get("response") or found.asked_again:
            found.asked_again = False
            return self._challenge(request, found)
        keys = found.keys.get(told["nonce"])
        if not keys or told["response"] != aka.digest(keys.res, "REGISTER", told):
            return self._reply(request, 403, "Authentication failed")
        if impu not in found.impus:
            return self._reply(request, 403, "Not your identity")
        return self._accept(request, found)

    def _challenge(self, request, found):
        found.sqn += 1
        card = f"not {found.user}" if found.asked_falsely else found.user
        found.asked_falsely = False
        nonce, keys = aka.challenge(card, found.sqn)
        found.keys[nonce] = keys
        return self._reply(
            request, 401, "Unauthorized",
            ("WWW-Authenticate",
             f'Digest realm="{DOMAIN}",nonce="{nonce}",algorithm=AKAv1-MD5,qop="auth",'
             f'ck="{keys.ck.hex()}",ik="{keys.ik.hex()}"'))

    def _resynchronise(self, request, found, told):
        number = aka.sqn_of(found.user, told["nonce"], told["auts"]) \
            if told.get("nonce") in found.keys else None
        if number is None:
            return self._reply(request, 403, "Not a synchronization failure of yours")
        found.sqn = number
        return self._challenge(request, found)

    def _accept(self, request, found):
        contact = request["Contact"]
        in_contact = re.search(r";expires=(\d+)", contact)
        expires = int(in_contact.group(1) if in_contact else request["Expires"] or _EXPIRES)
        found.contact = sip.uri_of(contact) if expires else None
        found.path = request["Path"]
        bare = re.sub(r";expires=\d+", "", contact)
        return self._reply(
            request, 200, "OK", ("Contact", f"{bare};expires={expires}"), ("Path", found.path),
            ("Service-Route", f"<sip:orig@{self._network.core}:{CORE_PORT};lr>"),
            ("P-Associated-URI", ", ".join(f"<{impu}>" for impu in found.impus)))

    def _registered(self, impu):
        with self._lock:
            return next((found for found in self._subscribers.values()
                         if found.contact and impu in found.impus), None)

    # --- other requests

    def _answer(self, request):
        """Says what it takes the sender for: by the P-CSCF's word, and by his own."""
        self.heard.append(request)
        sender, to = sip.uri_of(request["From"]), sip.uri_of(request["To"])
        if request.method == "MESSAGE" and self._registered(to):
            self.deliver(to, sender, request.body)
        elif not to.startswith("sip:service@"):
            return self._reply(request, 480, "Not registered")
        return self._reply(request, 200, "OK", ("X-From", sender),
                           ("X-Asserted", request["P-Asserted-Identity"] or "<nobody>"))
