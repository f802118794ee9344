"""What comes in is offered to the hub until it has had it: a plan too (R6, R11)."""

from typing import Any

import pytest

from hub import protocol as p
from sync.download import NOT_YET, OFFER_ANEW, Download
from sync.server import Queued


class PlanOnly:
    """A server with one plan; 304 to who has it already."""

    def __init__(self) -> None:
        self.anew: list[bool] = []  # whether it was asked for all stops

    def stops(self, anew: bool) -> list[Queued]:
        self.anew.append(anew)
        return []

    def commands(self) -> list[Queued]:
        return []

    def drop(self, command: str, outcome: str, reason: str = "") -> None:
        raise AssertionError("there was nothing to drop")

    def plan(self, etag: str) -> tuple[str, str] | None:
        return None if etag == "v1" else ("signed", "v1")


class Answers:
    """A hub that answers with these, in turn, then takes everything."""

    def __init__(self, *reasons: str) -> None:
        self.reasons, self.offered = list(reasons), 0

    def call(self, message: Any, timeout_s: float = 5.0) -> p.Reply:
        assert isinstance(message, p.OfferPlan)
        self.offered += 1
        return p.Reply(0, p.Error(p.Problem.REFUSED, (self.reasons.pop(0),)) if self.reasons else None)


@pytest.mark.parametrize(("reasons", "offered"), [((), 1), ((NOT_YET, NOT_YET), 3), (("for another hub",), 1)])
def test_a_plan_is_offered_until_the_hub_has_had_it(reasons: tuple[str, ...], offered: int) -> None:
    hub = Answers(*reasons)
    download = Download(hub, PlanOnly())
    for _ in range(10):
        download.run()
    assert hub.offered == offered


def test_now_and_then_it_is_offered_anew() -> None:
    """A hub that began with a new journal has no plan, and has no word to say so."""
    hub, server = Answers(), PlanOnly()
    download = Download(hub, server)
    for _ in range(OFFER_ANEW + 1):
        download.run()
    assert hub.offered == 2
    assert [n for n, anew in enumerate(server.anew) if anew] == [0, OFFER_ANEW]  # with the plan, and before it
