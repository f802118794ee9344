"""The clock at a real hub (R5, H4, H5, H40): staff set it by name, written down first; only fresh receipts vouch."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import protocol as p
from hub.clock_model import State
from hub.documents import Receipt
from hub.domain import commands as c
from hub.domain import events as e
from hub.journal import NotJournalled
from hub.lane import Lane
from hub.lanes import FRESH_S
from hub.main import Clock
from hub.signed import Purpose, sign
from tests.hub.at_desk import HUB, KEYS, WHO, Hub, at_desk
from tests.hub.machine import MINUTE, Machine

BOTH = {**WHO, "second_person": "ole", "second_pin": "2580"}
HOUR, YEARS_30 = timedelta(hours=1), timedelta(days=365 * 30)


class Home:
    """A hub on a machine whose clocks the test sets."""

    def __init__(self, hub: Hub, machine: Machine) -> None:
        self.hub, self.machine = hub, machine
        self.use(machine.clock)
        self.tick()

    def use(self, clock: Clock) -> None:
        self.hub.ask(lambda: setattr(self.hub.loop, "clock", clock))

    def tick(self) -> None:
        self.hub.ask(self.hub.loop._settle)

    def run(self, time: timedelta) -> None:
        self.hub.ask(lambda: self.machine.run(time))
        self.tick()

    def step(self, time: timedelta) -> None:
        self.machine.wall += time
        self.tick()

    def set_time(self, off: timedelta = timedelta(), **who: str) -> Any:
        return self.hub.say(p.SetTime(**{**WHO, **who}, wall=self.machine.wall + off))

    def read(self, lane: str = Lane.ALARMS, limit: int = 200) -> p.EventBatch:
        batch: p.EventBatch = self.hub.say(p.EventsAfter(lane=lane, limit=limit))
        return batch

    def receipt(self, batch: p.EventBatch, off: timedelta = timedelta()) -> p.Acked:
        """As the gateway signs it, whose clock is off the machine's by so much."""
        receipt = Receipt(HUB, batch.lane, batch.last_seq, batch.head, self.machine.wall + off)
        return p.Acked(sign(receipt, KEYS[Purpose.RECEIPT]))

    @property
    def state(self) -> State:
        self.machine.clock.now()
        return self.machine.clock.state

    @property
    def doubted(self) -> bool:
        assert self.hub.shown[-1].clock_ok is not self.hub.loop.state.clock_doubted
        assert ("clock/hub" in {a.id for a in self.hub.loop.state.living_alarms()}) is self.hub.loop.state.clock_doubted
        return self.hub.loop.state.clock_doubted

    def kinds(self) -> list[str]:
        return [type(event.body).__name__ for event in self.hub.loop.journal.replay()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def home(path: Path, machine: Machine) -> Iterator[Home]:
    with at_desk(path) as hub:
        yield Home(hub, machine)


@pytest.fixture
def stepped(home: Home) -> Home:
    home.run(HOUR)
    home.read()
    home.step(3 * HOUR)
    assert home.doubted
    assert home.state is State.STEP
    return home


def refused(*reasons: str) -> p.Error:
    return p.Error(p.Problem.REFUSED, reasons)


# -- staff ---------------------------------------------------------------------------------------------------------


def test_a_time_told_is_in_the_journal_before_it_is_the_time(home: Home) -> None:
    home.machine.synchronised.unlink()
    home.tick()
    assert home.doubted
    before = home.machine.wall
    assert home.set_time(2 * HOUR) is None
    assert home.state is State.TOLD
    events = {type(event.body): event for event in home.hub.loop.journal.replay()}
    told = events[e.TimeSet]
    assert told.body == e.TimeSet(wall=before + 2 * HOUR, by="Sanne Holm")
    assert (told.wall, told.trusted) == (before, False), "stamped with the time there was"
    assert (events[e.ClockTrusted].wall, events[e.ClockTrusted].trusted) == (before + 2 * HOUR, True)
    assert not home.doubted
    report = home.hub.say(p.Status())
    assert (report.clock, report.now) == (State.TOLD, before + 2 * HOUR)


def test_what_could_not_be_written_is_not_the_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.machine.synchronised.unlink()
    home.tick()

    def full(events: object) -> None:
        raise NotJournalled("disk is full")

    monkeypatch.setattr(home.hub.loop.journal, "append", full)
    assert home.set_time(2 * HOUR) == refused("journal")
    assert home.state is State.UNSYNCHRONISED


def test_a_boot_of_the_machine_does_not_set_it_again(path: Path, machine: Machine) -> None:
    """Replay has no effects: what was told then is not the time now."""
    machine.clock.now()
    machine.synchronised.unlink()
    with at_desk(path) as hub:
        assert Home(hub, machine).set_time(2 * HOUR) is None
    machine.reboot()
    with at_desk(path) as hub:
        again = Home(hub, machine)
        assert again.state is State.UNSYNCHRONISED
        assert again.doubted


@pytest.mark.parametrize("who", [{"pin": "4712"}, {"person": "nobody"}])
def test_it_takes_a_person_and_a_pin(home: Home, who: dict[str, str]) -> None:
    home.machine.synchronised.unlink()
    assert home.set_time(**who) == refused("person")
    assert home.hub.say(p.LowerMark(**BOTH | who)) == refused("person")
    assert not {"TimeSet", "MarkLowered"} & set(home.kinds())


def test_a_time_that_waited_is_no_longer_the_time(home: Home) -> None:
    seconds = iter((0.0, 3.0))
    home.hub.desk._real_s = lambda: next(seconds)
    assert home.set_time() == refused("not_now")


@pytest.mark.parametrize(("off", "why"), [(-HOUR, "time_before_mark"), (YEARS_30, "time_far_ahead")])
def test_one_person_goes_neither_behind_the_mark_nor_a_year_past_it(home: Home, off: timedelta, why: str) -> None:
    home.machine.synchronised.unlink()
    assert home.set_time(off) == refused(why)
    assert "TimeSet" not in home.kinds()
    assert home.state is State.UNSYNCHRONISED


def test_two_persons_lower_the_mark_and_then_one_tells_the_time(home: Home) -> None:
    home.step(YEARS_30)
    assert home.hub.say(p.LowerMark(**BOTH)) is None
    assert home.hub.bodies(e.MarkLowered) == [e.MarkLowered(by="Sanne Holm", second="Ole Juul")]
    assert home.state is State.MARK_LOWERED
    assert home.doubted
    home.step(-YEARS_30)
    assert home.state is State.MARK_LOWERED
    assert home.set_time() is None
    assert home.state is State.TRUSTED
    assert not home.doubted


@pytest.mark.parametrize(
    ("change", "why"),
    [({"second_person": "sanne", "second_pin": "4711"}, "same_person"), ({"second_pin": "4711"}, "person"),
     ({"second_person": "nobody"}, "person")],
)  # fmt: skip
def test_one_person_is_not_two(home: Home, change: dict[str, str], why: str) -> None:
    assert home.hub.say(p.LowerMark(**BOTH | change)) == refused(why)
    assert "MarkLowered" not in home.kinds()
    assert home.state is State.TRUSTED


def test_the_second_persons_pin_is_guessed_no_faster_than_the_firsts(home: Home) -> None:
    for _ in range(5):
        home.hub.say(p.LowerMark(**BOTH | {"second_pin": "0000"}))
    assert home.hub.say(p.LowerMark(**BOTH)) == refused("pin_rest")


def test_on_a_doubted_clock_staff_empty_acknowledge_and_set_the_time_and_no_more(stepped: Home) -> None:
    say = stepped.hub.say
    assert say(p.Fill(**WHO, compartment=1, intake="2026-11-20/noon")) == refused("clock")
    assert say(p.HandOutEarly(**WHO, intake="2026-11-20/noon")) == refused("clock")
    assert say(p.ConfirmJournal(**WHO)) == refused("clock")
    assert say(p.Empty(**WHO, compartment=1)) in (None, refused("no_such"))
    assert say(p.Acknowledge(**WHO, alarm="clock/hub")) is None
    assert stepped.set_time() is None
    assert stepped.state is State.TRUSTED


# -- receipts ------------------------------------------------------------------------------------------------------


def test_a_fresh_receipt_ends_a_step(stepped: Home) -> None:
    """The doubt's own alarm is what is sent, and its receipt is the second source."""
    assert stepped.hub.say(stepped.receipt(stepped.read(), off=2 * MINUTE)) is None
    stepped.tick()
    assert stepped.state is State.TRUSTED
    assert not stepped.doubted


@pytest.mark.parametrize("off", [-3 * HOUR, 6 * MINUTE, -6 * MINUTE, YEARS_30])
def test_a_receipt_that_tells_another_time_ends_nothing(
    stepped: Home, off: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert stepped.hub.say(stepped.receipt(stepped.read(), off)) is None, "it is a receipt all the same"
    assert "signed time" in caplog.text
    stepped.tick()
    assert stepped.doubted


def test_a_receipt_kept_from_before_vouches_for_nothing(stepped: Home) -> None:
    """Signed in time, delivered when the clock has been set back to where it fits."""
    kept = stepped.receipt(stepped.read())
    stepped.step(-2 * HOUR)
    stepped.run(2 * HOUR)
    assert stepped.hub.say(kept) is None
    stepped.tick()
    assert stepped.state is State.STEP


@pytest.mark.parametrize("again", [(200,), (1, 200), (200, 1, 200)], ids=str)
def test_reading_the_same_again_makes_an_old_receipt_no_fresher(stepped: Home, again: tuple[int, ...]) -> None:
    kept = stepped.receipt(stepped.read())
    stepped.step(-timedelta(seconds=FRESH_S + 1))
    stepped.run(timedelta(seconds=FRESH_S + 1))
    for limit in again:
        stepped.read(limit=limit)
    stepped.hub.say(kept)
    stepped.tick()
    assert stepped.state is State.STEP


def test_a_receipt_that_comes_within_its_time_is_fresh(stepped: Home) -> None:
    batch = stepped.read()
    stepped.run(timedelta(seconds=FRESH_S - 1))
    stepped.read()
    stepped.hub.say(stepped.receipt(batch))
    assert stepped.state is State.TRUSTED


def test_a_receipt_for_less_than_was_read_is_not_of_now(stepped: Home) -> None:
    kept = stepped.receipt(stepped.read(limit=1))
    stepped.read()
    stepped.hub.say(kept)
    assert stepped.state is State.STEP


def test_a_receipt_for_nothing_vouches_for_nothing(home: Home) -> None:
    """Whoever asks the gateway gets one for no event at all, and may keep it until the next boot."""
    home.step(HOUR)
    assert home.machine.monotonic_s < FRESH_S
    head = home.hub.loop.journal.head_at(0)
    home.hub.say(home.receipt(p.EventBatch(Lane.ALARMS, (), 0, head)))
    assert home.state is State.STEP


def test_a_receipt_kept_over_a_restart_vouches_for_nothing(path: Path, machine: Machine) -> None:
    """What an earlier process wrote may have been read and signed for in its time."""
    with at_desk(path) as hub:
        before = Home(hub, machine)
        before.step(HOUR)
        signed = before.read()
        kept = before.receipt(signed)
    with at_desk(path) as hub:
        again = Home(hub, machine)
        assert again.read(limit=len(signed.events)).last_seq == signed.last_seq
        hub.say(kept)
        assert again.state is State.STEP
        hub.ask(lambda: hub.loop.execute(c.MoveLid(1, is_open=True)))
        hub.say(again.receipt(again.read()))
        assert again.state is State.TRUSTED, "there is something new, and it was signed for"


def test_a_receipt_settles_a_clash_with_staff(home: Home) -> None:
    assert home.set_time(12 * HOUR) is None
    home.tick()
    assert home.state is State.CLASH
    assert home.doubted
    home.hub.say(home.receipt(home.read()))
    assert home.state is State.TRUSTED
    assert home.machine.told == home.machine.wall


def test_small_steps_one_after_the_other_are_one_large_one_also_with_receipts_between(home: Home) -> None:
    """The gateway keeps the time; a receipt that does not tell the clock's moves no anchor."""
    off = timedelta()
    for n in range(1, 4):
        home.hub.ask(lambda n=n: home.hub.loop.execute(c.MoveLid(1, n % 2 == 1)))
        home.step(2 * MINUTE)
        off -= 2 * MINUTE
        home.hub.say(home.receipt(home.read(), off))
        home.tick()
        assert home.doubted is (n == 3), f"after {n}"


def test_a_command_from_afar_waits_for_the_time_and_then_is_carried_out(stepped: Home) -> None:
    command = stepped.hub.command(issued=stepped.machine.wall, expires=stepped.machine.wall + HOUR)
    assert stepped.hub.say(command) == refused("clock")
    assert stepped.set_time() is None
    assert stepped.hub.say(command) is None
