"""Signed things in: the plan and commands. sync neither reads nor judges them; the hub does (R14)."""

import logging
from typing import Protocol

from hub import protocol as p
from sync.server import Queued
from sync.upload import Hub

log = logging.getLogger("sync.download")


class Sender(Protocol):
    """`sync.server.Server`, as far as the download uses it."""

    def plan(self, etag: str) -> tuple[str, str] | None: ...

    def commands(self) -> list[Queued]: ...

    def drop(self, command: str, outcome: str, reason: str = "") -> None: ...


class Download:
    """Brings the hub what is new at the server; what the hub has answered is not offered again."""

    def __init__(self, hub: Hub, server: Sender) -> None:
        self._hub, self._server = hub, server
        self._etag = ""

    def run(self) -> None:
        """One round. ServerError or HubUnreachable where one of them is not there."""
        self._plan()
        for queued in self._server.commands():
            self._command(queued)

    def _plan(self) -> None:
        found = self._server.plan(self._etag)
        if found is None:
            return
        jws, etag = found
        error = self._hub.call(p.OfferPlan(jws=jws)).error
        log.info("plan offered: %s", "refused" if error else "accepted")
        self._etag = etag

    def _command(self, queued: Queued) -> None:
        error = self._hub.call(p.OfferCommand(jws=queued.jws)).error
        if error is None:
            self._server.drop(queued.id, "accepted")
        else:
            self._server.drop(queued.id, "refused", error.reasons[0][:80] if error.reasons else error.problem)
