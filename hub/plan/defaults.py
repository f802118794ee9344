"""A bare medicine file, given by hand, wrapped in stated defaults: nobody ordered them, so they are shown."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.plan import Criticality, Handout
from hub.plan.fhir import Concept
from hub.plan.fhir_bundle import Bundle, open_bundle, statements
from hub.plan.fhir_medication import FORM
from hub.plan.format import FORMAT
from hub.plan.jsontext import read_json
from hub.plan.reasons import NotUnderstood, PlanUnreadable, converted
from hub.plan.units import is_solid

ZONE = "Europe/Copenhagen"
ROUNDS = (("morning", "08:00:00"), ("noon", "12:00:00"), ("evening", "18:00:00"), ("night", "22:00:00"))
WINDOW_MIN = 60
TIMES_PER_DAY = {
    "1": ["morning"],
    "2": ["morning", "evening"],
    "3": ["morning", "noon", "evening"],
    "4": ["morning", "noon", "evening", "night"],
}
STATED = {
    "da": (
        "Morgen er kl. 8, middag kl. 12, aften kl. 18 og nat kl. 22.",
        "Medicinen kan tages fra klokkeslættet og en time frem.",
        "1 gang dagligt er morgen, 2 morgen og aften, 3 også middag, 4 også nat.",
        "Tabletter og kapsler ligger i boksen. Alt andet mindes der om.",
        "Al medicin er middel kritisk.",
        "Der er ingen telefonnumre.",
    ),
    "en": (
        "Morning is 8:00, noon 12:00, evening 18:00 and night 22:00.",
        "The medicine can be taken from that time and for an hour.",
        "Once a day is morning, 2 times morning and evening, 3 noon too, 4 night too.",
        "Tablets and capsules lie in the box. Everything else is reminded of.",
        "All medicine is of medium criticality.",
        "There are no phone numbers.",
    ),
}


def envelope_of(text: bytes, *, hub: str, day: date, language: str = "da") -> dict[str, Any]:
    """The envelope in a file given by hand: as it stands, or a bare FHIR Bundle wrapped for `hub` from `day` on.

    PlanUnreadable with every reason where the file is neither. The result is for `sign_plan`.
    """
    value = read_json(text)
    if not isinstance(value, dict):
        raise PlanUnreadable(["$: must be an object"])
    return wrap_bare(value, hub=hub, day=day, language=language) if "resourceType" in value else value


def wrap_bare(medicines: Mapping[str, Any], *, hub: str, day: date, language: str = "da") -> dict[str, Any]:
    """The envelope around a FHIR Bundle read by `read_json`, valid from `day`, with the defaults in `STATED`."""
    bundle = open_bundle(medicines)
    midnight = datetime.combine(day, time(0), tzinfo=ZoneInfo(ZONE)).isoformat()
    return {
        "format": FORMAT,
        "hub": hub,
        "citizen": bundle.citizen,
        "version": 1,
        "issued": midnight,
        "valid_from": midnight,
        "rounds": [{"id": part, "time": at, "part": part, "window_min": WINDOW_MIN} for part, at in ROUNDS],
        "settings": {
            "zone": ZONE,
            "language": language,
            "times_per_day": TIMES_PER_DAY,
            "per_medicine": {ident: _handling(bundle, raw) for ident, raw in statements(bundle)},
            "defaults": list(STATED[language]),
        },
        "contacts": [],
        "limits": {},
        "medicines": medicines,
    }


def _handling(bundle: Bundle, statement: Mapping[str, Any]) -> dict[str, str]:
    """In the box where the form is a tablet or capsule that stands it; otherwise reminded of."""
    reference = statement.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, Mapping) else None
    forms = [m.get("form", {}) for known, m in bundle.named("Medication") if known == name]
    boxed = bool(forms) and all(_solid(form) for form in forms)
    return {
        "handout": Handout.COMPARTMENT if boxed else Handout.REMINDED,
        "criticality": Criticality.MEDIUM,
    }


def _solid(raw: Any) -> bool:
    try:
        form: Concept = converted(raw, Concept, "form")
    except NotUnderstood:
        return False
    return is_solid(form.of(*FORM).code, form.of(*FORM).display or form.text)
