# SPDX-License-Identifier: BSD-2-Clause
"""The profile ts33203, where IPsec ends before this host: phones with two ports, identities as the
P-CSCF has them, and what passes in clear beside REGISTERs."""
import contextlib

from arena import case, expect, status
from lab import sip
from lab.kamailio import DOMAIN
from lab.network import UNPROTECTED

_ANONYMOUS = "sip:anonymous@anonymous.invalid"
_SOS = "urn:service:sos"


@contextlib.contextmanager
def _field(arena):
    """Inside the block the guard has the profile of phones in the field."""
    path = arena.guard.config
    before = path.read_text(encoding="utf-8")
    _reload(arena, before.replace('profile = "annex-d"', 'profile = "ts33203"'))
    try:
        yield
    finally:
        _reload(arena, before)


def _reload(arena, text):
    arena.guard.config.write_text(text, encoding="utf-8")
    arena.guard.cli("config", "reload", "--drop-bindings")


def _dropped(arena, play):
    """Reasons that were counted while it played, and what it returned."""
    before = arena.guard.counts()
    result = play()
    return dict(arena.guard.since(before).dropped), result


def _security(phone, server):
    return [("Security-Client", "ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;spi-c=11;spi-s=12;"
                                f"port-c={phone.port};port-s={server.port}")]


def _two_ports(arena, user="alice", **more):
    """A phone and, of the same user, the port that it is sent to."""
    phone = arena.phone(user, **more)
    server = arena.phone(phone.user, phone.address, phone.port + 1000, plain=True,
                         side=more.get("side", "ue"))
    return phone, server


def _registers(arena, phone, server):
    changes = {"contact": server.here, "extra": _security(phone, server)}
    arena.register(phone, **changes)


@case("Profile.PhoneWithTwoPorts_SpeaksFromBoth", "R13 H3 33.203 7.1")
def two_ports(arena):
    with _field(arena):
        phone, server = _two_ports(arena)
        dropped, _ = _dropped(arena, lambda: _registers(arena, phone, server))
        expect(not dropped, f"dropped {dropped}")
        answer = phone.say()
        expect(status(answer) == 200, f"a MESSAGE from {phone.here}: {status(answer)}")
        # Kamailio knows the port that it registered from alone, and says so.
        dropped, answer = _dropped(arena, server.say)
        expect(answer is not None and not dropped, f"from {server.here}: dropped {dropped}")
        stranger = arena.phone(phone.user, phone.address, phone.port + 2000, plain=True)
        data = stranger.request("MESSAGE")
        dropped, answer = _dropped(arena, lambda: arena.answered(stranger, data))
        expect(not answer and "unregistered" in dropped, f"from a third port: {answer}, {dropped}")


@case("Profile.ProtectedRegister_IsHeldToTheNegotiatedPorts", "R4 33.203 7.1")
def negotiated(arena):
    with _field(arena):
        phone, server = _two_ports(arena)
        challenge = phone.ask(phone.register_request(contact=server.here,
                                                     extra=_security(phone, server)))
        expect(status(challenge) == 401, f"challenged: {status(challenge)}")
        for sender, contact in ((phone, phone.here), (server, server.here)):
            credentials = phone.credentials(challenge)
            data = sender.register_request(contact=contact, authorization=credentials,
                                           extra=_security(phone, server))
            dropped, answer = _dropped(
                arena, lambda sender=sender, data=data: arena.answered(sender, data))
            expect(not answer and "contact_mismatch" in dropped,
                   f"from {sender.here}, reached at {contact}: {answer}, {dropped}")
        answer = phone.answer(challenge, contact=server.here, extra=_security(phone, server))
        expect(status(answer) == 200, f"as negotiated: {status(answer)}")


@case("Profile.AnothersPort_IsNoPortOfMine", "H3")
def anothers_port(arena):
    with _field(arena):
        phone, server = _two_ports(arena)
        _registers(arena, phone, server)
        mallory = arena.attacker(address=phone.address)
        for taken in (phone, server):
            data = mallory.register_request(extra=_security(mallory, taken))
            dropped, answer = _dropped(
                arena, lambda data=data: arena.answered(mallory, data, port=UNPROTECTED))
            expect(not answer and "selector_taken" in dropped,
                   f"port-s={taken.port}: {answer}, {dropped}")


@case("Profile.FromIsFree_UnlessItIsAnothers", "H12")
def from_is_free(arena):
    with _field(arena):
        alice, mallory = arena.registered(), arena.registered("mallory", side="evil")
        for sender in ("sip:nobody@" + DOMAIN, "sip:carol@elsewhere.test", _ANONYMOUS):
            dropped, _ = _dropped(arena, lambda sender=sender: mallory.say(
                sender=sender, preferred=mallory.impu))
            expect(not dropped, f"From {sender}: dropped {dropped}")
        data = mallory.request("MESSAGE", sender=alice.impu, preferred=None)
        dropped, answer = _dropped(arena, lambda: arena.answered(mallory, data))
        expect(not answer and "identity_not_bound" in dropped, f"alice's: {answer}, {dropped}")


@case("Profile.AnEmergencyCallOfNobody_ReachesThePcscf", "24.229 5.1.6 H23")
def emergency(arena):
    with _field(arena):
        caller = arena.phone()
        invite = caller.request("INVITE", _SOS, sender=_ANONYMOUS, preferred=None)
        dropped, answer = _dropped(arena, lambda: caller.ask(invite))
        expect(answer is not None and not dropped, f"{status(answer)}, dropped {dropped}")
        call = sip.parse(invite)
        bye = caller.in_dialog("BYE", 2, call["From"], f"<{_SOS}>;tag=p", call["Call-ID"], [],
                               f"sip:psap@{DOMAIN}")
        dropped, _ = _dropped(arena, lambda: caller.ask(bye))
        expect(not dropped, f"BYE of the call: dropped {dropped}")
        other = caller.request("INVITE", f"sip:service@{DOMAIN}", sender=_ANONYMOUS, preferred=None)
        dropped, answer = _dropped(arena, lambda: caller.ask(other))
        expect(answer is None and "not_register" in dropped, f"another call: {dropped}")
    dropped, answer = _dropped(arena, lambda: caller.ask(
        caller.request("INVITE", _SOS, sender=_ANONYMOUS, preferred=None)))
    expect(answer is None and "not_register" in dropped, f"annex-d: {dropped}")
