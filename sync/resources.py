"""FHIR R4 resources, built from an event and what it is about. Values stay exact: quantities are `Decimal`."""

from typing import Any, NamedTuple
from urllib.parse import quote

from hub.domain import events as e
from hub.domain.intake import Dose, Intake
from hub.domain.plan import Criticality, Handout
from sync import codes

Json = dict[str, Any]
SEVERITY = {Criticality.HIGH: "high", Criticality.MEDIUM: "moderate", Criticality.LOW: "low"}


class Source(NamedTuple):
    """Whose log it is: the hub's id and the citizen's CPR (or replacement) number."""

    hub: str
    citizen: str


class Outcome(NamedTuple):
    """What an event says of each dose: a FHIR status, the hub's own word for it, and why."""

    status: str
    word: str
    reason: str = ""


def condition(system: str, value: str, parameter: str = "identifier") -> str:
    """The search that finds one resource again, for `ifNoneExist` and conditional update."""
    escaped = "".join(f"\\{c}" if c in "\\,|$" else c for c in value)
    return f"{parameter}={quote(system, safe=':/.')}|{quote(escaped, safe=':/.-_~')}"


def extension(name: str, **value: Any) -> Json:
    return {"url": codes.EXTENSION + name, **value}


def concept(system: str, code: str, display: str = "") -> Json:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]}


def identifier(system: str, value: str) -> Json:
    return {"system": system, "value": value}


def patient(source: Source) -> Json:
    system = codes.CPR if source.citizen.isdigit() else codes.X_ECPR
    return {"type": "Patient", "identifier": identifier(system, source.citizen)}


def device(source: Source) -> Json:
    return {"type": "Device", "identifier": identifier(codes.HUB, source.hub)}


def named(person: str) -> Json:
    return {"type": "Practitioner", "display": person}


def who(body: e.AnyBody, source: Source) -> Json:
    """On whose word it rests: a named person, the citizen, else the device."""
    for name in persons(body):
        return named(name)
    return patient(source) if evidence_of(body) is e.Evidence.SELF else device(source)


def persons(body: e.AnyBody) -> list[str]:
    """The named persons whose act it was; none where the hub or the citizen acted."""
    if isinstance(body, e.LeaveBegun):
        return [body.leave.by]
    return [name for part in ("by", "early_by", "second") if (name := getattr(body, part, None))]


def evidence_of(body: e.AnyBody) -> e.Evidence | None:
    """What the event rests on; None where nothing was seen or said of the dose, and the hub only noticed that."""
    if getattr(body, "by", None):
        return e.Evidence.STAFF
    if isinstance(body, e.IntakeTakenElsewhere | e.IntakeDeclined | e.DeclineWithdrawn):
        return e.Evidence.SELF
    found: e.Evidence | None = getattr(body, "evidence", None)
    return found


def dose_name(source: Source, intake: Intake, dose: Dose) -> str:
    """A dose's identity: hub, home date and slot, ordination, ordinal that day. Never a version or a clock time."""
    return f"{source.hub}/{intake.id}/{dose.ordination}/{dose.ordinal}"


def _medication(dose: Dose) -> Json:
    pairs = ((codes.DRUG_ID, dose.drug_id), (codes.ATC, dose.atc))
    coding = [{"system": system, "code": code} for system, code in pairs if code]
    return ({"coding": coding} if coding else {}) | {"text": f"{dose.name} {dose.strength}".strip()}


def _about(event: e.Event, intake: Intake, dose: Dose) -> list[Json]:
    """The extensions every dose's resource carries: which event, which intake, what the scale saw."""
    body = event.body
    latest_at = body.latest_at if isinstance(body, e.IntakeReleased) else intake.latest_at
    found = [
        extension("event", valueString=event.id),
        extension("sequence", valuePositiveInt=event.seq),
        extension("intake", valueString=intake.id),
        extension("planned-at", valueDateTime=intake.at),
        extension("latest-at", valueDateTime=latest_at),
        extension("ordination", valueString=dose.ordination),
        extension("ordinal", valuePositiveInt=dose.ordinal),
    ]
    for name in ("removed_mg", "remaining_mg") if boxed(dose) else ():
        if (weight_mg := getattr(body, name, None)) is not None:
            quantity = {"value": weight_mg, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
            found.append(extension(name.replace("_mg", "-from-compartment"), valueQuantity=quantity))
    if dose.most is not None:
        found.append(extension("as-needed", valueBoolean=True))
    if not event.trusted:
        found.append(extension("time-not-trusted", valueBoolean=True))
    return found


def _amount(dose: Dose) -> Json:
    return {"value": dose.quantity, "unit": dose.unit}


def _dosage(dose: Dose) -> Json:
    """The planned amount. FHIR has no range here: a range is handed out as its least, and said in words."""
    if dose.quantity_max is None:
        return {"dose": _amount(dose)}
    return {"text": f"{dose.quantity}-{dose.quantity_max} {dose.unit}", "dose": _amount(dose)}


def administration(
    event: e.Event, source: Source, intake: Intake, dose: Dose, outcome: Outcome, system: str = codes.DOSE
) -> Json:
    """Whether the dose was taken, as far as is known; one resource a dose (two where it was corrected)."""
    evidence = evidence_of(event.body)
    function = {"function": concept(codes.EVIDENCE, evidence)} if evidence else {}
    made: Json = {
        "resourceType": "MedicationAdministration",
        "extension": [extension("outcome", valueCode=outcome.word), *_about(event, intake, dose)],
        "identifier": [identifier(system, dose_name(source, intake, dose))],
        "status": outcome.status,
        "category": concept(codes.FSIII, *codes.ADMINISTRATION),
        "medicationCodeableConcept": _medication(dose),
        "subject": patient(source),
        "effectiveDateTime": event.wall,
        "performer": [{**function, "actor": who(event.body, source)}],
        "request": {"type": "MedicationRequest", "identifier": identifier(codes.FMK_ORDINATION, dose.ordination)},
        "device": [device(source)],
        "dosage": _dosage(dose),
    }
    if outcome.reason:
        made["statusReason"] = [concept(codes.REASON, outcome.reason)]
    return made


def dispense(event: e.Event, source: Source, intake: Intake, dose: Dose, outcome: Outcome) -> Json:
    """What left the compartment, as far as lid and scale can say; one resource a boxed dose."""
    made: Json = {
        "resourceType": "MedicationDispense",
        "extension": [extension("outcome", valueCode=outcome.word), *_about(event, intake, dose)],
        "identifier": [identifier(codes.DOSE, dose_name(source, intake, dose))],
        "status": outcome.status,
        "category": concept(codes.FSIII, *codes.DISPENSING),
        "medicationCodeableConcept": _medication(dose),
        "subject": patient(source),
        "performer": [{"actor": device(source)}],
        "authorizingPrescription": [
            {"type": "MedicationRequest", "identifier": identifier(codes.FMK_ORDINATION, dose.ordination)}
        ],
        "quantity": _amount(dose),
    }
    if outcome.status in ("completed", "stopped"):
        made["whenHandedOver"] = event.wall
    return made


def boxed(dose: Dose) -> bool:
    return dose.handout is Handout.COMPARTMENT


def issue(event: e.Event, source: Source, status: str) -> Json:
    """One thing that happened to an alarm. All of an alarm share its identifier; the newest says how it is."""
    body = event.body
    assert isinstance(body, e.OfAlarm)
    alarm = body.alarm
    made: Json = {
        "resourceType": "DetectedIssue",
        "extension": [
            extension("sequence", valuePositiveInt=event.seq),
            extension("happened", valueCode=type(body).__name__),
            *_alarm_extensions(body),
        ],
        "identifier": [identifier(codes.EVENT, event.id), identifier(codes.ALARM, f"{source.hub}/{alarm}")],
        "status": status,
        "code": alarm_code(alarm.partition("/")[0]),
        "patient": patient(source),
        "identifiedDateTime": event.wall,
        "author": device(source),
    }
    if isinstance(body, e.AlarmRaised):
        made["severity"] = SEVERITY[body.criticality]
    if isinstance(body, e.AlarmAcknowledged):
        taken = {"action": concept(codes.MITIGATION, "acknowledged"), "date": event.wall, "author": named(body.by)}
        made["mitigation"] = [taken]
    return made


def _alarm_extensions(body: e.AnyBody) -> list[Json]:
    match body:
        case e.AlarmRaised():
            found = [extension("can-be-opened-at-home", valueBoolean=body.can_open)]
            if body.intake is not None:
                found.append(extension("intake", valueString=body.intake))
            if body.compartment is not None:
                found.append(extension("compartment", valuePositiveInt=body.compartment))
            return found
        case e.AlarmEscalated():
            return [extension("level", valuePositiveInt=body.level)]
    return []


def alarm_code(code: str) -> Json:
    """The project's own code, and what VKP and SCAIP call it where they have a word for it."""
    coding = [{"system": codes.ALARM_CODE, "code": code}]
    if code in set(e.AlarmCode):
        others = codes.OTHERS[e.AlarmCode(code)]
        pairs = ((codes.VKP, others.vkp), (codes.SCAIP_STATUS, others.scaip))
        coding += [{"system": system, "code": other} for system, other in pairs if other]
    return {"coding": coding}


def hub_device(event: e.Event, source: Source, release: str) -> Json:
    return {
        "resourceType": "Device",
        "extension": [extension("event", valueString=event.id), extension("sequence", valuePositiveInt=event.seq)],
        "identifier": [identifier(codes.HUB, source.hub)],
        "status": "active",
        "type": concept(codes.SCAIP_DEVICE, codes.PILL_DISPENSER),
        "version": [{"value": release}],
        "patient": patient(source),
    }


def audit(event: e.Event, source: Source, details: list[Json]) -> Json:
    """The log's own copy: every event gives one, so that the whole chain can be checked there."""
    body = event.body
    people = [{"who": named(name), "requestor": True} for name in persons(body)]
    return {
        "resourceType": "AuditEvent",
        "meta": {"tag": [{"system": codes.EVENT, "code": event.id}]},
        "extension": [extension("sequence", valuePositiveInt=event.seq)],
        "type": {"system": codes.DICOM, "code": "110100", "display": "Application Activity"},
        "subtype": [{"system": codes.EVENT_TYPE, "code": type(body).__name__}],
        "recorded": event.wall,
        "agent": people or [{"who": device(source), "requestor": False}],
        "source": {"observer": device(source)},
        "entity": [
            {"what": {"identifier": identifier(codes.EVENT, event.id)}, "detail": details},
            {"what": patient(source)},
        ],
    }
