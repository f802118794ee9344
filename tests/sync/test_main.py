"""A bug in one of sync's threads ends the process, so that the service manager starts it anew."""

from pathlib import Path

import pytest

from hub import protocol as p
from sync.config import load
from sync.main import Signals, beat
from sync.server import Server
from tests.sync.bed import Home


class Odd:
    """A hub that answers what no hub answers."""

    def call(self, message: p.Message, timeout_s: float = 5.0) -> p.Reply:
        raise ZeroDivisionError


def test_a_heartbeat_that_ends_ends_all(home: Home) -> None:
    config, signals = load(Path(home.settings())), Signals()
    server = Server(config)
    with pytest.raises(ZeroDivisionError):
        beat(config, Odd(), server, signals)
    server.close()
    assert signals.stopping()
