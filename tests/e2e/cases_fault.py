# SPDX-License-Identifier: BSD-2-Clause
"""What happens to a daemon in production: killed, stopped, started twice, its pins and filters
removed. Meanwhile nobody gets through who must not, and no bound phone loses a message."""
import contextlib
import os
import pathlib
import random
import socket
import subprocess
import time

from arena import case, expect, status
from faults import Load, alone, configured, links
from lab.guard import find
from lab.network import GM4, UNPROTECTED
from lab.processes import run
from raw import Raw

KILLS = int(os.environ.get("GMGUARD_KILLS", "12"))


@case("Fault.KilledAtRandomMoments", "R19 L1 L2")
def killed_often(arena):
    """kill -9 at random moments of start and work, under load."""
    dice = random.Random(int(time.time()))
    before = links(arena)
    with Load(arena) as load, alone(arena):
        begun = time.monotonic()
        arena.guard.stop()
        arena.guard.begin()
        arena.guard.await_ready()
        whole_s = time.monotonic() - begun
        for _ in range(KILLS):
            if arena.guard.lives():
                arena.guard.kill()
            arena.guard.begin()
            time.sleep(dice.uniform(0, 1.2 * whole_s))
    load.check(KILLS)
    expect(links(arena) == before, f"links {before}, now {links(arena)}")


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


@case("Fault.ServiceManagerIsTold", "R19")
def service_manager(arena):
    """READY=1 when it judges and answers, WATCHDOG=1 while its loop turns, not while it hangs."""
    with alone(arena), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path := str(arena.lab.directory / "notify.sock"))

        def told(word, timeout_s):
            end = time.monotonic() + timeout_s
            while (left := end - time.monotonic()) > 0:
                manager.settimeout(left)
                with contextlib.suppress(TimeoutError):
                    if word in manager.recv(4096):
                        return True
            return False
        arena.guard.stop()
        arena.guard.begin(NOTIFY_SOCKET=path, WATCHDOG_USEC="3000000")
        expect(told(b"READY=1", 20), "READY=1")
        expect(arena.guard.cli("status") is not None, "and it answers")
        expect(told(b"WATCHDOG=1", 2), "WATCHDOG=1")
        with arena.guard.stopped():
            told(b"nothing", 0.1)  # what was on its way
            expect(not told(b"WATCHDOG=1", 2), "none while it hangs")
        expect(told(b"WATCHDOG=1", 2), "again afterwards")
        arena.guard.stop()
        expect(told(b"STOPPING=1", 2), "STOPPING=1")


@case("Fault.ManyAtOnce_OneLives", "R19 L4")
def many_at_once(arena):
    before = links(arena)
    others = [subprocess.Popen([find("gmguardd"), "--config", arena.guard.config],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True) for _ in range(30)]
    said = [(other.communicate(timeout=60)[1], other.returncode) for other in others]
    expect(all(code == 4 and "another gmguardd has it" in words for words, code in said),
           f"each says so and ends: {said[0]}")
    expect(links(arena) == before, "nothing was attached anew")
    expect(arena.guard.cli("status") is not None, "the first one answers")


@case("Fault.RemovedPinsComeBack", "R19 L8")
def pins_removed(arena):
    """Somebody removes the whole directory. The daemon holds what was in it."""
    alice = arena.registered()
    before, pins = links(arena), arena.lab.pins
    names = {path.relative_to(pins) for path in pins.rglob("*")}
    with Load(arena) as load:
        _remove(pins)
        arena.guard.wait_for(lambda: {p.relative_to(pins) for p in pins.rglob("*")} == names,
                             "all pins are back")
        time.sleep(1)
    load.check(10)
    expect(links(arena) == before, "the same links")
    expect("maps/gm_bindings" in _alarms(arena), f"an alarm names them: {_alarms(arena)[-500:]}")
    with alone(arena):
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
    with arena.guard.stopped():  # it would be back before anybody looked
        run("tc", "-n", netns, "qdisc", "del", "dev", "gm0", "clsact")
        expect("clsact" not in run("tc", "-n", netns, "qdisc", "show", "dev", "gm0"),
               "the filter is gone")
    arena.guard.wait_for(lambda: "answers" in hooks(), "it is back", 2)
    alice = arena.registered()
    expect(status(alice.say()) == 200, "and a phone is learned by it")


# --- limits of another configuration

@case("Fault.FullMapKeepsWhomItHas", "R19 R1")
def map_full(arena):
    """Those who are bound stay and may refresh; the surplus is not bound, to the number; an alarm
    comes while there is time."""
    room, surplus = 16, 3
    with configured(arena, f"[limits]\nbindings = {room}\n"):
        first = [arena.registered() for _ in range(room)]
        arena.guard.wait_for(lambda: "% full" in _alarms(arena), "an alarm")
        late = [arena.phone() for _ in range(surplus)]
        for phone in late:
            expect(status(phone.register()) == 200, "Kamailio takes her")
        expect(len(arena.guard.bindings()) == room, f"{len(arena.guard.bindings())} bindings")
        arena.register(first[0])
        expect(all(status(phone.say()) == 200 for phone in first), "who is bound speaks")
        expect(not any(arena.answered(phone, phone.request("MESSAGE")) for phone in late),
               "the surplus is not bound")


def _alarms(arena):
    return arena.guard.run("events", "--type", "alarm", "-o", "jsonl").stdout


@case("Limits.FreshImpisFillNobodysBucket", "H23")
def fresh_impis(arena):
    """A flood of REGISTERs, each of another IMPI: from one source it takes nothing from the other
    sources; from everywhere it takes nothing from who is bound."""
    bursts = {"per_user": 5, "per_source": 10, "known": 60, "unknown": 60}
    with configured(arena, "[limits]\n" + "".join(
            f"{name} = {{ rate = 1, burst = {burst} }}\n" for name, burst in bursts.items())):
        alice, stranger = arena.registered(), arena.phone()
        mallory, newcomers = arena.attacker(), [arena.phone() for _ in range(4)]
        arena.guard.cli("mode", "set", "limits", "off")
        flood = [_register_of(mallory, number) for number in range(200)]
        expect(_answered(mallory, flood) > 150, "off: Kamailio gets the flood")
        arena.guard.cli("mode", "set", "limits", "enforce")
        before = arena.guard.counts()
        expect(_answered(mallory, flood) <= 2 * bursts["per_source"], "hers is over")
        expect(arena.guard.since(before).dropped["rate_limited"] > 150, "and counted")
        expect(status(stranger.register()) == 200, "that of a stranger is not")
        with Raw(arena.lab.network, "evil") as raw:
            for number, data in enumerate(flood):
                source = f"192.0.2.{130 + number % 50}"
                raw.send((source, 5060), (GM4, UNPROTECTED),
                         data.replace(mallory.here.encode(), f"{source}:5060".encode()))
        for phone in newcomers:
            phone.send(phone.register_request())
        heard = sum(phone.receive(0.2) is not None for phone in newcomers)
        expect(heard <= 1, f"strangers compete with each other; {heard} were heard")
        expect(status(alice.register()) == 200, "who is bound has a share of her own")


def _register_of(phone, number):
    """A REGISTER of yet another user."""
    name = f"fresh{number}"
    return phone.register_request(
        to=f"sip:{name}@ims.test",
        authorization=phone.no_credentials().replace(phone.impi, f"{name}@ims.test"))


def _answered(phone, requests):
    """How many of them are answered."""
    for data in requests:
        phone.send(data)
        time.sleep(0.001)
    return sum(1 for _ in iter(lambda: phone.receive(0.3), None))
