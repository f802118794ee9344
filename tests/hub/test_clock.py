"""R5 by the book: what vouches for the time, the mark, steps, and restarts, without waiting for any of them."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SAVE_EVERY, system_clock
from hub.clock_model import STEP, State
from tests.hub.machine import MINUTE, Machine

SECOND = timedelta(seconds=1)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_synchronised_clock_is_trusted(machine: Machine) -> None:
    assert machine.trusted
    machine.synchronised.unlink()
    assert not machine.trusted
    assert machine.clock.state is State.UNSYNCHRONISED


@pytest.mark.parametrize(
    ("hctosys", "off_s", "trusted"),
    [("1", 0, True), ("1", 299, True), ("1", -301, False), ("0", 0, False), ("1", -(10**9), False), ("?", 0, False)],
)
def test_a_clock_that_keeps_time_will_do(machine: Machine, hctosys: str, off_s: int, trusted: bool) -> None:
    machine.synchronised.unlink()
    machine.set_rtc(hctosys, off_s)
    assert machine.trusted is trusted


def test_an_rtc_that_refuses_to_be_read_is_none(machine: Machine) -> None:
    machine.synchronised.unlink()
    machine.set_rtc()
    (machine.rtc / "since_epoch").write_text("")
    assert not machine.trusted


@pytest.mark.parametrize("seconds", [301, 3600, 86400 * 400, -302])
def test_a_step_is_not_trusted_until_a_second_source_agrees(machine: Machine, seconds: int) -> None:
    machine.run(timedelta(hours=2))
    machine.wall += timedelta(seconds=seconds)
    assert not machine.trusted
    assert machine.clock.state is State.STEP
    machine.run(timedelta(minutes=30))
    assert not machine.trusted
    assert not machine.clock.agree(machine.wall - timedelta(seconds=seconds))
    assert not machine.trusted
    assert machine.clock.agree(machine.wall + 4 * MINUTE)
    assert machine.trusted


@pytest.mark.parametrize("seconds", [1, 299, -1, -299])
def test_a_small_correction_is_no_step(machine: Machine, seconds: int) -> None:
    assert machine.trusted
    machine.run(SAVE_EVERY)
    machine.wall += timedelta(seconds=seconds)
    assert machine.trusted


def test_many_small_steps_are_one_large_one(machine: Machine) -> None:
    assert machine.trusted
    for _ in range(2):
        machine.wall += 3 * MINUTE
        trusted = machine.trusted
    assert not trusted


def test_agreeing_lowers_no_mark_and_vouches_for_no_clock(machine: Machine) -> None:
    machine.run(47 * MINUTE)  # the mark was moved a minute ago
    high = machine.marked.high
    machine.wall -= 301 * SECOND
    assert machine.state is State.STEP
    assert machine.clock.agree(machine.wall)
    assert machine.state is State.TRUSTED
    assert machine.marked.high == high > machine.wall - STEP
    machine.synchronised.unlink()
    assert not machine.clock.agree(machine.wall)
    assert machine.state is State.UNSYNCHRONISED


def test_a_step_undone_is_forgotten(machine: Machine) -> None:
    assert machine.trusted
    machine.wall += timedelta(hours=1)
    assert not machine.trusted
    machine.wall -= timedelta(hours=1)
    assert machine.trusted


def test_a_restart_of_the_hub_hides_no_step(machine: Machine) -> None:
    assert machine.trusted
    machine.wall += timedelta(hours=1)
    machine.start()
    assert not machine.trusted
    assert machine.clock.state is State.STEP


def test_time_asleep_or_switched_off_is_no_step(machine: Machine) -> None:
    machine.run(timedelta(hours=1))
    machine.wall += timedelta(days=3)
    machine.reboot()
    assert machine.trusted


def test_after_a_power_cut_time_does_not_go_back(machine: Machine) -> None:
    machine.run(timedelta(hours=1))
    machine.wall -= timedelta(minutes=30)
    machine.reboot()
    assert not machine.trusted
    assert machine.clock.state is State.BEFORE_MARK
    assert not machine.clock.agree(machine.wall)  # nobody lowers the mark by agreeing
    machine.run(timedelta(minutes=31))
    assert machine.trusted


def test_the_mark_moves_on_trusted_time_only(machine: Machine) -> None:
    assert machine.trusted
    before = machine.mark.read_bytes()
    machine.wall += timedelta(days=365)
    machine.run(timedelta(hours=2))
    machine.synchronised.unlink()
    machine.wall -= timedelta(days=365)
    machine.run(timedelta(hours=2))
    assert machine.mark.read_bytes() == before


def test_the_mark_is_not_written_every_second(machine: Machine) -> None:
    assert machine.trusted
    written = set()
    for _ in range(120):
        machine.run(MINUTE)
        written.add(machine.mark.stat().st_ino)
    assert 2 <= len(written) <= timedelta(hours=2) / SAVE_EVERY + 1


def test_an_unreadable_mark_waits_for_a_second_source(machine: Machine) -> None:
    machine.mark.write_bytes(b"\xff")
    machine.start()
    assert not machine.trusted
    assert machine.clock.state is State.MARK_UNREADABLE
    assert not machine.clock.agree(machine.wall - timedelta(hours=1))
    assert machine.clock.agree(machine.wall)
    assert machine.trusted
    machine.start()
    assert machine.trusted


def test_a_mark_that_cannot_be_written_does_not_stop_the_clock(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.mark = machine.mark.parent / "nowhere" / "clock.mark"
    machine.start()
    assert machine.trusted
    assert "was not saved" in caplog.text
    machine.wall -= timedelta(hours=1)
    assert not machine.trusted


@given(st.lists(st.tuples(st.sampled_from(["run", "step", "restart", "reboot", "agree"]), st.integers(-600, 600))))
def test_trusted_time_never_goes_back_by_more_than_a_step(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    """Whatever happens, trusted wall time never falls below what was trusted before, less the slack and one save."""
    machine = Machine(tmp_path_factory.mktemp("clock"))
    highest = machine.clock.now().wall
    for act, seconds in acts:
        match act:
            case "run":
                machine.run(timedelta(seconds=abs(seconds)))
            case "step":
                machine.wall += timedelta(seconds=seconds)
            case "restart":
                machine.start()
            case "reboot":
                machine.reboot()
            case "agree":
                machine.clock.agree(machine.wall + timedelta(seconds=seconds))
        if machine.trusted:
            assert machine.wall >= highest - STEP - SAVE_EVERY
            highest = max(highest, machine.wall)


def test_this_machines_clock_reads(tmp_path: Path) -> None:
    first, second = (system_clock(tmp_path).now() for _ in range(2))
    assert first.boot == second.boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert 0 < first.monotonic_s <= second.monotonic_s
    assert first.wall.utcoffset() == timedelta(0)
    assert os.listdir(tmp_path) in ([], ["clock.mark"])
