# SPDX-License-Identifier: BSD-2-Clause
"""Rows 7, 8, 18: a message's identities belong to its selector. And the phone unharmed (H13)."""
from arena import both_families, expect, status
from lab import sip
from lab.kamailio import DOMAIN
from lab.network import PROTECTED
from lab.sipp import SippPhone


def _claims(victim, own):
    """Ways to claim the victim's identity in a request; own: the sender's own."""
    return [
        {"sender": victim.impu},
        {"preferred": victim.impu},
        {"sender": victim.impu, "preferred": None},
        {"sender": victim.impu, "preferred": own.impu},
        {"preferred": f"{own.impu}>, <{victim.impu}"},
        {"preferred": None, "extra": [("P-Asserted-Identity", f"<{victim.impu}>")]},
    ]


@both_families("IdentityBound.VictimsIdentityIsRefused_FromTheAttackersSelector", "R7 R18")
def victims_identity(arena, v6):
    def attack(arena):
        alice = arena.registered(v6=v6)
        mallory = arena.registered("mallory", side="evil", v6=v6)
        tries = [mallory.request(method, **claim)
                 for method in ("MESSAGE", "INVITE") for claim in _claims(alice, mallory)]
        return sum(arena.answered(mallory, data, want=200) for data in tries), len(tries)
    arena.refused(attack, "identity_not_bound")


@both_families("IdentityBound.VictimsMessageDoesNotReachBob", "R7 R18")
def message_reaches_bob(arena, v6):
    """What the attack is for: on bob's phone the message comes from alice."""
    def attack(arena):
        alice, bob = arena.registered(v6=v6), arena.registered("bob", v6=v6)
        mallory = arena.registered("mallory", side="evil", v6=v6)
        mallory.send(mallory.request("MESSAGE", bob.impu, sender=alice.impu), PROTECTED)
        shown = bob.await_request("MESSAGE", 0.5 if arena.mode == "enforce" else 3)
        if shown:
            bob.reply(shown, 200)
        return int(shown is not None and alice.impu in shown["From"]), 1
    arena.refused(attack, "identity_not_bound")


@both_families("IdentityBound.NobodySpeaks_FromAnUnregisteredSelector", "R7")
def unregistered(arena, v6):
    """Kamailio, too, refuses whom it does not know, by a 403; the guard leaves it no work."""
    def attack(arena):
        mallory = arena.attacker(v6=v6)
        return arena.answered(mallory, mallory.request("MESSAGE"), want=403), 1
    arena.refused(attack, "unregistered")


@both_families("IdentityBound.EveryIdentityOfTheImplicitSetPasses", "R7 R8")
def implicit_set(arena, v6):
    def play(arena):
        alice = arena.registered("alice", v6=v6, plain=True)
        for impu in (alice.impu, f"sip:alice.work@{DOMAIN}", "tel:+15550101",
                     f"sip:alice@{DOMAIN.upper()}"):
            answer = alice.say(sender=impu)
            expect(status(answer) == 200, f"as {impu}: {status(answer)}")
    arena.passes(play)


@both_families("IdentityBound.NoIdentityOfTheImplicitSetPasses_FromElsewhere", "R7 R8")
def implicit_set_elsewhere(arena, v6):
    def attack(arena):
        arena.registered("alice", v6=v6, plain=True)
        mallory = arena.registered("mallory", side="evil", v6=v6)
        tries = [mallory.request("MESSAGE", sender=impu)
                 for impu in (f"sip:alice@{DOMAIN}", f"sip:alice.work@{DOMAIN}", "tel:+15550101")]
        return sum(arena.answered(mallory, data, want=200) for data in tries), len(tries)
    arena.refused(attack, "identity_not_bound")


@both_families("SeedAttack.GainsNothing_PlayedBySipp", "R18")
def seed_attack(arena, v6):
    """The contribution's clause 2.1: own subscription, victim's selector, victim's identity. Off
    and in monitor the core takes mallory for alice."""
    def attack(arena):
        address = arena.address(v6)
        port = 20000 + arena.number()
        alice = SippPhone(arena.lab, "ue", f"alice{arena.number()}", address, port)
        expect(status(alice.register()) == 200, "alice registers")
        with arena.lab.network.stolen(address):
            mallory = SippPhone(arena.lab, "evil", f"mallory{arena.number()}", address, port)
            if status(mallory.register()) != 200:
                return 0, 1  # no security association, no way to the protected port
            answer = mallory.say("INVITE", sender=alice.impu)
            return int(answer is not None and alice.impu in answer["X-Asserted"]), 1
    arena.refused(attack, "selector_taken", ("user_mismatch",))


# --- phones unharmed

@both_families("IdentityBound.AnonymousCallPasses", "H13")
def anonymous(arena, v6):
    def play(arena):
        alice = arena.registered(v6=v6)
        answer = alice.say("INVITE", sender="sip:anonymous@anonymous.invalid", preferred=alice.impu)
        expect(status(answer) == 200, f"anonymous INVITE: {status(answer)}")
    arena.passes(play)


def _call(arena, dialled, v6):
    """bob calls; alice answers, bob acknowledges and sends a PRACK, alice hangs up."""
    alice, bob = arena.registered(v6=v6), arena.registered("bob", v6=v6)
    invite = sip.parse(data := bob.request("INVITE", dialled.format(alice.user)))
    bob.send(data, PROTECTED)
    ringing = alice.await_request("INVITE")
    expect(ringing, "the INVITE reaches alice")
    alice.reply(ringing, 200)
    answer = next((m for m in iter(bob.receive, None) if m.status == 200), None)
    expect(answer, "her 200 reaches bob")
    for method, cseq in (("ACK", 1), ("PRACK", 2)):
        bob.send(bob.in_dialog(method, cseq, invite["From"], answer["To"], invite["Call-ID"],
                               reversed(answer.all("Record-Route")), sip.uri_of(answer["Contact"])),
                 PROTECTED)
        came = alice.await_request(method)
        expect(came, f"the {method} reaches alice")
        if method == "PRACK":
            alice.reply(came, 200)
    alice.send(alice.in_dialog("BYE", 1, answer["To"], invite["From"], invite["Call-ID"],
                               ringing.all("Record-Route"), sip.uri_of(ringing["Contact"])),
               PROTECTED)
    hung_up = bob.await_request("BYE")
    expect(hung_up, "her BYE reaches bob")
    bob.reply(hung_up, 200)
    expect(any(m.status == 200 and m.method == "BYE" for m in iter(alice.receive, None)),
           "his 200 to it reaches alice")


@both_families("IdentityBound.CallPasses_WithByeFromTheCallee", "H13",
               dialled=f"sip:{{}}@{DOMAIN}")
@both_families("IdentityBound.DivertedCallPasses_WithByeFromTheCallee", "H13",
               dialled=f"sip:to-{{}}@{DOMAIN}")
def call(arena, v6, dialled):
    arena.passes(lambda arena: _call(arena, dialled, v6))
