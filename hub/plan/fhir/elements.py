"""The FHIR R4 elements the hub reads, each with every field it understands and no other.

An element with a field that is not here (a modifierExtension, an extension of a dosage, a comparator) may mean
something else than it seems to, so it is not understood. `Any` is what is checked where it is used, or is carried and
changes no dose.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

# Far above what FMK allows (10 periods); both bound the work a file can ask for.
MOST_ELEMENTS = 50
Moments = Annotated[tuple[str, ...], Meta(max_length=24)]


class Coding(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    system: str = ""
    code: str = ""
    display: str = ""
    id: Any = None
    version: Any = None
    user_selected: Any = None


class Concept(Struct, frozen=True, forbid_unknown_fields=True):
    coding: tuple[Coding, ...] = ()
    text: str = ""
    id: Any = None

    def of(self, *systems: str) -> Coding:
        """The first coding of any of the systems; an empty one where there is none."""
        return next((c for c in self.coding if c.system in systems), Coding())


class Bounds(Struct, frozen=True, forbid_unknown_fields=True):
    """FHIR's Period: both ends belong to it."""

    start: str | None = None
    end: str | None = None
    id: Any = None


class Quantity(Struct, frozen=True, forbid_unknown_fields=True):
    value: Any = None  # int or Decimal, checked where it is used: text is not a number here
    unit: str = ""
    system: str = ""
    code: str = ""
    id: Any = None


class Range(Struct, frozen=True, forbid_unknown_fields=True):
    low: Quantity
    high: Quantity
    id: Any = None


class Ratio(Struct, frozen=True, forbid_unknown_fields=True):
    numerator: Quantity
    denominator: Quantity
    id: Any = None


class DoseAndRate(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    dose_quantity: Quantity | None = None
    dose_range: Range | None = None
    rate_quantity: Any = None
    rate_range: Any = None
    rate_ratio: Any = None
    type: Any = None
    id: Any = None


class Repeat(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    bounds_period: Bounds | None = None
    bounds_duration: Quantity | None = None
    bounds_range: Any = None
    count: int | None = None
    count_max: int | None = None
    duration: Any = None
    duration_max: Any = None
    duration_unit: Any = None
    frequency: int | None = None
    frequency_max: int | None = None
    period: Any = None
    period_max: Any = None
    period_unit: str = ""
    day_of_week: Moments = ()
    time_of_day: Moments = ()
    when: Moments = ()
    offset: Any = None
    id: Any = None


class Timing(Struct, frozen=True, forbid_unknown_fields=True):
    repeat: Repeat | None = None
    code: Concept | None = None
    event: Any = None
    id: Any = None


class DosageElement(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    sequence: int | None = None
    text: str = ""
    additional_instruction: tuple[Concept, ...] = ()
    patient_instruction: str = ""
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: Concept | None = None
    dose_and_rate: tuple[DoseAndRate, ...] = ()
    max_dose_per_period: Ratio | None = None
    max_dose_per_administration: Quantity | None = None
    max_dose_per_lifetime: Any = None
    site: Any = None
    route: Any = None
    method: Any = None
    id: Any = None


class Reference(Struct, frozen=True, forbid_unknown_fields=True):
    reference: str = ""
    type: Any = None
    identifier: Any = None
    display: Any = None
    id: Any = None


class Statement(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A MedicationStatement. The dosages are read one by one, after the status is known."""

    resource_type: str
    subject: Reference
    status: str = ""
    medication_reference: Reference | None = None
    medication_codeable_concept: Concept | None = None
    effective_period: Bounds | None = None
    effective_date_time: str | None = None
    dosage: Annotated[tuple[Any, ...], Meta(max_length=MOST_ELEMENTS)] = ()
    id: Any = None
    meta: Any = None
    language: Any = None
    text: Any = None
    contained: Any = None
    extension: Any = None
    identifier: Any = None
    based_on: Any = None
    part_of: Any = None
    status_reason: Any = None
    category: Any = None
    context: Any = None
    date_asserted: Any = None
    information_source: Any = None
    derived_from: Any = None
    reason_code: Any = None
    reason_reference: Any = None
    note: Any = None


class Ingredient(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    strength: Ratio | None = None
    is_active: bool = True
    item_codeable_concept: Any = None
    item_reference: Any = None
    id: Any = None
    extension: Any = None


class Medication(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    resource_type: str
    code: Concept
    status: str = "active"
    form: Concept = Concept()
    ingredient: tuple[Ingredient, ...] = ()
    id: Any = None
    meta: Any = None
    language: Any = None
    text: Any = None
    contained: Any = None
    extension: Any = None
    identifier: Any = None
    manufacturer: Any = None
    amount: Any = None
    batch: Any = None
