# SPDX-License-Identifier: BSD-2-Clause
"""Phones that speak TCP to a real P-CSCF (rows 1 to 8 over TCP; H5, H18, H19, H23)."""
import time

from arena import POOLS, both_families, case, expect, status
from lab.network import PROTECTED, UNPROTECTED
from lab.sipp import SippPhone
from lab.stream_phone import StreamPhone


def _phone(arena, user="alice", side="ue", **more):
    kind, arena.kind_of_phone = arena.kind_of_phone, StreamPhone
    try:
        return arena.phone(user, side=side, **more)
    finally:
        arena.kind_of_phone = kind


def _registered(arena, user="alice", **more):
    phone = _phone(arena, user, **more)
    arena.register(phone)
    return phone


@both_families("Stream.PhoneRegistersAndSpeaks", "R6 R7 R8")
def phone_speaks(arena, v6):
    def play(arena):
        phone = _registered(arena, v6=v6)
        expect(status(phone.say()) == 200, "its message is answered")
        expect(status(phone.say("SUBSCRIBE")) == 200, "and its subscription")
        expect(status(phone.register()) == 200, "it registers again on the same connections")
    arena.passes(play)


@both_families("Stream.RegisterOf1821BytesFromAnEphemeralPort", "R6")
def long_register(arena, v6):
    def play(arena):
        phone = _phone(arena, v6=v6)
        entry = ("ipsec-3gpp;alg={};ealg={};prot=esp;mod=trans;spi-c=91731022;spi-s=91731023;"
                 "port-c=32801;port-s=32800")
        offers = ", ".join(entry.format(alg, ealg) for alg in ("hmac-md5-96", "hmac-sha-1-96")
                           for ealg in ("aes-cbc", "des-ede3-cbc", "null"))
        extra = [("Security-Client", offers)]
        data = phone.register_request(extra=extra)
        extra.append(("X-Filled", "x" * (1821 - len(data) - 12)))
        expect(status(phone.ask(phone.register_request(extra=extra))) == 401, "it is challenged")
    arena.passes(play)


@both_families("Stream.AnothersIdentityIsRefused", "R7 H5")
def anothers_identity(arena, v6):
    def attack(arena):
        victim, mallory = _registered(arena, v6=v6), _registered(arena, "mallory", side="evil",
                                                                 v6=v6)
        data = mallory.request("MESSAGE", sender=victim.impu)
        return arena.answered(mallory, data), 1
    arena.refused(attack, "identity_not_bound", ("tcp_poisoned", "tcp_order"))


@both_families("Stream.OnlyRegisterInClear", "R6")
def only_register(arena, v6):
    def attack(arena):
        phone = _phone(arena, "mallory", side="evil", v6=v6)
        return arena.answered(phone, phone.request("INVITE"), UNPROTECTED), 1
    arena.refused(attack, "not_register", ("tcp_poisoned", "tcp_order"))


@case("Stream.AnotherUserOnABoundSelectorIsRefused", "R1 R5")
def another_user(arena):
    def attack(arena):
        victim = _registered(arena)
        data = victim.register_request(to="sip:mallory@ims.test").replace(
            f'username="{victim.impi}"'.encode(), b'username="mallory@ims.test"')
        return arena.answered(victim, data, UNPROTECTED), 1
    arena.refused(attack, "selector_taken", ("tcp_poisoned", "tcp_order", "user_mismatch"))


@case("Stream.ContactOfAnotherPlaceIsRefused", "R4 R13")
def other_contact(arena):
    def attack(arena):
        phone = _phone(arena, "mallory", side="evil")
        data = phone.register_request(contact="192.0.2.9:5060")
        return arena.answered(phone, data, UNPROTECTED), 1
    arena.refused(attack, "contact_mismatch", ("tcp_poisoned", "tcp_order"))


@case("Stream.ConnectionOfARefusedMessageIsEnded", "H5")
def ended(arena):
    phone = _phone(arena, "mallory", side="evil")
    phone.send(phone.request("INVITE"), UNPROTECTED)
    expect(phone.is_cut_off(UNPROTECTED), "it knows at once")
    phone.hang_up(UNPROTECTED)
    expect(status(phone.ask(phone.register_request())) == 401, "and may begin anew")


@case("Stream.SubscribeRightBehindThe200Passes", "H18")
def subscribe_at_once(arena):
    phone = _phone(arena)
    challenge = phone.ask(phone.register_request())
    phone.authorization = phone.credentials(challenge)
    with arena.guard.stopped():  # the controller lags
        data = phone.register_request(authorization=phone.credentials(challenge))
        expect(status(phone.ask(data, PROTECTED)) == 200, "it is registered")
        phone.send(phone.request("SUBSCRIBE"), PROTECTED)
        expect(phone.receive(0.6) is None, "nobody knows it yet")
    answer = phone.receive(3)
    expect(status(answer) == 200, f"TCP sends again, and it is answered: {status(answer)}")


@case("Stream.ConnectionOlderThanTheGuardIsEnded", "H19")
def older(arena):
    phone = _registered(arena)
    expect(status(phone.say()) == 200, "it speaks")
    arena.guard.detach()
    arena.guard.resume()
    phone.send(phone.request("MESSAGE"), PROTECTED)
    expect(phone.is_cut_off(), "what was said on it before is not known: it is ended")
    phone.hang_up(PROTECTED)
    phone.hang_up(UNPROTECTED)
    arena.register(phone)
    expect(status(phone.say()) == 200, "and the phone begins anew")


@case("Stream.ConnectionSurvivesAnUpgrade", "H19 R19")
def upgrade(arena):
    phone = _registered(arena)
    arena.guard.stop()
    arena.guard.resume()
    expect(status(phone.say()) == 200, "the same connection goes on")


@case("Stream.ConnectionsAreMetered", "H23")
def metered(arena):
    arena.guard.stop()
    arena.guard.start("enforce", POOLS + "[limits]\nconnections = { rate = 1, burst = 3 }\n")
    try:
        before = arena.guard.counts()
        phone, opened = _phone(arena, "mallory", side="evil"), 0
        for _ in range(12):
            phone.port += 1
            try:
                phone.connect(UNPROTECTED, 0.3).close()
                opened += 1
            except OSError:
                break
        expect(opened < 8, f"{opened} of 12 connections were opened")
        expect(arena.guard.since(before).dropped["rate_limited"], "counted as rate_limited")
        other = _phone(arena)
        expect(status(other.ask(other.register_request())) == 401, "others are not concerned")
    finally:
        arena.guard.stop()
        arena.guard.start("enforce", POOLS)


@case("Stream.LoadOfSippIsAnsweredWhole", "H5")
def load(arena):
    arena.set_mode("enforce")
    # Whoever shares a connection cannot name its port as its own.
    arena.guard.cli("mode", "set", "contact_source", "off")
    before = arena.guard.counts()
    phone = SippPhone(arena.lab, "ue", "many", arena.address())
    answered = phone.ask_over_tcp(calls=2000, rate=400)
    arena.guard.cli("mode", "set", "contact_source", "default")
    counts = arena.guard.since(before)
    expect(answered == 2000, f"{answered} of 2000 were answered; dropped {dict(counts.dropped)}")
    expect(not counts.dropped, f"dropped {dict(counts.dropped)}")


@both_families("Stream.UnfinishedHeaderHasADeadline_WithoutAnotherByte", "H5")
def silent_header(arena, v6):
    phone = _phone(arena, "mallory", side="evil", v6=v6)
    phone.send(phone.register_request()[:50], UNPROTECTED)
    expect(not phone.is_cut_off(UNPROTECTED, 9), "it has its time")
    expect(phone.is_cut_off(UNPROTECTED, 10), "and is ended")


@case("Stream.UnfinishedHeaderHasADeadline", "H5")
def slow_header(arena):
    phone = _phone(arena, "mallory", side="evil")
    data = phone.register_request()
    phone.send(data[:50], UNPROTECTED)
    time.sleep(10.5)
    for byte in range(50, 60):
        try:
            phone.send(data[byte:byte + 1], UNPROTECTED)
        except OSError:
            break
        time.sleep(0.3)
    expect(phone.is_cut_off(UNPROTECTED), "it is ended")
