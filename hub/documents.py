"""What is inside the signed documents that cross the network (R14), the plan apart (that is `hub.plan.envelope`).

Each is the payload of a JWS made and checked by `hub.signed`; the purpose is the key's and the header's `typ`.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Instant = Annotated[datetime, Meta(tz=True)]


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """The gateway has this hub's lane up to `seq`; `head` is the chain head sent with it (hex). Purpose: receipt."""

    hub: str
    lane: str
    seq: int
    head: str
    issued: Instant


class Order(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """What a command may order: each allows or forbids a touch at home, none opens a lock."""


class AcknowledgeAlarm(Order, frozen=True):
    """The named human who signed in at the gateway has taken the alarm."""

    alarm: str


class ResolveIntake(Order, frozen=True):
    """What became of an intake, found out by who signs: due (until `latest_at`), taken, missed or given by staff."""

    intake: str
    outcome: Literal["due", "taken", "missed", "given_by_staff"]
    latest_at: Instant | None = None


class CorrectIntake(Order, frozen=True):
    """An overlay on what is final; `state` is what it should read (`hub.domain.intake.Life`)."""

    intake: str
    state: str
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class GiveIntake(Order, frozen=True):
    """ "I will give it": the box keeps it locked; past `give_by` without a word somebody else is alarmed (R9)."""

    intake: str
    give_by: Instant


class HandBackIntake(Order, frozen=True):
    """Who promised will not give it."""

    intake: str


class BeginLeave(Order, frozen=True):
    """Agreed time away (H27, H33). Fields as `hub.domain.leave.Leave`; its id is the command's."""

    kind: Literal["outing", "weekend", "hospital"]
    begins_at: Instant
    ends_at: Instant | None = None
    responsible: Annotated[str, Meta(max_length=80)] = ""


class EndLeave(Order, frozen=True):
    """The citizen is home again."""


Orders = (
    AcknowledgeAlarm | ResolveIntake | CorrectIntake | GiveIntake | HandBackIntake | BeginLeave | EndLeave
)  # fmt: skip


class Command(Struct, frozen=True, forbid_unknown_fields=True):
    """One act by one named person, once, for one hub and citizen. Purpose: command. Nothing here opens a lock."""

    id: Annotated[str, Meta(min_length=8, max_length=64)]
    hub: str
    citizen: str
    issued: Instant
    expires: Instant
    by: Annotated[str, Meta(min_length=1, max_length=80)]
    order: Orders


class UrgentStop(Struct, frozen=True, forbid_unknown_fields=True):
    """At once and on any clock: nothing with one of these ordinations in it leaves the box, until a plan that was
    issued later (R6). Purpose: stop. It does not expire: late it is as true, and a newer plan overrules it."""

    id: Annotated[str, Meta(min_length=8, max_length=64)]
    hub: str
    citizen: str
    issued: Instant
    by: Annotated[str, Meta(min_length=1, max_length=80)]
    ordinations: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    reason: Annotated[str, Meta(max_length=200)] = ""


class NextKey(Struct, frozen=True, forbid_unknown_fields=True):
    """An Ed25519 public key and what it may sign; `x` as in a JWK."""

    kid: Annotated[str, Meta(min_length=1, max_length=80)]
    purpose: Literal["plan", "command", "stop", "receipt"]
    x: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]


class KeyRotation(Struct, frozen=True, forbid_unknown_fields=True):
    """From now on `key` counts as well, and from `until` on, 60 days ahead or more, key `replaces` no longer does.

    Signed by the key it replaces, or by a root key; the header's `typ` is `medhub-rotation`.
    """

    id: Annotated[str, Meta(min_length=8, max_length=64)]
    hub: str
    citizen: str
    issued: Instant
    expires: Instant
    key: NextKey
    replaces: str
    until: Instant


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
    next_plan_version: int | None = None  # one that waits for its `valid_from`
