#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""nat_pcscf.py NAT_PORT LOOSE: a P-CSCF for phones behind NATs (TS 33.203 Annex M), which Kamailio's
cannot be: a challenge makes associations in tunnel mode, in UDP. It carries messages between the
phones and the core, and asserts what a phone prefers. NAT_PORT: of every NAT, for the phone's 4500.
LOOSE 1: the kernel is to take whatever comes by an association, as far as the P-CSCF has a port for
it."""
import pathlib
import re
import select
import socket
import subprocess
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

from lab import sip  # noqa: E402
from lab.ims.core import parameters  # noqa: E402
from lab.network import CORE, CORE_PORT, GM4, MW, UNPROTECTED  # noqa: E402
from nat_sa import PORT_C, PORT_S, TunnelSet, open_encapsulation, pcscf_side  # noqa: E402

_DROPPED = ("Security-Client", "Security-Verify", "Require", "Proxy-Require", "Route",
            "P-Preferred-Identity", "P-Asserted-Identity", "Content-Length")
_OWN = f"SIP/2.0/UDP {MW}:{UNPROTECTED}"


def _bind(address, port):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, port))
    return made


class Pcscf:
    def __init__(self, nat_port, loose):
        self._nat_port, self._loose = nat_port, loose
        self._nat = open_encapsulation(GM4)
        self._mw = _bind(MW, UNPROTECTED)
        self._clear = _bind(GM4, UNPROTECTED)
        self._from_c, self._from_s = _bind(GM4, PORT_C), _bind(GM4, PORT_S)
        self._asked = {}  # branch of its own -> (socket, source, request)
        self._begun = set()  # Via of the requests that came: again, it is a retransmission
        self._spis = iter(range(0x5000, 0x6000, 2))

    def serve(self):
        """For ever. What it cannot read it drops."""
        every = [self._mw, self._clear, self._from_c, self._from_s]
        while True:
            for ready in select.select(every, [], [])[0]:
                data, source = ready.recvfrom(65535)
                try:
                    message = sip.parse(data)
                    if ready is self._mw:
                        self._from_core(message)
                    else:
                        self._from_phone(ready, source, message)
                except (KeyError, ValueError, IndexError) as error:
                    print(f"dropped ({error!r}): {data[:80]!r}", flush=True)

    def _from_phone(self, came_to, source, message):
        headers = [each for each in message.headers if each[0] not in _DROPPED]
        if message.status:  # to the core, whose request it was
            return self._to_core(message.start, headers[1:], message.body)
        if message["Via"] in self._begun:
            return None
        self._begun.add(message["Via"])
        branch = sip.branch()
        self._asked[branch] = came_to, source, message
        noted = (f"{message['Via'].replace(';rport', '')};received={source[0]}"
                 f";rport={source[1]}")
        headers = [("Via", f"{_OWN};branch={branch}"), ("Via", noted), *headers[1:]]
        if message.method == "REGISTER":
            headers.append(("Path", f"<sip:term@{MW}:{UNPROTECTED};lr>"))
        else:
            asserted = message["P-Preferred-Identity"] or f"<{sip.uri_of(message['From'])}>"
            headers.append(("P-Asserted-Identity", asserted))
        return self._to_core(message.start, headers, message.body)

    def _to_core(self, start, headers, body):
        self._mw.sendto(sip.write(start, headers, body), (CORE, CORE_PORT))

    def _from_core(self, message):
        headers = [each for each in message.headers if each[0] not in ("Route", "Content-Length")]
        if not message.status:
            return self._to_phone(message, headers)
        branch = re.search(r"branch=([^;]+)", message["Via"]).group(1)
        answers, source, request = self._asked.pop(branch)
        headers = headers[1:]
        if message.status == 401 and answers is self._clear:
            headers = self._agree(source, request, message, headers)
        answers.sendto(sip.write(message.start, headers, message.body), source)

    def _to_phone(self, message, headers):
        host, port = re.search(r"@([\d.]+):(\d+)", message.start).groups()
        own = ("Via", f"SIP/2.0/UDP {GM4}:{PORT_C};branch={sip.branch()}")
        self._from_c.sendto(sip.write(message.start, [own, *headers], message.body),
                            (host, int(port)))

    def _agree(self, source, request, challenge, headers):
        """Makes the associations, and says so in place of the keys."""
        told = parameters(challenge["WWW-Authenticate"])
        client = parameters(request["Security-Client"])
        spi = next(self._spis)
        server = (f"ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=UDP-enc-tun;"
                  f"spi-c={spi};spi-s={spi + 1};port-c={PORT_C};port-s={PORT_S}")
        inside = re.search(r"@([\d.]+):", request["Contact"]).group(1)
        sas = TunnelSet(inside, GM4, int(client["port-c"]), int(client["port-s"]),
                        int(client["spi-c"]), int(client["spi-s"]), ())
        sas.agree(server, parameters(server), types.SimpleNamespace(
            ck=bytes.fromhex(told["ck"]), ik=bytes.fromhex(told["ik"])))
        done = subprocess.run(["ip", "-force", "-batch", "-"], check=False, text=True,
                              input=pcscf_side(sas, source[0], self._nat_port, self._loose),
                              capture_output=True)
        print(f"associations {spi} and {spi + 1}: {done.stderr or 'made'}", flush=True)
        bare = re.sub(r',(ck|ik)="[0-9a-f]+"', "", challenge["WWW-Authenticate"])
        return [*(each for each in headers if each[0] != "WWW-Authenticate"),
                ("WWW-Authenticate", bare), ("Security-Server", server)]


if __name__ == "__main__":
    Pcscf(int(sys.argv[1]), sys.argv[2] == "1").serve()
