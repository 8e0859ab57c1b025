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


@case("Present.IsImportedFromAnotherGuard", "H14")
def imported(arena):
    """What a guard exported, the next one takes: nobody need be adopted."""
    alice, bob = arena.registered(), arena.registered("bob", v6=True)
    lines = arena.guard.run("bindings", "export").stdout.splitlines()
    mine = [line for line in lines if alice.here in line or bob.here in line]
    expect(len(mine) == 2, f"both are exported: {lines[:5]}")
    foreign = json.loads(mine[0]) | {"impi": "eve@ims.test", "impus": ["sip:eve@ims.test"]}
    path = arena.lab.directory / "bindings.jsonl"
    path.write_text("\n".join(mine + [json.dumps(foreign)]) + "\n", encoding="utf-8")
    with _without_a_guard(arena):
        arena.guard.start("enforce", POOLS)
        arena.mode = "enforce"
        expect(not arena.answered(alice, alice.request("MESSAGE")), "unknown before")
        done = arena.guard.run("bindings", "import", path)
        expect(done.returncode == 4 and "2 bound, 1 refused" in done.stdout and
               f"{path}:3: " in done.stdout, f"the third line is refused: {done}")
        expect(status(alice.say()) == 200 and status(bob.say()) == 200, "both speak")
        expect(not arena.answered(alice, alice.request("MESSAGE", sender=bob.impu)),
               "each as himself alone")
        path.write_text('{"source":"x","impi":"a@b","impus":["sip:a@b"],"expires_s":1}\n',
                        encoding="utf-8")
        wrong = arena.guard.run("bindings", "import", path)
        expect(wrong.returncode == 2 and f"{path}:1/source" in wrong.stderr, f"by line: {wrong}")


# --- H16: two users on one selector, and an operator who knows better

def _conflict_of(arena, phone):
    return next((item for item in arena.guard.cli("conflicts", "list")["items"]
                 if item["newcomer"]["impi"] == phone.impi), None)


def _comes_in_monitor(arena, mallory):
    arena.set_mode("monitor")
    expect(status(mallory.register()) == 200, "Kamailio takes the second user")
    found = arena.guard.wait_for(lambda: _conflict_of(arena, mallory), "a conflict")
    arena.set_mode("enforce")
    return found["id"]


@case("Conflicts.AreResolvedByTheOperator", "H16")
def resolved(arena):
    alice = arena.registered()
    with arena.thief(alice) as newcomer:
        conflict = arena.guard.cli("conflicts", "show", _comes_in_monitor(arena, newcomer))
        expect(conflict["holder"]["impi"] == alice.impi, f"who holds it: {conflict}")
        kept = arena.guard.cli("conflicts", "resolve", conflict["id"], "--keep", "holder")
        expect(kept["impi"] == alice.impi and not _conflict_of(arena, newcomer), "she keeps it")
        again = _comes_in_monitor(arena, newcomer)
        expect(not arena.answered(newcomer, newcomer.request("MESSAGE")), "he is refused")
        kept = arena.guard.cli("conflicts", "resolve", again, "--keep", "newcomer")
        expect(kept["impi"] == newcomer.impi, f"he has it: {kept}")
        expect(status(newcomer.say()) == 200, "and speaks")
        expect(not arena.answered(newcomer, newcomer.request("MESSAGE", sender=alice.impu)),
               "not as her")
    gone = arena.guard.run("conflicts", "resolve", again, "--keep", "holder")
    expect(gone.returncode == 3, f"once: {gone}")
