# SPDX-License-Identifier: BSD-2-Clause
"""A UDP socket more among those of the P-CSCF, which tells what reaches it."""
import time

from lab.processes import start, stop, wait_until

_LISTEN = """
import socket, sys
sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sink.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sink.bind((sys.argv[1], int(sys.argv[2])))
if len(sys.argv) > 3:
    sink.connect((sys.argv[3], int(sys.argv[4])))
print("listens", flush=True)
while True:
    print(sink.recv(65535), flush=True)
"""


class Sink:
    """Inside the block a process in the P-CSCF's cgroup, or that of another side, listens at
    (address, port) of the P-CSCF; peer: to that (address, port) alone."""

    def __init__(self, lab, address, port, cgroup="pcscf", peer=()):
        self._lab, self._at = lab, (address, port, *peer)
        self._cgroup = lab.cgroup(cgroup)
        self._log = lab.directory / f"sink-{port}.log"

    def __enter__(self):
        self._process = start(["/usr/bin/python3", "-c", _LISTEN, *self._at],
                              netns=self._lab.network.name("pcscf"),
                              cgroup=self._cgroup, log=self._log)
        wait_until(lambda: self._said().startswith("listens"), 10, "a sink", self._process)
        return self

    def __exit__(self, *_):
        stop(self._process)
        self._log.unlink()

    def _said(self):
        return self._log.read_text(encoding="utf-8")

    def count(self):
        """How many datagrams came."""
        return self._said().count("\n") - 1

    def got(self, word, timeout_s):
        """Whether a datagram with that word comes within that time."""
        end = time.monotonic() + timeout_s
        while word not in self._said():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True
