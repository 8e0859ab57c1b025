# SPDX-License-Identifier: BSD-2-Clause
"""What the end-to-end cases play in: one lab, one guard, and selectors that nobody else uses."""
import contextlib
import dataclasses
import itertools
import time

from lab.guard import Guard
from lab.lab import Lab
from lab.network import GM4B, GM4C, PROTECTED, PROTECTED_B, UNPROTECTED_B
from lab.phone import ANSWER_WITHIN, Phone
from listeners import LISTENERS

# Pools beside the lab's own 2001:db8:64::/48 (a /64 is one subscriber). Sources in no pool: pair.
POOLS = f"""
[[pool]]
name = "whole-v4"
prefix = "192.0.2.192/26"
unit = 32
port = false
[[pool]]
name = "whole-v6"
prefix = "2001:db8:128::/48"
unit = 128
port = false
[[pool]]
name = "slash56"
prefix = "2001:db8:56::/48"
unit = 56
port = false
[[listener]]
name = "gm4b"
profile = "annex-d"
address = "{GM4B}"
unprotected_ports = [{UNPROTECTED_B}]
protected_ports = [{PROTECTED_B}]
protection = "terminated"
[[listener]]
name = "gm4c"
profile = "annex-d"
address = "{GM4C}"
protected_ports = [{PROTECTED}]
protection = "esp"
{LISTENERS}"""

MODES = ("off", "monitor", "enforce")
_CASES = []


class Skip(Exception):
    """The case cannot be played here; says why."""


@dataclasses.dataclass
class Case:
    name: str
    play: object  # a function of Arena
    rows: str     # of the requirements, or rules of the threats


def case(name, rows, **arguments):
    """Makes the function a case; arguments go to it. May stand several times above one function."""
    def add(function):
        _CASES.append(Case(name, lambda arena: function(arena, **arguments), rows))
        return function
    return add


def both_families(name, rows, **arguments):
    """Makes the function two cases, with v6 False and True."""
    def add(function):
        for family, v6 in (("v4", False), ("v6", True)):
            case(f"{name}_{family}", rows, v6=v6, **arguments)(function)
        return function
    return add


def cases():
    return list(_CASES)


def expect(condition, words):
    if not condition:
        raise AssertionError(words)


def status(answer):
    return answer.status if answer else None


class Arena:
    """Every phone it makes is a new user on a new selector, closed after the case."""

    kind_of_phone = Phone
    patience_s, quick_s = ANSWER_WITHIN, 0.45  # for what must be answered, and what must not be

    def __init__(self, lab=None, guard=Guard):
        self.lab = lab or Lab()
        self.guard = guard(self.lab)
        self.mode = None
        self.has_open = False  # whether the listeners that nobody judges are just that
        self._numbers = itertools.count(1)
        self._wholes = itertools.count(1)
        self._open = contextlib.ExitStack()
        self.lasting = contextlib.ExitStack()  # until down()

    def up(self):
        self.lab.up()
        self.guard.start("enforce", POOLS)
        self.mode = "enforce"

    def down(self):
        self._open.close()
        self.lasting.close()
        self.guard.stop()
        self.lab.down()

    def after_case(self):
        """Leaves nothing of a case, also of one that failed half-way."""
        self._open.close()
        if self.mode != "enforce":
            self.set_mode("enforce")

    def set_mode(self, mode):
        self.guard.set_mode(mode)
        self.mode, self.has_open = mode, False

    # --- phones

    def number(self):
        return next(self._numbers)

    def address(self, v6=False, side="ue"):
        """One that no other case uses. IPv4 ones repeat after 50 phones, with other ports."""
        number = self.number()
        if v6:
            return f"2001:db8:e2e:{number:x}::a"
        return f"192.0.2.{(70 if side == 'ue' else 120) + number % 50}"

    def whole_address(self, v6=False):
        """One in the pools where the address is the selector, whatever the port."""
        number = next(self._wholes)
        return f"2001:db8:128::{number:x}" if v6 else f"192.0.2.{192 + number}"

    def phone(self, user="alice", address=None, port=None, side="ue", v6=False, plain=False,
              **more):
        """A phone of a new user named like `user`; plain: of this very user."""
        number = self.number()
        phone = self.kind_of_phone(
            self.lab.network, side, user if plain else f"{user}{number}",
            address or self.address(v6, side), port or 20000 + number, **more)
        if side == "evil":  # it may be a victim's, and a later case's phone has it
            self._open.callback(self.lab.network.take, side, phone.address)
        return self._open.enter_context(phone)

    def attacker(self, user="mallory", **more):
        return self.phone(user, side="evil", **more)

    def registered(self, *arguments, **more):
        """A phone that has registered, and the guard has learned it."""
        phone = self.phone(*arguments, **more)
        self.register(phone)
        return phone

    def register(self, phone, **changes):
        patience, phone.patience_s = phone.patience_s, 4 * self.patience_s  # on a busy host
        answer = phone.register(**changes)
        phone.patience_s = patience
        expect(status(answer) == 200, f"{phone.user} registers: {status(answer)}")
        if self.mode:
            self.guard.wait_for(lambda: self.holds(phone), f"a binding of {phone.impi}")
        return answer

    def holds(self, phone):
        """Whether the guard has a live binding of the phone's user."""
        return any(item["impi"] == phone.impi and item["state"] == "bound"
                   for item in self.guard.bindings())

    @contextlib.contextmanager
    def thief(self, victim, user="mallory", port=None):
        """Inside the block: an attacker who has the victim's address, and gets its packets."""
        with self.lab.network.stolen(victim.address):
            number = self.number()
            with Phone(self.lab.network, "evil", f"{user}{number}", victim.address,
                       port or victim.port) as phone:
                yield phone

    # --- judgements

    def answered(self, phone, data, port=PROTECTED, want=None):
        """How often a request is answered: 0 or 1; want: only with that status. In enforce it is
        sent once, elsewhere repeated if need be."""
        phone.patience_s = self.quick_s if self.mode == "enforce" else self.patience_s
        answer = phone.ask(data, port)
        phone.patience_s = self.patience_s
        return int(answer is not None and want in (None, answer.status))

    def refused(self, attack, reason, also=()):
        """Plays the attack with the guard off, in monitor and in enforce: attack(arena) sets its
        own scene and returns how often it succeeded, out of how many tries. Off: always, uncounted.
        Monitor: always, and reported. Enforce: never, counted. `also`: reasons that a further step
        of the same attack may have."""
        for mode in MODES:
            self.set_mode(mode)
            before = self.guard.counts()
            succeeded, tries = attack(self)
            counts = self.guard.since(before)
            wanted = 0 if mode == "enforce" else tries
            expect(succeeded == wanted,
                   f"{mode}: {succeeded} of {tries} succeeded; counted {_words(counts)}")
            _check_counts(mode, counts, reason, also)

    def passes(self, play):
        """Plays in enforce; nothing may be dropped, nor reported in monitor."""
        for mode in ("monitor", "enforce"):
            self.set_mode(mode)
            before = self.guard.counts()
            play(self)
            counts = self.guard.since(before)
            expect(not counts.dropped and not counts.would_drop, f"{mode}: {_words(counts)}")


def _words(counts):
    return f"dropped {dict(counts.dropped)}, would_drop {dict(counts.would_drop)}"


def _check_counts(mode, counts, reason, also):
    field = {"off": {}, "monitor": counts.would_drop, "enforce": counts.dropped}[mode]
    other = counts.dropped if mode == "monitor" else counts.would_drop
    expect(mode == "off" or reason in field, f"{mode}: no {reason}; {_words(counts)}")
    strangers = (set(field) - {reason, *also}) | set(other)
    if mode == "off":
        strangers |= set(counts.dropped)
    expect(not strangers, f"{mode}: also counted {sorted(strangers)}; {_words(counts)}")


def tell(line):
    print(line, flush=True)


def play_all(arena, chosen):
    """Returns (passed, failed, skipped)."""
    tally = {"ok": 0, "FAIL": 0, "skip": 0}
    for each in chosen:
        begun = time.monotonic()
        word, why = _play(arena, each)
        tally[word] += 1
        took = time.monotonic() - begun
        slow = f" ({took:.1f} s)" if took >= 1 else ""
        tell(f"{word} {each.name}{': ' + why if why else ''}{slow}")
    return tally["ok"], tally["FAIL"], tally["skip"]


def _play(arena, each):
    try:
        each.play(arena)
        return "ok", ""
    except Skip as why:
        return "skip", str(why)
    except Exception as error:  # a case that breaks must not take the others along
        return "FAIL", f"{type(error).__name__ if not isinstance(error, AssertionError) else ''}" \
                       f" {error} [{each.rows}]".strip()
    finally:
        arena.after_case()
