"""The day most tests play."""

import pytest

from hub.domain.plan import Criticality
from tests.domain.play import EVENING, MORNING, NIGHT, NOON, Play, ordination, plan_of


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
def day(play: Play) -> Play:
    """Four rounds of one tablet each of different medicines, noon's critical; all compartments filled at 6."""
    assert not play.accept(
        plan_of(
            ordination("metformin", MORNING),
            ordination("levodopa", NOON, criticality=Criticality.HIGH),
            ordination("ramipril", EVENING),
            ordination("statin", NIGHT, criticality=Criticality.LOW),
        )
    )
    for number, slot in enumerate(("morning", "noon", "evening", "night"), start=1):
        assert not play.fill(slot, number)
    return play
