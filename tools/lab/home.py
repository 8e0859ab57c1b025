# SPDX-License-Identifier: BSD-2-Clause
"""Whom the guard tells of failed registrations: a home network played by SIPp, and a webhook."""
import http.server
import json
import re
import threading

from . import sip
from .processes import start, stop
from .sipp import SCENARIOS, binary

PORT = 5090  # beside the core's
_RECEIVED = re.compile(r"message received \[\d+\] bytes ?:\s+(REGISTER .*?)(?=\n-----|\Z)",
                       re.DOTALL)


class HomeNetwork:
    """Inside the block SIPp listens where the core is. It answers by 403 what it is told a second
    time."""

    def __init__(self, lab):
        self._lab = lab
        self._trace = lab.directory / "home.log"
        self.entry = f"sip:{lab.network.core}:{PORT}"

    def __enter__(self):
        self._process = start(
            [binary(), "-sf", SCENARIOS / "home.xml", "-i", self._lab.network.core, "-p", PORT,
             "-nostdin", "-nr", "-trace_msg", "-message_file", self._trace, "-message_overwrite",
             "false"], netns=self._lab.network.name("core"), cgroup=self._lab.cgroup("core"),
            cwd=self._lab.directory)
        return self

    def __exit__(self, *_):
        stop(self._process)
        self._trace.unlink(missing_ok=True)

    def told(self):
        """The REGISTERs that came, as sip.Message."""
        text = self._trace.read_text(errors="replace") if self._trace.exists() else ""
        return [sip.parse(found.replace("\r", "").replace("\n", "\r\n").encode())
                for found in _RECEIVED.findall(text)]


class Hook:
    """Inside the block an HTTP server on a loopback address keeps what is posted to it. The first
    `fails` requests are answered by 503. Port 0: one that is free."""

    def __init__(self, fails=0):
        self.events, self.requests = [], []
        hook, self._fails = self, fails

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802: the name is http.server's
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.requests.append((self.path, dict(self.headers)))
                hook._fails -= 1
                if hook._fails < 0:
                    hook.events.append(json.loads(body))
                self.send_response(503 if hook._fails >= 0 else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/gmguard"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
