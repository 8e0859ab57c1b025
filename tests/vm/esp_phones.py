# SPDX-License-Identifier: BSD-2-Clause
"""Phones inside ESP, unharmed: registration, messages both ways, failures, the end."""
import contextlib
import os
import time

from arena import both_families, case, expect, status
from lab import sip
from lab.ims import aka
from lab.network import UNPROTECTED
from lab.processes import wait_until


def _registers_and_speaks(arena, **more):
    phone = arena.registered(**more)
    bound = sorted(arena.binding(phone)["impus"])
    expect(bound == sorted(arena.lab.core.subscriber(phone.impi).impus), f"bound with {bound}")
    arena.speaks(phone)
    arena.speaks(phone, sender=phone.impu.replace("@", ".work@"))
    arena.hears(phone)


@both_families("Esp.PhoneRegisters_SpeaksAndIsSpokenTo", "R1 R8")
def registers(arena, v6):
    arena.passes(lambda arena: _registers_and_speaks(arena, v6=v6))


@case("Esp.PhoneRegisters_SpeaksAndIsSpokenTo_WithAes", "R1 R8")
def registers_with_aes(arena):
    arena.passes(lambda arena: _registers_and_speaks(arena, v6=True, ealg="aes-cbc"))


@both_families("Esp.TwoIsimsOnOneAddressLiveSideBySide", "D.1 3")
def two_isims(arena, v6):
    def play(arena):
        address = arena.address(v6)
        first, second = arena.registered(address=address), arena.registered("bob", address)
        for phone in (first, second, first):
            arena.speaks(phone)
            arena.hears(phone, f"for {phone.user}")
        expect(not any(message.method == "MESSAGE" and not message.status
                       for phone in (first, second) for message in phone.aside),
               "a MESSAGE came to the other one")
        for phone in (first, second):
            expect(arena.binding(phone)["impi"] == phone.impi, f"{phone.user} is not bound")
        _have_sets_of_their_own(arena, first, second)
    arena.passes(play)


def _have_sets_of_their_own(arena, *phones):
    """Each has two inbound associations, of its port alone."""
    seen = set()
    for phone in phones:
        inbound = [each for each in arena.guard.associations(phone, "bound")
                   if each["direction"] == "in"]
        spis = {each["spi"] for each in inbound}
        expect(spis >= {phone.sas.peer_spi_s, phone.sas.peer_spi_c}, f"{phone.user}: {inbound}")
        expect(not spis & seen, f"{phone.user} shares {spis & seen}")
        seen |= spis
        sources = {each["bound_to"]["selector"] for each in inbound}
        expect(sources == {phone.here}, f"{phone.user} at {phone.here}: {sources}")


@case("Esp.PhoneRefreshes_InsideItsAssociation", "R1")
def refreshes(arena):
    def play(arena):
        phone = arena.registered()
        answer = phone.refresh()
        expect(status(answer) == 200, f"refresh: {status(answer)}")
        arena.speaks(phone)
        arena.hears(phone)
    arena.passes(play)


@case("Esp.AssociationsAreShown_NegotiatedInstalledAndBound", "R9 R14")
def shown(arena):
    """As `gmguard sa list` has them."""
    phone = arena.registered()
    mine = arena.guard.wait_for(lambda: arena.guard.associations(phone, "bound"), "its associations")
    inbound = [each for each in mine if each["direction"] == "in"]
    expect({each["spi"] for each in inbound} >= {phone.sas.request.spi}, f"{inbound}")
    negotiated = [each["negotiated"] for each in inbound]
    expect(all(each and each["alg"] == "hmac-sha-1-96" for each in negotiated), f"{negotiated}")
    expect(not any(each["deviations"] for each in mine), f"{[e['deviations'] for e in mine]}")


@case("Esp.StatusSaysWhetherTheSpiCounts", "D.1")
def status_says(arena):
    """Debian's 6.1 does not tell a program which association decrypted a packet, later ones do."""
    told = arena.guard.cli("status")["sec_path"]
    release = os.uname().release
    expect(told == (not release.startswith("6.1.")), f"on {release}: sec_path {told}")


@case("Esp.PhoneWithTwoPorts_SpeaksAndIsSpokenTo_WhereNothingIsChecked", "lab")
def two_ports(arena):
    """As phones in the field: requests leave from port-c, what comes goes to port-s."""
    arena.set_mode("off")
    phone = arena.phone(port_s=55000)
    answer = phone.register()
    expect(status(answer) == 200, f"{phone.user} registers: {status(answer)}")
    arena.speaks(phone)
    message = arena.hears(phone)
    expect(message.came_to.getsockname()[1] == 55000, "the MESSAGE came to port-c")


@case("Esp.NobodyIsBound_WithAWrongKey", "D.2.2")
def wrong_key(arena):
    phone = arena.phone()
    phone.wrong_key = True
    before = arena.lab.xfrm_errors()["XfrmInStateProtoError"]
    phone.patience_s = 3
    answer = phone.register()
    expect(answer is None, f"answered {status(answer)}")
    expect(arena.lab.xfrm_errors()["XfrmInStateProtoError"] > before, "ESP let it pass")
    expect(not arena.lab.core.is_registered(phone.impi), "the core has registered it")
    expect(not arena.holds(phone), "it is bound")


# --- failures, in clear

def _failure_of(phone, challenge, kind):
    """The failure that the SIM card finds in a challenge."""
    expect(status(challenge) == 401, f"challenged: {status(challenge)}")
    try:
        phone.take_up(challenge)
    except kind as failure:
        return failure
    raise AssertionError("the SIM card took the challenge")


@case("Esp.FailureInClearPasses_BesideALivingAssociation", "D.2.1")
def failure_in_clear(arena):
    """A phone that cannot use its association asks in clear; what challenges it does not know its
    key."""
    def play(arena):
        phone = arena.registered()
        arena.lab.core.ask_again(phone.impi, falsely=True)
        _failure_of(phone, phone.ask_to_register(), aka.WrongMac)
        answer = phone.ask(phone.failure_request(phone.nonce))
        expect(status(answer) == 403, f"the failure is answered by {status(answer)}")
        arena.speaks(phone)
        arena.binding(phone)
    arena.passes(play)


@both_families("Esp.FailureInClearPasses_OfAChallengeInsideTheAssociation", "R15 H17 D.2.1")
def failure_of_an_inner_challenge(arena, v6):
    """The phone alone could read that challenge; the guard knows its nonce from the core's 401."""
    def play(arena):
        phone = arena.registered(v6=v6)
        binding = arena.binding(phone)
        for failure, falsely, wanted in ((aka.WrongMac, True, 403), (aka.OutOfSync, False, 401)):
            was = phone.port
            phone.usim.sqn += 1000 if failure is aka.OutOfSync else 0
            arena.lab.core.ask_again(phone.impi, falsely=falsely)
            found = _failure_of(phone, phone.ask_to_renew(), failure)
            auts = getattr(found, "auts", "")
            with phone.in_clear():
                answer = phone.ask(phone.failure_request(phone.nonce, auts))
            expect(status(answer) == wanted, f"{failure.__name__}: {status(answer)}")
            expect(phone.port == was, "it speaks from its protected port again")
        arena.speaks(phone)
        now = arena.binding(phone)
        expect((now["id"], now["expires"]) == (binding["id"], binding["expires"]), "it has changed")
    arena.passes(play)


@case("Esp.PhoneOutOfSyncSaysSo_AndRegisters", "D.2.1")
def out_of_sync(arena):
    def play(arena):
        phone = arena.phone()
        phone.usim.sqn = 1000
        failure = _failure_of(phone, phone.ask_to_register(), aka.OutOfSync)
        with phone.in_clear():
            again = phone.ask(phone.failure_request(phone.nonce, failure.auts))
        expect(status(again) == 401, f"challenged again: {status(again)}")
        expect(status(phone.answer(again)) == 200, "it does not register")
        arena.binding(phone)
        arena.speaks(phone)
    arena.passes(play)


# --- before the guard

@contextlib.contextmanager
def _guard_that_comes_later(arena, mode):
    """Inside the block phones that registered before it, and have their associations, are there;
    nobody saw whose they are."""
    arena.guard.detach()
    arena.mode = None
    try:
        phones = arena.registered(), arena.registered("bob")
        time.sleep(2)  # XFRM tells the second in which an association was made
        arena.guard.start(mode, adopt_s=3600)
        arena.mode = mode
        yield phones
    finally:
        arena.guard.detach()
        arena.guard.start("enforce")
        arena.mode = "enforce"


def _states(arena, phone):
    return [each["state"] for each in arena.guard.bindings() if each["selector"] == phone.here]


def _is_adopted(arena, phone):
    arena.guard.wait_for(lambda: _states(arena, phone) == ["adopted"], f"{phone.here} adopted")


@case("Esp.PhoneThatWasThereIsAdopted", "H14")
def was_there(arena):
    """By its association, also where all is enforced: it speaks and is spoken to, until its next
    registration says whose it is."""
    with _guard_that_comes_later(arena, "enforce") as (phone, other):
        before = arena.guard.counts()
        for each in (phone, other):
            _is_adopted(arena, each)
            arena.speaks(each)
            arena.hears(each)
        arena.register(phone)
        expect(_states(arena, phone) == ["bound"], f"registered anew: {_states(arena, phone)}")
        arena.speaks(phone)
        dropped = arena.guard.since(before).dropped
        expect(not dropped, f"dropped {dict(dropped)}")


@case("Esp.WhoIsAdopted_IsNobodyElse_AndKeepsNobodyOut", "H14 H4")
def adopted_only(arena):
    """An identity that somebody has registered is not his; his port is for who authenticates."""
    with _guard_that_comes_later(arena, "enforce") as (mallory, _):
        alice = arena.registered()
        _is_adopted(arena, mallory)
        before = arena.guard.counts()
        data = mallory.request("MESSAGE", sender=alice.impu)
        expect(not arena.answered(mallory, data, mallory.protected), "he speaks as alice")
        expect(arena.guard.since(before).dropped["identity_not_bound"], "counted")
        arena.speaks(mallory)
        newcomer = arena.phone("bob", address=mallory.address)
        data = newcomer.first_request(port_c=mallory.port, port_s=mallory.port)
        with newcomer.in_clear():
            answer = newcomer.ask(data, UNPROTECTED)
        expect(status(answer) == 401, f"for the port of an adopted one: {status(answer)}")


# --- the end

@both_families("Esp.PhoneLeaves_AndIsNoLongerBound", "R9 H20")
def leaves(arena, v6):
    def play(arena):
        phone = arena.registered(v6=v6)
        phone.leave()
        wait_until(lambda: not arena.lab.core.is_registered(phone.impi), arena.patience_s,
                   "the de-registration at the core")
        arena.guard.wait_for(lambda: not arena.holds(phone), "the end of the binding")
    arena.passes(play)


# --- what the lab can do

@both_families("Esp.PacketsMadeByHandAreWhatTheKernelTakes", "lab")
def made_by_hand(arena, v6):
    """A phone's packet is answered; without a guard one of its association from another source, and
    one of no association, die in XFRM."""
    arena.set_mode("off")
    for ealg in ("null", "aes-cbc"):
        phone = arena.registered(v6=v6, ealg=ealg)
        request = phone.request("MESSAGE")
        phone.send_esp(request)
        expect(phone.hears(_call_of(request), arena.patience_s), f"{ealg}: no answer")
        stranger = arena.address(v6, "evil")
        for name, changes in (("XfrmInStateMismatch", {"side": "evil", "source": stranger}),
                              ("XfrmInNoStates", {"spi": 0x77777})):
            before = arena.lab.xfrm_errors()[name]
            phone.send_esp(phone.request("MESSAGE"), **changes)
            wait_until(lambda: arena.lab.xfrm_errors()[name] > before, arena.patience_s, name)
        arena.speaks(phone)


def _call_of(request):
    return sip.parse(request)["Call-ID"]
