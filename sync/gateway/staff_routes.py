"""What named people see and do: live alarms to take by name, hubs' health, and the same as JSON."""

import re
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sync.gateway import inbox, orders, words
from sync.gateway.alarms import Alarm, find_alarm, list_alarms
from sync.gateway.answers import FormWork, Work, as_json, form_route, refuse, route
from sync.gateway.gateway import Gateway
from sync.gateway.health import health_of, health_of_all
from sync.gateway.outcomes import outcomes
from sync.gateway.people import SESSION_S, log_in, log_out
from sync.gateway.visitors import COOKIE, asked_hub, checked, page, pages, person

_ALARM_ID = re.compile(r"[0-9]{1,18}")  # what the store's integers hold


def routes(gateway: Gateway) -> list[Route]:
    def at(path: str, work: Work) -> Route:
        return Route(path, route(gateway, work), methods=["GET"])

    def form(path: str, work: FormWork) -> Route:
        return Route(path, form_route(gateway, work), methods=["POST"])

    return [
        at("/", _start),
        at("/login", _login_page),
        form("/login", _login),
        form("/logout", _logout),
        at("/alarms", _alarms_page),
        form("/alarms/acknowledge", _acknowledge),
        at("/hubs", _hubs_page),
        at("/style.css", _style),
        at("/hubs/{hub}/outcomes", _outcomes),
        at("/hubs/{hub}/alarms", _alarms),
        at("/hubs/{hub}/health", _health),
        at("/hubs/{hub}/orders", _orders),
        at("/hubs/{hub}/fhir/{kind}/{name}", _resource),
    ]


# -- pages -----------------------------------------------------------------------------------------------------------


def _start(gateway: Gateway, request: Request, body: bytes) -> Response:
    return RedirectResponse("/alarms", 303)


def _login_page(gateway: Gateway, request: Request, body: bytes) -> Response:
    return page("login.html", wrong=False)


def _login(gateway: Gateway, request: Request, form: dict[str, str]) -> Response:
    token = log_in(gateway, form.get("login", ""), form.get("password", ""))
    if token is None:
        return page("login.html", 401, wrong=True)
    response = RedirectResponse("/alarms", 303)
    response.set_cookie(COOKIE, token, max_age=int(SESSION_S), secure=True, httponly=True, samesite="strict")
    return response


def _logout(gateway: Gateway, request: Request, form: dict[str, str]) -> Response:
    checked(person(gateway, request), form)
    log_out(gateway, request.cookies[COOKIE])
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response


def _alarms_page(gateway: Gateway, request: Request, body: bytes) -> Response:
    session = person(gateway, request)
    found = list_alarms(gateway)
    living = [a for a in found if a.alive]
    return page(
        "alarms.html", session=session, refresh_s=gateway.config.refresh_s, now=gateway.clock(),
        failed=[o for o in orders.sent(gateway) if o.failed and o.alarm_id is None],
        medicine=[a for a in living if a.code not in words.TECHNICAL],
        technical=[a for a in living if a.code in words.TECHNICAL],
        past=[a for a in found if not a.alive],
    )  # fmt: skip


def _acknowledge(gateway: Gateway, request: Request, form: dict[str, str]) -> Response:
    session = person(gateway, request)
    checked(session, form)
    alarm = find_alarm(gateway, int(form["id"])) if _ALARM_ID.fullmatch(form.get("id", "")) else None
    if alarm is None:
        return refuse(404, "no such alarm")
    orders.acknowledge(gateway, alarm, session.name)
    return RedirectResponse("/alarms", 303)


def _hubs_page(gateway: Gateway, request: Request, body: bytes) -> Response:
    session = person(gateway, request)
    return page("hubs.html", session=session, refresh_s=gateway.config.refresh_s, hubs=health_of_all(gateway))


def _style(gateway: Gateway, request: Request, body: bytes) -> Response:
    return Response(pages.get_template("style.css").render(), media_type="text/css")


# -- the same as JSON --------------------------------------------------------------------------------------------------


def _outcomes(gateway: Gateway, request: Request, body: bytes) -> Response:
    hub = asked_hub(gateway, request)
    try:
        day = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return refuse(400, "day is YYYY-MM-DD")
    return as_json(outcomes(gateway, hub.id, f"{day}/"))


def _alarms(gateway: Gateway, request: Request, body: bytes) -> Response:
    hub = asked_hub(gateway, request)
    return as_json([_alarm(a) for a in list_alarms(gateway, hub.id)])


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return alarm._asdict() | {"alive": alarm.alive, "words": words.in_words(alarm.code, alarm.alarm)}


def _health(gateway: Gateway, request: Request, body: bytes) -> Response:
    return as_json(health_of(gateway, asked_hub(gateway, request)))


def _orders(gateway: Gateway, request: Request, body: bytes) -> Response:
    return as_json([o._asdict() for o in orders.sent(gateway, asked_hub(gateway, request).id)])


def _resource(gateway: Gateway, request: Request, body: bytes) -> Response:
    hub = asked_hub(gateway, request)
    found = inbox.find_resource(gateway, hub, request.path_params["kind"], request.path_params["name"])
    return Response(found, media_type="application/fhir+json") if found else refuse(404, "no such resource")
