# SPDX-License-Identifier: BSD-2-Clause
"""One run of a virtual machine. It sees the host's files and changes none of them."""
import contextlib
import dataclasses
import os
import pathlib
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from ..processes import LabError, start, stop

_QEMU = "qemu-system-x86_64"
_CPU = "Nehalem"  # without AVX, which costs more to emulate than it saves: half the time of "max"
_CONSOLE_LINES = 25
# A processor of the emulator may run what another one's kernel is just patching, and die of the
# kernel's own int3 (QEMU 7.2, 6.12, at boot). That is the emulator's: such a machine boots again.
_TORN = "Oops: int3"
_BOOTS = 3


@dataclasses.dataclass
class Machine:
    """What a machine is made of. `tree`: a folder whose files lie over the host's; `disk`: an ext4
    image, seen in /var/lib/gmguard, which alone outlives a run; `init`: a program to be process 1,
    which has to end the machine and leave its status in /run/vm/status; `append`: more for the
    kernel's command line; `counts`: its clock goes on by a nanosecond with each instruction that
    its one processor executes, so that what is timed in it is counted."""
    kernel: object
    tree: pathlib.Path = None
    disk: pathlib.Path = None
    init: str = ""
    append: str = ""
    memory_mb: int = 1536
    processors: int = 2
    counts: bool = False

    def run(self, command=(), timeout_s=300, tell=sys.stdout.buffer.write):
        """Runs a command as root and returns its status; tell() gets its output as it comes. The
        machine ends with it, and with the block or the process that this is called from.
        LabError: the machine did not work, or the time was up."""
        with tempfile.TemporaryDirectory(prefix="gmguard-vm-") as name:
            folder = pathlib.Path(name)
            (folder / "command").write_text(_script(command), encoding="utf-8")
            for _ in range(_BOOTS):
                has_told = self._boot(folder, timeout_s, tell)
                with contextlib.suppress(OSError, ValueError):
                    return int((folder / "status").read_text(encoding="ascii"))
                if has_told or _TORN not in _last_words(folder):
                    break
            raise LabError(f"the virtual machine ended without a result; its console:\n"
                           f"{_last_words(folder)}")

    def _boot(self, folder, timeout_s, tell):
        """Until it ends. Returns whether its command told anything."""
        reader, writer = os.pipe()
        try:
            process = start(self._command(folder, writer), log=folder / "qemu.log",
                            pass_fds=[writer])
        finally:
            os.close(writer)
        try:
            has_told = _pass_on(reader, tell, time.monotonic() + timeout_s)
            process.wait(10)
            return has_told
        except (TimeoutError, subprocess.TimeoutExpired):
            raise LabError(f"the virtual machine did not end within {timeout_s} s; its console:\n"
                           f"{_last_words(folder)}") from None
        finally:
            stop(process)
            os.close(reader)

    def _command(self, folder, output):
        # Without the check of the timer: it fails where the emulator has to wait for a processor.
        words = ["console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off nokaslr "
                 "no_timer_check rcupdate.rcu_cpu_stall_suppress=1",
                 f"gmguard.now={int(time.time())} gmguard.modules={self.kernel.modules}",
                 f"gmguard.init={self.init}" if self.init else "", self.append]
        command = [_QEMU, "-M", "pc", "-cpu", _CPU, *self._pace(),
                   "-m", self.memory_mb, "-nodefaults", "-no-reboot",
                   "-display", "none", "-serial", f"file:{folder / 'console'}",
                   "-kernel", self.kernel.image, "-initrd", self.kernel.initramfs,
                   *_share("root", "/", ",readonly=on"), *_share("run", folder),
                   "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=out",
                   "-chardev", f"file,id=out,path=/proc/self/fd/{output},append=on"]
        if self.tree:
            words.append("gmguard.tree=1")
            command += _share("tree", self.tree, ",readonly=on")
        if self.disk:
            command += ["-drive", f"file={self.disk},if=virtio,format=raw,cache=writeback"]
        return [*command, "-append", " ".join(words)]

    def _pace(self):
        if self.counts:
            return ["-accel", "tcg,thread=single", "-smp", 1, "-icount", "shift=0,sleep=off"]
        return ["-accel", "tcg,thread=multi", "-smp", self.processors]


def why_not():
    """Why no machine can run here; empty text: one can."""
    for program in (_QEMU, "busybox", "cpio", "modprobe", "zstd"):
        if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
            return f"no {program}: sudo tools/deps --vm"
    return ""


def _share(name, path, more=""):
    return ["-fsdev", f"local,id={name},path={path},security_model=none,multidevs=remap{more}",
            "-device", f"virtio-9p-pci,fsdev={name},mount_tag={name}"]


def _script(command):
    return f"cd {shlex.quote(os.getcwd())}\n{shlex.join(map(str, command))}\n"


def _pass_on(reader, tell, end):
    """Until QEMU has closed its end. Returns whether anything came."""
    has_told = False
    while True:
        ready, _, _ = select.select([reader], [], [], max(end - time.monotonic(), 0))
        if not ready:
            raise TimeoutError
        data = os.read(reader, 65536)
        if not data:
            return has_told
        has_told = True
        tell(data)


def _last_words(folder):
    lines = []
    for name in ("qemu.log", "console"):
        with contextlib.suppress(OSError):
            lines += (folder / name).read_text(errors="replace").splitlines()
    return "\n".join(lines[-_CONSOLE_LINES:])
