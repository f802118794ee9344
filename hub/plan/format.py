"""What the signed plan says, field by field (docs/plan-format.md): the payload as it travels."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from hub.domain.plan import Contact, Criticality, Handout, Limits, Minutes, Settings, Slot

FORMAT = "medhub-plan/1"
MOST_SLOTS = 24

Line = Annotated[str, Meta(max_length=200)]


class Handling(Struct, frozen=True, forbid_unknown_fields=True):
    """What the municipality decides about one ordination and FMK does not say."""

    handout: Handout
    criticality: Criticality
    interval_min: Minutes | None = None  # None: half the planned gap (R2)
    ask_word: bool = False
    purpose: Line = ""


class EnvelopeSettings(Settings, frozen=True, forbid_unknown_fields=True):
    """The hub's settings and, per FMK ordination id, how that medicine is handled."""

    per_medicine: dict[str, Handling] = msgspec.field(default_factory=dict)
    defaults: tuple[Line, ...] = ()  # what was assumed for a bare medicine file; nobody ordered it


class Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    """The payload of a signed plan."""

    format: Literal["medhub-plan/1"]
    hub: Annotated[str, Meta(min_length=1, max_length=64)]
    citizen: Annotated[str, Meta(pattern=r"^[0-9A-Z]{10}$")]  # CPR or X-eCPR; modulus 11 is no longer guaranteed
    version: Annotated[int, Meta(ge=1, le=2**53)]
    issued: Annotated[datetime, Meta(tz=True)]
    valid_from: Annotated[datetime, Meta(tz=True)]
    rounds: Annotated[tuple[Slot, ...], Meta(min_length=1, max_length=MOST_SLOTS)]
    settings: EnvelopeSettings
    contacts: Annotated[tuple[Contact, ...], Meta(max_length=20)]
    limits: Limits
    medicines: dict[str, Any]  # a FHIR R4 Bundle, or FMK's structures


def schema() -> bytes:
    """The JSON Schema of the payload, as docs/plan.schema.json has it."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Envelope)), indent=2) + b"\n"
