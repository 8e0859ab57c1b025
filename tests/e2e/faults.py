# SPDX-License-Identifier: BSD-2-Clause
"""What the cases of faults share: load while something happens, the ids of the links, the daemon in
the hands of the case."""
import contextlib
import json
import shutil
import threading

from arena import POOLS, expect, status
from lab.network import PROTECTED, UNPROTECTED
from lab.processes import run


class Attack(threading.Thread):
    """Inside the block, one after the other: what must not be answered."""

    def __init__(self, arena):
        super().__init__()
        self._alice = arena.registered()
        self._mallory = arena.registered("mallory", side="evil")
        self._mallory.patience_s = 0.02  # an answer would come within a millisecond
        self._end = threading.Event()
        self.forbidden = 0
        self.leaked = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self.join()

    def run(self):
        while not self._end.is_set():
            self._round()

    def _round(self):
        self._must_not("OPTIONS", self._mallory.request("OPTIONS"), UNPROTECTED)
        self._must_not("spoofed MESSAGE",
                       self._mallory.request("MESSAGE", sender=self._alice.impu), PROTECTED)

    def _must_not(self, what, data, port):
        self.forbidden += 1
        if answer := self._mallory.ask(data, port):
            self.leaked.append(f"{what} {answer.status}")

    def check(self, at_least):
        expect(not self.leaked, f"{len(self.leaked)} of {self.forbidden} forbidden messages "
                                f"answered: {self.leaked[:5]}")
        expect(self.forbidden >= at_least, f"only {self.forbidden} messages in all that time")


class Load(Attack):
    """And what must be answered: bound phones speak and refresh."""

    def __init__(self, arena):
        super().__init__(arena)
        self._bob = arena.registered("bob")
        self.asked = 0
        self.lost = []

    def _round(self):
        self._must_pass("MESSAGE", self._alice.say())
        self._must_pass("REGISTER", self._bob.register())
        super()._round()

    def _must_pass(self, what, answer):
        self.asked += 1
        if status(answer) != 200:
            self.lost.append(f"{what} {status(answer)}")

    def check(self, at_least):
        super().check(at_least)
        expect(not self.lost, f"{len(self.lost)} of {self.asked} lost: {self.lost[:5]}")
        expect(self.asked >= at_least, f"only {self.asked} messages in all that time")


def bpftool(*words):
    """What bpftool says, as data."""
    binary = shutil.which("bpftool", path="/usr/sbin:/usr/bin:/sbin:/bin")
    return json.loads(run(binary, "-j", *words))


def links(arena):
    """The ids of the links, by their pins."""
    return {path.name: bpftool("link", "show", "pinned", path)["id"]
            for path in sorted((arena.lab.pins / "links").iterdir())}


def _maps(arena, what):
    return {path.name: bpftool("map", "show", "pinned", path).get(what)
            for path in sorted((arena.lab.pins / "maps").iterdir())}


def maps(arena):
    """The ids of the maps, by their pins."""
    return _maps(arena, "id")


def map_bytes(arena):
    """The memory of the maps, by their pins."""
    return _maps(arena, "bytes_memlock")


@contextlib.contextmanager
def alone(arena):
    """Inside the block the case starts and ends the daemon; afterwards there is one."""
    mode, arena.mode = arena.mode, None
    try:
        yield
    finally:
        if not arena.guard.lives():
            arena.guard.begin()
        arena.guard.await_ready()
        arena.mode = mode


@contextlib.contextmanager
def configured(arena, more):
    """Inside the block the guard is a fresh one, with more in its configuration."""
    def afresh(text):
        with alone(arena):
            arena.guard.detach()
            arena.guard.start("enforce", text)
    afresh(f"{POOLS}\n{more}")
    try:
        yield
    finally:
        afresh(POOLS)
