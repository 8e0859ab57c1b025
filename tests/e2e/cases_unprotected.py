# SPDX-License-Identifier: BSD-2-Clause
"""Rows 6 and 12: what may come to the unprotected port, and to the protected ones."""
import re
import time

from arena import both_families, case, expect, status
from lab import sip
from lab.network import GM4B, GM4C, PROTECTED_B, UNPROTECTED, UNPROTECTED_B

# Kamailio answers these when they come from a registered selector; ACK and answers have no answer.
_ANSWERED = ("INVITE", "OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "INFO", "UPDATE",
             "PRACK", "BYE", "NOTIFY")


@both_families("OnlyRegister.OtherMethodsAreRefused", "R6")
def other_methods(arena, v6):
    def attack(arena):
        alice = arena.registered(v6=v6)
        succeeded = sum(arena.answered(alice, alice.request(method), UNPROTECTED)
                        for method in _ANSWERED)
        return succeeded, len(_ANSWERED)
    arena.refused(attack, "not_register")


@both_families("OnlyRegister.FragmentedMessageIsRefused", "R6")
def fragmented_message(arena, v6):
    def attack(arena):
        alice = arena.registered(v6=v6)
        data = alice.request("MESSAGE", body="b" * 2500)
        return arena.answered(alice, data, UNPROTECTED, want=200), 1
    arena.refused(attack, "not_register")


def _counted(arena, send, reason):
    """What gets no answer anyway: seen by its reason alone, in monitor and in enforce."""
    for mode, field in (("monitor", "would_drop"), ("enforce", "dropped")):
        arena.set_mode(mode)
        before = arena.guard.counts("front")
        sent = send()
        arena.guard.wait_for(
            lambda: getattr(arena.guard.since(before, "front"), field)[reason] == sent,
            f"{mode}: {sent} times {field} {reason}")


@both_families("OnlyRegister.AcksAndAnswersAreRefused", "R6")
def acks_and_answers(arena, v6):
    phone = arena.phone(v6=v6)

    def send():
        phone.send(phone.request("ACK"))
        phone.send(phone.request("REGISTERX"))
        phone.send(phone.request("OPTIONS").replace(
            b"OPTIONS sip:service@ims.test SIP/2.0", b"SIP/2.0 200 OK"))
        return 3
    _counted(arena, send, "not_register")


@both_families("OnlyRegister.GarbageIsRefused", "R6")
def garbage(arena, v6):
    phone = arena.phone(v6=v6)
    junk = [b"GET / HTTP/1.0\r\n\r\n", bytes(range(128, 256)) * 4, b"\0" * 40]

    def send():
        for each in junk:
            phone.send(each)
        return len(junk)
    _counted(arena, send, "not_sip")


@case("OnlyRegister.KeepAlivesAreRefused", "R6")
def keepalives(arena):
    phone = arena.phone()

    def send():
        for each in (b"\r\n", b"\r\n\r\n", b""):
            phone.send(each)
        return 3
    _counted(arena, send, "keepalive")


@both_families("OnlyRegister.ResponseInClearIsRefused", "R6 H10")
def response_in_clear(arena, v6):
    def attack(arena):
        mallory = arena.attacker(v6=v6)
        challenge = mallory.ask(mallory.register_request())
        data = mallory.register_request(authorization=mallory.credentials(challenge))
        return arena.answered(mallory, data, UNPROTECTED, want=200), 1
    arena.refused(attack, "clear_response")


@case("OnlyRegister.ResponseInClearNeverBinds", "H10")
def clear_response_never_binds(arena):
    arena.set_mode("monitor")
    mallory = arena.attacker()
    expect(status(mallory.register(protected=UNPROTECTED)) == 200, "the core grants it")
    expect(status(mallory.say()) == 200, "and the P-CSCF serves it")
    expect(not arena.holds(mallory), "the guard must not have bound it")


def _failure(phone, challenge, auts):
    """To a challenge that some phone got."""
    nonce = re.search(r'nonce="([^"]*)"', challenge["WWW-Authenticate"]).group(1)
    return phone.failure_request(nonce, auts)


@both_families("OnlyRegister.NetworkFailurePasses_WithTheNonceThatWasSent", "R6", auts="")
@both_families("OnlyRegister.SyncFailurePasses_WithTheNonceThatWasSent", "R6",
               auts="oJXyD5OVZQz5OAuO2yI=")
def matching_failure(arena, v6, auts):
    def play(arena):
        phone = arena.phone(v6=v6)
        challenge = phone.ask(phone.register_request())
        time.sleep(0.05)  # a USIM takes longer to find the failure, the guard has learned the nonce
        answer = phone.ask(_failure(phone, challenge, auts))
        expect(answer is not None, "the failure REGISTER gets an answer")
    arena.passes(play)


@both_families("FailureMatchesChallenge.FailureIsRefused_WithSomebodyElsesNonce", "R6")
def foreign_failure(arena, v6):
    def attack(arena):
        alice, mallory = arena.phone(v6=v6), arena.attacker(v6=v6)
        challenge = alice.ask(alice.register_request())
        time.sleep(0.05)
        return arena.answered(mallory, _failure(mallory, challenge, ""), UNPROTECTED), 1
    arena.refused(attack, "unmatched_failure")


# --- row 12

@case("Listeners.ProtectedPortMayBe5060", "R12")
def protected_5060(arena):
    def play(arena):
        alice = arena.phone(pcscf=GM4B)
        arena.register(alice, unprotected=UNPROTECTED_B, protected=PROTECTED_B)
        expect(status(alice.say(port=PROTECTED_B)) == 200, "speaks on port 5060")
    arena.passes(play)


@case("Listeners.OtherUnprotectedPortTakesRegisterOnly", "R12 R6")
def other_unprotected_port(arena):
    def attack(arena):
        alice = arena.phone(pcscf=GM4B)
        arena.register(alice, unprotected=UNPROTECTED_B, protected=PROTECTED_B)
        return arena.answered(alice, alice.request("MESSAGE"), UNPROTECTED_B, want=200), 1
    arena.refused(attack, "not_register")


@case("Listeners.OtherProtectedPortHoldsToIdentities", "R12 R7")
def other_protected_port(arena):
    """5100, Kamailio's client port: the same rules as 6100."""
    def attack(arena):
        alice, mallory = arena.registered(), arena.registered("mallory", side="evil")
        data = mallory.request("MESSAGE", sender=alice.impu)
        return arena.answered(mallory, data, 5100, want=200), 1
    arena.refused(attack, "identity_not_bound")


@case("ClearOnProtected.ClearMessageIsRefused_WhereEspEndsHere", "R12")
@case("ClearOnProtected.FragmentedClearMessageIsRefused_WhereEspEndsHere", "R12 H9",
      body="b" * 2500)
def clear_on_protected(arena, body=""):
    """Kamailio takes it: no policy of IPsec's asks for more."""
    def attack(arena):
        alice = arena.registered()
        alice.pcscf = GM4C
        return arena.answered(alice, alice.request("MESSAGE", body=body), want=200), 1
    arena.refused(attack, "clear_on_protected")


@case("Listeners.AnswersComeFromAnyPort", "R12")
def answers_from_any_port(arena):
    """A REGISTER refreshed over the other protected port, and one over the other address."""
    def play(arena):
        alice = arena.registered()
        expect(status(alice.register(protected=5100)) == 200, "refresh over 5100")
        expect(arena.holds(alice), "is still bound")
        expect(sip.tag_of(alice.say()["To"]), "and speaks")
    arena.passes(play)
