"""Commands to a hub: a named human's act, signed for one hub and citizen, waiting until its sync fetches it (R14)."""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from hub.documents import AcknowledgeAlarm, Command
from hub.signed import sign
from sync.gateway.alarms import Alarm, take_own
from sync.gateway.gateway import Gateway
from sync.gateway.hubs import find_hub
from sync.gateway.tables import commands
from sync.server import Queued


def acknowledge(gateway: Gateway, alarm: Alarm, by: str) -> None:
    """`by` has the alarm. A hub's own is told to the hub by a signed command; asked again, nothing more is sent."""
    if not alarm.alive or alarm.asked_by is not None:
        return
    if alarm.own:
        take_own(gateway, alarm.id, by)
        return
    hub = find_hub(gateway, alarm.hub)
    assert hub is not None  # the alarm's foreign key
    now = gateway.clock()
    expires = now + timedelta(hours=gateway.config.command_h)
    command = Command(str(uuid4()), hub.id, hub.citizen, now, expires, by, AcknowledgeAlarm(alarm.alarm))
    row = {
        "id": command.id, "hub": hub.id, "alarm_id": alarm.id, "jws": sign(command, gateway.keys.command), "by": by,
        "expires": expires, "state": "queued",
    }  # fmt: skip
    with gateway.store.begin() as connection:
        waiting = sa.select(commands.c.id).where(
            commands.c.alarm_id == alarm.id, commands.c.state == "queued", commands.c.expires > now
        )
        if connection.scalar(waiting) is None:
            connection.execute(commands.insert(), row)


def waiting(gateway: Gateway, hub: str) -> list[Queued]:
    """The commands a hub has not had yet and that are still good."""
    asked = sa.select(commands.c.id, commands.c.jws).where(
        commands.c.hub == hub, commands.c.state == "queued", commands.c.expires > gateway.clock()
    )
    with gateway.reads.connect() as connection:
        return [Queued(row.id, row.jws) for row in connection.execute(asked.order_by(commands.c.expires))]


def settle(gateway: Gateway, hub: str, command: str, outcome: str, reason: str) -> bool:
    """The hub has had it. False where none such waits; only the hub's own event says that the alarm is taken."""
    place = sa.and_(commands.c.hub == hub, commands.c.id == command, commands.c.state == "queued")
    with gateway.store.begin() as connection:
        done = connection.execute(commands.update().where(place).values(state=outcome, reason=reason[:80]))
        return done.rowcount == 1
