"""What `medicines` in a plan may be, and what it says: a FHIR R4 Bundle, or FMK's own structures."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.plan.fhir.bundle import open_bundle, read_bundle
from hub.plan.fmk.card import open_card, read_card
from hub.plan.ordination import Said
from hub.plan.reasons import PlanUnreadable


class Medicines(Struct, frozen=True):
    """One citizen's; `said` has each medicine once, whatever can be read of it."""

    citizen: str
    name: str
    said: tuple[Said, ...]


def open_medicines(medicines: Mapping[str, Any], first_day: date, zone: ZoneInfo) -> Medicines:
    """PlanUnreadable with every reason where it is nothing whole about one named citizen. `first_day` is the plan's."""
    if "format" in medicines:
        card = open_card(medicines)
        return Medicines(card.citizen.id, card.citizen.name, tuple(read_card(card, first_day)))
    bundle = open_bundle(medicines)
    if not bundle.name:
        raise PlanUnreadable(["$.medicines: the Patient has no name"])
    return Medicines(bundle.citizen, bundle.name, tuple(read_bundle(bundle, zone)))
