"""What the screen is told: the one thing that is now, and never more help than has answered (R9)."""

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest
from msgspec.structs import replace

from hub import protocol as p
from hub.domain import commands as c
from hub.domain.intake import Life
from hub.domain.plan import Contact, Criticality
from hub.journal_errors import JournalState
from hub.snapshot import Context, snapshot
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, Play, ordination, plan_of


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
def day(play: Play) -> Play:
    """Four rounds of one tablet each of different medicines, noon's critical; all compartments filled at 6."""
    named = (("metformin", MORNING), ("levodopa", NOON), ("ramipril", EVENING), ("statin", NIGHT))
    high = {"criticality": Criticality.HIGH}
    assert not play.accept(plan_of(*(ordination(name, part, **(high if part is NOON else {})) for name, part in named)))
    for number, (_, part) in enumerate(named, start=1):
        assert not play.fill(part.value, number)
    return play


def shown(play: Play, **context: object) -> p.Snapshot:
    return snapshot(play.state, play.now, play.sensed(), Context(hub="H1", **context), version=7)


def current(play: Play) -> tuple[str, str] | None:
    now = shown(play).current
    return (now.id.removeprefix(f"{DAY}/"), now.state) if now else None


def test_a_hub_without_a_plan_has_nothing_to_show(play: Play) -> None:
    empty = shown(play)
    assert (empty.current, empty.next, empty.today, empty.plan_version) == (None, None, (), None)
    assert (empty.language, empty.hub, empty.version) == ("da", "H1", 7)


def test_what_is_next_is_the_first_whose_window_has_not_opened(day: Play) -> None:
    def after(clock: str) -> str:
        found = shown(day.at(clock)).next
        assert found is not None
        return found.id

    assert [after(clock) for clock in ("6.30", "7.00", "11.30", "23.00")] == [
        f"{DAY}/morning", f"{DAY}/noon", f"{DAY}/evening", f"{DAY + timedelta(days=1)}/morning",
    ]  # fmt: skip


def test_times_are_the_homes(day: Play) -> None:
    now = shown(day.at("8.00"))
    assert now.now.isoformat() == "2026-03-12T08:00:00+01:00"
    assert now.current is not None
    assert now.current.at.isoformat() == "2026-03-12T08:00:00+01:00"
    later = replace(day.now, wall=day.now.wall + timedelta(seconds=59))
    assert snapshot(day.state, later, day.sensed(), Context(hub="H1"), 7).now == now.now, "to the minute, so it rests"


def test_the_one_thing_that_is_now_from_first_to_last(day: Play) -> None:
    assert current(day.at("7.30")) == ("morning", "due")
    day.at("8.00").do(c.Snooze(f"{DAY}/morning"))
    assert current(day) == ("morning", "due"), "put off, and nothing else is waiting"
    day.at("8.30").open("morning")
    assert current(day) == ("morning", "opening")
    day.lid(1, True)
    assert (current(day), shown(day).current.lid_open) == (("morning", "open"), True)
    day.lid(1, False)
    day.seconds(2)
    assert current(day) == ("morning", "due"), "put back"
    day.open("morning")
    day.take(1, 1)
    assert (current(day), shown(day).done.state) == (None, "taken")
    day.seconds(21)
    assert shown(day).done is None


def test_what_waits_is_shown_before_what_was_put_off(day: Play) -> None:
    day.accept(replace(day.state.plan, version=2, digest="d2", slots=tuple(
        replace(s, window_min=300) for s in day.state.plan.slots)))  # fmt: skip
    day.at("11.45").do(c.Snooze(f"{DAY}/morning"))
    assert current(day) == ("noon", "due")
    day.do(c.Snooze(f"{DAY}/noon"))
    assert current(day) == ("noon", "due"), "both put off: the latest"


@pytest.mark.parametrize(("act", "state"), [
    (lambda d: d.do(c.Decline(f"{DAY}/morning", "nausea")), Life.DECLINED),
    (lambda d: d.at("9.30"), Life.MISSED),
    (lambda d: (d.open("morning"), d.lid(1, True), d.die("b", sensed=d.sensed().__class__())), Life.UNCERTAIN),
])  # fmt: skip
def test_what_went_wrong_is_shown_until_something_else_is_due(day: Play, act: object, state: Life) -> None:
    act(day.at("8.00"))
    assert current(day) == ("morning", state)
    day.lids = frozenset()
    day.at("11.45")
    assert current(day) == ("noon", "due")


def test_a_miss_is_told_until_a_named_human_has_it_and_half_an_hour_at_least(day: Play) -> None:
    day.at("9.00")
    assert current(day.at("11.20")) == ("morning", "missed")
    day.do(c.Acknowledge(f"not_taken/{DAY}/morning", "Ole"))
    assert current(day) is None
    day.at("13.00").do(c.Acknowledge(f"not_taken/{DAY}/noon", "Ole"))
    assert current(day) == ("noon", "missed")
    assert current(day.minutes(30)) is None


def test_refusals_are_those_a_touch_would_meet(day: Play) -> None:
    day.at("8.00").stable = False
    now = shown(day).current
    assert now is not None
    assert now.refusals == day.open("morning") == ("weight_unstable",)
    day.stable = True
    assert shown(day).current.refusals == ()


def test_help_is_promised_step_by_step_as_it_answers(day: Play) -> None:
    day.do(c.AskForHelp())
    (alarm,) = day.state.alarms.values()
    steps = [
        shown(day).asked_for_help,
        shown(day, delivered=alarm.seq - 1).asked_for_help,
        shown(day, delivered=alarm.seq, parked=frozenset({alarm.seq})).asked_for_help,
        shown(day, delivered=alarm.seq).asked_for_help,
    ]
    assert steps == [p.Help.TRYING, p.Help.TRYING, p.Help.TRYING, p.Help.DELIVERED]
    day.do(c.Acknowledge(alarm.id, "Ole Juul"))
    seen = shown(day)
    assert (seen.asked_for_help, seen.asked_help_seen_by) == (p.Help.SEEN, "Ole Juul")
    assert shown(day.minutes(61)).asked_for_help is p.Help.NONE, "a new call is a new one"


def test_an_intake_says_who_has_its_alarm(day: Play) -> None:
    day.at("9.30")
    assert shown(day, delivered=10**6).current.help is p.Help.DELIVERED
    day.do(c.Acknowledge(f"not_taken/{DAY}/morning", "Ole Juul"))
    now = shown(day).current
    assert now is not None
    assert (now.help, now.seen_by) == (p.Help.SEEN, "Ole Juul")


def test_alarms_that_live_or_were_lately_taken_are_listed(day: Play) -> None:
    day.at("9.30")
    alarm = f"not_taken/{DAY}/morning"
    assert [a.id for a in shown(day).alarms] == [alarm]
    day.do(c.Acknowledge(alarm, "Ole Juul"))
    assert [(a.id, a.seen_by) for a in shown(day).alarms] == [(alarm, "Ole Juul")]
    assert shown(day.minutes(61)).alarms == ()


def test_how_the_hub_is(day: Play) -> None:
    good = shown(day)
    assert (good.clock_ok, good.network_ok, good.mains_ok, good.journal_ok, good.plan_old) == (True,) * 4 + (False,)
    bad = shown(day, network_ok=False, journal=JournalState.FULL)
    assert bad.journal_code == "full"
    assert (bad.network_ok, bad.journal_ok) == (False, False)
    assert shown(day.trust(False)).clock_ok is False
    day.trust(True).do(c.DoubtJournal("new"))
    assert shown(day).journal_ok is False
    day.minutes(60 * 24 * 31)
    assert shown(day).plan_old is True


def test_medicines_doses_and_whom_to_call(play: Play) -> None:
    half = ordination("pinemol", MORNING, NOON, quantity="0.50", purpose="mod smerter")
    contacts = (Contact(role="relative", name="Karen", phone="1"), Contact(role="home_care", name="H", phone="2"))
    play.accept(plan_of(half, contacts=contacts))
    play.fill("morning", 3)
    now = shown(play.at("8.00"))
    assert now.phone == "2"
    assert now.current is not None
    assert now.current.compartment == 3
    assert now.current.doses == (p.DoseView("Pinemol", "500 mg", "0.5", "tablet", boxed=True, purpose="mod smerter"),)
    assert [(m.name, m.inside) for m in now.medicines] == [("Pinemol", True)]
    assert [view.id for view in now.today] == [f"{DAY}/morning", f"{DAY}/noon"]


def test_a_correction_is_what_it_reads(day: Play) -> None:
    day.at("9.30").do(c.Correct(f"{DAY}/morning", Life.TAKEN, "Ole", "gave it by hand"))
    assert shown(day).today[0].state == "taken"


def test_a_snapshot_can_be_sent_and_read(day: Play) -> None:
    for clock in ("7.00", "8.00", "9.30", "23.00"):
        made = shown(day.at(clock))
        assert msgspec.json.decode(msgspec.json.encode(made), type=p.Snapshot) == made


def test_at_rest_nothing_changes_within_a_minute(day: Play) -> None:
    day.at("10.00")
    views = []
    for _ in range(50):
        views.append(shown(day))
        day.seconds(1)
    assert all(a == b for a, b in pairwise(views))
