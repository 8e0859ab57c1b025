# SPDX-License-Identifier: BSD-2-Clause
"""Two users of one selector, where it may be contested: the holder is asked inside ESP, by OPTIONS
from the P-CSCF's own port that the P-CSCF knows nothing of. Needs a kernel that tells a program
which association decrypted a packet."""
from arena import Skip, case, expect, status
from cases_report import events_of
from esp_profile import is_spoken_to, registered, two_ports
from lab import sip
from lab.ims.wire import Wire

_SERIES_S = 8
_LAPSE_S = 128
_POOL = """
[[pool]]
name = "contested"
prefix = "192.0.2.192/26"
port = true
conflict = "contest"
"""


def _address(arena):
    """In no pool, so that its selectors may be contested in the profile ts33203."""
    return f"192.0.2.{200 + arena.number() % 50}"


def _needs_sec_path(arena):
    if not arena.guard.cli("status")["sec_path"]:
        raise Skip("this kernel does not tell which association decrypted a packet")


def _types(arena, impi):
    return [kind for kind in ("contested", "superseded", "address_conflict", "bound")
            if events_of(arena, kind, impi)]


@case("Esp.ContestCannotBeHad_WhereTheKernelDoesNotTellAssociationsApart", "R4 H3")
def cannot_be_had(arena):
    if arena.guard.cli("status")["sec_path"]:
        raise Skip("this kernel tells them apart")
    before = arena.guard.config.read_text(encoding="utf-8")
    arena.guard.config.write_text(before + _POOL, encoding="utf-8")
    try:
        done = arena.guard.run("config", "reload")
        expect(done.returncode != 0 and "contest" in done.stderr and "strict" in done.stderr,
               f"{done.returncode}: {done.stdout}{done.stderr}")
    finally:
        arena.guard.config.write_text(before, encoding="utf-8")


@case("Profile.SilentHolderIsSuperseded", "R4 I5")
def silent(arena):
    """The lease went to bob, whose phone has for port-s what alice's had for port-c. (With the same
    port-c Kamailio 5.6.3, which still has her, takes him for her.)"""
    _needs_sec_path(arena)
    alice = registered(arena, address=_address(arena))
    port_c = alice.sas.port_c
    alice.close()
    bob = arena.phone("bob", alice.address, port_s=port_c)
    answer = bob.register()
    expect(status(answer) == 200, f"bob registers: {status(answer)}")
    expect(not arena.answered(bob, bob.request("MESSAGE"), bob.protected),
           "he speaks before it is known that alice is gone")
    arena.guard.wait_for(lambda: arena.holds(bob), "a binding of bob", _SERIES_S + 10)
    expect(_types(arena, bob.impi) == ["contested", "superseded", "bound"],
           f"events: {_types(arena, bob.impi)}")
    expect(not arena.holds(alice), "alice is bound still")
    arena.speaks(bob)
    expect(not arena.answered(bob, bob.request("MESSAGE", sender=alice.impu), bob.protected),
           "bob speaks as alice")


@case("Profile.HolderWhoAnswersKeepsHerSelector", "R4 I3 H3")
def answers(arena):
    """mallory, at the same address, names alice's port. What he says in the association that the
    P-CSCF makes for him is nobody's; alice is asked, once, and loses nothing."""
    _needs_sec_path(arena)
    alice = registered(arena, address=_address(arena))
    mallory = two_ports(arena, "mallory", address=alice.address)
    challenge = mallory.ask_to_register(port_c=alice.sas.port_c)
    expect(status(challenge) == 401, f"mallory is challenged: {status(challenge)}")
    asked = alice.await_request("OPTIONS", arena.patience_s)
    expect(asked, "alice is not asked")
    expect(asked.came_to.getsockname()[1] == alice.sas.port_s, "it came to port-c")
    expect(asked.source[1] == alice.sas.peer_port_c, f"it is from {asked.source}")
    alice.reply_to(asked)
    expect(alice.await_request("OPTIONS", 5) is None, "she is asked again")
    expect(_types(arena, mallory.impi) == ["contested"], f"{_types(arena, mallory.impi)}")
    _speaks_for_nobody(arena, mallory, challenge, alice)
    arena.speaks(alice)
    is_spoken_to(arena, alice)
    expect(arena.holds(alice), "it is not hers")


def _speaks_for_nobody(arena, mallory, challenge, alice):
    own, data = mallory.agree(challenge), alice.request("MESSAGE")
    before = arena.guard.counts()
    with Wire(mallory.network, mallory.side) as wire:
        wire.send_esp(own, 1, data)
    expect(not arena.comes_true(
        lambda: arena.lab.core.heard_of(sip.parse(data)["Call-ID"]), arena.quick_s),
        "mallory speaks as alice, in an association of his own")
    counted = arena.guard.since(before).dropped
    expect(counted["esp_unknown_spi"], f"counted {dict(counted)}")


@case("Profile.HolderIsAskedThreeTimes", "R4")
def three_times(arena):
    """She gets each, and answers the last."""
    _needs_sec_path(arena)
    alice = registered(arena, address=_address(arena))
    bob = two_ports(arena, "bob", address=alice.address)
    expect(status(bob.ask_to_register(port_c=alice.sas.port_c)) == 401, "bob is challenged")
    asked = [alice.await_request("OPTIONS", arena.patience_s) for _ in range(3)]
    expect(all(asked), f"{sum(map(bool, asked))} of 3 came")
    expect(len({each["Call-ID"] for each in asked}) == 1, "of one series")
    alice.reply_to(asked[-1])
    arena.speaks(alice)
    expect(arena.holds(alice), "she holds it")


@case("Esp.BindingWithoutAssociationsKeepsNobodyOut", "R4 H21")
def lapses(arena):
    """The P-CSCF forgot all associations, as after a restart of it, and alice is gone."""
    alice = arena.registered()
    alice.close()
    arena.lab.restart()
    wanted = [each for each in (arena.guard.binding_of(alice),) if each]
    expect(wanted and wanted[0]["state"] == "bound", f"at first: {wanted}")
    arena.guard.wait_for(
        lambda: (arena.guard.binding_of(alice) or {}).get("state") == "lapsed", "it lapses",
        _LAPSE_S + 30)
    bob = arena.phone("bob", alice.address, alice.port)
    expect(status(bob.register()) == 200, "bob registers at her selector")
    arena.speaks(bob)
    expect(not arena.answered(bob, bob.request("MESSAGE", sender=alice.impu), bob.protected),
           "bob speaks as alice")


@case("Esp.EndedLeaseFreesItsAddress", "R4 R14")
def lease(arena):
    """Strict: the next to have the address need not wait for the end of alice's registration. Whoever
    gives out addresses tells the P-CSCF too."""
    alice = arena.registered()
    alice.close()
    arena.lab.restart()
    bob = arena.phone("bob", alice.address, alice.port)
    bob.patience_s = arena.quick_s
    expect(bob.ask_to_register() is None, "strict: bob is refused while it is hers")
    ended = arena.guard.cli("lease", "release", alice.address)["released"]
    expect(alice.impi in [each["impi"] for each in ended], f"released: {ended}")
    bob.patience_s = arena.patience_s
    expect(status(bob.register()) == 200, "bob registers")
    arena.speaks(bob)
