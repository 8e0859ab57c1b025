# SPDX-License-Identifier: BSD-2-Clause
"""Attacks by a subscriber who has security associations of his own, and by one who has none. Each
succeeds first with the checks off."""
from arena import both_families, case, expect
from lab import sip
from lab.kamailio import DOMAIN
from lab.network import UNPROTECTED


def spoken_as(arena, victim, sender, tries):
    """How many of the sender's requests the core heard with the victim in From; and how many there
    were."""
    calls = [sip.parse(data)["Call-ID"] for data in tries]
    for data in tries:
        sender.send(data, sender.protected)

    def heard():
        found = [arena.lab.core.heard_of(call) for call in calls]
        return sum(each is not None and sip.uri_of(each["From"]) == victim.impu for each in found)
    arena.comes_true(lambda: heard() == len(tries))
    return heard(), len(tries)


@both_families("Esp.VictimsIdentityIsRefused_InsideTheAttackersOwnAssociation", "R7 R18")
def victims_identity(arena, v6):
    """What clause 2.1 leads to: integrity is checked without a complaint, and the message is
    somebody else's."""
    def attack(arena):
        alice = arena.registered(v6=v6)
        mallory = arena.registered("mallory", side="evil", v6=v6)
        tries = [mallory.request("MESSAGE", sender=alice.impu),
                 mallory.request("MESSAGE", sender=alice.impu, preferred=mallory.impu),
                 mallory.request("INVITE", sender=alice.impu)]
        return spoken_as(arena, alice, mallory, tries)
    arena.refused(attack, "identity_not_bound")


@case("Esp.VictimsMessageDoesNotReachBob", "R7 R18")
def message_reaches_bob(arena):
    """What bob's phone shows is alice."""
    def attack(arena):
        alice, bob = arena.registered(), arena.registered("bob")
        mallory = arena.registered("mallory", side="evil")
        mallory.send(mallory.request("MESSAGE", bob.impu, sender=alice.impu, body="pay mallory"),
                     mallory.protected)
        shown = bob.take_message(arena.quick_s if arena.mode == "enforce" else arena.patience_s)
        return int(shown is not None and alice.impu in shown["From"]), 1
    arena.refused(attack, "identity_not_bound")


@case("Esp.IsimDoesNotSpeakForItsNeighbour", "D.1 3")
def neighbour(arena):
    """Two ISIMs at one address: the port tells them apart."""
    def attack(arena):
        address = arena.address()
        alice, mallory = arena.registered(address=address), arena.registered("mallory", address)
        return spoken_as(arena, alice, mallory, [mallory.request("MESSAGE", sender=alice.impu)])
    arena.refused(attack, "identity_not_bound")


@case("Esp.AnotherUserIsRefused_InsideAnAssociation", "D.1")
def another_user(arena):
    """A REGISTER of somebody else; that the core would challenge it is a success."""
    def attack(arena):
        alice = arena.phone()
        mallory = arena.registered("mallory", side="evil")
        data = mallory.register_request(
            to=alice.impu,
            authorization=f'Digest username="{alice.impi}",realm="{DOMAIN}",uri="sip:{DOMAIN}",'
                          'nonce="",response=""')
        return arena.answered(mallory, data, mallory.protected, want=401), 1
    arena.refused(attack, "user_mismatch", ("selector_taken",))


@both_families("Esp.ForeignContactIsRefused_InsideAnAssociation", "R6")
def foreign_contact(arena, v6):
    """Clause 2.2: ESP does not cover the source, the Contact inside of it is covered."""
    def attack(arena):
        alice = arena.phone(v6=v6)
        mallory = arena.registered("mallory", side="evil", v6=v6)
        data = mallory.refresh_request(contact=alice.here)
        return arena.answered(mallory, data, mallory.protected, want=200), 1
    arena.refused(attack, "contact_mismatch")


@both_families("Esp.ClearIsRefused_OnAProtectedPort", "D.1 1")
def clear_on_protected(arena, v6):
    """From a port that no association has: XFRM lets it pass, and Kamailio finds alice by her
    Contact."""
    def attack(arena):
        alice = arena.registered(v6=v6)
        data = alice.request("MESSAGE")
        alice.send_clear(data, alice.protected, from_port=39999)
        call_id = sip.parse(data)["Call-ID"]
        return int(arena.comes_true(lambda: arena.lab.core.heard_of(call_id))), 1
    # In monitor gm_inside has a word to say too: nobody registered from that port.
    arena.refused(attack, "clear_on_protected", ("unregistered",))


@case("Esp.FailureWithAnotherNonceIsRefused_AndHarmsNobody", "D.2.1 H22")
def forged_failure(arena):
    def attack(arena):
        alice, other = arena.registered(), arena.registered("bob")
        tries = [alice.failure_request("bm90IGEgbm9uY2UgdGhhdCBhbnlib2R5IGhhcyBzZWVu"),
                 alice.failure_request(other.nonce)]
        succeeded = sum(arena.answered(alice, data, UNPROTECTED, want=403) for data in tries)
        arena.speaks(alice)
        expect(arena.binding(alice)["impi"] == alice.impi, "the binding is gone")
        return succeeded, len(tries)
    arena.refused(attack, "unmatched_failure")


@case("Esp.FailureWithoutTheNonceIsRefused_OfAChallengeInsideTheAssociation", "R15 H17")
def forged_failure_of_an_inner_challenge(arena):
    """A stranger at her address, who could not read the 401, cuts no re-registration short."""
    def attack(arena):
        alice = arena.registered()
        before = alice.nonce
        arena.lab.core.ask_again(alice.impi)
        challenge = alice.ask_to_renew()
        expect(challenge and challenge.status == 401, "challenged inside")
        with alice.in_clear():
            tries = [alice.failure_request(nonce) for nonce in
                     ("bm90IGEgbm9uY2UgdGhhdCBhbnlib2R5IGhhcyBzZWVu", before)]
            succeeded = sum(arena.answered(alice, data, UNPROTECTED, want=403) for data in tries)
        arena.speaks(alice)
        arena.binding(alice)
        return succeeded, len(tries)
    arena.refused(attack, "unmatched_failure")


def _reached_xfrm(arena, counter, send, tries):
    """How many of so many packets the P-CSCF's XFRM saw and refused by itself."""
    before = arena.lab.xfrm_errors()[counter]
    for _ in range(tries):
        send()

    def reached():
        return arena.lab.xfrm_errors()[counter] - before
    arena.comes_true(lambda: reached() >= tries)
    return reached(), tries


@both_families("Esp.ForeignSourceIsRefused_BeforeItIsDecrypted", "R10 R11")
def foreign_source(arena, v6):
    """Clause 2.2: the integrity check does not cover the source. The packet is the phone's own,
    with its keys, from elsewhere."""
    def attack(arena):
        alice = arena.registered(v6=v6)
        elsewhere = arena.address(v6, "evil")
        data = alice.request("MESSAGE")
        return _reached_xfrm(arena, "XfrmInStateMismatch",
                             lambda: alice.send_esp(data, side="evil", source=elsewhere), 4)
    arena.refused(attack, "esp_wrong_source")


@both_families("Esp.UnknownSpiIsRefused_BeforeItIsLookedUp", "R10")
def unknown_spi(arena, v6):
    def attack(arena):
        alice = arena.registered(v6=v6)
        elsewhere = arena.address(v6, "evil")
        data = alice.request("MESSAGE")
        return _reached_xfrm(arena, "XfrmInNoStates",
                             lambda: alice.send_esp(data, side="evil", source=elsewhere,
                                                    spi=0x7abc0001), 4)
    arena.refused(attack, "esp_unknown_spi")
