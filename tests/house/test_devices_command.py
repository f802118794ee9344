"""`medhub devices` and `medhub selftest`, against a hub that answers what the test says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub import protocol as p
from hub.domain.events import DeviceTested
from medhub.cli import main
from tests.house.test_staff import STATUS, FakeHub

WELL = p.DeviceReport("lids", "", "3 of 3 shut", "all shut")
LOST = p.DeviceReport("scale", "scale: does not answer", "20000 mg", "at rest")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    fake = FakeHub(tmp_path / "staff.sock")
    yield fake
    fake.close()


@pytest.mark.parametrize(("devices", "code"), [((WELL,), 0), ((WELL, LOST), 1)])
def test_devices_once(hub: FakeHub, devices: tuple[p.DeviceReport, ...], code: int, capsys: Any) -> None:
    hub.answers[p.Status] = [replace(STATUS, devices=devices)]
    assert main(["devices", "--socket", str(hub.path), "--once"]) == code
    told = capsys.readouterr().out.splitlines()
    assert told[0].split(maxsplit=2) == ["lids", "well", "3 of 3 shut"]
    assert [line.split(maxsplit=2) for line in told[1:]] == [["scale", "WRONG", "scale: does not answer"]][:code]


def test_devices_live_until_stopped(hub: FakeHub, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.answers[p.Status] = [replace(STATUS, devices=(WELL,)), replace(STATUS, devices=(LOST,))]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    assert main(["devices", "--socket", str(hub.path)]) == 130
    told = capsys.readouterr().out
    assert told.index("3 of 3 shut") < told.index("WRONG")


@pytest.mark.parametrize("words", [["devices", "--once"], ["selftest", "--as", "sanne"]])
def test_no_hub_is_one_line_and_no_verdict(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "4711")
    assert main([*words, "--socket", str(tmp_path / "none.sock")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("problem", "code", "end"), [("", 0, "All 1 passed."), ("it creeps", 1, "1 of 1 failed.")])
def test_selftest_says_each_and_ends_in_a_code(
    hub: FakeHub, problem: str, code: int, end: str, monkeypatch, capsys
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "4711")
    hub.answers[p.SelfTest] = [p.SelfTestReport((DeviceTested("scale", "20000 mg", "at rest", problem),))]
    assert main(["selftest", "--socket", str(hub.path), "--as", "sanne"]) == code
    assert hub.asked == [p.SelfTest(person="sanne", pin="4711")]
    told = capsys.readouterr().out
    assert "20000 mg (should be: at rest)" in told
    assert problem in told
    assert end in told


def test_selftest_refused_is_no_verdict(hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "4711")
    hub.answers[p.SelfTest] = [p.Error(p.Problem.REFUSED, ("another_opening",))]
    assert main(["selftest", "--socket", str(hub.path), "--as", "sanne"]) == 2
    assert "Another opening is under way" in capsys.readouterr().err
