"""What a hub's sync asks: login, log in, plan and commands out, heartbeat in. One hub's token opens that hub only."""

import logging
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.signed import Purpose
from sync import server as headers
from sync.gateway import orders
from sync.gateway.answers import Stop, Work, as_json, outcome, refuse, route
from sync.gateway.gateway import Gateway
from sync.gateway.heartbeats import HeartbeatRefused, hear
from sync.gateway.hubs import Hub, newest_plan
from sync.gateway.inbox import NotTaken, Part, receive
from sync.gateway.tokens import LoginRefused, give_token, hub_of

FHIR = "application/fhir+json"
log = logging.getLogger("gateway.hubs")


def routes(gateway: Gateway) -> list[Route]:
    def at(path: str, work: Work, *methods: str) -> Route:
        return Route(path, route(gateway, work), methods=list(methods))

    return [
        at("/token", _token, "POST"),
        at("/hubs/{hub}/fhir", _fhir, "POST"),
        at("/hubs/{hub}/plan", _plan, "GET"),
        at("/hubs/{hub}/stops", _stops, "GET"),
        at("/hubs/{hub}/commands", _commands, "GET"),
        at("/hubs/{hub}/commands/{command}", _command_had, "DELETE"),
        at("/hubs/{hub}/heartbeat", _heartbeat, "POST"),
    ]


def the_hub(gateway: Gateway, request: Request) -> Hub:
    """The hub that asks, where it asks about itself."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    hub = hub_of(gateway, token) if kind.lower() == "bearer" and token else None
    if hub is None:
        denied = refuse(401, "log in")
        denied.headers["WWW-Authenticate"] = "Bearer"
        raise Stop(denied)
    if hub.id != request.path_params["hub"]:
        raise Stop(refuse(403, "another hub's"))
    return hub


def _token(gateway: Gateway, request: Request, body: bytes) -> Response:
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    wanted = (form.get(name, "") for name in ("grant_type", "client_assertion_type", "client_assertion"))
    try:
        return as_json(give_token(gateway, *wanted))
    except LoginRefused as error:
        log.warning("login refused: %s", error)
        return refuse(401, "invalid_client")


def _fhir(gateway: Gateway, request: Request, body: bytes) -> Response:
    hub = the_hub(gateway, request)
    try:
        answer, receipt = receive(gateway, hub, _part(request), body)
    except NotTaken as error:
        log.warning("hub %s: a bundle is not taken: %s", hub.id, error)
        refused = outcome(error.status, str(error), **({} if error.have is None else {"have": error.have}))
        if error.receipt:
            refused.headers[headers.RECEIPT] = error.receipt
        return refused
    return Response(answer, media_type=FHIR, headers={headers.RECEIPT: receipt})


def _part(request: Request) -> Part:
    said = request.headers
    try:
        after, seq = int(said.get(headers.AFTER, "0")), int(said.get(headers.SEQ, ""))
    except ValueError as error:
        raise NotTaken(400, "the headers do not say which part of the log this is") from error
    return Part(said.get(headers.LANE, ""), after, seq, said.get(headers.HEAD, ""))


def _plan(gateway: Gateway, request: Request, body: bytes) -> Response:
    found = newest_plan(gateway, the_hub(gateway, request).id)
    if found is None:
        return refuse(404, "no plan yet")
    jws, etag = found
    known = {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}
    if etag in known:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(jws, media_type="application/jose", headers={"ETag": etag})


def _stops(gateway: Gateway, request: Request, body: bytes) -> Response:
    hub = the_hub(gateway, request)
    if "anew" in request.query_params:
        return as_json(orders.stops_in_force(gateway, hub.id))
    return as_json(orders.waiting(gateway, hub.id, Purpose.STOP))


def _commands(gateway: Gateway, request: Request, body: bytes) -> Response:
    return as_json(orders.waiting(gateway, the_hub(gateway, request).id, Purpose.COMMAND))


def _command_had(gateway: Gateway, request: Request, body: bytes) -> Response:
    hub, said = the_hub(gateway, request), request.query_params
    if said.get("outcome") not in ("accepted", "refused"):
        return refuse(400, "outcome is accepted or refused")
    had = orders.settle(gateway, hub.id, request.path_params["command"], said["outcome"], said.get("reason", ""))
    return Response(status_code=204) if had else refuse(404, "no such command waits")


def _heartbeat(gateway: Gateway, request: Request, body: bytes) -> Response:
    hub = the_hub(gateway, request)
    try:
        hear(gateway, hub, body.decode("ascii", errors="replace"))
    except HeartbeatRefused as error:
        log.warning("hub %s: heartbeat refused: %s", hub.id, error)
        return refuse(409, str(error))
    return Response(status_code=204)
