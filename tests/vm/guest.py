# SPDX-License-Identifier: BSD-2-Clause
"""What goes on inside of the virtual machine of boot.py, by the first word:

network  makes the lab's networks, with the P-CSCF in the machine's own namespace, and pours
         forbidden and honest messages at it from before its Gm interface is there
sink     listens on the P-CSCF's ports from the start, unlike a P-CSCF, and notes what it gets
look     tells as JSON what came of it; with `phone` a phone registers through a real Kamailio, with
         `mend` gmguardd gets the right configuration, and loses it again"""
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

_HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parents[1] / "tools"))

from lab.lab import Lab  # noqa: E402
from lab.network import PROTECTED, UNPROTECTED, Network  # noqa: E402
from lab.phone import Phone  # noqa: E402
from lab.processes import LabError  # noqa: E402

IDENTITY = "vm"
HONEST = "192.0.2.20"
NOTES = pathlib.Path("/run/gmguard-vm")
_CONFIG = pathlib.Path("/etc/gmguard/gmguard.toml")
_RIGHT = _CONFIG.with_name("right.toml")
_PAUSE_S = 0.05
_PATIENCE_S = 120
_SO_TIMESTAMPNS = 35  # <asm-generic/socket.h>; Python has no name for it


def _note(name, value):
    NOTES.mkdir(exist_ok=True)
    (NOTES / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")


def _noted(name):
    return json.loads((NOTES / f"{name}.json").read_text(encoding="utf-8"))


def _notify(word):
    """sd_notify(3)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.sendto(word.encode(), os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))


def _now_us():
    return time.monotonic_ns() // 1000


# --- network


def _messages(evil, phone):
    """(sender, bytes, port), the honest last."""
    foreign = evil.register_request(contact="192.0.2.9:5060")
    return [(evil, evil.request("INVITE"), UNPROTECTED), (evil, foreign, UNPROTECTED),
            (evil, evil.request("INVITE"), PROTECTED), (evil, evil.request("MESSAGE"), PROTECTED),
            (phone, phone.register_request(), UNPROTECTED)]


def _pour(messages, sent):
    while True:
        for sender, data, port in messages:
            try:
                sender.send(data, port)
                sent[0] += 1
            except OSError:
                pass  # not up yet
        time.sleep(_PAUSE_S)


def network():
    pins = sorted(os.listdir("/sys/fs/bpf"))
    net = Network(f"gmg{IDENTITY}", own="pcscf")
    net.up()
    evil = Phone(net, "evil", "mallory", "192.0.2.66")
    phone = Phone(net, "ue", "bob", HONEST)
    sent = [0]
    threading.Thread(target=_pour, args=(_messages(evil, phone), sent), daemon=True).start()
    net.renew_gm()
    _note("network", {"up_us": _now_us(), "pins": pins})
    _notify("READY=1")
    signal.pause()


# --- sink


def _arrived_us(notes):
    """When the kernel got a message, which may be long before a busy machine reads it."""
    seconds, nanoseconds = struct.unpack("qq", notes[0][2])
    arrived_ns = seconds * 1_000_000_000 + nanoseconds
    return (arrived_ns - time.time_ns() + time.monotonic_ns()) // 1000


def sink():
    sockets = {}
    for port in (UNPROTECTED, PROTECTED):
        each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        each.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        each.bind(("0.0.0.0", port))
        sockets[each] = port
    got, honest = [], False
    signal.signal(signal.SIGTERM, lambda *_: (_note("sink", got), os._exit(0)))
    _note("listens", _now_us())
    _notify("READY=1")
    while True:
        for each in select.select(list(sockets), [], [])[0]:
            data, notes, _, source = each.recvmsg(65535, 64)
            got.append({"at_us": _arrived_us(notes), "port": sockets[each], "from": source[0],
                        "start": data.split(b"\r\n")[0].decode(errors="replace")})
            if source[0] == HONEST and not honest:
                honest = True
                _note("honest", honest)


# --- look


def _unit(name):
    shown = subprocess.run(
        ["systemctl", "show", name, "-p", "ActiveState,NRestarts,"
         "ActiveEnterTimestampMonotonic,ActiveExitTimestampMonotonic"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in shown.splitlines())


def _await_honest():
    """Until the honest phone got through to the sink, or is given up."""
    end = time.monotonic() + _PATIENCE_S
    while not (NOTES / "honest.json").exists() and time.monotonic() < end:
        time.sleep(0.1)


def _register():
    """What a phone is told by the P-CSCF, and what the guard has of it."""
    lab = Lab(IDENTITY)
    lab.network = Network(f"gmg{IDENTITY}", own="pcscf")
    lab.claim()
    lab.serve()
    with Phone(lab.network, "ue", "alice", "192.0.2.21") as phone:
        phone.patience_s = 20
        answer = phone.register()
        spoken = phone.say()
        shown = subprocess.run(["gmguard", "bindings", "list", "-o", "json"],
                               stdout=subprocess.PIPE, check=True).stdout
        bound = [item["selector"] for item in json.loads(shown)["items"]
                 if item["impi"] == phone.impi]
    return {"register": answer.status if answer else 0, "message": spoken.status if spoken else 0,
            "bound": bound}


def _closed_after(*command):
    """Whether the ports are closed a moment after that command of systemctl."""
    subprocess.run(["systemctl", *command], check=False)
    time.sleep(3)
    return _unit("gmguard-closed.service")["ActiveState"] == "active"


def _mend():
    """Whether the ports are closed after each step."""
    wrong = _CONFIG.read_bytes()
    shutil.copy(_RIGHT, _CONFIG)
    steps = {"started": _closed_after("restart", "gmguardd")}
    steps["stopped"] = _closed_after("stop", "gmguardd")
    subprocess.run(["gmguard", "detach", "--all"], stdout=subprocess.DEVNULL, check=True)
    _CONFIG.write_bytes(wrong)
    steps["fails"] = _closed_after("start", "gmguardd")
    return steps


def look(words):
    seen = {name: _unit(f"{name}.service") for name in ("gmguardd", "gmguard-closed", "kamailio")}
    if seen["gmguardd"]["ActiveState"] == "active":
        _await_honest()
    else:
        time.sleep(5)
    subprocess.run(["systemctl", "stop", "vm-sink.service"], check=True)
    seen |= {"sink": _noted("sink"), "listens_us": _noted("listens"), **_noted("network")}
    if "phone" in words:
        try:
            seen["phone"] = _register()
        except (LabError, subprocess.CalledProcessError) as error:
            seen["phone"] = str(error)
    if "mend" in words:
        seen["closed"] = _mend()
        seen["verify"] = subprocess.run(
            ["systemd-analyze", "verify", "gmguardd.service", "gmguard-closed.service"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    seen["journal"] = subprocess.run(
        ["journalctl", "--no-pager", "-o", "short-monotonic", "-u", "gmguardd",
         "-u", "gmguard-closed"], stdout=subprocess.PIPE, text=True, check=False).stdout
    print(json.dumps(seen))


if __name__ == "__main__":
    {"network": network, "sink": sink, "look": lambda: look(sys.argv[2:])}[sys.argv[1]]()
