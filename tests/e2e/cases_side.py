# SPDX-License-Identifier: BSD-2-Clause
"""H1, H2, H8: what only the core or the P-CSCF itself may say does not come from Gm."""
import contextlib
import socket

from arena import both_families, case
from lab import sip
from lab.network import CORE, GM4, MW, PROTECTED, UNPROTECTED
from lab.phone import Phone
from lab.processes import in_netns
from raw import BROADCAST, Raw
from sink import Sink


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


# --- sockets of the P-CSCF that are not its Gm listeners

def _reaches(arena, bound, destination, reason):
    """Whether a MESSAGE to `destination` gets to a socket that is bound to `bound`."""
    def attack(arena):
        mallory = arena.registered("mallory", side="evil")
        data = mallory.request("MESSAGE")
        word = sip.parse(data)["Call-ID"]
        with Sink(arena.lab, *bound) as sink, Raw(arena.lab.network, "evil") as raw:
            raw.send((mallory.address, mallory.port), destination, data)
            return int(sink.got(word, 0.4 if arena.mode == "enforce" else 3)), 1
    arena.refused(attack, reason)


@case("Side.ForgottenPortIsNotReached_FromGm", "H8")
def forgotten_port(arena):
    """A port that the P-CSCF has open and the configuration does not name."""
    _reaches(arena, (GM4, 5077), (GM4, 5077), "not_listener")


@case("Side.ForgottenPortOfMwIsNotReached_FromGm", "H8")
def forgotten_port_of_mw(arena):
    _reaches(arena, (MW, 5077), (MW, 5077), "not_listener")


@case("Side.LoopbackIsNotReached_FromGm", "H8")
def loopback(arena):
    """Where the host routes it, as with route_localnet for a container's proxy."""
    network = arena.lab.network
    network.sysctl("pcscf", "net.ipv4.conf.gm0.route_localnet=1")
    try:
        _reaches(arena, ("127.0.0.1", UNPROTECTED), ("127.0.0.1", UNPROTECTED), "not_listener")
    finally:
        network.sysctl("pcscf", "net.ipv4.conf.gm0.route_localnet=0")


@case("Side.BroadcastReachesNoWildcardSocket", "H8", port=UNPROTECTED)
@case("Side.BroadcastReachesNoForgottenWildcardSocket", "H8", port=5077)
def broadcast(arena, port):
    _reaches(arena, ("0.0.0.0", port), (BROADCAST, port), "not_listener")


@case("Side.MediaReachesItsSocket", "H8")
def media(arena):
    """What is no SIP and goes to no listener is not gmguard's to judge."""
    phone = arena.phone()

    def play(arena):
        with Sink(arena.lab, GM4, 30000) as sink:
            for data in (bytes([0x80, 8]) + b"media" * 30, b"media" + b"/" * 1200, b""):
                phone.send(data, 30000)
            phone.send(b"last", 30000)
            arena.guard.wait_for(lambda: sink.got("last", 0) and sink.count() == 4, "all of it")
    arena.passes(play)


@case("Side.OwnAddressIsNotBelieved_FromGm", "H8")
def own_address(arena):
    """Of this host's own addresses none can come from outside; where the host lets it (accept_local)
    the guard does not."""
    network = arena.lab.network
    network.sysctl("pcscf", "net.ipv4.conf.gm0.accept_local=1", "net.ipv4.conf.all.rp_filter=0",
                   "net.ipv4.conf.gm0.rp_filter=0")
    try:
        for mode, field in (("monitor", "would_drop"), ("enforce", "dropped")):
            arena.set_mode(mode)
            before = arena.guard.counts()
            with Raw(network, "evil") as raw:
                forger = arena.attacker()
                for own in (GM4, MW, "127.0.0.1"):
                    raw.send((own, 5060), (GM4, UNPROTECTED),
                             forger.register_request(contact=f"{own}:5060"))
            arena.guard.wait_for(
                lambda: getattr(arena.guard.since(before, "front"), field)["spoofed_source"] == 3,
                f"{mode}: {field} spoofed_source")
    finally:
        network.sysctl("pcscf", "net.ipv4.conf.gm0.accept_local=0")


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
