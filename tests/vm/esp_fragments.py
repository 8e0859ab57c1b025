# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams that come in fragments: of a REGISTER in clear, and of ESP packets, whose contents
gm_inside sees as a whole."""
from arena import both_families, expect, status
from esp_attacks import spoken_as
from esp_profile import is_spoken_to, registered, two_ports

_LONG = "x" * 3000
# Kamailio 5.6.3 takes the last one.
_SIX = tuple((alg, ealg) for alg in ("hmac-md5-96", "hmac-sha-1-96")
             for ealg in ("des-ede3-cbc", "aes-cbc", "null"))


def _in_fragments(arena, play):
    """What it returns; the P-CSCF put datagrams together meanwhile."""
    before = arena.lab.reassembled()
    result = play()
    expect(arena.lab.reassembled() > before, "it came in one piece")
    return result


@both_families("Profile.RegisterOfSixMechanismsPasses_InFragments", "R6 33.203 7.2")
def six_mechanisms(arena, v6):
    """In clear, and, repeated in the second step, inside ESP."""
    def play(arena):
        phone = two_ports(arena, v6=v6, offers=_SIX)
        filled = {"extra": [("X-Filled", "x" * 400)]}
        challenge = _in_fragments(arena, lambda: phone.ask_to_register(**filled))
        expect(status(challenge) == 401, f"challenged: {status(challenge)}")
        answer = _in_fragments(arena, lambda: phone.answer(challenge, **filled))
        expect(status(answer) == 200, f"registers: {status(answer)}")
        arena.binding(phone)
        arena.speaks(phone)
        is_spoken_to(arena, phone)
    arena.passes(play)


@both_families("Profile.LongMessagesPass_InFragments", "R7 R8")
def long_messages(arena, v6):
    def play(arena):
        phone = registered(arena, v6=v6)
        _in_fragments(arena, lambda: arena.speaks(phone, body=_LONG))
        arena.hears(phone, _LONG)
    arena.passes(play)


@both_families("Profile.VictimsIdentityIsRefused_InFragmentsInsideTheAttackersOwnAssociation",
               "R7 R18")
def victims_identity_in_fragments(arena, v6):
    def attack(arena):
        alice = registered(arena, v6=v6)
        mallory = registered(arena, "mallory", side="evil", v6=v6)
        tries = [mallory.request(method, sender=alice.impu, body=_LONG)
                 for method in ("MESSAGE", "INVITE")]
        done = _in_fragments(arena, lambda: spoken_as(arena, alice, mallory, tries))
        _in_fragments(arena, lambda: arena.speaks(alice, body=_LONG))
        return done
    arena.refused(attack, "identity_not_bound")
