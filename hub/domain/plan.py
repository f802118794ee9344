"""The plan as the hub understands it: medicines, ordinations, dosages, slots, and what stays outside the box.

Everything here is a value. Names are FMK's and FHIR's. Quantities are `Decimal` from text, never float.
Readers in `hub.plan` build these; `hub.domain.schedule` turns them into intakes.
"""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

SlotId = str
OrdinationId = str
Minutes = Annotated[int, Meta(ge=0, le=24 * 60)]


class Criticality(StrEnum):
    """How fast a human must act when a dose fails; alarms take the most critical dose's (R8)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Handout(StrEnum):
    """How a medicine reaches the citizen. It belongs to the medicine, not to the citizen."""

    COMPARTMENT = "compartment"
    REMINDED = "reminded"  # understood, not boxable (insulin, drops, puffs): reminded and confirmed


class PartOfDay(StrEnum):
    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    NIGHT = "night"


class Verdict(StrEnum):
    """Why a statement gives no intake."""

    NOT_UNDERSTOOD = "not_understood"  # text word for word; staff acknowledge by name; an alarm
    AS_NEEDED = "as_needed"  # p.n.: outside the schedule
    ON_HOLD = "on_hold"  # pauseret
    STOPPED = "stopped"  # seponeret
    ENDED = "ended"  # completed, or the dosage's time is over


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """A moment of the day at which medicine is taken: a round or a clock time. `id` never changes, the time may.

    The citizen may open from `time - early_min` until `time + window_min` (home wall time); the reminder
    sounds from `time`. `next_day`: the clock time falls after midnight but belongs to the day before ("nat").
    """

    id: Annotated[SlotId, Meta(min_length=1, max_length=32, pattern=r"^[a-z0-9-]+$")]
    time: time
    part: PartOfDay | None = None  # a round of FMK's; None for a clock time
    early_min: Minutes = 0
    window_min: Annotated[int, Meta(ge=5, le=12 * 60)] = 60
    next_day: bool = False


class DayDose(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a dosage's day. At most one of `part`, `at`, `times` says when; none of them only as needed, and then
    it is as often as the citizen wants."""

    quantity: Decimal
    quantity_max: Decimal | None = None  # min-max; handed out as min, shown and recorded as such
    part: PartOfDay | None = None
    at: time | None = None
    times: int | None = None  # "n times a day": the plan's own table gives the slots; as needed: n times at most
    as_needed: bool = False  # p.n.


class Period(Struct, frozen=True, forbid_unknown_fields=True):
    """FMK's structure. Day 1 is `start`, day 0 any day; `repeat_days` 0 does not repeat; `end` is inclusive, None open.

    A period with no days is an empty period: nothing is to be taken in it. Weekdays are days of a period that repeats
    every 7, 14, … days: "Tuesday" of one that starts on a Monday is day 2.
    """

    start: date
    days: dict[int, tuple[DayDose, ...]]
    end: date | None = None
    repeat_days: Annotated[int, Meta(ge=0, le=7 * 365)] = 1
    note: str = ""  # FMK's supplementary text or instruction; it never changes a dose
    interval_min: Minutes | None = None  # least time between two doses (FMK 1.6.0)
    daily_max: Decimal | None = None  # at most so much on a day (FMK 1.6.0)
    postfix: str = ""  # words that close each day's doses in FMK's text (`dosagePeriodPostfix`)


class Dosage(Struct, frozen=True, forbid_unknown_fields=True):
    """FMK's dosage: exactly one of periods, `free_text`, or `by_schema` (given by a schema kept elsewhere)."""

    periods: tuple[Period, ...]
    unit: str  # one: "tablet"
    units: str  # more: "tabletter"
    free_text: str = ""
    by_schema: bool = False
    start: date | None = None  # of free text, of a schema elsewhere, and of the treatment that its periods lie in
    end: date | None = None


class Medicine(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    strength: str = ""  # "1000 mg"
    form: str = ""  # LMS22 code: "TABFILM"
    atc: str = ""  # the substance for R2; "" where the plan gives none
    drug_id: str = ""


class AsNeeded(Struct, frozen=True, forbid_unknown_fields=True):
    """P.n. as the box hands it out: one dose at a time, when the citizen wants it, on the days from `start` to `end`.
    `most` times in any 24 hours and on any home day, of the substance; the least time between two is the ordination's
    `interval_min`, else 24 h ÷ `most`."""

    quantity: Decimal
    most: Annotated[int, Meta(ge=1, le=24)]
    start: date | None = None
    end: date | None = None


class Ordination(Struct, frozen=True, forbid_unknown_fields=True):
    """A medicine the hub schedules. `text` is FMK's own dosage text, shown word for word."""

    id: OrdinationId
    medicine: Medicine
    dosage: Dosage
    handout: Handout
    start: date | None = None  # the statement's own effective period; the dosage's bounds count as well
    end: date | None = None
    text: str = ""
    note: str = ""
    purpose: str = ""  # "mod smerter"
    criticality: Criticality = Criticality.MEDIUM
    interval_min: Minutes | None = None  # least time between two intakes of it (R2); None: half the planned gap
    ask_word: bool = False  # removed is not enough: the citizen is asked
    as_needed: AsNeeded | None = None  # beside the fixed dosage, or with an empty one


class Outside(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement that gives no intake, and why."""

    id: OrdinationId
    name: str
    verdict: Verdict
    reason: str
    text: str = ""
    strength: str = ""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The envelope's settings: each with a unit and a bound."""

    zone: str = "Europe/Copenhagen"
    language: str = "da"
    calm: bool = False  # "rolig": no movement on the screen
    snooze_min: Annotated[int, Meta(ge=5, le=60)] = 20
    word_min: Annotated[int, Meta(ge=1, le=60)] = 10  # a question unanswered this long is "not known"
    lid_open_min: Annotated[int, Meta(ge=1, le=60)] = 5  # a lid open this long is an alarm
    times_per_day: dict[int, tuple[SlotId, ...]] = {}  # "3 gange dagligt" -> which slots
    second_person: bool = False  # what the box itself did not scan and weigh is filled by two (H10)


class Contact(Struct, frozen=True, forbid_unknown_fields=True):
    role: str  # "home_care", "relative"
    name: str
    phone: str


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """The municipality's limits. `plan_age_days`: older without a newer word from the gateway is an alarm (H8)."""

    plan_age_days: Annotated[int, Meta(ge=1, le=365)] = 30


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole plan, understood. `digest` is the SHA-256 of the signed document it came from."""

    hub: str
    citizen: str
    name: str
    version: int
    issued: datetime
    valid_from: datetime
    digest: str
    slots: tuple[Slot, ...]
    settings: Settings
    contacts: tuple[Contact, ...]
    limits: Limits
    ordinations: tuple[Ordination, ...]
    outside: tuple[Outside, ...] = ()
    defaults: tuple[str, ...] = ()  # what was assumed for a bare medicine file, one sentence each; shown
