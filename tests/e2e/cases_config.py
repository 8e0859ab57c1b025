# SPDX-License-Identifier: BSD-2-Clause
"""The configuration of a guard that judges: read again, all of it or nothing, while phones speak."""
import contextlib
import json
import re
import shutil
import signal
import socket
import tomllib

from arena import case, expect, status
from faults import Load
from lab.guard import find
from lab.network import GM4, GM4B, GM4C, GM6, MW, PROTECTED, UNPROTECTED, netns_path
from lab.processes import run
from listeners import OPEN
from sink import Sink

EXTRA, JUNK = 5090, b"neither SIP nor anything\r\n\r\n"
_EXTRA = f"""
[[listener]]
name = "extra"
profile = "annex-d"
address = "{GM4}"
unprotected_ports = [{EXTRA}]
"""


@contextlib.contextmanager
def _file(arena):
    """Inside the block the case may write the configuration; it gets what it says at first, and
    afterwards that is in force again."""
    path = arena.guard.config
    before = path.read_text(encoding="utf-8")
    try:
        yield before
    finally:
        path.write_text(before, encoding="utf-8")
        arena.guard.cli("config", "reload", "--drop-bindings")


def _reload(arena, text, *words):
    """The completed `config reload` of a file that says this."""
    arena.guard.config.write_text(text, encoding="utf-8")
    return arena.guard.run("config", "reload", *words, "-o", "json")


def _took(arena, text, *words):
    done = _reload(arena, text, *words)
    expect(done.returncode == 0, f"refused: {done.stderr}")
    return json.loads(done.stdout)


def _maps(arena):
    """What the kernel judges by, but for the time of day and how often gm_listeners was written."""
    binary = shutil.which("bpftool", path="/usr/sbin:/usr/bin:/sbin:/bin")
    out = {}
    for name in ("gm_listeners", "gm_pools", "gm_peers", "gm_ifaces", "gm_settings"):
        dump = json.loads(run(binary, "-j", "map", "dump", "pinned", arena.lab.pins / "maps" / name))
        entries = [entry.get("formatted", entry) for entry in dump]
        for entry in entries:
            if name == "gm_settings":
                del entry["value"]["heartbeat_ns"], entry["value"]["listeners"]
        out[name] = sorted(json.dumps(entry, sort_keys=True) for entry in entries)
    return out


def _changed(before, after):
    """What is only in one of them."""
    return {name: sorted(set(before[name]) ^ set(after[name])) for name in before
            if before[name] != after[name]}


def _turned(text):
    """The same listeners, the last one first: places in the file are others, names are not."""
    head, *blocks = re.split(r"(?=\[\[listener\]\])", text)
    return head + _EXTRA + "".join(reversed(blocks))


def _wrong_files(text):
    """Each with a word that the refusal has, and what exit code."""
    return [
        (text + "\n[[listener]]\nname = \n", "gmguard.toml:", 1),
        (text.replace('mode = "enforce"', 'mode = "enforced"', 1), 'did you mean "enforce"', 1),
        (text + '[[interface]]\nname = "gm9"\n', "gm9", 1),
        (text.replace("[limits]\n", "[limits]\nbindings = 77777\n"), "detach --all", 4),
        (re.sub(r'(\[pins\]\npath = ".*)"', r'\1-elsewhere"', text), "pins.path", 4),
    ]


@case("Config.ReloadedUnderLoad", "R19 R20")
def under_load(arena):
    """Fifty times, between two good files and wrong ones: nothing forbidden is answered, and no
    bound phone loses a message."""
    with _file(arena) as text:
        other = _turned(text).replace('domains = [', 'domains = ["more.test", ').replace(
            "[limits]\n", "[limits]\nper_source = { rate = 1000, burst = 2000 }\n")
        _took(arena, text)
        with Load(arena) as load:
            wrong = _wrong_files(text)
            for number in range(50):
                _took(arena, (other, text)[number % 2])
                if number % 5 == 0:
                    bad, _, code = wrong[number // 5 % len(wrong)]
                    done = _reload(arena, bad)
                    expect(done.returncode == code, f"{number}: exit {done.returncode}")
        load.check(50)


@case("Config.WrongFileChangesNothing", "R19 R20")
def wrong_file(arena):
    """Whatever else such a file says that could be had."""
    with _file(arena) as text:
        _took(arena, text)
        before = _maps(arena)
        for bad, word, code in _wrong_files(text):
            done = _reload(arena, bad + _EXTRA if code == 4 else bad)
            expect(done.returncode == code, f"{word}: exit {done.returncode} {done.stderr}")
            problem = json.loads(done.stderr)
            words = json.dumps(problem)
            expect(word.replace('"', '\\"') in words, f"{word} is not in {words}")
            expect(problem["errors"][0]["line"] > 0, f"it says where: {words}")
            expect(_maps(arena) == before, f"{word}: the maps have changed: "
                                           f"{_changed(before, _maps(arena))}")
        metrics = arena.guard.metrics()
        expect("gmguard_config_last_reload_success 0" in metrics, "the last one failed")
        _took(arena, text)
        expect("gmguard_config_last_reload_success 1" in arena.guard.metrics(), "this one did not")


@case("Config.NewPortIsGuarded_RemovedOneIsFree", "R19 R20")
def listener_comes_and_goes(arena):
    mallory = arena.attacker()
    with _file(arena) as text, Sink(arena.lab, GM4, EXTRA) as sink:
        def arrives(word):
            mallory.send(JUNK + word.encode(), EXTRA)
            return sink.got(word, 0.5)
        _took(arena, text)
        expect(arrives("first"), "a port of no listener takes what is no SIP")
        planned = arena.guard.run("config", "reload", "--dry-run", "-o", "json")
        expect(planned.returncode == 0, planned.stderr)
        _took(arena, text + _EXTRA)
        expect(not arrives("second"), "guarded")
        drops = [item for item in arena.guard.cli("drops")["items"]
                 if item["listener"] == "extra" and item["dropped"]]
        expect(drops, "and counted as the new listener's")
        changed = arena.guard.run("config", "diff", "-o", "json")
        expect(json.loads(changed.stdout)["changes"] == [], "the file says what is in force")
        _took(arena, text)
        expect(arrives("third"), "free again")


@case("Config.CountersStayWithTheirListener", "R19 R20")
def counters(arena):
    def drops(name):
        return sum(item["dropped"] for item in arena.guard.cli("drops")["items"]
                   if item["listener"] == name)
    mallory = arena.attacker()
    with _file(arena) as text:
        _took(arena, text)
        mallory.send(mallory.request("OPTIONS"))
        arena.guard.wait_for(lambda: drops("gm4"), "a drop")
        before = {name: drops(name) for name in ("gm4", "gm6", "gm4b", "gm4c")}
        _took(arena, _turned(text))
        now = {name: drops(name) for name in before}
        expect(now == before, f"{before}, in another order {now}")
        expect(drops("extra") == 0, "a new listener begins at nothing")


@case("Config.InterfacesComeAndGo", "R19 R20")
def interfaces(arena):
    alice = arena.registered()
    with _file(arena) as text:
        without = re.sub(r'\[\[interface\]\]\nname = "gm0"\n.*\nside = "gm"\n', "", text)
        expect(without != text, "gm0 is in the file")
        _took(arena, without)
        names = [item["name"] for item in arena.guard.cli("interfaces")["items"]]
        expect(names == ["mw0"], f"left: {names}")
        expect(status(alice.say("OPTIONS", UNPROTECTED)) == 200, "nobody judges what comes by gm0")
        _took(arena, text)
        expect(not arena.answered(alice, alice.request("OPTIONS"), UNPROTECTED), "guarded again")
        expect(status(alice.say()) == 200, "and she speaks")


@case("Config.PoolsThatEndBindingsMustBeAskedFor", "R19 R20")
def pools(arena):
    alice = arena.registered(address=arena.whole_address())
    bob = arena.registered("bob")
    with _file(arena) as text:
        other = text.replace('prefix = "192.0.2.192/26"\nunit = 32\nport = false',
                             'prefix = "192.0.2.192/26"\nunit = 32\nport = true')
        expect(other != text, "the pool is in the file")
        done = _reload(arena, other)
        expect(done.returncode == 4 and "--drop-bindings" in done.stderr, f"refused: {done}")
        expect(status(alice.say()) == 200, "nothing has changed for her")
        planned = json.loads(arena.guard.run("config", "diff", "-o", "json").stdout)
        ended = _took(arena, other, "--drop-bindings")["dropped_bindings"]
        expect(ended == planned["dropped_bindings"] > 0, f"{ended} ended, {planned}")
        expect(not arena.holds(alice), "hers is one of them")
        events = arena.guard.run("events", "--type", "released", "-o", "jsonl").stdout
        expect(alice.impi in events, "with an event")
        expect(status(bob.say()) == 200, "whose pool is as before, speaks")
        arena.register(alice)
        expect(status(alice.say()) == 200, "she comes again under the new form")


@case("Config.FileCountsAfterReload_RunTimeModesAreNamed", "R20")
def overridden(arena):
    with _file(arena) as text:
        _took(arena, text)
        arena.guard.cli("mode", "set", "limits", "off", "--listener", "gm4")
        told = _took(arena, text)
        expect(told["overridden"] == ["listener[gm4].checks.limits"], f"{told}")
        modes = {entry["listener"]: entry["effective"]["limits"]
                 for entry in arena.guard.cli("mode", "get")["listeners"]}
        open_ones = {name: mode for name, mode in modes.items() if name.startswith(OPEN)}
        expect(set(open_ones.values()) == {"off"}, f"of the file: {modes}")
        expect({modes[name] for name in modes.keys() - open_ones} == {"enforce"}, f"{modes}")


@case("Config.HangUpReloads_ServiceManagerIsTold", "R19")
def hang_up(arena):
    with _file(arena) as text, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path := str(arena.lab.directory / "reload.sock"))
        manager.settimeout(10)
        arena.guard.stop()
        arena.guard.begin(NOTIFY_SOCKET=path)
        arena.guard.await_ready()
        expect(b"READY=1" in manager.recv(4096), "ready")

        def hang_up_with(words):
            arena.guard.config.write_text(words, encoding="utf-8")
            arena.guard.signal(signal.SIGHUP)
            told = [manager.recv(4096), manager.recv(4096)]
            expect(b"RELOADING=1" in told[0] and b"MONOTONIC_USEC=" in told[0], f"{told}")
            expect(b"READY=1" in told[1], f"{told}")
        hang_up_with(text + _EXTRA)
        names = [entry["listener"] for entry in arena.guard.cli("mode", "get")["listeners"]]
        expect("extra" in names, f"{names}")
        before = _maps(arena)
        hang_up_with(text.replace("[core]", "[kern]"))
        expect(_maps(arena) == before, "a wrong file changes nothing")
        alarms = arena.guard.run("events", "--type", "alarm", "-o", "jsonl").stdout
        expect("not reloaded" in alarms, f"an alarm: {alarms[-500:]}")
        log = arena.guard.log.read_text(encoding="utf-8")
        expect('unknown key "kern"' in log, "the log has every problem")


@case("Config.IsShownAndCheckedByRest", "R20")
def rest(arena):
    def curl(*words):
        return run("curl", "-s", "--unix-socket", arena.guard.socket, *words)
    shown = json.loads(curl("http://gmguard/v1/config"))
    origins = {item["key"]: item["origin"] for item in shown["items"]}
    expect(origins["listener[0].address"].startswith(str(arena.guard.config)), f"{origins}")
    expect(origins["limits.bindings"] == "default", "and what has its default")
    check = ["http://gmguard/v1/config:check", "-H", "Content-Type: application/toml"]
    good = arena.guard.config.read_text(encoding="utf-8")
    expect(json.loads(curl(*check, "--data-binary", good)) == {"ok": True}, "well")
    problem = json.loads(curl(*check, "--data-binary", "mode = 3\nmod = 4\n"))
    expect(problem["status"] == 422, f"{problem}")
    expect([e["line"] for e in problem["errors"]][-2:] == [1, 2], f"every problem: {problem}")


@case("Config.BegunFromTheRunningPcscf", "R20")
def begun(arena):
    """What config init makes of the lab's own Kamailio is a configuration that guards it."""
    made = arena.lab.directory / "begun.toml"
    run("nsenter", f"--net={netns_path(arena.lab.network.name('pcscf'))}", "--", find("gmguard"),
        "config", "init", "--from-kamailio", arena.lab.directory / "pcscf.cfg", "--write", made)
    expect(arena.guard.run("config", "check", made).returncode == 0, "it is one")
    config = tomllib.loads(made.read_text(encoding="utf-8"))
    listeners = {each["address"]: each for each in config["listener"]}
    expect(set(listeners) == {GM4, GM6, GM4B, GM4C}, f"{sorted(listeners)}")
    expect(listeners[GM4]["unprotected_ports"] == [UNPROTECTED], f"{listeners[GM4]}")
    expect(listeners[GM4]["protected_ports"] == [5100, PROTECTED], f"{listeners[GM4]}")
    expect(config["core"]["listeners"] == [f"{MW}:{UNPROTECTED}"], f"{config['core']}")
    sides = {each["name"]: each["side"] for each in config["interface"]}
    expect(sides == {"gm0": "gm", "mw0": "core"}, f"{sides}")
    shown = run("nsenter", f"--net={netns_path(arena.lab.network.name('pcscf'))}", "--",
                find("gmguard"), "config", "init")
    expect("kamailio listens there now" in shown, "the sockets of the machine, by their programs")
