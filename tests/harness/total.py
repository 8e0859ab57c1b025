#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""total.py DIR WHOLE: adds up the results that tools/test left in DIR, names failures and skips, and
ends with "N passed, N failed, N skipped". A part that left no result counts as a failure. WHOLE has
a JUnit file for each CTest test that is many in truth."""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

TOTAL = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


def of_junit(path, whole=None):
    """(passed, failed names, skipped names) of a JUnit file, CTest's or GoogleTest's."""
    passed, failed, skipped = 0, [], []
    for case in xml.parse(path).getroot().iter("testcase"):
        name, status = case.get("name"), case.get("status")
        if whole is None:
            name = f"{case.get('classname')}.{name}"
        has_failed = status == "fail" or case.find("failure") is not None
        parts = whole / f"{name}.xml" if whole else None
        if parts and parts.exists():
            more = of_junit(parts)
            passed += more[0]
            failed += more[1] or ([name] if has_failed else [])
            skipped += more[2]
        elif has_failed:
            failed.append(name)
        elif case.get("result") == "skipped" or status not in ("run", None):
            skipped.append(name)
        else:
            passed += 1
    return passed, failed, skipped


def of_part(folder, name):
    """The same of a part that prints `ok|FAIL|skip NAME...` lines and its own total."""
    text = (folder / f"{name}.out").read_text(errors="replace")
    status = (folder / f"{name}.status").read_text().strip()
    named = {word: re.findall(rf"^{word} (.*)$", text, re.MULTILINE) for word in ("FAIL", "skip")}
    total = TOTAL.findall(text)
    if not total:
        return 0, [f"{name}: ended without a result (status {status})"], []
    passed, failed, _ = map(int, total[-1])
    failures = [f"{name}: {each}" for each in named["FAIL"]]
    if status != "0" and not failures:
        failures.append(f"{name}: exit status {status}")
    failures += [f"{name}: unnamed"] * (failed - len(failures))
    return passed, failures, [f"{name}: {each}" for each in named["skip"]]


def main(folder, whole):
    results = []
    try:
        results.append(of_junit(folder / "ctest.xml", whole))
    except (OSError, xml.ParseError) as error:
        results.append((0, [f"ctest: no result ({error})"], []))
    results += [of_part(folder, path.stem) for path in sorted(folder.glob("*.out"))
                if path.stem != "ctest"]
    failed = [name for result in results for name in result[1]]
    skipped = [name for result in results for name in result[2]]
    for word, names in (("skipped", skipped), ("failed", failed)):
        for name in names:
            print(f"{word}: {name}")
    passed = sum(result[0] for result in results)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:3])))
