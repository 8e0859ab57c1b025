# SPDX-License-Identifier: BSD-2-Clause
"""Processes and sockets in other network namespaces and cgroups."""
import contextlib
import ctypes
import os
import signal
import subprocess
import time

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1


class LabError(Exception):
    """The lab itself failed; says nothing about the guard."""


def run(*command, check=True, input="", **options):
    """Runs a short command and returns its stdout; its stderr is in the error."""
    done = subprocess.run([str(part) for part in command], input=input, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **options)
    if check and done.returncode != 0:
        raise LabError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def netns_path(name):
    return f"/run/netns/{name}"


def _set_netns(fd):
    if _libc.setns(fd, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def in_netns(name):
    """Inside the block this thread's new sockets belong to that namespace; they stay there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        there = os.open(netns_path(name), os.O_RDONLY | os.O_CLOEXEC)
        try:
            _set_netns(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _set_netns(home)
    finally:
        os.close(home)


def _before_exec(cgroup, dies_with_us):
    """Runs in the child: joins the cgroup before any socket exists (the kernel files a socket
    under the cgroup of its maker)."""
    def prepare():
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if cgroup:
            with open(f"{cgroup}/cgroup.procs", "w", encoding="ascii") as procs:
                procs.write("0")
        if dies_with_us:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return prepare


def start(command, netns=None, cgroup=None, log=None, dies_with_us=True, **options):
    """Starts a process of its own session; its output goes to the file `log`."""
    if netns:
        # nsenter, not `ip netns exec`: that one mounts its own /sys, without bpffs and cgroup2.
        command = ["nsenter", f"--net={netns_path(netns)}", "--", *command]
    out = open(log, "ab") if log else subprocess.DEVNULL
    try:
        return subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                                preexec_fn=_before_exec(cgroup, dies_with_us), **options)
    finally:
        if log:
            out.close()


def stop(process, grace_s=5.0):
    """Ends a process of start() and what it has forked, politely first."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition, timeout_s, what, process=None):
    """Polls; the error says what was waited for, and that the process in question is gone."""
    end = time.monotonic() + timeout_s
    while not condition():
        if process is not None and process.poll() is not None:
            raise LabError(f"{what}: the process ended with status {process.returncode}")
        if time.monotonic() > end:
            raise LabError(f"{what}: not within {timeout_s:g} s")
        time.sleep(0.02)
