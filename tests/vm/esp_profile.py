# SPDX-License-Identifier: BSD-2-Clause
"""The profile ts33203 inside ESP: phones in the field have two ports, port-c that their requests
leave from and port-s that they are sent to (TS 33.203 7.1), and an attacker has them too."""
from arena import both_families, case, expect, status
from esp_attacks import spoken_as
from lab.network import UNPROTECTED
from lab.processes import wait_until

_PORT_S = 55000


def two_ports(arena, user="alice", **more):
    """A phone as in the field, not registered."""
    return arena.phone(user, port_s=_PORT_S + arena.number(), **more)


def registered(arena, user="alice", **more):
    phone = two_ports(arena, user, **more)
    arena.register(phone)
    return phone


def is_spoken_to(arena, phone):
    """At port-s, whence it answers."""
    message = arena.hears(phone)
    expect(message.came_to.getsockname()[1] == phone.sas.port_s, "the MESSAGE came to port-c")


@both_families("Profile.PhoneSpeaksFromPortC_AndIsSpokenToAtPortS", "R13 33.203 7.1")
def speaks(arena, v6):
    def play(arena):
        phone = registered(arena, v6=v6)
        bound = sorted(arena.binding(phone)["impus"])
        expect(bound == sorted(arena.lab.core.subscriber(phone.impi).impus), f"bound with {bound}")
        arena.speaks(phone)
        arena.speaks(phone, sender=phone.impu.replace("@", ".work@"))
        is_spoken_to(arena, phone)
        expect(status(phone.refresh()) == 200, "it refreshes its registration")
        arena.speaks(phone)
        is_spoken_to(arena, phone)
    arena.passes(play)


@both_families("Profile.PhoneLeaves_AndIsNoLongerBound", "R9 H20")
def leaves(arena, v6):
    def play(arena):
        phone = registered(arena, v6=v6)
        phone.leave()
        wait_until(lambda: not arena.lab.core.is_registered(phone.impi), arena.patience_s,
                   "the de-registration at the core")
        arena.guard.wait_for(lambda: not arena.holds(phone), "the end of the binding")
    arena.passes(play)


@both_families("Profile.PhoneRenews_WithANewPortC_AndKeepsPortS", "R17 D.2.3 33.203 7.4")
def renews(arena, v6):
    """What came by the old set is answered by the old set, also when the new one is there. The
    phone keeps it: to a contact that stays Kamailio 5.6.3 sends by the old set."""
    def play(arena):
        phone = registered(arena, v6=v6)
        call_id = arena.lab.core.deliver(phone.impu, body="on its way")
        message = phone.await_request("MESSAGE", arena.patience_s)
        arena.lab.core.ask_again(phone.impi)
        challenge = phone.ask_to_renew()
        expect(status(challenge) == 401, f"challenged: {status(challenge)}")
        arena.speaks(phone)  # by the old set: the new one is not bound yet
        old = phone.sas
        expect(status(phone.answer(challenge)) == 200, "it registers from the new port")
        expect((phone.sas.port_c != old.port_c, phone.sas.port_s) == (True, old.port_s),
               f"ports {phone.sas}")
        arena.binding(phone)
        phone.reply_to(message)
        wait_until(lambda: call_id in arena.lab.core.answers, arena.patience_s,
                   "its late answer at the core")
        arena.speaks(phone)
        is_spoken_to(arena, phone)
    arena.passes(play)


@both_families("Profile.VictimsIdentityIsRefused_InsideTheAttackersOwnAssociation", "R7 R18 H12")
def victims_identity(arena, v6):
    """The seed's attack (2.1), by From and by P-Preferred-Identity; the victim is unharmed."""
    def attack(arena):
        alice = registered(arena, v6=v6)
        mallory = registered(arena, "mallory", side="evil", v6=v6)
        tries = [mallory.request("MESSAGE", sender=alice.impu),
                 mallory.request("MESSAGE", sender=alice.impu, preferred=mallory.impu),
                 mallory.request("INVITE", sender=alice.impu, preferred=None)]
        done = spoken_as(arena, alice, mallory, tries)
        arena.speaks(alice)
        is_spoken_to(arena, alice)
        return done
    arena.refused(attack, "identity_not_bound")


@case("Profile.VictimsPreferredIdentityIsRefused_WithAnAnonymousFrom", "R7 H13")
def victims_preferred_identity(arena):
    """What the P-CSCF would assert is held against the binding, not only against others'."""
    anonymous = "sip:anonymous@anonymous.invalid"

    def attack(arena):
        alice = registered(arena)
        mallory = registered(arena, "mallory", side="evil")
        data = mallory.request("MESSAGE", sender=anonymous, preferred=alice.impu)
        return arena.answered(mallory, data, mallory.protected, want=200), 1
    arena.refused(attack, "identity_not_bound")


@both_families("Profile.AnotherUserIsRefused_InsideAnAssociation", "R5 D.1")
def another_user(arena, v6):
    def attack(arena):
        alice = two_ports(arena, v6=v6)
        mallory = registered(arena, "mallory", side="evil", v6=v6)
        data = mallory.register_request(to=alice.impu, authorization=alice.no_credentials())
        return arena.answered(mallory, data, mallory.protected, want=401), 1
    arena.refused(attack, "user_mismatch", ("selector_taken",))


@both_families("Profile.ForeignContactIsRefused_InsideAnAssociation", "R4 R6")
def foreign_contact(arena, v6):
    """Of another address, and of a port that was not negotiated."""
    def attack(arena):
        alice = registered(arena, v6=v6)
        mallory = registered(arena, "mallory", side="evil", v6=v6)
        tries = [mallory.refresh_request(contact=contact)
                 for contact in (alice.here, mallory.client_end)]
        return sum(arena.answered(mallory, data, mallory.protected, want=200)
                   for data in tries), len(tries)
    arena.refused(attack, "contact_mismatch")


@both_families("Profile.AssociationForAnothersPortIsRefused", "H3")
def anothers_port(arena, v6):
    """The attacker is at her address, and has the P-CSCF make associations for her ports with keys
    that he knows."""
    def attack(arena):
        alice = registered(arena, v6=v6)
        succeeded = 0
        for ports in ({"port_c": alice.sas.port_c}, {"port_s": alice.sas.port_s}):
            mallory = two_ports(arena, "mallory", address=alice.address)
            data = mallory.first_request(**ports)
            with mallory.in_clear():
                succeeded += arena.answered(mallory, data, UNPROTECTED, want=401)
        arena.speaks(alice)
        is_spoken_to(arena, alice)
        return succeeded, 2
    arena.refused(attack, "selector_taken")


@case("Profile.PrefixIsOneSubscribers", "R2 R11")
def prefix(arena):
    """Where the /64 is the selector: from another address of it the subscriber renews, and nobody
    else registers."""
    def attack(arena):
        net = f"2001:db8:64:{arena.number():x}"
        alice = registered(arena, address=f"{net}::a")
        expect(arena.binding(alice)["selector"] == f"{net}::/64", "her /64 is hers")
        arena.speaks(alice)
        is_spoken_to(arena, alice)
        mallory = two_ports(arena, "mallory", address=f"{net}::b", side="evil")
        with mallory.in_clear():
            return arena.answered(mallory, mallory.first_request(), UNPROTECTED, want=401), 1
    arena.refused(attack, "selector_taken")
