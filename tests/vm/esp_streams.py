# SPDX-License-Identifier: BSD-2-Clause
"""TCP inside ESP: gm_stream reads what the P-CSCF's kernel has decrypted."""
import contextlib
import socket

from arena import both_families, expect
from lab.network import family
from lab.processes import in_netns, start, stop, wait_until

_TAKE = """
import socket, sys
kind = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), family=kind)
print("listens", flush=True)
while True:
    connection, _ = listener.accept()
    try:
        while data := connection.recv(65536):
            print(data, flush=True)
    except OSError:
        pass
    print("ended", flush=True)
"""


class _Receiver:
    """Inside the block a program of the P-CSCF takes TCP at its protected port: the Kamailio of the
    lab does not. It tells what it was given."""

    def __init__(self, lab, phone):
        self._lab, self._at = lab, (phone.pcscf, phone.protected)
        self._log = lab.directory / "stream.log"

    def __enter__(self):
        self._process = start(["/usr/bin/python3", "-c", _TAKE, *self._at],
                              netns=self._lab.network.name("pcscf"),
                              cgroup=self._lab.cgroup("pcscf/receiver"), log=self._log)
        wait_until(self.said, 30, "a receiver", self._process)
        return self

    def __exit__(self, *_):
        stop(self._process)
        self._log.unlink()

    def said(self):
        return self._log.read_text(encoding="utf-8")


@contextlib.contextmanager
def _connected(phone):
    """A connection from where the phone is bound to the P-CSCF's port for its requests."""
    kind = socket.AF_INET6 if family(phone.address) == 6 else socket.AF_INET
    with in_netns(phone.network.name(phone.side)):
        connection = socket.socket(kind, socket.SOCK_STREAM)
    with connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.settimeout(30)
        connection.bind((phone.address, phone.port))
        connection.connect((phone.pcscf, phone.protected))
        yield connection


def _by_tcp(phone, **changes):
    return phone.request("MESSAGE", **changes).replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP")


@both_families("Esp.VictimsIdentityIsRefused_ByTcpInsideTheAttackersOwnAssociation", "R7 H5")
def victims_identity_by_tcp(arena, v6):
    """Behind a message of his own, on the same connection, which carries nothing more and ends."""
    def attack(arena):
        alice = arena.registered(v6=v6)
        mallory = arena.registered("mallory", side="evil", v6=v6)
        before = mallory.sas.sequence(mallory.network, mallory.side)
        with _Receiver(arena.lab, mallory) as receiver, _connected(mallory) as connection:
            connection.sendall(_by_tcp(mallory, body="his own"))
            expect(arena.comes_true(lambda: "his own" in receiver.said(), arena.patience_s),
                   f"{arena.mode}: his own message does not come")
            expect(mallory.sas.sequence(mallory.network, mallory.side) > before,
                   "it did not go by the association")
            connection.sendall(_by_tcp(mallory, sender=alice.impu, body="hers"))
            came = arena.comes_true(lambda: "hers" in receiver.said())
            if arena.mode == "enforce":
                expect(arena.comes_true(lambda: "ended" in receiver.said(), arena.patience_s),
                       "the connection goes on")
        return int(came), 1
    # An emulated host answers late, and the phone's kernel sends again what was refused.
    arena.refused(attack, "identity_not_bound", ("tcp_poisoned", "tcp_order"))
