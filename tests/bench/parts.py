# SPDX-License-Identifier: BSD-2-Clause
"""The parts of the bench: each returns its figures by section, {"controller": {"adopt_1M_s": 1.2}},
and prints them as they come."""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile

from daemon import Daemon
import machine
from executed import executed
from expedited import expedited
from lab.guard import REPOSITORY
from lab.lab import Lab, undisturbed
from lab.processes import LabError, run
from soak import soak

NAMES = ("tests", "programs", "executed", "controller", "daemon", "live", "soak")


def _build():
    return pathlib.Path(os.environ.get("GMGUARD_BUILD") or REPOSITORY / "build")


def _program(name):
    """The figures of a program of the build that prints its own table."""
    path = _build() / "tests" / "bench" / f"bench_{name}"
    if not os.access(path, os.X_OK):
        raise LabError(f"no {path}: run tools/bench, which builds it")
    return _figures_of(path)


def _figures_of(*command):
    with tempfile.TemporaryDirectory() as folder:  # what it leaves there when it is killed goes too
        file = pathlib.Path(folder) / "figures.json"
        done = subprocess.run([*command, "--json", file], env=os.environ | {"TMPDIR": folder},
                              check=False)
        if done.returncode != 0:
            raise LabError(f"{command[0].name} ended with {done.returncode}")
        return json.loads(file.read_text(encoding="utf-8"))


def _tests():
    with expedited():
        done = subprocess.run([_build() / "tests" / "bpf" / "bpf_programs", "--gtest_brief=1"],
                              check=False)
    if done.returncode != 0:
        raise LabError("the programs do not pass their own tests: nothing is measured")
    return {}


def _executed():
    table, figures = executed(_build() / "tests" / "bench" / "bench_programs")
    print("\n".join(table), flush=True)
    return figures


def show(figures):
    for name, value in figures.items():
        print(f"{name:<64} {value:>14,.1f}", flush=True)
    return figures


@contextlib.contextmanager
def _lab():
    lab = Lab()
    try:
        lab.up()
        yield lab
    finally:
        with undisturbed():
            lab.down()


def _daemon(options):
    figures = {"bindings": options.bindings}
    with _lab() as lab:
        daemon = Daemon(lab, options.bindings)
        try:
            daemon.start()
            for part in (daemon.memory, daemon.adoption, daemon.answers, daemon.walk,
                         daemon.expiry):
                figures.update(show(part()))
        finally:
            daemon.stop()
    return {"controller": figures}


def _soak(options):
    with _lab() as lab:
        return {"controller": show(soak(lab, options.soak))}


def measure(name, options):
    if name == "tests":
        return _tests()
    if name == "executed":
        return _executed()
    if name == "daemon":
        return _daemon(options)
    if name == "soak":
        return _soak(options)
    if name == "live":
        figures = _figures_of(pathlib.Path(__file__).parent / "live" / "run")
        return {"live": figures["live"], "conditions": {"live": figures["conditions"]}}
    return _program(name)


def _read(path):
    with contextlib.suppress(OSError):
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace").strip()
    return ""


def conditions():
    """What the figures depend on."""
    weak = pathlib.Path("/sys/devices/system/cpu/vulnerabilities")
    return {**machine.about(),
            "mitigations": {file.name: text for file in sorted(weak.glob("*"))
                            if (text := _read(file)).startswith("Mitigation")},
            "commit": run("git", "-C", REPOSITORY, "describe", "--always", "--dirty",
                          check=False).strip()}
