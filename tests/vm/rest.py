# SPDX-License-Identifier: BSD-2-Clause
"""A guard that is asked through its admin socket by this process: where all is emulated, to start a
command takes half a second."""
import json

from lab.guard import Guard
from lab.processes import LabError
from lab.unix_http import UnixConnection


class RestGuard(Guard):
    """As Guard; its counts, bindings and modes come by REST, all else by the command line."""

    def drops(self):
        return self._ask("GET", "/v1/drops?nonzero=true")[0]["items"]

    def bindings(self):
        found = self._ask("GET", "/v1/bindings?limit=1000")[0]
        if found.get("next_cursor"):
            raise LabError("more bindings than these cases make")
        return found["items"]

    def associations(self, phone, state):
        """Those of the phone's user in that state."""
        return [each for each in self._ask("GET", "/v1/sas?limit=1000")[0]["items"]
                if each["state"] == state and (each["bound_to"] or {}).get("impi") == phone.impi]

    def faults(self, name):
        """The associations that deviate in that way."""
        return [each for each in self._ask("GET", "/v1/sas?limit=1000")[0]["items"]
                if any(deviation["fault"] == name for deviation in each["deviations"])]

    def set_mode(self, mode):
        tag = self._ask("GET", "/v1/mode")[1]
        self._ask("PATCH", "/v1/mode", {"default": mode}, {"If-Match": tag})

    def _ask(self, method, path, body=None, headers=None):
        """The document and the ETag."""
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, json.dumps(body) if body else None,
                               {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise LabError(f"{method} {path}: {answer.status}: {text[:500]!r}")
        return json.loads(text), answer.headers["ETag"]
