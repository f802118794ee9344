"""Commands to a hub: a named human's act, signed for one hub and citizen, waiting until its sync fetches it (R14).

A command has an id of its own, made with the form it comes from: sent twice it is one. What sync says of it is that
the hub has had it; that it was carried out only the hub's own event says (`sync.gateway.told`).
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from hub.documents import AcknowledgeAlarm, Command, Orders, UrgentStop
from hub.signed import Purpose, sign
from sync.gateway.alarms import Alarm, take_own
from sync.gateway.gateway import Gateway
from sync.gateway.hubs import Hub, find_hub, held_plans
from sync.gateway.tables import commands, hubs
from sync.server import Queued

SHOWN_AFTER = timedelta(hours=48)  # what is settled stays in sight this long


class Sent(NamedTuple):
    """A command and what became of it: queued, accepted (the hub has it), carried_out, refused or expired."""

    id: str
    hub: str
    citizen_name: str
    purpose: str
    kind: str
    subject: str
    alarm_id: int | None
    by: str
    issued: datetime
    expires: datetime | None
    state: str
    reason: str

    @property
    def failed(self) -> bool:
        return self.state in ("refused", "expired")


def acknowledge(gateway: Gateway, alarm: Alarm, by: str) -> None:
    """`by` has the alarm. A hub's own is told to the hub by a signed command; asked again, nothing more is sent."""
    if not alarm.alive or alarm.asked_by is not None:
        return
    if alarm.own:
        take_own(gateway, alarm.id, by)
        return
    hub = find_hub(gateway, alarm.hub)
    assert hub is not None  # the alarm's foreign key
    row = _row(gateway, hub, str(uuid4()), AcknowledgeAlarm(alarm.alarm), by, None)
    with gateway.store.begin() as connection:
        waits = sa.select(commands.c.id).where(
            commands.c.alarm_id == alarm.id, commands.c.state == "queued", commands.c.expires > row["issued"]
        )
        if connection.scalar(waits) is None:
            connection.execute(commands.insert(), row | {"alarm_id": alarm.id})


def send(gateway: Gateway, hub: Hub, once: str, order: Orders, by: str, until: datetime | None = None) -> None:
    """`by` orders it. `once` is the command's id: another with the same is the same, and nothing more is sent.
    `until`: when it has no meaning any more, where that is before it expires anyway."""
    _keep(gateway, _row(gateway, hub, once, order, by, until))


def stop(gateway: Gateway, hub: Hub, once: str, ordinations: tuple[str, ...], by: str, reason: str) -> None:
    """R6: an urgent stop of these ordinations, signed with its own key; `once` as above. It never expires."""
    now = gateway.clock()
    made = UrgentStop(once, hub.id, hub.citizen, now, by, ordinations, reason)
    _keep(gateway, {
        "id": once, "hub": hub.id, "purpose": Purpose.STOP, "kind": UrgentStop.__name__,
        "subject": " ".join(ordinations), "jws": sign(made, gateway.keys.stop), "by": by, "issued": now,
        "expires": None, "state": "queued",
    })  # fmt: skip


def _row(gateway: Gateway, hub: Hub, once: str, order: Orders, by: str, until: datetime | None) -> dict[str, Any]:
    now = gateway.clock()
    expires = min(now + timedelta(hours=gateway.config.command_h), until or datetime.max.replace(tzinfo=now.tzinfo))
    command = Command(once, hub.id, hub.citizen, now, expires, by, order)
    subject = next((str(v) for name in _SUBJECT if (v := getattr(order, name, None))), "")
    return {
        "id": once, "hub": hub.id, "purpose": Purpose.COMMAND, "kind": type(order).__name__, "subject": subject,
        "jws": sign(command, gateway.keys.command), "by": by, "issued": now, "expires": expires, "state": "queued",
    }  # fmt: skip


_SUBJECT = ("alarm", "intake", "kind")


def _keep(gateway: Gateway, row: dict[str, Any]) -> None:
    with suppress(IntegrityError), gateway.store.begin() as connection:  # sent before: a double click, a page reloaded
        connection.execute(commands.insert(), row)


def waiting(gateway: Gateway, hub: str, purpose: Purpose) -> list[Queued]:
    """What a hub has not had yet and that is still good, in the order it was ordered."""
    good = sa.or_(commands.c.expires.is_(None), commands.c.expires > gateway.clock())
    place = sa.and_(commands.c.hub == hub, commands.c.purpose == purpose, commands.c.state == "queued", good)
    asked = sa.select(commands.c.id, commands.c.jws).where(place).order_by(commands.c.issued, commands.c.id)
    with gateway.reads.connect() as connection:
        return [Queued(row.id, row.jws) for row in connection.execute(asked)]


def stops_in_force(gateway: Gateway, hub: str) -> list[Queued]:
    """Every stop that no plan issued later overrules, whatever became of it: a hub whose journal began anew knows none
    of them, and must not run the plan without them (R6, R11). To one that does, they are nothing new."""
    held = held_plans(gateway, hub)
    since = held[-1].plan.issued if held else datetime.min.replace(tzinfo=UTC)
    place = sa.and_(commands.c.hub == hub, commands.c.purpose == Purpose.STOP, commands.c.issued >= since)
    asked = sa.select(commands.c.id, commands.c.jws).where(place).order_by(commands.c.issued, commands.c.id)
    with gateway.reads.connect() as connection:
        return [Queued(row.id, row.jws) for row in connection.execute(asked)]


def settle(gateway: Gateway, hub: str, command: str, outcome: str, reason: str) -> bool:
    """The hub has had it. False where none such waits."""
    place = sa.and_(commands.c.hub == hub, commands.c.id == command, commands.c.state == "queued")
    with gateway.store.begin() as connection:
        done = connection.execute(commands.update().where(place).values(state=outcome, reason=reason[:80]))
        return done.rowcount == 1


def sent(gateway: Gateway, hub: str | None = None) -> list[Sent]:
    """What was ordered lately, and what still waits to be carried out, newest first."""
    now = gateway.clock()
    good = sa.or_(commands.c.expires.is_(None), commands.c.expires > now)
    waits = sa.and_(commands.c.state.in_(("queued", "accepted")), good)
    asked = _SENT.where(sa.or_(commands.c.issued > now - SHOWN_AFTER, waits)).order_by(commands.c.issued.desc())
    if hub is not None:
        asked = asked.where(commands.c.hub == hub)
    return [_in_time(order, now) for order in _read(gateway, asked)]


def standing_stops(gateway: Gateway, hub: str) -> list[Sent]:
    """Urgent stops the hub has not said that it carried out, oldest first."""
    place = sa.and_(commands.c.hub == hub, commands.c.purpose == Purpose.STOP, commands.c.state != "carried_out")
    return _read(gateway, _SENT.where(place).order_by(commands.c.issued))


_SENT = sa.select(
    *(hubs.c.name.label(name) if name == "citizen_name" else commands.c[name] for name in Sent._fields)
).join(hubs)  # fmt: skip


def _read(gateway: Gateway, asked: sa.Select[Any]) -> list[Sent]:
    with gateway.reads.connect() as connection:
        return [Sent(*row) for row in connection.execute(asked)]


def _in_time(order: Sent, now: datetime) -> Sent:
    late = order.state == "queued" and order.expires is not None and order.expires <= now
    return order._replace(state="expired") if late else order
