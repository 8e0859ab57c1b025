# SPDX-License-Identifier: BSD-2-Clause
"""R2 to R4: more than the guard can keep. It stays as large as it is, who is bound does not notice,
and what is lost is counted."""
import json
import os
import random
import re
import threading
import time

from arena import case, expect, status
from faults import Load, configured, map_bytes
from lab.network import GM4, UNPROTECTED
from raw import Raw

SECONDS = int(os.environ.get("GMGUARD_FLOOD_SECONDS", "8"))
GROWTH_KIB = 8 * 1024  # of the daemon in that time: the log of events, which has an end
GROWING = {"gm_owners"}  # whose entries take memory when they come
KEPT = 4 * 128         # bytes of a binding in them: four identities


class _Flood(threading.Thread):
    """Inside the block: REGISTERs in clear, each of another user from another port of the
    attacker's, so of another selector."""

    def __init__(self, arena):
        super().__init__()
        self._raw = Raw(arena.lab.network, "evil")
        self._phone = arena.attacker()
        self._end = threading.Event()
        self.sent = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self.join()
        self._raw.__exit__()

    def run(self):
        phone, dice = self._phone, random.Random(1)
        template = phone.register_request()
        branch = re.search(rb"branch=([^;\s]+)", template).group(1)
        while not self._end.is_set():
            name, port = f"{dice.getrandbits(48):012x}", dice.randrange(1024, 65536)
            data = template.replace(phone.user.encode(), name.encode()).replace(
                phone.here.encode(), f"{phone.address}:{port}".encode()).replace(
                branch, f"z9hG4bK{name}".encode())
            self._raw.send((phone.address, port), (GM4, UNPROTECTED), data)
            self.sent += 1
            time.sleep(0.0002)  # the P-CSCF needs the processors too


def _pending(arena):
    return [item for item in arena.guard.bindings() if item["state"] == "pending"]


@case("Flood.OfStrangersChangesNothingForThoseWhoAreBound", "R19 R2")
def strangers(arena):
    room = 16
    with configured(arena, f"[limits]\nbindings = {room}\n"
                           "unknown = { rate = 200, burst = 200 }\n"
                           "events = { rate = 10, burst = 10 }\n"):
        maps = map_bytes(arena)
        with Load(arena) as load, _Flood(arena) as flood:
            arena.guard.wait_for(lambda: len(_pending(arena)) == room, "as many as there is room", 20)
            before = arena.guard.memory_kib()
            time.sleep(SECONDS)
            most, after = len(_pending(arena)), arena.guard.memory_kib()
        load.check(10)
        expect(flood.sent > 200 * SECONDS, f"only {flood.sent} messages in {SECONDS} s")
        expect(most <= room, f"{most} pendings, where there is room for {room}")
        expect(after - before < GROWTH_KIB, f"the daemon grew from {before} to {after} KiB")
        now = map_bytes(arena)
        grown = {name: now[name] - maps[name] for name in maps if now[name] != maps[name]}
        expect(set(grown) <= GROWING, f"the maps are as large as they were: {grown}")
        expect(sum(grown.values()) < room * KEPT, f"they hold {room} bindings: {grown}")


@case("Flood.OfPendingsTakesNobodysSelector", "R19 R3")
def pendings(arena):
    """The attacker asks for a challenge under every address before its owner does."""
    mallory, victims = arena.attacker(), [arena.phone("bob") for _ in range(16)]
    with Raw(arena.lab.network, "evil") as raw:
        for victim in victims:
            raw.send((victim.address, victim.port), (GM4, UNPROTECTED),
                     mallory.register_request().replace(mallory.here.encode(),
                                                        victim.here.encode()))
    taken = {victim.here for victim in victims}
    arena.guard.wait_for(
        lambda: taken <= {item["selector"] for item in _pending(arena)
                          if item["impi"] == mallory.impi}, "a pending of his on each")
    for victim in victims:
        victim.receive(0.2)  # the challenge that he asked for
        arena.register(victim)
        expect(status(victim.say()) == 200, f"{victim.user} speaks")


@case("Flood.OfDropsLosesReports_ToTheNumber", "R19 R4")
def overrun(arena):
    """With the daemon held up the ring of reports runs over: what is not told is counted, nothing
    else changes, and who registered meanwhile is learned."""
    count = 4000
    with configured(arena, "[limits]\nevents = { rate = 100000, burst = 100000 }\n"):
        mallory, alice = arena.attacker(), arena.phone()
        data = mallory.request("OPTIONS", body="x" * 900)
        before, losses = arena.guard.counts("front"), arena.guard.cli("status")["losses"]
        with arena.guard.stopped():
            for _ in range(count):
                mallory.send(data)
            expect(mallory.receive(0.3) is None, "none is answered")
            expect(status(alice.register()) == 200, "a phone registers")
        arena.guard.wait_for(lambda: arena.holds(alice), "and is learned", 10)
        dropped = arena.guard.since(before, "front").dropped["not_register"]
        expect(dropped == count, f"{dropped} of {count} dropped")
        now = arena.guard.cli("status")["losses"]
        lost = now["events"] - losses["events"]
        expect(lost > 0 and now["suppressed"] == losses["suppressed"], f"{losses}, now {now}")
        told = _told(arena, mallory)
        expect(told + lost == count, f"{told} told and {lost} lost, of {count}")
        expect(status(alice.say()) == 200, "alice speaks")


def _told(arena, phone):
    """The drop reports about a phone; its address was also another's before, its port was not."""
    told, last = 0, 0
    while True:
        lines = arena.guard.run("events", "--reason", "not_register", "--after", last,
                                "--limit", 1000, "-o", "jsonl").stdout.splitlines()
        page = [json.loads(line) for line in lines]
        if not page:
            return told
        told += sum((each["src"], each["sport"]) == (phone.address, phone.port) for each in page)
        last = page[-1]["id"]
