# SPDX-License-Identifier: BSD-2-Clause
"""Life of a binding: refresh, end by expiry and by de-registration, release by the operator."""
import time
from datetime import datetime, timezone

from arena import both_families, case, expect, status
from lab.network import UNPROTECTED


@both_families("Life.RegistrationBinds_WithItsIdentitiesAndExpiry", "R8 R20")
def binds(arena, v6):
    alice = arena.registered(v6=v6)
    item = arena.guard.binding_of(alice)
    expect(item, f"no binding of {alice.impi} on {alice.here}")
    expect(alice.impu in item["impus"] and f"sip:{alice.user}.work@ims.test" in item["impus"],
           f"the implicit set, not {item['impus']}")
    left = datetime.fromisoformat(item["expires"]) - datetime.now(timezone.utc)
    expect(620 < left.total_seconds() <= 630, f"granted 600 s and 30 more, not {left}")


@both_families("Life.RefreshKeepsTheBinding", "R1")
def refresh(arena, v6):
    def play(arena):
        alice = arena.registered(v6=v6)
        first = arena.guard.binding_of(alice)
        arena.register(alice)
        expect(arena.guard.binding_of(alice)["id"] == first["id"], "the same binding")
        expect(status(alice.say()) == 200, "and she speaks")
    arena.passes(play)


@case("Life.PortThatIsKeptIsReported", "R17 D.2.3")
def port_kept(arena):
    """A challenged re-registration from the same port: served, and told of. Inside ESP Kamailio's
    policies refuse it (XfrmInTmplMismatch)."""
    alice = arena.registered()
    arena.register(alice)
    told = arena.guard.wait_for(
        lambda: [event for event in arena.guard.cli("events", "--type", "port_reused")["items"]
                 if event["sip"]["impi"] == alice.impi], "the event")
    expect(len(told) == 1, f"the first registration is none: {told}")
    expect(status(alice.say()) == 200, "she speaks")


@both_families("Life.SelectorIsFree_AfterDeregistration", "H20")
def deregistration(arena, v6):
    """Expiry 0 in a protected REGISTER, granted by the core: then another user may bind."""
    alice = arena.registered(v6=v6)
    expect(status(alice.register(expires=0)) == 200, "the core grants it")
    arena.guard.wait_for(lambda: not arena.holds(alice), "the binding ends")
    with arena.thief(alice, "bob") as bob:
        arena.register(bob)
        expect(status(bob.say()) == 200, "the next holder of the selector speaks")


@case("Life.BindingStays_AfterAClearRegisterWithExpiryZero", "H20 H10")
def clear_deregistration(arena):
    """In monitor, where even its granted answer in clear gets through."""
    arena.set_mode("monitor")
    alice = arena.registered()
    with arena.thief(alice, port=alice.port) as thief:
        thief.user, thief.impi, thief.impu = alice.user, alice.impi, alice.impu
        answer = thief.register(protected=UNPROTECTED, expires=0)
        expect(status(answer) == 200, "the core grants it")
    time.sleep(0.2)  # the time of any message of the guard's to itself
    expect(arena.holds(alice), "the binding stays")


@both_families("Life.OperatorReleasesABinding", "R20")
def release(arena, v6):
    alice = arena.registered(v6=v6)
    arena.guard.cli("bindings", "release", arena.guard.binding_of(alice)["id"])
    expect(not arena.holds(alice), "it is gone from the list")
    with arena.thief(alice, "bob") as bob:
        arena.register(bob)


@both_families("Life.EndedLeaseFreesItsAddress", "R4 H21")
def lease(arena, v6):
    """The address went to bob, whose phone asks from the port that alice's had."""
    alice = arena.registered(v6=v6)
    with arena.thief(alice, "bob") as bob:
        expect(not arena.answered(bob, bob.register_request(), UNPROTECTED),
               "bob is refused while it is hers")
        ended = arena.guard.cli("lease", "release", alice.address)["released"]
        expect(alice.impi in [each["impi"] for each in ended], f"released: {ended}")
        arena.register(bob)
        expect(status(bob.say()) == 200, "bob speaks")
        expect(not arena.answered(bob, bob.request("MESSAGE", sender=alice.impu)),
               "bob speaks as alice")
        expect(arena.guard.cli("lease", "release", "192.0.2.250")["released"] == [], "nobody's")
        wrong = arena.guard.run("lease", "release", "192.0.2.7:5060")
        expect(wrong.returncode == 2 and "address or a prefix" in wrong.stderr, wrong.stderr)


@both_families("Life.OperatorBindsAPhone", "R20")
def add(arena, v6):
    """A phone that registered before the guard came."""
    alice = arena.phone(v6=v6)
    arena.set_mode("off")
    expect(status(alice.register()) == 200, "she registers")
    arena.set_mode("enforce")
    item = arena.guard.binding_of(alice)
    if item:
        arena.guard.cli("bindings", "release", item["id"])
    expect(status(alice.say()) is None, "unbound, she is not heard")
    arena.guard.cli("bindings", "add", alice.here, "--impi", alice.impi, "--impu", alice.impu,
                    "--expires", "60s")
    expect(status(alice.say()) == 200, "bound by hand, she is")
