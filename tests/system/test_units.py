"""The units, as they boot: judged by systemd's own tools, and held to what the hub's and the screen's code promise."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from importlib.util import find_spec
from os import EX_CONFIG
from pathlib import Path

import pytest

from drivers import scale_serial, scanner
from hub.config import load
from hub.protocol import Role
from medhub.cli import COMMANDS
from sync.main import PET_S
from tests.house.tree import ROOT
from ui.config import read_config

SYSTEMD = ROOT / "systemd"
UNITS = sorted(path.name for path in SYSTEMD.iterdir() if path.suffix in {".service", ".socket", ".target"})
PYTHON = "/opt/medhub/venv/bin/python"
MOST_EXPOSED = {
    "medhub-hub.service": 1.0, "medhub-sync.service": 1.3, "medhub-ui.service": 2.0, "medhub-broker@.service": 1.5,
    "medhub-brake@.service": 1.5,
}  # fmt: skip
analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def unit(name: str) -> dict[str, list[str]]:
    """Its settings; a key that comes more than once has several values."""
    found: dict[str, list[str]] = {}
    for line in (SYSTEMD / name).read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same units, but that the private Python is this one: `verify` looks for it."""
    folder = tmp_path_factory.mktemp("units")
    for name in UNITS:
        (folder / name).write_text((SYSTEMD / name).read_text().replace(PYTHON, sys.executable))
    return folder


@analyze
def test_systemd_has_nothing_to_say_of_them(verified: Path) -> None:
    done = run("systemd-analyze", "verify", "--man=no", *(str(verified / name) for name in UNITS))
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


@analyze
def test_it_would_say_so(verified: Path, tmp_path: Path) -> None:
    """A key misspelt is only a warning: the exit code alone would let it through."""
    wrong = tmp_path / "medhub-hub.service"
    wrong.write_text((verified / "medhub-hub.service").read_text().replace("WatchdogSec", "WatchdogSecs"))
    assert "WatchdogSecs" in run("systemd-analyze", "verify", "--man=no", str(wrong)).stderr


@analyze
@pytest.mark.parametrize("name", MOST_EXPOSED)
def test_exposure(name: str) -> None:
    most = MOST_EXPOSED[name]
    path = str(SYSTEMD / name)
    done = run("systemd-analyze", "security", "--offline=true", f"--threshold={most * 10:.0f}", "--no-pager", path)
    assert done.returncode == 0, done.stdout[-400:] + done.stderr
    told = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert told is not None
    assert float(told[1]) <= most


def test_udev_calls_the_serial_devices_what_their_drivers_do() -> None:
    rules = (SYSTEMD / "72-medhub.rules").read_text()
    names = re.findall(r'SYMLINK\+="([^"]+)"', rules)
    assert {f"/dev/{name}" for name in names} == {str(scale_serial.NAME), str(scanner.NAME)}


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_what_it_runs_is_there(name: str) -> None:
    (command,) = unit(name)["ExecStart"]
    module = re.search(r"-m (\S+)", command)
    assert module is not None
    assert find_spec(module[1]) is not None


def test_every_service_is_judged() -> None:
    assert {name for name in UNITS if name.endswith(".service")} == set(MOST_EXPOSED)


@pytest.mark.parametrize("name", UNITS)
def test_none_waits_for_the_network_or_for_another_of_ours_to_be_ready(name: str) -> None:
    after = " ".join(unit(name).get("After", []) + unit(name).get("Requires", []) + unit(name).get("BindsTo", []))
    assert "network" not in after
    assert not re.search(r"medhub-\w+\.service", after)


def test_each_process_has_a_user_of_its_own_which_sysusers_makes() -> None:
    made = re.findall(r"^u (\S+)", (SYSTEMD / "sysusers.conf").read_text(), flags=re.MULTILINE)
    users = [unit(f"medhub-{role}.service")["User"][0] for role in ("hub", "ui", "sync")]
    assert sorted(users) == sorted(made)
    assert len(set(users)) == 3


def test_each_is_watched_by_what_its_code_sends_and_killed_without_a_core() -> None:
    """R16, R15."""
    for role in ("hub", "ui", "sync"):
        found = unit(f"medhub-{role}.service")
        assert found["Type"] == ["notify"]
        assert found["WatchdogSignal"] == ["SIGKILL"]
        assert found["LimitCORE"] == ["0"]
        assert found["Restart"] == ["always"]
        assert found["OnFailure"] == ["medhub-brake@%N.service"]
    assert int(unit("medhub-sync.service")["WatchdogSec"][0]) >= 10 * PET_S
    boots_s = int(unit("medhub-hub.service")["WatchdogSec"][0]) + 10
    assert int(unit("medhub-ui.service")["WatchdogSec"][0]) > boots_s, "a hung hub would have its screen killed too"


@pytest.mark.parametrize("role", ["hub", "ui", "sync"])
def test_only_a_wrong_setting_keeps_a_service_from_being_started_at_once(role: str) -> None:
    """Then it has failed, and the brake tries it each minute; one that was skipped would be forgotten."""
    found = unit(f"medhub-{role}.service")
    assert found["RestartPreventExitStatus"] == [str(EX_CONFIG)]
    assert not [key for key in found if key.startswith(("Condition", "Assert"))]


def test_whoever_stops_a_service_stops_the_brake_that_would_start_it() -> None:
    """R12: nobody walking through the locks is surprised by a hub, nor by the reboot after ten that find no journal."""
    assert unit("medhub-brake@.service")["PartOf"] == ["%i.service"]


def test_the_hub_has_no_network_and_sync_no_device_and_ui_only_its_own() -> None:
    hub, sync, ui = (unit(f"medhub-{role}.service") for role in ("hub", "sync", "ui"))
    assert (hub["PrivateNetwork"], hub["RestrictAddressFamilies"]) == (["yes"], ["AF_UNIX"])
    assert (sync["PrivateDevices"], sync.get("DeviceAllow")) == (["yes"], None)
    assert (ui["PrivateNetwork"], ui["DeviceAllow"]) == (["yes"], ["char-drm rw", "char-input r"])
    assert not {"char-input r", "char-drm rw"} & set(hub["DeviceAllow"])


def test_a_device_goes_to_one_user_and_nothing_that_is_typed_on_goes_to_any() -> None:
    lines = [
        line
        for line in (SYSTEMD / "72-medhub.rules").read_text().splitlines()
        if line.startswith("SUBSYSTEM") and "SYMLINK" not in line
    ]
    for kind in ("gpio", "i2c-dev", "iio", "tty", "sound", "rtc", "backlight", "drm", "input"):
        assert sum(f'SUBSYSTEM=="{kind}"' in line for line in lines) == 1, kind
    for line in lines:
        assert len(set(re.findall(r"medhub-(hub|ui)", line))) == 1, line
        assert 'MODE="066' in line or 'MODE="0640"' in line or "RUN+=" in line, line
    (touch,) = (line for line in lines if '"input"' in line)
    assert 'ENV{ID_INPUT_TOUCHSCREEN}=="1"' in touch


def test_no_way_out_of_the_screen_by_a_key() -> None:
    assert "NAutoVTs=0" in (SYSTEMD / "logind.conf").read_text()
    assert "CtrlAltDelBurstAction=none" in (SYSTEMD / "system.conf").read_text()
    assert "kernel.sysrq = 0" in (SYSTEMD / "sysctl.conf").read_text()


def test_what_they_start_is_a_command_of_ours() -> None:
    for role in ("hub", "ui", "sync"):
        words = unit(f"medhub-{role}.service")["ExecStart"][0].split()
        assert words[:4] == [PYTHON, "-I", "-m", "medhub.cli"]
        assert words[4] in COMMANDS


def test_the_settings_that_are_installed_name_the_units_users(tmp_path: Path) -> None:
    """Read as the hub reads them; where this machine has no such users, by what it says."""
    text = (SYSTEMD / "hub.toml").read_text()
    for user in ("medhub-ui", "medhub-sync"):
        assert f'["{user}"]' in text
        assert user in {unit(f"medhub-{role}.service")["User"][0] for role in ("ui", "sync")}
    mine = re.sub(r'"medhub-(\w+)"', lambda found: str(len(found[1]) * 1000), text.partition("[socket_groups]")[0])
    (tmp_path / "hub.toml").write_text(mine)
    config = load(tmp_path / "hub.toml")
    assert config.uids()[Role.STAFF] == {0}
    assert str(config.socket_dir) in (SYSTEMD / "tmpfiles.conf").read_text()
    screen = read_config(SYSTEMD / "ui.toml")
    assert screen.input == "mtdev", "the bare display has no other touch"
    assert screen.socket == config.socket_dir / "ui.sock"
    assert unit("medhub-ui.service")["Environment"] == ["SDL_VIDEODRIVER=KMSDRM"]


def test_the_hub_is_in_the_groups_its_sockets_are_given() -> None:
    parser = ConfigParser()
    parser.read_string("[socket_groups]\n" + (SYSTEMD / "hub.toml").read_text().partition("[socket_groups]\n")[2]
                       .partition("\n\n")[0])  # fmt: skip
    groups = {value.strip('"') for value in parser["socket_groups"].values()}
    assert groups == set(unit("medhub-hub.service")["SupplementaryGroups"][0].split())
