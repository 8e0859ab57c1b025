# SPDX-License-Identifier: BSD-2-Clause
"""What the evasion cases play in: two listeners, one judged by nobody and one by all checks, and
behind both a program of the P-CSCF that tells every byte it was really given. The same bytes go to
both: to the open one to show that the attack works, to the shut one to show that it does not."""
import collections
import contextlib
import itertools
import json
import re
import time

from arena import both_families, case, expect
from lab import sip
from lab.kamailio import DOMAIN
from lab.network import GM4, GM6
from lab.processes import start, stop, wait_until
from listeners import CLEAR, INNER, OPEN, SHUT
from wire import Stream, Wire

_SLOW = 50000  # who connects from a port from here on finds a receiver that takes its time

_RECEIVE = """
import json, selectors, socket, sys, time
chosen = selectors.DefaultSelector()
def tell(**what):
    print(json.dumps(what), flush=True)
def listen(address, port, kind):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    s.bind((address, port))
    if kind == socket.SOCK_STREAM:
        s.listen(64)
    chosen.register(s, selectors.EVENT_READ, (kind, None))
for address in sys.argv[1].split(","):
    for port in sys.argv[2].split(","):
        listen(address, int(port), socket.SOCK_STREAM)
        listen(address, int(port), socket.SOCK_DGRAM)
waiting = {}
tell(listens=True)
while True:
    for key, _ in chosen.select(0.05):
        kind, peer = key.data
        s = key.fileobj
        try:
            if kind == socket.SOCK_DGRAM:
                data, source = s.recvfrom(65535)
                tell(peer=source[:2], port=s.getsockname()[1], datagram=data.decode("latin-1"))
            elif peer is None:
                s, source = s.accept()
                waiting[s] = (source[:2], time.monotonic() + (1 if source[1] >= int(sys.argv[3]) else 0))
            else:
                data = s.recv(65536)
                tell(peer=peer, port=s.getsockname()[1], data=data.decode("latin-1"))
                if not data:
                    raise ConnectionResetError
        except OSError:
            if peer is not None:
                tell(peer=peer, ended=True)
                chosen.unregister(s)
                s.close()
    for s, (peer, when) in list(waiting.items()):
        if time.monotonic() >= when:
            chosen.register(s, selectors.EVENT_READ, (socket.SOCK_STREAM, peer))
            del waiting[s]
"""


class Receiver:
    """The program behind the listeners, among the P-CSCF's."""

    def __init__(self, lab):
        path = lab.directory / "receiver.log"
        ports = [str(each[name]) for each in (CLEAR, INNER) for name in (OPEN, SHUT)]
        self._process = start(["/usr/bin/python3", "-c", _RECEIVE, f"{GM4},{GM6}", ",".join(ports),
                               str(_SLOW)], netns=lab.network.name("pcscf"),
                              cgroup=lab.cgroup("pcscf/receiver"), log=path)
        self._path, self._log = path, open(path, encoding="utf-8")
        self._said, self._rest = [], ""  # what was read, and the line that is not whole
        wait_until(self._read, 10, "the receiver", self._process)

    def close(self):
        stop(self._process)
        self._log.close()
        self._path.unlink()

    def _read(self):
        *lines, self._rest = (self._rest + self._log.read()).split("\n")
        self._said += map(json.loads, lines)
        return self._said

    def given(self, address, port, key):
        """The pieces of data or the datagrams that came from an address to a port, in order."""
        return [each[key] for each in self._read()
                if each.get("port") == port and each["peer"][0] == address and key in each]


def starts(data):
    """The start lines of the messages that a tolerant P-CSCF finds whole in the bytes: blanks and
    line ends before a message are skipped, a bare LF ends a line."""
    found = []
    while True:
        data = data.lstrip("\r\n \t\0")
        end = re.search(r"\r\n\r\n|\n\r?\n", data)
        if not end:
            return found
        head = data[:end.start()]
        found.append(head.splitlines()[0])
        length = re.search(r"(?im)^(?:content-length|l)[ \t]*:\s*(\d+)", head)
        data = data[end.end() + int(length.group(1) if length else 0):]


def is_evil(start):
    return start.lower().startswith(("invite", "message sip:evil", "get ", "sip/2.0"))


class Sender:
    """One source towards one of the two listeners, with messages that may and may not come."""

    def __init__(self, play, wire, name, inner):
        self._play, self.wire, self.name, self.inner = play, wire, name, inner
        self.port = (INNER if inner else CLEAR)[name]
        self.source_port = 40000 + next(play.numbers) % 9000
        self.user = f"e{play.number}{name}"
        self._cseq = itertools.count(1)

    def slow(self):
        self.source_port = _SLOW + self.source_port % 9000
        return self

    def stream(self, first=0x1000):
        if self.inner:
            self._play.bind(self)
        return Stream(self.wire, self.source_port, self.port, first)

    @property
    def here(self):
        return sip.host_port(self.wire.address, self.source_port)

    @property
    def impu(self):
        return f"sip:{self.user}@{DOMAIN}"

    def _write(self, start, sender, extra, body, method=None):
        headers = [("Via", f"SIP/2.0/TCP {self.here};branch={sip.branch()};rport"),
                   ("Max-Forwards", "70"), ("From", f"<{sender}>;tag=a"), ("To", f"<{sender}>"),
                   ("Call-ID", sip.token()),
                   ("CSeq", f"{next(self._cseq)} {method or start.split()[0]}"),
                   ("Contact", f"<sip:{self.user}@{self.here}>"), *extra]
        return sip.write(start, headers, body)

    def good(self, extra=(), body=""):
        """A message that may come here."""
        if self.inner:
            return self._write(f"MESSAGE sip:good@{DOMAIN} SIP/2.0", self.impu, extra, body)
        return self._write(f"REGISTER sip:{DOMAIN} SIP/2.0", self.impu, extra, body)

    def evil(self, extra=(), body="", method=None):
        """One that may not."""
        if self.inner:
            return self._write(f"MESSAGE sip:evil@{DOMAIN} SIP/2.0", f"sip:victim@{DOMAIN}", extra,
                               body)
        return self._write(f"INVITE sip:evil@{DOMAIN} SIP/2.0", self.impu, extra, body, method)

    def judged(self):
        return judged(self._play.arena.guard, f"{self.name}{6 if self.wire.v6 else 4}")

    def given(self):
        return "".join(self._play.receiver.given(self.wire.address, self.port, "data"))

    def datagrams(self):
        return self._play.receiver.given(self.wire.address, self.port, "datagram")


class Play:
    """One case at both listeners."""

    numbers = itertools.count(1)

    def __init__(self, arena, receiver, v6):
        self.arena, self.receiver, self.v6 = arena, receiver, v6
        self.number = next(self.numbers)
        self._close = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._close.close()

    def sender(self, name, inner=False):
        number = next(self.numbers)
        address = f"2001:db8:e7a:{number:x}::e" if self.v6 else (
            f"10.77.{number >> 8}.{number & 255}")
        wire = self._close.enter_context(Wire(self.arena.lab.network, address))
        return Sender(self, wire, name, inner)

    def bind(self, sender):
        self.arena.guard.cli("bindings", "add", sender.here, "--impi", f"{sender.user}@{DOMAIN}",
                             "--impu", sender.impu, "--expires", "600s")


def _messages(sender, key):
    if key == "data":
        return starts(sender.given())
    return [start for each in sender.datagrams() for start in starts(each)]


def _within(condition, timeout_s=2.5):
    """Waits for it; whoever expects it says what is wrong."""
    end = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)


def _attack_works(sender, key, good, works):
    """At the listener that nobody judges."""
    def evil():
        return list(filter(is_evil, _messages(sender, key)))
    _within(lambda: len(_messages(sender, key)) - len(evil()) >= good and (not works or evil()))
    found = _messages(sender, key)
    expect(evil() or not works,
           f"unguarded the attack does not work: the P-CSCF was given {found}")
    expect(len(found) - len(evil()) >= good, f"{sender.name}: {good} may come, {found} came")


_COUNTER = re.compile(r'gmguard_(packets|drops)_total\{listener="(\w*)",hook="(\w+)",\w+="(\w+)"\} '
                      r"(\d+)")


def judged(guard, listener):
    """What the guard counted at a listener: messages that passed at its sockets, and drops by
    reason. Drops of what was not read as far as to its ports are its address's, and are counted
    under no name."""
    passed, drops = 0, collections.Counter()
    for family, name, hook, what, count in _COUNTER.findall(guard.metrics()):
        if name == listener and (family, hook, what) == ("packets", "inside", "pass"):
            passed = int(count)
        elif name in (listener, "") and family == "drops":
            drops[what] += int(count)
    return passed, drops


def _given_is_judged(sender, key, good, lost, before):
    """At the listener that all checks judge: what its socket was given is what passed, but for what
    is lost behind the judge (see evades()); none of it is evil. Returns what was dropped since
    `before`."""
    def given():
        return sender.datagrams() if key == "datagram" else _messages(sender, key)

    def lost_now():
        return sender.judged()[0] - before[0] - len(given())

    def is_right():
        return lost_now() == lost if lost is not None else lost_now() >= 0
    _within(lambda: is_right() and len(given()) >= good)
    time.sleep(0.1)  # what must not come has time to
    found = _messages(sender, key)
    bad = list(filter(is_evil, found))
    expect(not bad, f"the P-CSCF was given {bad}")
    expect(len(found) >= good, f"{sender.name}: {good} may come, {found} came")
    expect(is_right(), f"the P-CSCF was given {len(given())}, the guard let {lost_now()} more pass, "
                       f"and {lost} are lost")
    return sender.judged()[1] - before[1]


def _receiver(arena):
    """Started by the first case, ended with the arena."""
    if not hasattr(arena, "receiver"):
        arena.lab.network.ip("pcscf", "route", "replace", "10.77.0.0/16", "dev", "gm0")
        arena.receiver = Receiver(arena.lab)
        arena.lasting.callback(arena.receiver.close)
    return arena.receiver


def _open(arena):
    """Changes of all modes change those of the open listeners too."""
    if not arena.has_open:
        for family in (4, 6):
            arena.guard.cli("mode", "set", "all", "off", "--listener", f"{OPEN}{family}")
        arena.has_open = True


def only(v6):
    """In place of both families."""
    def family(name, rows, **arguments):
        return case(f"{name}_{'v6' if v6 else 'v4'}", rows, v6=v6, **arguments)
    return family


def evades(name, rows="H5", good=0, works=True, families=both_families, inner=False, key="data",
           also_inner=False, reason=None, lost=0, of_address=False):
    """Makes function(sender) a case that plays at the open and at the shut listener, over IPv4 and
    IPv6. good: so many messages come to either, whatever else is sent. works: unguarded, a message
    that may not come gets through; guarded, it is dropped, or what else has this reason. lost: so
    many messages pass the judge and reach nobody, as what stands before a forbidden one in its
    segment goes with it; None: so many as the receiver had no room for. also_inner: once more on
    the protected port.
    of_address: no listener of a guarded address is open, unless all are."""
    def add(function):
        def play(arena, v6, inner):
            receiver = _receiver(arena)
            with Play(arena, receiver, v6) as scene:
                if of_address:
                    arena.set_mode("off")
                else:
                    _open(arena)
                sender = scene.sender(OPEN, inner)
                function(sender)
                _attack_works(sender, key, good, works)
                if of_address:
                    arena.set_mode("enforce")
                sender = scene.sender(SHUT, inner)
                before = sender.judged()
                function(sender)
                drops = _given_is_judged(sender, key, good, lost, before)
            if works or reason:
                expect(drops[reason] if reason else drops,
                       f"no drop was counted{f' as {reason}' if reason else ''}: {dict(drops)}")
        families(f"Evasion.{name}", rows, inner=inner)(play)
        if also_inner:
            families(f"Evasion.{name}_Inside", rows, inner=True)(play)
        return function
    return add
