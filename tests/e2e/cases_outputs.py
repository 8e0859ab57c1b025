# SPDX-License-Identifier: BSD-2-Clause
"""Every -o json output of the command line, of good calls and of failing ones, has its schema."""
import json

from arena import case, expect
from lab.network import GM4, UNPROTECTED
from outputs import Schemas, capture_of, commands, without_daemon

# Command -> its calls in their order: words, and the exit codes that are right. Every command is
# also called with an option that there is not.
CALLS = {
    "status": [("", {0})],
    "interfaces": [("", {0})],
    "drops": [("", {0})],
    "detach": [("mw0", {0}), ("nosuch0", {3})],
    "attach": [("mw0 --netns {netns} --side core", {0}), ("nosuch0 --netns {netns}", {3})],
    "mode": [("", {0})],
    "mode get": [("", {0})],
    "mode set": [("limits monitor", {0}), ("limits default", {0}), ("sid off", {2}),
                 ("esp_source enforce --listener gm4b", {1}), ("all enforce --listener nosuch", {3}),
                 ("all enforce --confirm 60s", {0}), ("all enforce", {4})],
    "confirm": [("", {0}), ("", {4})],
    "bindings list": [("", {0}), ("--state nosuch", {2})],
    "bindings find": [("{impi}", {0}), ("nobody@nowhere.invalid", {3})],
    "bindings show": [("{here}", {0}), ("b_nosuch", {3})],
    "bindings add": [("192.0.2.180:5071 --impi x@ims.test --impu sip:x@ims.test", {0}),
                     ("{here} --impi x@ims.test --impu sip:y@ims.test", {4})],
    "bindings release": [("192.0.2.180:5071", {0}), ("b_nosuch", {3})],
    "bindings export": [("", {0})],
    "bindings import": [("{people}", {0}), ("{taken}", {4}), ("{sip}", {1})],
    "conflicts list": [("", {0})],
    "conflicts show": [("{shadow}", {0}), ("b_nosuch", {3})],
    "conflicts resolve": [("{shadow} --keep newcomer", {0}), ("b_nosuch --keep holder", {3})],
    "lease release": [("192.0.2.181", {0}), ("192.0.2.181:5060", {2})],
    "sa list": [("", {0}), ("--deviating --limit 0", {0}), ("--state nosuch", {2})],
    "sa show": [("0x1", {3}), ("nosuch", {3})],
    "events": [("", {0}), ("--type nosuch", {2})],
    "explain": [("--sip {sip} --from {here} --to {gm}", {0}),
                ("--sip {sip} --from {here} --to {gm} --live", {0}),
                ("--sip {sip}.none --from {here} --to {gm}", {3})],
    "replay": [("{pcap}", {0}), ("{sip}", {1}), ("{pcap}.none", {3})],
    "config check": [("{config}", {0}), ("{sip}", {1}), ("{config}.none", {3})],
    "config show": [("{config}", {0}), ("--live", {0}), ("{sip}", {1})],
    "config init": [("", {0}), ("--write {folder}/first.toml", {0}),
                    ("--write {folder}/first.toml", {4}), ("--from-kamailio {sip}.none", {3})],
    "config diff": [("", {0})],
    "config reload": [("--dry-run", {0}), ("", {0})],
    "bindings history": [("{here}", {0}), ("--impi nobody@nowhere.invalid", {0, 3})],
    "audit list": [("", {0})],
    "token new": [("ops --role admin --expires 90d", {0}), ("", {2}), ("a:b", {2})],
    "doctor": [("--config {config}", {0, 1, 5}), ("--config {sip}", {1})],
    "support dump": [("{folder}/dump.tar.gz --config {config}", {0}),
                     ("{folder}/none/dump.tar.gz", {1})],
    "completion": [("bash", {0}), ("csh", {2})],
}
# Those that need the daemon, and what they are asked with.
WITHOUT_DAEMON = ["status", "interfaces", "drops", "mode", "confirm", "bindings list", "events"]


def _shadow_of_a_thief(arena):
    """The id of a conflict: two users on one selector."""
    victim = arena.registered()
    arena.set_mode("monitor")
    with arena.thief(victim) as mallory:
        mallory.register()
        arena.guard.wait_for(lambda: arena.guard.cli("conflicts", "list")["items"], "a conflict")
    arena.set_mode("enforce")
    return next(item["id"] for item in arena.guard.bindings() if item["state"] == "shadow")


def _line(source, user):
    return json.dumps({"source": source, "impi": f"{user}@ims.test", "impus": [f"sip:{user}@x"],
                       "expires_s": 60})


def _context(arena):
    """What the words of the calls stand for."""
    alice, folder = arena.registered(), arena.lab.directory
    message = alice.register_request()
    (folder / "message.sip").write_bytes(message)
    (folder / "one.pcap").write_bytes(
        capture_of(message, (alice.address, alice.port), (GM4, UNPROTECTED)))
    (folder / "people.jsonl").write_text(_line("192.0.2.180:5072", "imported"), encoding="utf-8")
    (folder / "taken.jsonl").write_text(_line(alice.here, "other"), encoding="utf-8")
    return {"shadow": _shadow_of_a_thief(arena), "people": folder / "people.jsonl",
            "taken": folder / "taken.jsonl", "netns": arena.lab.network.name("pcscf"), "impi": alice.impi, "here": alice.here,
            "gm": f"{GM4}:{UNPROTECTED}", "config": arena.guard.config, "folder": folder,
            "sip": folder / "message.sip", "pcap": folder / "one.pcap"}


def _check(schemas, command, done, codes):
    """One line for each thing that is wrong with a call."""
    if done.returncode not in codes:
        return [f"exit {done.returncode}: {done.stdout[:200]}{done.stderr[:200]}"]
    out = []
    if done.stdout:
        out += schemas.problems(schemas.commands[command], json.loads(done.stdout))
    if done.stderr:
        out += schemas.problems_of_error(json.loads(done.stderr))
    if not done.stdout and (done.returncode == 0 or not done.stderr):
        out.append("says nothing")
    if done.stderr and done.returncode == 0:
        out.append(f"well, and yet says {done.stderr[:200]}")
    return out


@case("Outputs.EveryCommandHasASchemaAndCalls", "R20")
def complete(arena):
    schemas = Schemas()
    named = {*commands(arena.guard), "mode"}
    expect(len(named) > 20, f"the program names its commands: {sorted(named)}")
    expect(named == set(schemas.commands),
           f"tools/gmguard/output.schema.json and the program differ in "
           f"{sorted(named ^ set(schemas.commands))}")
    expect(named == set(CALLS), f"no call here, or one too many: {sorted(named ^ set(CALLS))}")


@case("Outputs.EveryCallPrintsWhatItsSchemaSays", "R20")
def calls(arena):
    schemas, context, wrong = Schemas(), _context(arena), []
    for command, rows in CALLS.items():
        for words, codes in [*rows, ("--no-such-option", {2})]:
            said = [*command.split(), *words.format(**context).split(), "-o", "json"]
            wrong += [f"gmguard {' '.join(said)}: {each}"
                      for each in _check(schemas, command, arena.guard.run(*said), codes)]
    for command in WITHOUT_DAEMON:
        done = without_daemon(arena.guard, *command.split(), "-o", "json")
        wrong += [f"{command} without the daemon: {each}"
                  for each in _check(schemas, command, done, {5})]
    expect(not wrong, f"{len(wrong)} differ: " + "; ".join(wrong[:5]))
