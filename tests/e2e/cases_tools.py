# SPDX-License-Identifier: BSD-2-Clause
"""The operator's tools: modes that fall back unless confirmed, doctor, support dump; and what
gmguardd says where it cannot start."""
import contextlib
import json
import os
import shutil
import subprocess
import tarfile
import time

from arena import POOLS, case, expect, status
from lab.guard import find
from lab.network import GM4, GM4C, PROTECTED, UNPROTECTED
from lab.processes import run, start, stop, wait_until
from outputs import without_daemon
from sink import Sink


# --- mode set --confirm

def _heard(arena, phone):
    """Whether Kamailio answers an OPTIONS on the unprotected port, told at once."""
    phone.patience_s = 0.4
    return status(phone.ask(phone.request("OPTIONS"), UNPROTECTED)) is not None


def _modes(arena):
    return arena.guard.cli("mode", "get")


@case("Tools.UnconfirmedModesFallBack_ConfirmedOnesStay", "R19 U5")
def confirm(arena):
    arena.set_mode("monitor")
    arena.guard.cli("mode", "set", "limits", "off", "--listener", "gm4")
    before, mallory = _modes(arena), arena.attacker()
    expect(_heard(arena, mallory), "monitor: answered")

    changed = arena.guard.cli("mode", "set", "all", "enforce", "--confirm", "2s")
    expect(changed["falls_back"] == arena.guard.cli("status")["mode_falls_back"], "status says when")
    expect(not _heard(arena, mallory), "enforced at once")
    done = arena.guard.run("mode", "set", "side", "off")
    expect(done.returncode == 4 and "waits to be confirmed" in done.stderr, f"refused: {done}")
    arena.guard.wait_for(lambda: _modes(arena) == before, "all modes as they were", 4)
    expect(_heard(arena, mallory), "answered again")
    alarms = arena.guard.run("events", "--type", "alarm", "-o", "jsonl").stdout
    expect("modes fell back" in alarms, f"an alarm says so: {alarms[-300:]}")
    done = arena.guard.run("confirm")
    expect(done.returncode == 4 and "nothing" not in done.stdout, f"too late: {done}")

    arena.guard.cli("mode", "set", "all", "enforce", "--confirm", "2s")
    expect(arena.guard.cli("confirm")["falls_back"] is None, "confirmed")
    time.sleep(3.2)
    expect(not _heard(arena, mallory), "and it stays")


@contextlib.contextmanager
def _with_monitor_in_the_file(arena):
    """Inside the block gmguardd starts in monitor, and the case starts and ends it."""
    mode, arena.mode = arena.mode, None
    try:
        arena.guard.stop()
        arena.guard.start("monitor", POOLS)
        yield
    finally:
        arena.guard.stop()
        arena.guard.start("enforce", POOLS)
        arena.mode = mode


@case("Tools.UnconfirmedModesDoNotOutliveTheController", "R19 L1 L2")
def confirm_and_end(arena):
    """Ended, it falls back before it goes; killed, at the next start: the file counts."""
    mallory = arena.attacker()
    with _with_monitor_in_the_file(arena):
        expect(_heard(arena, mallory), "monitor: answered")
        arena.guard.cli("mode", "set", "all", "enforce", "--confirm", "60s")
        expect(not _heard(arena, mallory), "enforced")
        arena.guard.stop()
        expect(_heard(arena, mallory), "ended: fallen back")
        arena.guard.resume()
        arena.guard.cli("mode", "set", "all", "enforce", "--confirm", "60s")
        arena.guard.kill()
        expect(not _heard(arena, mallory), "killed: the kernel goes on")
        arena.guard.resume()
        expect(_modes(arena)["falls_back"] is None, "nothing waits any more")
        expect(_heard(arena, mallory), "started again: as the file says")


# --- doctor

_DOCTOR = ("doctor", "-o", "json", "--config")


def _read(done):
    """The findings as (grade, subject, what), and the exit code."""
    items = json.loads(done.stdout)["items"]
    return [(each["grade"], each["subject"], each["what"]) for each in items], done.returncode


def _diagnosis(arena):
    return _read(arena.guard.run(*_DOCTOR, arena.guard.config))


def _is_found(findings, grade, subject, words):
    return any((each[0], each[1]) == (grade, subject) and words in each[2] for each in findings)


@case("Tools.DoctorSaysWhatIsRightAndWrong", "U5 H7 H8")
def doctor(arena):
    netns, network = arena.lab.network.name("pcscf"), arena.lab.network

    def found(grade, subject, words):
        findings, _ = _diagnosis(arena)
        expect(_is_found(findings, grade, subject, words),
               f"no {grade} of {subject} with \"{words}\" in {findings}")
    found("ok", "kernel", "bpf_loop")
    found("ok", "programs", "gm_inside")
    found("ok", "gmguardd", "answers")
    found("ok", "interface gm0", "driver veth")
    found("ok", "interface gm0", "no program but gmguard's")
    found("ok", "listener gm4", "listens on all")
    found("ok", "sockets", "in the guarded cgroup")
    found("warn", "leases", "nobody tells of them")
    with Sink(arena.lab, GM4, 5061, cgroup="pcscf"):
        found("warn", "sockets", f"{GM4}:5061")
    with Sink(arena.lab, "0.0.0.0", PROTECTED, cgroup="core"):
        found("fail", "sockets", f"0.0.0.0:{PROTECTED}")
        expect(_diagnosis(arena)[1] == 1, "exit 1 where something is wrong")
    run("tc", "-n", netns, "filter", "add", "dev", "gm0", "egress", "prio", "9", "bpf", "bytecode",
        "1,6 0 0 0,")
    try:
        found("warn", "interface gm0", "filter bpf at TC egress runs beside gm_answers")
    finally:
        run("tc", "-n", netns, "filter", "del", "dev", "gm0", "egress", "prio", "9")
    network.ip("pcscf", "link", "set", "mw0", "down")
    try:
        found("fail", "interface mw0", "is down")
    finally:
        network.ip("pcscf", "link", "set", "mw0", "up")
    findings, code = _read(without_daemon(arena.guard, *_DOCTOR, arena.guard.config))
    expect(_is_found(findings, "warn", "gmguardd", "/nowhere.sock") and code in (1, 5),
           f"without the daemon: {code} {findings}")


_DEFERRING = """
import socket, sys, time
listens = socket.socket()
listens.bind((sys.argv[1], int(sys.argv[2])))
listens.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, int(sys.argv[3]))
listens.listen()
print("listens", flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def _listening(lab, seconds):
    """Inside the block the P-CSCF also listens on a TCP port of gm4c, and defers for so long."""
    log = lab.directory / "deferring.log"
    process = start(["/usr/bin/python3", "-c", _DEFERRING, GM4C, str(PROTECTED), str(seconds)],
                    netns=lab.network.name("pcscf"), cgroup=lab.cgroup("pcscf"), log=log)
    try:
        wait_until(lambda: "listens" in log.read_text(), 10, "a socket that listens", process)
        yield
    finally:
        stop(process)
        log.unlink()


@case("Tools.DoctorFindsSocketsThatDeferConnections", "U5 H19")
def deferring(arena):
    def complaints():
        return [each for each in _diagnosis(arena)[0] if "TCP_DEFER_ACCEPT" in each[2]]
    with _listening(arena.lab, 0):
        expect(not complaints(), f"none defers: {complaints()}")
    with _listening(arena.lab, 5):
        found = complaints()
    expect(len(found) == 1 and found[0][:2] == ("warn", "sockets")
           and found[0][2].startswith(f"{GM4C}:{PROTECTED} with"), f"{found}")


# --- support dump

def _members(path):
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read().decode() for each in archive}


@case("Tools.SupportDumpHasAllButNames", "U14")
def support_dump(arena):
    alice, mallory = arena.registered(), arena.attacker()
    mallory.ask(mallory.register_request(contact=alice.here, to=alice.impu))
    path = arena.lab.directory / "dump.tar.gz"
    arena.guard.wait_for(lambda: mallory.impi in arena.guard.run("events").stdout, "her event")
    told = arena.guard.cli("support", "dump", path, "--config", arena.guard.config)
    expect(not told["missing"], f"all is there: {told}")
    expect(path.stat().st_mode & 0o777 == 0o600, oct(path.stat().st_mode))
    members = _members(path)
    expect(set(members) >= {"versions.json", "config.json", "status.json", "doctor.json",
                            "modes.json", "drops.json", "events.jsonl", "maps.json",
                            "programs.json", "kernel.log", "metrics.txt"}, sorted(members))
    whole = "\n".join(members.values())
    for word in (alice.impi, alice.impu, alice.user, mallory.impi, mallory.user, "nonce=",
                 mallory._call_id):
        expect(word not in whole, f"{word} is in the dump")
    expect("anon-" in members["events.jsonl"] and "contact_mismatch" in members["events.jsonl"],
           "events are there, names hashed")
    programs = {each["name"]: each for each in json.loads(members["programs.json"])["items"]}
    expect(programs["gm_inside"]["verified_instructions"] > 1000, f"programs: {programs}")
    maps = {each["name"]: each for each in json.loads(members["maps.json"])["items"]}
    expect(maps["gm_bindings"]["max_entries"] > 0, f"maps: {maps}")

    arena.guard.cli("support", "dump", path, "--config", arena.guard.config, "--identities")
    members = _members(path)
    expect(alice.impi in members["bindings.json"], "names where they are asked for")

    done = without_daemon(arena.guard, "support", "dump", path, "-o", "json", "--config",
                          arena.guard.config)
    told = json.loads(done.stdout)
    missing = {each["entry"] for each in told["missing"]}
    expect({"status.json", "events.jsonl"} <= missing, f"without the daemon: {told}")
    expect("gm_inside" in _members(path)["programs.json"], "what the kernel has is there")


# --- gmguardd does not start with less than it needs

def _links(arena):
    """The program of each pinned link."""
    binary = shutil.which("bpftool", path="/usr/sbin:/usr/bin:/sbin:/bin")
    return {path.name: json.loads(run(binary, "-j", "link", "show", "pinned", path))["prog_id"]
            for path in sorted((arena.lab.pins / "links").iterdir())}


def _started_with(arena, *prefix, daemon="gmguardd", **environment):
    """What a daemon says that cannot start, and its exit code; what is attached stays."""
    with _with_monitor_in_the_file(arena):
        arena.guard.stop()
        before = _links(arena)
        done = subprocess.run([*prefix, find(daemon), "--config", arena.guard.config],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                              timeout=60, env={**os.environ, **environment})
        expect(_links(arena) == before, f"attached as before: {before}, now {_links(arena)}")
    return done.stderr, done.returncode


@case("Tools.DaemonNamesTheCapabilityItLacks", "L11")
def without_capability(arena):
    for lacking, dropped in (("CAP_BPF", "-cap_39,-sys_admin"), ("CAP_NET_ADMIN", "-net_admin"),
                             ("CAP_PERFMON", "-cap_38,-sys_admin")):
        words, code = _started_with(arena, "setpriv", f"--bounding-set={dropped}")
        expect(code == 1 and f"{lacking} missing" in words, f"{lacking}: {code} {words}")


@case("Tools.DaemonNamesTheBtfItLacks", "L10")
def without_btf(arena):
    hide = 'mount -t tmpfs none /sys/kernel/btf && exec "$0" "$@"'
    words, code = _started_with(arena, "unshare", "-m", "sh", "-c", hide)
    expect(code == 1 and "/sys/kernel/btf/vmlinux" in words, f"{code} {words}")


@case("Tools.DaemonKeepsWhatIsAttached_WhereTheVerifierRefuses", "L9")
def refused(arena):
    """Another build's: those of the same one are in the kernel already."""
    shim = find("gmguardd").parents[1] / "tests" / "e2e" / "librefuse.so"
    words, code = _started_with(arena, daemon="gmguardd_other", LD_PRELOAD=str(shim))
    expect(code == 1 and "program gm_inside" in words and "R9 !read_ok" in words,
           f"the verifier's words: {code} {words}")
