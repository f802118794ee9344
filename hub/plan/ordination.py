"""What a card says of one medicine, to its verdict: an ordination to schedule, or outside and why. For every reader.

Nothing is guessed: what cannot be placed exactly by the envelope's own rounds and tables is not understood (R6).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import DayDose, Dosage, Handout, Ordination, OrdinationId, Outside, Period, Slot, SlotId, Verdict
from hub.domain.schedule import slots_for
from hub.plan.as_needed import in_the_box, needed_periods
from hub.plan.dosage_text import long_text
from hub.plan.fhir.medication import Product
from hub.plan.format import Handling
from hub.plan.meeting import meet
from hub.plan.reasons import NotUnderstood
from hub.plan.units import check_agrees, check_boxable, unit_words

PN = "/pn"  # after an ordination's id: its part as needed, where that stays outside the box


class Clock(Struct, frozen=True):
    """What the envelope says about time: the slots, the table of n times a day, the zone."""

    slots: tuple[Slot, ...]
    times_per_day: dict[int, tuple[SlotId, ...]]
    zone: ZoneInfo


class Said(Struct, frozen=True):
    """One medicine, as its card says it. `start` and `end` are the ordination's own, beside the dosage's."""

    id: OrdinationId
    product: Product
    dosage: Dosage | None = None  # None: `unread` says why
    start: date | None = None
    end: date | None = None
    text: str = ""  # FMK's own words for the dosage, word for word
    note: str = ""
    needed_text: str = ""  # of that, what its part as needed says
    unread: tuple[str, ...] = ()  # why a part as needed is not in the dosage, or nothing of it was understood
    rest: tuple[Verdict, str] | None = None  # not in use, and why
    objections: tuple[str, ...] = ()  # why the dosage, though it was read, is none that can be given


Read = tuple[Ordination | None, Outside | None]


class Judged(Struct, frozen=True):
    """One medicine of a plan, and what became of it. `reasons`: why it is not understood."""

    said: Said
    ordination: Ordination | None = None
    outside: Outside | None = None
    reasons: tuple[str, ...] = ()


def words_of(said: Said) -> str:
    """What is shown as its dosage: FMK's own words, else those of what was read."""
    return said.text or (long_text(said.dosage) if said.dosage else "")


def judge(said: Said, handling: Handling | None, clock: Clock) -> Judged:
    """Its verdict, whatever it is."""
    medicine = said.product.medicine
    outside = Outside(said.id, medicine.name, Verdict.NOT_UNDERSTOOD, "", words_of(said), medicine.strength)
    if said.rest:
        return Judged(said, outside=replace(outside, verdict=said.rest[0], reason=said.rest[1]))
    try:
        return Judged(said, *ordinate(said, handling, clock))
    except NotUnderstood as error:
        return Judged(said, None, replace(outside, reason="; ".join(error.reasons)), error.reasons)


def ordinate(said: Said, handling: Handling | None, clock: Clock) -> Read:
    """The ordination, or why it is outside; both where a part as needed stands beside a fixed one.

    NotUnderstood with every reason.
    """
    if said.dosage is None or said.objections:
        raise NotUnderstood(said.objections or said.unread)
    if said.dosage.free_text or said.dosage.by_schema:
        raise NotUnderstood(["dosage: free text" if said.dosage.free_text else "dosage: by a schema kept elsewhere"])
    fixed, needed = _fixed(said.dosage), needed_periods(said.dosage)
    as_needed = None if said.unread else in_the_box(needed, handling)
    left_out = (needed or said.unread) and as_needed is None
    medicine, text = said.product.medicine, words_of(said)
    outside = Outside(said.id, medicine.name, Verdict.AS_NEEDED, "as needed", text, medicine.strength)
    if left_out and not any(p.days for p in fixed.periods):
        return None, outside
    if handling is None:
        raise NotUnderstood(["the envelope does not say how it is handed out"])
    quantities = {q for _, line in _lines(fixed) for q in (line.quantity, line.quantity_max) if q is not None}
    interval_min = _interval(said.dosage, handling)
    reasons = [*_unplaced(fixed, clock), *_most_a_day(fixed)]
    reasons = reasons or [*_clashes(fixed, clock), *_too_close(fixed, interval_min, clock)]
    quantities |= {as_needed.quantity} if as_needed else set()
    reasons += _not_as_counted(said.product, fixed.unit, handling.handout, quantities)
    if reasons:
        raise NotUnderstood(reasons)
    ordination = Ordination(
        id=said.id, medicine=medicine, dosage=fixed, handout=handling.handout, start=said.start, end=said.end,
        text=text, note=said.note, purpose=handling.purpose, criticality=handling.criticality,
        interval_min=interval_min, ask_word=handling.ask_word, as_needed=as_needed,
    )  # fmt: skip
    why = "the as-needed part of a combined dosage"
    in_words = said.needed_text or (long_text(replace(said.dosage, periods=needed)) if needed else "p.n.")
    beside = replace(outside, id=f"{said.id}{PN}", reason=why, text=in_words)
    return ordination, beside if left_out else None


def _fixed(dosage: Dosage) -> Dosage:
    """What is to be taken without being asked for. A quantity of 0 is FMK's way to write that nothing is; a unit of one
    word is said in the number a screen needs."""
    unit, units = unit_words(dosage.unit) if dosage.unit == dosage.units else (dosage.unit, dosage.units)
    return replace(dosage, periods=tuple(replace(p, days=_days(p)) for p in dosage.periods), unit=unit, units=units)


def _days(period: Period) -> dict[int, tuple[DayDose, ...]]:
    kept = {n: tuple(d for d in day if not d.as_needed and (d.quantity or d.quantity_max)) for n, day in
            period.days.items()}  # fmt: skip
    return {n: day for n, day in kept.items() if day}


def _lines(dosage: Dosage) -> Iterator[tuple[int, DayDose]]:
    return ((n, line) for period in dosage.periods for n, day in period.days.items() for line in day)


def _interval(dosage: Dosage, handling: Handling) -> int | None:
    """The longest of those said: the card's and the envelope's (R2)."""
    return max((m for m in (handling.interval_min, *(p.interval_min for p in dosage.periods)) if m is not None),
               default=None)  # fmt: skip


def _unplaced(fixed: Dosage, clock: Clock) -> Iterator[str]:
    """Lines that no slot of the plan has, or no day."""
    for n, line in dict.fromkeys(_lines(fixed)):
        if n == 0:
            yield "dosage: a dose on a day that is not said"
        if not line.quantity:
            yield f"dosage: 0 to {line.quantity_max}, which only the citizen can choose"
        try:
            slots_for(line, clock.slots, clock.times_per_day)
        except LookupError:
            when = f"{line.times} times a day" if line.times else line.part or f"{line.at:%H:%M}"
            yield f"dosage: the plan has no slot for {when}"


def _most_a_day(fixed: Dosage) -> Iterator[str]:
    """A day that asks for more than the same dosage allows on a day."""
    for period in fixed.periods:
        for n, day in period.days.items() if period.daily_max is not None else ():
            total = sum((d.quantity * (d.times or 1) for d in day), Decimal())
            if period.daily_max is not None and total > period.daily_max:
                yield f"dosage: day {n} has {total}, more than the {period.daily_max} it allows on a day"


def _clashes(fixed: Dosage, clock: Clock) -> Iterator[str]:
    """Moments that two lines of one dosage would share: added, replaced or said twice, the card does not say."""
    placed: dict[SlotId, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))  # days, by period
    for i, period in enumerate(fixed.periods):
        for n, day in period.days.items():
            for slot in (s for line in day for s in slots_for(line, clock.slots, clock.times_per_day)):
                placed[slot.id][i].append(n)
    for slot_id, days in sorted(placed.items()):
        if any(len(set(ns)) < len(ns) for ns in days.values()) or _shared(fixed.periods, days):
            yield f"dosage: says {slot_id} more than once"


def _shared(periods: tuple[Period, ...], days: dict[int, list[int]]) -> bool:
    """Whether two periods ever have one date among these days of theirs."""
    pairs = ((periods[i], ns, periods[j], ms) for (i, ns), (j, ms) in combinations(days.items(), 2))
    return any(
        meet(one, n, other, m)
        for one, ns, other, ms in pairs
        if not ((one.end and one.end < other.start) or (other.end and other.end < one.start))
        for n in ns
        for m in ms
    )


def _too_close(fixed: Dosage, interval_min: int | None, clock: Clock) -> Iterator[str]:
    """Slots of one day that the least time between two doses forbids: the later one would be withheld every day."""
    for day in (day for period in fixed.periods for day in period.days.values() if interval_min):
        slots = {s.id: s for line in day for s in slots_for(line, clock.slots, clock.times_per_day)}
        times = sorted(timedelta(days=s.next_day, hours=s.time.hour, minutes=s.time.minute) for s in slots.values())
        gaps = [later - sooner for sooner, later in pairwise(times)]
        if gaps and interval_min and min(gaps) < timedelta(minutes=interval_min):
            minutes = min(gaps) // timedelta(minutes=1)
            yield f"dosage: {minutes} minutes between two doses, less than the least {interval_min}"


def _not_as_counted(product: Product, unit: str, handout: Handout, quantities: set[Decimal]) -> list[str]:
    reasons: list[str] = []
    try:
        check_agrees(unit, product.form_name)
        for quantity in sorted(quantities) if handout is Handout.COMPARTMENT else ():
            check_boxable(quantity, unit, product.medicine.form, product.form_name)
    except NotUnderstood as error:
        reasons += error.reasons
    return reasons
