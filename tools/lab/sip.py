# SPDX-License-Identifier: BSD-2-Clause
"""As much SIP as a phone of the lab needs: writing requests, reading answers, digest."""
import dataclasses
import hashlib
import re
import secrets


@dataclasses.dataclass
class Message:
    """A message as received: start line, headers in order, body."""
    start: str
    headers: list
    body: str = ""

    @property
    def status(self):
        """Of a response; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self):
        return self["CSeq"].split()[-1]

    def __getitem__(self, name):
        """The first header of that name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]


def parse(data):
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Message(start, [(name.strip(), value.strip()) for name, _, value in pairs], body)


def write(start, headers, body=""):
    lines = [start, *(f"{name}: {value}" for name, value in headers),
             f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()


def token():
    return secrets.token_hex(6)


def branch():
    return "z9hG4bK" + token()


def tag_of(value):
    found = re.search(r";tag=([^;>\s]+)", value)
    return found.group(1) if found else ""


def uri_of(value):
    """The URI of a name-addr, as of Contact."""
    return value.partition("<")[2].partition(">")[0]


def host_port(address, port):
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port}"


def authorization(challenge, impi, password, method, uri):
    """Answers a WWW-Authenticate with digest MD5 (RFC 2617 without qop)."""
    realm = re.search(r'realm="([^"]*)"', challenge).group(1)
    nonce = re.search(r'\bnonce="([^"]*)"', challenge).group(1)
    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()
    response = md5(":".join((md5(f"{impi}:{realm}:{password}"), nonce, md5(f"{method}:{uri}"))))
    return (f'Digest username="{impi}",realm="{realm}",uri="{uri}",nonce="{nonce}",'
            f'response="{response}",algorithm=MD5')
