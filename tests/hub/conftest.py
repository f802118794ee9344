"""Real files and real sockets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hub.journal import Journal
from tests.hub.made import PAIRING

settings.register_profile("hub", deadline=None, max_examples=60, derandomize=True, database=None)
settings.load_profile("hub")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def open_journal(path: Path) -> Iterator[Callable[..., Journal]]:
    """Opens the journal at `path`, after closing the one opened before: a restart."""
    made: list[Journal] = []

    def open_it(pairing: str = PAIRING) -> Journal:
        if made:
            made[-1].close()
        made.append(Journal.open(path, pairing=pairing))
        return made[-1]

    yield open_it
    for journal in made:
        journal.close()
