"""Alarms as the municipality sees them: the hubs' own as they come in, and those the gateway raises (R9, R10)."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from hub.domain.plan import Criticality
from sync import codes
from sync.gateway.gateway import Gateway
from sync.gateway.received import Resource
from sync.gateway.tables import alarms, commands, hubs

SEVERITY = {"high": Criticality.HIGH, "moderate": Criticality.MEDIUM, "low": Criticality.LOW}
SHOWN_AFTER = timedelta(hours=24)  # an alarm somebody took stays in sight this long


class Alarm(NamedTuple):
    """One alarm. `asked_by`: who took it here, while the hub has not confirmed it; `refused`: why the hub would not."""

    id: int
    hub: str
    citizen_name: str
    alarm: str
    code: str
    criticality: str
    raised_at: datetime
    intake: str | None
    can_open: bool
    level: int
    seen_by: str | None
    seen_at: datetime | None
    ended_at: datetime | None
    own: bool
    asked_by: str | None = None
    refused: str | None = None

    @property
    def alive(self) -> bool:
        return self.seen_by is None and self.ended_at is None


class Found(NamedTuple):
    """An alarm the gateway finds cause for."""

    alarm: str
    code: str
    criticality: Criticality
    intake: str | None = None


def follow(connection: Connection, hub: str, issue: Resource) -> None:
    """What a hub's DetectedIssue says of one of its alarms. Called once for each."""
    alarm = next((i.value for i in issue.identifier if i.system == codes.ALARM), "").removeprefix(f"{hub}/")
    happened = issue.extended("happened").value_code
    newest = sa.select(sa.func.max(alarms.c.id)).where(alarms.c.hub == hub, alarms.c.alarm == alarm).scalar_subquery()
    place = alarms.c.id == newest
    if happened == "AlarmRaised":
        connection.execute(alarms.insert(), _raised(hub, alarm, issue))
    elif happened == "AlarmEscalated":
        level = issue.extended("level").value_positive_int
        connection.execute(alarms.update().where(place).values(level=level))
    elif happened == "AlarmEnded":
        connection.execute(alarms.update().where(place).values(ended_at=issue.identified_date_time))
    elif happened == "AlarmAcknowledged" and issue.mitigation:
        taken = issue.mitigation[0]
        connection.execute(alarms.update().where(place).values(seen_by=taken.author.display, seen_at=taken.date))


def _raised(hub: str, alarm: str, issue: Resource) -> dict[str, object]:
    return {
        "hub": hub,
        "alarm": alarm,
        "code": issue.code.code(codes.ALARM_CODE),
        "criticality": SEVERITY.get(issue.severity, Criticality.HIGH),
        "raised_at": issue.identified_date_time,
        "intake": issue.extended("intake").value_string,
        "can_open": bool(issue.extended("can-be-opened-at-home").value_boolean),
    }


def settle(gateway: Gateway, hub: str, found: tuple[Found, ...]) -> None:
    """The gateway's own alarms for a hub are now these: raise what is new, end those whose cause is gone.

    One that a named human has taken is not raised again before its cause has ended.
    """
    now = gateway.clock()
    with gateway.store.begin() as connection:
        standing = _standing(connection, hub)
        for gone in standing.keys() - {f.alarm for f in found}:
            connection.execute(alarms.update().where(alarms.c.id == standing[gone]).values(ended_at=now))
        for new in (f for f in found if f.alarm not in standing):
            connection.execute(alarms.insert(), {**new._asdict(), "hub": hub, "raised_at": now, "own": True})


def _standing(connection: Connection, hub: str) -> dict[str, int]:
    asked = sa.select(alarms.c.alarm, alarms.c.id).where(alarms.c.hub == hub, alarms.c.own, alarms.c.ended_at.is_(None))
    return {row.alarm: row.id for row in connection.execute(asked)}


def standing_intakes(gateway: Gateway, hub: str) -> frozenset[str]:
    """Intakes the gateway has an alarm about that has not ended."""
    asked = sa.select(alarms.c.intake).where(
        alarms.c.hub == hub, alarms.c.own, alarms.c.ended_at.is_(None), alarms.c.intake.is_not(None)
    )
    with gateway.reads.connect() as connection:
        return frozenset(str(intake) for intake in connection.scalars(asked))


def list_alarms(gateway: Gateway, hub: str | None = None) -> list[Alarm]:
    """What lives and what was taken or ended lately, most critical and longest waiting first."""
    since = gateway.clock() - SHOWN_AFTER
    waits = sa.and_(alarms.c.seen_by.is_(None), alarms.c.ended_at.is_(None))
    lately = sa.or_(alarms.c.seen_at > since, alarms.c.ended_at > since)
    asked = sa.select(alarms, hubs.c.name.label("citizen_name")).join(hubs).where(sa.or_(waits, lately))
    if hub is not None:
        asked = asked.where(alarms.c.hub == hub)
    with gateway.reads.connect() as connection:
        rows = connection.execute(asked).mappings().all()
        asked = sa.select(commands).where(commands.c.alarm_id.is_not(None)).order_by(commands.c.issued)
        orders = {row.alarm_id: row for row in connection.execute(asked)}
    now = gateway.clock()
    made = [Alarm(**row)._replace(**_order(orders.get(row["id"]), now)) for row in rows]
    return sorted(made, key=lambda a: (-list(Criticality).index(Criticality(a.criticality)), a.raised_at, a.id))


def _order(order: sa.Row[Any] | None, now: datetime) -> dict[str, Any]:
    """What became of the command that carries an acknowledgement."""
    if order is None:
        return {}
    if order.state == "queued" and order.expires <= now:
        return {"refused": "expired"}
    return {"refused": order.reason or "refused"} if order.state == "refused" else {"asked_by": order.by}


def find_alarm(gateway: Gateway, number: int) -> Alarm | None:
    """One of those listed."""
    return next((a for a in list_alarms(gateway) if a.id == number), None)


def take_own(gateway: Gateway, number: int, by: str) -> None:
    """A named human has taken an alarm of the gateway's own."""
    place = sa.and_(alarms.c.id == number, alarms.c.own, alarms.c.seen_by.is_(None))
    with gateway.store.begin() as connection:
        connection.execute(alarms.update().where(place).values(seen_by=by, seen_at=gateway.clock()))
