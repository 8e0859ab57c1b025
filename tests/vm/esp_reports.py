# SPDX-License-Identifier: BSD-2-Clause
"""What is told of registrations inside ESP: failures by the timer (D.2.2), agreements that were changed."""
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
        phone.begin_anew()
        expect(status(phone.register()) == 200, "with the right key it registers")
        arena.binding(phone)
        _fails(arena, other)  # whose report shows that the first one's would have come
        arena.guard.wait_for(lambda: events_of(arena, "reported", other.impi), "the other's report")
        expect(all(other.impu in report["To"] for report in home.told()), "the first is reported")
        expect([each["sip"]["impi"] for each in hook.events] == [other.impi], f"{hook.events}")
        arena.speaks(phone)


def _answer_with(phone, challenge, client=None, server=None):
    """The second step, repeating another agreement than was made."""
    phone.take_up(challenge)
    phone.speak_from(phone.sas.port_c, phone.sas.port_s)
    data = phone.register_request(authorization=phone.credentials()).decode()
    for whole, changed in ((phone.sas.client, client), (phone.sas.server, server)):
        if changed:
            expect(whole in data, f"{whole} is not in it")
            data = data.replace(whole, changed(whole))
    return phone.ask(data.encode(), phone.protected)


def _weaker(text):
    return text.replace("hmac-sha-1-96", "hmac-md5-96")


@case("Esp.ChangedAgreementIsTold", "R9 A19")
def changed_agreement(arena):
    """Kamailio 5.6.3 takes whatever Security-Verify and Security-Client come back."""
    for changes in ({"client": _weaker}, {"server": _weaker}):
        phone = arena.phone()
        answer = _answer_with(phone, phone.ask_to_register(), **changes)
        expect(status(answer) == 200, f"{changes}: {status(answer)}")
        arena.binding(phone)
        arena.speaks(phone)
        found = arena.guard.wait_for(lambda: events_of(arena, "sec_agree_mismatch", phone.impi),
                                     f"{changes}: the event")
        expect(len(found) == 1, f"{found}")
        arena.guard.wait_for(
            lambda: any(fault["fault"] == "agreement"
                        for each in arena.guard.associations(phone, "bound")
                        for fault in each["deviations"]), f"{changes}: in the audit")
    honest = arena.registered()
    expect(not events_of(arena, "sec_agree_mismatch", honest.impi), "an honest phone is told of")
