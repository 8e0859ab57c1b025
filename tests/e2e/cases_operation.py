# SPDX-License-Identifier: BSD-2-Clause
"""Rows 19 to 21: attach, modes, restart and crash, the REST interface, bpftool; what detach leaves.

The last cases here stop and start the guard; they come last of all, so that the other ones share
one."""
import contextlib
import json
import shutil
import subprocess
import time

from arena import POOLS, Skip, case, expect, status
from faults import Attack
from lab.guard import Guard
from lab.lab import Lab
from lab.network import GM4, GM4C, PROTECTED, UNPROTECTED, netns_path
from lab.phone import Phone
from lab.processes import run
from sink import Sink


def _bpftool(*words, netns=None):
    binary = shutil.which("bpftool", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if not binary:
        raise Skip("no bpftool")
    prefix = ["nsenter", f"--net={netns_path(netns)}", "--"] if netns else []
    return subprocess.run([*prefix, binary, *map(str, words)], capture_output=True, text=True,
                          check=False).stdout


def _qdiscs(netns):
    return run("tc", "-n", netns, "qdisc", "show", "dev", "gm0")


# --- row 19: attached where it says

@case("Operation.InterfacesSayWhatIsAttached", "R19")
def interfaces(arena):
    items = {item["name"]: item for item in arena.guard.cli("interfaces")["items"]}
    expect(set(items) == {"gm0", "mw0"}, f"interfaces {sorted(items)}")
    expect(items["gm0"]["hooks"] == ["front", "answers"], f"gm0: {items['gm0']}")
    expect(items["gm0"]["xdp_mode"] == "native", "native XDP on veth")
    expect(not items["mw0"]["hooks"], "nothing on the side of the core")


@case("Operation.GenericXdpGuardsToo_AndBack", "R19")
def generic(arena):
    netns = arena.lab.network.name("pcscf")
    alice = arena.registered()
    for xdp_mode in ("generic", "native"):
        arena.guard.cli("attach", "gm0", "--netns", netns, "--xdp-mode", xdp_mode)
        item = next(i for i in arena.guard.cli("interfaces")["items"] if i["name"] == "gm0")
        expect(item["xdp_mode"] == xdp_mode, f"{xdp_mode}: {item}")
        expect(not arena.answered(alice, alice.request("OPTIONS"), UNPROTECTED),
               f"{xdp_mode} drops")
        expect(status(alice.say()) == 200, f"{xdp_mode} passes her own")


@case("Operation.DetachedInterfaceIsFree_AttachedItIsGuarded", "R19 R20")
def detach_one(arena):
    netns = arena.lab.network.name("pcscf")
    alice = arena.registered()
    arena.guard.cli("detach", "gm0")
    expect("xdp" not in arena.lab.network.ip("pcscf", "link", "show", "gm0"), "no XDP program left")
    expect("clsact" not in _qdiscs(netns), "no clsact")
    expect(status(alice.say("OPTIONS", UNPROTECTED)) == 200, "nobody judges what came by gm0")
    arena.guard.cli("attach", "gm0", "--netns", netns)
    expect(not arena.answered(alice, alice.request("OPTIONS"), UNPROTECTED), "guarded again")


@case("Operation.OneCheckInMonitor_OthersEnforce", "R19 R20")
def one_check(arena):
    mallory, victim = arena.attacker(), arena.phone()
    arena.guard.cli("mode", "set", "contact_source", "monitor")
    try:
        before = arena.guard.counts()
        data = mallory.register_request(contact=victim.here)
        expect(status(mallory.ask(data)) == 401, "the foreign Contact passes")
        expect(arena.guard.since(before).would_drop["contact_mismatch"], "and is reported")
        expect(not arena.answered(mallory, mallory.request("OPTIONS"), UNPROTECTED), "OPTIONS not")
    finally:
        arena.guard.cli("mode", "set", "contact_source", "default")
    data = mallory.register_request(contact=victim.here)
    expect(not arena.answered(mallory, data, UNPROTECTED), "enforced again")


@case("Operation.EventsTellDropsAndWouldDrops", "R19 R20")
def events(arena):
    phone = arena.phone()
    for mode, kind in (("monitor", "would_drop"), ("enforce", "drop")):
        arena.set_mode(mode)
        phone.send(phone.request("OPTIONS"))
        arena.guard.wait_for(
            lambda: any(e.get("type") == kind and e.get("reason") == "not_register"
                        and e.get("src") == phone.address and e.get("sport") == phone.port
                        for e in map(json.loads,
                                     arena.guard.run("events", "-o", "jsonl").stdout.splitlines())),
            f"a {kind} event of {phone.here}")


# --- row 20

@case("Operation.RestTellsAndReleasesABinding", "R20")
def rest(arena):
    binary = shutil.which("curl")
    if not binary:
        raise Skip("no curl")

    def curl(*words):
        return subprocess.run([binary, "-sS", "--unix-socket", str(arena.guard.socket), *words],
                              capture_output=True, text=True, check=True, timeout=10).stdout
    alice = arena.registered()
    question = json.dumps({"sip": alice.request("MESSAGE").decode(), "from": alice.here,
                           "to": f"{GM4}:{PROTECTED}"})

    def explained():
        said = json.loads(curl("-H", "Content-Type: application/json", "-d", question,
                               "http://gmguard/v1/explain"))
        return said["verdict"], said["reason"]
    expect(explained() == ("pass", None), f"she may speak: {explained()}")
    found = json.loads(curl(f"http://gmguard/v1/bindings?q={alice.user}%40"))["items"]
    expect([item["impi"] for item in found] == [alice.impi], f"the search finds her: {found}")
    url = f"http://gmguard/v1/bindings/{found[0]['id']}"
    etag = next(line.split(":", 1)[1].strip() for line in curl("-i", url).splitlines()
                if line.lower().startswith("etag:"))
    curl("-X", "DELETE", "-H", f"If-Match: {etag}", url)
    expect(not arena.holds(alice), "released")
    expect(explained() == ("drop", "unregistered"), f"and not afterwards: {explained()}")
    expect("gmguard_" in curl("http://gmguard/metrics"), "metrics")


# --- row 21

@case("Operation.MapDumpIsReadable", "R21")
def map_dump(arena):
    alice = arena.registered(v6=True)
    dump = _bpftool("map", "dump", "pinned", arena.lab.pins / "maps" / "gm_bindings")
    for words in (f'"{alice.impi}"', f'"{alice.impu}"', '"GM_STATE_BOUND"', f'"{alice.here}"',
                  f'"port": {alice.port}'):
        expect(words in dump, f"no {words} in the dump")
    counters = _bpftool("map", "dump", "pinned", arena.lab.pins / "maps" / "gm_counters")
    expect('"contact_mismatch":' in counters, "counters by their names")


def _shown(arena, phone):
    path = arena.lab.pins / "show" / "bindings"
    if not path.exists() and "program gm_show" in arena.guard.log.read_text(errors="replace"):
        raise Skip("this kernel refuses gm_show, as if locked down")
    table = path.read_text(encoding="ascii")
    return any(phone.impi in line and str(phone.port) in line for line in table.splitlines())


@case("Operation.CatShowsBindings_WithAndWithoutTheController", "R21")
def cat(arena):
    alice = arena.registered()
    expect(_shown(arena, alice), "cat show/bindings")
    with _killed(arena):
        expect(_shown(arena, alice), "with nobody there")


# --- H7: the P-CSCF restarts, the guard stays

@case("Operation.NothingPasses_WhileThePcscfRestarts", "R19 H7")
def pcscf_restart(arena):
    """Under attack, and in a cgroup made anew, as a service manager restarts it."""
    before = arena.lab.cgroup("pcscf").stat().st_ino
    arena.set_mode("off")
    with Attack(arena) as attack:
        arena.guard.wait_for(lambda: attack.leaked, "without the guard the attack succeeds")
    arena.set_mode("enforce")
    with Attack(arena) as attack:
        arena.lab.renew_pcscf()
        alice = arena.registered()
        expect(status(alice.say()) == 200, "a phone registers and speaks")
        sent = attack.forbidden
        arena.guard.wait_for(lambda: attack.forbidden > sent + 10, "the attack goes on")
    attack.check(20)
    expect(arena.lab.cgroup("pcscf").stat().st_ino != before, "the cgroup is another one")


@case("Operation.EnforceIsRefused_WhereASocketIsNotJudged", "R19 H7")
def uncovered_socket(arena):
    """A socket of the guarded port that was made before its process entered the cgroup."""
    arena.set_mode("monitor")

    def told():
        lines = arena.guard.run("events", "--type", "alarm", "-o", "jsonl").stdout
        return f"0.0.0.0:{PROTECTED}" in lines
    with Sink(arena.lab, "0.0.0.0", PROTECTED, cgroup="core"):
        done = arena.guard.run("mode", "set", "all", "enforce")
        expect(done.returncode == 4 and f"0.0.0.0:{PROTECTED}" in done.stderr,
               f"refused: {done.returncode} {done.stdout}{done.stderr}")
        warnings = arena.guard.cli("status")["warnings"]
        expect(any(f"0.0.0.0:{PROTECTED}" in each for each in warnings), f"status: {warnings}")
        arena.guard.wait_for(told, "an alarm")
    arena.set_mode("enforce")
    warnings = arena.guard.cli("status")["warnings"]
    expect(not any("socket" in each for each in warnings), f"status afterwards: {warnings}")


# --- a second lab beside this one

@case("Operation.TwoLabsDoNotMeet", "second run")
def two_labs(arena):
    alice = arena.registered()
    lab = Lab(f"{arena.lab.identity}b")
    guard = Guard(lab)
    try:
        lab.up()
        guard.start("enforce", POOLS)
        with Phone(lab.network, "ue", "carol", alice.address, alice.port) as carol:
            expect(status(carol.register()) == 200, "the same selector, in the other lab")
            guard.wait_for(lambda: guard.binding_of(carol), "its own binding")
            expect(not arena.guard.binding_of(carol), "which is not ours")
    finally:
        guard.stop()
        lab.down()
    expect(status(alice.say()) == 200, "ours goes on")
    expect(not arena.answered(alice, alice.request("OPTIONS"), UNPROTECTED), "and guards")


# --- row 19: an interface goes, and one of its name comes

@case("Operation.InterfaceThatComesAgainIsGuarded", "R19 H8")
def interface_again(arena):
    """With the controller held up nobody attaches anything to the new one: gm_inside judges alone."""
    alice, mallory = arena.registered(), arena.registered("mallory", side="evil")
    spoof = mallory.request("MESSAGE", sender=alice.impu)

    def is_guarded(when):
        expect(not arena.answered(mallory, mallory.request("OPTIONS"), UNPROTECTED),
               f"OPTIONS {when}")
        expect(not arena.answered(mallory, spoof), f"the spoofed message {when}")
        expect(status(alice.say()) == 200, f"her own message passes {when}")
    to_ipsec = arena.registered("bob")  # and on to a listener where ESP ends here
    to_ipsec.pcscf = GM4C
    before = arena.guard.counts("inside")
    with arena.guard.stopped():
        arena.lab.network.renew_gm()
        expect("xdp" not in arena.lab.network.ip("pcscf", "link", "show", "gm0"), "it is bare")
        is_guarded("while nobody attached it")
        expect(not arena.answered(to_ipsec, to_ipsec.request("MESSAGE")),
               "nothing in clear is taken for decrypted (H9)")
    expect(arena.guard.since(before, "inside").dropped["clear_on_protected"], "for that reason")
    arena.guard.wait_for(
        lambda: "xdp" in arena.lab.network.ip("pcscf", "link", "show", "gm0"), "attached again")
    is_guarded("attached again")
    arena.register(alice)
    expect(status(arena.phone().register()) == 200, "a new phone registers")


# --- row 19: without the controller

@contextlib.contextmanager
def _killed(arena):
    """Inside the block gmguardd is dead, as after kill -9."""
    mode, arena.mode = arena.mode, None
    arena.guard.kill()
    try:
        yield
    finally:
        arena.guard.resume()
        arena.mode = mode


@case("Operation.EnforcementSurvivesAKilledController", "R19 R21")
def killed(arena):
    alice, mallory = arena.registered(), arena.registered("mallory", side="evil")
    spoof = mallory.request("MESSAGE", sender=alice.impu)
    with _killed(arena):
        expect(not arena.answered(alice, alice.request("OPTIONS"), UNPROTECTED), "OPTIONS")
        expect(not arena.answered(mallory, spoof), "the spoofed message")
        expect(status(alice.say()) == 200, "her own message passes")
    expect(arena.holds(alice), "the next controller knows her")
    expect(status(alice.say()) == 200, "and lets her speak")


@case("Operation.KernelEndsAnExpiredBinding_WithoutTheController", "R19")
def expiry(arena):
    alice = arena.registered()
    arena.guard.cli("bindings", "release", arena.guard.binding_of(alice)["id"])
    arena.guard.cli("bindings", "add", alice.here, "--impi", alice.impi, "--impu", alice.impu,
                    "--expires", "2s")
    begun = time.monotonic()
    expect(status(alice.say()) == 200, "she speaks while it lasts")
    with _killed(arena):
        time.sleep(max(0.0, begun + 2.3 - time.monotonic()))
        alice.patience_s = 0.6
        expect(status(alice.say()) is None, "and no longer")


@case("Operation.DetachLeavesNothing", "R19")
def detach(arena):
    network, netns = arena.lab.network, arena.lab.network.name("pcscf")
    alice = arena.registered()
    arena.mode = None
    arena.guard.detach()
    try:
        expect(not arena.lab.pins.exists(), f"pins are left: {arena.lab.pins}")
        shown = network.ip("pcscf", "-d", "link", "show", "gm0")
        expect("xdp" not in shown, f"XDP is left: {shown}")
        expect("clsact" not in _qdiscs(netns), f"clsact is left: {_qdiscs(netns)}")
        left = _bpftool("cgroup", "show", arena.lab.guarded_cgroup)
        expect("gm_" not in left, f"on the cgroup: {left}")
        expect(status(alice.say("OPTIONS", UNPROTECTED)) == 200, "stock Kamailio answers again")
    finally:
        arena.guard.start("enforce", POOLS)
        arena.mode = "enforce"


@case("Operation.SecondRunWorksAsTheFirst", "second run")
def second_run(arena):
    alice = arena.registered()
    with arena.thief(alice) as mallory:
        expect(not arena.answered(mallory, mallory.register_request(), UNPROTECTED),
               "the attack fails after detach and start as it did before")
    expect(status(alice.say()) == 200, "and alice speaks")
