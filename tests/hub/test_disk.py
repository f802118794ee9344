"""What the kernel says of a file system, apart from what one process may do with it."""

import os
import subprocess
from pathlib import Path

import pytest

from hub.disk import takes_writes
from tests.hub.disks import Fills, disk


def line(path: Path, mount: str, system: str) -> str:
    device = path.stat().st_dev
    return f"36 35 {os.major(device)}:{os.minor(device)} / /x {mount} master:1 - ext4 /dev/a\\040b {system}\n"


@pytest.mark.parametrize(
    ("mount", "system", "takes"),
    [("ro,noatime", "rw,errors=remount-ro", True), ("rw,noatime", "ro,errors=continue", False), ("rw", "rw", True)],
)
def test_it_is_the_file_system_that_counts_and_not_the_mount(
    tmp_path: Path, mount: str, system: str, takes: bool
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("35 1 0:999 / / rw - tmpfs none ro\n" + line(tmp_path, mount, system))
    assert takes_writes(tmp_path, mounts) is takes


@pytest.mark.parametrize("text", ["", "nonsense\n", "1 2\n", "\xff\n"])
def test_nobody_can_tell_is_no(tmp_path: Path, text: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(text)
    assert not takes_writes(tmp_path, mounts)
    assert not takes_writes(tmp_path / "none", mounts)
    assert not takes_writes(tmp_path, tmp_path / "none")


def test_of_a_real_disk(tmp_path: Path) -> None:
    with disk(Fills, tmp_path) as card:
        for how, takes in (("ro", False), ("rw", True)):
            subprocess.run(("mount", "-o", f"remount,{how}", str(card.at)), check=True)
            assert takes_writes(card.at) is takes
