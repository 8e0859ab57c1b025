# SPDX-License-Identifier: BSD-2-Clause
"""H1, H2, H8: what only the core or the P-CSCF itself may say does not come from Gm."""
import contextlib
import socket

from arena import both_families, case
from lab import sip
from lab.network import CORE, GM4, MW, PROTECTED, UNPROTECTED
from lab.phone import Phone
from lab.processes import in_netns


def _forged_answer(victim, status_line, mallory):
    """An answer to a REGISTER that Kamailio forwards by its second Via: to the victim (H1)."""
    pcscf = sip.host_port(mallory.pcscf, UNPROTECTED)
    return sip.write(status_line, [
        ("Via", f"SIP/2.0/UDP {pcscf};branch={sip.branch()}.0"),
        ("Via", f"SIP/2.0/UDP {victim.here};branch={sip.branch()}"),
        ("From", f"<{victim.impu}>;tag=a"), ("To", f"<{victim.impu}>;tag=b"),
        ("Call-ID", sip.token()), ("CSeq", "1 REGISTER"),
        ("P-Associated-URI", f"<{victim.impu}>"),
        ("Contact", f"<sip:{mallory.user}@{mallory.here}>;expires=600"),
        ("WWW-Authenticate", 'Digest realm="ims.test",nonce="forged"')])


@both_families("Side.ForgedAnswerIsRefused_OnTheProtectedPort", "H1", status="200 OK")
@both_families("Side.ForgedChallengeIsRefused_OnTheProtectedPort", "H1", status="401 Unauthorized")
def forged_answer(arena, v6, status):
    def attack(arena):
        victim = arena.registered(v6=v6)
        mallory = arena.registered("mallory", side="evil", v6=v6)
        mallory.send(_forged_answer(victim, f"SIP/2.0 {status}", mallory), PROTECTED)
        came = victim.receive(0.5 if arena.mode == "enforce" else 3)
        return int(came is not None and came.status == int(status.split()[0])), 1
    arena.refused(attack, "forged_answer")


@case("Side.ForgedAnswerIsRefused_OnTheUnprotectedPort", "H1 R6")
def forged_answer_in_clear(arena):
    def attack(arena):
        victim, mallory = arena.registered(), arena.attacker()
        mallory.send(_forged_answer(victim, "SIP/2.0 200 OK", mallory), UNPROTECTED)
        came = victim.receive(0.5 if arena.mode == "enforce" else 3)
        return int(came is not None and came.status == 200), 1
    arena.refused(attack, "forged_answer", ("not_register",))


@both_families("HomeDomain.ForeignRequestUriIsRefused", "H2")
def foreign_request_uri(arena, v6):
    def attack(arena):
        mallory = arena.attacker(v6=v6)
        data = mallory.register_request(uri="sip:evil.test")
        return arena.answered(mallory, data, UNPROTECTED), 1
    arena.refused(attack, "foreign_domain")


@case("HomeDomain.ForeignRouteIsRefused", "H2")
def foreign_route(arena):
    def attack(arena):
        mallory = arena.attacker()
        data = mallory.register_request(extra=[("Route", f"<sip:{mallory.here};lr>")])
        return arena.answered(mallory, data, UNPROTECTED), 1
    arena.refused(attack, "foreign_domain")


@case("Side.RegEventFromAPhoneIsRefused", "H2")
def reg_event(arena):
    def attack(arena):
        mallory = arena.registered("mallory", side="evil")
        data = mallory.request("NOTIFY", extra=[("Event", "reg"),
                                                ("Subscription-State", "terminated")])
        return arena.answered(mallory, data, want=200), 1
    arena.refused(attack, "forged_answer")


@contextlib.contextmanager
def _way_to_mw(arena, source=None):
    """The attacker's host sends what is for Mw over Gm; source: an address it takes for that."""
    network = arena.lab.network
    network.ip("evil", "route", "add", f"{MW}/32", "dev", "evil0", "src", "192.0.2.66")
    if source:
        network.ip("evil", "addr", "add", f"{source}/32", "dev", "evil0")
    try:
        yield
    finally:
        if source:
            network.ip("evil", "addr", "del", f"{source}/32", "dev", "evil0", check=False)
        network.ip("evil", "route", "del", f"{MW}/32", "dev", "evil0", check=False)


@case("Side.MwAddressIsNotReached_FromGm", "H8")
def mw_from_gm(arena):
    """Registered, mallory sends what nobody judges: to the P-CSCF's socket of the other side."""
    def attack(arena):
        alice = arena.registered()
        mallory = arena.registered("mallory", side="evil")
        mallory.pcscf = MW
        with _way_to_mw(arena):
            data = mallory.request("MESSAGE", sender=alice.impu)
            return arena.answered(mallory, data, UNPROTECTED, want=200), 1
    arena.refused(attack, "not_listener")


@case("Side.CoresAddressIsNotBelieved_FromGm", "H8")
def core_from_gm(arena):
    """With the core's address as source Kamailio takes the attacker for the core."""
    def attack(arena):
        alice, bob = arena.registered(), arena.registered("bob")
        with _way_to_mw(arena, CORE), in_netns(arena.lab.network.name("evil")):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
                forger.bind((CORE, 5060))
                data = alice.request("MESSAGE", f"sip:{bob.user}@{bob.here}").replace(
                    f"SIP/2.0/UDP {alice.here}".encode(), f"SIP/2.0/UDP {CORE}:5060".encode())
                forger.sendto(data, (MW, 5060))
        shown = bob.await_request("MESSAGE", 0.5 if arena.mode == "enforce" else 3)
        return int(shown is not None and alice.impu in shown["From"]), 1
    arena.refused(attack, "not_listener", ("spoofed_source",))


@case("Side.CoresAddressIsRefused_AtTheGmListener", "H8")
def core_at_gm_listener(arena):
    """In the core's name to the unprotected port, where what the core says is otherwise exempt."""
    network = arena.lab.network
    for mode, field in (("monitor", "would_drop"), ("enforce", "dropped")):
        arena.set_mode(mode)
        network.give("evil", CORE)
        try:
            with Phone(network, "evil", "mallory", CORE, 5060, pcscf=GM4) as forger:
                before = arena.guard.counts()
                forger.send(forger.register_request())
                arena.guard.wait_for(
                    lambda: getattr(arena.guard.since(before), field)["spoofed_source"],
                    f"{mode}: {field} spoofed_source")
        finally:
            network.take("evil", CORE)
