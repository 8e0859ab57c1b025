# SPDX-License-Identifier: BSD-2-Clause
"""The figures as a table, as ratios and as JSON."""
import json
import pathlib

from lab.processes import run

import machine
import targets
from flood import KINDS
from measure import POUR_RATE

SUFFIX = {"invite": "", "junk": "_junk", "spoofed": "_spoofed"}
TARGETS = {**targets.LIVE, "kamailio_pike": targets.LIVE["kamailio"]}
_MINE = "gmguard_native"
_PACKAGES = "kamailio", "nftables", "iptables", "ipset", "xdp-tools"
_METHOD = {
    "live": "packets per second of one core's time that dropping takes; INVITEs, and with _junk and "
            "_spoofed those; flood and device under test on one CPU, by turns with bursts that a "
            "veth whose peer is down refuses, whose time is taken off (generator_ns); median of the "
            "five quietest, scaled to the quietest of all",
    "kamailio": "messages per second of the P-CSCF's own CPU time, without the kernel's before its "
                "socket; kamailio answers the INVITEs, kamailio_pike drops them",
    "register": "share of REGISTERs that were challenged within a second and the time to it, while "
                "INVITEs come by the same interface at flood_pps",
    "spoofed": "REGISTERs of another than the user that is bound to their source; peers with sets "
               "drop all that comes from those sources",
    "delivery": "no guard: taken to the P-CSCF's socket or refused there; gmguard_monitor: the same "
                "with the guard in monitor, which drops nothing",
    "xdp_filter": "closes the port, for REGISTERs too; it holds at most 10,000 addresses",
}


def per_second(nanoseconds):
    return round(1e9 / nanoseconds)


def live_of(net_ns):
    """By the names of the JSON, from nanoseconds by (peer, kind)."""
    return {name + SUFFIX[kind]: per_second(net) for (name, kind), net in net_ns.items() if net > 0}


def conditions(more):
    return {**machine.about(), "versions": _versions(), "method": _METHOD, **more}


def _versions():
    """Of the peers, as Debian numbers them."""
    lines = run("dpkg-query", "-W", *_PACKAGES, check=False).splitlines()
    return dict(line.split("\t") for line in lines)


def print_table(live, names):
    """One line for each peer."""
    print(f"{'packets a second of one core':28}{'INVITE':>12}{'junk':>12}{'spoofed':>12}"
          f"{'registered':>12}{'p50 us':>9}{'p99 us':>9}")
    for name in names:
        cells = [_cell(live.get(name + SUFFIX[kind]), 12) for kind in KINDS]
        share = live.get(f"{name}_register_ok")
        cells.append(f"{'-' if share is None else f'{share:.1%}':>12}")
        cells += (_cell(live.get(f"{name}_register_{centile}_us"), 9) for centile in ("p50", "p99"))
        print(f"{name:28}{''.join(cells)}")


def _cell(number, width):
    return f"{'-' if number is None else f'{number:,}':>{width}}"


def print_ratios(live):
    """The guard's, and what there is to reach: those of a program that only drops."""
    for peer, target in TARGETS.items():
        if not live.get(peer) or not live.get(_MINE):
            print(f"{_MINE} against {peer}: not measured")
            continue
        ratio, most = live[_MINE] / live[peer], live["drop_all"] / live[peer]
        word = "reached" if ratio >= target else "missed"
        print(f"{_MINE} against {peer}: {_times(ratio)} times, target {target}: {word}; "
              f"an empty program: {_times(most)}")


def _times(ratio):
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def print_doubts(told):
    """Where the machine had something else to do."""
    if told["estimated"]:
        print(f"estimated, as the machine was never quiet: {', '.join(told['estimated'])}")
    slow = [f"{name} {rate:,}" for name, rate in told["flood_pps"].items() if rate < 0.9 * POUR_RATE]
    if slow:
        print(f"the machine was busy: phones registered against fewer packets a second than "
              f"the {POUR_RATE:,} meant: {', '.join(slow)}")


def write(path, live, told):
    pathlib.Path(path).write_text(json.dumps({"live": live, "conditions": told}, indent=1) + "\n",
                                  encoding="utf-8")
