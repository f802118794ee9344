"""A home for each test."""

from collections.abc import Iterator

import pytest

from tests.system.home import Home, a_home


@pytest.fixture
def home() -> Iterator[Home]:
    with a_home() as made:
        yield made


@pytest.fixture
def eight(home: Home) -> Home:
    """It is eight, the morning's intake is due, and nothing is against opening it."""
    return home.begin("8.00").ready("morning")
