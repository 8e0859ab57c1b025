# SPDX-License-Identifier: BSD-2-Clause
"""What the cases with real ESP play in: the arena of the end-to-end cases, on the IMS lab."""
import contextlib

from arena import Arena, expect, status
from lab.ims.lab import ImsLab
from lab.ims.phone import EspPhone
from lab.processes import LabError, wait_until
from rest import RestGuard


# Where ts33203 would contest selectors: the addresses of the phones, but for 192.0.2.192/26.
_STRICT = "".join(f"""
[[pool]]
name = "strict-{number}"
prefix = "{prefix}"
unit = {unit}
port = true
conflict = "strict"
""" for number, (prefix, unit) in enumerate((
    ("192.0.2.64/26", 32), ("192.0.2.128/26", 32), ("2001:db8:e2e::/48", 64))))


class EspArena(Arena):
    """Waits long for what must come, as all is emulated, and as long as an answer takes there for
    what must not."""

    kind_of_phone = EspPhone
    patience_s, quick_s = 12, 2.5

    def __init__(self):
        super().__init__(ImsLab(), RestGuard)
        self.guard.patience_s, self.guard.start_s = 30, 240
        self._phones = []

    def up(self):
        self.lab.up()

    def judge_by(self, profile):
        """The guard afresh, under that profile."""
        self.guard.stop()
        self.guard.profile = profile
        self.guard.start("enforce", _STRICT if profile == "ts33203" else "")
        self.mode = "enforce"

    def phone(self, *arguments, **more):
        phone = super().phone(*arguments, **more)
        phone.patience_s = self.patience_s
        self._phones.append(phone)
        return phone

    @contextlib.contextmanager
    def phones_of(self, kind):
        """Inside the block its phones are of that kind."""
        before, self.kind_of_phone = self.kind_of_phone, kind
        try:
            yield
        finally:
            self.kind_of_phone = before

    def after_case(self):
        """No association is left: the P-CSCF has few. A phone that is gone cannot leave."""
        phones = [phone for phone in self._phones if self.lab.core.is_registered(phone.impi)]
        self._phones = []
        gone = all(phone.sas for phone in phones) and self._all_leave(phones)
        super().after_case()
        if not gone:
            self.lab.restart()

    def _all_leave(self, phones):
        with contextlib.suppress(OSError):
            for phone in phones:
                phone.leave()
        return self.comes_true(lambda: not any(self.lab.core.is_registered(phone.impi)
                                               for phone in phones), 5)

    def comes_true(self, condition, timeout_s=None):
        """Whether it does, within the time for what must be, or in enforce must not be."""
        timeout_s = timeout_s or (self.quick_s if self.mode == "enforce" else self.patience_s)
        try:
            wait_until(condition, timeout_s, "")
            return True
        except LabError:
            return False

    def binding(self, phone):
        """The guard's binding of the phone by its present associations, once it is bound."""
        def look():
            return next((each for each in self.guard.bindings()
                         if (each["impi"], each["state"]) == (phone.impi, "bound")
                         and each["port"] in (phone.sas.port_c, None)), None)
        return self.guard.wait_for(look, f"a binding of {phone.impi} at {phone.client_end}")

    def hears(self, phone, body="hello"):
        """The core has a MESSAGE for the phone, which gets and answers it."""
        call_id = self.lab.core.deliver(phone.impu, body=body)
        expect(call_id, f"{phone.impu} is not registered with the core")
        message = phone.take_message(self.patience_s)
        expect(message and message["Call-ID"] == call_id, f"no MESSAGE for {phone.user}")
        wait_until(lambda: call_id in self.lab.core.answers, self.patience_s,
                   f"{phone.user}'s answer at the core")
        return message

    def speaks(self, phone, **changes):
        """The phone's MESSAGE is answered, and the core takes the phone for its own user."""
        answer = phone.say(**changes)
        expect(status(answer) == 200, f"{phone.user} says something: {status(answer)}")
        expect(answer["X-Asserted"] == f"<{changes.get('sender', phone.impu)}>",
               f"{phone.user} is taken for {answer['X-Asserted']}")
