# SPDX-License-Identifier: BSD-2-Clause
"""The demo's lines, table and JSON."""
import dataclasses
import itertools
import os
import sys

_STYLES = {"bold": "1", "dim": "2", "good": "32", "warn": "33", "bad": "1;31"}
# What came of an attack that went as it must, by mode.
_ATTACK = {"off": ("bad", "succeeds"), "monitor": ("warn", "reported"),
           "enforce": ("good", "stopped")}


def styled(style, text):
    """Coloured where people look at a terminal, and do not mind."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\033[{_STYLES[style]}m{text}\033[0m"


@dataclasses.dataclass
class Row:
    """A scene in a mode, as it came out; why: what was wrong with that, or empty."""
    scene: object
    mode: str
    seen: object
    counts: object
    why: str

    def answers(self):
        """What the telling part of the scene was answered: "200 x2"."""
        told = self.seen.answers[self.scene.lead:] or self.seen.answers
        runs = ((answer, len(list(same))) for answer, same in itertools.groupby(told))
        return ", ".join(f"{answer} x{count}" if count > 1 else answer for answer, count in runs)

    def counted(self):
        words = [f"{verb} {', '.join(reasons)}"
                 for verb, reasons in (("would_drop", self.counts.would_drop),
                                       ("dropped", self.counts.dropped)) if reasons]
        return "; ".join(words)

    def cell(self):
        words = ", ".join(part for part in (self.answers(), self.counted()) if part)
        return f"WRONG: {words}" if self.why else words

    def as_json(self):
        expected = self.scene.expected[self.mode]
        return {"scene": self.scene.key, "title": self.scene.title, "mode": self.mode,
                "answers": self.seen.answers, "note": self.seen.note,
                "would_drop": dict(self.counts.would_drop), "dropped": dict(self.counts.dropped),
                "expected": {"answers": expected.answers, "reason": expected.reason},
                "ok": not self.why, "why": self.why}


def _mark(row):
    if row.why:
        return "bad", "WRONG"
    return _ATTACK[row.mode] if row.scene.is_attack else ("good", "passes")


def print_row(row):
    style, word = _mark(row)
    print(f"  {styled(style, word.ljust(8))}  {row.scene.title}")
    details = [part for part in (row.answers(), row.counted(), row.seen.note, row.why) if part]
    print(styled("dim", f"            {'; '.join(details)}"), flush=True)


def print_table(rows, modes):
    """One line per scene, one column per mode: what really happened."""
    by_scene = {}
    for row in rows:
        by_scene.setdefault(row.scene.key, {})[row.mode] = row
    lines = [("scene", *modes)]
    lines += [(key, *(cells[mode].cell() for mode in modes)) for key, cells in by_scene.items()]
    widths = [max(len(line[column]) for line in lines) for column in range(len(modes) + 1)]
    print()
    for line in lines:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
        style = "bold" if line is lines[0] else "bad" if "WRONG" in text else None
        print(styled(style, text) if style else text)
