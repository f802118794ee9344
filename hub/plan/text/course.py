"""A period as its dosage text sees it: dose by dose, and what can be asked of the doses."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import DayDose, Dosage, Period
from hub.plan.numbers import danish
from hub.plan.text.words import WEEKDAYS
from hub.plan.units import unit_beside


def is_unlimited(dose: DayDose) -> bool:
    """As needed, at no moment, and as often as the citizen wants."""
    return dose.as_needed and dose.part is None and dose.at is None and dose.times is None


class Day(Struct, frozen=True):
    """One day of a period, in the order given: "3 gange dagligt" is three doses here."""

    number: int  # 1 is the period's first day, 0 any day
    doses: tuple[DayDose, ...]

    @property
    def as_needed_only(self) -> bool:
        return all(d.as_needed for d in self.doses)

    @property
    def fixed_only(self) -> bool:
        return not any(d.as_needed for d in self.doses)

    @property
    def all_same(self) -> bool:
        """Of one quantity, at one moment, fixed or as needed alike."""
        return len(set(self.doses)) == 1

    @property
    def one_quantity(self) -> bool:
        return len({(d.quantity, d.quantity_max) for d in self.doses}) == 1

    @property
    def has_plain(self) -> bool:
        """Whether a dose is at no moment of the day."""
        return any(d.part is None and d.at is None for d in self.doses)

    @property
    def has_part(self) -> bool:
        """Whether a dose is in the morning, at noon, in the evening or at night."""
        return any(d.part is not None for d in self.doses)

    @property
    def has_clock(self) -> bool:
        return any(d.at is not None for d in self.doses)

    @property
    def parts_only(self) -> bool:
        """Whether each dose is in a part of the day, and no part has two."""
        parts = {d.part for d in self.doses}
        return None not in parts and len(parts) == len(self.doses)


class Course(Struct, frozen=True):
    """A period of a dosage, with its unit's words."""

    start: date
    end: date | None
    repeat_days: int
    days: tuple[Day, ...]  # in the order given
    note: str
    postfix: str
    interval_min: int | None
    daily_max: Decimal | None
    unit: str
    units: str

    @property
    def same_day(self) -> bool:
        """Begins and ends on one day."""
        return self.end == self.start

    @property
    def once(self) -> bool:
        """Does not repeat, or ends before it would."""
        return not self.repeat_days or (self.end is not None and (self.end - self.start).days + 1 < self.repeat_days)

    @property
    def is_daily(self) -> bool:
        return self.repeat_days == 1 and [day.number for day in self.days] == [1]

    @property
    def is_one_dose(self) -> bool:
        return len(self.days) == 1 and len(self.days[0].doses) == 1

    @property
    def doses(self) -> Iterator[DayDose]:
        return (dose for day in self.days for dose in day.doses)

    @property
    def as_needed_only(self) -> bool:
        return bool(self.days) and all(d.as_needed for d in self.doses)

    @property
    def fixed_only(self) -> bool:
        return not any(d.as_needed for d in self.doses)

    @property
    def days_same(self) -> bool:
        return len({day.doses for day in self.days}) <= 1

    @property
    def doses_same(self) -> bool:
        return len(set(self.doses)) <= 1

    @property
    def consecutive(self) -> bool:
        """Days 1, 2, 3, …"""
        return [day.number for day in self.days] == list(range(1, len(self.days) + 1))

    def date_of(self, day: Day) -> date:
        """The day's date, the first time it comes."""
        return self.start + timedelta(days=day.number - 1)

    def weekday(self, day: Day) -> str:
        return WEEKDAYS[self.date_of(day).weekday()]

    def amount(self, dose: DayDose, to: str) -> str:
        """1 tablet; 1-2 tabletter, with `to` between."""
        if dose.quantity_max is None:
            return self.counted(dose.quantity)
        return f"{danish(dose.quantity)}{to}{self.counted(dose.quantity_max)}"

    def counted(self, quantity: Decimal) -> str:
        """0,5 tablet; 2 tabletter."""
        return f"{danish(quantity)} {unit_beside(quantity, self.unit, self.units)}"


def courses_of(dosage: Dosage) -> list[Course]:
    """The periods in the order given, each dose of "n gange dagligt" by itself."""
    return [_course(period, dosage) for period in dosage.periods]


def _course(p: Period, dosage: Dosage) -> Course:
    days = tuple(Day(number, tuple(_each(lines))) for number, lines in p.days.items())
    return Course(
        p.start, p.end, p.repeat_days, days, p.note, p.postfix, p.interval_min, p.daily_max, dosage.unit, dosage.units
    )


def _each(lines: tuple[DayDose, ...]) -> Iterator[DayDose]:
    for line in lines:
        yield from [line if line.times is None else replace(line, times=1)] * (line.times or 1)
