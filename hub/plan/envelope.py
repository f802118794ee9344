"""The signed plan in: bytes to `Plan`, or every reason why not (R6). The hub and the gateway read alike."""

import hashlib
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.domain.plan import Plan, Settings
from hub.plan.checks import check
from hub.plan.format import Envelope
from hub.plan.jsontext import MAX_BYTES, read_json, write_json
from hub.plan.medicines import open_medicines
from hub.plan.ordination import Clock, Judged, judge
from hub.plan.reasons import PlanUnreadable as PlanUnreadable  # what callers catch
from hub.plan.reasons import converted
from hub.signed import Key, Purpose, SignatureRefused, sign_bytes, verify


class Understood(Struct, frozen=True):
    """A plan, and of each of its medicines what was said and what became of it."""

    plan: Plan
    medicines: tuple[Judged, ...]


def open_plan(jws: str, trust_keys: tuple[Key, ...], hub: str, citizen: str) -> Plan:
    """The plan in a signed document for this hub and citizen; PlanUnreadable with every reason that can be known.

    Nothing is said about the contents of a document whose signature is refused. Version order is the domain's.
    """
    if len(jws) > MAX_BYTES * 4 // 3 + 1024:  # base64 and a header
        raise PlanUnreadable([f"$: {len(jws)} characters is more than a plan of {MAX_BYTES} bytes"])
    try:
        payload = verify(jws, trust_keys, Purpose.PLAN)
    except SignatureRefused as error:
        raise PlanUnreadable([f"signature: {error}"]) from error
    value = read_json(payload)
    reasons = _not_for(value, hub, citizen) if isinstance(value, Mapping) else []
    try:
        plan = understand(value, digest(jws)).plan
    except PlanUnreadable as error:
        raise PlanUnreadable([*reasons, *error.reasons]) from None
    if reasons:
        raise PlanUnreadable(reasons)
    return plan


def read_plan(payload: bytes, digest: str) -> Plan:
    """The plan in a payload whose signature is someone else's business; PlanUnreadable with every reason."""
    return understand(read_json(payload), digest).plan


def sign_plan(envelope: Mapping[str, Any], key: Key) -> str:
    """An envelope as a signed document, its numbers digit for digit; PlanUnreadable before a bad one is signed."""
    payload = write_json(envelope)
    read_plan(payload, "")
    return sign_bytes(payload, key)


def digest(jws: str) -> str:
    """SHA-256 of the signed document's text, in hex: what a plan is known by in the journal."""
    return hashlib.sha256(jws.encode()).hexdigest()


def understand(value: Any, digest: str) -> Understood:
    """The plan in a payload already read from JSON; PlanUnreadable with every reason."""
    envelope = _envelope(value)
    said = envelope.settings
    zone = ZoneInfo(said.zone)
    medicines = open_medicines(envelope.medicines, envelope.valid_from.astimezone(zone).date(), zone)
    if medicines.citizen != envelope.citizen:
        raise PlanUnreadable(["$.medicines: are not those of the plan's citizen"])
    clock = Clock(envelope.rounds, said.times_per_day, zone)
    judged = tuple(judge(one, said.per_medicine.get(one.id), clock) for one in medicines.said)
    plan = Plan(
        hub=envelope.hub,
        citizen=envelope.citizen,
        name=medicines.name,
        version=envelope.version,
        issued=envelope.issued,
        valid_from=envelope.valid_from,
        digest=digest,
        slots=envelope.rounds,
        settings=Settings(**{name: getattr(said, name) for name in Settings.__struct_fields__}),
        contacts=envelope.contacts,
        limits=envelope.limits,
        ordinations=tuple(one.ordination for one in judged if one.ordination),
        outside=tuple(one.outside for one in judged if one.outside),
        defaults=said.defaults,
    )
    return Understood(plan, judged)


def _envelope(value: Any) -> Envelope:
    """The envelope with every field in its bounds and every rule across fields kept."""
    envelope: Envelope = converted(value, Envelope, "$", PlanUnreadable)
    reasons = list(check(envelope))
    if reasons:
        raise PlanUnreadable(reasons)
    return envelope


def _not_for(value: Mapping[str, Any], hub: str, citizen: str) -> list[str]:
    """R6: for another hub or citizen. The reason names no one (R15)."""
    wanted = {"hub": hub, "citizen": citizen}
    return [f"$.{name}: is for another {name}" for name, ours in wanted.items() if value.get(name) != ours]
