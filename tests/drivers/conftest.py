"""Worlds and open things for the drivers' tests."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.drivers.rigs import RIGS, Rig, rigs
from tests.drivers.worlds import RunningWorld, running_world


@pytest.fixture
def world() -> Iterator[RunningWorld]:
    with running_world() as made:
        yield made


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Whatever a test opens and registers here is closed, newest first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=rigs())
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A box of two compartments at least, on each bench of `tests/drivers/rigs.py`."""
    with ExitStack() as closing:
        yield RIGS[request.param](closing)
