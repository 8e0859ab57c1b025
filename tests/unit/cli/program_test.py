# SPDX-License-Identifier: BSD-2-Clause
"""The built program against a daemon of paper: exit codes, where results and errors go.

usage: program_test.py PATH_OF_GMGUARD
"""
import hashlib
import http.server
import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = ""
EVIL = "mallory\x1b[2J\u202e@ims.test"

BINDING = {
    "id": "b_1", "state": "bound", "selector": "192.0.2.7:5060", "impi": EVIL,
    "impus": ["sip:a@ims.test"], "expires": None, "last_seen": None,
}
PAGE = {"items": [BINDING], "next_cursor": None, "total": 1}
MODES = {"default": "monitor", "listeners": []}


def problem(status, detail):
    return {"type": "about:blank", "title": "Problem", "status": status, "detail": detail}


# (method, path without query) -> (status, body)
ROUTES = {
    ("GET", "/v1/bindings"): (200, PAGE),
    ("GET", "/v1/bindings/b_1"): (200, BINDING),
    ("GET", "/v1/bindings/b_9"): (404, problem(404, "no such binding")),
    ("DELETE", "/v1/bindings/b_1"): (204, None),
    ("GET", "/v1/mode"): (200, MODES),
    ("PATCH", "/v1/mode"): (412, problem(412, "it has changed since")),
    ("GET", "/v1/events"): (200, {"items": [], "next_after": 4, "lost": 0, "more": False}),
    ("GET", "/v1/drops"): (500, problem(500, "maps are gone")),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        if path == "/v1/events/stream":
            return self.stream()
        status, document = ROUTES.get((self.command, path), (404, problem(404, "no such path")))
        text = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("ETag", '"tag"')
        if text:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def stream(self):
        """One event after the id that was asked for, then the connection ends."""
        after = int(self.path.split("after=")[1].split("&")[0])
        line = json.dumps({"id": after + 1, "time": "2026-01-02T03:04:05Z", "type": "drop",
                           "reason": "blocked"}).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line))

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST = answer

    def log_message(self, *_):
        pass

    def address_string(self):
        return "unix"


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = os.path.join(self.folder.name, "admin.sock")
        self.server = Server(self.socket, Handler)
        self.server.asked = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def arguments(self, *words):
        pins = os.path.join(self.folder.name, "pins")
        return [PROGRAM, *words, "--server", "unix:" + self.socket, "--pins", pins]

    def run_program(self, *words, code=0):
        done = subprocess.run(self.arguments(*words), capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_a_table_has_no_control_characters_and_no_colours_in_a_pipe(self):
        done = self.run_program("bindings", "list")
        self.assertIn("mallory\\x1b[2J\\xe2\\x80\\xae@ims.test", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_json_is_the_answer_as_it_came(self):
        self.assertEqual(json.loads(self.run_program("bindings", "list", "-o", "json").stdout), PAGE)
        lines = self.run_program("-o", "jsonl", "bindings", "list").stdout.splitlines()
        self.assertEqual([json.loads(line) for line in lines], [BINDING])

    def test_a_change_names_what_it_saw(self):
        self.run_program("bindings", "release", "b_1")
        method, path, headers, _ = self.server.asked[-1]
        self.assertEqual((method, path), ("DELETE", "/v1/bindings/b_1"))
        self.assertEqual(headers["If-Match"], '"tag"')

    def test_errors_have_their_exit_codes(self):
        for code, words in ((3, ("bindings", "show", "b_9")),
                            (4, ("mode", "set", "side", "enforce")),
                            (1, ("drops",)),
                            (2, ("mode", "set", "sid", "enforce")),
                            (2, ("bindings", "shw"))):
            with self.subTest(words=words):
                done = self.run_program(*words, code=code)
                self.assertEqual(done.stdout, "")
                self.assertTrue(done.stderr.startswith("gmguard: "), done.stderr)

    def test_errors_are_problems_in_json(self):
        for form in ("json", "jsonl"):
            for code, status, words in ((3, 404, ("bindings", "show", "b_9")),
                                        (2, 422, ("attach",)),
                                        (4, 412, ("mode", "set", "all", "enforce"))):
                with self.subTest(form=form, words=words):
                    done = self.run_program(*words, "-o", form, code=code)
                    self.assertEqual(done.stdout, "")
                    told = json.loads(done.stderr)
                    self.assertEqual(told["status"], status)
                    self.assertLessEqual({"type", "title", "detail"}, set(told))

    def test_a_daemon_that_is_gone_is_degraded(self):
        self.server.shutdown()
        self.server.server_close()
        os.unlink(self.socket)
        for words in (("mode",), ("events", "-f"), ("attach", "gm0")):
            with self.subTest(words=words):
                done = self.run_program(*words, "-o", "json", code=5)
                self.assertEqual(json.loads(done.stderr)["status"], 503)
        done = self.run_program("status", "-o", "json", code=5)
        self.assertEqual(json.loads(done.stdout)["controller"], "unreachable")

    def test_events_go_on_over_connections(self):
        with subprocess.Popen(self.arguments("events", "-f", "-o", "json"), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            ids = [json.loads(running.stdout.readline())["id"] for _ in range(2)]
            running.terminate()
            running.wait(timeout=10)
        self.assertEqual(ids, [5, 6])

    def test_a_configuration_is_begun(self):
        with tempfile.TemporaryDirectory() as folder:
            kamailio, made = f"{folder}/kamailio.cfg", f"{folder}/gm.toml"
            with open(kamailio, "w", encoding="utf-8") as file:
                file.write("listen=udp:192.0.2.1:5060\n")
            begun = self.run_program("config", "init", "--from-kamailio", folder).stdout
            self.assertIn("unprotected 5060: kamailio.cfg:1", begun)
            self.run_program("config", "init", "--from-kamailio", kamailio, "--write", made)
            self.run_program("config", "check", made)
            self.run_program("config", "init", "--write", made, code=4)
            with open(made, encoding="utf-8") as file:
                self.assertEqual(file.read(), begun.replace(folder + "/kamailio.cfg", kamailio),
                                 "what is there is not overwritten")
            self.run_program("config", "init", "--write", made, "--force")
            self.run_program("config", "check", made)
            told = self.run_program("config", "init", "--from-kamailio", folder + "/none", code=3)
            self.assertIn("no such file", told.stderr)

    def test_a_configuration_is_checked(self):
        path = os.path.join(self.folder.name, "gm.toml")
        good = ('[[listener]]\nname = "gm"\nprofile = "annex-d"\naddress = "any"\n'
                'unprotected_ports = [5060]\n')
        with open(path, "w", encoding="ascii") as file:
            file.write(good)
        done = self.run_program("config", "check", path)
        self.assertEqual(done.stdout.splitlines()[0], path + ": ok")
        shown = json.loads(self.run_program("config", "show", path, "-o", "json").stdout)
        self.assertIn({"key": "listener[0].unprotected_ports", "value": [5060],
                       "origin": path + ":5"}, shown["items"])

        with open(path, "w", encoding="ascii") as file:
            file.write('mode = "of"\n' + good + "protected_port = [1]\n")
        done = self.run_program("config", "check", path, code=1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.splitlines(), [
            f"gmguard: {path}: 2 problems",
            f'{path}:1:8: mode is "of", not one of off, monitor, enforce; did you mean "off"?',
            f'{path}:7:1: unknown key "protected_port" in listener; did you mean '
            '"protected_ports"?'])
        told = json.loads(self.run_program("config", "check", path, "-o", "json", code=1).stderr)
        self.assertEqual([(e["line"], e["column"]) for e in told["errors"]], [(1, 8), (7, 1)])
        self.run_program("config", "check", path + ".none", code=3)

    def test_a_token_is_shown_once_and_its_digest_goes_into_the_file(self):
        token, line = self.run_program("token", "new", "ops", "--role", "admin").stdout.splitlines()
        digest = hashlib.sha256(token.encode()).hexdigest()
        self.assertEqual(line, f"ops admin {digest}")
        made = json.loads(self.run_program("token", "new", "view", "--expires", "90d", "-o",
                                           "json").stdout)
        self.assertRegex(made["line"], r"^view viewer [0-9a-f]{64} \d{4}-\d\d-\d\dT[0-9:]{8}Z$")
        self.assertNotEqual(made["token"], token)
        done = self.run_program("token", "new", "o ps", code=2)
        self.assertIn("a name is 1 to 64 letters", done.stderr)

    def test_help_and_version_need_no_daemon(self):
        self.assertIn("Start here:", self.run_program("--help").stdout)
        self.assertRegex(self.run_program("--version").stdout, r"^gmguard \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
