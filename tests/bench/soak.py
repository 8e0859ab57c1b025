# SPDX-License-Identifier: BSD-2-Clause
"""Mixed traffic for as long as is wanted: phones that register, speak and register anew beside a
flood. Memory is to stay as it is, and no record may find a ring full."""
import random
import time

from lab.flood import Flood
from lab.guard import Guard
from lab.phone import Phone
from lab.processes import LabError

_FLOOD = 2000   # packets a second
_PHONES = 40
_WARM_S = 36    # until the log of events is full, and transactions end (64*T1) as others begin
_RINGS = ("sip_clear", "sip_inner", "sip_core", "events")


class _Phones:
    """Phones of which one does something now and then."""

    def __init__(self, lab):
        self._phones = [Phone(lab.network, "ue", f"soak{n}", "192.0.2.2", 30_000 + n)
                        for n in range(_PHONES)]
        self._registered = set()
        self._dice = random.Random(1)
        self.done, self.failed = 0, 0

    def step(self):
        """One registers, where it is not registered or one time in three, else it speaks."""
        phone = self._dice.choice(self._phones)
        registers = phone not in self._registered or self._dice.random() < 0.33
        answer = phone.register() if registers else phone.say()
        if answer is not None and answer.status == 200:
            self._registered.add(phone)
            self.done += 1
        else:
            self.failed += 1
            print(f"{phone.user}, {'a REGISTER' if registers else 'a MESSAGE'}: "
                  f"{answer.status if answer else 'no answer'}, step {self.done + self.failed}",
                  flush=True)

    def close(self):
        for phone in self._phones:
            phone.close()


def soak(lab, seconds):
    """The figures by their names."""
    guard = Guard(lab)
    guard.start("enforce")
    phones = _Phones(lab)
    memory = []
    begun = time.monotonic()
    try:
        with Flood(lab.network, "evil", "192.0.2.66", _FLOOD) as flood:
            while (now := time.monotonic() - begun) < seconds:
                phones.step()
                if now > min(_WARM_S, seconds * 0.6):
                    memory.append(guard.memory_kib())
        time.sleep(1)  # what is in the rings is read
        losses = guard.cli("status")["losses"]
        dropped = sum(guard.counts().dropped.values())
    finally:
        phones.close()
        guard.detach()
    if not memory or not phones.done:
        raise LabError("nothing happened in the soak")
    quarter = max(1, len(memory) // 4)
    growth = max(memory[-quarter:]) - max(memory[:quarter])
    return {"soak_s": seconds, "soak_flood_pps": flood.sent / flood.seconds,
            "soak_dropped_share": dropped / flood.sent, "soak_steps": phones.done,
            "soak_steps_failed": phones.failed, "soak_growth_kib": growth,
            "soak_reports_held_back": losses["suppressed"],
            "soak_records_lost": sum(losses[ring] for ring in _RINGS)}
