# SPDX-License-Identifier: BSD-2-Clause
"""Registrations that end with their timer (D.2.2): a home network played by SIPp and a webhook are
told, and nobody can have others reported (H22)."""
import contextlib
import re
import time

from arena import POOLS, case, expect, status
from lab.home import HomeNetwork, Hook

TIMER_S = 2


@contextlib.contextmanager
def told(arena, timer_s=TIMER_S, more=POOLS, fails=0):
    """Inside the block the guard has that registration timer, and tells the home network and the
    hook that the block is given."""
    with HomeNetwork(arena.lab) as home, Hook(fails) as hook:
        arena.guard.stop()
        arena.guard.home = f'entry = "{home.entry}"\nwebhook = "{hook.url}"'
        arena.guard.start(arena.mode, f"{more}\n[limits]\nregistration_timer_s = {timer_s}\n")
        try:
            yield home, hook
        finally:
            arena.guard.stop()
            arena.guard.home = ""
            arena.guard.start(arena.mode, more)


def events_of(arena, kind, impi):
    return [event for event in arena.guard.cli("events", "--type", kind, "--limit", 1000)["items"]
            if (event["sip"] or {}).get("impi") == impi]


def begins(phone):
    """A first REGISTER, in clear, and no more; the nonce it was sent."""
    answer = phone.ask(phone.register_request())
    expect(status(answer) == 401, f"challenged: {status(answer)}")
    return re.search(r'\bnonce="([^"]+)"', answer["WWW-Authenticate"]).group(1)


def expect_report(report, phone, nonce):
    """The form of a network authentication failure, by gmguard."""
    credentials = report["Authorization"]
    for wanted in (f'username="{phone.impi}"', f'nonce="{nonce}"', 'response=""'):
        expect(wanted in credentials, f"{wanted} in {credentials}")
    expect("auts" not in credentials, f"auts in {credentials}")
    expect(f"<{phone.impu}>" in report["To"], f"To: {report['To']}")
    expect(report["Call-ID"].startswith("gmguard-"), f"Call-ID: {report['Call-ID']}")
    expect(not report.all("Contact"), "it would bind something")


@case("Report.ReachesTheHomeNetworkAndTheWebhook_WhenThePhoneIsSilent", "R16 D.2.2")
def silent(arena):
    with told(arena, fails=1) as (home, hook):
        alice = arena.phone()
        nonce = begins(alice)
        time.sleep(TIMER_S - 1)
        expect(not home.told() and not hook.requests, "told before the timer's end")
        arena.guard.wait_for(lambda: events_of(arena, "reported", alice.impi), "the answer", 8)
        first, again = home.told()  # SIPp does not answer the first one
        expect(first.headers == again.headers, "it is sent again as it was")
        expect_report(first, alice, nonce)
        event = events_of(arena, "reported", alice.impi)[0]
        expect(event["sip"]["status"] == 403, f"the answer: {event}")
        arena.guard.wait_for(lambda: hook.events, "the webhook, at the second attempt", 5)
        posted = hook.events[0]
        expect(posted["type"] == "auth_timeout" and posted["sip"]["impi"] == alice.impi, f"{posted}")
        expect(posted["id"] == events_of(arena, "auth_timeout", alice.impi)[0]["id"], f"{posted}")
        expect(len(hook.requests) == 2, f"one attempt failed, one did not: {hook.requests}")


@case("Report.IsCancelled_WhenThePhoneAuthenticatesInTime", "R16 H22")
def in_time(arena):
    with told(arena) as (home, hook):
        alice, bob = arena.phone(), arena.phone("bob")
        begins(alice)
        arena.register(alice)
        begins(bob)  # whose report shows that hers would have come
        arena.guard.wait_for(lambda: len(home.told()) > 1, "bob's report", 8)
        expect(all(bob.impu in report["To"] for report in home.told()), "alice is reported")
        expect(not events_of(arena, "auth_timeout", alice.impi), "her timer has ended")
        expect([event["sip"]["impi"] for event in hook.events] == [bob.impi], f"{hook.events}")


@case("Report.NobodyCanHaveARegisteredUserReported", "H22")
def weapon(arena):
    """A first REGISTER with her name, from the attacker's address and from hers."""
    with told(arena) as (home, hook):
        alice, bob = arena.registered(), arena.phone("bob")
        elsewhere = arena.attacker(alice.user, plain=True)
        begins(elsewhere)
        begins(alice)
        arena.guard.wait_for(lambda: events_of(arena, "auth_timeout", alice.impi), "the timer", 8)
        details = {event["detail"] for event in events_of(arena, "auth_timeout", alice.impi)}
        expect(details == {"not reported: this user is registered"}, f"{details}")
        begins(bob)
        arena.guard.wait_for(lambda: len(home.told()) > 1, "bob's report", 8)
        expect(all(bob.impu in report["To"] for report in home.told()), "alice is reported")
        expect([event["sip"]["impi"] for event in hook.events] == [bob.impi], f"{hook.events}")


@case("Report.IsMadeOncePerUser_HoweverManyAddressesAskInItsName", "H22")
def once(arena):
    with told(arena) as (home, _):
        mallory = arena.attacker("victim")
        others = [arena.attacker(mallory.user, plain=True) for _ in range(3)]
        for phone in (mallory, *others):
            begins(phone)
        arena.guard.wait_for(lambda: events_of(arena, "reported", mallory.impi), "one report", 8)
        time.sleep(1.5)
        expect(len({report["Call-ID"] for report in home.told()}) == 1, f"{len(home.told())} came")


@case("Report.FailuresOfTheWebhookAreShown", "R16")
def fails(arena):
    with told(arena, fails=1000) as (_, hook):
        begins(arena.phone())
        arena.guard.wait_for(lambda: hook.requests, "an attempt", 8)
        arena.guard.wait_for(lambda: any("the webhook fails, 1 events wait" in warning
                                         for warning in arena.guard.cli("status")["warnings"]),
                             "a warning in the status")
        expect(status(arena.phone().register()) == 200, "meanwhile phones register")
