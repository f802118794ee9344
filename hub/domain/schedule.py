"""From plan to intakes: what is to be taken on one home day, and when. A pure function of plan and date (R3, R4)."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import lcm
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from hub.domain.intake import Dose, Intake
from hub.domain.plan import DayDose, Dosage, Ordination, Period, Plan, Slot, SlotId

_MIDNIGHT = time()
_DAY = timedelta(days=1)
_NEVER = date.max.toordinal() + 1

_Kind = tuple[int, int]  # a stretch of days, and which day of those that repeat in it
_Slotted = list[tuple[Slot, tuple[Dose, ...]]]
_Moments = list[tuple[SlotId, timedelta, timedelta, timedelta, tuple[Dose, ...]]]  # at, opens, latest: after midnight


def home_day(plan: Plan, wall: datetime) -> date:
    """The date on the citizen's own calendar."""
    return wall.astimezone(ZoneInfo(plan.settings.zone)).date()


def to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Home wall time in UTC. One that does not exist is the end of the gap; one that comes twice is the first (R4)."""
    local = datetime.combine(day, at, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    after = instant.astimezone(zone).utcoffset()
    while (instant - timedelta(minutes=1)).astimezone(zone).utcoffset() == after:
        instant -= timedelta(minutes=1)
    return instant


def slots_for(dose: DayDose, slots: tuple[Slot, ...], times_per_day: Mapping[int, tuple[SlotId, ...]]) -> list[Slot]:
    """The slots a dosage line falls in; LookupError where the envelope has none for it (the reader refuses then)."""
    by_id = {s.id: s for s in slots}
    if dose.times is not None:
        return [by_id[s] for s in times_per_day[dose.times]]
    if dose.part is not None:
        found = [s for s in slots if s.part is dose.part]
    else:
        found = sorted((s for s in slots if s.time == dose.at), key=lambda s: s.part is not None)
    if not found:
        raise LookupError(f"no slot for {dose.part or dose.at}")
    return found[:1]


def doses_of_day(dosage: Dosage, day: date) -> Iterator[DayDose]:
    """The dosage's lines on `day`, over all its periods; those as needed are in no schedule."""
    for period in dosage.periods:
        yield from (line for line in period.days.get(_day_number(period, day), ()) if not line.as_needed)


def _day_number(period: Period, day: date) -> int:
    """FMK's day number: 1 is the start date; -1 (no day) outside the period."""
    elapsed = (day - period.start).days
    if elapsed < 0 or (period.end is not None and day > period.end):
        return -1
    return elapsed % period.repeat_days + 1 if period.repeat_days else elapsed + 1


def intakes_of(plan: Plan, day: date) -> tuple[Intake, ...]:
    """The intakes of `day` in order of time, windows cut where the plan is silent about intervals (R2)."""
    return _laid_out(_Same(plan)).of(day)


def intakes_over(plan: Plan, first: date, days: int) -> list[Intake]:
    """Those of so many home days, one day after the other."""
    return _laid_out(_Same(plan)).over(first, days)


class _Same:
    """A plan as a key: equal to itself alone, without a look into it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.plan is other.plan

    def __hash__(self) -> int:
        return id(self.plan)


@lru_cache(maxsize=8)  # the plan in force and those it is held against
def _laid_out(same: _Same) -> "_LaidOut":
    return _LaidOut(same.plan)


class _LaidOut:
    """A plan cut into stretches of days in which no period begins or ends. In a stretch all repeats, so a day is like
    another, moved: each kind is worked out once, and anew where a stretch ends or the clocks change."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._zone = plan, ZoneInfo(plan.settings.zone)
        self._cuts = [*sorted({cut for ordination in plan.ordinations for cut in _cuts(ordination)}), _NEVER]
        self._reach = 2 + any(s.next_day for s in plan.slots)  # midnights until tomorrow's last slot
        self._cycle = lru_cache(maxsize=None)(self._days_until_it_repeats)
        self._uncut = lru_cache(maxsize=2)(self._raw)  # tomorrow's, which are today's next
        self._slots: dict[_Kind, _Slotted] = {}
        self._moments: dict[_Kind, _Moments] = {}
        self.of = lru_cache(maxsize=8)(lambda day: tuple(self.over(day, 1)))  # around today, asked for at each look

    def over(self, first: date, days: int) -> list[Intake]:
        found: list[Intake] = []
        offsets = self._offsets(first, days + self._reach)
        in_utc, number, ends = datetime.combine(first, _MIDNIGHT, UTC), first.toordinal(), 0
        for n in range(days):
            if number >= ends:
                stretch = bisect(self._cuts, number)
                ends, cycle = self._cuts[stretch], self._cycle(stretch)
            if offsets[n] != offsets[n + self._reach] or ends == number + 1:
                found += self._worked_out(in_utc.date())
            else:
                self._moved((stretch, number % cycle), in_utc.date(), in_utc - offsets[n], found)
            in_utc, number = in_utc + _DAY, number + 1
        return found

    def _days_until_it_repeats(self, stretch: int) -> int:
        within = date.fromordinal(self._cuts[stretch - 1] if stretch else 1)
        periods = (p for o in self._plan.ordinations for p in o.dosage.periods)
        return lcm(*(p.repeat_days for p in periods if p.repeat_days and _day_number(p, within) > 0))

    def _offsets(self, first: date, days: int) -> list[timedelta]:
        """Of home time from UTC, at each midnight."""
        midnight, found = datetime.combine(first, _MIDNIGHT), []
        for _ in range(days):
            found.append(self._zone.utcoffset(midnight) or timedelta())
            midnight += _DAY
        return found

    def _moved(self, kind: _Kind, day: date, midnight: datetime, found: list[Intake]) -> None:
        """The day as others of its kind are."""
        moments = self._moments.get(kind)
        if moments is None:
            moments = self._moments[kind] = [
                (i.slot, i.at - midnight, i.opens_at - midnight, i.latest_at - midnight, i.doses)
                for i in self._worked_out(day)
            ]
        name = day.isoformat() + "/"
        for slot, at, opens, latest, doses in moments:
            found.append(Intake(name + slot, day, slot, midnight + at, midnight + opens, midnight + latest, doses))

    def _worked_out(self, day: date) -> list[Intake]:
        later = self._uncut(day) + self._uncut(day + _DAY)
        return [_cut_window(intake, later) for intake in later if intake.day == day]

    def _raw(self, day: date) -> list[Intake]:
        merged: dict[datetime, Intake] = {}
        stretch = bisect(self._cuts, day.toordinal())
        kind = (stretch, day.toordinal() % self._cycle(stretch))
        if kind not in self._slots:
            self._slots[kind] = _slotted(self._plan, day)
        for slot, doses in self._slots[kind]:
            at = to_utc(day + timedelta(days=slot.next_day), slot.time, self._zone)
            first = merged.get(at)  # two slots at one time are one intake, under the first's id
            merged[at] = replace(first, doses=first.doses + doses) if first else _intake(day, slot, at, doses)
        return [merged[at] for at in sorted(merged)]


def _cuts(ordination: Ordination) -> Iterator[int]:
    """The first days, counted, of what is another stretch; each day of a period that does not repeat is one."""
    spans = [(ordination.start, ordination.end), *((p.start, p.end) for p in ordination.dosage.periods)]
    yield from (start.toordinal() for start, _ in spans if start)
    yield from (end.toordinal() + 1 for _, end in spans if end)
    once = (p.start.toordinal() + n for p in ordination.dosage.periods if not p.repeat_days for n in p.days)
    yield from (cut for after in once for cut in (after - 1, after))


def _slotted(plan: Plan, day: date) -> _Slotted:
    lines: dict[SlotId, list[Dose]] = defaultdict(list)
    for ordination in plan.ordinations:
        if not in_force(ordination, day):
            continue
        for ordinal, (slot, line) in enumerate(_lines(plan, ordination, day), start=1):
            lines[slot.id].append(_dose(ordination, ordinal, line))
    return [(slot, tuple(lines[slot.id])) for slot in plan.slots if slot.id in lines]


def _lines(plan: Plan, ordination: Ordination, day: date) -> list[tuple[Slot, DayDose]]:
    order = {slot.id: i for i, slot in enumerate(plan.slots)}
    lines = [
        (slot, line)
        for line in doses_of_day(ordination.dosage, day)
        for slot in slots_for(line, plan.slots, plan.settings.times_per_day)
    ]
    return sorted(lines, key=lambda pair: order[pair[0].id])


def _intake(day: date, slot: Slot, at: datetime, doses: tuple[Dose, ...]) -> Intake:
    opens_at, latest_at = at - timedelta(minutes=slot.early_min), at + timedelta(minutes=slot.window_min)
    return Intake(f"{day}/{slot.id}", day, slot.id, at, opens_at, latest_at, doses)


def _dose(ordination: Ordination, ordinal: int, line: DayDose) -> Dose:
    medicine, dosage = ordination.medicine, ordination.dosage
    return Dose(
        ordination=ordination.id, ordinal=ordinal, quantity=line.quantity, quantity_max=line.quantity_max,
        name=medicine.name, strength=medicine.strength, unit=dosage.unit if line.quantity <= 1 else dosage.units,
        handout=ordination.handout, criticality=ordination.criticality, atc=medicine.atc, drug_id=medicine.drug_id,
        interval_min=ordination.interval_min, ask_word=ordination.ask_word, purpose=ordination.purpose,
    )  # fmt: skip


def in_force(ordination: Ordination, day: date) -> bool:
    """Whether the day lies in the statement's own effective period."""
    return _within(day, ordination.start, ordination.end)


def as_needed_on(ordination: Ordination, day: date) -> bool:
    """Whether it is to be had as needed on a home day: in its own days and in those of its part as needed."""
    needed = ordination.as_needed
    return needed is not None and in_force(ordination, day) and _within(day, needed.start, needed.end)


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def as_needed_dose(ordination: Ordination) -> Dose | None:
    """One dose p.n. of it; None where it is not to be had so."""
    if ordination.as_needed is None:
        return None
    dose = _dose(ordination, 1, DayDose(ordination.as_needed.quantity))
    return replace(dose, most=ordination.as_needed.most)


def amounts(doses: Iterable[Dose]) -> Counter[str]:
    """How much of each substance, in billionths of a unit: FMK's quantities have nine decimals."""
    total = Counter[str]()
    for dose in doses:
        for substance in dose.substances:
            total[substance] += int(dose.quantity.scaleb(9))
    return total


def _cut_window(intake: Intake, later: list[Intake]) -> Intake:
    """Where no interval is given, a window ends before the next intake of the same substance begins (R2).

    One that begins before half the gap has passed does not count until then: `may_open` keeps them apart.
    """
    silent: frozenset[str] = frozenset().union(*(d.substances for d in intake.doses if d.interval_min is None))
    ends = (
        max(other.opens_at, intake.at + (other.at - intake.at) / 2)
        for other in later
        if other.at > intake.at and not silent.isdisjoint(other.substances)
    )
    return replace(intake, latest_at=min((intake.latest_at, *ends)))
