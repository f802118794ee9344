"""Danish by espeak-ng: a sentence becomes a WAV once, and is kept."""

import hashlib
import io
import logging
import os
import subprocess
import wave
from pathlib import Path

from drivers.waves import as_wav
from hub.ports import DeviceError

MOST_CHARACTERS = 300
MOST_KEPT = 200  # files; a sentence of 5 s is 220 kB
MAKE_S = 3.0  # 0.03 s is usual; the next tone waits for it
WORDS_A_MINUTE = 140  # espeak-ng's own 175 is fast for old ears
log = logging.getLogger("drivers.speech")


class Speech:
    """Makes sound of Danish text. `folder` is made where there is none; it is read by the hub alone, for the sound
    tells what the text told. Names of files are a hash, and no text goes to a command line or a log (R15)."""

    def __init__(self, folder: Path, program: str = "espeak-ng") -> None:
        self._folder, self._program = folder, program

    def wav(self, text: str) -> bytes:
        """`text` spoken, as a WAV file. A disk that cannot be written costs no speech. Raises DeviceError."""
        if not 0 < len(text) <= MOST_CHARACTERS:
            raise DeviceError(f"speech: a sentence has 1 to {MOST_CHARACTERS} characters")
        name = hashlib.sha256(f"{WORDS_A_MINUTE} {text}".encode()).hexdigest()[:32]
        kept = self._folder / f"{name}.wav"
        try:
            return _with_length(kept.read_bytes())
        except (OSError, DeviceError):  # not made yet, or torn
            made = self._make(text)
        try:
            self._keep(kept, made)
        except OSError as error:
            log.debug("a sentence was not kept: %s", error.strerror)
        return made

    def _make(self, text: str) -> bytes:
        command = (self._program, "-b", "1", "-v", "da", "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout")
        try:
            done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=MAKE_S, check=True)
        except FileNotFoundError as error:
            raise DeviceError(f"speech: {self._program} is not installed") from error
        except (OSError, subprocess.SubprocessError) as error:
            raise DeviceError(f"speech: {self._program} failed: {type(error).__name__}") from error
        return _with_length(done.stdout)

    def _keep(self, file: Path, made: bytes) -> None:
        """Whole or not at all; the oldest give way."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        beside = file.with_suffix(".new")
        beside.write_bytes(made)
        os.replace(beside, file)
        kept = sorted(self._folder.glob("*.wav"), key=lambda wav: wav.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink()


def _with_length(streamed: bytes) -> bytes:
    """The same with its true length: what is written to a pipe has a header that was made before it was known."""
    try:
        with wave.open(io.BytesIO(streamed), "rb") as sound:
            form = (sound.getnchannels(), sound.getsampwidth())
            samples, rate = sound.readframes(sound.getnframes()), sound.getframerate()
    except (wave.Error, EOFError) as error:
        raise DeviceError("speech: what was made is no sound") from error
    if form != (1, 2) or not samples:
        raise DeviceError("speech: what was made is no sound")
    return as_wav(samples, rate)
