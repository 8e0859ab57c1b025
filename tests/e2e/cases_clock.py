# SPDX-License-Identifier: BSD-2-Clause
"""L15: the wall clock jumps. Only people are told the time of day by it; what ends when, the
monotonic clock decides, in the kernel and in the daemon.

libfaketime shows the daemon another time of day, and nobody else."""
import contextlib
import glob
import json
import time
from datetime import datetime, timedelta, timezone

from arena import case, expect, status
from faults import alone
from lab.processes import LabError

YEARS = 10


def _library():
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not found:
        raise LabError("no libfaketime: run tools/deps --test")
    return found[0]


@contextlib.contextmanager
def _clock(arena, years=0):
    """Inside the block the daemon is one whose time of day is so far off, until step(years)."""
    path = arena.lab.directory / "clock"

    def step(years):
        path.write_text(f"{years * 365:+}d\n", encoding="ascii")
    step(years)
    with alone(arena):
        arena.guard.stop()
        arena.guard.begin(LD_PRELOAD=_library(), FAKETIME_TIMESTAMP_FILE=str(path),
                          FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
        arena.guard.await_ready()
        try:
            yield step
        finally:
            arena.guard.stop()


def _left(arena, phone, years):
    """How long the binding lasts yet, by the daemon's time of day."""
    ends = datetime.fromisoformat(arena.guard.binding_of(phone)["expires"])
    return (ends - datetime.now(timezone.utc) - timedelta(days=years * 365)).total_seconds()


@case("Clock.StepsEndNoBinding_NorKeepOne", "R19 L15")
def steps(arena):
    alice = arena.registered()
    with _clock(arena) as step:
        for years in (YEARS, -YEARS):
            step(years)
            expect(500 < _left(arena, alice, years) <= 630,
                   f"the daemon's clock has moved: {_left(arena, alice, years)} s are left")
            brief = arena.phone()
            begun = time.monotonic()
            arena.guard.cli("bindings", "add", brief.here, "--impi", brief.impi,
                            "--impu", brief.impu, "--expires", "3s")
            expect(brief.say() is not None, f"{years:+} years: who is bound for 3 s is heard")
            arena.guard.wait_for(lambda: not arena.holds(brief), "and is bound no longer", 6)
            expect(time.monotonic() - begun > 2.9, "not before its time")
            expect(status(alice.say()) == 200, f"{years:+} years: alice speaks")
            arena.register(arena.phone("bob"))
            uptime = arena.guard.cli("status")["uptime_s"]
            expect(0 <= uptime < 600, f"it has been up for {uptime} s")
    expect(status(alice.say()) == 200, "and with the true time again")


@case("Clock.ReaderOfEventsMissesNone_WhenItWentBack", "R19 L15")
def events(arena):
    """Also where ids are of the time of day: who asks for what came after one of the future gets all
    that there is."""
    def read(*words):
        lines = arena.guard.run("events", "-o", "jsonl", *words).stdout.splitlines()
        return [json.loads(line) for line in lines]
    phone = arena.phone()
    phone.send(phone.request("OPTIONS"))
    arena.guard.wait_for(read, "an event")
    last = read()[-1]["id"]
    with _clock(arena, -YEARS):
        phone.send(phone.request("OPTIONS"))
        arena.guard.wait_for(lambda: any(each["src"] == phone.address
                                         for each in read("--after", last)), "the new event")
