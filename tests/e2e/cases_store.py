# SPDX-License-Identifier: BSD-2-Clause
"""The journal and the audit trail of the running guard (L12 to L14, A5): what outlives the daemon,
a killed change, a full disk, a read-only one, a damaged file."""
import contextlib
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import time

from arena import Skip, case, expect, status
from lab.network import UNPROTECTED
from lab.processes import run
from listeners import judged


def _audit(arena, path):
    """The changes of what begins with path, newest first."""
    return arena.guard.cli("audit", "list", "--path", path, "--limit", 0)["items"]


def _history(arena, *words):
    """The types of events, newest first."""
    return [item["type"] for item in arena.guard.cli("bindings", "history", *words)["items"]]


@contextlib.contextmanager
def _restarting(arena):
    """Inside the block there is no daemon; afterwards it is ready again, and enforces."""
    mode, arena.mode = arena.mode, None
    try:
        yield
    finally:
        arena.guard.resume()
        arena.mode = mode


def _alarms(arena):
    lines = arena.guard.run("events", "--type", "alarm", "-o", "jsonl", "--limit", 1000).stdout
    return [json.loads(line)["detail"] for line in lines.splitlines()]


# --- what outlives the daemon

@case("Store.HistoryIsTold_AlsoOfWhatIsLongGone", "bindings history")
def history(arena):
    alice = arena.registered()
    binding = arena.guard.binding_of(alice)
    arena.guard.cli("bindings", "release", binding["id"])
    arena.guard.wait_for(lambda: _history(arena, alice.here) == ["released", "bound"],
                         "of the source", 5)
    with _restarting(arena):
        arena.guard.kill()
    for words in ([alice.here], [alice.address], [binding["id"]], ["--impi", alice.impi]):
        expect(_history(arena, *words)[:2] == ["released", "bound"], f"history of {words}")
    done = arena.guard.run("bindings", "history", "b_7fff-7fff")
    expect(done.returncode == 3, f"of a binding that never was: {done}")


def _stream(arena, last_id):
    """Ids of the events that a browser gets which resumes after last_id."""
    binary = shutil.which("curl")
    if not binary:
        raise Skip("no curl")
    said = subprocess.run(
        [binary, "-sN", "--max-time", "1", "--unix-socket", str(arena.guard.socket), "-H",
         f"Last-Event-ID: {last_id}", "http://gmguard/v1/events/stream"],
        capture_output=True, text=True, check=False, timeout=10).stdout
    return [json.loads(line[6:])["id"] for line in said.splitlines()
            if line.startswith("data: {\"id\"")]


@case("Store.AReaderOfEventsResumes_OverARestart", "events, Last-Event-ID")
def resume(arena):
    def ids():
        return [item["id"] for item in arena.guard.cli("events", "--type", "bound")["items"]]
    arena.registered()
    before = ids()
    with _restarting(arena):
        arena.guard.stop()
    arena.registered()
    after = ids()
    expect(set(before) <= set(after) and after[-1] > before[-1], f"{before}, then {after}")
    seen = _stream(arena, before[-1] - 1)
    expect(seen[0] == before[-1] and after[-1] in seen and seen == sorted(set(seen)),
           f"the stream went on with {seen}")


@case("Store.AuditSaysWhoChangedWhat", "audit")
def audit(arena):
    arena.guard.cli("mode", "set", "contact_source", "monitor")
    arena.guard.cli("mode", "set", "contact_source", "default")
    last, first = _audit(arena, "/v1/mode")[:2]
    expect(f"uid {os.getuid()} gid {os.getgid()} pid " in first["caller"], f"who: {first}")
    expect((first["method"], first["status"]) == ("PATCH", 200), f"what: {first}")
    monitored = [{each["effective"]["contact_source"] for each in judged(state["listeners"])}
                 for state in (first["before"], first["after"], last["after"])]
    expect(monitored == [{"enforce"}, {"monitor"}, {"enforce"}], f"before and after: {monitored}")


# --- A5, L12: killed within a change

def _begin_put(arena, source):
    """A PUT of a binding that is sent, and not waited for."""
    body = json.dumps({"impi": "killed@ims.test", "impus": ["sip:killed@ims.test"],
                       "expires_s": 600})
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(str(arena.guard.socket))
    client.sendall(f"PUT /v1/bindings/{source} HTTP/1.1\r\nHost: gmguard\r\nConnection: close\r\n"
                   f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
                   .encode())
    return client


def _answer_of(client):
    """The status, or None where no answer came."""
    with client, contextlib.suppress(ConnectionError):
        words = client.recv(1000).split()
        return int(words[1]) if len(words) > 1 else None
    return None


def _put_killed_after(arena, delay_s):
    """(status or None, whether the binding is there, its record or None) after the restart."""
    source = f"{arena.address()}:{20000 + arena.number()}"
    client = _begin_put(arena, source)
    time.sleep(delay_s)
    with _restarting(arena):
        arena.guard.kill()
    answer = _answer_of(client)
    there = arena.guard.run("bindings", "show", source).returncode == 0
    records = _audit(arena, f"/v1/bindings/{source}")
    expect(len(records) <= 1, f"records: {records}")
    return answer, there, records[0] if records else None


@case("Store.KilledWithinAChange_ItIsThereOrNot_AndAuditAgrees", "A5 L12")
def killed(arena):
    begun = time.monotonic()
    expect(_answer_of(_begin_put(arena, f"{arena.address()}:{20000 + arena.number()}")) == 201,
           "a PUT that nobody disturbs")
    whole_s = time.monotonic() - begun
    seen = set()
    for delay_s in [0, 10 * whole_s, *(random.uniform(0, 1.3 * whole_s) for _ in range(8))]:
        answer, there, record = _put_killed_after(arena, delay_s)
        words = f"after {1000 * delay_s:.1f} ms: answered {answer}, there {there}, {record}"
        expect(answer is None or (answer == 201 and there and record["status"] == 201), words)
        expect(there == bool(record and record["after"]), words)
        expect(not record or record["status"] in (None, 201), words)
        seen.add((answer, there))
    expect((201, True) in seen, f"some were answered: {seen}")


# --- L13: a disk that takes nothing

def _mount(*words):
    run("mount", *words)


@contextlib.contextmanager
def _small_disk(arena):
    """Inside the block the store lies on a file system of four megabytes, which is given."""
    place = pathlib.Path(arena.guard.store).parent
    try:
        with _restarting(arena):
            arena.guard.stop()
            _mount("-t", "tmpfs", "-o", "size=4m,mode=0700", "gmguard-e2e", place)
        yield place
    finally:
        arena.guard.stop()
        run("umount", "-l", place, check=False)
        arena.guard.resume()


def _refused(arena, http_status):
    """A change is refused by this status, and changes nothing."""
    done = arena.guard.run("mode", "set", "limits", "off", "-o", "json")
    problem = json.loads(done.stderr or "{}")
    modes = arena.guard.cli("mode")
    expect(done.returncode != 0 and problem.get("status") == http_status, f"refused: {done}")
    expect(all(each["effective"]["limits"] != "off" for each in judged(modes["listeners"])),
           "nothing changed")


def _is_ready(arena):
    return arena.guard.run("status").returncode == 0


def _guards_and_learns(arena):
    alice, mallory = arena.registered(), arena.attacker()
    expect(status(alice.say()) == 200, "she speaks")
    expect(not arena.answered(mallory, mallory.request("OPTIONS"), UNPROTECTED), "the attack fails")


def _fill(place):
    with contextlib.suppress(OSError), open(place / "filling", "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@case("Store.FullDisk_ChangesAreRefused_TheGuardGoesOn", "L13")
def full(arena):
    with _small_disk(arena) as place:
        _fill(place)
        _refused(arena, 507)
        arena.guard.wait_for(lambda: not _is_ready(arena), "status says so")
        _guards_and_learns(arena)
        time.sleep(2.2)
        told = [words for words in _alarms(arena) if "the store is down" in words]
        expect(len(told) == 1, f"told once: {told}")
        (place / "filling").unlink()
        arena.guard.wait_for(lambda: _is_ready(arena), "it recovers by itself", 5)
        arena.guard.cli("mode", "set", "limits", "default")
        expect(_audit(arena, "/v1/mode")[0]["status"] == 200, "and keeps record")
        expect(oct(pathlib.Path(arena.guard.store).stat().st_mode)[-3:] == "600", "for its owner")


@case("Store.ReadOnlyDisk_ChangesAreRefused_TheGuardGoesOn", "L13")
def read_only(arena):
    with _small_disk(arena) as place:
        arena.guard.cli("mode", "set", "limits", "default")
        arena.guard.kill()
        _mount("-o", "remount,ro", place)
        arena.guard.begin()
        arena.guard.wait_for(lambda: arena.guard.run("mode").returncode == 0, "it starts", 60)
        expect(not _is_ready(arena), "status says so")
        _refused(arena, 503)
        _guards_and_learns(arena)
        _mount("-o", "remount,rw", place)
        arena.guard.wait_for(lambda: _is_ready(arena), "it recovers by itself", 5)
        arena.guard.cli("mode", "set", "limits", "default")
        expect([each["status"] for each in _audit(arena, "/v1/mode")] == [200, 200],
               "what was there, and what came")


# --- L14: a file that is not what it was

@case("Store.DamagedFileIsMovedAside_AnEmptyOneBegins", "L14")
def damaged(arena):
    path = pathlib.Path(arena.guard.store)
    alice = arena.registered()
    arena.guard.cli("mode", "set", "limits", "default")
    with _restarting(arena):
        arena.guard.stop()
        whole = path.read_bytes()
        spoilt = whole[:len(whole) // 2] + bytes(100) + whole[len(whole) // 2 + 100:]
        path.write_bytes(spoilt[:-4096])
    expect(any("the store was damaged" in words for words in _alarms(arena)), "an alarm")
    aside = sorted(path.parent.glob("gmguard.db.corrupt-*"))
    expect([each.read_bytes() for each in aside] == [spoilt[:-4096]], f"aside, as it was: {aside}")
    expect(not _audit(arena, "/v1"), "nothing of it is read")
    expect(status(alice.say()) == 200, "she speaks on")
    aside[0].unlink()


# --- it ends in order

@case("Store.ATermLeavesAWholeFile_WithTheLastEvents", "SIGTERM")
def term(arena):
    alice = arena.phone()
    expect(status(alice.register()) == 200, "registers")
    arena.guard.wait_for(lambda: arena.holds(alice), "bound")
    with _restarting(arena):
        arena.guard.stop()
        expect(not pathlib.Path(f"{arena.guard.store}-wal").exists(), "its log is folded in")
    expect("bound" in _history(arena, alice.here), "nothing of the last second is missing")
