"""The pages of one citizen's box, and what is ordered there: each form is one signed command or stop (R14).

Nothing here opens a lock, and the hub judges each order again; what is checked here only spares the sender a wait.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.documents import BeginLeave, Orders
from hub.domain import commands as c
from hub.domain.decide import decide
from hub.domain.intake import Moment
from hub.domain.leave import Leave, LeaveKind
from hub.domain.life import FINAL
from hub.domain.named import RELEASE_MAX
from hub.domain.refusal import Refusal
from hub.domain.schedule import to_utc
from hub.domain.state import State
from sync.gateway import orders, overview, told, words
from sync.gateway.answers import FormWork, Stop, Work, form_route, refuse, route
from sync.gateway.gateway import Gateway
from sync.gateway.hubs import Hub
from sync.gateway.people import Session
from sync.gateway.visitors import asked_hub, checked, page, person

LONGEST = 200  # characters of a reason


class Wrong(ValueError):
    """The form cannot be sent as it is; the text says why, to whoever filled it in."""


class Form(NamedTuple):
    """A form's fields, and when it came."""

    fields: dict[str, str]
    now: datetime

    def text(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def time(self, name: str) -> datetime | None:
        """A time on the citizen's own clock, in UTC; None where the field is empty (R4)."""
        said = self.text(name)
        if not said:
            return None
        try:
            local = datetime.fromisoformat(said)
            if local.tzinfo is not None:
                raise ValueError("a time of no clock at home")
            return to_utc(local.date(), local.time(), words.ZONE)
        except (ValueError, OverflowError) as error:
            raise Wrong("Klokkeslættet kan ikke læses.") from error

    def soon(self, name: str) -> datetime:
        """A time within the next hours, which the hub asks for too."""
        at = self.time(name)
        if at is None or not self.now < at <= self.now + RELEASE_MAX:
            hours = RELEASE_MAX // timedelta(hours=1)
            raise Wrong(f"Skriv et klokkeslæt, der ikke er gået, og højst {hours} timer frem.")
        return at

    def once(self) -> str:
        """The id this form was made with: however often it is sent, it is one command."""
        try:
            return str(UUID(self.text("once")))
        except ValueError as error:
            raise Wrong("Formularen er ikke fra siden her. Hent siden igen.") from error


class Ordered(NamedTuple):
    """An order, and when it has no meaning any more."""

    order: Orders
    until: datetime | None = None


def routes(gateway: Gateway) -> list[Route]:
    def at(path: str, work: Work) -> Route:
        return Route(path, route(gateway, work), methods=["GET"])

    def form(path: str, work: FormWork) -> Route:
        return Route(path, form_route(gateway, work), methods=["POST"])

    return [
        at("/hubs/{hub}", _hub_page),
        at("/hubs/{hub}/intake", _intake_page),
        at("/hubs/{hub}/stop", _stop_page),
        form("/hubs/{hub}/order", _order),
        form("/hubs/{hub}/stop", _stop),
    ]


# -- pages -----------------------------------------------------------------------------------------------------------


def _hub_page(gateway: Gateway, request: Request, body: bytes) -> Response:
    session, hub = person(gateway, request), asked_hub(gateway, request)
    today = gateway.clock().astimezone(words.ZONE).date()
    return page(
        "hub.html", session=session, hub=hub, now=gateway.clock(), leave=told.agreed_leave(gateway, hub.id),
        days=[(day, overview.rows_of(gateway, hub.id, day)) for day in (today, today - timedelta(days=1))],
        kinds=words.LEAVES, sent=orders.sent(gateway, hub.id),
    )  # fmt: skip


def _intake_page(gateway: Gateway, request: Request, body: bytes) -> Response:
    session, hub = person(gateway, request), asked_hub(gateway, request)
    intake = request.query_params.get("id", "")
    if not 0 < len(intake) <= 80:
        return refuse(404, "no such intake")
    return page(
        "intake.html", session=session, hub=hub, now=gateway.clock(), row=overview.row_of(gateway, hub.id, intake),
        soon=gateway.clock() + timedelta(hours=1), latest=gateway.clock() + RELEASE_MAX,
        finals={life: words.life(life) for life in sorted(FINAL)},
        sent=[o for o in orders.sent(gateway, hub.id) if o.subject == intake],
    )  # fmt: skip


def _stop_page(gateway: Gateway, request: Request, body: bytes) -> Response:
    session, hub = person(gateway, request), asked_hub(gateway, request)
    medicines = overview.ordinations_of(gateway, hub.id)
    return page("stop.html", session=session, hub=hub, medicines=medicines)


# -- what is ordered ---------------------------------------------------------------------------------------------------


def _order(gateway: Gateway, request: Request, fields: dict[str, str]) -> Response:
    session, hub = person(gateway, request), asked_hub(gateway, request)
    checked(session, fields)
    form = Form(fields, gateway.clock())
    make = _ORDERS.get(form.text("order"))
    if make is None:
        return refuse(400, "no such order")
    try:
        ordered = make(form, session.name)
        orders.send(gateway, hub, form.once(), ordered.order, session.name, ordered.until)
    except Wrong as wrong:
        raise _told_back(session, hub, wrong) from wrong
    intake = form.text("intake")
    where = f"/hubs/{hub.id}/intake?{urlencode({'id': intake})}" if intake else f"/hubs/{hub.id}"
    return RedirectResponse(where, 303)


def _stop(gateway: Gateway, request: Request, fields: dict[str, str]) -> Response:
    session, hub = person(gateway, request), asked_hub(gateway, request)
    checked(session, fields)
    form = Form(fields, gateway.clock())
    chosen = tuple(o for o in overview.ordinations_of(gateway, hub.id) if fields.get(f"stop-{o}"))
    try:
        if not chosen:
            raise Wrong("Vælg den medicin, der skal stoppes.")
        orders.stop(gateway, hub, form.once(), chosen, session.name, form.text("reason")[:LONGEST])
    except Wrong as wrong:
        raise _told_back(session, hub, wrong) from wrong
    return RedirectResponse(f"/hubs/{hub.id}", 303)


def _told_back(session: Session, hub: Hub, wrong: Wrong) -> Stop:
    return Stop(page("wrong.html", 400, session=session, hub=hub, wrong=str(wrong)))


def _resolve(form: Form, by: str) -> Ordered:
    outcome = form.text("outcome")
    latest_at = form.soon("latest_at") if outcome == "due" else None
    made = _made("ResolveIntake", intake=form.text("intake"), outcome=outcome, latest_at=latest_at)
    return Ordered(made, latest_at)


def _correct(form: Form, by: str) -> Ordered:
    state = form.text("state")
    if state not in FINAL:
        raise Wrong("Vælg, hvad der skal stå.")
    return Ordered(_made("CorrectIntake", intake=form.text("intake"), state=state, reason=form.text("reason")))


def _give(form: Form, by: str) -> Ordered:
    give_by = form.soon("give_by")
    return Ordered(_made("GiveIntake", intake=form.text("intake"), give_by=give_by), give_by)


def _hand_back(form: Form, by: str) -> Ordered:
    return Ordered(_made("HandBackIntake", intake=form.text("intake")))


def _begin_leave(form: Form, by: str) -> Ordered:
    """The core is asked what it says of such a leave: its rules are told at once, and stand in one place."""
    order = _made(
        "BeginLeave", kind=form.text("kind"), begins_at=form.time("begins_at") or form.now,
        ends_at=form.time("ends_at"), responsible=form.text("responsible"),
    )  # fmt: skip
    assert isinstance(order, BeginLeave)
    leave = Leave("asked", LeaveKind(order.kind), order.begins_at, by, order.ends_at, order.responsible)
    answer = decide(State(), c.BeginLeave(leave), Moment(form.now, 0.0, True, ""))
    if isinstance(answer, Refusal):
        raise Wrong("Det kan ikke aftales: " + "; ".join(words.refusal(reason) for reason in answer.reasons) + ".")
    return Ordered(order, order.ends_at)


def _end_leave(form: Form, by: str) -> Ordered:
    return Ordered(_made("EndLeave"))


def _made(order: str, **fields: Any) -> Orders:
    """The order as the hub will read it; Wrong where it would not."""
    try:
        made: Orders = msgspec.convert({"type": order, **fields}, Orders)
        return made
    except msgspec.ValidationError as error:
        raise Wrong("Noget er ikke udfyldt, eller teksten er for lang.") from error


_ORDERS: dict[str, Callable[[Form, str], Ordered]] = {
    "resolve": _resolve,
    "correct": _correct,
    "give": _give,
    "hand-back": _hand_back,
    "begin-leave": _begin_leave,
    "end-leave": _end_leave,
}
