"""Sound by ALSA: a process of `aplay` (alsa-utils) for each WAV, so that a sound device that hangs holds nobody up."""

import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress

from drivers.waves import length_s
from hub.ports import DeviceError

PATIENCE_S = 3.0  # longer than the sound lasts; then the device hangs
DYING_S = 1.0  # a killed process that does not go hangs in the kernel


class Aplay:
    """One WAV at a time on an ALSA device, named as for `aplay -D`. `program` is alsa-utils' aplay."""

    def __init__(self, device: str, program: str = "aplay", patience_s: float = PATIENCE_S) -> None:
        self._command, self._patience_s = (program, "-q", "-D", device, "-"), patience_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def play(self, file: bytes, wanted: Callable[[], bool]) -> bool:
        """Until its end, which is True, or `stop`; not at all where it is not `wanted` any more. Raises DeviceError."""
        with self._lock:
            if not wanted():
                return False
            if self._process is not None and self._process.poll() is None:
                raise DeviceError("loudspeaker: aplay still hangs")
            process = self._process = self._start(file)
        try:
            _, said = process.communicate(timeout=length_s(file) + self._patience_s)
        except subprocess.TimeoutExpired:
            self._give_up(process)
        if process.returncode and wanted():
            raise DeviceError(f"loudspeaker: aplay ended with {process.returncode}: {_last_line(said)}")
        return process.returncode == 0

    def stop(self) -> None:
        """Silence at once: the kernel drops what a process that is gone had left to play."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def _start(self, file: bytes) -> "subprocess.Popen[bytes]":
        """The sound lies in memory: no disk is read or written for it, and no pipe waits."""
        source = os.memfd_create("sound")
        try:
            with os.fdopen(os.dup(source), "wb") as out:
                out.write(file)
            os.lseek(source, 0, os.SEEK_SET)
            return subprocess.Popen(self._command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        except FileNotFoundError as error:
            raise DeviceError(f"loudspeaker: {self._command[0]} is not installed") from error
        except OSError as error:
            raise DeviceError(f"loudspeaker: {error.strerror}") from error
        finally:
            os.close(source)

    def _give_up(self, process: "subprocess.Popen[bytes]") -> None:
        """One that does not even die stays `_process`, and none is started beside it."""
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=DYING_S)
        raise DeviceError("loudspeaker: aplay hangs")


def _last_line(said: bytes) -> str:
    """What ALSA says of itself; a device's name, no more (R15)."""
    lines = said.decode(errors="replace").split("\n")
    return next((line.strip()[:120] for line in reversed(lines) if line.strip()), "it did not say why")
