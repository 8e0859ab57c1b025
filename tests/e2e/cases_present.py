# SPDX-License-Identifier: BSD-2-Clause
"""H14: the guard comes to a P-CSCF with live registrations. Whose they are it does not know until
each phone registers anew, up to a week later: meanwhile nobody is cut off, and nobody gets a name
that is known to be another's."""
import contextlib
import json

from arena import POOLS, case, expect, status


@contextlib.contextmanager
def _without_a_guard(arena):
    """Inside the block there is none until the case starts one; afterwards the arena's own."""
    arena.guard.detach()
    arena.mode = None
    try:
        yield
    finally:
        if arena.guard.lives():
            arena.guard.detach()
        arena.guard.start("enforce", POOLS)
        arena.mode = "enforce"


def _states(arena, phone):
    return [item["state"] for item in arena.guard.bindings() if item["selector"] == phone.here]


def _is_adopted(arena, phone):
    expect(status(phone.say()) == 200, f"{phone.user} speaks in monitor")
    arena.guard.wait_for(lambda: _states(arena, phone) == ["adopted"], f"{phone.here} adopted")


def _enforce(arena):
    """Asked first, as the operator is."""
    asked = arena.guard.run("mode", "set", "all", "enforce", "-o", "json")
    problem = json.loads(asked.stderr)
    expect(asked.returncode == 4 and problem["type"].endswith("#consent_required"),
           f"enforce asks first: {asked.returncode} {problem}")
    expect("2 phones" in problem["detail"], f"and says how many: {problem['detail']}")
    arena.guard.cli("mode", "set", "all", "enforce", "--yes")


@case("Present.IsCutOff_WithoutAdoption", "H14")
def cut_off(arena):
    """The harm: a guard that enforces from its first moment."""
    with _without_a_guard(arena):
        alice = arena.registered()
        expect(status(alice.say()) == 200, "she speaks without a guard")
        arena.guard.start("enforce", POOLS)
        expect(alice.say() is None, "and is cut off by one")


@case("Present.IsAdoptedAndSpeaks", "H14")
def adopted(arena):
    with _without_a_guard(arena):
        alice, bob, silent = arena.registered(), arena.registered("bob"), arena.registered("carol")
        arena.guard.start("monitor", POOLS, adopt_s=3600)
        for phone in (alice, bob):
            _is_adopted(arena, phone)
        _enforce(arena)
        arena.mode = "enforce"
        known = arena.registered("known")
        expect(status(alice.say()) == 200, "an adopted phone speaks")
        expect(not arena.answered(alice, alice.request("MESSAGE", sender=known.impu)),
               "but not as one who is known")
        expect(not arena.answered(silent, silent.request("MESSAGE")), "who was silent is cut off")
        _survives_a_restart(arena, alice)
        _import(arena, silent)
        arena.register(alice)
        expect(_states(arena, alice) == ["bound"], "her next 200 ends it")
        with arena.thief(bob) as mallory:
            expect(status(mallory.register()) == 200, "somebody else registers where bob was")
            arena.guard.wait_for(lambda: arena.guard.binding_of(mallory), "and is bound there")
            expect(_states(arena, bob) == ["bound"], "no shadow: bob never authenticated")


def _survives_a_restart(arena, alice):
    arena.guard.kill()
    arena.guard.begin()
    arena.guard.await_ready()
    expect(_states(arena, alice) == ["adopted"], "still adopted")
    arena.guard.cli("mode", "set", "all", "enforce", "--yes")  # the file says monitor
    expect(status(alice.say()) == 200, "and she speaks")


def _import(arena, phone):
    """By hand, as from the P-CSCF's own list."""
    arena.guard.cli("bindings", "add", phone.here, "--impi", phone.impi, "--impu", phone.impu)
    expect(status(phone.say()) == 200, f"{phone.user} speaks after the import")


@case("Present.StrangerIsNotAdopted_WhenEnforced", "H14")
def not_enforced(arena):
    """A stranger who knocks at an enforcing guard is no phone of before."""
    with _without_a_guard(arena):
        arena.guard.start("enforce", POOLS, adopt_s=3600)
        mallory = arena.attacker()
        for _ in range(3):
            expect(mallory.say() is None, "refused")
        expect(not _states(arena, mallory), "and not adopted")
