"""The hubs this gateway serves, and the signed plans it has for them."""

import base64
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from hub.domain.plan import Plan
from hub.enrolment import Enrolled
from hub.plan.envelope import digest, open_plan, read_plan
from hub.protocol import PLAN_LIMIT
from hub.signed import Key
from sync.gateway.gateway import Gateway
from sync.gateway.tables import hubs, plans
from sync.login import Jwk


class Hub(NamedTuple):
    """A hub as it was admitted."""

    id: str
    citizen: str
    name: str
    heartbeat: Key
    login: Jwk
    admitted_at: datetime


class Held(NamedTuple):
    """A plan the gateway holds for a hub, and since when."""

    plan: Plan
    jws: str
    put_at: datetime


class PlanNotPut(ValueError):
    """The plan is not for this hub, or not newer than what is there."""


def admit_hub(gateway: Gateway, enrolled: Enrolled) -> None:
    """Let an enrolled hub in. sqlalchemy.exc.IntegrityError where one of that id is here already."""
    row = {
        "id": enrolled.hub,
        "citizen": enrolled.citizen,
        "name": enrolled.name,
        "heartbeat_key": msgspec.json.encode(enrolled.heartbeat.public).decode(),
        "login_key": msgspec.json.encode(enrolled.login).decode(),
        "admitted_at": gateway.clock(),
    }
    with gateway.store.begin() as connection:
        connection.execute(hubs.insert(), row)


def all_hubs(gateway: Gateway) -> list[Hub]:
    with gateway.reads.connect() as connection:
        return [_hub(row) for row in connection.execute(hubs.select().order_by(hubs.c.id))]


def find_hub(gateway: Gateway, hub: str) -> Hub | None:
    with gateway.reads.connect() as connection:
        row = connection.execute(hubs.select().where(hubs.c.id == hub)).first()
    return _hub(row) if row else None


def put_plan(gateway: Gateway, hub: str, jws: str) -> Plan:
    """Keep a signed plan for the hub to fetch. PlanUnreadable as the hub would refuse it, PlanNotPut."""
    known = find_hub(gateway, hub)
    if known is None:
        raise PlanNotPut(f"no hub {hub!r} here")
    if len(jws) > PLAN_LIMIT:
        raise PlanNotPut(f"the plan is {len(jws)} characters long; a hub takes {PLAN_LIMIT}")
    plan = open_plan(jws, gateway.keys.public, hub, known.citizen)
    row = {"hub": hub, "version": plan.version, "digest": digest(jws), "jws": jws, "put_at": gateway.clock()}
    with gateway.store.begin() as connection:
        newest = connection.scalar(sa.select(sa.func.max(plans.c.version)).where(plans.c.hub == hub))
        if newest is not None and plan.version <= newest:
            raise PlanNotPut(f"version {plan.version} is not newer than {newest}")
        connection.execute(plans.insert(), row)
    return plan


def newest_plan(gateway: Gateway, hub: str) -> tuple[str, str] | None:
    """The signed plan to fetch and its ETag."""
    asked = sa.select(plans.c.jws, plans.c.digest).where(plans.c.hub == hub).order_by(plans.c.version.desc())
    with gateway.reads.connect() as connection:
        row = connection.execute(asked.limit(1)).first()
    return (row.jws, f'"{row.digest}"') if row else None


def held_plans(gateway: Gateway, hub: str) -> tuple[Held, ...]:
    """All plans for a hub, oldest first."""
    asked = sa.select(plans.c.jws, plans.c.put_at).where(plans.c.hub == hub).order_by(plans.c.version)
    with gateway.reads.connect() as connection:
        rows = connection.execute(asked).all()
    return tuple(Held(_read(row.jws), row.jws, row.put_at) for row in rows)


@lru_cache(maxsize=256)
def _read(jws: str) -> Plan:
    """The plan in a document whose signature was checked when it was put here."""
    payload = jws.split(".")[1]
    return read_plan(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), digest(jws))


def _hub(row: sa.Row[tuple[str, str, str, str, str, datetime]]) -> Hub:
    heartbeat = msgspec.json.decode(row.heartbeat_key, type=Key)
    return Hub(row.id, row.citizen, row.name, heartbeat, msgspec.json.decode(row.login_key, type=Jwk), row.admitted_at)
