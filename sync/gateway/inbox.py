"""FHIR in: a hub's transaction Bundle, all of it or nothing, and a signed receipt once it is committed (R9, R11)."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from hub.documents import Receipt
from hub.signed import sign
from sync.gateway import alarms, told
from sync.gateway.gateway import Gateway
from sync.gateway.hubs import Hub
from sync.gateway.received import KINDS, Bundle, Entry, Resource, read
from sync.gateway.tables import events, lanes, resources

LANES = ("alarms", "clinical", "rest")
_HEAD = re.compile(r"[0-9a-f]{64}")


class Part(NamedTuple):
    """What a Bundle is a part of: the lane's events after `after` up to `seq`; `head` is the chain head there."""

    lane: str
    after: int
    seq: int
    head: str


class NotTaken(Exception):
    """Nothing of the Bundle was kept. `status` is HTTP's; `have`, on a gap, is where the lane stands here; `receipt`,
    on a conflict, tells the hub what this gateway holds instead."""

    receipt = ""

    def __init__(self, status: int, why: str, have: int | None = None) -> None:
        super().__init__(why)
        self.status, self.have = status, have


class _Logged(Struct, frozen=True):
    seq: int
    id: str


class _Written(NamedTuple):
    resource: Resource
    kind: str
    where: str
    create: bool
    body: bytes


def receive(gateway: Gateway, hub: Hub, part: Part, body: bytes) -> tuple[bytes, str]:
    """The transaction's response and the signed receipt; NotTaken. Received again, it changes nothing."""
    if part.lane not in LANES or not _HEAD.fullmatch(part.head):
        raise NotTaken(400, "the headers do not say which part of the log this is")
    written = [_checked(hub, entry) for entry in _entries(body)]
    logged = _events(written, part)
    try:
        with gateway.store.begin() as connection:
            _advance(connection, hub, part)
            for event in logged:
                _keep_event(connection, hub, part.lane, event)
            answers = [_keep(connection, hub, one) for one in written]
    except NotTaken as refused:
        refused.receipt = _held(gateway, hub) if refused.status == 409 else ""
        raise
    receipt = Receipt(hub.id, part.lane, part.seq, part.head, gateway.clock())
    response = {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}
    return msgspec.json.encode(response), sign(receipt, gateway.keys.receipt)


def _held(gateway: Gateway, hub: Hub) -> str:
    """The furthest place of the log that is here, signed: a hub whose journal and head file were restored together
    has nobody else to learn it from (R11, H35)."""
    asked = sa.select(lanes.c.lane, lanes.c.seq, lanes.c.head).where(lanes.c.hub == hub.id)
    with gateway.reads.connect() as connection:
        row = connection.execute(asked.order_by(lanes.c.seq.desc())).first()
    return sign(Receipt(hub.id, row.lane, row.seq, row.head, gateway.clock()), gateway.keys.receipt) if row else ""


def _entries(body: bytes) -> tuple[Entry, ...]:
    try:
        bundle = msgspec.json.decode(body, type=Bundle)
    except msgspec.MsgspecError as error:
        raise NotTaken(400, f"not a Bundle: {error}") from error
    if bundle.resource_type != "Bundle" or bundle.type != "transaction":
        raise NotTaken(400, "not a transaction")
    return bundle.entry


def _checked(hub: Hub, entry: Entry) -> _Written:
    """One entry, about this hub's citizen (H9), addressed by one of its own identifiers."""
    body = bytes(entry.resource)
    try:
        resource = read(body)
    except msgspec.MsgspecError as error:
        raise NotTaken(422, f"a resource cannot be read: {error}") from error
    request = entry.request
    create = request.method == "POST"
    kind, _, query = request.url.partition("?")
    where = (request.if_none_exist or "") if create else query
    if kind != resource.resource_type or kind not in KINDS or request.method not in ("POST", "PUT"):
        raise NotTaken(422, f"{request.method} {kind[:40]} is not taken here")
    if where not in resource.found_by:
        raise NotTaken(422, f"a {kind} is not addressed by its own identifier")
    if resource.citizens != {hub.citizen}:
        raise NotTaken(422, f"a {kind} is not about this hub's citizen")
    return _Written(resource, kind, where, create, body)


def _events(written: list[_Written], part: Part) -> list[_Written]:
    """The log's own copies, in order, ending where the headers say."""
    logged = [one for one in written if one.kind == "AuditEvent"]
    numbers = [one.resource.seq for one in logged]
    if not numbers or numbers != sorted(set(numbers)) or numbers[-1] != part.seq or numbers[0] <= part.after:
        raise NotTaken(422, "the events are not those the headers name")
    for one in logged:
        _check_canonical(one)
    return logged


def _check_canonical(one: _Written) -> None:
    try:
        canonical = one.resource.canonical
        stamp = None if canonical is None else msgspec.json.decode(canonical, type=_Logged)
    except ValueError as error:  # msgspec's errors are ValueErrors too
        raise NotTaken(422, "an event's canonical form cannot be read") from error
    if stamp and (stamp.seq != one.resource.seq or stamp.id != _event_id(one)):
        raise NotTaken(422, "an event's canonical form is another event's")


def _event_id(one: _Written) -> str:
    return one.resource.meta.tag[0].code


def _advance(connection: Connection, hub: Hub, part: Part) -> None:
    """The lane moves on, never back. 409 where something before this part never came."""
    place = sa.and_(lanes.c.hub == hub.id, lanes.c.lane == part.lane)
    have = connection.scalar(sa.select(lanes.c.seq).where(place).with_for_update())
    if part.after > (have or 0):
        raise NotTaken(409, "something before this is missing", have or 0)
    row = {"seq": part.seq, "head": part.head}
    if have is None:
        connection.execute(lanes.insert(), {"hub": hub.id, "lane": part.lane, **row})
    elif part.seq > have:
        connection.execute(lanes.update().where(place).values(row))


def _keep_event(connection: Connection, hub: Hub, lane: str, one: _Written) -> None:
    seq = one.resource.seq
    place = sa.and_(events.c.hub == hub.id, events.c.seq == seq)
    known = connection.scalar(sa.select(events.c.id).where(place))
    if known not in (None, _event_id(one)):
        raise NotTaken(409, f"event {seq} is here already and is another one")  # a journal restored or replaced (R11)
    if known is None:
        kind = next((c.code for c in one.resource.subtype), "")
        row = {"hub": hub.id, "seq": seq, "id": _event_id(one), "lane": lane, "kind": kind}
        connection.execute(events.insert(), {**row, "canonical": one.resource.canonical})
        told.follow(connection, hub.id, kind, one.resource.canonical)


def _keep(connection: Connection, hub: Hub, one: _Written) -> dict[str, Any]:
    place = sa.and_(resources.c.hub == hub.id, resources.c.kind == one.kind, resources.c.found_by == one.where)
    known = connection.execute(sa.select(resources.c.id, resources.c.seq).where(place)).first()
    row: dict[str, Any] = {
        "seq": one.resource.seq,
        "intake": one.resource.extended("intake").value_string,
        "body": one.body,
    }
    name = known.id if known else str(uuid4())
    if known is None:
        connection.execute(
            resources.insert(), {"hub": hub.id, "kind": one.kind, "found_by": one.where, "id": name, **row}
        )
        if one.kind == "DetectedIssue":
            alarms.follow(connection, hub.id, one.resource)
    elif not one.create and one.resource.seq > known.seq:
        connection.execute(resources.update().where(place).values(row))
    return {"response": {"status": "200" if known else "201", "location": f"{one.kind}/{name}"}}


def find_resource(gateway: Gateway, hub: Hub, kind: str, name: str) -> bytes | None:
    """One resource as it was received, under the id it has here."""
    place = sa.and_(resources.c.hub == hub.id, resources.c.kind == kind, resources.c.id == name)
    with gateway.reads.connect() as connection:
        body = connection.scalar(sa.select(resources.c.body).where(place))
    return None if body is None else b'{"id":"' + name.encode() + b'",' + body[1:]


def resources_of(gateway: Gateway, hub: str, intake_begins: str) -> Iterator[tuple[str, Resource]]:
    """`Kind/id` and resource of what is known about doses of the intakes whose ids begin so."""
    asked = sa.select(resources.c.kind, resources.c.id, resources.c.body).where(
        resources.c.hub == hub,
        resources.c.intake.startswith(intake_begins, autoescape=True),
        resources.c.kind.in_(("MedicationAdministration", "MedicationDispense")),
    )
    with gateway.reads.connect() as connection:
        rows = connection.execute(asked.order_by(resources.c.seq)).all()
    for row in rows:
        yield f"{row.kind}/{row.id}", read(row.body)
