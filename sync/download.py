"""Signed things in: urgent stops, the plan, commands. sync neither reads nor judges them; the hub does (R14)."""

import logging
from typing import Protocol

from hub import protocol as p
from sync.server import Queued
from sync.upload import Hub

NOT_YET = "journal"  # the hub's reason while it can write nothing down: what was offered is not done with then
OFFER_ANEW = 60  # rounds: the plan once more, unasked, and the stops over it; the same twice is one
log = logging.getLogger("sync.download")


class Sender(Protocol):
    """`sync.server.Server`, as far as the download uses it."""

    def stops(self, anew: bool) -> list[Queued]: ...

    def plan(self, etag: str) -> tuple[str, str] | None: ...

    def commands(self) -> list[Queued]: ...

    def drop(self, command: str, outcome: str, reason: str = "") -> None: ...


class Download:
    """Brings the hub what is new at the server; what the hub has answered is not offered again."""

    def __init__(self, hub: Hub, server: Sender) -> None:
        self._hub, self._server = hub, server
        self._etag = ""
        self._rounds = 0

    def run(self) -> bool:
        """One round, stops before all else (R6): True. ServerError or HubUnreachable where one of them is not there."""
        anew = self._rounds % OFFER_ANEW == 0  # a hub that began with a new journal has no plan, and cannot say so;
        if anew:  # nor does it know what was stopped: it hears that first
            self._etag = ""
        self._rounds += 1
        for queued in self._server.stops(anew):
            self._stop(queued)
        self._plan()
        for queued in self._server.commands():
            self._command(queued)
        return True

    def _stop(self, queued: Queued) -> None:
        error = self._hub.call(p.OfferStop(jws=queued.jws)).error
        log.info("urgent stop offered: %s", "refused" if error else "accepted")
        if error is None or NOT_YET not in error.reasons:
            self._had(queued, error)

    def _plan(self) -> None:
        found = self._server.plan(self._etag)
        if found is None:
            return
        jws, etag = found
        error = self._hub.call(p.OfferPlan(jws=jws)).error
        log.info("plan offered: %s", "refused" if error else "accepted")
        if error is None or NOT_YET not in error.reasons:
            self._etag = etag

    def _command(self, queued: Queued) -> None:
        self._had(queued, self._hub.call(p.OfferCommand(jws=queued.jws)).error)

    def _had(self, queued: Queued, error: p.Error | None) -> None:
        if error is None:
            self._server.drop(queued.id, "accepted")
        else:
            self._server.drop(queued.id, "refused", error.reasons[0][:80] if error.reasons else error.problem)
