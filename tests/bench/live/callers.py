# SPDX-License-Identifier: BSD-2-Clause
"""Phones that register while a flood comes, at a rate that does not wait for the answers."""
import contextlib
import selectors
import statistics
import time

from lab import sip
from lab.phone import Phone

PHONES, RATE = 50, 300  # REGISTERs a second, of all of them
LATE_S = 1.0            # after that an answer is none


class Callers:
    """Each from an address of its own."""

    def __init__(self, network):
        self._open = contextlib.ExitStack()
        self._phones = [
            self._open.enter_context(
                Phone(network, "ue", f"caller{number}", f"192.0.2.{100 + number}", 5070))
            for number in range(PHONES)]
        self._selector = self._open.enter_context(selectors.DefaultSelector())
        for phone in self._phones:
            self._selector.register(phone.socket, selectors.EVENT_READ)

    def close(self):
        self._open.close()

    def call(self, seconds):
        """Registers for that long. Returns the times to the challenge, in microseconds, and how
        many REGISTERs were sent."""
        self._sent, self._took = {}, []
        count, begun = int(seconds * RATE), time.monotonic()
        for number in range(count):
            self._listen(begun + number / RATE)
            self._register(self._phones[number % PHONES])
        end = time.monotonic() + LATE_S
        while len(self._took) < count and time.monotonic() < end:
            self._listen(min(end, time.monotonic() + 0.05))
        return self._took, count

    def _register(self, phone):
        request = phone.register_request()
        asked = sip.parse(request)
        self._sent[asked["Call-ID"], asked["CSeq"]] = time.monotonic()
        phone.send(request)

    def _listen(self, until):
        while (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                self._take(key.fileobj.recv(65535), time.monotonic())

    def _take(self, data, now):
        answer = sip.parse(data)
        sent = self._sent.pop((answer["Call-ID"], answer["CSeq"]), None)
        if sent is not None and answer.status == 401 and now - sent <= LATE_S:
            self._took.append((now - sent) * 1e6)


def figures(name, took, count):
    """Under the names of the JSON; no times where nobody was answered."""
    out = {f"{name}_register_ok": round(len(took) / count, 4)}
    if len(took) > 1:
        centiles = statistics.quantiles(took, n=100, method="inclusive")
        out[f"{name}_register_p50_us"] = round(centiles[49])
        out[f"{name}_register_p99_us"] = round(centiles[98])
    return out
