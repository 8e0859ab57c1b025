# SPDX-License-Identifier: BSD-2-Clause
"""L3: another version of gmguardd takes over what is in the kernel, under load, and gives it back;
one whose layouts are others takes nothing.

gmguardd_other is of the same sources with programs of other instructions, gmguardd_next_schema one
of the next GM_SCHEMA (CMakeLists.txt)."""
import json
import os

from arena import case, expect, status
from faults import Load, alone, bpftool, links, maps
from lab.processes import run

SWAPS = int(os.environ.get("GMGUARD_SWAPS", "6"))  # up and down again is two


def _programs(arena):
    """(id, tag) of each program that judges, by its name: those of the links, and the filter's."""
    pins = arena.lab.pins / "links"
    ids = [bpftool("link", "show", "pinned", pin)["prog_id"] for pin in sorted(pins.iterdir())]
    filters = json.loads(run("tc", "-j", "-n", arena.lab.network.name("pcscf"), "filter", "show",
                             "dev", "gm0", "egress"))
    ids += [item["options"]["prog"]["id"] for item in filters if "prog" in item.get("options", {})]
    shown = [bpftool("prog", "show", "id", each) for each in ids]
    return {each["name"]: (each["id"], each["tag"]) for each in shown}


@case("Upgrade.SwapsProgramsUnderLoad_AndBack", "R19 L3")
def swap(arena):
    """Nothing that is forbidden is answered, no bound phone loses a message, the links and maps
    are the same ones; the programs are others, each time."""
    alice = arena.registered()
    before, there, first = links(arena), maps(arena), _programs(arena)
    expect(set(first) == {"gm_front", "gm_inside", "gm_stream", "gm_onward", "gm_answers"},
           f"{first}")
    seen = [first]
    with Load(arena) as load, alone(arena):
        for number in range(SWAPS):
            arena.guard.stop()
            arena.guard.begin("gmguardd" if number % 2 else "gmguardd_other")
            arena.guard.await_ready()
            seen.append(_programs(arena))
            expect(arena.holds(alice), "it knows who is bound")
        if SWAPS % 2:
            arena.guard.stop()
    load.check(SWAPS)
    expect(links(arena) == before, f"links {before}, now {links(arena)}")
    expect(maps(arena) == there, f"maps {there}, now {maps(arena)}")
    for name in first:
        ids = [each[name][0] for each in seen]
        expect(len(set(ids)) == len(ids), f"{name} was replaced each time: {ids}")
        tags = [each[name][1] for each in seen]
        expect(tags[0::2] == tags[:1] * len(tags[0::2]) and tags[0] not in tags[1::2],
               f"{name} was the one and the other in turn: {tags}")
    expect(status(alice.register()) == 200 and status(alice.say()) == 200, "all goes on")


@case("Upgrade.SameBuildFindsItsPrograms", "R19 L3")
def same(arena):
    """They stay pinned: nothing is verified again, but gm_onward, with which the maps come."""
    alice = arena.registered()
    first = _programs(arena)
    arena.guard.stop()
    arena.guard.begin("gmguardd")
    arena.guard.await_ready()
    again = _programs(arena)
    for name in set(first) - {"gm_onward"}:
        expect(again[name] == first[name], f"{name} was {first[name]}, is {again[name]}")
    expect(arena.holds(alice) and status(alice.say()) == 200, "all goes on")


@case("Upgrade.OtherLayoutIsRefused_OldOneStays", "R19 L3")
def refused(arena):
    alice = arena.registered()
    before, there, programs = links(arena), maps(arena), _programs(arena)
    with Load(arena) as load, alone(arena):
        arena.guard.stop()
        arena.guard.begin("gmguardd_next_schema")
        code, words = arena.guard.await_end()
        expect(code == 4 and "schema" in words and "gmguard detach --all" in words,
               f"it says what is wrong and what to do: {code} {words}")
        expect(links(arena) == before and _programs(arena) == programs,
               "the old programs stay where they are")
        expect(maps(arena) == there, "and so do the maps")
        expect(status(alice.say()) == 200, "they judge, with nobody there")
    load.check(10)
    expect(arena.holds(alice), "the old version takes over again")
