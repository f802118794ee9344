"""A plan in a file of any kind, given by hand: an envelope, signed or not, or bare medicines in FHIR's or FMK's form.

A bare file is wrapped in defaults that nobody ordered, and that are stated (`hub.plan.defaults`).
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from hub.plan.defaults import CITIZEN, MEDICINE, NAME, wrap
from hub.plan.fhir.bundle import CPR, ORDINATION
from hub.plan.fmk.card import FORMAT as FMK
from hub.plan.format import FORMAT
from hub.plan.jsontext import MAX_BYTES, MAX_FILE_BYTES, read_json
from hub.plan.reasons import PlanUnreadable

JWS = re.compile(rb"[\w-]+\.([\w-]+)\.[\w-]+", re.ASCII)
FMK_DOSAGE = {"structures", "freeText", "administrationAccordingToSchema"}
FHIR_DOSAGE = {"timing", "doseAndRate", "asNeededBoolean", "asNeededCodeableConcept", "text"}
SINCE = "2000-01-01"  # FMK has no earlier date: the dosage's own bounds are the only ones
Json = dict[str, Any]


class Form(StrEnum):
    """What a file is."""

    ENVELOPE = "a plan"
    SIGNED = "a signed plan, its signature not checked"
    BUNDLE = "a FHIR Bundle"
    STATEMENT = "a FHIR MedicationStatement"
    DOSAGE = "a FHIR dosage"
    FMK = "FMK medicines"
    FMK_JSON = "an FMK dosage"
    FMK_XML = "an FMK dosage in XML"


NOBODYS = (Form.STATEMENT, Form.DOSAGE, Form.FMK_JSON, Form.FMK_XML)


class PlanFile(NamedTuple):
    """What it is, and the envelope a hub would get."""

    form: Form
    envelope: Json


def read_file(text: bytes, *, hub: str, day: date, language: str = "da") -> PlanFile:
    """What is in a file; bare medicines are wrapped for `hub`, from `day` on.

    PlanUnreadable with every reason where it is nothing of the kind, or is larger than 1 MiB (a plan 2 MiB). Whether an
    envelope is a whole plan, `hub.plan.envelope.understand` says.
    """
    text = text.removeprefix(b"\xef\xbb\xbf").strip()
    if signed := JWS.fullmatch(text, endpos=2 * MAX_BYTES):
        return PlanFile(Form.SIGNED, _object(read_json(_decoded(signed[1]))))
    if text.startswith(b"<"):
        form, medicines = Form.FMK_XML, _card([{"dosage_xml": _utf8(text)}])
    else:
        value = read_json(text, MAX_BYTES if FORMAT.encode() in text else MAX_FILE_BYTES)
        bare = _bare(value)
        if bare is None:
            return PlanFile(Form.ENVELOPE, _object(value))
        form, medicines = bare
    return PlanFile(form, wrap(medicines, hub=hub, day=day, language=language, nobodys=form in NOBODYS))


def _bare(value: Any) -> tuple[Form, Json] | None:
    """What it is and the medicines in it, by the names that are there; None for an envelope, or for nothing known."""
    if isinstance(value, dict) and "resourceType" in value:
        match value["resourceType"]:
            case "Bundle":
                return Form.BUNDLE, value
            case "MedicationStatement":
                return Form.STATEMENT, _bundle(value)
        raise PlanUnreadable([f"$.resourceType: {str(value['resourceType'])[:40]!r} is no plan and no medicine"])
    if isinstance(value, dict) and "format" in value:
        return (Form.FMK, value) if value["format"] == FMK else None
    said = value if isinstance(value, list) else [value]
    if not said or not all(isinstance(d, dict) for d in said):
        return None
    if all(d.keys() & FMK_DOSAGE for d in said):
        return Form.FMK_JSON, _card([{"dosage": d} for d in said])
    statement = {"identifier": [{"system": ORDINATION, "value": "1"}], "status": "active", "dosage": said}
    return (Form.DOSAGE, _bundle(statement)) if all(d.keys() & FHIR_DOSAGE for d in said) else None


def _card(dosages: Sequence[Json]) -> Json:
    """Each the dosage of a medicine that nobody has named."""
    medications = [
        {"id": str(n), "status": "active", "drug": {"name": f"{MEDICINE} {n}"}, "start": SINCE, **dosage}
        for n, dosage in enumerate(dosages, start=1)
    ]
    return {"format": FMK, "citizen": {"id": CITIZEN, "name": NAME}, "medications": medications}


def _bundle(statement: Json) -> Json:
    """A statement that stands alone is the test person's; a medicine that is elsewhere is known by its display."""
    whose = {"identifier": [{"system": CPR, "value": CITIZEN}], "name": [{"text": NAME}]}
    said = {"id": "1", **statement, "resourceType": "MedicationStatement", "subject": {"reference": "Patient/1"}}
    drug = said.get("medicationReference", {} if "medicationCodeableConcept" not in said else None)
    if isinstance(drug, dict) and not str(drug.get("reference", "")).startswith("#"):
        said.pop("medicationReference", None)
        said["medicationCodeableConcept"] = {"text": str(drug.get("display") or f"{MEDICINE} 1")}
    resources = ({"resourceType": "Patient", "id": "1", **whose}, said)
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def _decoded(part: bytes) -> bytes:
    """What is in a JWS; its signature is somebody else's to check."""
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error:
        raise PlanUnreadable(["$: is no signed plan, and nothing else that is known"]) from None


def _utf8(text: bytes) -> str:
    if len(text) > MAX_FILE_BYTES:
        raise PlanUnreadable([f"$: {len(text)} bytes is more than {MAX_FILE_BYTES}"])
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise PlanUnreadable([f"$: is not UTF-8: {error.reason} at byte {error.start}"]) from None


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise PlanUnreadable(["$: must be an object"])
    return value
