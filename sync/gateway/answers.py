"""How a route is answered: its body read with a limit, its work done in a thread, its errors as HTTP says them."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sync.gateway.gateway import Gateway

Endpoint = Callable[[Request], Awaitable[Response]]
Work = Callable[[Gateway, Request, bytes], Response]
FormWork = Callable[[Gateway, Request, dict[str, str]], Response]
MiB = 1024 * 1024
BODY_LIMIT = 4 * MiB
MOST_FIELDS = 120  # an urgent stop may name a hundred ordinations
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Stop(Exception):
    """Answer with this and do nothing."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def as_json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def refuse(status: int, why: str, **more: Any) -> Response:
    """`why` is for whoever mends the caller; it holds no health data (R15)."""
    return as_json({"error": why, **more}, status)


def outcome(status: int, why: str, **more: Any) -> Response:
    """As a FHIR server says it."""
    issue = {"severity": "error", "code": "processing", "diagnostics": why}
    made = {"resourceType": "OperationOutcome", "issue": [issue], **more}
    return Response(msgspec.json.encode(made), status, media_type="application/fhir+json")


def route(gateway: Gateway, work: Work) -> Endpoint:
    """An endpoint that does `work` on the whole body."""

    async def endpoint(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > BODY_LIMIT:
                return refuse(413, f"more than {BODY_LIMIT} bytes")
        return await _done(work, gateway, request, body)

    return endpoint


def form_route(gateway: Gateway, work: FormWork) -> Endpoint:
    """An endpoint that does `work` on a form's text fields."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=16 * 1024) as form:
            fields = {key: value for key, value in form.items() if isinstance(value, str)}
        return await _done(work, gateway, request, fields)

    return endpoint


async def _done(
    work: Callable[[Gateway, Request, Any], Response], gateway: Gateway, request: Request, got: Any
) -> Response:
    try:
        response = await run_in_threadpool(work, gateway, request, got)
    except Stop as stop:
        response = stop.response
    for name, value in SAFE.items():
        response.headers.setdefault(name, value)
    return response
