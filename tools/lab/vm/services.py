# SPDX-License-Identifier: BSD-2-Clause
"""A folder of files for a machine whose first process is systemd (Machine.tree, Machine.init)."""
import pathlib
import shutil

from ..processes import run

INIT = "/lib/systemd/systemd"
# No login on a console; and patience: what starts in seconds takes minutes on a host that is busy.
APPEND = "systemd.getty_auto=no systemd.show_status=no systemd.default_timeout_start_sec=600"
_UNITS = "etc/systemd/system"
# What a machine of one run has no use for, and what takes long where all is emulated.
_IDLE = ("console-getty.service", "dev-hugepages.mount", "dev-mqueue.mount", "e2scrub_reap.service",
         "kmod-static-nodes.service", "proc-sys-fs-binfmt_misc.automount",
         "sys-fs-fuse-connections.mount", "sys-kernel-config.mount", "systemd-binfmt.service",
         "systemd-firstboot.service", "systemd-hwdb-update.service",
         "systemd-journal-flush.service", "systemd-machine-id-commit.service", "systemd-modules-load.service",
         "systemd-pcrphase-sysinit.service", "systemd-pcrphase.service", "systemd-pstore.service",
         "systemd-random-seed.service", "systemd-repart.service", "systemd-sysusers.service",
         "systemd-tmpfiles-clean.timer", "systemd-tmpfiles-setup-dev.service",
         "systemd-tmpfiles-setup.service", "systemd-timesyncd.service",
         "systemd-update-utmp-runlevel.service", "systemd-update-utmp.service",
         "systemd-user-sessions.service")
# Runs the machine's command when all else is started, and ends the machine as a power cut does.
_COMMAND = """[Unit]
Description=The command of this machine
After={after}
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/bin/bash -c 'bash /run/vm/command >/dev/vport*p1 2>&1; echo $? >/run/vm/status'
ExecStopPost=/bin/bash -c 'echo o >/proc/sysrq-trigger'
[Install]
WantedBy=multi-user.target
"""


class Services:
    """The units of a machine, beside those that Debian's packages start themselves."""

    def __init__(self, tree):
        self.tree = pathlib.Path(tree)
        (self.tree / _UNITS).mkdir(parents=True)
        self._silence_host()

    def _silence_host(self):
        """Nothing that was enabled on the host runs in the machine."""
        enabled = {link.name for link in pathlib.Path("/", _UNITS).glob("*.wants/*")}
        for name in enabled | set(_IDLE):
            (self.tree / _UNITS / name).symlink_to("/dev/null")

    def put(self, path, data):
        """A file by its absolute path: the text, or a copy of the file."""
        there = self.tree / str(path).lstrip("/")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.unlink(missing_ok=True)
        if isinstance(data, pathlib.Path):
            shutil.copy(data, there)
        else:
            there.write_text(data, encoding="utf-8")

    def add(self, name, data):
        """A unit, enabled as its [Install] says."""
        self.put(f"/{_UNITS}/{name}", data)
        if isinstance(data, pathlib.Path) or "[Install]" in data:
            run("systemctl", "--root", self.tree, "--quiet", "enable", name)

    def add_command(self, after):
        """What runs Machine.run()'s command, once those units have been started."""
        self.add("vm-command.service", _COMMAND.format(after=after))
