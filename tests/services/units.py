"""The services as the booted systemd has them: started, killed, hung, looked at. For within the proof's machine."""

import grp
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROLES = ("hub", "ui", "sync")


def systemctl(*words: str) -> str:
    """Its output; CalledProcessError where it fails."""
    return subprocess.run(("systemctl", *words), check=True, capture_output=True, text=True).stdout.strip()


def drop_in(name: str, text: str, topic: str = "proof") -> None:
    """Add to a unit's settings, or take away what was added where `text` is empty; for its next start."""
    file = Path(f"/run/systemd/system/medhub-{name}.service.d/{topic}.conf")
    file.parent.mkdir(parents=True, exist_ok=True)
    if text:
        file.write_text(f"[Service]\n{text}\n")
    else:
        file.unlink(missing_ok=True)
    systemctl("daemon-reload")


@contextmanager
def acting_as(user: str, group: str) -> Iterator[None]:
    """Files and sockets see another user meanwhile."""
    os.setegid(grp.getgrnam(group).gr_gid)
    os.seteuid(pwd.getpwnam(user).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


class Unit:
    """One service from now on. Keeps the promise of `medhub.demo.process.Process`: it has ended when its process has,
    and may be running again already."""

    def __init__(self, name: str, anew: bool = False) -> None:
        """Started, where it does not run; `anew`: with the settings as they are now."""
        self.name = f"medhub-{name}.service"
        systemctl("restart" if anew else "start", self.name)
        self._pid = self.main_pid

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def main_pid(self) -> int:
        return int(self.show("MainPID"))

    def show(self, *properties: str) -> str:
        return systemctl("show", "--value", *(word for p in properties for word in ("-p", p)), self.name)

    def has_ended(self) -> bool:
        return self.main_pid != self._pid

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)

    def stop(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    def cont(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    def close(self) -> None:
        subprocess.run(("systemctl", "stop", self.name), check=False, capture_output=True)
