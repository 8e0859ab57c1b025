#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""guest_esp.py NAME...: what goes on inside of the virtual machine of cases_esp.py. Plays the cases
of these names on the IMS lab; each is one line, as in tests/e2e/run."""
import pathlib
import sys

_HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE.parent / "e2e"), str(_HERE.parents[1] / "tools")]

from arena import cases, play_all  # noqa: E402
from lab.lab import stopping_on_signals  # noqa: E402
from lab.processes import LabError  # noqa: E402
from esp_arena import EspArena  # noqa: E402
import esp_phones  # noqa: E402, F401: its cases make themselves known
import esp_attacks  # noqa: E402, F401
import esp_reports  # noqa: E402, F401
import esp_renewals  # noqa: E402, F401
import esp_contests  # noqa: E402, F401
import esp_streams  # noqa: E402, F401
import esp_profile  # noqa: E402, F401
import esp_fragments  # noqa: E402, F401
import esp_nat  # noqa: E402, F401


def _profile_of(name):
    return "ts33203" if name.startswith("Profile.") else "annex-d"


def _play(arena, chosen):
    """Those of one profile behind those of the other, as the guard starts anew between."""
    for profile in ("annex-d", "ts33203"):
        of_it = [each for each in chosen if _profile_of(each.name) == profile]
        if of_it:
            arena.judge_by(profile)
            play_all(arena, of_it)


def main(names):
    arena = EspArena()
    try:
        arena.up()
        _play(arena, [each for each in cases() if each.name in names])
        return 0
    except LabError as error:
        print(error, flush=True)
        return 3
    finally:
        arena.down()


if __name__ == "__main__":
    with stopping_on_signals():
        sys.exit(main(sys.argv[1:]))
