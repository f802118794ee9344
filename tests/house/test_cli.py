"""The `medhub` command's frame: every subcommand can be asked what it takes, and a missing package is one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from medhub import cli
from tests.house.tree import ROOT


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_says_what_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: medhub {name}" in capsys.readouterr().out


def test_without_a_command_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    told = capsys.readouterr().out
    assert all(name in told for name in cli.COMMANDS)


@pytest.mark.parametrize("words", [[], ["dispense"], ["staff"]])
def test_nonsense_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2


@pytest.fixture
def needy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command whose module needs what is not installed, and one whose own code is at fault."""
    (tmp_path / "needs_more.py").write_text("import a_package_nobody_has\n")
    (tmp_path / "is_broken.py").write_text("import hub.no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(cli.COMMANDS, "needy", cli.Command("needs_more", "needs more", "hub,demo"))
    monkeypatch.setitem(cli.COMMANDS, "broken", cli.Command("is_broken", "is broken", "hub"))


@pytest.mark.usefixtures("needy")
def test_a_package_that_is_not_installed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["needy"]) == 1
    told = capsys.readouterr().err
    assert "a_package_nobody_has" in told
    assert "pip install 'medhub[hub,demo]'" in told


@pytest.mark.usefixtures("needy")
def test_a_fault_of_our_own_is_not_called_a_missing_package() -> None:
    with pytest.raises(ModuleNotFoundError):
        cli.main(["broken"])


def test_the_installed_command_is_this_one() -> None:
    command = [str(Path(sys.executable).parent / "medhub"), "--help"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert "A medication hub for the home." in told
