# SPDX-License-Identifier: BSD-2-Clause
"""The admin interface over TCP, attacked: A1 to A4, A6 to A9, A11 and R6 of the catalogue.

The first case that needs them opens the listeners on loopback; they stay, and bother nobody."""
import concurrent.futures
import contextlib
import http.client
import json
import re
import socket
import ssl
import subprocess
import time

from arena import POOLS, case, expect, status
from lab.guard import find
from pki import Authority

_ADMIN = """listen = ["unix:{socket}", "https://127.0.0.1:{https}", "http://127.0.0.1:{http}"]
token_file = "{folder}/tokens"
certificate_file = "{server[0]}"
key_file = "{server[1]}"
client_ca_file = "{ca}"
crl_file = "{crl}"
client_admins = ["ops.test"]
client_viewers = ["view.test"]
names = ["guard.test"]"""


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Doors:
    """The daemon with all its listeners open."""

    def __init__(self, arena):
        self.guard = arena.guard
        self.folder = arena.lab.directory / "admin"
        self.folder.mkdir()
        self.authority, self.stranger = (Authority(self.folder / name)
                                         for name in ("authority", "stranger"))
        self.server = self.authority.certify("guard.test", "IP:127.0.0.1,DNS:guard.test")
        self.ops, self.view, self.gone = (self.authority.certify(name)
                                          for name in ("ops.test", "view.test", "gone.test"))
        self.old = self.authority.certify("old.test", expired=True)
        self.eve = self.stranger.certify("ops.test")
        self.authority.revoke("gone.test")
        self.tokens = {}
        self.lines = []
        for words in (("ops", "--role", "admin"), ("view",), ("late", "--role", "admin")):
            self.make_token(*words)
        self.lines[-1] += " 2020-01-01T00:00:00Z"  # late's time is over
        self.write_tokens()
        self.https, self.http = _free_port(), _free_port()
        self.guard.stop()
        self.guard.admin = _ADMIN.format(
            socket=self.guard.socket, https=self.https, http=self.http, folder=self.folder,
            server=self.server, ca=self.authority.ca, crl=self.authority.crl)
        self.guard.start("enforce", POOLS + '[log]\nlevel = "debug"\n')
        arena.mode = "enforce"

    def make_token(self, name, *more):
        made = self.guard.cli("token", "new", name, *more)
        self.tokens[name] = made["token"]
        self.lines.append(made["line"])
        path = self.folder / f"{name}.token"
        path.write_text(made["token"] + "\n", encoding="ascii")

    def write_tokens(self):
        path = self.folder / "tokens"
        path.touch(0o600)
        path.write_text("\n".join(self.lines) + "\n", encoding="ascii")

    def tls(self, pair=None, least=None, most=None):
        """What a client is ready for: its certificate, versions of TLS."""
        context = ssl.create_default_context(cafile=self.authority.ca)
        if pair:
            context.load_cert_chain(*pair)
        if least:
            context.set_ciphers("ALL:@SECLEVEL=0")  # or this side would not offer old versions
            context.minimum_version = least
        if most:
            context.maximum_version = most
        return context

    @contextlib.contextmanager
    def connected(self, context=None, port=None):
        with socket.create_connection(("127.0.0.1", port or self.https), timeout=5) as plain:
            if context is None:
                yield plain
                return
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
                yield wrapped

    def ask(self, method="GET", path="/v1/mode", token=None, pair=None, body=None, port=None,
            **headers):
        """The status of an answer over https, or over plain http on that port."""
        if port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        else:
            connection = http.client.HTTPSConnection("127.0.0.1", self.https, timeout=5,
                                                     context=self.tls(pair))
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {self.tokens.get(token, token)}"
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            return connection.getresponse().status

    def lives(self, when):
        expect(self.ask(token="view") == 200, f"the listener lives {when}")

    def logged(self, words, since=0):
        return words in self.guard.log.read_text(errors="replace")[since:]

    def raw(self, data, port=None, context=None):
        """All that comes back for these bytes."""
        came = b""
        with self.connected(context, port) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
                while piece := connection.recv(65536):
                    came += piece
        return came


_DOORS = []


def _doors(arena):
    if not _DOORS:
        _DOORS.append(Doors(arena))
    return _DOORS[0]


# --- A6: who asks

@case("Admin.TokensOpenTcp_EachInItsRole", "A6")
def tokens(arena):
    doors = _doors(arena)
    rows = (("no token", {}, 401), ("an unknown one", {"token": "gmg_" + "0" * 64}, 401),
            ("one whose time is over", {"token": "late"}, 401),
            ("a viewer looks", {"token": "view"}, 200),
            ("a viewer detaches", {"token": "view", "method": "DELETE",
                                   "path": "/v1/interfaces/gm0"}, 403),
            ("an admin detaches what is not there", {"token": "ops", "method": "DELETE",
                                                     "path": "/v1/interfaces/gm9"}, 404))
    for what, asked, wanted in rows:
        for port in (None, doors.http):
            expect((got := doors.ask(port=port, **asked)) == wanted, f"{what}, {port}: {got}")
    for _ in range(8):
        last = doors.ask(token="guess")
    expect(last == 429, f"who guesses again and again has to wait: {last}")
    doors.lives("for who has a token, of the same address")
    metrics = doors.guard.metrics()
    for reason in ("credentials", "expired", "role", "backoff"):
        expect(re.search(rf'http_refused_total{{reason="{reason}"}} [1-9]', metrics), reason)


@case("Admin.TokenThatIsTakenOutIsNoLongerGood", "A6")
def token_file(arena):
    doors = _doors(arena)
    doors.make_token("brief", "--role", "admin")
    doors.write_tokens()
    expect(doors.ask(token="brief") == 200, "a new line counts at once")
    doors.lines.pop()
    doors.write_tokens()
    expect(doors.ask(token="brief") in (401, 429), "so does a line that is gone")
    doors.lives("for the others")


@case("Admin.CommandLineSaysWhatToDo", "A6 A7")
def command_line(arena):
    doors = _doors(arena)
    server = f"https://127.0.0.1:{doors.https}"
    ca = ("--ca-file", doors.authority.ca)
    token = ("--token-file", doors.folder / "ops.token")
    ops = ("--cert-file", doors.ops[0], "--key-file", doors.ops[1])
    rows = ((0, "", ("--server", server, *ca, *token)),
            (0, "", ("--server", server, *ca, *ops)),
            (1, "who asks?", ("--server", server, *ca)),
            (1, "is a viewer", ("--server", server, *ca, "--token-file",
                                doors.folder / "view.token")),
            (5, "--ca-file", ("--server", server, "--ca-file", doors.stranger.ca, *token)),
            (5, "another name", ("--server", f"https://localhost:{doors.https}", *ca, *token)),
            (5, "has expired", ("--server", server, *ca, "--cert-file", doors.old[0],
                                "--key-file", doors.old[1])),
            (5, "does not trust the CA", ("--server", server, *ca, "--cert-file", doors.eve[0],
                                          "--key-file", doors.eve[1])),
            (5, "was revoked", ("--server", server, *ca, "--cert-file", doors.gone[0],
                                "--key-file", doors.gone[1])),
            (5, "speaks no TLS", ("--server", f"https://127.0.0.1:{doors.http}", *ca, *token)),
            (0, "", ("--server", f"http://127.0.0.1:{doors.http}", *token)))
    for code, words, options in rows:
        done = subprocess.run([find("gmguard"), *map(str, options), "mode", "set", "side",
                               "default"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=20)
        expect(done.returncode == code and words in done.stderr,
               f"{options}: exit {done.returncode}, {done.stderr.strip()}")


# --- A7: TLS

@case("Admin.CertificatesOpenTcp_AndOthersDoNot", "A7")
def certificates(arena):
    doors = _doors(arena)
    expect(doors.ask(pair=doors.ops, method="DELETE", path="/v1/interfaces/gm9") == 404, "ops")
    expect(doors.ask(pair=doors.view) == 200, "a viewer looks")
    expect(doors.ask(pair=doors.view, method="DELETE", path="/v1/interfaces/gm0") == 403,
           "and does no more")
    for what, pair in (("expired", doors.old), ("of another CA", doors.eve),
                       ("revoked", doors.gone)):
        time.sleep(1.1)  # of so many refusals in a second only the first are told
        since = len(doors.guard.log.read_text(errors="replace"))
        try:
            answered = doors.ask(pair=pair)
        except OSError:
            answered = None
        expect(answered is None, f"a certificate {what}: {answered}")
        doors.guard.wait_for(lambda: doors.logged("refused (handshake)", since),
                             f"a line in the log, certificate {what}: "
                             f"{doors.guard.log.read_text(errors='replace')[since:]}")
        doors.lives(f"after a certificate {what}")


def _renegotiate(doors):
    """What openssl says to it."""
    with subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{doors.https}", "-tls1_2",
                           "-CAfile", str(doors.authority.ca)], text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
        client.stdin.write("R\n")
        client.stdin.flush()
        with contextlib.suppress(subprocess.TimeoutExpired):
            client.wait(1)
        return client.communicate(timeout=5)[0]


@case("Admin.OldTlsAndNoTlsAreRefused", "A7")
def old_tls(arena):
    doors = _doors(arena)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        try:
            with doors.connected(doors.tls(least=version, most=version)) as wrapped:
                spoken = wrapped.version()
        except (ssl.SSLError, OSError):
            spoken = None
        expect(spoken is None, f"{version.name}: {spoken}")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with doors.connected(doors.tls(least=version, most=version)) as wrapped:
            expect(wrapped.version(), version.name)
    came = doors.raw(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    expect(b"HTTP" not in came, f"plain text to the port of TLS: {came[:80]}")
    doors.lives("after plain text")
    said = _renegotiate(doors)
    expect("RENEGOTIATING" in said and "no renegotiation" in said, f"renegotiation: {said[-300:]}")
    doors.lives("after a renegotiation")


# --- A8: pages

@case("Admin.PagesOfOthersAreRefused", "A8")
def pages(arena):
    doors = _doors(arena)
    rows = (("its own name", 200, {"Host": "guard.test"}),
            ("a name made to point at us", 403, {"Host": "evil.test"}),
            ("a page of another origin", 403, {"Origin": "https://evil.test"}),
            ("a page in a frame", 403, {"Origin": "null"}))
    for what, wanted, headers in rows:
        for port in (None, doors.http):
            got = doors.ask(token="ops", port=port, **headers)
            expect(got == wanted, f"{what}, {port}: {got}")
    before = doors.guard.cli("mode")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        got = doors.ask("PATCH", token="ops", body='{"default":"off"}', If_Match="*",
                        Content_Type=kind)
        expect(got == 415, f"a form of type {kind!r}: {got}")
    expect(doors.guard.cli("mode") == before, "no mode has changed")


# --- A1, A2: bytes made to do harm

def _request(doors, head, body=b""):
    return (f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {doors.tokens['ops']}\r\n"
            ).encode() + body


_PATCH = "PATCH /v1/mode"
_JSON = b"Connection: close\r\nContent-Type: application/json\r\nIf-Match: *\r\n"
_BODIES = (b'{"default":', b'{"default":1}', b'{"default":"off","default":"off"}', b"[" * 100000,
           b'{"default":1e999999}', b'{"default":"\xff"}', b'{"default":"\\ud800"}', b"\0" * 64,
           b'{"checks":{"side":"offf"}}')


@case("Admin.HostileRequestsAreRefused", "A1 A2")
def hostile(arena):
    doors = _doors(arena)
    before = doors.guard.cli("mode")

    def with_body(body):
        return _request(doors, _PATCH, _JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    rows = [(f"body {body[:30]!r}", with_body(body), (400, 422)) for body in _BODIES]
    rows += [
        ("length and chunks", _request(doors, _PATCH, _JSON + b"Content-Length: 4\r\n"
         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), (400,)),
        ("two lengths", _request(doors, _PATCH, _JSON + b"Content-Length: 4\r\n"
         b"Content-Length: 5\r\n\r\n"), (400,)),
        ("chunks behind gzip", _request(doors, _PATCH, _JSON + b"Transfer-Encoding: gzip, chunked\r\n"
         b"\r\n0\r\n\r\n"), (400, 413)),
        ("a chunk of a terabyte", _request(doors, _PATCH, _JSON + b"Transfer-Encoding: chunked\r\n\r\n"
         b"ffffffffff\r\n"), (400, 413)),
        ("a body of 2 MiB", _request(doors, _PATCH, _JSON + b"Content-Length: 2097152\r\n\r\n"), (413,)),
        ("a header of 64 KiB", _request(doors, "GET /v1/mode", b"A: " + b"a" * 65536 + b"\r\n\r\n"), (431,)),
        ("no HTTP", b"\x16\x03\x01" * 20 + b"\r\n\r\n", (400,)),
    ]
    for what, data, wanted in rows:
        for context in (None, doors.tls()):
            came = doors.raw(data, None if context else doors.http, context)
            got = int(came[9:12]) if came.startswith(b"HTTP/1.1 ") else None
            expect(got in wanted and came.count(b"HTTP/1.1 ") == 1, f"{what}: {came[:300]!r}")
    expect(doors.guard.cli("mode") == before, "no mode has changed")
    # A body that nobody who may write has announced is not even read.
    begun = time.monotonic()
    came = doors.raw(b"PATCH /v1/mode HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n",
                     doors.http)
    expect(came.startswith(b"HTTP/1.1 4") and time.monotonic() - begun < 5, f"at once: {came[:60]!r}")
    both = _request(doors, "GET /healthz", b"\r\n") + _request(
        doors, "GET /readyz", b"Connection: close\r\n\r\n")
    expect(doors.raw(both, doors.http).count(b"HTTP/1.1 200 ") == 2, "two requests at once")


# --- A3, R6: the slow and the many

def _is_prompt(doors, what):
    for _ in range(5):
        begun = time.monotonic()
        expect(doors.guard.cli("interfaces")["items"], "the unix socket answers")
        took = time.monotonic() - begun
        expect(took < 2, f"{what}: the unix socket took {took:.2f} s")


def _tcp_is_prompt(doors, what):
    for port in (None, doors.http):
        begun = time.monotonic()
        expect(doors.ask(token="view", port=port) == 200, f"{what}: TCP answers")
        took = time.monotonic() - begun
        expect(took < 5, f"{what}: {port} took {took:.2f} s")


@case("Admin.SlowClientsHoldUpNobody", "A3")
def slow(arena):
    """Each of hundreds takes a place and does not go on."""
    doors = _doors(arena)
    beginnings = {
        "slow headers": (doors.http, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: "),
        "slow bodies": (doors.http, _request(doors, _PATCH, _JSON + b"Content-Length: 9\r\n\r\n{")),
        "slow readers": (doors.http, _request(doors, "GET /v1/openapi.json", b"\r\n") * 40),
        "slow handshakes": (doors.https, b"\x16\x03\x01"),
    }
    for what, (port, data) in beginnings.items():
        with contextlib.ExitStack() as stack:
            for _ in range(100):
                made = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
                made.setblocking(False)
                with contextlib.suppress(OSError):
                    made.send(data)
            _is_prompt(doors, what)
            _tcp_is_prompt(doors, what)


def _connect(port):
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), 0.2):
            pass


@case("Admin.FloodOfConnectionsLeavesTheUnixSocket", "R6")
def flood(arena):
    doors = _doors(arena)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        ports = (doors.http, doors.https)
        made = [pool.submit(_connect, ports[i % 2]) for i in range(3000)]
        _is_prompt(doors, "under a flood")
        for each in made:
            each.cancel()
    doors.guard.wait_for(lambda: doors.ask(token="view", port=doors.http) == 200,
                         "TCP answers again", 10)


# --- A9, A11: what is written down

_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:?\d\d (debug|info|warning|error): ")
_METRIC = re.compile(r'(#.*|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)*\})? \S+)')


@case("Admin.NothingIsInjected", "A9")
def injection(arena):
    doors = _doors(arena)
    since = len(doors.guard.log.read_text(errors="replace"))
    evil = "a\x1b[2J\"}} 9\u202e"
    for header in ("Host", "Origin", "Authorization"):
        came = doors.raw(f"GET /{evil} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}: {evil}\r\n\r\n"
                         .encode(), doors.http)
        expect(came.startswith(b"HTTP/1.1 4"), f"{header}: {came[:80]!r}")
        expect(b"\x1b" not in came, f"{header}: an escape comes back: {came!r}")
    doors.guard.run("attach", "gm\n9\x1b[2J")
    mallory = arena.attacker()
    mallory.send(mallory.request("OPTIONS", extra=(("X", evil),), sender=f"sip:{evil}@ims.test"))
    doors.guard.wait_for(lambda: doors.guard.cli("events", "--type", "drop")["items"], "the drop")
    text = doors.guard.log.read_text(errors="replace")[since:]
    for line in text.splitlines():
        expect(_LINE.match(line), f"a line that is none of the daemon's: {line!r}")
        expect(not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", line), f"unprintable: {line!r}")
    metrics = doors.guard.metrics()
    for line in metrics.splitlines():
        expect(_METRIC.fullmatch(line), f"a metric that is none: {line!r}")
    shown = doors.guard.run("events")
    expect("\x1b" not in shown.stdout and "\u202e" not in shown.stdout, "events as text")


def _secrets_of(message, *names):
    """The values that stand in quotes behind these names, in a header of a message."""
    return [value for name in names for value in re.findall(rf'\b{name}="([^"]+)"', message)]


@case("Admin.NoSecretIsLogged", "A11")
def secrets(arena):
    """At log level debug, with registrations, one of them out of step, and with tokens."""
    doors = _doors(arena)
    found = [*doors.tokens.values()]
    for v6 in (False, True):
        phone = arena.phone(v6=v6)
        challenge = phone.ask(phone.register_request())
        credentials = phone.credentials(challenge)
        found += _secrets_of(credentials, "nonce", "response")
        expect(status(phone.answer(challenge)) == 200, "registers")
        auts = "c2VjcmV0YXV0czEyMw=="
        credentials += f',auts="{auts}"'
        phone.ask(phone.register_request(authorization=credentials), port=5060)
        found.append(auts)
    _use_tokens(doors)
    expect(len(found) >= 9, f"there was something to find: {len(found)}")
    written = {str(path): path.read_bytes() for path in arena.lab.directory.rglob("*")
               if path.is_file() and doors.folder not in path.parents and
               not re.search("kamailio|pcscf|core", str(path.relative_to(arena.lab.directory)))}
    written["events"] = arena.guard.run("events", "--limit", 1000, "-o", "jsonl").stdout.encode()
    written["bindings"] = json.dumps(arena.guard.bindings()).encode()
    expect(any(name.endswith("gmguardd.log") and text for name, text in written.items()), "the log")
    for name, text in written.items():
        for secret in found:
            expect(secret.encode() not in text, f"{name} has {secret[:8]}...")
        expect(b"PRIVATE KEY" not in text, f"{name} has a key")


def _use_tokens(doors):
    for token in ("ops", "view", "late", "gmg_wrong"):
        doors.ask(token=token)
        doors.ask(token=token, method="DELETE", path="/v1/interfaces/gm9")
