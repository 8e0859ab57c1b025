# SPDX-License-Identifier: BSD-2-Clause
"""What happens to a daemon in production: killed, stopped, started twice, its pins and filters
removed. Meanwhile nobody gets through who must not, and no bound phone loses a message."""
import contextlib
import json
import pathlib
import random
import shutil
import subprocess
import threading
import time

from arena import case, expect, status
from lab.guard import find
from lab.network import PROTECTED, UNPROTECTED
from lab.processes import run

KILLS = 200


class Load(threading.Thread):
    """Inside the block, one after the other: what must be answered (bound phones speak and
    refresh) and what must not."""

    def __init__(self, arena):
        super().__init__()
        self._alice, self._bob = arena.registered(), arena.registered("bob")
        self._mallory = arena.registered("mallory", side="evil")
        self._mallory.patience_s = 0.02  # an answer would come within a millisecond
        self._end = threading.Event()
        self.asked = self.forbidden = 0
        self.lost, self.leaked = [], []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self.join()

    def run(self):
        while not self._end.is_set():
            self._must_pass("MESSAGE", self._alice.say())
            self._must_pass("REGISTER", self._bob.register())
            self._must_not("OPTIONS", self._mallory.request("OPTIONS"), UNPROTECTED)
            self._must_not("spoofed MESSAGE",
                           self._mallory.request("MESSAGE", sender=self._alice.impu), PROTECTED)

    def _must_pass(self, what, answer):
        self.asked += 1
        if status(answer) != 200:
            self.lost.append(f"{what} {status(answer)}")

    def _must_not(self, what, data, port):
        self.forbidden += 1
        if answer := self._mallory.ask(data, port):
            self.leaked.append(f"{what} {answer.status}")

    def check(self, at_least):
        expect(not self.leaked, f"{len(self.leaked)} of {self.forbidden} forbidden messages "
                                f"answered: {self.leaked[:5]}")
        expect(not self.lost, f"{len(self.lost)} of {self.asked} lost: {self.lost[:5]}")
        expect(self.asked >= at_least, f"only {self.asked} messages in all that time")


def _links(arena):
    """The ids of the links, by their pins."""
    binary = shutil.which("bpftool", path="/usr/sbin:/usr/bin:/sbin:/bin")
    return {path.name: json.loads(run(binary, "-j", "link", "show", "pinned", path))["id"]
            for path in sorted((arena.lab.pins / "links").iterdir())}


@contextlib.contextmanager
def _alone(arena):
    """Inside the block the case starts and ends the daemon; afterwards there is one."""
    mode, arena.mode = arena.mode, None
    try:
        yield
    finally:
        if not arena.guard.lives():
            arena.guard.resume()
        arena.mode = mode


@case("Fault.KilledAtRandomMoments", "R19 L1 L2")
def killed_often(arena):
    """kill -9 at random moments of start and work, under load."""
    dice = random.Random(int(time.time()))
    before = _links(arena)
    with Load(arena) as load, _alone(arena):
        for _ in range(KILLS):
            if arena.guard.lives():
                arena.guard.kill()
            arena.guard.begin()
            time.sleep(dice.uniform(0, 0.6))
    load.check(KILLS)
    expect(_links(arena) == before, f"links {before}, now {_links(arena)}")


@case("Fault.StoppedForHalfAMinute", "R19 R5")
def stopped(arena):
    """SIGSTOP. Who registers meanwhile is learned when it goes on."""
    newcomer = arena.phone()
    with Load(arena) as load:
        with arena.guard.stopped():
            expect(status(newcomer.register()) == 200, "Kamailio takes the newcomer")
            time.sleep(30)
        arena.guard.wait_for(lambda: arena.holds(newcomer), "the newcomer is learned", 10)
    load.check(100)
    expect(status(newcomer.say()) == 200, "and speaks")


@case("Fault.ManyAtOnce_OneLives", "R19 L4")
def many_at_once(arena):
    before = _links(arena)
    others = [subprocess.Popen([find("gmguardd"), "--config", arena.guard.config],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True) for _ in range(30)]
    said = [(other.communicate(timeout=60)[1], other.returncode) for other in others]
    expect(all(code == 4 and "another gmguardd has it" in words for words, code in said),
           f"each says so and ends: {said[0]}")
    expect(_links(arena) == before, "nothing was attached anew")
    expect(arena.guard.cli("status") is not None, "the first one answers")


@case("Fault.RemovedPinsComeBack", "R19 L8")
def pins_removed(arena):
    """Somebody removes the whole directory. The daemon holds what was in it."""
    alice = arena.registered()
    before, pins = _links(arena), arena.lab.pins
    names = {path.relative_to(pins) for path in pins.rglob("*")}
    with Load(arena) as load:
        _remove(pins)
        arena.guard.wait_for(lambda: {p.relative_to(pins) for p in pins.rglob("*")} == names,
                             "all pins are back")
        time.sleep(1)
    load.check(10)
    expect(_links(arena) == before, "the same links")
    told = arena.guard.run("events", "--type", "alarm", "-o", "jsonl").stdout
    expect("maps/gm_bindings" in told, f"an alarm names them: {told[-500:]}")
    with _alone(arena):
        arena.guard.kill()
        arena.guard.resume()
    expect(arena.holds(alice), "the next controller finds her")


def _remove(pins: pathlib.Path):
    for path in sorted(pins.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    pins.rmdir()


@case("Fault.RemovedFilterComesBack_XdpCannotBeRemoved", "R19 L7")
def filter_removed(arena):
    netns = arena.lab.network.name("pcscf")

    def hooks():
        items = arena.guard.cli("interfaces")["items"]
        return next(item["hooks"] for item in items if item["name"] == "gm0")
    arena.lab.network.ip("pcscf", "link", "set", "gm0", "xdp", "off", check=False)
    expect("front" in hooks(), "the kernel refuses to take gm_front away")
    run("tc", "-n", netns, "qdisc", "del", "dev", "gm0", "clsact")
    expect("answers" not in hooks(), "the filter is gone")
    arena.guard.wait_for(lambda: "answers" in hooks(), "it is back", 2)
    alice = arena.registered()
    expect(status(alice.say()) == 200, "and a phone is learned by it")
