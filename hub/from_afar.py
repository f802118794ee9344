"""What comes signed through sync: checked here, once, and carried out once (R14). A function a document.

Nothing here opens a lock: a plan, a stop, an order, a key each only allow or forbid a touch at home. All of it is on
the deciding thread.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

import msgspec

from hub import documents as d
from hub import protocol as p
from hub.clock_model import FIRST, LAST, May
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.refusal import Reason, Refusal
from hub.enrolment import Trust
from hub.keyring import in_force, objection
from hub.loop import Loop
from hub.orders import command_of
from hub.plan.envelope import open_plan
from hub.plan.jsontext import read_json
from hub.plan.reasons import PlanUnreadable
from hub.signed import Key, Purpose, SignatureRefused, verify, verify_rotation

SKEW = timedelta(minutes=5)  # R5: what two clocks may differ by
LIFE = timedelta(hours=72)  # of a command, at most: so long its id is remembered (the gateway's `command_h` is ≤ 72)
ROTATION_LIFE = timedelta(days=60)  # of a key handed on: it must reach a hub that was long without network
STOP_KEPT = timedelta(days=366)  # so long a stop's id is remembered; after that it has been in force, or overruled
MOST_REFUSED = 10  # plans that nobody can read, told and looked at by nobody; more add nothing (H32)
Document = TypeVar("Document", d.Command, d.UrgentStop, d.KeyRotation)


class NotOurs(Exception):
    """Signed well, and not for this hub now; the text says why."""


class FromAfar:
    """`allows`: whether the clock, as it is, lets this be done (R5)."""

    def __init__(self, loop: Loop, trust: Trust, allows: Callable[[May], bool]) -> None:
        self._loop, self._trust, self._allows = loop, trust, allows

    def plan(self, jws: str) -> p.Error | None:
        """R6: accepted, or refused whole with every reason, and the municipality told."""
        digest = sha256(jws.encode()).hexdigest()
        try:
            plan = open_plan(jws, keys_now(self._loop, self._trust), self._trust.hub, self._trust.citizen)
            command = c.OfferPlan(digest, plan)
        except PlanUnreadable as error:
            told_already = [a for a in self._loop.state.living_alarms() if a.code is e.AlarmCode.PLAN_REFUSED]
            if len(told_already) >= MOST_REFUSED:
                return p.Error(p.Problem.REFUSED, error.reasons)
            command = c.OfferPlan(digest, None, error.reasons)
        result = self._loop.execute(command)
        if isinstance(result, Refusal):
            return p.Error(p.Problem.REFUSED, result.reasons)
        reasons = next((body.reasons for body in result if isinstance(body, e.PlanRefused)), None)
        return None if reasons is None else p.Error(p.Problem.REFUSED, reasons)

    def command(self, jws: str) -> p.Error | None:
        """One act of one named person."""

        def checked() -> c.Signed:
            payload = verify(jws, keys_now(self._loop, self._trust), Purpose.COMMAND)
            command = self._ours(payload, d.Command)
            self._in_time(command.issued, command.expires, LIFE)
            try:
                return command_of(command)
            except ValueError as error:  # a state there is none of; only here, for elsewhere it would be a bug
                raise NotOurs(str(error)) from None

        return self._carried_out(checked)

    def stop(self, jws: str) -> p.Error | None:
        """R6: on any clock, and whatever its own; a plan that was issued later overrules it."""

        def checked() -> c.Signed:
            stop = self._ours(verify(jws, keys_now(self._loop, self._trust), Purpose.STOP), d.UrgentStop)
            if not FIRST <= stop.issued <= LAST - STOP_KEPT:  # no plan would ever be later
                raise NotOurs("the stop is from a time that cannot be")
            order = c.StopOrdinations(stop.ordinations, stop.issued, stop.by, stop.reason)
            return c.Signed(stop.id, stop.by, stop.issued + STOP_KEPT, order)

        return self._carried_out(checked)

    def key(self, jws: str) -> p.Error | None:
        """The next key for a purpose; the one before counts until it says."""

        def checked() -> c.Signed:
            payload, signer = verify_rotation(jws, keys_now(self._loop, self._trust))
            rotation = self._ours(payload, d.KeyRotation)
            self._in_time(rotation.issued, rotation.expires, ROTATION_LIFE)
            now, accepted = self._loop.clock.now().wall, self._loop.state.keys
            if why := objection(rotation, signer, self._trust.keys, accepted, now):
                raise NotOurs(why)
            key = rotation.key
            order = c.AcceptKey(e.KeyAccepted(
                kid=key.kid, purpose=key.purpose, x=key.x, replaces=rotation.replaces, until=rotation.until,
            ))  # fmt: skip
            return c.Signed(rotation.id, signer.kid, rotation.expires, order)

        return self._carried_out(checked)

    def _carried_out(self, checked: Callable[[], c.Signed]) -> p.Error | None:
        try:
            command = checked()
        except (SignatureRefused, NotOurs, PlanUnreadable, msgspec.ValidationError) as error:
            return p.Error(p.Problem.REFUSED, (str(error),))
        result = self._loop.execute(command)
        return p.Error(p.Problem.REFUSED, result.reasons) if isinstance(result, Refusal) else None

    def _ours(self, payload: bytes, kind: type[Document]) -> Document:
        """What the payload says, each name once, for this hub and citizen."""
        document = msgspec.convert(read_json(payload), kind)
        if (document.hub, document.citizen) != (self._trust.hub, self._trust.citizen):
            raise NotOurs("it is for another hub or citizen")
        return document

    def _in_time(self, issued: datetime, expires: datetime, life: timedelta) -> None:
        if not self._allows(May.SIGNED):
            raise NotOurs(Reason.CLOCK)
        if not issued - SKEW <= self._loop.clock.now().wall < expires:
            raise NotOurs("it has expired, or is from a time that has not come")
        if expires - issued > life:
            raise NotOurs(f"it would count for longer than {life.total_seconds() / 3600:g} hours")


def keys_now(loop: Loop, trust: Trust) -> tuple[Key, ...]:
    """The municipality's keys as they count now. While the time is doubted none is retired."""
    now = loop.clock.now()
    return in_force(trust.keys, loop.state.keys, now.wall if now.trusted and not loop.state.clock_doubted else None)
