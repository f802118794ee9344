"""Real disks in the test's hand: one that fills up, one that turns read-only, one that fails. They need mount(8)."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest


def may_mount(folder: Path) -> bool:
    """Whether this machine lets the test have a disk of its own."""
    folder.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
    except (OSError, subprocess.CalledProcessError):
        return False
    _run("umount", folder)
    return True


class Disk:
    """A file system of a few MiB at `at`, which `spoil` fills, or turns, or breaks, and `mend` mends. `in_place`: also
    under a hub that has files on it open."""

    in_place = True

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self.at = folder / "disk"
        self.at.mkdir()
        self.make()

    def make(self) -> None:
        """Mount it."""
        ...  # by each kind

    def spoil(self) -> None: ...

    def mend(self) -> None: ...

    def _mount(self, where: Path, *words: object) -> None:
        _run("mount", *words, where)
        self._stack.callback(_unmount, where)


class Fills(Disk):
    """Takes nothing more once spoilt: something else has filled it."""

    def make(self) -> None:
        self._mount(self.at, "-t", "tmpfs", "-o", "size=3m", "tmpfs")

    def spoil(self) -> None:
        fill(self.at / "logs")

    def mend(self) -> None:
        (self.at / "logs").unlink()


class TurnsReadOnly(Disk):
    """ext4 that gives up, as after an error: read-only at once, also for what is open. Mended by mounting it anew."""

    in_place = False

    def make(self) -> None:
        self._image = image_at(self._folder / "image", "has_journal")
        self._mount(self.at, "-o", "loop", self._image)

    def spoil(self) -> None:
        _run("sync", "-f", self.at)  # what is not the hub's own to promise
        _run("mount", "-o", "remount,abort", self.at)

    def mend(self) -> None:
        _run("umount", self.at)
        _run("mount", "-o", "loop", self._image, self.at)


class Fails(Disk):
    """ext4 on a device that takes no write any more, and says so only when asked to put it on the disk: EIO."""

    in_place = False

    def make(self) -> None:
        self._card, self._behind = self._folder / "card", self._folder / "behind"
        self._behind.mkdir()
        self._mount(self._behind, "-o", "loop", image_at(self._card, "has_journal", 32))
        self._mount(self.at, "-o", "loop", image_at(self._behind / "image", "^has_journal"))

    def spoil(self) -> None:
        for where in (self.at, self._behind):
            _run("sync", "-f", where)
        _run("mount", "-o", "remount,abort", self._behind)

    def mend(self) -> None:
        for where in (self.at, self._behind):
            _run("umount", where)
        _run("mount", "-o", "loop", self._card, self._behind)
        _run("mount", "-o", "loop", self._behind / "image", self.at)


@contextmanager
def disk(kind: type[Disk], folder: Path) -> Iterator[Disk]:
    if not may_mount(folder / "probe"):
        pytest.skip("needs the right to mount a disk")
    with ExitStack() as stack:
        yield kind(folder, stack)


def image_at(path: Path, feature: str, mib: int = 16) -> Path:
    """An empty ext4, as a file with holes."""
    with path.open("wb") as file:
        file.truncate(mib * 1024 * 1024)
    _run("mkfs.ext4", "-q", "-F", "-O", feature, "-E", "lazy_itable_init=1,nodiscard", path)
    return path


def fill(path: Path) -> None:
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def _unmount(where: Path) -> None:
    subprocess.run(["umount", "-l", str(where)], check=False, capture_output=True)


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True, timeout=20)
