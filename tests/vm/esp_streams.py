# SPDX-License-Identifier: BSD-2-Clause
"""TCP inside ESP: gm_stream reads what the P-CSCF's kernel has decrypted. Profile.*: phones with two
ports, whose connections are from port-c."""
from arena import both_families, case, expect, status
from esp_attacks import spoken_as
from lab.ims.stream_phone import EspStreamPhone

_PORT_S = 45000
_FURTHER = "tcp_poisoned", "tcp_order"  # of what TCP sends again of what was refused


def _registered(arena, user="alice", two_ports=False, **more):
    if two_ports:
        more["port_s"] = _PORT_S + arena.number()
    with arena.phones_of(EspStreamPhone):
        return arena.registered(user, **more)


@both_families("Esp.PhoneRegistersAndSpeaks_ByTcp", "R6 R7 R8")
@both_families("Profile.PhoneRegistersAndSpeaks_ByTcp", "R6 R7 R8 R13", two_ports=True)
def speaks(arena, v6, two_ports=False):
    """In clear to the unprotected port, then inside ESP to the P-CSCF's server port."""
    def play(arena):
        phone = _registered(arena, two_ports=two_ports, v6=v6)
        arena.binding(phone)
        before = phone.sas.sequence(phone.network, phone.side)
        arena.speaks(phone)
        arena.speaks(phone, sender=phone.impu.replace("@", ".work@"))
        expect(phone.sas.sequence(phone.network, phone.side) > before, "not by its association")
        arena.hears(phone)
        expect(status(phone.refresh()) == 200, "it refreshes its registration")
        arena.speaks(phone)
    arena.passes(play)


@both_families("Esp.VictimsIdentityIsRefused_ByTcpInsideTheAttackersOwnAssociation", "R7 H5")
@both_families("Profile.VictimsIdentityIsRefused_ByTcpInsideTheAttackersOwnAssociation",
               "R7 R18 H5 H12", two_ports=True)
def victims_identity(arena, v6, two_ports=False):
    """Behind a message of his own, on the same connection, which carries nothing more and ends."""
    def attack(arena):
        alice = _registered(arena, two_ports=two_ports, v6=v6)
        mallory = _registered(arena, "mallory", two_ports, side="evil", v6=v6)
        arena.speaks(mallory)
        done = spoken_as(arena, alice, mallory, [mallory.request("MESSAGE", sender=alice.impu)])
        if arena.mode == "enforce":
            expect(mallory.is_cut_off(mallory.protected, arena.patience_s), "it goes on")
        arena.speaks(alice)
        return done
    # An emulated host answers late, and the phone's kernel sends again what was refused.
    arena.refused(attack, "identity_not_bound", _FURTHER)


@case("Profile.AnotherUserIsRefused_ByTcpInsideAnAssociation", "R5 D.1")
def another_user(arena):
    def attack(arena):
        alice = arena.phone()
        mallory = _registered(arena, "mallory", True, side="evil")
        data = mallory.register_request(to=alice.impu, authorization=alice.no_credentials())
        return arena.answered(mallory, data, mallory.protected, want=401), 1
    arena.refused(attack, "user_mismatch", ("selector_taken", *_FURTHER))


@case("Profile.ForeignContactIsRefused_ByTcpInsideAnAssociation", "R4 R6")
def foreign_contact(arena):
    def attack(arena):
        alice = arena.phone()
        mallory = _registered(arena, "mallory", True, side="evil")
        data = mallory.refresh_request(contact=alice.here)
        return arena.answered(mallory, data, mallory.protected, want=200), 1
    arena.refused(attack, "contact_mismatch", _FURTHER)
