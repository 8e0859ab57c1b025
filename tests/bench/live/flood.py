# SPDX-License-Identifier: BSD-2-Clause
"""bench_flood, and what it sends: INVITEs, junk, REGISTERs of another than who is bound."""
import random
import subprocess

from lab.guard import find
from lab.network import GM4
from lab.phone import Phone
from lab.processes import LabError, netns_path

from scene import sources

PACKETS = 40000  # of a burst
KINDS = ("invite", "junk", "spoofed")


def _write_payloads(lab):
    """As name=file words for bench_flood. What the flood is to name as its source in each packet
    is written for source 0."""
    address, port = next(sources())
    with Phone(lab.network, "ue", "mallory", address, port) as phone:
        payloads = {"invite": phone.request("INVITE"), "spoofed": phone.register_request()}
    lab.network.take("ue", address)
    # An INVITE is dropped by its first word: who it says it is from matters to nobody.
    payloads["invite"] = payloads["invite"].replace(f"{address}:{port}".encode(), b"192.0.2.66:5060")
    payloads["junk"] = random.Random(1).randbytes(len(payloads["invite"]))
    words = []
    for name, data in payloads.items():
        path = lab.directory / f"{name}.payload"
        path.write_bytes(data)
        words.append(f"{name}={path}")
    return words, {name: len(data) for name, data in payloads.items()}


class Flood:
    """Inside the block bench_flood waits for orders, on that CPU."""

    def __init__(self, lab, cpu):
        self._words, self.bytes = _write_payloads(lab)
        network = lab.network
        self._command = ["nsenter", f"--net={netns_path(network.name('ue'))}", "--",
                         find("bench_flood"), cpu, network.mac("ue", "ue0"),
                         network.mac("pcscf"), GM4, *self._words]

    def __enter__(self):
        self._process = subprocess.Popen(
            [str(word) for word in self._command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, start_new_session=True)
        return self

    def __exit__(self, *_):
        self._process.stdin.close()  # ends it
        self._process.wait()
        self._process.stdout.close()

    def _order(self, *words):
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()

    def _answer(self):
        line = self._process.stdout.readline().strip()
        if not line or line.startswith("error"):
            raise LabError(f"bench_flood: {line or 'it has ended'}")
        sent, nanoseconds = line.split()
        return int(sent), float(nanoseconds)

    def burst(self, device, kind, packets=PACKETS):
        """(packets sent, nanoseconds of the CPU for each)."""
        self._order("burst", device, kind, packets)
        return self._answer()

    def begin_to_pour(self, kind, rate, seconds):
        """Goes on by itself, until end()."""
        self._order("pour", "ue0", kind, rate, seconds)

    def end(self):
        """Waits for its end; how many packets were sent."""
        return self._answer()[0]
