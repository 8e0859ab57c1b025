# SPDX-License-Identifier: BSD-2-Clause
"""Who drops the flood: each can be put before the P-CSCF, and says by its own counter how much it
dropped since. `kinds`: of the flood, those that it can drop; `lets_in`: whether the P-CSCF is to
answer behind it."""
import contextlib
import json
import pathlib
import re
import shutil

from lab.guard import find
from lab.kamailio import DOMAIN
from lab.network import UNPROTECTED
from lab.processes import LabError, run

from flood import KINDS
from scene import sources

REGISTER = "0x" + b"REGISTER ".hex()
# xdp-filter pins where nobody can choose, so that what is there may be the host's. Ours it is where
# a run has said so.
_XDP_PINS = pathlib.Path("/sys/fs/bpf/xdp-filter"), pathlib.Path("/sys/fs/bpf/xdp")
_XDP_MARK = pathlib.Path("/run/gmguard-live-xdp-filter")


def _remove_xdp_pins():
    """Where they are of a run that has ended or was killed."""
    if not _XDP_MARK.exists():
        return
    shutil.rmtree(_XDP_PINS[0], ignore_errors=True)
    with contextlib.suppress(OSError):  # not there, or not empty: somebody else's
        _XDP_PINS[1].rmdir()
    _XDP_MARK.unlink()


class Missing(Exception):
    """The peer cannot be had here; says why."""


class Peer:
    kinds, lets_in = KINDS, True

    def __init__(self, lab):
        self.lab, self.network = lab, lab.network

    def prepare(self):
        """Once, before all else; Missing where that cannot be."""

    def finish(self):
        """Once, after all else; only what does not go with the lab."""

    def needs(self, program):
        if not shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin"):
            raise Missing(f"no {program}: run tools/deps --bench")

    def attach_xdp(self, *words):
        self.network.ip("pcscf", "link", "set", "gm0", "xdpdrv", *words)


class DropAll(Peer):
    """An empty XDP_DROP. What gm0 received, it dropped."""
    name, lets_in = "drop_all", False

    def up(self):
        folder = find("bench_flood").parents[1] / "tests" / "bench" / "gm_flood"
        self.attach_xdp("obj", folder / "gm_flood.bpf.o", "program", "gm_drop_all")

    def down(self):
        self.attach_xdp("off")

    def dropped(self):
        return self.network.received()


class Delivery(Peer):
    """Nobody: the kernel takes the packet to the P-CSCF's socket, or finds no room there."""
    name, lets_in = "delivery", False

    def up(self):
        pass

    def down(self):
        self.lab.settle()

    def dropped(self):
        counters = self.network.udp()
        return sum(counters[name] for name in ("InDatagrams", "InErrors"))


class Nft(Peer):
    """Its best word for "does not start with REGISTER ", at the first hook."""
    name, kinds = "nft", ("invite", "junk")
    rule = f"udp dport {UNPROTECTED} @ih,0,72 != {REGISTER}"

    def prepare(self):
        self.needs("nft")
        self._do(f"add table netdev {self.name}")

    def _do(self, text):
        self.network.in_pcscf("nft", "-f", "-", input=text + "\n")

    def up(self):
        self._do(f"add chain netdev {self.name} in "
                 "{ type filter hook ingress device gm0 priority 0; }\n"
                 f"add rule netdev {self.name} in {self.rule} counter drop")

    def down(self):
        self._do(f"delete chain netdev {self.name} in")

    def dropped(self):
        text = self.network.in_pcscf("nft", "list", "chain", "netdev", self.name, "in")
        return int(re.search(r"counter packets (\d+)", text).group(1))


class NftSet(Nft):
    """The flood's sources, address and port, in a set."""
    name, kinds = "nft_set", KINDS
    rule = f"udp dport {UNPROTECTED} ip saddr . udp sport @bound"

    def prepare(self):
        super().prepare()
        elements = ",".join(f"{address} . {port}" for address, port in sources())
        self._do(f"add set netdev {self.name} bound {{ type ipv4_addr . inet_service; "
                 f"size 131072; elements = {{ {elements} }}; }}")


class Iptables(Peer):
    """One rule in the table raw, the first."""

    def prepare(self):
        self.needs("iptables")

    def _do(self, *words):
        return self.network.in_pcscf("iptables", "-w", "-t", "raw", *words)

    def _change(self, verb):
        self._do(verb, "PREROUTING", "-i", "gm0", "-p", "udp", "--dport", UNPROTECTED, *self.match,
                 "-j", "DROP")

    def up(self):
        self._change("-A")

    def down(self):
        self._change("-D")

    def dropped(self):
        return int(re.search(r"^ *(\d+) .* DROP ", self._do("-vnxL", "PREROUTING"), re.M).group(1))


class IptablesString(Iptables):
    """Its word for "does not start with REGISTER ": counted from the start of the IP header."""
    name, kinds = "iptables_string", ("invite", "junk")
    match = ("-m", "string", "--algo", "bm", "--from", 28, "--to", 37, "!", "--string", "REGISTER ")


class IptablesIpset(Iptables):
    """The flood's sources, address and port, in a set."""
    name = "iptables_ipset"
    match = "-m", "set", "--match-set", "bound", "src,src"

    def prepare(self):
        super().prepare()
        self.needs("ipset")
        lines = ["create bound hash:ip,port hashsize 131072 maxelem 131072"]
        lines += (f"add bound {address},17:{port}" for address, port in sources())
        self.network.in_pcscf("ipset", "restore", input="\n".join(lines) + "\n")


class XdpFilter(Peer):
    """It cannot tell a REGISTER: the whole port is closed. It holds 10,000 addresses: no figure for
    the flood's sources."""
    name, kinds = "xdp_filter", ("invite", "junk")

    def prepare(self):
        self.needs("xdp-filter")
        _remove_xdp_pins()
        if _XDP_PINS[0].exists():
            raise Missing("xdp-filter is in use on this host, see xdp-filter status")
        _XDP_MARK.touch()
        try:
            self.up()
            self.down()
        except LabError as error:
            raise Missing(str(error)) from None

    def up(self):
        self.network.in_pcscf("xdp-filter", "load", "-m", "native", "-f", "udp", "gm0")
        self.network.in_pcscf("xdp-filter", "port", "-p", "udp", "-m", "dst", UNPROTECTED)

    def down(self):
        self.network.in_pcscf("xdp-filter", "unload", "gm0")

    def finish(self):
        self.network.in_pcscf("xdp-filter", "unload", "gm0", check=False)
        _remove_xdp_pins()

    def dropped(self):
        # Its exit status is not 0 where all went well.
        status = self.network.in_pcscf("xdp-filter", "status", check=False)
        hits = re.search(rf"^ *{UNPROTECTED} +dst,udp +(\d+)", status, re.M)
        if not hits:
            raise LabError(f"xdp-filter status says nothing of port {UNPROTECTED}: {status}")
        return int(hits.group(1))


class Gmguard(Peer):
    """The guard as it comes, with room for the flood's sources, all of them bound."""

    def __init__(self, lab, guard, name, xdp_mode, mode):
        super().__init__(lab)
        self.name, self._guard, self._xdp_mode, self.mode = name, guard, xdp_mode, mode

    def up(self):
        self._guard.set_mode(self.mode)
        self._guard.cli("attach", "gm0", "--netns", self.network.name("pcscf"),
                        "--xdp-mode", self._xdp_mode)

    def down(self):
        self._guard.cli("detach", "gm0")
        if self.mode == "monitor":
            self.lab.settle()

    def counts(self):
        """By reason: what it dropped; in monitor what it would have."""
        counts = self._guard.counts("front")
        return counts.would_drop if self.mode == "monitor" else counts.dropped

    def dropped(self):
        return sum(self.counts().values())


def bind_sources(lab, guard):
    """The guard holds each source of the flood for a user of its own."""
    path = lab.directory / "bindings.jsonl"
    with open(path, "w", encoding="utf-8") as out:
        for number, (address, port) in enumerate(sources()):
            user = f"u{number}@{DOMAIN}"
            out.write(json.dumps({"source": f"{address}:{port}", "impi": user,
                                  "impus": [f"sip:{user}"], "expires_s": 3600}) + "\n")
    said = run(*guard.command, "bindings", "import", path)
    if not said.startswith("100000 bound, 0 refused"):
        raise LabError(f"gmguard bindings import: {said[:300]}")
