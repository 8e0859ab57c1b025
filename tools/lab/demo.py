# SPDX-License-Identifier: BSD-2-Clause
"""tools/demo: plays the scenes with the guard off, in monitor and in enforce, and tells."""
import argparse
import contextlib
import json
import os
import platform
import sys
import time

from .guard import Guard, find
from .kamailio import version as kamailio_version
from .lab import Lab, LabError, remove_leftovers, stopping_on_signals, undisturbed
from .network import CORE, GM4, GM6, MW, PROTECTED, UNPROTECTED
from .report import Row, print_row, print_table, styled
from .scenes import SCENES, Stage
from .sipp import version as sipp_version

MODES = ("off", "monitor", "enforce")
_ABOUT = {
    "off": "The guard is off: the P-CSCF as Debian ships it, nothing attached.",
    "monitor": "The guard is attached in monitor: everything passes, what enforce would drop is "
               "counted.",
    "enforce": "gmguard mode set all enforce.",
}


def _options(words):
    parser = argparse.ArgumentParser(
        prog="tools/demo", description="Shows the attack of the contribution to TS 33.203 on a "
        "stock Kamailio P-CSCF, and gmguard against it. Needs root; works in network namespaces "
        "of its own and removes them.",
        epilog="Exit status: 0 every scene came out as it must, 1 one did not, 2 wrong usage, "
               "3 the lab did not work, 130 interrupted.")
    parser.add_argument("--batch", action="store_true", help="no prompts")
    parser.add_argument("--json", metavar="FILE", help="write what happened to FILE")
    parser.add_argument("--keep", action="store_true",
                        help="leave the lab running, in enforce, and say how to look around")
    parser.add_argument("--down", action="store_true", help="end labs that --keep left, and quit")
    parser.add_argument("--no-install", action="store_true", help="do not install packages")
    parser.add_argument("--no-build", action="store_true", help="take the build as it is")
    return parser.parse_args(words)


def _check_expected(scene, mode, answers, counts):
    """Why a scene did not come out as it must, or an empty string."""
    expected = scene.expected[mode]
    if answers != expected.answers:
        return f"expected the answers {', '.join(expected.answers)}"
    wanted = {"off": {}, "monitor": counts.would_drop, "enforce": counts.dropped}[mode]
    other = counts.dropped if mode == "monitor" else counts.would_drop
    if expected.reason and expected.reason not in wanted:
        return f"{expected.reason} was not counted"
    strangers = set(wanted) - {expected.reason, *(scene.may_also if expected.reason else ())}
    strangers |= set(other)
    return f"unexpectedly counted: {', '.join(sorted(strangers))}" if strangers else ""


def _play(scene, mode, stage):
    before = stage.guard.counts() if mode != "off" else None
    seen = scene.play(stage)
    counts = stage.guard.since(before) if before else Stage.NO_COUNTS
    why = _check_expected(scene, mode, seen.answers, counts)
    return Row(scene, mode, seen, counts, why)


def _set_stage(mode, lab, guard):
    """The peers afresh; the guard stays through it (H7)."""
    if mode == "monitor":
        guard.start("monitor")
    elif mode == "enforce":
        guard.cli("mode", "set", "all", "enforce")
    if mode != "off":
        lab.restart()


def _pause(options):
    if not options.batch and sys.stdin.isatty():
        with contextlib.suppress(EOFError):
            input(styled("dim", "  [Enter] to go on "))


def _run(options, lab, guard):
    stage, rows = Stage(lab, guard), []
    for mode in MODES:
        _set_stage(mode, lab, guard)
        print(f"\n{styled('bold', mode.upper())}  {_ABOUT[mode]}")
        for scene in SCENES:
            rows.append(_play(scene, mode, stage))
            print_row(rows[-1])
        _pause(options)
    return rows


def _write_json(path, rows, seconds):
    document = {
        "kernel": platform.release(),
        "peers": {"kamailio": kamailio_version(), "sipp": sipp_version()},
        "seconds": round(seconds, 1),
        "passed": sum(not row.why for row in rows),
        "failed": sum(bool(row.why) for row in rows),
        "scenes": [row.as_json() for row in rows],
    }
    with open(path, "w", encoding="utf-8") as out:
        json.dump(document, out, indent=1)
        out.write("\n")


def _how_to_look_around(lab, guard):
    gmguard = " ".join(guard.command)
    print(f"""
The lab stays up, in enforce. The P-CSCF listens at {GM4} and {GM6}, ports {UNPROTECTED}
(unprotected) and {PROTECTED} (protected). To look around:
  {gmguard} status
  {gmguard} bindings list
  {gmguard} drops
  {gmguard} events -f
  bpftool map dump pinned {lab.pins}/maps/gm_bindings
  cat {lab.pins}/show/bindings
  nsenter --net=/run/netns/{lab.network.name('pcscf')} tcpdump -ni gm0
Logs and configurations are in {lab.directory}.
End it with: sudo tools/demo --down""")


def _welcome():
    print(f"{styled('bold', 'gmguard demo')}: Kamailio {kamailio_version()} as P-CSCF and core, "
          f"SIPp {sipp_version()} as phones\n"
          f"  phones, attacker -- Gm {GM4}, {GM6} [P-CSCF] {MW} Mw -- {CORE} [core]")


def _check_ground(options):
    """Finds out early what would be a pity to find out late."""
    find("gmguardd")
    find("gmguard")
    if options.json:
        with open(options.json, "a", encoding="utf-8"):
            pass


def _play_in(lab, guard, options):
    """The rows of all modes; the lab is gone afterwards, unless it is to be kept and all went."""
    kept = False
    try:
        lab.up()
        rows = _run(options, lab, guard)
        kept = options.keep
        if not kept:
            guard.detach()
        return rows
    finally:
        if not kept:
            with undisturbed():
                guard.stop()
                lab.down()


def _demo(options):
    _check_ground(options)
    begun = time.monotonic()
    remove_leftovers()
    lab = Lab(keep=options.keep)
    guard = Guard(lab)
    _welcome()
    rows = _play_in(lab, guard, options)
    print_table(rows, MODES)
    if options.json:
        _write_json(options.json, rows, time.monotonic() - begun)
    wrong = sum(bool(row.why) for row in rows)
    print(f"\n{len(rows) - wrong} of {len(rows)} came out as they must, "
          f"in {time.monotonic() - begun:.0f} s.")
    if options.keep:
        lab.keep()
        _how_to_look_around(lab, guard)
    return 1 if wrong else 0


def _down():
    gone = remove_leftovers(kept=True)
    print(f"ended: {', '.join(gone)}" if gone else "no lab was up")
    return 0


def main(words):
    options = _options(words)
    if os.geteuid() != 0:
        print("tools/demo: needs root (network namespaces, BPF): sudo tools/demo", file=sys.stderr)
        return 2
    try:
        with stopping_on_signals():
            return _down() if options.down else _demo(options)
    except (LabError, OSError) as error:
        print(f"tools/demo: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("\ntools/demo: interrupted; everything is removed", file=sys.stderr)
        return 130
