# SPDX-License-Identifier: BSD-2-Clause
"""`gmguard replay` and `gmguard explain` as people run them: the output that is a contract.

Needs the privilege to load BPF programs.
usage: replay_program_test.py PATH_OF_GMGUARD
"""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
PHONE, PCSCF = "192.0.2.7", "192.0.2.1"

FIELDS = ["frame", "time", "hook", "src", "sport", "dst", "dport", "proto", "verdict", "reason",
          "sip"]
SIP_FIELDS = ["kind", "method", "status", "class", "impi", "impu", "from", "contact", "contacts",
              "call_id", "cseq", "expires", "nonce", "response", "auts", "security_client"]


def register(contact):
    lines = ["REGISTER sip:ims.test SIP/2.0",
             f"Via: SIP/2.0/UDP {PHONE}:5060;branch=z9hG4bK1",
             "From: <sip:alice@ims.test>;tag=1", "To: <sip:alice@ims.test>",
             f"Call-ID: 1@{PHONE}", "CSeq: 1 REGISTER", f"Contact: <sip:alice@{contact}:5060>",
             "Expires: 600000", "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(payload, port=5060):
    udp = struct.pack("!HHHH", 5060, port, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                       socket.inet_aton(PHONE), socket.inet_aton(PCSCF))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return bytes(12) + b"\x08\x00" + head + udp


def pcap(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, data in enumerate(frames):
            file.write(struct.pack("<IIII", 1767323045 + i, 678901, len(data), len(data)) + data)


class ReplayTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.capture = self.path("a.pcap")
        pcap(self.capture, [frame(register(PHONE)), frame(b"x", port=9),
                            frame(register("192.0.2.9")), frame(b"OPTIONS sip:a SIP/2.0\r\n\r\n")])

    def tearDown(self):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def run_program(self, *words, code=0, stdin=None):
        done = subprocess.run([PROGRAM, *words], capture_output=True, timeout=120, check=False,
                              input=stdin)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout.decode(), done.stderr.decode()

    def lines(self, *words, **options):
        return [json.loads(line) for line in self.run_program(*words, **options)[0].splitlines()]

    def test_jsonl_has_one_object_for_every_packet_of_a_guarded_port(self):
        told = self.lines("replay", "-o", "jsonl", self.capture)
        self.assertEqual([each["frame"] for each in told], [1, 3, 4])
        self.assertEqual([each["verdict"] for each in told], ["pass", "drop", "drop"])
        self.assertEqual([each["reason"] for each in told],
                         [None, "contact_mismatch", "not_register"])
        for each in told:
            self.assertEqual(list(each), FIELDS)
            self.assertEqual(list(each["sip"]), SIP_FIELDS)
        self.assertEqual(told[0]["time"], "2026-01-02T03:04:05.678901Z")
        self.assertEqual(told[0]["sip"]["contact"], {"host": PHONE, "port": 5060})

    def test_json_is_one_document_and_the_table_ends_with_a_sum(self):
        document = json.loads(self.run_program("replay", "-o", "json", self.capture)[0])
        self.assertEqual(len(document["items"]), 3)
        self.assertEqual(document["summary"], {"frames": 4, "concern_guarded_ports": 3,
                                               "dropped": 2, "would_drop": 0})
        table = self.run_program("replay", "--drops", self.capture)[0].splitlines()
        self.assertEqual([line.split()[0] for line in table[:3]], ["FRAME", "3", "4"])
        self.assertIn("4 frames, 3 to or from guarded ports: 2 dropped", table[4])

    def test_a_configuration_says_what_is_guarded(self):
        config = self.write("gm.toml", b'mode = "monitor"\n[[listener]]\nname = "gm"\n'
                            b'profile = "annex-d"\naddress = "192.0.2.1"\n'
                            b'unprotected_ports = [5060]\n')
        told = self.lines("replay", "--config", config, "-o", "jsonl", self.capture)
        self.assertEqual([each["verdict"] for each in told], ["pass", "would_drop", "would_drop"])
        wrong = self.write("bad.toml", b'mode = "of"\n')
        out, err = self.run_program("replay", "--config", wrong, self.capture, code=1)
        self.assertEqual(out, "")
        self.assertIn(f'{wrong}:1:8: mode is "of"', err)

    def test_what_came_before_an_error_is_told(self):
        whole = open(self.capture, "rb").read()
        cut = self.write("cut.pcap", whole[:-5])
        out, err = self.run_program("replay", "-o", "jsonl", cut, code=1)
        self.assertEqual([json.loads(line)["frame"] for line in out.splitlines()], [1, 3])
        self.assertEqual(json.loads(err)["status"], 422)
        self.run_program("replay", self.path("none.pcap"), code=3)

    def test_a_capture_may_come_by_a_pipe(self):
        whole = open(self.capture, "rb").read()
        self.assertEqual(len(self.lines("replay", "-o", "jsonl", "-", stdin=whole)), 3)

    def test_explain_judges_one_message_check_by_check(self):
        message = self.write("register.txt", register("192.0.2.9"))
        words = ["explain", "--sip", message, "--from", PHONE + ":5060", "--to", PCSCF + ":5060"]
        told = self.lines(*words, "-o", "jsonl")[0]
        self.assertEqual(list(told), FIELDS + ["checks"])
        self.assertEqual((told["verdict"], told["reason"]), ("drop", "contact_mismatch"))
        fails = [each["check"] for each in told["checks"] if each["outcome"] == "fails"]
        self.assertEqual(fails, ["contact_source"])
        out, _ = self.run_program(*words)
        self.assertEqual(out.splitlines()[:2], ["verdict     drop", "reason      contact_mismatch"])
        self.run_program(*words[:-1], PCSCF + ":5061", code=2)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    if os.geteuid() != 0:
        print("skipped: needs root, to load BPF programs")
        sys.exit(77)
    unittest.main()
