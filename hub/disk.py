"""What the kernel says of the file system under a path: proc_pid_mountinfo(5)."""

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")


def takes_writes(path: Path, mounts: Path = MOUNTS) -> bool:
    """Whether the file system itself is writable, however this process sees it mounted; False where nobody can tell.

    A service sees a disk as it was mounted when the service started: made writable since, it is so for the next start.
    """
    try:
        device = path.stat().st_dev
        number = f"{os.major(device)}:{os.minor(device)}"
        for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
            mount, _, system = line.partition(" - ")
            if mount.split()[2] == number:
                return "rw" in system.split()[2].split(",")  # of type, source, options
    except (OSError, IndexError):
        pass
    return False
