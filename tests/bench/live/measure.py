# SPDX-License-Identifier: BSD-2-Clause
"""The measurements. Each checks that what it timed was dropped where it should be."""
import collections
import contextlib
import dataclasses
import statistics

import callers
from flood import KINDS

TOLERANCE = 0.01  # of the packets sent, for the counter of who dropped them
BURSTS = 6        # of each kind and round, each beside one that nobody takes
QUIET = 5         # pairs of bursts, of those of a peer and kind
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


@dataclasses.dataclass(order=True)
class Pair:
    """Two bursts, one after the other: nanoseconds for a packet that nobody takes, and how much
    longer one takes that is dropped."""
    own: float
    net: float


class Drops:
    """What it costs to drop, by pairs of bursts for each peer and kind. A core that shares its units
    with a busy one is little more than half as fast: what the quietest pairs say, counts, and is
    scaled to the speed of the quietest of all, which changes it only where the machine was busy."""

    def __init__(self, flood):
        self._flood = flood
        self._pairs = collections.defaultdict(list)
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
            self._pairs[peer.name, kind].append(Pair(own, whole - own))
        check_same(f"{peer.name}, {kind}", sent, peer.dropped() - before)
        self._reasons[peer.name, kind] += self._reasons_of(peer) - reasons

    @staticmethod
    def _reasons_of(peer):
        return peer.counts() if hasattr(peer, "counts") else collections.Counter()

    def reasons(self):
        return {f"{name} {kind}": dict(reasons)
                for (name, kind), reasons in self._reasons.items() if reasons}

    def _quiet(self, key):
        return sorted(self._pairs[key])[:QUIET]

    def own_ns(self):
        """What the flood itself takes at the least, by kind."""
        return {kind: min(min(pairs).own for (_, other), pairs in self._pairs.items()
                          if other == kind) for kind in KINDS}

    def net_ns(self):
        best = self.own_ns()
        return {key: statistics.median(pair.net * best[key[1]] / pair.own
                                       for pair in self._quiet(key)) for key in self._pairs}

    def restless(self):
        """Of whom the machine was never as quiet as it was for others, as (peer, kind)."""
        best = self.own_ns()
        return [key for key in self._pairs
                if statistics.median(pair.own for pair in self._quiet(key)) > 1.2 * best[key[1]]]


def pcscf_ns(lab, flood, kind, seconds, drops):
    """CPU time of the P-CSCF for a message of the flood, in nanoseconds. What it finds no time to
    read costs it nothing. drops: whether it is to say nothing to it."""
    lab.settle()
    before, cpu = lab.network.udp(), lab.pcscf_cpu_s()
    flood.begin_to_pour(kind, POUR_RATE, seconds)
    sent = flood.end()
    lab.settle()
    after, cpu = lab.network.udp(), lab.pcscf_cpu_s() - cpu
    read, lost, said = (after[name] - before[name]
                        for name in ("InDatagrams", "InErrors", "OutDatagrams"))
    check_same(f"the P-CSCF, {kind}", sent, read + lost)
    if drops:
        check_same(f"the P-CSCF, {kind}, without an answer", read, read - said)
    return cpu / read * 1e9


def registrations(network, flood, seconds, name, peer=None):
    """Of phones that register while INVITEs come by the same interface: the figures, and the rate
    at which those got there. REQUIRES: the peer is in place."""
    group, before = callers.Callers(network), peer and peer.dropped()
    crowded_out = network.crowded_out()
    try:
        pour_s = seconds + 0.2
        flood.begin_to_pour("invite", POUR_RATE, pour_s)
        took, count = group.call(seconds)
        came = flood.end() - network.crowded_out() + crowded_out
    finally:
        group.close()
    if peer and "invite" in peer.kinds:
        ours = 0 if peer.lets_in else count
        check_same(f"{name}, while phones register", came + ours, peer.dropped() - before)
    return callers.figures(name, took, count), round(came / pour_s)
