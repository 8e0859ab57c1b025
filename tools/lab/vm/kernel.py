# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kernels as a virtual machine takes them: unpacked, never installed. What was fetched is
kept in CACHE, by the name that was asked for, until clean()."""
import contextlib
import fcntl
import gzip
import lzma
import pathlib
import shutil
import struct
import subprocess
import tempfile

from ..processes import LabError, run

CACHE = pathlib.Path("/var/cache/gmguard-lab")
DEFAULT = "linux-image-amd64"  # Debian 12: 6.1
# What stands between the kernel and the host's files, and a disk.
_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console", "virtio_blk", "ext4")
_INIT = pathlib.Path(__file__).parent / "init"


class Unreachable(LabError):
    """A suite that this host does not name itself cannot be reached, or has no such package."""


class Kernel:
    """`image`: what QEMU boots; `initramfs`; `modules`: the folder to be seen as /lib/modules."""

    def __init__(self, directory):
        self.release = (directory / "release").read_text(encoding="ascii").strip()
        self.image = directory / "vmlinux"
        self.initramfs = directory / "initramfs.gz"
        self.modules = directory / "root/lib/modules"


def obtain(wanted=DEFAULT):
    """The kernel of a package, of a package of another suite (linux-image-amd64/bookworm-backports)
    or of a .deb file. LabError: it cannot be had."""
    package = pathlib.Path(wanted)
    directory = CACHE / "kernels" / (package.stem if package.suffix == ".deb"
                                     else wanted.replace("/", "_"))
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _alone():
        if not (directory / "release").exists():
            _prepare(wanted, directory)
        _pack_initramfs(directory)
    return Kernel(directory)


def clean():
    """Removes all that was kept."""
    shutil.rmtree(CACHE, ignore_errors=True)


@contextlib.contextmanager
def _alone():
    """Two runs at once do not unpack over each other."""
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare(wanted, directory):
    """All or nothing: a run that was interrupted leaves nothing that looks whole."""
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        work = pathlib.Path(name)
        package = pathlib.Path(wanted) if wanted.endswith(".deb") else _download(wanted, work)
        run("dpkg-deb", "-x", package, work / "root")
        release = _release_of(work / "root")
        run("depmod", "-b", work / "root", release)
        image = work / f"root/boot/vmlinuz-{release}"
        (work / "vmlinux").write_bytes(_vmlinux(image.read_bytes()))
        (work / "release").write_text(f"{release}\n", encoding="ascii")
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for part in ("root", "vmlinux", "release"):
            shutil.move(work / part, directory / part)


def _release_of(root):
    images = list(root.glob("boot/vmlinuz-*"))
    if len(images) != 1:
        raise LabError(f"not a package with a kernel in it: {len(images)} images in boot/")
    if not (root / "lib/modules").exists():  # newer packages have it in /usr alone
        (root / "lib").symlink_to("usr/lib")
    return images[0].name.removeprefix("vmlinuz-")


def _download(wanted, work):
    """The .deb of a package, or of the one that a meta package stands for."""
    name, _, suite = wanted.partition("/")
    try:
        apt = _apt_of(suite, work) if suite else []
        told = run("apt-cache", *apt, "depends", "--important", name)
        real = [line.split()[-1] for line in told.splitlines() if "Depends: linux-image-" in line]
        run("apt-get", *apt, "-q", "download", real[0] if real else name, cwd=work)
    except LabError as error:
        if suite:
            raise Unreachable(f"{wanted}: {str(error).splitlines()[-1]}") from None
        raise
    return next(work.glob("linux-image-*.deb"))


def _mirror_of(suite):
    """Where this host has the release from that the suite belongs to."""
    release = suite.partition("-")[0]
    told = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(CODENAME)",
               "Created-By: Packages")
    for line in told.splitlines():
        mirror, *origin = line.split()
        if origin == ["Debian", release]:
            return mirror
    raise LabError(f"this host has no packages of Debian's {release}")


def _apt_of(suite, work):
    """Options for apt that make it know one suite and nothing else, beside the host's own lists."""
    (work / "lists/partial").mkdir(parents=True)
    sources = work / "sources.list"
    sources.write_text("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
                       f"{_mirror_of(suite)} {suite} main\n", encoding="ascii")
    apt = ["-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=-",
           "-o", f"Dir::State::Lists={work / 'lists'}", "-o", "Dir::Cache::pkgcache=",
           "-o", "Dir::Cache::srcpkgcache=", "-o", "APT::Sandbox::User=root"]
    run("apt-get", *apt, "-q", "-o", "Acquire::Retries=1", "-o", "APT::Update::Error-Mode=any",
        "update")
    return apt


def _vmlinux(image):
    """The kernel proper inside of a bzImage. QEMU starts it at once (PVH), where the image would
    first unpack itself, emulated. The fields are those of the kernel's x86 boot protocol."""
    sectors, = struct.unpack_from("<B", image, 0x1F1)
    offset, length = struct.unpack_from("<II", image, 0x248)
    begin = (sectors + 1) * 512 + offset
    packed = image[begin:begin + length - 4]  # the last four bytes are the size unpacked
    return _unpacked(packed)


def _unpacked(data):
    if data.startswith(b"\xfd7zXZ"):
        return lzma.decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE,
                              check=True).stdout
    return data


def _pack_initramfs(directory):
    """busybox, the modules and init. Packed anew each time: init may have changed."""
    release = (directory / "release").read_text(encoding="ascii").strip()
    with tempfile.TemporaryDirectory() as name:
        tree = pathlib.Path(name)
        for folder in ("bin", "modules", "dev", "proc", "sys", "host", "tree", "top", "root"):
            (tree / folder).mkdir()
        shutil.copy("/bin/busybox", tree / "bin/busybox")
        shutil.copy(_INIT, tree / "init")
        names = []
        for path in _module_files(directory / "root", release):
            names.append(path.name.partition(".")[0])
            (tree / "modules" / names[-1]).write_bytes(_unpacked(path.read_bytes()))
        (tree / "modules/order").write_text("".join(f"{each}\n" for each in names), "ascii")
        files = "\n".join(str(path.relative_to(tree)) for path in tree.rglob("*"))
        packed = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], input=files.encode(),
                                cwd=tree, stdout=subprocess.PIPE, check=True).stdout
    part = directory / "initramfs.part"
    part.write_bytes(gzip.compress(packed, 1))
    part.rename(directory / "initramfs.gz")


def _module_files(root, release):
    """The files to be loaded, each after what it needs; what is built in has none."""
    files = {}
    for module in _MODULES:
        for line in run("modprobe", "-d", root, "-S", release, "--show-depends",
                        module).splitlines():
            kind, _, path = line.partition(" ")
            if kind == "insmod":
                files[pathlib.Path(path.strip())] = None
    return list(files)
