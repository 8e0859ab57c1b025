# SPDX-License-Identifier: BSD-2-Clause
"""SIPp as a phone."""
import csv
import pathlib
import re
import shutil
import subprocess

from . import sip
from .kamailio import DOMAIN
from .network import PROTECTED, UNPROTECTED, netns_path, pcscf_address
from .phone import ANSWER_WITHIN
from .processes import LabError, run

SCENARIOS = pathlib.Path(__file__).parent / "sipp"
_RECEIVED = re.compile(r"message received \[\d+\] bytes ?:\s+(SIP/2\.0 .*?)(?=\n-----|\Z)",
                       re.DOTALL)


def binary():
    return shutil.which("sipp", path="/usr/bin:/usr/local/bin")


def version():
    """As in "3.6.1", or "?" without SIPp."""
    found = binary()
    # It prints its version and exits with 99.
    found = re.search(r"SIPp v(\d[\d.]*)", run(found, "-v", check=False)) if found else None
    return found.group(1) if found else "?"


class SippPhone:
    """A subscriber at a selector, played by SIPp: each call of a method runs SIPp once. They return
    the last final answer, as sip.Message, or None when there was none to the last request sent."""

    def __init__(self, lab, side, user, address, port=5070):
        self._lab, self._side = lab, side
        self.user, self.address, self.port = user, address, port
        self.impu = f"sip:{user}@{DOMAIN}"
        self.here = sip.host_port(address, port)
        lab.network.give(side, address)

    def register(self, contact=None, protected=PROTECTED, pad=""):
        return self._run(SCENARIOS / "register.xml", UNPROTECTED, contact=contact or self.here,
                         pcscf=pcscf_address(self.address), protected=protected, pad=pad or "-")

    def say(self, method="MESSAGE", port=PROTECTED, sender=None, to=f"sip:service@{DOMAIN}"):
        scenario = self._lab.directory / f"sipp-{method.lower()}.xml"
        text = (SCENARIOS / "request.xml").read_text(encoding="utf-8")
        scenario.write_text(text.replace("@METHOD@", method), encoding="utf-8")
        return self._run(scenario, port, sender=sender or self.impu, to=to, here=self.here)

    def ask_over_tcp(self, calls, rate):
        """So many REGISTERs over one TCP connection, so many a second: how many were answered."""
        program = binary()
        if not program:
            raise LabError("no sipp: run tools/deps --demo")
        done = subprocess.run(
            ["nsenter", f"--net={netns_path(self._lab.network.name(self._side))}", "--", program,
             "-sf", SCENARIOS / "flood.xml", "-t", "t1", "-m", str(calls), "-r", str(rate), "-l",
             str(calls), "-nostdin", "-i", self.address, "-recv_timeout", "5000", "-key", "user",
             self.user, "-trace_stat", "-stf", self._lab.directory / "flood.csv", "-fd", "1",
             sip.host_port(pcscf_address(self.address), UNPROTECTED)],
            cwd=self._lab.directory, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode not in (0, 1):
            raise LabError(f"SIPp: {done.stderr[-500:]}")
        with open(self._lab.directory / "flood.csv", encoding="ascii") as table:
            rows = list(csv.DictReader(table, delimiter=";"))
        return int(rows[-1]["SuccessfulCall(C)"])

    def _run(self, scenario, port, **keys):
        trace = self._lab.directory / f"sipp-{sip.token()}.log"
        done = subprocess.run(self._command(scenario, port, keys, trace), stdin=subprocess.DEVNULL,
                              cwd=self._lab.directory, capture_output=True, text=True, check=False)
        text = trace.read_text(errors="replace") if trace.exists() else ""
        if "message sent" not in text:
            raise LabError(f"SIPp sent nothing ({scenario.name}, {self.here}): "
                           f"{done.stderr[-500:]}")
        trace.unlink()
        return _last_answer(text)

    def _command(self, scenario, port, keys, trace):
        program = binary()
        if not program:
            raise LabError("no sipp: run tools/deps --demo")
        words = ["nsenter", f"--net={netns_path(self._lab.network.name(self._side))}", "--",
                 program, "-sf", scenario, "-m", 1, "-nostdin", "-i", self.address, "-p", self.port,
                 "-au", f"{self.user}@{DOMAIN}", "-ap", f"secret-{self.user}", "-auth_uri", DOMAIN,
                 "-recv_timeout", int(ANSWER_WITHIN * 1000), "-default_behaviors", "abortunexp",
                 "-trace_msg", "-message_file", trace]
        for name, value in {"user": self.user, **keys}.items():
            words += ["-key", name, value]
        return [str(word) for word in (*words, sip.host_port(pcscf_address(self.address), port))]


def _last_answer(trace):
    """None where the last request of the trace found no final answer."""
    sent = [int(number) for number in re.findall(r"^CSeq: (\d+) ", trace, re.MULTILINE)]
    answers = [sip.parse(found.replace("\r", "").replace("\n", "\r\n").encode())
               for found in _RECEIVED.findall(trace)]
    final = [answer for answer in answers
             if answer.status >= 200 and answer["CSeq"].split()[0] == str(max(sent))]
    return final[-1] if final else None
