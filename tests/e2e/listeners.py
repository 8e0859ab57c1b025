# SPDX-License-Identifier: BSD-2-Clause
"""The listeners of the evasion cases: one that nobody judges and one that all checks judge."""
from lab.network import GM4, GM6

OPEN, SHUT = "open", "shut"
CLEAR = {OPEN: 5080, SHUT: 5082}
INNER = {OPEN: 5081, SHUT: 5083}

LISTENERS = "".join(f"""
[[listener]]
name = "{name}{family}"
profile = "annex-d"
address = "{address}"
unprotected_ports = [{CLEAR[name]}]
protected_ports = [{INNER[name]}]
protection = "terminated"
mode = "{mode}"
""" for name, mode in ((OPEN, "off"), (SHUT, "enforce"))
    for family, address in ((4, GM4), (6, GM6)))


def judged(states):
    """Of what the API says of each listener, what it says of those that somebody judges."""
    return [each for each in states if not each["listener"].startswith(OPEN)]
