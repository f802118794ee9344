"""What a hub has told of orders, leave and promises, read from the log's own copies of its events.

Derived each time from what is kept under the events' own numbers: a batch that comes twice or late changes nothing.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from hub.domain import events as e
from hub.domain.leave import Leave, LeaveKind
from sync.gateway.gateway import Gateway
from sync.gateway.tables import commands, events

LATELY = 300  # a hub's last promises and what ended them: more than people keep open


class Away(NamedTuple):
    """Agreed time away, as the hub has it. `ended_at`: when it was ended, None while that has not been told."""

    leave: Leave
    ended_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When it ends or ended; None where nobody knows yet."""
        return min((at for at in (self.leave.ends_at, self.ended_at) if at), default=None)

    def covers(self, at: datetime) -> bool:
        return self.leave.begins_at <= at and (self.ends_at is None or at < self.ends_at)


class Promised(NamedTuple):
    """ "I will give it", and nothing has ended that yet but perhaps its time."""

    by: str
    give_by: datetime


def follow(connection: Connection, hub: str, kind: str, canonical: bytes | None) -> None:
    """A new event of a hub's: whoever sent a command sees that it was carried out (R14), whatever sync said of it."""
    if kind != e.CommandCarriedOut.__name__ or canonical is None:
        return
    for event in _read(canonical):
        if isinstance(event.body, e.CommandCarriedOut):
            place = sa.and_(commands.c.hub == hub, commands.c.id == event.body.id)
            connection.execute(commands.update().where(place).values(state="carried_out", reason=""))


def leaves(gateway: Gateway, hub: str) -> list[Away]:
    """Every leave the hub has told of, oldest first."""
    found: dict[str, Away] = {}
    for event in _events(gateway, hub, e.LeaveBegun, e.LeaveEnded):
        match event.body:
            case e.LeaveBegun(leave=leave):
                found[leave.id] = Away(leave)
            case e.LeaveEnded(leave=leave_id) if leave_id in found:
                found[leave_id] = found[leave_id]._replace(ended_at=event.wall)
    return list(found.values())


def agreed_leave(gateway: Gateway, hub: str) -> Leave | None:
    """The leave that is under way or to come; the hub has at most one."""
    now = gateway.clock()
    standing = (a.leave for a in leaves(gateway, hub) if a.ended_at is None and (a.ends_at is None or now < a.ends_at))
    return next(standing, None)


def in_hospital(gateway: Gateway, hub: str) -> tuple[Away, ...]:
    """The times in which others give the medicine (H33)."""
    return tuple(a for a in leaves(gateway, hub) if a.leave.kind is LeaveKind.HOSPITAL)


def promises(gateway: Gateway, hub: str) -> dict[str, Promised]:
    """By intake, who has promised to give it and has neither given it nor handed it back."""
    found: dict[str, Promised] = {}
    for event in _events(
        gateway, hub, e.IntakePromised, e.IntakeHandedBack, e.IntakeGivenByStaff, e.IntakeReleased, e.IntakeTaken
    ):
        match event.body:
            case e.IntakePromised() as body:
                found[body.intake] = Promised(body.by, body.give_by)
            case e.OfIntake(intake=intake):
                found.pop(intake, None)
    return found


def _events(gateway: Gateway, hub: str, *kinds: type[e.Body]) -> list[e.Event]:
    """The hub's last events of these kinds, in its own order."""
    asked = sa.select(events.c.canonical).where(
        events.c.hub == hub, events.c.kind.in_([kind.__name__ for kind in kinds]), events.c.canonical.is_not(None)
    )
    with gateway.reads.connect() as connection:
        rows = connection.scalars(asked.order_by(events.c.seq.desc()).limit(LATELY)).all()
    return [event for row in reversed(rows) for event in _read(row)]


def _read(canonical: bytes) -> Iterator[e.Event]:
    """Nothing where a newer hub's event cannot be read here: what is not understood ends no alarm."""
    try:
        yield msgspec.json.decode(canonical, type=e.Event)
    except msgspec.MsgspecError:
        return
