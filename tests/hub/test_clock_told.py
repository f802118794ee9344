"""The time staff set at the hub (R5, H40): what the hub then goes by, how long, and what it is weighed against."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock_model import FAR, FIRST, LAST, STEP, State
from tests.hub.machine import MINUTE, Machine

HOUR, DAY, YEARS_30 = timedelta(hours=1), timedelta(days=1), timedelta(days=365 * 30)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """After a power cut of two hours, without network: the clock says what it said when the power went."""
    made = Machine(tmp_path)
    made.run(HOUR)
    made.synchronised.unlink()
    made.reboot()
    assert made.state is State.UNSYNCHRONISED
    return made


def watch(machine: Machine) -> datetime:
    """What a watch says."""
    return machine.wall + 2 * HOUR


def set_right(machine: Machine) -> datetime:
    told = watch(machine)
    assert machine.clock.objection(told) == ""
    machine.clock.tell(told)
    assert machine.state is State.TOLD
    return told


def test_the_hub_goes_by_it_and_by_the_monotonic_clock(machine: Machine) -> None:
    told = set_right(machine)
    assert machine.told == told
    machine.run(8 * HOUR)
    assert machine.told == told + 8 * HOUR
    machine.wall -= YEARS_30  # nothing vouches for the machine's clock, and nobody asks it
    assert machine.trusted
    assert machine.told == told + 8 * HOUR


@pytest.mark.parametrize("rtc_off", [None, -HOUR, YEARS_30])
def test_the_machines_clock_set_to_it_is_no_second_source(machine: Machine, rtc_off: timedelta | None) -> None:
    """The broker sets it, but no real-time clock: else one person's watch would vouch for itself (R5)."""
    if rtc_off is not None:
        machine.set_rtc(off_s=int(rtc_off.total_seconds()))
    told = set_right(machine)
    machine.wall = told
    assert machine.state is State.TOLD
    machine.run(DAY)
    assert machine.state is State.TOLD
    assert machine.told == told + DAY
    machine.start()
    assert machine.state is State.TOLD
    high = machine.marked.high
    assert high is not None
    assert high < told, "the mark has not moved"


def test_a_restart_of_the_hub_keeps_it(machine: Machine) -> None:
    told = set_right(machine)
    machine.run(HOUR)
    machine.start()
    assert machine.state is State.TOLD
    assert machine.told == told + HOUR


def test_a_machine_asleep_keeps_it(machine: Machine) -> None:
    """CLOCK_BOOTTIME goes on while the machine sleeps; the wall clock may have stood still."""
    told = set_right(machine)
    machine.monotonic_s += 9 * 3600
    assert machine.trusted
    assert machine.told == told + 9 * HOUR


def test_a_power_cut_ends_it(machine: Machine) -> None:
    set_right(machine)
    machine.reboot()
    assert machine.state is State.UNSYNCHRONISED
    machine.wall = watch(machine)
    machine.set_rtc()
    assert machine.state is State.TRUSTED


def test_one_persons_word_moves_no_mark(machine: Machine) -> None:
    high = machine.marked.high
    machine.clock.tell(watch(machine) + 5 * DAY)
    machine.run(3 * DAY, look_every=HOUR)
    assert machine.marked.high == high


def test_the_machines_own_clock_takes_over_when_it_agrees(machine: Machine) -> None:
    told = set_right(machine)
    machine.synchronised.touch()
    machine.wall = told + 4 * MINUTE
    assert machine.state is State.TRUSTED
    assert machine.told == told + 4 * MINUTE
    assert machine.marked.high == machine.wall - STEP
    machine.wall += HOUR
    assert machine.state is State.STEP, "it is the anchor from then on"


@pytest.mark.parametrize("off", [6 * MINUTE, -6 * MINUTE, 12 * HOUR, -HOUR, YEARS_30, -YEARS_30])
def test_a_clock_set_from_the_network_far_from_it_is_a_clash_that_nobody_wins(machine: Machine, off: timedelta) -> None:
    told = set_right(machine)
    machine.synchronised.touch()
    machine.wall = told + off
    assert machine.state is State.CLASH
    machine.start()
    assert machine.state is State.CLASH, "also after a restart"
    machine.clock.tell(told)
    assert machine.state is State.CLASH, "told twice is still one source"
    assert machine.clock.agree(told)
    assert machine.state is State.TOLD
    assert machine.told == told
    machine.run(HOUR)
    assert machine.state is State.TOLD


def test_a_clash_ends_for_the_network_where_a_second_source_agrees_with_it(machine: Machine) -> None:
    told = set_right(machine)
    machine.synchronised.touch()
    machine.wall = told + 12 * HOUR  # eight in the evening was meant
    assert not machine.trusted
    assert not machine.clock.agree(told + 6 * HOUR), "neither of them"
    assert not machine.trusted
    assert machine.clock.agree(machine.wall - 3 * MINUTE)
    assert machine.state is State.TRUSTED
    assert machine.told == machine.wall


def test_a_mistake_against_a_right_clock_is_seen_at_once_and_undone_by_telling_again(machine: Machine) -> None:
    machine.synchronised.touch()
    assert machine.trusted
    machine.clock.tell(machine.wall + 12 * HOUR)
    assert machine.state is State.CLASH
    assert machine.told == machine.wall
    machine.clock.tell(machine.wall - MINUTE)
    assert machine.state is State.TRUSTED
    assert machine.told == machine.wall


def test_a_watch_beats_a_real_time_clock(machine: Machine) -> None:
    """One whose battery is weak has stood still for hours, and says nothing of it."""
    machine.set_rtc()
    assert machine.state is State.TRUSTED
    told = set_right(machine)
    assert machine.told == told
    machine.run(MINUTE)
    assert machine.state is State.TOLD


def test_staff_end_a_step_by_telling_what_the_clock_shows(machine: Machine) -> None:
    machine.synchronised.touch()
    assert machine.trusted
    machine.wall += HOUR
    assert machine.state is State.STEP
    machine.clock.tell(machine.wall + 2 * MINUTE)
    assert machine.state is State.TRUSTED
    assert machine.told == machine.wall


def test_staff_end_a_step_by_telling_what_the_monotonic_clock_says_too(machine: Machine) -> None:
    """Two sources against the one that was moved: no clash, though the network once set it."""
    machine.synchronised.touch()
    assert machine.trusted
    right = machine.wall + MINUTE
    machine.wall += 3 * HOUR
    assert machine.state is State.STEP
    machine.clock.tell(right)
    assert machine.state is State.TOLD
    machine.wall -= 3 * HOUR
    assert machine.state is State.TRUSTED, "the step is undone"


# -- how far one person may go ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "objection"),
    [
        (-timedelta(seconds=1), "time_before_mark"),
        (-YEARS_30, "time_before_mark"),
        (timedelta(0), ""),
        (FAR, ""),
        (FAR + MINUTE, "time_far_ahead"),
        (YEARS_30, "time_far_ahead"),
    ],
)
def test_one_person_goes_from_the_mark_to_a_week_past_it(machine: Machine, off: timedelta, objection: str) -> None:
    told = machine.marked.high + off
    assert machine.clock.objection(told) == objection
    machine.clock.tell(told)
    assert (machine.state is State.TOLD) is (objection == "")


def test_the_week_is_counted_from_when_the_power_came(machine: Machine) -> None:
    """A box that stood here for a month on told time is still to be corrected by a minute."""
    told = set_right(machine)
    machine.run(30 * DAY, look_every=HOUR)
    assert machine.clock.objection(told + 30 * DAY + MINUTE) == ""


def test_a_real_time_clock_that_tells_the_same_is_enough_after_months(machine: Machine) -> None:
    machine.wall += 90 * DAY
    machine.set_rtc()
    assert machine.state is State.FAR_AHEAD
    assert machine.clock.objection(machine.wall - 6 * MINUTE) == "time_far_ahead"
    assert machine.clock.objection(machine.wall - MINUTE) == ""
    machine.clock.tell(machine.wall - MINUTE)
    assert machine.state is State.TRUSTED


def test_an_unreadable_mark_is_no_leave_to_set_any_time(machine: Machine) -> None:
    machine.mark.write_bytes(b"{")
    machine.start()
    told = watch(machine)
    assert machine.clock.objection(told) == "mark_unreadable"
    machine.clock.tell(told)
    assert machine.state is State.UNSYNCHRONISED
    machine.wall = told
    machine.set_rtc()
    assert machine.state is State.MARK_UNREADABLE
    machine.clock.tell(told)
    assert machine.state is State.TRUSTED


# -- two persons ------------------------------------------------------------------------------------------------------


@pytest.fixture
def too_late(tmp_path: Path) -> Machine:
    """A mark that lies 30 years ahead of the time there is."""
    made = Machine(tmp_path)
    made.wall += YEARS_30
    assert made.trusted, "a new hub has nothing to hold against it"
    made.wall -= YEARS_30
    made.reboot()
    assert made.state is State.BEFORE_MARK
    assert not made.clock.agree(made.wall)
    assert made.clock.objection(made.wall) == "time_before_mark"
    return made


def test_a_lowered_mark_vouches_for_nothing(too_late: Machine) -> None:
    too_late.clock.lower_mark()
    for _ in range(2):
        assert too_late.state is State.MARK_LOWERED, "synchronised, and yet nobody is believed alone"
        too_late.run(HOUR)
        too_late.start()
    too_late.clock.tell(too_late.wall)
    assert too_late.state is State.TRUSTED
    assert too_late.marked.high == too_late.wall - STEP


def test_after_a_lowered_mark_the_gateway_may_agree(too_late: Machine) -> None:
    too_late.clock.lower_mark()
    assert too_late.clock.agree(too_late.wall + MINUTE)
    assert too_late.state is State.TRUSTED


def test_after_a_lowered_mark_any_time_of_this_programs_life_may_be_told(too_late: Machine) -> None:
    too_late.clock.lower_mark()
    too_late.synchronised.unlink()
    for wrong in (FIRST - MINUTE, LAST + MINUTE, datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        assert too_late.clock.objection(wrong)
    too_late.clock.tell(too_late.wall + 400 * DAY)
    assert too_late.state is State.TOLD
    too_late.reboot()
    assert too_late.state is State.UNSYNCHRONISED
    too_late.synchronised.touch()
    assert too_late.state is State.MARK_LOWERED, "one person's word has made no mark"


@pytest.mark.parametrize("dead", [datetime(1970, 1, 1, 0, 5, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)])
def test_a_dead_battery_vouches_for_nothing_even_without_a_mark(tmp_path: Path, dead: datetime) -> None:
    """The chip set the clock at boot and tells the same: 1970, or 2000."""
    machine = Machine(tmp_path)
    right = machine.wall
    machine.synchronised.unlink()
    machine.wall = dead
    machine.set_rtc()
    assert machine.state is State.BEFORE_MARK
    assert not machine.clock.agree(dead)
    machine.clock.lower_mark()
    assert machine.state is State.BEFORE_MARK
    machine.clock.tell(right)
    assert machine.state is State.TOLD
    assert machine.told == right


# -- whatever happens ----------------------------------------------------------------------------------------------

ACTS = st.tuples(
    st.sampled_from(["run", "step", "restart", "reboot", "network", "no network", "agree", "tell"]),
    st.sampled_from([0, 60, 299, 301, 3600, 86400 * 8, 10**9]),
    st.sampled_from([-1, 1]),
)


@given(st.lists(ACTS, max_size=12))
def test_time_that_was_certain_is_never_gone_back_behind(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int, int]]
) -> None:
    """Trusted time, told or the machine's, is never before what the machine's own was, less the mark's slack; within a
    boot, without telling, it moves on with the monotonic clock; nothing raises."""
    machine = Machine(tmp_path_factory.mktemp("clock"))
    slack, highest = STEP + timedelta(minutes=15), machine.clock.now().wall
    for act, seconds, sign in acts:
        off = timedelta(seconds=min(seconds, 86400 * 365) * sign)
        match act:
            case "run":
                machine.wall, machine.monotonic_s = machine.wall + abs(off), machine.monotonic_s + abs(off).seconds
            case "step":
                machine.wall += off
            case "restart":
                machine.start()
            case "reboot":
                machine.reboot()
            case "network":
                machine.synchronised.touch()
            case "no network":
                machine.synchronised.unlink(missing_ok=True)
            case "agree":
                machine.clock.agree(machine.wall + off)
            case "tell":
                machine.clock.tell(machine.told + off)
        if machine.trusted:
            assert machine.told >= highest - slack
        if machine.state is State.TRUSTED:
            highest = max(highest, machine.wall)


@pytest.mark.parametrize(
    "change",
    [{"wall": "9999-12-31T00:00:00Z"}, {"wall": "1900-01-01T00:00:00Z"}, {"high": "2026-11-20T08:00:00"},
     {"monotonic_s": -1.0}, {"monotonic_s": 1e300}, {"told": "yes"}, {"more": 1}],
    ids=str,
)  # fmt: skip
def test_a_mark_that_says_what_cannot_be_is_unreadable(machine: Machine, change: dict[str, object]) -> None:
    machine.synchronised.touch()
    mark = msgspec.json.decode(machine.mark.read_bytes())
    machine.mark.write_bytes(msgspec.json.encode(mark))
    machine.start()
    assert machine.state is State.TRUSTED
    machine.mark.write_bytes(msgspec.json.encode(mark | change))
    machine.start()
    assert machine.state is State.MARK_UNREADABLE


def test_a_mark_of_the_last_release_is_read(machine: Machine) -> None:
    machine.synchronised.touch()
    old = {key: msgspec.json.decode(machine.mark.read_bytes())[key] for key in ("high", "wall", "monotonic_s", "boot")}
    machine.mark.write_bytes(msgspec.json.encode(old))
    machine.start()
    assert machine.state is State.TRUSTED


def test_a_mark_that_is_a_folder_is_unreadable(machine: Machine) -> None:
    machine.synchronised.touch()
    machine.mark.unlink()
    machine.mark.mkdir()
    machine.start()
    assert machine.state is State.MARK_UNREADABLE
