# SPDX-License-Identifier: BSD-2-Clause
"""The scenes of the demo: what is played, and what must come out with the guard off, in monitor
and in enforce.

A scene plays the same in all three and says what the phones saw. Registrations and requests are
SIPp's. Every scene has selectors of its own, so that none disturbs another. IPsec ends before this
P-CSCF (the listener's protection is `terminated`): who has no security association, because he
never registered, has no way to the protected port. The attackers here keep to that.
"""
import collections
import contextlib
import dataclasses
import time

from .flood import Flood
from .guard import Counts
from .network import UNPROTECTED
from .sipp import SippPhone

NO_ANSWER = "no answer"
MALLORY4, MALLORY6 = "192.0.2.66", "2001:db8:66:66::66"
LONG = "p" * 1700  # makes a REGISTER longer than the MTU

# What must come out in one mode: the answers, in order; the reason that must be among the drops
# (enforce) or would-be drops (monitor), or "" for none at all.
Expected = collections.namedtuple("Expected", "answers reason")


@dataclasses.dataclass
class Seen:
    """What a scene saw: statuses (or NO_ANSWER) in order, and what is worth telling of them."""
    answers: list
    note: str = ""


@dataclasses.dataclass
class Scene:
    key: str
    title: str
    play: object      # a function of Stage, returns Seen
    expected: dict    # mode -> Expected
    lead: int = 0     # so many steps only set the scene; the table leaves them out
    may_also: tuple = ()  # further reasons that may be counted, in monitor and enforce

    @property
    def is_attack(self):
        """Whether enforce keeps something from its answer that gets it without the guard."""
        return self.expected["off"].answers != self.expected["enforce"].answers


class Stage:
    """What a scene needs of the lab."""

    NO_COUNTS = Counts({}, {})

    def __init__(self, lab, guard):
        self.lab, self.guard = lab, guard

    def phone(self, user, address, port=5070):
        return SippPhone(self.lab, "ue", user, address, port)

    def attacker(self, address, port=5070, user="mallory"):
        return SippPhone(self.lab, "evil", user, address, port)

    def stolen(self, address):
        return self.lab.network.stolen(address)


def status(answer):
    return str(answer.status) if answer else NO_ANSWER


def _status_as(victim, answer):
    """The status, where the attacker is taken for the victim: asserted, or shown as From."""
    if answer and victim.impu not in (answer["X-Asserted"].strip("<>"), answer["X-From"]):
        return f"{answer.status}, not as {victim.user}"
    return status(answer)


def _taken_for(answer):
    """Whom the core takes the sender of an answered request for, and whom its receiver sees."""
    if not answer or answer.status != 200:
        return ""
    asserted, shown = answer["X-Asserted"].strip("<>"), answer["X-From"]
    return f"core sees {asserted}" if asserted == shown else f"core sees {asserted}, From {shown}"


def _all(*answers):
    return [status(answer) for answer in answers]


# --- what a phone may

def own_registration(address):
    def play(stage):
        alice = stage.phone("alice", address)
        return Seen(_all(alice.register(), alice.say()))
    return play


def bob_beside_alice(stage):
    """Same address, another port: the pair is the selector."""
    alice, bob = stage.phone("alice", "192.0.2.12"), stage.phone("bob", "192.0.2.12", 5080)
    return Seen(_all(alice.register(), bob.register(), alice.say(), bob.say()))


def own_identities(stage):
    alice = stage.phone("alice", "192.0.2.13")
    answers = [alice.register()]
    for sender in ("sip:alice@ims.test", "sip:alice.work@ims.test", "tel:+15550101"):
        answers.append(alice.say(sender=sender))
    return Seen(_all(*answers), _taken_for(answers[-1]))


def privacy_address(stage):
    first, second = (stage.phone("alice", f"2001:db8:64:14::{host}") for host in ("a", "77fe"))
    return Seen(_all(first.register(), second.register(), second.say()))


def neighbour_slash64(stage):
    alice = stage.phone("alice", "2001:db8:64:15::a")
    bob = stage.phone("bob", "2001:db8:64:16::a")
    return Seen(_all(alice.register(), bob.register(), bob.say()))


def long_registration(address):
    def play(stage):
        return Seen(_all(stage.phone("alice", address).register(pad=LONG)))
    return play


# --- what an attacker tries

def taken_pair(stage):
    alice = stage.phone("alice", "192.0.2.20")
    first = alice.register()
    with stage.stolen(alice.address):
        second = stage.attacker(alice.address).register()
    return Seen(_all(first, second))


def seed_attack(stage):
    """The contribution's clause 2.1, both steps."""
    alice = stage.phone("alice", "192.0.2.21")
    answers = [alice.register()]
    with stage.stolen(alice.address):
        mallory = stage.attacker(alice.address)
        answers.append(mallory.register())
        if answers[-1] and answers[-1].status == 200:
            call = mallory.say("INVITE", sender=alice.impu)
            return Seen([*_all(*answers), _status_as(alice, call)], _taken_for(call))
    return Seen(_all(*answers))


def taken_slash64(stage):
    alice = stage.phone("alice", "2001:db8:64:22::a")
    mallory = stage.attacker("2001:db8:64:22::bad")
    return Seen(_all(alice.register(), mallory.register()))


def foreign_contact(pad=""):
    def play(stage):
        alice = stage.phone("alice", "192.0.2.23" if not pad else "192.0.2.24")
        mallory = stage.attacker(MALLORY4, 5123 if not pad else 5124)
        return Seen(_all(alice.register(), mallory.register(contact=alice.here, pad=pad)))
    return play


def clear_requests(stage):
    alice = stage.phone("alice", "192.0.2.25")
    first = alice.register()
    with stage.stolen(alice.address):
        mallory = stage.attacker(alice.address)
        answers = [mallory.say(method, UNPROTECTED, sender=alice.impu)
                   for method in ("INVITE", "OPTIONS", "MESSAGE")]
    return Seen([status(first), *(_status_as(alice, answer) for answer in answers)],
                _taken_for(answers[-1]))


def clear_response(stage):
    mallory = stage.attacker(MALLORY4, 5126)
    return Seen(_all(mallory.register(protected=UNPROTECTED)))


def spoofed_identity(address, own):
    def play(stage):
        alice, mallory = stage.phone("alice", address), stage.attacker(own, 5127)
        registered = [alice.register(), mallory.register()]
        answers = [mallory.say(method, sender=alice.impu) for method in ("MESSAGE", "INVITE")]
        return Seen([*_all(*registered), *(_status_as(alice, answer) for answer in answers)],
                    _taken_for(answers[-1]))
    return play


def flood(stage):
    alice = stage.phone("alice", "192.0.2.30")
    first = alice.register()
    before = stage.lab.pcscf_cpu_s()
    with contextlib.ExitStack() as junk:
        pouring = junk.enter_context(Flood(stage.lab.network, "evil", MALLORY4, 5000))
        answers = [alice.register(), alice.say(), alice.register()]
        time.sleep(0.5)
    used = (stage.lab.pcscf_cpu_s() - before) / pouring.seconds
    rate = pouring.sent / pouring.seconds
    return Seen(_all(first, *answers), f"{rate:.0f} junk packets/s, Kamailio at {used:.0%} CPU")


def _passes(count):
    answers = ["200"] * count
    return {mode: Expected(answers, "") for mode in ("off", "monitor", "enforce")}


def _attack(passed, reason, blocked):
    """Succeeds without the guard, is reported in monitor, is stopped in enforce."""
    return {"off": Expected(passed, ""), "monitor": Expected(passed, reason),
            "enforce": Expected(blocked, reason)}


def _refused(legitimate, attacked, reason):
    """So many legitimate steps, then as many attacks that get no answer in enforce."""
    passed = ["200"] * (legitimate + attacked)
    return _attack(passed, reason, ["200"] * legitimate + [NO_ANSWER] * attacked)


SCENES = [
    Scene("own-v4", "alice registers and sends a message (IPv4)",
          own_registration("192.0.2.10"), _passes(2)),
    Scene("own-v6", "alice registers and sends a message (IPv6)",
          own_registration("2001:db8:1:11::a"), _passes(2)),
    Scene("bob", "bob registers beside alice: same address, own port",
          bob_beside_alice, _passes(4)),
    Scene("own-identities", "alice speaks as each of her identities, sip and tel",
          own_identities, _passes(4)),
    Scene("privacy-address", "alice moves to a privacy address in her /64",
          privacy_address, _passes(3)),
    Scene("neighbour-64", "bob registers in the neighbouring /64", neighbour_slash64, _passes(3)),
    Scene("long-v4", "alice's REGISTER comes in fragments (IPv4)",
          long_registration("192.0.2.14"), _passes(1)),
    Scene("long-v6", "alice's REGISTER comes in fragments (IPv6)",
          long_registration("2001:db8:1:17::a"), _passes(1)),
    Scene("taken-pair", "mallory registers on alice's address and port",
          taken_pair, _refused(1, 1, "selector_taken"), 1, ("user_mismatch",)),
    Scene("seed-attack", "... and calls as alice: the attack of clause 2.1",
          seed_attack, _attack(["200"] * 3, "selector_taken", ["200", NO_ANSWER]),
          1, ("user_mismatch",)),
    Scene("taken-64", "mallory registers from another address in alice's /64",
          taken_slash64, _refused(1, 1, "selector_taken"), 1, ("user_mismatch",)),
    Scene("foreign-contact", "mallory registers with alice's address as Contact",
          foreign_contact(), _refused(1, 1, "contact_mismatch"), 1),
    Scene("long-foreign", "... in fragments", foreign_contact(LONG),
          _refused(1, 1, "contact_mismatch"), 1),
    Scene("clear-requests", "INVITE, OPTIONS, MESSAGE as alice on the unprotected port",
          clear_requests, _refused(1, 3, "not_register"), 1),
    Scene("clear-response", "mallory answers the challenge in clear",
          clear_response, _refused(0, 1, "clear_response")),
    Scene("spoofed-v4", "mallory, registered, sends and calls as alice (IPv4)",
          spoofed_identity("192.0.2.27", MALLORY4), _refused(2, 2, "identity_not_bound"), 2),
    Scene("spoofed-v6", "mallory, registered, sends and calls as alice (IPv6)",
          spoofed_identity("2001:db8:1:28::a", MALLORY6), _refused(2, 2, "identity_not_bound"), 2),
    Scene("flood", "alice refreshes while 5,000 junk packets/s come",
          flood, _attack(["200"] * 4, "not_sip", ["200"] * 4),
          1, ("not_register", "keepalive", "malformed", "ambiguous", "rate_limited")),
]
