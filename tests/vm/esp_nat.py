# SPDX-License-Identifier: BSD-2-Clause
"""Two homes behind NATs of their own, where both phones have the same address: TS 33.203 Annex M,
ESP in UDP (H24)."""
import contextlib

from arena import Skip, case, expect, status
from esp_attacks import spoken_as
from lab.processes import in_netns
from nat_home import AT_HOME, Home, NatPhone, pcscf_of_nats
from nat_sa import PORT_S

_OUTSIDE = "192.0.2.180", "192.0.2.181"


def _tells_associations(arena):
    return arena.guard.cli("status")["sec_path"]


@contextlib.contextmanager
def _phones(arena, loose=False, same_ports=False):
    """Inside the block: alice and bob at their homes, not registered, and the P-CSCF's log. What
    names an address of its home in clear fails contact_source, which only monitors."""
    ports = arena.number()
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(pcscf_of_nats(arena.lab, loose))
        phones = []
        for number, (user, outside) in enumerate(zip(("alice", "bob"), _OUTSIDE)):
            ports += 0 if same_ports else number
            home = stack.enter_context(Home(arena.lab.network, number, outside))
            phone = NatPhone(home, f"{user}{arena.number()}", 20000 + ports, 55000 + ports)
            phone.patience_s = arena.patience_s
            phones.append(stack.enter_context(contextlib.closing(phone)))
        arena.guard.cli("mode", "set", "contact_source", "monitor")
        stack.callback(arena.guard.cli, "mode", "set", "contact_source", "default")
        yield *phones, log


def _registered(arena, phone):
    answer = phone.register()
    expect(status(answer) == 200, f"{phone.user} registers: {status(answer)}")
    bound = arena.binding(phone)
    expect(bound["selector"] == f"{phone.home.outside}:{phone.sas.port_c}",
           f"{phone.user} is bound at {bound['selector']}")


def _would_drop(arena, before):
    counts = arena.guard.since(before)
    expect(not counts.dropped, f"dropped {dict(counts.dropped)}")
    expect(set(counts.would_drop) <= {"contact_mismatch"}, f"{dict(counts.would_drop)}")
    return counts.would_drop["contact_mismatch"]


@case("Profile.TwoPhonesWithOneAddress_BehindTwoNats_AreBothServed", "H24 33.203 M")
def both_are_served(arena):
    if not _tells_associations(arena):
        raise Skip("this kernel does not tell which association decrypted a packet")
    with _phones(arena) as (alice, bob, _):
        before = arena.guard.counts()
        for phone in (alice, bob):
            _registered(arena, phone)
        in_clear = _would_drop(arena, before)
        expect(in_clear, "no Contact of a home in clear")
        for phone in (alice, bob, alice):
            arena.speaks(phone)
            arena.hears(phone, f"for {phone.user}")
            expect(status(phone.refresh()) == 200, f"{phone.user} refreshes")
        expect(_would_drop(arena, before) == in_clear, "a Contact inside is none of its own")
        for phone in (alice, bob):
            inbound = [each for each in arena.guard.associations(phone, "bound")
                       if each["direction"] == "in"]
            expect({each["spi"] for each in inbound} == {phone.sas.peer_spi_c,
                                                         phone.sas.peer_spi_s}, f"{inbound}")
            expect(not any(each["deviations"] for each in inbound), f"{inbound}")


def _from_port_of(victim, attacker):
    """A socket at the attacker's home on the port of the victim, for his own association."""
    home = attacker.home
    home.ip(home.side, "xfrm", "policy", "add", "src", AT_HOME, "dst", attacker.pcscf, "proto",
            "udp", "sport", victim.sas.port_c, "dport", PORT_S, "dir", "out", "tmpl", "src",
            AT_HOME, "dst", attacker.pcscf, "proto", "esp", "reqid", attacker.sas.request.spi,
            "mode", "tunnel")
    attacker.open(victim.sas.port_c)


@case("Profile.NeitherOfTwoPhonesWithOneAddress_SpeaksAsTheOther", "H24 R7 R10")
def neither_speaks_as_the_other(arena):
    """Where the P-CSCF's kernel takes whatever an association carries."""
    if not _tells_associations(arena):
        raise Skip("this kernel does not tell which association decrypted a packet")
    with _phones(arena, loose=True) as (alice, mallory, _):
        for phone in (alice, mallory):
            _registered(arena, phone)
        _from_port_of(alice, mallory)

        def in_her_name(arena):
            return spoken_as(arena, alice, mallory, [
                mallory.request("MESSAGE", sender=alice.impu),
                mallory.request("INVITE", sender=alice.impu, preferred=mallory.impu)])

        def from_her_port(arena):
            with mallory.from_port(alice.sas.port_c):
                return spoken_as(arena, alice, mallory,
                                 [mallory.request("MESSAGE", sender=alice.impu)])
        arena.refused(in_her_name, "identity_not_bound")
        arena.refused(from_her_port, "unregistered", ("identity_not_bound",))
        for phone in (alice, mallory):
            arena.speaks(phone)
        arena.hears(alice)


@case("Profile.SecondPhoneWithOneAddressAndPorts_IsNotServed_AndHarmsNobody", "H24")
def same_ports(arena):
    """The P-CSCF's own policies cannot hold both."""
    if not _tells_associations(arena):
        raise Skip("this kernel does not tell which association decrypted a packet")
    with _phones(arena, same_ports=True) as (alice, bob, log):
        _registered(arena, alice)
        expect("File exists" not in log.read_text(), f"{log.read_text()}")
        refused = arena.lab.xfrm_errors()["XfrmInTmplMismatch"]
        bob.patience_s = arena.quick_s
        challenge = bob.ask_to_register()
        expect(status(challenge) == 401, f"bob is challenged: {status(challenge)}")
        expect(bob.answer(challenge) is None, "bob is answered")
        expect("File exists" in log.read_text(), f"{log.read_text()}")
        expect(arena.lab.xfrm_errors()["XfrmInTmplMismatch"] > refused, "XFRM let it pass")
        expect(not arena.holds(bob), "bob is bound")
        arena.speaks(alice)
        arena.hears(alice)


@case("Profile.EspInUdpIsRefused_WhereTheKernelDoesNotTellAssociationsApart", "H24")
def refused_without(arena):
    if _tells_associations(arena):
        raise Skip("this kernel tells them apart")
    with _phones(arena) as (alice, _, _):
        before = arena.guard.counts()
        alice.patience_s = arena.quick_s
        challenge = alice.ask_to_register()
        expect(status(challenge) == 401, f"challenged: {status(challenge)}")
        expect(alice.answer(challenge) is None, "she is answered")
        counted = arena.guard.since(before).dropped
        expect(set(counted) == {"esp_wrong_source"}, f"counted {dict(counted)}")
        refused = arena.guard.faults("blind")
        expect(refused, "no deviation says why")
