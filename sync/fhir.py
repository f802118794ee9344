"""From the hub's events to FHIR R4, purely. `TABLE` is the mapping; docs/fhir-mapping.md shows it, by test.

Every event gives an `AuditEvent` with its exact canonical JSON, created once (tagged with the event's id). What it says
of doses goes into one `MedicationAdministration` and one `MedicationDispense` a dose, addressed by the dose's identity
and updated, so that no reader counts a dose twice. Sending anything twice changes nothing.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import Raw, Struct

from hub.domain import events as e
from hub.domain.intake import Intake, Life
from sync import codes, resources
from sync.resources import Json, Outcome, Source, condition

ENCODER = msgspec.json.Encoder(decimal_format="number")


class LoggedEvent(Struct, frozen=True):
    """An event as the hub logged it, with the intake it is about as it was planned then (None: about none)."""

    event: e.Event
    intake: Intake | None
    canonical: bytes  # the event exactly as it is in the journal's chain


class _Item(Struct, frozen=True):
    event: Raw
    intake: Intake | None = None


class _Envelope(Struct, frozen=True):
    seq: int
    id: str
    wall: datetime
    monotonic_s: float
    trusted: bool
    boot: str
    plan_version: int | None


class _Stamped(Struct, frozen=True):
    event: _Envelope


def read(item: bytes) -> LoggedEvent:
    """One item of an `EventBatch`; msgspec.ValidationError where this release cannot read it."""
    decoded = msgspec.json.decode(item, type=_Item)
    canonical = bytes(decoded.event)
    return LoggedEvent(msgspec.json.decode(canonical, type=e.Event), decoded.intake, canonical)


class Row(NamedTuple):
    """What an event makes of the doses of its intake: FHIR statuses, and the hub's word for the outcome.

    `dispense` touches the boxed doses only; `by_person`: it does so only on a named person's word.
    """

    word: str
    administration: str = ""
    dispense: str = ""
    by_person: bool = False


DOSES: dict[type[e.Body], Row] = {
    e.IntakeTaken: Row(Life.TAKEN, "completed", "completed"),
    e.IntakePartlyTaken: Row(Life.PARTLY_TAKEN, "stopped", "stopped"),
    e.IntakeHandedOutEarly: Row(Life.HANDED_OUT_EARLY, "", "completed"),
    e.IntakePutBack: Row("put_back", "", "cancelled", by_person=True),
    e.IntakeDeclined: Row(Life.DECLINED, "not-done"),
    e.DeclineWithdrawn: Row(Life.DUE, "entered-in-error"),
    e.IntakeMissed: Row(Life.MISSED, "not-done", "cancelled", by_person=True),
    e.IntakeWithheld: Row(Life.WITHHELD, "not-done"),
    e.OpeningFailed: Row(Life.WITHHELD, "not-done"),
    e.IntakeWithdrawn: Row(Life.WITHDRAWN, "not-done"),
    e.IntakeRestored: Row(Life.DUE, "entered-in-error"),
    e.IntakeReleased: Row(Life.DUE, "entered-in-error", "cancelled"),
    e.IntakeUncertain: Row(Life.UNCERTAIN, "unknown", "unknown"),
    e.IntakeNotKnown: Row(Life.NOT_KNOWN, "unknown", "unknown"),
    e.IntakeGivenByStaff: Row(Life.GIVEN_BY_STAFF, "completed"),
    e.IntakeTakenElsewhere: Row(Life.TAKEN_ELSEWHERE, "completed"),
}
ALARMS: dict[type[e.Body], str] = {
    e.AlarmRaised: "preliminary",
    e.AlarmEscalated: "preliminary",
    e.AlarmAcknowledged: "final",
    e.AlarmEnded: "final",
}
CORRECTED: dict[str, str] = {
    Life.TAKEN: "completed",
    Life.GIVEN_BY_STAFF: "completed",
    Life.TAKEN_ELSEWHERE: "completed",
    Life.PARTLY_TAKEN: "stopped",
    Life.DECLINED: "not-done",
    Life.MISSED: "not-done",
    Life.WITHHELD: "not-done",
    Life.WITHDRAWN: "not-done",
}


class Entry(NamedTuple):
    """One resource and how it is sent: created unless `where` finds one, or put in the place of what it finds."""

    resource: Json
    where: str
    create: bool

    @property
    def kind(self) -> str:
        return str(self.resource["resourceType"])

    def written(self) -> Json:
        """As an entry of a transaction Bundle."""
        request = (
            {"method": "POST", "url": self.kind, "ifNoneExist": self.where}
            if self.create
            else {"method": "PUT", "url": f"{self.kind}?{self.where}"}
        )
        name = uuid5(NAMESPACE_URL, f"{self.kind}?{self.where}")
        return {"fullUrl": f"urn:uuid:{name}", "resource": self.resource, "request": request}


def entries(logged: LoggedEvent, source: Source) -> Iterator[Entry]:
    """All that one event becomes."""
    event, body = logged.event, logged.event.body
    detail = {"type": "canonical", "valueBase64Binary": b64encode(logged.canonical).decode()}
    yield _created(resources.audit(event, source, [detail]), condition(codes.EVENT, event.id, "_tag"))
    if type(body) in ALARMS:
        yield _created(resources.issue(event, source, ALARMS[type(body)]), condition(codes.EVENT, event.id))
    elif isinstance(body, e.Booted):
        yield Entry(resources.hub_device(event, source, body.release), condition(codes.HUB, source.hub), False)
    elif isinstance(body, e.IntakeCorrected) and logged.intake:
        yield from _correction(event, body, logged.intake, source)
    elif type(body) in DOSES and logged.intake:
        yield from _doses(event, DOSES[type(body)], logged.intake, source)


def stamp(item: bytes) -> e.Event:
    """The envelope of an item whose body this release cannot read, with a body that says nothing."""
    envelope = msgspec.json.decode(item, type=_Stamped).event
    return e.Event(**msgspec.structs.asdict(envelope), body=e.EventParked(lane="", seq=envelope.seq, reason=""))


def set_aside(event: e.Event, source: Source, lane: str, reason: str) -> Entry:
    """What is sent in place of an event the server cannot take: that it is missing there, nothing of what it says."""
    parked = msgspec.structs.replace(event, body=e.EventParked(lane=lane, seq=event.seq, reason=reason))
    made = resources.audit(parked, source, [{"type": "parked", "valueString": reason}])
    return _created(made, condition(codes.EVENT, event.id, "_tag"))


def bundle(made: Iterable[Entry]) -> bytes:
    """A transaction. No two entries touch one resource (a server must refuse that): the last word on a dose is sent."""
    last = {(entry.kind, entry.where): entry for entry in made}
    body = {"resourceType": "Bundle", "type": "transaction", "entry": [entry.written() for entry in last.values()]}
    return ENCODER.encode(body)


def _created(resource: Json, where: str) -> Entry:
    return Entry(resource, where, create=True)


def _doses(event: e.Event, row: Row, intake: Intake, source: Source) -> Iterator[Entry]:
    reason = getattr(event.body, "reason", "")
    handed_out = row.dispense and (not row.by_person or getattr(event.body, "by", None))
    for dose in intake.doses:
        where = condition(codes.DOSE, resources.dose_name(source, intake, dose))
        if row.administration:
            outcome = Outcome(row.administration, row.word, reason)
            yield Entry(resources.administration(event, source, intake, dose, outcome), where, False)
        if handed_out and resources.boxed(dose):
            outcome = Outcome(row.dispense, row.word)
            yield Entry(resources.dispense(event, source, intake, dose, outcome), where, False)


def _correction(event: e.Event, body: e.IntakeCorrected, intake: Intake, source: Source) -> Iterator[Entry]:
    """The hub's word is marked entered-in-error; the named person's stands beside it, one a dose however often."""
    wrong = Outcome("entered-in-error", "corrected", body.reason)
    right = Outcome(CORRECTED.get(body.state, "unknown"), body.state, body.reason)
    for dose in intake.doses:
        for outcome, system in ((wrong, codes.DOSE), (right, codes.CORRECTION)):
            made = resources.administration(event, source, intake, dose, outcome, system)
            yield Entry(made, condition(system, resources.dose_name(source, intake, dose)), False)
