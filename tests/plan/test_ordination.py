"""From any reader's dosage to its verdict: placed exactly by the envelope, or outside for a stated reason (R2, R6)."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.domain.plan import AsNeeded, Criticality, DayDose, Dosage, Handout, Medicine, PartOfDay, Period, Slot, Verdict
from hub.plan.fhir.medication import Product
from hub.plan.format import Handling
from hub.plan.ordination import Clock, Read, Said, ordinate
from hub.plan.reasons import NotUnderstood

START = date(2026, 3, 1)
MORNING, NOON, EVENING, NIGHT = PartOfDay
CLOCK = Clock(
    (
        *(Slot(id=p.value, time=time(h), part=p) for p, h in zip(PartOfDay, (8, 12, 18, 22), strict=True)),
        Slot(id="t0030", time=time(0, 30), next_day=True),
    ),
    {2: ("morning", "evening"), 3: ("morning", "noon", "evening")},
    ZoneInfo("Europe/Copenhagen"),
)
BOXED = Handling(Handout.COMPARTMENT, Criticality.MEDIUM)


def line(quantity: Any = 1, **when: Any) -> DayDose:
    return DayDose(Decimal(str(quantity)), **(when or {"part": MORNING}))


def period(*lines: DayDose, **more: Any) -> Period:
    return Period(**{"start": START, "days": {1: lines} if lines else {}, **more})


def placed(*periods: Period, handling: Handling | None = BOXED, **more: Any) -> Read:
    dosage = more.pop("dosage", Dosage(periods, "tablet", "tabletter"))
    return ordinate(Said("1", Product(Medicine("Provemol", form="TAB"), "tabletter"), dosage, **more), handling, CLOCK)


def why(*periods: Period, **more: Any) -> str:
    with pytest.raises(NotUnderstood) as refused:
        placed(*periods, **more)
    return str(refused.value)


def within(minutes: int) -> Handling:
    return Handling(Handout.COMPARTMENT, Criticality.MEDIUM, interval_min=minutes)


REASONS: list[tuple[Callable[[], str], str]] = [
    (lambda: why(dosage=Dosage((), "", "", free_text="efter aftale")), "free text"),
    (lambda: why(dosage=Dosage((), "", "", by_schema=True)), "a schema kept elsewhere"),
    (lambda: why(period(line()), handling=None), "does not say how it is handed out"),
    (lambda: why(period(line(at=time(7)))), "no slot for 07:00"),
    (lambda: why(period(line(times=9))), "no slot for 9 times a day"),
    (lambda: why(period(days={0: (line(),)})), "a day that is not said"),
    (lambda: why(period(line(0, part=MORNING), line(0, quantity_max=Decimal(2), part=NOON))), "0 to 2"),
    (lambda: why(period(line(), line(2))), "says morning more than once"),
    (lambda: why(period(line(times=2), line(part=EVENING))), "says evening more than once"),
    (lambda: why(period(line()), period(line(2))), "says morning more than once"),
    (lambda: why(period(line(), repeat_days=2), period(line(2), repeat_days=3)), "says morning more than once"),
    (lambda: why(period(line("0.3"))), "cannot lie in a compartment"),
    (lambda: why(period(line(11))), "cannot lie in a compartment"),
    (lambda: why(period(line(1, part=MORNING, quantity_max=Decimal(11)))), "cannot lie in a compartment"),
    (lambda: why(period(line(2, times=3), daily_max=Decimal(4))), "day 1 has 6, more than the 4"),
    (
        lambda: why(period(line(), line(part=NOON)), handling=within(241)),
        "240 minutes between two doses, less than the least 241",
    ),
    (lambda: why(period(line(), line(part=NOON), interval_min=300)), "less than the least 300"),
    (
        lambda: why(period(line(part=NIGHT), line(at=time(0, 30))), handling=within(180)),
        "150 minutes between two doses",
    ),
]


@pytest.mark.parametrize(("said", "reason"), REASONS, ids=[reason for _, reason in REASONS])
def test_what_cannot_be_placed_exactly_is_named(said: Callable[[], str], reason: str) -> None:
    assert reason in said()


def test_every_reason_is_given_at_once() -> None:
    said = why(period(line(at=time(7)), line(times=9), line(11)))
    assert all(reason in said for reason in ("07:00", "9 times a day", "11 tablet"))


def test_a_quantity_of_nothing_is_nothing() -> None:
    ordination, outside = placed(period(line(0), line(part=NOON)))
    assert outside is None
    assert ordination
    assert ordination.dosage.periods[0].days == {1: (line(part=NOON),)}


def test_an_empty_period_is_understood_and_gives_nothing() -> None:
    ordination, outside = placed(period(end=date(2026, 3, 5)), period(line(), start=date(2026, 3, 6)))
    assert (ordination is not None, outside) == (True, None)


def test_periods_that_never_share_a_date_may_share_a_moment() -> None:
    assert placed(period(line(), end=date(2026, 3, 12)), period(line(2), start=date(2026, 3, 13)))[0]
    assert placed(period(line(), repeat_days=2), period(line(2), start=date(2026, 3, 2), repeat_days=2))[0]


@pytest.mark.parametrize(
    ("card", "envelope", "least"), [(None, None, None), (240, None, 240), (240, 180, 240), (60, 180, 180)]
)
def test_of_two_least_times_the_longer_counts(card: int | None, envelope: int | None, least: int | None) -> None:
    handling = Handling(Handout.COMPARTMENT, Criticality.MEDIUM, interval_min=envelope)
    ordination, _ = placed(period(line(), interval_min=card), handling=handling)
    assert ordination
    assert ordination.interval_min == least


def needed(quantity: Any = 1, times: int | None = 3, **more: Any) -> Period:
    return period(DayDose(Decimal(str(quantity)), times=times, as_needed=True), **more)


def test_a_most_in_amount_is_so_many_doses() -> None:
    ordination, _ = placed(needed(2, None, interval_min=240, daily_max=Decimal(7)))
    assert ordination
    assert ordination.as_needed == AsNeeded(Decimal(2), 3, START)
    assert ordination.interval_min == 240


def test_of_two_mosts_the_lesser_counts() -> None:
    ordination, _ = placed(needed(1, 4, interval_min=60, daily_max=Decimal(3)))
    assert ordination
    assert ordination.as_needed == AsNeeded(Decimal(1), 3, START)


@pytest.mark.parametrize(
    "part",
    [
        needed(interval_min=None),
        needed(times=None, interval_min=60),
        needed(interval_min=60, repeat_days=2),
        needed(times=25, interval_min=60),
        period(DayDose(Decimal(1), part=NIGHT, as_needed=True), interval_min=60),
        period(DayDose(Decimal(1), Decimal(2), times=3, as_needed=True), interval_min=60),
        period(days={0: (DayDose(Decimal(1), times=1, as_needed=True),)}, interval_min=60),
        needed(3, None, interval_min=60, daily_max=Decimal(2)),
    ],
)
def test_what_is_not_plain_stays_outside(part: Period) -> None:
    """A dose of FMK's day 0 is said once and may be had again: that is no most."""
    alone, outside = placed(part)
    assert alone is None
    assert outside
    assert (outside.id, outside.verdict) == ("1", Verdict.AS_NEEDED)
    beside_fixed, beside = placed(period(line()), part)
    assert beside_fixed
    assert beside
    assert (beside_fixed.as_needed, beside.id) == (None, "1/pn")


def test_one_dose_as_needed_and_later_another_are_not_one() -> None:
    ordination, outside = placed(
        needed(1, interval_min=60, end=date(2026, 3, 5)), needed(2, interval_min=60, start=date(2026, 3, 6))
    )
    assert ordination is None
    assert outside
    assert outside.verdict is Verdict.AS_NEEDED


def test_on_any_day_with_a_most_in_amount_is_plain() -> None:
    part = period(
        days={0: (DayDose(Decimal(1), as_needed=True),)}, interval_min=60, daily_max=Decimal(4), repeat_days=0
    )
    ordination, _ = placed(part)
    assert ordination
    assert ordination.as_needed == AsNeeded(Decimal(1), 4, START)


def test_as_needed_of_more_than_fits_is_not_understood() -> None:
    assert "cannot lie in a compartment" in why(needed(11, interval_min=60))
