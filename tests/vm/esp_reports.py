# SPDX-License-Identifier: BSD-2-Clause
"""Phones whose messages ESP does not take: the home network is told when their timer ends
(D.2.2)."""
from arena import case, expect, status
from cases_report import events_of, expect_report, told

TIMER_S = 8  # a phone registers in less, also where all is emulated


def _fails(arena, phone):
    """It answers its challenge with a wrong key."""
    phone.wrong_key, phone.patience_s = True, 2
    before = arena.lab.xfrm_errors()["XfrmInStateProtoError"]
    expect(phone.register() is None, "it is answered")
    expect(arena.lab.xfrm_errors()["XfrmInStateProtoError"] > before, "ESP let it pass")
    phone.wrong_key, phone.patience_s = False, arena.patience_s


@case("Esp.WrongKeyIsReportedToTheHomeNetwork", "R16 D.2.2")
def wrong_key(arena):
    with told(arena, TIMER_S, "") as (home, hook):
        phone = arena.phone()
        _fails(arena, phone)
        arena.guard.wait_for(lambda: events_of(arena, "reported", phone.impi), "the answer")
        expect_report(home.told()[0], phone, phone.nonce)
        expect(events_of(arena, "reported", phone.impi)[0]["sip"]["status"] == 403, "by 403")
        expect([each["sip"]["impi"] for each in hook.events] == [phone.impi], f"{hook.events}")
        expect(not arena.holds(phone), "it is bound")


@case("Esp.ReportIsCancelled_WhenThePhoneSucceedsBeforeTheEnd", "R16 H22")
def in_time(arena):
    with told(arena, TIMER_S, "") as (home, hook):
        phone, other = arena.phone(), arena.phone("bob")
        _fails(arena, phone)
        phone.sas.remove(phone.network, phone.side)
        expect(status(phone.register()) == 200, "with the right key it registers")
        arena.binding(phone)
        _fails(arena, other)  # whose report shows that the first one's would have come
        arena.guard.wait_for(lambda: events_of(arena, "reported", other.impi), "the other's report")
        expect(all(other.impu in report["To"] for report in home.told()), "the first is reported")
        expect([each["sip"]["impi"] for each in hook.events] == [other.impi], f"{hook.events}")
        arena.speaks(phone)
