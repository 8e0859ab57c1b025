# SPDX-License-Identifier: BSD-2-Clause
"""Rows 1 to 5, 13: whose a selector is, and what Contact may say."""
import ipaddress

from arena import both_families, case, expect, status
from lab import sip
from lab.network import PROTECTED, UNPROTECTED

MISMATCHED_USER = ("user_mismatch",)


def _registers(arena, phone, **changes):
    """Whether the phone's first REGISTER is answered, and if so its second; (succeeded, tries)."""
    if not arena.answered(phone, phone.register_request(**changes), UNPROTECTED, want=401):
        return 0, 1
    return int(status(phone.register(**changes)) == 200), 1


# --- rows 1, 2, 3: the keys address, prefix and pair

@both_families("SelectorUnique.SecondUserIsRefused_OnABoundAddress", "R1")
def second_user_on_address(arena, v6):
    def attack(arena):
        alice = arena.registered(address=arena.whole_address(v6))
        with arena.thief(alice, port=alice.port + 1) as mallory:
            return _registers(arena, mallory)
    arena.refused(attack, "selector_taken", MISMATCHED_USER)


@both_families("SelectorUnique.SameUserPasses_OnABoundAddressFromAnotherPort", "R1")
def same_user_on_address(arena, v6):
    def play(arena):
        alice = arena.registered(address=arena.whole_address(v6))
        again = arena.phone(alice.user, alice.address, alice.port + 1000, plain=True)
        expect(status(again.register()) == 200, "the second registration")
    arena.passes(play)


@case("SelectorUnique.SecondUserIsRefused_InABoundSlash64", "R2", prefix="2001:db8:64", width=64)
@case("SelectorUnique.SecondUserIsRefused_InABoundSlash56", "R2", prefix="2001:db8:56", width=56)
def second_user_in_prefix(arena, prefix, width):
    def attack(arena):
        subnet = arena.number() << (64 - width)
        arena.registered(address=f"{prefix}:{subnet:x}::a")
        inside = subnet + (1 << (64 - width)) - 1  # the last /64 of the prefix
        return _registers(arena, arena.attacker(address=f"{prefix}:{inside:x}::bad"))
    arena.refused(attack, "selector_taken", MISMATCHED_USER)


@case("SelectorUnique.SameUserPasses_FromAPrivacyAddressInHerSlash64", "R2")
def privacy_address(arena):
    def play(arena):
        subnet = arena.number()
        alice = arena.registered(address=f"2001:db8:64:{subnet:x}::a")
        moved = arena.phone(alice.user, f"2001:db8:64:{subnet:x}:1234:5678:9abc:def0", plain=True)
        expect(status(moved.register()) == 200, "registers from the privacy address")
        expect(status(moved.say()) == 200, "speaks from it")
        expect(status(alice.say()) == 200, "speaks from the first address")
    arena.passes(play)


@case("SelectorUnique.NeighbouringSlash64IsFree", "R2")
def neighbouring_prefix(arena):
    def play(arena):
        subnet = 2 * arena.number()
        for offset in (0, 1):
            arena.registered("bob", f"2001:db8:64:{subnet + offset:x}::a")
    arena.passes(play)


@both_families("SelectorUnique.TwoUsersLive_OnOneAddressWithTwoPorts", "R3")
def two_users_by_port(arena, v6):
    def play(arena):
        alice = arena.registered(v6=v6)
        bob = arena.registered("bob", alice.address)
        expect(status(alice.say()) == 200 and status(bob.say()) == 200, "both speak")
    arena.passes(play)


@both_families("SelectorUnique.SecondUserIsRefused_OnABoundPair", "R3 R18")
def second_user_on_pair(arena, v6):
    def attack(arena):
        alice = arena.registered(v6=v6)
        with arena.thief(alice) as mallory:
            return _registers(arena, mallory)
    arena.refused(attack, "selector_taken", MISMATCHED_USER)


@case("SelectorUnique.EventNamesBoth_WhenASelectorIsTaken", "R1")
def event_names_both(arena):
    alice = arena.registered()
    with arena.thief(alice) as mallory:
        expect(not arena.answered(mallory, mallory.register_request(), UNPROTECTED), "is refused")

    def told():
        return [line for line in arena.guard.run("events", "-o", "jsonl").stdout.splitlines()
                if "selector_taken" in line and alice.impi in line and mallory.impi in line]
    arena.guard.wait_for(told, "an event that names both users")


# --- row 5: another user's REGISTER from a bound selector

@both_families("SameUser.OtherUserIsRefused_FromABoundSelector", "R5")
def other_user_protected(arena, v6):
    def attack(arena):
        alice = arena.registered(v6=v6)
        with arena.thief(alice) as mallory:
            tried = arena.answered(mallory, mallory.register_request(), PROTECTED, want=401)
            return tried, 1
    arena.refused(attack, "user_mismatch", ("selector_taken",))


# --- rows 4, 13: Contact is where the packet comes from, address and port

@both_families("ContactSource.OtherAddressIsRefused_InClear", "R4")
def foreign_address(arena, v6):
    def attack(arena):
        victim = arena.phone(v6=v6)
        mallory = arena.attacker(v6=v6)
        return _registers(arena, mallory, contact=sip.host_port(victim.address, mallory.port))
    arena.refused(attack, "contact_mismatch")


@both_families("ContactSource.OtherPortIsRefused_InClear", "R4 R13")
def foreign_port(arena, v6):
    def attack(arena):
        mallory = arena.attacker(v6=v6)
        return _registers(arena, mallory, contact=sip.host_port(mallory.address, mallory.port + 1))
    arena.refused(attack, "contact_mismatch")


@both_families("ContactSource.OtherAddressIsRefused_OnTheProtectedPort", "R4")
def foreign_address_protected(arena, v6):
    """Honest in clear (SM1), lying in the protected REGISTER (SM7)."""
    def attack(arena):
        victim, mallory = arena.phone(v6=v6), arena.attacker(v6=v6)
        challenge = mallory.ask(mallory.register_request())
        data = mallory.register_request(authorization=mallory.credentials(challenge),
                                        contact=sip.host_port(victim.address, victim.port))
        return arena.answered(mallory, data, want=200), 1
    arena.refused(attack, "contact_mismatch")


@both_families("ContactSource.FragmentedForeignContactIsRefused", "R4 R6")
def fragmented_foreign(arena, v6):
    def attack(arena):
        victim, mallory = arena.phone(v6=v6), arena.attacker(v6=v6)
        return _registers(arena, mallory, contact=victim.here, extra=[("X-Long", "p" * 1700)])
    arena.refused(attack, "contact_mismatch")


@both_families("ContactSource.FragmentedOwnContactPasses", "R4 R6")
def fragmented_own(arena, v6):
    def play(arena):
        phone = arena.phone(v6=v6)
        arena.register(phone, extra=[("X-Long", "p" * 1700)])
        expect(status(phone.say()) == 200, "speaks")
    arena.passes(play)


@case("ContactSource.AnySpellingOfTheOwnAddressPasses_v6", "R4")
def spellings(arena):
    def play(arena):
        phone = arena.phone(v6=True)
        whole = ipaddress.ip_address(phone.address).exploded
        for spelling in (whole, whole.upper(), phone.address):
            answer = phone.register(contact=f"[{spelling}]:{phone.port}")
            expect(status(answer) == 200, f"Contact [{spelling}]: {status(answer)}")
    arena.passes(play)


@case("ContactSource.NameIsRefused", "R4")
def contact_name(arena):
    def attack(arena):
        phone = arena.phone()
        return _registers(arena, phone, contact=f"phone.ims.test:{phone.port}")
    arena.refused(attack, "contact_mismatch")
    # Kamailio 5.6.3 no longer finds the contacts that share a hash slot with one that has a name.
    arena.lab.restart()


@case("Unambiguous.SecondContactIsRefused", "R4")
def two_contacts(arena):
    def attack(arena):
        victim, mallory = arena.phone(), arena.attacker()
        contacts = [f"<sip:{mallory.user}@{where}>" for where in (mallory.here, victim.here)]
        return _registers(arena, mallory, contacts=contacts)
    arena.refused(attack, "ambiguous")
