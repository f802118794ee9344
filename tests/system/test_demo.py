"""The main job: two days through the real processes agree in four accounts, and each sabotage makes them disagree."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLE = ROOT.parent / "shared" / "data" / "fhir-dk" / "fmk-ole-medications.json"


def demo(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Unattended and without a display, in a time zone that is nobody's."""
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"} | {"TZ": "Pacific/Chatham"}
    return subprocess.run(
        [sys.executable, "-m", "medhub.cli", "demo", "--out", str(out), *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_two_days_agree(tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "The four accounts agree" in done.stdout
    seen = {picture.stem.partition("-")[2] for picture in (tmp_path / "pictures").glob("*.png")}
    assert seen >= {"home", "due", "open", "rest", "done", "decline", "missed", "fault", "help", "ask", "snoozed"}


@pytest.mark.parametrize(
    ("sabotage", "noticed"),
    [
        ("open-twice", "the world counted (2, 1) pulses and lid openings"),
        ("drop-event", "the hub's journal says 0 open, wanted 1 taken"),
        ("skip-server", "the municipality has no word of it"),
    ],
)
def test_a_sabotage_is_noticed(tmp_path: Path, sabotage: str, noticed: str) -> None:
    done = demo(tmp_path, "--days", "1", "--sabotage", sabotage)
    assert done.returncode == 1
    assert noticed in done.stdout, done.stdout


@pytest.mark.skipif(not OLE.exists(), reason="the national test citizen's card is not here (it is not ours to copy)")
def test_the_national_test_citizen_is_lived_through(tmp_path: Path) -> None:
    done = demo(tmp_path, "--plan", str(OLE), "--date", "2023-04-03")
    assert done.returncode == 0, done.stdout


def test_to_play_needs_a_display(tmp_path: Path) -> None:
    done = demo(tmp_path, "--play")
    assert done.returncode == 1
    assert "needs a display" in done.stdout
