# SPDX-License-Identifier: BSD-2-Clause
"""The measurements. Each checks that what it timed was dropped where it should be."""
import collections
import contextlib
import statistics

import callers
from flood import KINDS

TOLERANCE = 0.01  # of the packets sent, for the counter of who dropped them
BURSTS = 6        # of each kind and round, each beside one that nobody takes
POUR_RATE = 200000


class Unlike(Exception):
    """What was timed is not what was meant."""


@contextlib.contextmanager
def before_the_pcscf(peer):
    peer.up()
    try:
        yield peer
    finally:
        peer.down()


def check_same(what, sent, counted):
    """Strays, as a neighbour's question, are within the tolerance."""
    if not sent or abs(counted - sent) > sent * TOLERANCE:
        raise Unlike(f"{what}: {sent} packets were sent, and {counted} counted")


class Drops:
    """What it costs to drop: for each peer and kind the times of its bursts, less those of bursts
    that are made and sent alike and that nobody takes."""

    def __init__(self, flood):
        self._flood = flood
        self._net = collections.defaultdict(list)
        self._own = collections.defaultdict(list)
        self._reasons = collections.defaultdict(collections.Counter)

    def measure(self, peer):
        with before_the_pcscf(peer):
            for kind in peer.kinds:
                self._flood.burst("ue0", kind)  # what is new is slow
                self._measure_kind(peer, kind)

    def _measure_kind(self, peer, kind):
        sent, before, reasons = 0, peer.dropped(), self._reasons_of(peer)
        for _ in range(BURSTS):
            _, own = self._flood.burst("idle0", kind)
            count, whole = self._flood.burst("ue0", kind)
            sent += count
            self._own[kind].append(own)
            self._net[peer.name, kind].append(whole - own)
        check_same(f"{peer.name}, {kind}", sent, peer.dropped() - before)
        self._reasons[peer.name, kind] += self._reasons_of(peer) - reasons

    @staticmethod
    def _reasons_of(peer):
        return peer.counts() if hasattr(peer, "counts") else collections.Counter()

    def reasons(self):
        return {f"{name} {kind}": dict(reasons)
                for (name, kind), reasons in self._reasons.items() if reasons}

    def own_ns(self):
        """What the flood itself takes, by kind."""
        return {kind: round(statistics.median(times), 1) for kind, times in self._own.items()}

    def net_ns(self):
        return {key: statistics.median(times) for key, times in self._net.items()}


def pcscf_ns(lab, flood, kind, seconds):
    """CPU time of the P-CSCF for a message of the flood, in nanoseconds. What it finds no time to
    read costs it nothing."""
    lab.settle()
    before, cpu = lab.network.udp(), lab.pcscf_cpu_s()
    flood.begin_to_pour(kind, POUR_RATE, seconds)
    sent = flood.end()
    lab.settle()
    after, cpu = lab.network.udp(), lab.pcscf_cpu_s() - cpu
    read, lost = (after[name] - before[name] for name in ("InDatagrams", "InErrors"))
    check_same(f"the P-CSCF, {kind}", sent, read + lost)
    return cpu / read * 1e9


def registrations(network, flood, seconds, name, peer=None):
    """Of phones that register while INVITEs come by the same interface. REQUIRES: the peer is in
    place."""
    group, before = callers.Callers(network), peer and peer.dropped()
    try:
        flood.begin_to_pour("invite", POUR_RATE, seconds + 0.2)
        took, count = group.call(seconds)
        sent = flood.end()
    finally:
        group.close()
    if peer and "invite" in peer.kinds:
        ours = 0 if peer.lets_in else count
        check_same(f"{name}, while phones register", sent + ours, peer.dropped() - before)
    return callers.figures(name, took, count)
