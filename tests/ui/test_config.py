"""ui.toml: what is wrong is named, and the screen does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ui.config import ConfigError, read_config
from ui.panel import PANELS, Panel


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "ui.toml"


def test_a_config_whole(toml: Path) -> None:
    toml.write_text('socket = "/run/medhub/ui.sock"\npanel = "7-classic"\ninput = "mtdev"\n[box]\ncolumns = 4\n')
    config = read_config(toml)
    assert config.socket == Path("/run/medhub/ui.sock")
    assert config.glass == PANELS["7-classic"]
    assert (config.box.columns, config.box.compartments, config.fullscreen) == (4, 28, True)


def test_a_panel_of_ones_own(toml: Path) -> None:
    toml.write_text('socket = "s"\n[panel]\nwidth_px = 1920\nheight_px = 1080\nwidth_mm = 344.0\nheight_mm = 194.0\n')
    assert read_config(toml).glass == Panel(1920, 1080, 344, 194)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('socket = "s"\nsocet = "t"\n', "socet"),
        ('panel = "10.1"\n', "socket"),
        ('socket = "s"\ninput = "keyboard"\n', "$.input"),
        ('socket = "s"\npanel = "9"\n', "$.panel"),
        ('socket = "s"\n[box]\ncolumns = 0\n', "$.box.columns"),
        (
            'socket = "s"\n[panel]\nwidth_px = 320\nheight_px = 480\nwidth_mm = 155\nheight_mm = 86\n',
            "$.panel.width_px",
        ),
        ('socket = "s"\n[panel]\nwidth_px = 800\nheight_px = 480\nwidth_mm = 80\nheight_mm = 86\n', "$.panel.width_mm"),
        ("socket = ", "ui.toml"),
    ],
)
def test_what_is_wrong_is_named(toml: Path, text: str, named: str) -> None:
    toml.write_text(text)
    with pytest.raises(ConfigError) as wrong:
        read_config(toml)
    assert named in str(wrong.value)


def test_the_process_refuses_to_start(toml: Path) -> None:
    toml.write_text('socket = "s"\nfulscreen = true\n')
    done = subprocess.run(
        [sys.executable, "-m", "medhub.cli", "ui", "--config", str(toml)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 78
    assert "fulscreen" in done.stderr
    assert "Traceback" not in done.stderr


def test_exactly_one_input_and_nothing_in_the_users_home(tmp_path: Path) -> None:
    """Two inputs make two presses of one tap."""
    check = (
        "from pathlib import Path; from ui.config import Config; from ui.main import prepare_kivy; import sys;"
        "prepare_kivy(Config(socket=Path('s'), input=sys.argv[2]), Path(sys.argv[1]));"
        "from kivy.config import Config as Kivy; print(dict(Kivy.items('input')))"
    )
    (tmp_path / "home").mkdir()
    for kind, wanted in (("mouse", "{'mouse': 'mouse,multitouch_on_demand'}"), ("mtdev", "provider=mtdev")):
        done = subprocess.run(
            [sys.executable, "-c", check, str(tmp_path / "kivy"), kind], capture_output=True, text=True, timeout=60,
            check=True, env={**os.environ, "HOME": str(tmp_path / "home")},
        )  # fmt: skip
        assert wanted in done.stdout
        assert done.stdout.count(":") == 1
    assert list((tmp_path / "home").iterdir()) == []
