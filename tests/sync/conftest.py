"""One gateway process for all; every test has a hub of its own."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tests.sync.bed import Home, Municipality, ScriptedHub, free_port
from tests.sync.wire import Wire

settings.register_profile("sync", deadline=None, max_examples=60, derandomize=True, database=None)
settings.load_profile("sync")
_numbers = count(1)


@pytest.fixture(scope="session")
def session_wire() -> Iterator[Wire]:
    with Wire(free_port()) as made:
        yield made


@pytest.fixture
def wire(session_wire: Wire) -> Iterator[Wire]:
    """What all hubs reach the gateway through."""
    yield session_wire
    session_wire.mend()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, session_wire: Wire) -> Iterator[Municipality]:
    """A municipality whose gateway runs, and Sanne Holm who may log in."""
    made = Municipality(tmp_path_factory.mktemp("town"), session_wire.target, url=session_wire.url, watch_s=0.2)
    made.user()
    with made.running():
        yield made


@pytest.fixture
def home(town: Municipality, tmp_path: Path) -> Home:
    """A hub of this test's own, let in."""
    return town.enrolled(tmp_path, f"hub-{next(_numbers)}")


@pytest.fixture
def hub(home: Home) -> Iterator[ScriptedHub]:
    with ScriptedHub(home) as made:
        yield made


@pytest.fixture
def quiet_town(tmp_path: Path) -> Municipality:
    """A municipality without a process."""
    return Municipality(tmp_path / "town")
