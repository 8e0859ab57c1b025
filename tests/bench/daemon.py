# SPDX-License-Identifier: BSD-2-Clause
"""gmguardd with a million subscribers: what it takes, and how long its answers take."""
import contextlib
import json
import os
import time

from lab.guard import Guard
from lab.kamailio import DOMAIN
from lab.phone import Phone
from lab.processes import LabError, wait_until
from lab.unix_http import UnixConnection

_CHUNK = 2000      # bindings of one request
_PAGE = 1000       # bindings of one answer
_EXPIRING = 8_000  # whose registration ends while it is measured
_LIFE_S = 8        # and after how long
_PHONES = 8_000    # room for those that register while all pages are walked
_POOL = """
[[pool]]
name = "million"
prefix = "2001:db8:8000::/33"
unit = 64
port = false
[limits]
bindings = {room}
"""


class Api:
    """The admin interface over one connection."""

    def __init__(self, path):
        self._connection = UnixConnection(path)

    def ask(self, method, target, body=None):
        text = None if body is None else json.dumps(body)
        self._connection.request(method, target, text, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        read = answer.read()
        if answer.status >= 300:
            raise LabError(f"{method} {target}: {answer.status} {read[:300]!r}")
        return json.loads(read)

    def pages(self):
        """All bindings, page by page."""
        cursor = ""
        while cursor is not None:
            page = self.ask("GET", f"/v1/bindings?limit={_PAGE}{cursor}")
            yield page["items"]
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"


def _binding(number, lifetime_s):
    user = f"00101{number:010}"
    return {"source": f"2001:db8:{0x8000 + (number >> 16):x}:{number & 0xffff:x}::1b2c",
            "impi": f"{user}@{DOMAIN}", "expires_s": lifetime_s,
            "impus": [f"sip:{user}@{DOMAIN}", f"sip:+1555{user}@{DOMAIN}", f"tel:+1555{user}"]}


def bind(api, first, last, lifetime_s=600_000):
    for at in range(first, last, _CHUNK):
        items = [_binding(number, lifetime_s) for number in range(at, min(at + _CHUNK, last))]
        answer = api.ask("POST", "/v1/bindings:import", {"items": items})
        if answer["bound"] != len(items):
            raise LabError(f"not bound: {answer['refused'][:3]}")


def kernel_bytes(pid):
    """Memory of the maps that the process holds, as the kernel says it."""
    maps = {}
    for name in os.listdir(f"/proc/{pid}/fdinfo"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/fdinfo/{name}", encoding="ascii") as info:
            words = dict(line.split(":", 1) for line in info if ":" in line)
            if "map_id" in words:
                maps[int(words["map_id"])] = int(words["memlock"])
    return sum(maps.values())


def cpu_s(pid):
    """CPU time of the process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        words = stat.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _timed(work):
    begun = time.monotonic()
    result = work()
    return result, time.monotonic() - begun


def _register_ms(lab, numbers):
    """How long a phone waits for the 200, in the median of some."""
    waited = []
    for number in numbers:
        with Phone(lab.network, "ue", f"bench{number}", "192.0.2.2", 20_000 + number) as phone:
            answer, seconds = _timed(phone.register)
            if answer is None or answer.status != 200:
                raise LabError(f"a phone was not registered: {answer}")
            waited.append(1000 * seconds)
    return sorted(waited)[len(waited) // 2]


class Daemon:
    """The guard of a lab with `many` subscribers; each method measures one thing and returns the
    figures by their names."""

    def __init__(self, lab, many):
        self._lab, self._many = lab, many
        self._guard = Guard(lab)

    def start(self):
        self._guard.start("enforce", more=_POOL.format(room=self._many + _EXPIRING + _PHONES))
        self._api = Api(self._guard.socket)

    def memory(self):
        """Per binding: all that the maps take, and what the daemon takes more than with nobody
        bound."""
        empty = self._guard.memory_kib() * 1024, kernel_bytes(self._guard.pid)
        _, seconds = _timed(lambda: bind(self._api, 0, self._many))
        full = self._guard.memory_kib() * 1024, kernel_bytes(self._guard.pid)
        return {"imported_per_second": self._many / seconds,
                "bytes_per_binding": (full[0] - empty[0] + full[1]) / self._many,
                "bytes_per_binding_user": (full[0] - empty[0]) / self._many,
                "bytes_per_binding_kernel": full[1] / self._many,
                "kernel_mib_with_nobody_bound": empty[1] / 2**20}

    def adoption(self):
        """A restart, from the start of the process until it answers, with all of them known."""
        self._guard.kill()
        _, seconds = _timed(self._guard.resume)
        self._api = Api(self._guard.socket)
        if (known := self._bound()) < self._many:
            raise LabError(f"{known} of {self._many} bindings were adopted")
        return {"adopt_1M_s": seconds * 1_000_000 / self._many, "restart_s": seconds}

    def answers(self):
        number = self._many // 2
        impi = _binding(number, 1)["impi"]
        page, first = _timed(lambda: self._api.ask("GET", f"/v1/bindings?limit={_PAGE}"))
        found, one = _timed(lambda: self._api.ask("GET", f"/v1/bindings?impi={impi}"))
        if len(page["items"]) != _PAGE or len(found["items"]) != 1:
            raise LabError(f"found {len(page['items'])} and {len(found['items'])}")
        return {"page_of_1000_ms": 1000 * first, "find_by_impi_ms": 1000 * one}

    def walk(self):
        """All pages while phones register."""
        alone = _register_ms(self._lab, range(20))
        child = self._walker()
        begun, beside = time.monotonic(), []
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            beside.append(_register_ms(self._lab, [20 + len(beside) % 5000]))
        if ended[1] != 0:
            raise LabError("not all pages could be walked")
        return {"walk_all_pages_s": time.monotonic() - begun, "register_ms": alone,
                "register_while_walked_ms": sorted(beside)[len(beside) // 2],
                "register_while_walked_max_ms": max(beside)}

    def _walker(self):
        """A process that walks all pages once; its status is 0 where all were there."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                found = sum(len(page) for page in Api(self._guard.socket).pages())
                status = 0 if found >= self._many else 1
            finally:
                os._exit(status)
        return child

    def expiry(self):
        """CPU time of the daemon for each registration that ends by its time."""
        before = self._bound()
        bind(self._api, self._many, self._many + _EXPIRING, _LIFE_S)
        begun = cpu_s(self._guard.pid)
        wait_until(lambda: self._bound() <= before, 4 * _LIFE_S, "the end of registrations")
        return {"expiry_us": 1e6 * (cpu_s(self._guard.pid) - begun) / _EXPIRING}

    def _bound(self):
        return self._api.ask("GET", "/v1/status")["bindings"]["bound"]

    def stop(self):
        self._guard.detach()
