"""FHIR resources as the gateway reads them: the fields it needs of those kinds it takes, everything else let pass."""

import base64
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import Raw, Struct

from sync import codes
from sync.resources import condition


class Identifier(Struct, frozen=True):
    system: str
    value: str


class Coding(Struct, frozen=True):
    code: str
    system: str = ""


class Concept(Struct, frozen=True):
    coding: tuple[Coding, ...] = ()

    def code(self, system: str) -> str:
        """The code in `system`, "" where there is none."""
        return next((c.code for c in self.coding if c.system == system), "")


class Reference(Struct, frozen=True):
    identifier: Identifier | None = None
    display: str = ""


class Extension(Struct, frozen=True, rename="camel"):
    url: str
    value_string: str | None = None
    value_code: str | None = None
    value_positive_int: int | None = None
    value_boolean: bool | None = None
    value_date_time: datetime | None = None


class Quantity(Struct, frozen=True):
    value: Decimal
    unit: str = ""


class Dosage(Struct, frozen=True):
    dose: Quantity | None = None


class Performer(Struct, frozen=True):
    actor: Reference
    function: Concept = Concept()


class Detail(Struct, frozen=True, rename={"binary": "valueBase64Binary"}):
    type: str
    binary: str | None = None


class Entity(Struct, frozen=True):
    what: Reference
    detail: tuple[Detail, ...] = ()


class Mitigation(Struct, frozen=True):
    date: datetime | None = None
    author: Reference = Reference()


class Meta(Struct, frozen=True):
    tag: tuple[Coding, ...] = ()


class Resource(Struct, frozen=True, rename="camel"):
    """Any of the kinds in `KINDS`."""

    resource_type: str
    meta: Meta = Meta()
    extension: tuple[Extension, ...] = ()
    identifier: tuple[Identifier, ...] = ()
    status: str = ""
    subject: Reference | None = None
    patient: Reference | None = None
    code: Concept = Concept()
    severity: str = ""
    identified_date_time: datetime | None = None
    mitigation: tuple[Mitigation, ...] = ()
    subtype: tuple[Coding, ...] = ()
    entity: tuple[Entity, ...] = ()
    dosage: Dosage | None = None
    quantity: Quantity | None = None
    performer: tuple[Performer, ...] = ()
    effective_date_time: datetime | None = None

    def extended(self, name: str) -> Extension:
        """The extension of that name; an empty one where there is none."""
        wanted = codes.EXTENSION + name
        return next((x for x in self.extension if x.url == wanted), Extension(wanted))

    @property
    def seq(self) -> int:
        """The number of the event it comes from; 0 where it says none."""
        return self.extended("sequence").value_positive_int or 0

    @property
    def found_by(self) -> frozenset[str]:
        """Every condition that finds it."""
        by_name = {condition(i.system, i.value) for i in self.identifier}
        return frozenset(by_name | {condition(t.system, t.code, "_tag") for t in self.meta.tag})

    @property
    def citizens(self) -> frozenset[str]:
        """The CPR numbers it is about."""
        named = [self.subject, self.patient, *(entity.what for entity in self.entity)]
        return frozenset(
            r.identifier.value for r in named if r and r.identifier and r.identifier.system in (codes.CPR, codes.X_ECPR)
        )

    @property
    def canonical(self) -> bytes | None:
        """An AuditEvent's copy of the event as it is in the hub's chain. ValueError where it is not base64."""
        found = (d.binary for entity in self.entity for d in entity.detail if d.type == "canonical")
        text = next(found, None)
        return None if text is None else base64.b64decode(text, validate=True)


KINDS = frozenset({"AuditEvent", "MedicationAdministration", "MedicationDispense", "DetectedIssue", "Device"})


class Request(Struct, frozen=True, rename="camel"):
    method: str
    url: str
    if_none_exist: str | None = None


class Entry(Struct, frozen=True):
    resource: Raw
    request: Request


class Bundle(Struct, frozen=True, rename="camel"):
    resource_type: str
    type: str
    entry: tuple[Entry, ...]


def read(resource: bytes) -> Resource:
    """msgspec.ValidationError where it is not a resource as R4 writes it."""
    return msgspec.json.decode(resource, type=Resource)
