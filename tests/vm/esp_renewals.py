# SPDX-License-Identifier: BSD-2-Clause
"""Re-registration inside ESP (D.2.3): the second set beside the first, and the end of the first."""
from datetime import datetime, timezone

from arena import both_families, case, expect, status
from cases_report import events_of

_GRACE_S = 128  # 64*T1 and as much again, after the first use of the new port


@both_families("Esp.PhoneRenews_WithANewPort", "R17 H17 D.2.3")
def renews(arena, v6):
    """The second set beside the first, challenged where nobody but the core's side can read it."""
    def play(arena):
        phone = arena.registered(v6=v6)
        arena.lab.core.ask_again(phone.impi)
        answer = phone.renew()
        expect(status(answer) == 200, f"re-registration: {status(answer)}")
        expect(phone.sas.request.spi != phone.old.request.spi, "the same association")
        arena.binding(phone)
        arena.speaks(phone)
        arena.hears(phone)
        phone.forget_old()
        arena.speaks(phone)
    arena.passes(play)


def _left_s(item):
    return (datetime.fromisoformat(item["expires"]) - datetime.now(timezone.utc)).total_seconds()


def _old_binding(arena, phone, port):
    return next((each for each in arena.guard.bindings()
                 if each["impi"] == phone.impi and each["selector"].endswith(f":{port}")), None)


@case("Esp.OldPortWorksUntilTheNewOneIsUsed_ThenForItsGrace", "R17 D.2.3")
def old_port(arena):
    def play(arena):
        phone = arena.registered()
        old = phone.port
        arena.lab.core.ask_again(phone.impi)
        challenge = phone.ask_to_renew()
        expect(status(challenge) == 401, f"challenged: {status(challenge)}")
        arena.speaks(phone)  # from the old port: the new one is not bound yet
        expect(status(phone.answer(challenge)) == 200, "it registers from the new port")
        arena.binding(phone)
        arena.speaks(phone)
        arena.guard.wait_for(lambda: events_of(arena, "moved", phone.impi), "it moves")
        left = _left_s(_old_binding(arena, phone, old))
        expect(_GRACE_S - 60 < left <= _GRACE_S, f"the old one has {left} s")
        new, phone.sas = phone.sas, phone.old
        with phone.from_port(old):
            arena.speaks(phone)  # within the grace
        phone.sas = new
        arena.speaks(phone)
    arena.passes(play)


@case("Esp.PortThatIsKeptIsReported", "R17 D.2.3")
def kept(arena):
    """Served, and told of. On a port that is kept Kamailio 5.6.3 has policies for the old set alone
    (XfrmInTmplMismatch); here they are for the new one, as of a P-CSCF that can do it."""
    def play(arena):
        phone = arena.registered()
        before = arena.binding(phone)
        arena.lab.core.ask_again(phone.impi)
        phone.take_up(phone.ask_to_renew(port=phone.port))
        phone.sas.prefer(phone.network)
        answer = phone.ask(phone.register_request(authorization=phone.credentials()),
                           phone.protected)
        expect(status(answer) == 200, f"re-registration: {status(answer)}")
        told = arena.guard.wait_for(lambda: events_of(arena, "port_reused", phone.impi),
                                    "the event")
        expect(len(told) == 1, f"the first registration is none: {told}")
        expect(arena.binding(phone)["id"] == before["id"], "another binding")
        arena.speaks(phone)
    arena.passes(play)
