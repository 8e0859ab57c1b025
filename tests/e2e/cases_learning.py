# SPDX-License-Identifier: BSD-2-Clause
"""H1, H4, H10, H16, H20: what an attacker who has read the source does to make the guard learn what
is not so, and what a phone does that must not be taken for more than it is."""
import contextlib
import json

from arena import both_families, case, expect, status
from lab import sip
from lab.kamailio import DOMAIN
from lab.network import CORE, CORE_PORT, GM4, MW, PROTECTED, UNPROTECTED
from raw import Raw


def _is_refused_as(arena, sender, victim):
    """The sender's message in the victim's name is refused, for just that reason."""
    before = arena.guard.counts()
    expect(not _speaks_as(arena, sender, victim), f"{sender.user} speaks as {victim.user}")
    dropped = arena.guard.since(before).dropped
    expect(dropped["identity_not_bound"], f"dropped as {dict(dropped)}")


def _events(arena, kind, impi):
    lines = arena.guard.run("events", "--type", kind, "-o", "jsonl").stdout.splitlines()
    return [event for event in map(json.loads, lines) if impi in json.dumps(event)]


def _set_check(arena, check, mode):
    arena.guard.cli("mode", "set", check, mode)


@contextlib.contextmanager
def _off(arena, check):
    """Inside the block the check is off, the others are as they were."""
    _set_check(arena, check, "off")
    try:
        yield
    finally:
        _set_check(arena, check, "default")


def _speaks_as(arena, sender, victim):
    return arena.answered(sender, sender.request("MESSAGE", sender=victim.impu))


# --- H1: answers that the attacker writes and the core sends

def _through_the_core(asked, victim):
    """The 200 to the REGISTER `asked` with the victim's identity: the P-CSCF passes an answer it
    waits for no longer to the next Via, the core likewise, and it is back from the core itself."""
    return sip.write("SIP/2.0 200 OK", [
        ("Via", f"SIP/2.0/UDP {GM4}:{PROTECTED};branch={sip.branch()}.0"),
        ("Via", f"SIP/2.0/UDP {CORE}:{CORE_PORT};branch={sip.branch()}.0"),
        ("Via", f"SIP/2.0/UDP {MW}:{UNPROTECTED};branch={sip.branch()}.0"),
        ("Via", asked["Via"]), ("From", asked["From"]), ("To", f"{asked['To']};tag=forged"),
        ("Call-ID", asked["Call-ID"]), ("CSeq", asked["CSeq"]),
        ("Contact", asked["Contact"] + ";expires=600"),
        ("P-Associated-URI", f"<{victim.impu}>")])


@case("Learning.ForgedAnswerThroughTheCoreBindsNothing", "H1")
def forged_through_the_core(arena):
    """With the check `side` off, which stops it at the door, the forged answer makes its way to the
    core and back while the true one is under way; it is known by its Via list."""
    alice = arena.registered()
    mallory = arena.registered("slow-mallory", side="evil")  # whom the core answers late
    challenge = mallory.ask(mallory.register_request())
    with _off(arena, "side"):
        data = mallory.register_request(authorization=mallory.credentials(challenge))
        mallory.send(data, PROTECTED)
        mallory.send(_through_the_core(sip.parse(data), alice), PROTECTED)
        arena.guard.wait_for(lambda: _events(arena, "forged_answer", mallory.impi),
                             "the forged answer, back from the core")
        expect(status(mallory.receive()) == 200, "the true answer, or the forged one")
    expect(arena.guard.binding_of(mallory)["impus"] ==
           [mallory.impu, f"sip:{mallory.user}.work@{DOMAIN}"], "bound as the true answer says")
    expect(status(mallory.say()) == 200, "mallory speaks as herself")
    _is_refused_as(arena, mallory, alice)


# --- H10: REGISTERs that only the guard reads

def _ghost_of(data, impersonated, own):
    return data.replace(own.impu.encode(), impersonated.impu.encode()).replace(
        own.impi.encode(), impersonated.impi.encode())


@case("Learning.GhostWithAWrongChecksumBindsNothing", "H10", wrong_checksum=True)
@case("Learning.GhostThatTheCoreAnswersFirstBindsNothing", "H10", wrong_checksum=False)
def ghost(arena, wrong_checksum):
    """A REGISTER for the victim in the protected port, which the P-CSCF never sees (or refuses),
    and the attacker's own one with the same branch, Call-ID and CSeq."""
    alice, mallory = arena.registered(), arena.attacker()
    challenge = mallory.ask(mallory.register_request())
    data = mallory.register_request(authorization=mallory.credentials(challenge))
    with Raw(arena.lab.network, "evil") as raw:
        raw.send((mallory.address, mallory.port), (GM4, PROTECTED),
                 _ghost_of(data, alice, mallory), wrong_checksum)
    mallory.ask(data, PROTECTED)
    expect(not any(alice.impu in item["impus"] for item in arena.guard.bindings()
                   if item["selector"] == mallory.here), "alice's identity on mallory's selector")
    expect(arena.guard.binding_of(alice), "alice keeps hers")
    with _off(arena, "identity_bound"):
        expect(_speaks_as(arena, mallory, alice), "with the check off mallory speaks as alice")
    expect(not _speaks_as(arena, mallory, alice), "mallory speaks as alice")
    arena.register(mallory)
    expect(status(mallory.say()) == 200, "an honest registration mends all")
    _is_refused_as(arena, mallory, alice)


# --- H4: what the controller does not hear

@case("Learning.LossOnPurposeGainsNothing", "H4")
def ring_loss(arena):
    """With the controller held up and the ring of clear REGISTERs full, the attacker registers.
    Unlearned he is nobody, not anybody; nor does his victim suffer."""
    alice = arena.registered()
    with _off(arena, "identity_bound"):
        mallory = arena.attacker()
        with _unheard(arena, mallory):
            expect(_speaks_as(arena, mallory, alice), "with the check off mallory speaks as alice")
    mallory = arena.attacker()
    with _unheard(arena, mallory):
        expect(not _speaks_as(arena, mallory, alice), "unlearned, mallory speaks as alice")
        expect(status(alice.say()) == 200, "alice speaks meanwhile")
    expect(not _speaks_as(arena, mallory, alice), "nor afterwards")
    expect(arena.guard.binding_of(alice), "alice keeps her binding")
    expect(status(alice.register()) == 200 and status(alice.say()) == 200, "and may refresh it")
    arena.register(mallory)
    _is_refused_as(arena, mallory, alice)


@contextlib.contextmanager
def _unheard(arena, mallory):
    """Inside the block the controller is stopped, and mallory has registered beside a full ring."""
    lost = _lost(arena)
    with arena.guard.stopped():
        filling = [mallory.register_request(extra=[("X-Filling", "x" * 6000)]) for _ in range(8)]
        for number in range(1600):
            mallory.send(filling[number % len(filling)])
        answer = mallory.register()
        expect(status(answer) == 200, f"Kamailio takes him: {status(answer)}")
        yield
    arena.guard.wait_for(lambda: _lost(arena) > lost, "the loss is told")


def _lost(arena):
    return arena.guard.cli("status")["losses"]["sip_clear"]


# --- H16: monitor

@both_families("Learning.AttackerIsNotBoundInMonitor", "H16 R18")
def not_in_monitor(arena, v6):
    """In monitor the P-CSCF takes the second user of a selector; the guard keeps to the first, and
    knows which is which when it enforces."""
    alice = arena.registered(v6=v6)
    arena.set_mode("monitor")
    with arena.thief(alice) as mallory:
        expect(status(mallory.register()) == 200, "Kamailio takes the second user")
        arena.guard.wait_for(
            lambda: any(item["impi"] == mallory.impi and item["state"] == "shadow"
                        for item in arena.guard.bindings()), "a shadow of mallory")
        arena.set_mode("enforce")
        expect(not arena.answered(mallory, mallory.request("MESSAGE")), "mallory is refused")
    expect(arena.holds(alice), "the selector is still alice's")
    expect(status(alice.say()) == 200, "and alice speaks")


# --- H20: what looks like the end of a registration

@both_families("Learning.QueryKeepsTheBinding", "H20")
def query(arena, v6):
    """A REGISTER without Contact asks what there is, and its 200 lists what she may not have."""
    def play(arena):
        alice = arena.registered(v6=v6)
        expect(status(alice.register(contacts=[])) == 200, "the query is answered")
        expect(arena.holds(alice), "the binding stays")
        expect(status(alice.say()) == 200, "she speaks")
    arena.passes(play)


def _two_phones(arena):
    """Both registered, of one user; the core lists both Contacts."""
    first, second = arena.registered("many-alice"), arena.phone()
    second.user, second.impi, second.impu = first.user, first.impi, first.impu
    answer = arena.register(second)
    arena.guard.wait_for(lambda: arena.guard.binding_of(second), "a binding of the second phone")
    expect(len(answer.all("Contact")) + answer["Contact"].count(",") > 1,
           f"the core lists both: {answer.all('Contact')}")
    return first, second


@case("Learning.AnotherPhonesEndKeepsTheBinding", "H20")
def other_contacts_end(arena):
    """Two phones of one user: the one that leaves does not take the other along."""
    alice, other = _two_phones(arena)
    expect(status(other.register(expires=0)) == 200, "the second phone leaves")
    arena.guard.wait_for(lambda: arena.guard.binding_of(other)["state"] == "cooldown",
                         "its binding ends")
    expect(arena.guard.binding_of(alice)["state"] == "bound", "the first one's stays")
    expect(status(alice.say()) == 200, "and speaks")


@case("Learning.ForeignContactsInTheAnswerBindNobody", "H20")
def foreign_contacts(arena):
    """The 200 lists all of the user's Contacts: only that of the phone that asked counts."""
    first, second = _two_phones(arena)
    here = {item["selector"] for item in arena.guard.bindings() if item["impi"] == first.impi}
    expect(here == {first.here, second.here}, f"bound where they are: {here}")
