"""Who is at a page: a named person with a session, and how a page is made for them."""

import hmac
from typing import Any
from uuid import uuid4

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sync.gateway import words
from sync.gateway.answers import Stop, refuse
from sync.gateway.gateway import Gateway
from sync.gateway.hubs import Hub, find_hub
from sync.gateway.people import Session, session_of

COOKIE = "medhub_session"
pages = jinja2.Environment(
    loader=jinja2.PackageLoader("sync.gateway", "pages"), autoescape=True, undefined=jinja2.StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
pages.filters.update(
    words=words.in_words, home_time=words.home_time, urgency=words.URGENCY.get, dose=words.dose, life=words.life,
    refusal=words.refusal, order=words.order, clock_input=words.clock_input, leave=words.LEAVES.get,
)  # fmt: skip
pages.globals.update(once=lambda: str(uuid4()), ORDER_STATES=words.ORDER_STATES)


def person(gateway: Gateway, request: Request) -> Session:
    """The named person; a browser that has none is led to the login."""
    session = session_of(gateway, request.cookies.get(COOKIE, ""))
    if session is None:
        raise Stop(RedirectResponse("/login", 303))
    return session


def asked_hub(gateway: Gateway, request: Request) -> Hub:
    """The hub the address names, for whoever has logged in."""
    if session_of(gateway, request.cookies.get(COOKIE, "")) is None:
        raise Stop(refuse(401, "log in"))
    hub = find_hub(gateway, request.path_params["hub"])
    if hub is None:
        raise Stop(refuse(404, "no such hub"))
    return hub


def checked(session: Session, form: dict[str, str]) -> None:
    """The form comes from our own page."""
    if not hmac.compare_digest(form.get("csrf", "").encode(), session.csrf.encode()):
        raise Stop(refuse(403, "the form is not from this session's page"))


def page(name: str, status: int = 200, **shown: Any) -> Response:
    """A page of ours with what is shown in it."""
    return HTMLResponse(pages.get_template(name).render(shown), status)
