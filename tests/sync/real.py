"""A real hub behind sync's socket: journal, core, desk and its devices' twins in the test's hand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hub import protocol as p
from hub.desk import Desk
from hub.domain import commands as c
from hub.enrolment import load_device_key, load_trust
from hub.journal import Journal
from hub.server import Server
from tests.hub.box import Box, HandClock, RunningLoop
from tests.sync import examples as x
from tests.sync.bed import Home, until

COMPARTMENT, CONTENTS_MG = 1, 1200


class RealHub(RunningLoop):
    """`touch` is what the citizen's finger does; the box records every pulse."""

    def __init__(self, home: Home, journal: Journal, clock: HandClock) -> None:
        super().__init__(journal, Box(clock), tick_s=0.05)
        self.desk = Desk(self.loop, load_trust(home.state), load_device_key(home.state), os.urandom)
        self.start()

    def says(self, message: Any) -> Any:
        return self.ask(lambda: self.desk.answer(message))

    def touch(self, intake: str) -> tuple[str, ...]:
        """Åbn: why it is refused; () where the lock was energised."""
        error = self.says(p.Open(intake=intake))
        return error.reasons if isinstance(error, p.Error) else ()

    def fills(self, intake: str) -> None:
        """Once the plan is there."""
        until(lambda: self.loop.state.plan and intake in self.loop.state.records)
        [done] = self.do(c.FillCompartment(COMPARTMENT, intake, CONTENTS_MG, x.BY))
        assert isinstance(done, list | tuple), done

    def moves_on(self, seconds: float) -> None:
        """Time passes, and the hub has noticed."""
        self.box.clock.wait(seconds)
        self.ticks()


@contextmanager
def real_hub(home: Home, clock: HandClock) -> Iterator[RealHub]:
    with Journal.open(home.state / "journal.db", pairing=f"{home.hub}/{x.CPR}") as journal:
        hub = RealHub(home, journal, clock)
        server = Server({p.Role.SYNC: home.socket}, hub.desk.on_request, {p.Role.SYNC: {os.getuid()}})
        server.start()
        try:
            yield hub
        finally:
            server.close()
            hub.close()
