"""Signs of life: made and signed by the hub's good tick, only carried by its sync (R10)."""

from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from hub.documents import HeartbeatBody
from hub.signed import Purpose, SignatureRefused, verify
from sync.gateway.gateway import Gateway
from sync.gateway.hubs import Hub
from sync.gateway.tables import heartbeats


class Heard(NamedTuple):
    """The last heartbeat: when, by the clock of the deadlines and by the machine's own, and what it said."""

    at: datetime
    real_s: float
    body: HeartbeatBody


class HeartbeatRefused(ValueError):
    """Not this hub's, or one that was heard before."""


def hear(gateway: Gateway, hub: Hub, jws: str) -> None:
    """Take a heartbeat; HeartbeatRefused. A boot adds to the journal, so (sequence, tick) only ever grows."""
    try:
        body = msgspec.json.decode(verify(jws, (hub.heartbeat,), Purpose.HEARTBEAT), type=HeartbeatBody)
    except (SignatureRefused, msgspec.MsgspecError) as error:
        raise HeartbeatRefused(str(error)) from error
    if body.hub != hub.id:
        raise HeartbeatRefused("another hub's")
    row = {
        "received_at": gateway.clock(), "received_s": gateway.real_s(), "seq": body.seq, "tick": body.tick,
        "body": msgspec.json.encode(body).decode(),
    }  # fmt: skip
    place = heartbeats.c.hub == hub.id
    with gateway.store.begin() as connection:
        last = connection.execute(sa.select(heartbeats.c.seq, heartbeats.c.tick).where(place)).first()
        if last is None:
            connection.execute(heartbeats.insert(), {"hub": hub.id, **row})
        elif (body.seq, body.tick) > (last.seq, last.tick):
            connection.execute(heartbeats.update().where(place).values(row))
        else:
            raise HeartbeatRefused("not newer than the last one")


def last_heard(gateway: Gateway, hub: str) -> Heard | None:
    with gateway.reads.connect() as connection:
        row = connection.execute(heartbeats.select().where(heartbeats.c.hub == hub)).first()
    if row is None:
        return None
    return Heard(row.received_at, row.received_s, msgspec.json.decode(row.body, type=HeartbeatBody))
