"""The municipality's server as sync sees it: HTTPS with one pinned CA, a token, and answers of bounded size."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec
import requests
from msgspec import Struct

from sync.config import Config
from sync.login import Login, load_key

MiB = 1024 * 1024
ANSWER_LIMIT = 3 * MiB  # a plan is at most 2 MiB
LANE, AFTER, SEQ, HEAD, RECEIPT = "Medhub-Lane", "Medhub-After", "Medhub-Seq", "Medhub-Head", "Medhub-Receipt"
_TRY_LATER = frozenset({408, 425, 429})
log = logging.getLogger("sync.server")


class ServerError(Exception):
    """Something did not get through to the municipality's server."""


class Unreachable(ServerError):
    """No answer, or one that says to try again later."""


class Refused(ServerError):
    """The server answered and will not have it. `status` is HTTP's; `receipt`, where there is one, is signed and says
    what it has instead."""

    def __init__(self, status: int, what: str, receipt: str = "") -> None:
        super().__init__(f"{what}: the server answered {status}")
        self.status, self.receipt = status, receipt


class Answer(NamedTuple):
    status: int
    headers: "requests.structures.CaseInsensitiveDict[str]"
    body: bytes


class Queued(Struct, frozen=True):
    """A signed command or stop waiting for this hub."""

    id: str
    jws: str


class Batch(NamedTuple):
    """A transaction Bundle and what it is a part of: the lane's events after `after` up to `seq`, chain head there."""

    lane: str
    after: int
    seq: int
    head: str
    body: bytes


class Server:
    """One connection's worth; not shared between threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._base = f"/hubs/{quote(config.hub, safe='')}"
        self._session = requests.Session()
        self._session.trust_env = False  # neither another CA nor a proxy by environment
        self._login = Login(config.hub, f"{config.gateway}/token", load_key(Path(config.login_key)), self._ask_token)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def post(self, batch: Batch) -> str:
        """Deliver a batch; the signed receipt. Refused or Unreachable where there is none."""
        headers = {LANE: batch.lane, AFTER: str(batch.after), SEQ: str(batch.seq), HEAD: batch.head}
        kind = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
        receipt = self._exchange("POST", "/fhir", batch.body, headers | kind).headers.get(RECEIPT)
        if not receipt:
            raise Unreachable("the server took a batch and gave no receipt")
        return receipt

    def plan(self, etag: str) -> tuple[str, str] | None:
        """The signed plan and its ETag; None where it is still the one with `etag`, or there is none."""
        answer = self._exchange("GET", "/plan", headers={"If-None-Match": etag} if etag else {}, allowed=(404,))
        if answer.status != 200:
            return None
        return answer.body.decode("ascii", errors="replace"), answer.headers.get("ETag", "")

    def stops(self, anew: bool) -> list[Queued]:
        """The signed urgent stops that wait, oldest first; `anew`: all that no later plan has overruled."""
        return self._queued("stops?anew=1" if anew else "stops")

    def commands(self) -> list[Queued]:
        """The signed commands that wait, oldest first."""
        return self._queued("commands")

    def _queued(self, what: str) -> list[Queued]:
        body = self._exchange("GET", f"/{what}").body
        with _understood(what.partition("?")[0]):
            return msgspec.json.decode(body, type=list[Queued])

    def drop(self, command: str, outcome: str, reason: str = "") -> None:
        """Tell the server that the hub has had a command or a stop: `accepted` or `refused`."""
        query = urlencode({"outcome": outcome, "reason": reason})
        self._exchange("DELETE", f"/commands/{quote(command, safe='')}?{query}", allowed=(404,))

    def heartbeat(self, jws: str) -> None:
        """Carry the hub's own signed heartbeat."""
        self._exchange("POST", "/heartbeat", jws.encode(), {"Content-Type": "application/jose"})

    def _exchange(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None,
        allowed: tuple[int, ...] = (),
    ) -> Answer:  # fmt: skip
        """One exchange with a token; a 401 fetches a new token, once."""
        url = f"{self._config.gateway}{self._base}{path}"
        answer = self._with_token(method, url, body, headers or {})
        if answer.status == 401:
            self._login.forget()
            answer = self._with_token(method, url, body, headers or {})
        return _checked(answer, f"{method} {path.partition('?')[0].split('/')[1]}", allowed)

    def _with_token(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        with _understood("login"):
            token = self._login.token()
        return self._send(method, url, body, headers | {"Authorization": f"Bearer {token}"})

    def _ask_token(self, url: str, form: dict[str, str]) -> bytes:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return _checked(self._send("POST", url, urlencode(form).encode(), headers), "login", ()).body

    def _send(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        try:
            with self._session.request(
                method, url, data=body, headers=headers, timeout=self._config.timeout_s, verify=self._config.ca,
                allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                got = b"".join(_bounded(response))
                return Answer(response.status_code, response.headers, got)
        except (requests.RequestException, OSError) as error:  # OSError: the CA file is not there
            raise Unreachable(f"{type(error).__name__}") from error


@contextmanager
def _understood(what: str) -> Iterator[None]:
    """A 2xx with nonsense in it is no answer: sync lives, and tries again."""
    try:
        yield
    except ValueError as error:  # msgspec's errors are ValueErrors too
        raise Unreachable(f"{what}: the answer is not understood") from error


def _bounded(response: requests.Response) -> list[bytes]:
    parts, size = [], 0
    for part in response.iter_content(64 * 1024):
        size += len(part)
        if size > ANSWER_LIMIT:
            raise Unreachable("the answer is too large")
        parts.append(part)
    return parts


def _checked(answer: Answer, what: str, allowed: tuple[int, ...]) -> Answer:
    if answer.status < 400 or answer.status in allowed:
        return answer
    if answer.status >= 500 or answer.status in _TRY_LATER:
        raise Unreachable(f"{what}: the server answered {answer.status}")
    raise Refused(answer.status, what, answer.headers.get(RECEIPT, ""))
