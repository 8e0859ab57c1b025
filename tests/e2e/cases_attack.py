# SPDX-License-Identifier: BSD-2-Clause
"""H1, H2, H8, H9, H11, H15: more of what an attacker does who has read the source."""
import contextlib
import ipaddress
import re
import subprocess

from arena import Arena, case, expect, status
from faults import alone
from lab import sip
from lab.guard import find
from lab.kamailio import DOMAIN
from lab.lab import Lab, undisturbed
from lab.network import (CORE, CORE_PORT, GM4, GM4C, MW, PROTECTED, UNPROTECTED, SharedNetwork)
from raw import Raw
from sink import Sink

FORGED = "forged-nonce"


def _accepted(arena, phone):
    """Whether a failure REGISTER with the forged nonce passes: then the guard has learned it."""
    return arena.answered(phone, phone.failure_request(FORGED), UNPROTECTED)


def _challenge(asked, vias):
    """A 401 with the forged nonce to the REGISTER `asked`."""
    return sip.write("SIP/2.0 401 Unauthorized", [
        *(("Via", via) for via in vias), ("From", asked["From"]),
        ("To", f"{asked['To']};tag=forged"), ("Call-ID", asked["Call-ID"]),
        ("CSeq", asked["CSeq"]),
        ("WWW-Authenticate", f'Digest realm="{DOMAIN}",nonce="{FORGED}"')])


def _hears_forged(phone):
    """Whether the forged challenge is among what comes to the phone."""
    return any(FORGED in message["WWW-Authenticate"]
               for message in iter(lambda: phone.receive(1), None))


def _told(arena, kind, phone):
    lines = arena.guard.run("events", "--type", kind, "-o", "jsonl").stdout.splitlines()
    return any(phone.impi in line for line in lines)


# --- H1

@case("Attack.ForgedChallengeThroughTheCoreTeachesNothing", "H1")
def challenge_through_the_core(arena):
    """With the check `side` off, which stops it at the door, the 401 goes by the P-CSCF and the
    core, and is back from the core's own address while the true answer is under way."""
    mallory = arena.registered("slow-mallory", side="evil")  # whom the core answers late
    challenge = mallory.ask(mallory.register_request())
    arena.guard.cli("mode", "set", "side", "off")
    try:
        data = mallory.register_request(authorization=mallory.credentials(challenge))
        asked = sip.parse(data)
        forged = _challenge(asked, [
            f"SIP/2.0/UDP {GM4}:{PROTECTED};branch={sip.branch()}.0",
            f"SIP/2.0/UDP {CORE}:{CORE_PORT};branch={sip.branch()}.0",
            f"SIP/2.0/UDP {MW}:{UNPROTECTED};branch={sip.branch()}.0", asked["Via"]])
        mallory.send(data, PROTECTED)
        mallory.send(forged, PROTECTED)
        expect(_hears_forged(mallory), "it has gone all the way, and reaches the phone")
        arena.guard.wait_for(lambda: _told(arena, "forged_answer", mallory), "it is known by its Via")
    finally:
        arena.guard.cli("mode", "set", "side", "default")
    expect(not _accepted(arena, mallory), "it taught a nonce")
    arena.guard.cli("mode", "set", "failure_matches_challenge", "off")
    try:
        expect(_accepted(arena, mallory), "with that check off the failure passes")
    finally:
        arena.guard.cli("mode", "set", "failure_matches_challenge", "default")


# --- H2

@case("Attack.LoopedNotifyEndsNothing", "H2")
def looped_notify(arena):
    """With the check `side` off: a phone's word on the end of another's registration, sent to the
    core, comes back from it."""
    alice, mallory = arena.registered(), arena.registered("mallory", side="evil")
    body = f'''<?xml version="1.0"?><reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="1"
 state="full"><registration aor="{alice.impu}" id="a" state="terminated"/></reginfo>'''
    arena.guard.cli("mode", "set", "side", "off")
    try:
        mallory.send(mallory.request("NOTIFY", alice.impu, body=body, extra=[
            ("Event", "reg"), ("Subscription-State", "terminated"),
            ("Content-Type", "application/reginfo+xml")]), PROTECTED)
        came = alice.await_request("NOTIFY")
        expect(came is not None and "terminated" in came.body, "it is back from the core")
        alice.reply(came, 200)
    finally:
        arena.guard.cli("mode", "set", "side", "default")
    expect(arena.holds(alice), "alice keeps her binding")
    expect(status(alice.say()) == 200, "and speaks")


# --- H8

@case("Attack.ConnectionOfThePcscfIsNoWayIn", "H8")
def connection(arena):
    """Over a socket that the P-CSCF has connected to the phone itself, from a port that no listener
    names."""
    def attack(arena):
        mallory = arena.registered("mallory", side="evil")
        data = mallory.request("MESSAGE")
        with Sink(arena.lab, GM4, 5078, peer=(mallory.address, mallory.port)) as sink:
            mallory.send(data, 5078)
            return int(sink.got(sip.parse(data)["Call-ID"],
                                0.4 if arena.mode == "enforce" else 3)), 1
    arena.refused(attack, "not_listener")


@case("Attack.ConnectionFromAProtectedPortIsJudged", "H8")
def protected_connection(arena):
    def attack(arena):
        alice = arena.registered()
        mallory = arena.registered("mallory", side="evil")
        spoof, own = mallory.request("MESSAGE", sender=alice.impu), mallory.request("MESSAGE")
        with Sink(arena.lab, GM4, PROTECTED, peer=(mallory.address, mallory.port)) as sink:
            mallory.send(own, PROTECTED)
            expect(sink.got(sip.parse(own)["Call-ID"], 3), "her own message passes")
            mallory.send(spoof, PROTECTED)
            return int(sink.got(sip.parse(spoof)["Call-ID"],
                                0.4 if arena.mode == "enforce" else 3)), 1
    arena.refused(attack, "identity_not_bound")


@case("Attack.OwnAddressSpeaksForNobody", "H8", own=GM4)
@case("Attack.MwAddressSpeaksForNobody", "H8", own=MW)
@case("Attack.CoresAddressSpeaksForNobody", "H8", own=CORE)
def spoofed_host(arena, own):
    """In a dialog that is none, as the P-CSCF itself or the core: a message in alice's name. Where
    the host lets its own addresses in from outside (accept_local)."""
    network = arena.lab.network
    network.sysctl("pcscf", "net.ipv4.conf.gm0.accept_local=1")

    def attack(arena):
        alice, bob = arena.registered(), arena.registered("bob")
        data = bob.in_dialog("MESSAGE", 1, f"<{alice.impu}>;tag=a", f"<{bob.impu}>;tag=b",
                             sip.token(), [f"<sip:{GM4}:{PROTECTED};lr>"],
                             f"sip:{bob.user}@{bob.here}")
        with Raw(network, "evil") as raw:
            raw.send((own, 5060), (GM4, PROTECTED), data)
        shown = bob.await_request("MESSAGE", 0.5 if arena.mode == "enforce" else 3)
        return int(shown is not None and alice.impu in shown["From"]), 1
    try:
        arena.refused(attack, "spoofed_source")
    finally:
        network.sysctl("pcscf", "net.ipv4.conf.gm0.accept_local=0")


# --- H9

@case("Attack.FirstFragmentWithoutPortsIsRefused", "H9")
def headless(arena):
    """Linux itself takes none; the guard does not leave it to Linux."""
    mallory = arena.attacker()
    for mode, field in (("monitor", "would_drop"), ("enforce", "dropped")):
        arena.set_mode(mode)
        before = arena.guard.counts()
        with Raw(arena.lab.network, "evil") as raw:
            for address in (GM4, GM4C):
                for octets in (0, 2):
                    raw.send_first_fragment((mallory.address, mallory.port), (address, PROTECTED),
                                            octets)
        arena.guard.wait_for(
            lambda: getattr(arena.guard.since(before, "front"), field)["fragment"] == 4,
            f"{mode}: {field} fragment")


# --- H11

def _forget_core(arena):
    """The configuration without the core: answers are believed as they leave to the phones."""
    text = arena.guard.config.read_text(encoding="utf-8")
    text, found = re.subn(r"\[core\]\n(\w+ = .*\n)+", "", text)
    expect(found == 1, "there was a [core]")
    arena.guard.config.write_text(text, encoding="utf-8")


@case("Attack.ForwardedAnswerTeachesNothing", "H11")
def forwarded(arena):
    """A 401 in the P-CSCF's name that this host only forwards, to a REGISTER that it never
    answers. The same bytes of its own are learned."""
    network, kept = arena.lab.network, arena.guard.config.read_text(encoding="utf-8")
    network.sysctl("pcscf", "net.ipv4.ip_forward=1", "net.ipv4.conf.mw0.accept_local=1")
    with alone(arena):
        arena.guard.stop()
        _forget_core(arena)
        arena.guard.resume()
        try:
            _forward(arena, network)
        finally:
            arena.guard.stop()
            arena.guard.config.write_text(kept, encoding="utf-8")
            network.sysctl("pcscf", "net.ipv4.ip_forward=0", "net.ipv4.conf.mw0.accept_local=0")


def _forward(arena, network):
    mallory = arena.attacker()
    here, pcscf = (mallory.address, mallory.port), (GM4, UNPROTECTED)
    data = mallory.register_request()
    forged = _challenge(sip.parse(data), [sip.parse(data)["Via"]])
    with Raw(network, "evil") as raw:  # the P-CSCF does not get it, the guard reads it
        raw.send(here, pcscf, data, wrong_checksum=True)

    def reaches(side, link, to):
        with Raw(network, side, link, to) as raw:
            raw.send(pcscf, here, forged)
        expect(_hears_forged(mallory), "it reaches the phone")
    reaches("core", "core0", ("pcscf", "mw0"))
    expect(not _accepted(arena, mallory), "forwarded, it taught a nonce")
    reaches("pcscf", "gm0", ("evil", "evil0"))
    expect(_accepted(arena, mallory), "of this host's own it teaches")


# --- H15

@contextlib.contextmanager
def _shared(arena):
    """Inside the block a lab and a guard where Gm and core are on one interface, address and
    port."""
    shared = Arena(Lab(f"{arena.lab.identity}s", network=SharedNetwork))
    try:
        shared.up()
        yield shared
    finally:
        with undisturbed():
            shared.down()


@case("Attack.GmAndCoreOnOneAddress_IsGuardedButForTheCore", "H15")
def shared_interface(arena):
    """Phones register, speak and call; an attacker is refused, also next to the core's address.
    Under the core's own he is exempt, which status says; even so he cannot bind himself."""
    with _shared(arena) as shared:
        warnings = shared.guard.cli("status")["warnings"]
        expect(any("shares its interface" in each for each in warnings), f"status: {warnings}")
        alice, bob = shared.registered(), shared.registered("bob")
        expect(status(alice.say()) == 200, "alice speaks")
        alice.send(alice.request("MESSAGE", f"sip:{bob.user}@{DOMAIN}"), PROTECTED)
        came = bob.await_request("MESSAGE")
        expect(came is not None and alice.impu in came["From"], "and to bob, by the core")
        bob.reply(came, 200)

        def attack(shared):
            mallory = shared.registered("mallory", side="evil")
            return sum((shared.answered(mallory, mallory.request("OPTIONS"), UNPROTECTED),
                        shared.answered(mallory, mallory.request("MESSAGE", sender=alice.impu),
                                        want=200))), 2
        shared.refused(attack, "not_register", ("identity_not_bound",))
        neighbour = str(ipaddress.ip_address(shared.lab.network.core) + 1)
        expect(not _reaches_from(shared, neighbour, bob), "next to the core nobody is exempt")
        expect(_reaches_from(shared, shared.lab.network.core, bob), "under its address he is")
        _forge_commit(shared, alice)


def _reaches_from(shared, source, bob):
    """Whether a MESSAGE to the P-CSCF with that source, as if of the core, gets on to bob."""
    word = sip.token()
    data = sip.write(f"MESSAGE sip:{bob.user}@{bob.here} SIP/2.0", [
        ("Via", f"SIP/2.0/UDP {source}:{CORE_PORT};branch={sip.branch()}"), ("Max-Forwards", "70"),
        ("From", "<sip:anybody@ims.test>;tag=a"), ("To", f"<{bob.impu}>"), ("Call-ID", word),
        ("CSeq", "1 MESSAGE")])
    with Raw(shared.lab.network, "evil") as raw:
        raw.send((source, CORE_PORT), (GM4, UNPROTECTED), data)
    return any(message["Call-ID"] == word
               for message in iter(lambda: bob.await_request("MESSAGE", 0.7), None))


def _forge_commit(shared, alice):
    """A REGISTER with a wrong response, and its 200 in the core's name: without the branch that the
    P-CSCF gave the core, it is not believed."""
    mallory = shared.attacker("slow-mallory")
    challenge = mallory.ask(mallory.register_request())
    data = mallory.register_request(authorization=mallory.credentials(challenge))
    asked = sip.parse(data)
    forged = sip.write("SIP/2.0 200 OK", [
        ("Via", f"SIP/2.0/UDP {GM4}:{UNPROTECTED};branch={sip.branch()}.0"), ("Via", asked["Via"]),
        ("From", asked["From"]), ("To", f"{asked['To']};tag=forged"),
        ("Call-ID", asked["Call-ID"]), ("CSeq", asked["CSeq"]),
        ("Contact", asked["Contact"] + ";expires=600"),
        ("P-Associated-URI", f"<{alice.impu}>")])
    mallory.send(data, PROTECTED)
    with Raw(shared.lab.network, "evil") as raw:
        raw.send((shared.lab.network.core, CORE_PORT), (GM4, UNPROTECTED), forged)
    shared.guard.wait_for(lambda: _told(shared, "forged_answer", mallory), "it is known by its Via")
    expect(not shared.answered(mallory, mallory.request("MESSAGE", sender=alice.impu)),
           "mallory speaks as alice")


@case("Attack.SharedInterfaceNeedsTheExactCore", "H15")
def shared_needs_exact(arena):
    text = arena.guard.config.read_text(encoding="utf-8")
    path = arena.lab.directory / "shared.toml"
    for peers, wrong in ((f'"{CORE}"', False), ('"198.51.100.0/24"', True), ("", True)):
        changed = text.replace('protection = "terminated"\n',
                               'protection = "terminated"\nshared_interface = true\n', 1)
        changed = re.sub(r"peers = \[.*\]", f"peers = [{peers}]", changed)
        path.write_text(changed, encoding="utf-8")
        done = subprocess.run([find("gmguardd"), "--check-config", "--config", path],
                              capture_output=True, text=True, check=False)
        refused = done.returncode != 0 and "exact addresses of the core" in done.stderr
        expect(refused == wrong, f"peers {peers}: {done.returncode} {done.stderr}")
