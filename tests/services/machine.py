"""The proof's machine: a Debian of the same release as this one, from Debian's packages, booted in systemd-nspawn.

It has no network but its own loopback. What it is given: this tree and this environment's packages to read, and the
wheels of requirements/appliance.txt. Everything of it lies in one temporary folder and ends with it.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".venv" / "services"  # what is fetched, from one run to the next
PACKAGES = ("systemd-sysv", "dbus", "udev", "make", "xvfb", "faketime")
NEEDED = {
    "systemd-nspawn": "systemd-container", "mmdebstrap": "mmdebstrap", "nsenter": "util-linux",
    "qemu-system-x86_64": "qemu-system-x86", "mke2fs": "e2fsprogs",
}  # fmt: skip
BOOT_S = 60.0


class NoMachine(Exception):
    """Why there can be none here."""


class Machine:
    """`run` is a command on it, as root."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._root = folder, folder / "root"
        self._nspawn: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        binds = {self._folder / "src": "/src", self._folder / "site": "/site", KEPT / "wheels": "/wheels"}
        words = [f"--bind-ro={ours}:{theirs}" for ours, theirs in binds.items()]
        with (self._folder / "console").open("ab") as console:
            self._nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", "--console=pipe",
                 "--private-network", f"--directory={self._root}", *words],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console,
            )  # fmt: skip
        self._wait_until_up()

    @property
    def off(self) -> bool:
        """It has put itself off, or wants to be booted again: nspawn does not do that everywhere."""
        return self._nspawn is None or self._nspawn.poll() is not None

    def _wait_until_up(self) -> None:
        until = time.monotonic() + BOOT_S
        while self.run("systemctl", "is-system-running", "--wait", check=False) not in ("running", "degraded"):
            if time.monotonic() > until:
                raise NoMachine((self._folder / "console").read_text()[-2000:] or "it does not come up")
            time.sleep(0.2)

    @property
    def leader(self) -> int:
        """Its first process, as this machine counts; another after each boot. 0 where there is none."""
        if self.off or self._nspawn is None:
            return 0
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def command(self, *words: str) -> list[str]:
        inside = ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--wdns=/", "--"]
        return [*inside, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", *words]

    def run(self, *words: str, check: bool = True) -> str:
        """Its output; CalledProcessError where it fails and `check`."""
        if self.leader == 0:
            return ""
        done = subprocess.run(
            self.command(*words), check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if check and done.returncode:
            raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)
        return done.stdout.strip()

    def python(self, module: str, *words: str) -> int:
        """A module of this tree with this environment's packages, its output going where ours does; its exit code."""
        path = ("PYTHONPATH=/src:/site", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1")
        command = self.command(*path, "sh", "-c", 'cd /src && exec "$@"', "-", "python3", "-m", module, *words)
        return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode

    def close(self) -> None:
        """Off, in order if it goes."""
        if self._nspawn is None:
            return
        self._nspawn.terminate()
        try:
            self._nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait(30)


@contextmanager
def machine() -> Iterator[Machine]:
    """Installed and booted, with nothing of ours on it yet. NoMachine where that cannot be."""
    missing = sorted({package for command, package in NEEDED.items() if shutil.which(command) is None})
    if missing or os.geteuid() != 0:
        raise NoMachine(f"it takes root, and: apt-get install {' '.join(missing)}" if missing else "it takes root")
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="medhub-services-", dir="/var/tmp") as name:
        folder = Path(name)
        unpack(debian(), folder / "root")
        copy_tree(folder / "src")
        (folder / "site").symlink_to(next((ROOT / ".venv/lib").glob("python3.*/site-packages")))
        fetch_wheels()
        made = Machine(folder)
        try:
            made.boot()
            yield made
        finally:
            made.close()


def debian(*more: str) -> Path:
    """A tar of the system, made once: with what requirements/appliance-debian.txt asks for, as `make install` would."""
    lines = (ROOT / "requirements" / "appliance-debian.txt").read_text().splitlines()
    wanted = ",".join((*PACKAGES, *more, *(line for line in lines if line and not line.startswith("#"))))
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    suite = release["VERSION_CODENAME"].strip('"')
    tar = KEPT / f"{suite}-{crc32(wanted.encode()):08x}.tar"
    if not tar.exists():
        part = tar.with_suffix(".part.tar")
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={wanted}",
             "--aptopt=Apt::Install-Recommends false", suite, str(part), *_sources()],
            check=True,
        )  # fmt: skip
        part.rename(tar)
    return tar


def _sources() -> Sequence[str]:
    """This machine's own sources of Debian packages."""
    places = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("debian*.sources")]
    return [str(place) for place in places if place.is_file() and place.stat().st_size]


def unpack(tar: Path, root: Path) -> None:
    root.mkdir()
    subprocess.run(["tar", "-C", str(root), "--numeric-owner", "-xf", str(tar)], check=True)


def copy_tree(to: Path) -> None:
    """What git has of this tree, as it is now."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)


def fetch_wheels() -> None:
    pip = [str(ROOT / ".venv" / "bin" / "python"), "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    subprocess.run([*pip, str(KEPT / "wheels"), "-r", str(ROOT / "requirements" / "appliance.txt")], check=True)
