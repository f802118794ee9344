"""Tones and speech on a loudspeaker: the twin, and ALSA by an `aplay` that writes down what it was to play."""

import io
import logging
import os
import shutil
import stat
import wave
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from drivers.aplay import Aplay
from drivers.loudspeaker import Loudspeaker
from drivers.sounder import REMINDER, TONES, TwinSounder
from drivers.speech import MOST_KEPT, Speech
from drivers.waves import RATE, as_wav, length_s, wav
from drivers.world_protocol import What
from hub.ports import DeviceError, Tone
from tests.drivers.worlds import running_world, wait_for

SENTENCE = "Det er tid til din medicin."
NAMES = {wav(tone): tone.name for tone in (*TONES.values(), REMINDER)}

APLAY = """#!/bin/sh
# Writes down what it is to play, under its own number, and does as it was told when it began.
cd {folder}
mode=$(cat mode)
cat > new; echo "$@" > arguments; mv new $(date +%s%N)-$$.wav
case "$mode" in
fails)
    echo "ALSA lib: no such card" >&2
    echo "aplay: main:831: audio open error: No such file or directory" >&2
    exit 1 ;;
hangs) exec sleep 60 ;;
esac
"""
ESPEAK = """#!/bin/sh
cd {folder}
echo "$@" >> sentences; cat >> sentences; echo >> sentences
cat spoken
"""


def script(path: Path, text: str, folder: Path) -> Path:
    path.write_text(text.format(folder=folder))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Buzzer:
    """A sounder behind the other. `broken`: it does not sound either."""

    def __init__(self) -> None:
        self.played: list[str] = []
        self.broken = self.closed = False

    def play(self, tone: Tone | None) -> None:
        if self.broken:
            raise DeviceError("sounder: the line is gone")
        self.played.append(tone.name if tone else "")

    def close(self) -> None:
        self.closed = True


class Sounding(Protocol):
    """`hub.ports.Sounder` and `hub.ports.Voice` in one."""

    def play(self, tone: Tone | None) -> None: ...

    def say(self, text: str) -> None: ...

    def close(self) -> None: ...


class Rig(Protocol):
    sounder: Sounding

    def heard(self) -> list[str]: ...


class TwinRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._world = closing.enter_context(running_world())
        self.sounder = TwinSounder(self._world.socket)

    def heard(self) -> list[str]:
        return [e.note for e in self._world.client.ledger() if e.what in (What.TONE, What.SAID)]


class AlsaRig:
    """`mode` is what aplay does: "plays", "fails" or "hangs"."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder, self.buzzer = folder, Buzzer()
        self.mode("plays")
        (folder / "spoken").write_bytes(as_wav(bytes(range(200)), RATE))
        self.aplay = script(folder / "aplay", APLAY, folder)
        self.espeak = script(folder / "espeak-ng", ESPEAK, folder)
        self.speech = Speech(folder / "speech", str(self.espeak))
        self.sounder = Loudspeaker(Aplay("plughw:1", str(self.aplay), patience_s=0.3), self.buzzer, self.speech)

    def mode(self, name: str) -> None:
        (self.folder / "mode").write_text(name)

    def heard(self) -> list[str]:
        played = [file.read_bytes() for file in sorted(self.folder.glob("*.wav"))]
        return [NAMES.get(file, SENTENCE) for file in played]

    def pids(self) -> list[int]:
        return [int(file.stem.partition("-")[2]) for file in sorted(self.folder.glob("*.wav"))]


@pytest.fixture(params=[TwinRig, AlsaRig], ids=["twin", "alsa"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with ExitStack() as closing:
        made = request.param(tmp_path, closing)
        closing.callback(made.sounder.close)
        yield made


@pytest.fixture
def alsa(tmp_path: Path, closing: ExitStack) -> AlsaRig:
    made = AlsaRig(tmp_path, closing)
    closing.callback(made.sounder.close)
    return made


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# -- what every sounder promises ---------------------------------------------------------------------------------------


def test_a_tone_is_heard_and_a_sentence_after_it(rig: Rig) -> None:
    rig.sounder.play(TONES["medium"])
    rig.sounder.say(SENTENCE)
    wait_for("both", lambda: rig.heard() == ["medium", SENTENCE])
    rig.sounder.play(REMINDER)
    wait_for("the next", lambda: rig.heard() == ["medium", SENTENCE, "reminder"])


def test_silence_is_heard_as_nothing(rig: Rig) -> None:
    rig.sounder.play(None)
    rig.sounder.play(TONES["low"])
    wait_for("the tone", lambda: rig.heard() == ["low"])


def test_a_closed_one_says_so_and_may_be_closed_twice(rig: Rig) -> None:
    rig.sounder.close()
    rig.sounder.close()
    for call in (lambda: rig.sounder.play(REMINDER), lambda: rig.sounder.say(SENTENCE)):
        with pytest.raises(DeviceError, match="sounder: "):
            call()


# -- ALSA --------------------------------------------------------------------------------------------------------------


def test_aplay_gets_the_device_and_the_whole_sound(alsa: AlsaRig) -> None:
    alsa.sounder.play(TONES["high"])
    wait_for("the sound", lambda: alsa.heard() == ["high"])
    assert (alsa.folder / "arguments").read_text().split() == ["-q", "-D", "plughw:1", "-"]
    assert alsa.buzzer.played == []


@pytest.mark.parametrize("tone", [None, REMINDER])
def test_a_sound_is_stopped_at_once(alsa: AlsaRig, tone: Tone | None, caplog: pytest.LogCaptureFixture) -> None:
    alsa.mode("hangs")
    alsa.sounder.play(TONES["high"])
    alsa.sounder.say(SENTENCE)
    wait_for("the sound", lambda: alsa.pids())
    alsa.mode("plays")
    (first,) = alsa.pids()
    alsa.sounder.play(tone)
    wait_for("its end", lambda: not alive(first))
    wait_for("what was asked for", lambda: tone is None or "reminder" in alsa.heard())
    alsa.sounder.play(TONES["low"])
    wait_for("the last", lambda: alsa.heard()[-1] == "low")
    assert SENTENCE not in alsa.heard()  # it waited, and was cut too
    assert alsa.buzzer.played == []  # being stopped is no failure
    assert not caplog.records


def test_closing_stops_it(alsa: AlsaRig) -> None:
    alsa.mode("hangs")
    alsa.sounder.play(TONES["high"])
    wait_for("the sound", lambda: alsa.pids())
    alsa.sounder.close()
    assert not alive(alsa.pids()[0])
    assert alsa.buzzer.closed


# -- the buzzer behind it ----------------------------------------------------------------------------------------------


def told(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == level]


def test_the_buzzer_sounds_while_alsa_fails_and_that_is_said_once(
    alsa: AlsaRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "drivers.loudspeaker")
    alsa.mode("fails")
    for count in (1, 2):
        alsa.sounder.play(TONES["high"])
        wait_for("the buzzer", lambda n=count: alsa.buzzer.played.count("high") == n)
    assert told(caplog, logging.WARNING) == [
        "loudspeaker does not work; loudspeaker: aplay ended with 1: "
        "aplay: main:831: audio open error: No such file or directory"
    ]
    alsa.mode("plays")
    alsa.sounder.play(REMINDER)
    wait_for("word of it", lambda: told(caplog, logging.INFO) == ["loudspeaker works again"])
    assert alsa.buzzer.played == ["high", "", "high", ""]  # each silenced by what came after


def test_a_sound_that_was_cut_shows_nothing(alsa: AlsaRig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "drivers.loudspeaker")
    alsa.mode("fails")
    alsa.sounder.play(TONES["high"])
    wait_for("the buzzer", lambda: "high" in alsa.buzzer.played)
    alsa.mode("hangs")
    alsa.sounder.play(TONES["medium"])
    wait_for("the sound", lambda: len(alsa.pids()) == 2)
    alsa.mode("fails")
    alsa.sounder.play(TONES["low"])
    wait_for("the buzzer", lambda: "low" in alsa.buzzer.played)
    assert told(caplog, logging.INFO) == []
    assert len(told(caplog, logging.WARNING)) == 1


@pytest.mark.parametrize("broken", ["hangs", "gone", "no program", "no sound at all"])
def test_however_alsa_fails_the_tone_is_heard(alsa: AlsaRig, broken: str) -> None:
    alsa.mode("hangs" if broken == "hangs" else "fails")
    if broken == "gone":
        alsa.aplay.unlink()
    if broken == "no program":
        alsa.aplay.write_bytes(b"\x7fELF, hardly")
    if broken == "no sound at all":
        alsa.aplay.chmod(0)
    alsa.sounder.play(Tone("high", pulses=1, pulse_ms=75, gap_ms=50, hertz=440, volume=1.0))
    wait_for("the buzzer", lambda: alsa.buzzer.played == ["high"])


def test_silence_silences_the_buzzer_too(alsa: AlsaRig) -> None:
    alsa.mode("fails")
    alsa.sounder.play(TONES["low"])
    wait_for("the buzzer", lambda: alsa.buzzer.played == ["low"])
    alsa.sounder.play(None)
    assert alsa.buzzer.played == ["low", ""]


def test_where_neither_sounds_the_next_call_says_it(alsa: AlsaRig) -> None:
    alsa.mode("fails")
    alsa.buzzer.broken = True

    def said() -> bool:
        try:
            alsa.sounder.play(TONES["high"])
        except DeviceError as error:
            return str(error) == "sounder: the line is gone"
        return False

    wait_for("the trouble", said)


def test_a_sentence_that_cannot_be_said_is_no_noise(alsa: AlsaRig, caplog: pytest.LogCaptureFixture) -> None:
    alsa.espeak.unlink()
    for _ in range(2):
        alsa.sounder.say(SENTENCE)
    alsa.sounder.play(REMINDER)
    wait_for("the tone", lambda: "reminder" in alsa.heard())
    alsa.sounder.say(SENTENCE)
    wait_for("word of it", lambda: told(caplog, logging.WARNING))
    assert len(told(caplog, logging.WARNING)) == 1
    assert "is not installed" in caplog.text
    assert SENTENCE not in caplog.text  # R15
    assert alsa.heard() == ["reminder"]
    assert alsa.buzzer.played == []


# -- speech ------------------------------------------------------------------------------------------------------------


def test_a_sentence_is_made_once(alsa: AlsaRig) -> None:
    first = alsa.speech.wav(SENTENCE)
    assert Speech(alsa.folder / "speech", "/not/there").wav(SENTENCE) == first
    said = (alsa.folder / "sentences").read_text()
    assert said.count(SENTENCE) == 1
    assert SENTENCE not in said.splitlines()[0]  # not in the arguments, which every user may see (R15)
    (kept,) = (alsa.folder / "speech").iterdir()
    assert len(kept.stem) == 32
    assert set(kept.stem) <= set("0123456789abcdef")
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_another_sentence_is_another_sound(alsa: AlsaRig) -> None:
    alsa.speech.wav(SENTENCE)
    (alsa.folder / "spoken").write_bytes(as_wav(bytes(400), RATE))
    assert alsa.speech.wav("Rum 12 er åbent.") == as_wav(bytes(400), RATE)


@pytest.mark.parametrize("torn", [b"", b"RIFF", as_wav(b"", RATE), as_wav(bytes(200), RATE)[:40]])
def test_a_torn_file_is_made_anew_and_a_torn_sound_is_refused(alsa: AlsaRig, torn: bytes) -> None:
    whole = alsa.speech.wav(SENTENCE)
    (kept,) = (alsa.folder / "speech").iterdir()
    kept.write_bytes(torn)
    assert alsa.speech.wav(SENTENCE) == whole == kept.read_bytes()
    kept.unlink()
    (alsa.folder / "spoken").write_bytes(torn)
    with pytest.raises(DeviceError, match="no sound"):
        alsa.speech.wav(SENTENCE)
    assert not list((alsa.folder / "speech").iterdir())


def test_the_oldest_give_way(alsa: AlsaRig) -> None:
    for n in range(MOST_KEPT):
        kept = alsa.folder / "speech" / f"{n}.wav"
        kept.parent.mkdir(exist_ok=True)
        kept.touch()
        os.utime(kept, (n, n))
    alsa.speech.wav(SENTENCE)
    left = {file.stem for file in (alsa.folder / "speech").iterdir()}
    assert len(left) == MOST_KEPT
    assert "0" not in left
    assert "1" in left


def test_a_folder_that_cannot_be_written_costs_no_speech(alsa: AlsaRig) -> None:
    (alsa.folder / "speech").write_text("no folder")
    assert length_s(alsa.speech.wav(SENTENCE)) > 0


@pytest.mark.parametrize("text", ["", "x" * 301])
def test_what_is_no_sentence_is_not_said(alsa: AlsaRig, text: str) -> None:
    with pytest.raises(DeviceError, match="1 to 300"):
        alsa.speech.wav(text)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_the_real_espeak_speaks_danish(tmp_path: Path) -> None:
    made = Speech(tmp_path).wav("Rum 12 er åbent. Tag det hele ud, og luk lågen bagefter.")
    assert 2 < length_s(made) < 10
    with wave.open(io.BytesIO(made)) as sound:
        assert sound.getframerate() >= 16_000
        assert any(sound.readframes(sound.getnframes()))


@pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay is not installed (alsa-utils)")
@pytest.mark.parametrize("device", ["null", "no-such-device"])
def test_the_real_aplay_takes_what_we_make(tmp_path: Path, device: str) -> None:
    aplay, played = Aplay(device), lambda: aplay.play(wav(REMINDER), lambda: True)
    if device == "null":
        played()
    else:
        with pytest.raises(DeviceError, match=r"loudspeaker: aplay ended with 1: aplay: .*audio open error"):
            played()
