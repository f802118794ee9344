"""A real process of the demo: started, watched, killed, ended with the demo; its words go to a log file."""

import os
import signal
import subprocess
import sys
from pathlib import Path


class Process:
    """`python -m module arguments`, in the demo's own Python."""

    def __init__(self, name: str, arguments: list[str], logs: Path, env: dict[str, str] | None = None) -> None:
        self.name = name
        self._log = (logs / f"{name}.log").open("ab")
        self._popen = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env={**os.environ, **(env or {})},
        )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._popen.pid

    def has_ended(self) -> bool:
        return self._popen.poll() is not None

    def kill(self) -> None:
        """SIGKILL: no last word."""
        self._popen.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        """SIGSTOP: it hangs, wherever it is, and its sockets with it."""
        self._popen.send_signal(signal.SIGSTOP)

    def cont(self) -> None:
        """SIGCONT: it goes on where it was."""
        self._popen.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Ask it to stop, and end it if it does not; may be called twice."""
        if not self.has_ended():
            self._popen.terminate()
            self.cont()  # a stopped one would not hear it
        try:
            self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait(timeout=5)
        self._log.close()
