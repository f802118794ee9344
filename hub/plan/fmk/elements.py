"""FMK's dosage in the JSON shape in common use, each object with every field understood and no other.

`Any` is what is checked where it is used, or is derived from the rest and carried beside it. Two spellings are in use
for dates; the older one has a date, or an epoch, in an object.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from hub.plan.fmk.values import MOST_DAY, MOST_REPEAT


class LocalTime(Struct, frozen=True, forbid_unknown_fields=True):
    hour: Annotated[int, Meta(ge=0, le=23)]
    minute: Annotated[int, Meta(ge=0, le=59)]
    second: Annotated[int, Meta(ge=0, le=59)] = 0


class DateOrDateTime(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    date: Any = None
    date_time: Any = None


class Dose(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    type: Literal[
        "MorningDoseWrapper",
        "NoonDoseWrapper",
        "EveningDoseWrapper",
        "NightDoseWrapper",
        "PlainDoseWrapper",
        "TimedDoseWrapper",
    ]
    is_according_to_need: bool
    dose_quantity: Any = None
    minimal_dose_quantity: Any = None
    maximal_dose_quantity: Any = None
    time: LocalTime | None = None
    dose_quantity_string: Any = None  # the numbers once more, in Danish
    minimal_dose_quantity_string: Any = None
    maximal_dose_quantity_string: Any = None


class Day(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One day's doses. All but the first two fields say again what `all_doses` says."""

    day_number: Annotated[int, Meta(ge=0, le=MOST_DAY)]
    all_doses: tuple[Dose, ...]
    number_of_doses: int | None = None
    number_of_according_to_need_doses: int | None = None
    number_of_plain_doses: int | None = None
    plain_doses: tuple[Dose, ...] = ()
    according_to_need_doses: tuple[Dose, ...] = ()
    morning_dose: Dose | None = None
    noon_dose: Dose | None = None
    evening_dose: Dose | None = None
    night_dose: Dose | None = None


class Dated(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """From and to, both included; no end is open. A schema kept elsewhere says no more than this."""

    start_date: Any = None
    start_date_or_date_time: DateOrDateTime | None = None
    end_date: Any = None
    end_date_or_date_time: DateOrDateTime | None = None


class FreeText(Dated, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    text: str


class Structure(Dated, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """One period. `ref_to_source` is the same one in another shape."""

    iteration_interval: Annotated[int, Meta(ge=0, le=MOST_REPEAT)]
    days: tuple[Day, ...]
    suppl_text: str | None = None
    dosage_period_postfix: str | None = None
    ref_to_source: Any = None


class UnitOrUnits(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    unit: str | None = None
    unit_singular: str | None = None
    unit_plural: str | None = None


class Structures(Dated, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """The periods. Its own dates are the treatment's: they bound every period."""

    unit_or_units: UnitOrUnits
    structures: tuple[Structure, ...]
    is_part_of_multi_period_dosage: Any = None


class FmkDosage(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    structures: Structures | None = None
    free_text: FreeText | None = None
    administration_according_to_schema: Dated | None = None
    structured: Any = None
