# SPDX-License-Identifier: BSD-2-Clause
"""What the command line prints with -o json, against its schemas. The commands are those that the
program names itself, so that a new one without a schema is found."""
import json
import re
import struct
import subprocess

import jsonschema

from lab.guard import REPOSITORY


class Schemas:
    """tools/gmguard/output.schema.json, joined with the daemon's OpenAPI document."""

    def __init__(self):
        printed = _read("tools/gmguard/output.schema.json")
        answered = _read("controller/admin/openapi.json")["components"]["schemas"]
        own = printed["components"]["schemas"]
        twice = set(own) & set(answered)
        if twice:
            raise AssertionError(f"schemas of one name: {sorted(twice)}")
        self.commands = printed["commands"]
        self._components = {"schemas": {**answered, **own}}

    def problems(self, schema, value):
        """One line each, empty: it is as the schema says."""
        whole = {**schema, "components": self._components}
        found = jsonschema.Draft202012Validator(whole).iter_errors(value)
        return [f"{'/'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in found]

    def problems_of_error(self, value):
        return self.problems({"$ref": "#/components/schemas/Failure"}, value)


def _read(path):
    return json.loads((REPOSITORY / path).read_text(encoding="utf-8"))


def commands(guard, *path):
    """The words of every command that can be given alone, from --help."""
    text = guard.run(*path, "--help").stdout
    below = re.search(r"^Subcommands:\n((?: .*\n)*)", text, re.MULTILINE)
    if not below:
        return [" ".join(path)]
    names = [line.split()[0] for line in below.group(1).splitlines() if re.match(r"  \S", line)]
    return [each for name in names for each in commands(guard, *path, name)]


def without_daemon(guard, *words):
    """The completed process of a command that asks where nobody answers."""
    return subprocess.run([guard.command[0], *map(str, words), "--server", "unix:/nowhere.sock"],
                          stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=30)


def capture_of(sip, source, destination):
    """A pcap of one UDP datagram over IPv4."""
    (host, sport), (peer, dport) = source, destination
    udp = struct.pack("!4H", sport, dport, 8 + len(sip), 0) + sip
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                       bytes(map(int, host.split("."))), bytes(map(int, peer.split("."))))
    total = sum(struct.unpack("!10H", head))
    head = head[:10] + struct.pack("!H", ~(total % 0xffff) & 0xffff) + head[12:]
    packet = head + udp
    return (struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
            + struct.pack("<IIII", 1767323045, 0, len(packet), len(packet)) + packet)
