# SPDX-License-Identifier: BSD-2-Clause
"""What the evasion cases play in: two listeners, one judged by nobody and one by all checks, and
behind both a program of the P-CSCF that tells every byte it was really given. The same bytes go to
both: to the open one to show that the attack works, to the shut one to show that it does not."""
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


def _settle(sender, key, wanted, timeout_s):
    """What came, once it is what is wanted, or nothing more will."""
    found = []

    def is_there():
        found[:] = starts(sender.given()) if key == "data" else [
            start for each in sender.datagrams() for start in starts(each)]
        return wanted(found)
    end = time.monotonic() + timeout_s
    while not is_there() and time.monotonic() < end:
        time.sleep(0.02)
    return found


def compare(sender, key, good, works):
    """The open listener shows that the attack works, the shut one that it does not; good: so many
    messages come to either, whatever else is sent."""
    shut = sender.name == SHUT
    attacked = works and not shut
    found = _settle(sender, key, lambda found: (len([x for x in found if not is_evil(x)]) >= good
                                                and (not attacked or any(map(is_evil, found)))),
                    2.5)
    if shut:
        time.sleep(0.1)  # what must not come has time to
        found = _settle(sender, key, lambda _: True, 0)
    bad = [each for each in found if is_evil(each)]
    if shut:
        expect(not bad, f"the P-CSCF was given {bad}")
    elif works:
        expect(bad, f"unguarded the attack does not work: the P-CSCF was given {found}")
    expect(len(found) - len(bad) >= good, f"{sender.name}: {good} may come, {found} came")


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
           also_inner=False):
    """Makes function(sender) a case that plays at the open and at the shut listener, over IPv4 and
    IPv6. works: unguarded, a message that may not come gets through. also_inner: once more on
    the protected port."""
    def add(function):
        def play(arena, v6, inner):
            receiver = _receiver(arena)
            _open(arena)
            with Play(arena, receiver, v6) as scene:
                for name in (OPEN, SHUT):
                    sender = scene.sender(name, inner)
                    function(sender)
                    compare(sender, key, good, works)
        families(f"Evasion.{name}", rows, inner=inner)(play)
        if also_inner:
            families(f"Evasion.{name}_Inside", rows, inner=True)(play)
        return function
    return add
