# SPDX-License-Identifier: BSD-2-Clause
"""A reboot under fire (L5)."""
import functools

from boot import Host
from lab.vm.kernel import obtain


def _without_the_rule(package):
    """What the static rule is for: without it the attacker has the seconds until the guard."""
    with Host(obtain(package)) as host:
        boot = host.boot(without=["gmguard-closed"])
        boot.check_ground()
        assert boot.forbidden, "nothing reached the port: this test shows nothing"
        ready = boot.moment("gmguardd", "ActiveEnter")
        late = [each for each in boot.forbidden if each["at_us"] > ready]
        assert ready and not late, f"passed an attached guard: {late[:3]}"


def _nothing_before_the_guard(package, boots):
    """Reboots of one host; after the last a phone registers and is bound."""
    with Host(obtain(package)) as host:
        for number in range(1, boots + 1):
            last = number == boots
            boot = host.boot(*(["phone"] if last else []))
            boot.check_guarded()
            print(f"    boot {number}: Gm up at {boot.seen['up_us'] / 1e6:.1f} s, guarded at "
                  f"{boot.moment('gmguardd', 'ActiveEnter') / 1e6:.1f} s", flush=True)
        phone = boot.seen["phone"]
        assert phone == {"register": 200, "message": 200, "bound": ["192.0.2.21:5070"]}, phone


def _closed_without_a_guard(package):
    """gmguardd does not start: the ports stay closed, until it does, and again when it is neither
    attached nor able to start."""
    with Host(obtain(package), config='mode = "no such mode"\n') as host:
        boot = host.boot("mend")
        boot.check_ground()
        assert boot.state("gmguardd") != "active", "gmguardd started with a wrong configuration"
        assert boot.state("gmguard-closed") == "active", "the ports are not closed"
        assert not boot.sink, f"reached the port: {boot.sink[:3]}"
        closed = boot.seen["closed"]
        assert closed == {"started": False, "stopped": False, "fails": True}, closed
        assert not boot.seen["verify"], f"systemd-analyze: {boot.seen['verify']}"


def cases(package, boots):
    for name, case in (
            ("Boot.WithoutTheStaticRuleThePortIsOpenAtFirst", _without_the_rule),
            ("Boot.NothingReachesThePortBeforeTheGuard",
             functools.partial(_nothing_before_the_guard, boots=boots)),
            ("Boot.ThePortStaysClosedWithoutAGuard", _closed_without_a_guard)):
        yield name, functools.partial(case, package)
