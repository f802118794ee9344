"""A hub that is killed has lost nothing it had promised, and kept nothing by half (R1, R11)."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.journal import Journal
from hub.journal_files import JournalState
from tests.hub.made import events

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("batch", [1, 3])
def test_every_acknowledged_event_outlives_a_kill(open_journal: Callable[..., Journal], path: Path, batch: int) -> None:
    for commits in (1, 90, 200):  # before, at and after the log is first folded into the file
        command = [sys.executable, "-m", "tests.hub.appender", str(path), str(batch)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = [child.stdout.readline() for _ in range(commits)]
            child.send_signal(signal.SIGKILL)
            said += child.stdout.readlines()
        promised = max(int(line) for line in said if line.endswith("\n"))
        journal = open_journal()
        assert journal.state is JournalState.WHOLE, journal.finding
        assert promised <= journal.head[0] <= promised + batch
        assert journal.head[0] % batch == 0
        assert list(journal.replay()) == events(1, journal.head[0])
        journal.close()
