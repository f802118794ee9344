"""From plan to intakes: rounds and clock times, periods, windows, and the two odd days of the year (R4)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.plan import DayDose, Dosage, Handout, Medicine, Ordination, Period, Slot
from hub.domain.schedule import amounts, doses_of_day, home_day, intakes_of, intakes_over, slots_for, to_utc
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, SLOTS, TIMES, Play, ordination, plan_of

CPH = ZoneInfo("Europe/Copenhagen")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def dosage(*lines: DayDose, **period: object) -> Dosage:
    return Dosage((Period(**{"start": date(2026, 1, 1), "days": {1: lines}, **period}),), "tablet", "tabletter")


def daily(oid: str, at: time, **more: object) -> Ordination:
    medicine = Medicine(name=oid.title(), atc=str(more.pop("atc", "")))
    return Ordination(oid, medicine, dosage(DayDose(Decimal(1), at=at)), Handout.COMPARTMENT, **more)


def at_home(instant: datetime) -> str:
    return instant.astimezone(CPH).strftime("%d %H.%M")


# -- home wall time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (DAY, time(8), "2026-03-12T07:00"),
        (SPRING, time(1, 59), "2026-03-29T00:59"),
        (SPRING, time(2), "2026-03-29T01:00"),
        (SPRING, time(2, 30), "2026-03-29T01:00"),  # does not exist: 03.00
        (SPRING, time(3), "2026-03-29T01:00"),
        (SPRING, time(3, 30), "2026-03-29T01:30"),
        (AUTUMN, time(2, 30), "2026-10-25T00:30"),  # comes twice: the first
        (AUTUMN, time(3), "2026-10-25T02:00"),
    ],
)
def test_home_time_in_utc(day, at, utc):
    assert to_utc(day, at, CPH) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.times().map(lambda t: t.replace(second=0, microsecond=0)))
def test_home_time_never_goes_back(day, at):
    """A later wall time of a day is never an earlier instant, on any day."""
    later = (datetime.combine(day, at) + timedelta(minutes=30)).time()
    if later > at:
        assert to_utc(day, later, CPH) >= to_utc(day, at, CPH)


def test_the_home_day_is_the_citizens():
    plan = plan_of()
    assert home_day(plan, datetime(2026, 3, 11, 22, 59, tzinfo=UTC)) == date(2026, 3, 11)
    assert home_day(plan, datetime(2026, 3, 11, 23, 0, tzinfo=UTC)) == DAY


# -- which slots a line falls in --------------------------------------------------------------------------------------


def slot_ids(dose: DayDose, slots: tuple[Slot, ...] = SLOTS) -> list[str]:
    return [s.id for s in slots_for(dose, slots, TIMES)]


def test_slots_by_round_clock_time_and_times_a_day():
    assert slot_ids(DayDose(Decimal(1), part=NOON)) == ["noon"]
    assert slot_ids(DayDose(Decimal(1), at=time(16))) == ["t1600"]
    assert slot_ids(DayDose(Decimal(1), times=3)) == ["morning", "noon", "evening"]
    assert slot_ids(DayDose(Decimal(1), at=time(8))) == ["morning"]


def test_a_clock_time_prefers_its_own_slot_to_a_round_at_that_time():
    assert slot_ids(DayDose(Decimal(1), at=time(8)), (*SLOTS, Slot(id="t0800", time=time(8)))) == ["t0800"]


def test_a_line_without_a_slot_is_the_readers_to_refuse():
    with pytest.raises(LookupError, match="no slot for 07:15"):
        slot_ids(DayDose(Decimal(1), at=time(7, 15)))
    with pytest.raises(LookupError):
        slot_ids(DayDose(Decimal(1), times=9))


# -- which days -------------------------------------------------------------------------------------------------------


def given_on(period: dict[str, object], days: int = 10) -> list[int]:
    one = dosage(DayDose(Decimal(1), part=MORNING), **period)
    return [n for n in range(days) if list(doses_of_day(one, date(2026, 3, 1) + timedelta(days=n)))]


def test_periods():
    start = date(2026, 3, 2)
    line = (DayDose(Decimal(1), part=MORNING),)
    assert given_on({"start": start}) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert given_on({"start": start, "end": date(2026, 3, 4)}) == [1, 2, 3]  # inclusive
    assert given_on({"start": start, "repeat_days": 3}) == [1, 4, 7]
    assert given_on({"start": start, "repeat_days": 0}) == [1]  # does not repeat
    assert given_on({"start": start, "repeat_days": 0, "days": {1: line, 4: line}}) == [1, 4]
    assert given_on({"start": start, "repeat_days": 7, "days": {2: line, 3: line}}) == [2, 3, 9]
    assert given_on({"start": start, "days": {}}) == []  # an empty period


def test_two_periods_one_after_the_other():
    both = Dosage(
        (
            Period(start=date(2026, 3, 1), end=date(2026, 3, 2), days={1: (DayDose(Decimal(2), part=MORNING),)}),
            Period(start=date(2026, 3, 3), days={1: (DayDose(Decimal(1), part=MORNING),)}),
        ),
        "tablet", "tabletter",
    )  # fmt: skip
    assert [[d.quantity for d in doses_of_day(both, date(2026, 3, n))] for n in (1, 2, 3, 4)] == [[2], [2], [1], [1]]


def test_the_statements_own_period_counts_too():
    plan = plan_of(ordination("a", MORNING, start=DAY, end=DAY + timedelta(days=1)))
    assert [len(intakes_of(plan, DAY + timedelta(days=n))) for n in (-1, 0, 1, 2)] == [0, 1, 1, 0]


# -- intakes ----------------------------------------------------------------------------------------------------------


def test_an_intake_gathers_its_doses():
    morning, noon = intakes_of(plan_of(ordination("a", MORNING, NOON), ordination("b", MORNING, quantity=2)), DAY)
    assert (morning.id, noon.id) == (f"{DAY}/morning", f"{DAY}/noon")
    assert [(d.ordination, d.ordinal, d.unit) for d in morning.doses] == [("a", 1, "tablet"), ("b", 1, "tabletter")]
    assert [d.ordinal for d in noon.doses] == [2]
    assert [at_home(t) for t in (morning.opens_at, morning.at, morning.latest_at)] == [
        "12 07.00",
        "12 08.00",
        "12 09.00",
    ]


def test_identity_is_neither_clock_time_nor_version():
    """A slot moved is the same intake."""
    moved = tuple(replace(s, time=time(19)) if s.id == "evening" else s for s in SLOTS)
    one, other = plan_of(ordination("a", EVENING)), plan_of(ordination("a", EVENING), version=2, slots=moved)
    assert intakes_of(one, DAY)[0].id == intakes_of(other, DAY)[0].id
    assert intakes_of(one, DAY)[0].at != intakes_of(other, DAY)[0].at


def test_two_slots_at_one_time_are_one_intake_under_the_firsts_id():
    slots = (*SLOTS, Slot(id="t0800", time=time(8)))
    both = intakes_of(plan_of(ordination("a", MORNING), daily("b", time(8)), slots=slots), DAY)
    assert [(i.id, [d.ordination for d in i.doses]) for i in both] == [(f"{DAY}/morning", ["a", "b"])]


def test_next_day_belongs_to_the_day_before():
    slots = (Slot(id="nat", time=time(0, 30), part=NIGHT, next_day=True), *SLOTS[:2])
    nat = intakes_of(plan_of(ordination("a", NIGHT), slots=slots), DAY)[0]
    assert (nat.id, nat.day, at_home(nat.at)) == (f"{DAY}/nat", DAY, "13 00.30")


@pytest.mark.parametrize(
    ("day", "times"),
    [
        (SPRING, ["29 01.30", "29 03.00", "29 08.00"]),  # 02.30 and 03.00 are one moment, so one intake
        (AUTUMN, ["25 01.30", "25 02.30", "25 03.00", "25 08.00"]),
        (DAY, ["12 01.30", "12 02.30", "12 03.00", "12 08.00"]),
    ],
)
def test_the_two_odd_days_double_and_skip_nothing(day, times):
    """H3: every dose of the day is there once."""
    clock = {"a": time(1, 30), "b": time(2, 30), "c": time(3)}
    slots = (*(Slot(id=o, time=at) for o, at in clock.items()), SLOTS[0])
    plan = plan_of(*(daily(o, at) for o, at in clock.items()), ordination("d", MORNING), slots=slots)
    intakes = intakes_of(plan, day)
    assert [at_home(i.at) for i in intakes] == times
    assert sorted(d.ordination for i in intakes for d in i.doses) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_an_odd_day_lived(day):
    """Each intake of the day, and of the days around it, is due once and missed once."""
    play = Play()
    play.now = replace(play.now, wall=datetime.combine(day - timedelta(days=1), time(5), UTC))
    plan = plan_of(ordination("a", MORNING, NOON, EVENING, NIGHT, handout=Handout.REMINDED))
    play.accept(replace(plan, limits=replace(plan.limits, plan_age_days=365)))
    for _ in range(72 * 4):
        play.minutes(15)
    days = [day + timedelta(days=n) for n in (-1, 0, 1)]
    for each in days:
        assert [play.life(s.id, each) for s in SLOTS if s.part] == [Life.MISSED] * 4
    due = [b.intake for b in play.said(e.IntakeDue) if date.fromisoformat(b.intake[:10]) in days]
    assert len(due) == len(set(due)) == len(days) * 4


# -- many days at once ------------------------------------------------------------------------------------------------

LATE = Slot(id="nat", time=time(0, 30), part=NIGHT, next_day=True, window_min=600)  # until the next morning's
NIGHTLY = (*SLOTS[:4], LATE)
lines = st.builds(
    DayDose, st.sampled_from([Decimal(1), Decimal(2)]), part=st.sampled_from([MORNING, NOON, EVENING, NIGHT])
)  # fmt: skip
begins = st.dates(date(2026, 3, 20), date(2026, 4, 2)) | st.dates(date(2026, 10, 18), date(2026, 10, 28))


@st.composite
def ordinations(draw: st.DrawFn) -> Ordination:
    """Any periods, which may lie over each other: the schedule does not ask."""
    periods = []
    for _ in range(draw(st.integers(1, 3))):
        start, repeat = draw(begins), draw(st.sampled_from([0, 1, 2, 3, 7]))
        end = draw(st.none() | st.integers(0, 9).map(lambda n, start=start: start + timedelta(days=n)))
        numbers = st.integers(1, repeat or 5)
        days = draw(st.dictionaries(numbers, st.lists(lines, min_size=1, max_size=2).map(tuple), max_size=3))
        periods.append(Period(start=start, end=end, days=days, repeat_days=repeat))
    spans = st.none() | begins
    medicine = Medicine("X", atc=draw(st.sampled_from(["", "N02BE01"])))
    return Ordination(
        draw(st.uuids()).hex, medicine, Dosage(tuple(periods), "tablet", "tabletter"), Handout.COMPARTMENT,
        start=draw(spans), end=draw(spans), interval_min=draw(st.sampled_from([None, 240])),
    )  # fmt: skip


@given(st.lists(ordinations(), min_size=1, max_size=4), begins, st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_many_days_at_once_are_the_days_one_by_one_however_they_are_cut(ordinations, first, lengths):
    """R4, and every kind of day a dosage has; each day by itself is asked of a plan nobody has looked into."""
    plan = plan_of(*ordinations, slots=NIGHTLY)
    days = [first + timedelta(days=n) for n in range(sum(lengths))]
    alone = [i for day in days for i in intakes_of(replace(plan), day)]
    cut = []
    for length in lengths:
        cut += intakes_over(plan, first, length)
        first += timedelta(days=length)
    assert cut == alone == intakes_over(plan, days[0], len(days))
    assert alone == [i for day in days for i in intakes_of(plan, day)]


def test_the_day_before_something_begins_is_not_like_those_before_it():
    """R2: from the 17th there is more of the substance in the morning, and the night's window ends before that."""
    begins = dosage(DayDose(Decimal(1), part=MORNING), start=DAY + timedelta(days=5))
    more = Ordination("b", Medicine("B", atc="N02BE01"), begins, Handout.COMPARTMENT)
    plan = plan_of(ordination("a", NIGHT, atc="N02BE01"), more, slots=NIGHTLY)
    nights = [i for i in intakes_over(plan, DAY, 6) if i.slot == "nat"]
    assert [at_home(i.latest_at) for i in nights] == [
        "13 10.30", "14 10.30", "15 10.30", "16 10.30", "17 07.00", "18 07.00",
    ]  # fmt: skip


# -- windows ----------------------------------------------------------------------------------------------------------


def windows(*ordinations: Ordination, slots: tuple[Slot, ...]) -> list[tuple[str, str]]:
    plan = plan_of(*ordinations, slots=slots)
    return [(at_home(i.opens_at)[3:], at_home(i.latest_at)[3:]) for i in intakes_of(plan, DAY)]


WIDE = (
    Slot(id="a", time=time(8), window_min=300),
    Slot(id="b", time=time(12), early_min=30, window_min=300),
    Slot(id="c", time=time(23), window_min=600),
)


def test_where_no_interval_is_given_a_window_ends_before_the_next_begins():
    """R2, and over midnight."""
    one = Ordination("x", Medicine("X"), dosage(*(DayDose(Decimal(1), at=s.time) for s in WIDE)), Handout.COMPARTMENT)
    assert windows(one, slots=WIDE) == [("08.00", "11.30"), ("11.30", "17.00"), ("23.00", "08.00")]


def test_an_interval_leaves_the_window_whole():
    one = Ordination(
        "x", Medicine("X"), dosage(*(DayDose(Decimal(1), at=s.time) for s in WIDE)), Handout.COMPARTMENT,
        interval_min=120,
    )  # fmt: skip
    assert windows(one, slots=WIDE) == [("08.00", "13.00"), ("11.30", "17.00"), ("23.00", "09.00")]


def test_another_substance_cuts_nothing_and_another_ordination_of_the_same_does():
    assert windows(daily("x", time(8)), daily("y", time(12)), slots=WIDE)[0] == ("08.00", "13.00")
    same = (daily("x", time(8), atc="N02BE01"), daily("y", time(12), atc="N02BE01"))
    assert windows(*same, slots=WIDE)[0] == ("08.00", "11.30")


def test_a_next_window_that_opens_long_before_its_time_does_not_cut_this_one_to_nothing():
    slots = (Slot(id="a", time=time(8)), Slot(id="b", time=time(9), early_min=120))
    one = Ordination("x", Medicine("X"), dosage(*(DayDose(Decimal(1), at=s.time) for s in slots)), Handout.COMPARTMENT)
    assert windows(one, slots=slots) == [("08.00", "08.30"), ("07.00", "10.00")]


@given(
    times=st.lists(st.integers(0, 47), min_size=1, max_size=6, unique=True).map(sorted),
    early=st.integers(0, 240), window=st.integers(5, 720), day=st.dates(date(2026, 3, 27), date(2026, 10, 27)),
)  # fmt: skip
def test_windows_are_never_empty(times, early, window, day):
    slots = tuple(Slot(id=f"s{n}", time=time(n // 2, n % 2 * 30), early_min=early, window_min=window) for n in times)
    one = Ordination("x", Medicine("X"), dosage(*(DayDose(Decimal(1), at=s.time) for s in slots)), Handout.COMPARTMENT)
    intakes = intakes_of(plan_of(one, slots=slots), day)
    assert all(i.opens_at <= i.at < i.latest_at for i in intakes)
    assert sum(len(i.doses) for i in intakes) == len(times)


# -- substances -------------------------------------------------------------------------------------------------------


def test_a_substance_is_the_ordination_and_what_the_plan_names():
    plain, named = (
        intakes_of(plan_of(o), DAY)[0].doses[0] for o in (ordination("a", NOON), ordination("b", NOON, atc="N"))
    )
    assert plain.substances == {"ordination:a"}
    assert named.substances == {"ordination:b", "atc:N"}


def test_amounts_keep_nine_decimals():
    doses = intakes_of(plan_of(ordination("a", NOON, quantity="0.000000001"), ordination("b", NOON, quantity=2)), DAY)[
        0
    ]
    assert dict(amounts(doses.doses)) == {"ordination:a": 1, "ordination:b": 2_000_000_000}
