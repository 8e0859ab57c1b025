# SPDX-License-Identifier: BSD-2-Clause
"""L6: what becomes of a guarded interface: down and up, gone and made anew, renamed, put
under a bridge."""
import contextlib
import os
import time

from arena import case, expect, status
from faults import Attack, alone, links
from lab.network import PROTECTED, UNPROTECTED

FLAPS = int(os.environ.get("GMGUARD_FLAPS", "100"))
RENEWALS = int(os.environ.get("GMGUARD_RENEWALS", "5"))
ATTACHED_WITHIN_S = 2.5  # the daemon looks once a second

def _xdp_on(arena, link):
    return "xdp" in arena.lab.network.ip("pcscf", "link", "show", link)


def _is_guarded(arena, alice, mallory, when):
    for what, data, port in (("OPTIONS", mallory.request("OPTIONS"), UNPROTECTED),
                             ("a spoofed MESSAGE",
                              mallory.request("MESSAGE", sender=alice.impu), PROTECTED)):
        expect(not arena.answered(mallory, data, port), f"{what} {when}")
    expect(status(alice.say()) == 200, f"her own message passes {when}")


@case("Link.FlapsLeaveNoGap", "R19 L6")
def flaps(arena):
    alice, before = arena.registered(), links(arena)
    arena.set_mode("off")
    with Attack(arena) as attack:
        arena.lab.network.flap_gm()
        arena.guard.wait_for(lambda: attack.leaked, "without the guard the attack succeeds")
    arena.set_mode("enforce")
    with Attack(arena) as attack:
        for _ in range(FLAPS):
            sent = attack.forbidden
            arena.lab.network.flap_gm()
            arena.guard.wait_for(lambda: attack.forbidden > sent + 1, "the attack goes on")
    attack.check(FLAPS)
    expect(links(arena) == before, f"links {before}, now {links(arena)}")
    expect(status(alice.say()) == 200, "and alice speaks")


@case("Link.MadeAnewLeavesNoGap", "R19 L6")
def renewals(arena):
    alice, times = arena.registered(), []
    with Attack(arena) as attack:
        for _ in range(RENEWALS):
            arena.lab.network.renew_gm()
            begun = time.monotonic()
            arena.guard.wait_for(lambda: _xdp_on(arena, "gm0"), "attached again",
                                 ATTACHED_WITHIN_S)
            times.append(time.monotonic() - begun)
    attack.check(RENEWALS)
    expect(status(alice.say()) == 200, "and alice speaks")


@case("Link.RenamedIsGuardedOn", "R19 L6")
def renamed(arena):
    """Also by a daemon that comes meanwhile and does not find it: that one says so and ends."""
    alice, mallory = arena.registered(), arena.registered("mallory", side="evil")
    before = links(arena)
    with alone(arena), arena.lab.network.renamed_gm("access0"):
        _is_guarded(arena, alice, mallory, "by its new name")
        expect(_xdp_on(arena, "access0"), "its programs are where they were")
        arena.guard.stop()
        arena.guard.begin()
        code, words = arena.guard.await_end()
        expect(code == 3 and "interface gm0" in words, f"it says what is missing: {code} {words}")
        _is_guarded(arena, alice, mallory, "with no controller")
    _is_guarded(arena, alice, mallory, "by its old name again")
    expect(links(arena) == before, f"links {before}, now {links(arena)}")


@case("Link.BridgeIsGuarded", "R19 L6")
def bridge(arena):
    """As the only Gm interface one that is made of others: it has no native XDP."""
    alice, mallory = arena.phone(), arena.attacker()
    with arena.lab.network.bridged_gm(), _guarded_instead(arena, "brgm"):
        arena.set_mode("off")
        expect(arena.answered(mallory, mallory.request("OPTIONS"), UNPROTECTED),
               "without the guard the P-CSCF answers")
        arena.set_mode("enforce")
        for phone in (alice, mallory):
            arena.register(phone)
        before = arena.guard.counts("front")
        _is_guarded(arena, alice, mallory, "by the bridge")
        expect(arena.guard.since(before, "front").dropped["not_register"],
               "the shield stands before it")
    arena.register(alice)
    _is_guarded(arena, alice, mallory, "by gm0 again")


@contextlib.contextmanager
def _guarded_instead(arena, link):
    """Inside the block that interface of the P-CSCF is guarded, and gm0 is not."""
    netns = arena.lab.network.name("pcscf")
    arena.guard.cli("detach", "gm0")
    arena.guard.cli("attach", link, "--netns", netns, "--xdp-mode", "generic")
    try:
        yield
    finally:
        arena.guard.cli("detach", link)
        arena.guard.cli("attach", "gm0", "--netns", netns)
