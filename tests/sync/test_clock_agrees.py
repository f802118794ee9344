"""The gateway's signed time as the second source, through the real sync process and the real gateway (R5, H5)."""

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import protocol as p
from hub.clock import SystemClock
from hub.clock_model import State
from hub.domain import events as e
from hub.lane import Lane
from tests.sync.bed import Home, process, until
from tests.sync.real import RealHub, real_hub


class Stepping(SystemClock):
    """This machine's clock, and how far it is off."""

    def __init__(self, folder: Path, off: timedelta) -> None:
        self.off = off
        (folder / "synchronized").touch()
        super().__init__(
            folder / "clock.mark", boot="boot-1", wall=lambda: datetime.now(UTC) + self.off,
            monotonic_s=time.monotonic, synchronised=folder / "synchronized", rtc=folder / "none",
        )  # fmt: skip


def delivered(hub: RealHub) -> bool:
    """Everything has been receipted."""
    return not any(hub.says(p.EventsAfter(lane=lane)).events for lane in Lane)


@pytest.fixture
def clock(tmp_path: Path) -> Stepping:
    return Stepping(tmp_path, off=-timedelta(hours=1))


def test_a_clock_stepped_to_the_right_time_is_believed_by_itself_and_to_a_wrong_one_never(
    home: Home, clock: Stepping
) -> None:
    """An hour slow from boot, then stepped two hours too far, then right."""
    settings = str(home.settings())
    with real_hub(home, clock) as hub, process("sync", "--config", settings, stderr=subprocess.PIPE):
        until(lambda: hub.loop.tick > 2 and delivered(hub))
        assert clock.state is State.TRUSTED

        clock.off = timedelta(hours=2)
        until(lambda: hub.loop.state.clock_doubted)
        until(lambda: delivered(hub))
        assert hub.loop.state.clock_doubted, "the gateway has answered, with another time"

        clock.off = timedelta()
        hub.ticks(5)
        assert hub.loop.state.clock_doubted, "nobody has said anything new"
        hub.says(p.AskForHelp())
        until(lambda: not hub.loop.state.clock_doubted)
        assert clock.state is State.TRUSTED
        assert len(hub.bodies(e.ClockTrusted)) == 1
