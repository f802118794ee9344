"""What `medhub plan check --json` says, field by field: docs/plan-check.md and docs/plan-check.schema.json."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from hub.domain.plan import Dosage, Handout, Ordination, OrdinationId
from hub.domain.schedule import intakes_over
from hub.plan.daily_dose import DosageType, daily_dose, dosage_type
from hub.plan.dosage_text import long_text, short_text
from hub.plan.envelope import Understood
from hub.plan.ordination import Judged, words_of

Became = Literal["scheduled", "as_needed", "on_hold", "stopped", "ended", "not_understood"]


class Average(Struct, frozen=True, omit_defaults=True):
    """A day's, in the dosage's unit: one `value`, or from `min` to `max`."""

    value: Decimal | None = None
    min: Decimal | None = None
    max: Decimal | None = None


class Taken(Struct, frozen=True):
    """A dose of it that the plan wants. `quantity_max`: of min-max; handed out is the least."""

    id: str  # the intake's: home date and slot
    at: datetime  # UTC
    local: datetime  # home time
    quantity: Decimal
    quantity_max: Decimal | None


class Needed(Struct, frozen=True):
    """P.n. from the box: at most `most` times a day and in 24 hours, `interval_min` minutes apart."""

    quantity: Decimal
    most: int
    interval_min: int | None
    start: date | None
    end: date | None


class MedicineChecked(Struct, frozen=True):
    """One medicine: what became of it, and its dosage in numbers and words wherever it could be read."""

    id: OrdinationId
    name: str
    strength: str
    understood: bool
    verdict: Became
    reasons: tuple[str, ...]  # why something of it is not on the schedule
    handout: Handout | None
    unit: str | None  # of one: "tablet"
    units: str | None  # of more: "tabletter"
    dosage_type: DosageType | None
    daily_dose: Average | None
    short_text: str | None
    long_text: str | None
    text: str  # what the hub shows: FMK's own words, else the long text
    as_needed: Needed | None
    intakes: tuple[Taken, ...]


class Checked(Struct, frozen=True, kw_only=True):
    """The whole answer. `refused`: why nothing of the file is understood; then there are no medicines."""

    format: Literal["medhub-plan-check/1"] = "medhub-plan-check/1"
    file: str
    first: date = field(name="from")
    days: int
    form: str | None = None
    refused: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()  # what was assumed for a bare medicine file
    medicines: tuple[MedicineChecked, ...] = ()


def medicines_of(understood: Understood, first: date, days: int) -> tuple[MedicineChecked, ...]:
    """Every medicine of the plan, in its order, with what is to be taken of it from `first` on."""
    zone = ZoneInfo(understood.plan.settings.zone)
    taken: dict[OrdinationId, list[Taken]] = defaultdict(list)
    for intake in intakes_over(understood.plan, first, days):
        local = intake.at.astimezone(zone)
        for dose in intake.doses:
            taken[dose.ordination].append(Taken(intake.id, intake.at, local, dose.quantity, dose.quantity_max))
    return tuple(_checked(one, tuple(taken[one.said.id])) for one in understood.medicines)


def schema() -> bytes:
    """The JSON Schema, as docs/plan-check.schema.json has it. Numbers are written as numbers, with all their digits."""
    text = msgspec.json.encode(msgspec.json.schema(Checked))
    return msgspec.json.format(text.replace(b'"type":"string","format":"decimal"', b'"type":"number"')) + b"\n"


def _checked(one: Judged, taken: tuple[Taken, ...]) -> MedicineChecked:
    said, medicine, ordination = one.said, one.said.product.medicine, one.ordination
    verdict, why = _verdict(one), one.outside and one.outside.reason
    return MedicineChecked(
        id=said.id,
        name=medicine.name,
        strength=medicine.strength,
        understood=verdict != "not_understood",
        verdict=verdict,
        reasons=one.reasons or (*([why] if why else []), *said.unread),
        handout=ordination.handout if ordination else None,
        unit=said.dosage.unit if said.dosage else None,
        units=said.dosage.units if said.dosage else None,
        dosage_type=dosage_type(said.dosage) if said.dosage else None,
        daily_dose=_average(said.dosage) if said.dosage else None,
        short_text=short_text(said.dosage) if said.dosage else None,
        long_text=long_text(said.dosage) if said.dosage else None,
        text=words_of(said),
        as_needed=_needed(ordination) if ordination else None,
        intakes=taken,
    )


def _verdict(one: Judged) -> Became:
    """What there is to be taken decides; a part of it may be outside all the same."""
    if one.ordination is None:
        assert one.outside is not None
        return one.outside.verdict.value
    return "scheduled" if any(p.days for p in one.ordination.dosage.periods) else "as_needed"


def _average(dosage: Dosage) -> Average | None:
    found = daily_dose(dosage)
    if found is None:
        return None
    return Average(found.low) if found.low == found.high else Average(min=found.low, max=found.high)


def _needed(ordination: Ordination) -> Needed | None:
    needed = ordination.as_needed
    if needed is None:
        return None
    return Needed(needed.quantity, needed.most, ordination.interval_min, needed.start, needed.end)
