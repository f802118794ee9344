"""What is inside the signed documents that cross the network (R14), the plan apart (that is `hub.plan.envelope`).

Each is the payload of a JWS made and checked by `hub.signed`; the purpose is the key's and the header's `typ`.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Instant = Annotated[datetime, Meta(tz=True)]


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """The gateway has this hub's lane up to `seq`; `head` is the chain head sent with it (hex). Purpose: receipt."""

    hub: str
    lane: str
    seq: int
    head: str
    issued: Instant


class AcknowledgeAlarm(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The named human who signed in at the gateway has taken the alarm."""

    alarm: str


Order = AcknowledgeAlarm  # a union as commands are added


class Command(Struct, frozen=True, forbid_unknown_fields=True):
    """One act by one named person, once, for one hub and citizen. Purpose: command. Nothing here opens a lock."""

    id: Annotated[str, Meta(min_length=8, max_length=64)]
    hub: str
    citizen: str
    issued: Instant
    expires: Instant
    by: Annotated[str, Meta(min_length=1, max_length=80)]
    order: Order


class HeartbeatBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The hub's good tick (R10): made by the hub, signed by its own key, only carried by sync. Purpose: heartbeat."""

    hub: str
    at: Instant
    trusted: bool
    tick: int
    seq: int
    head: str
    plan_version: int | None
    screen_alive: bool
    mains: bool
