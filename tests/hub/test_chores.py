"""A copy a day, a week of them, and no trouble that reaches the hub."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.chores import BACKUPS, DAY_S, Chores
from hub.journal import Journal
from hub.journal_errors import JournalState
from tests.hub.made import PAIRING, event, wait_for

NOW_S = 1_790_000_000.0


class Days:
    """Chores on a journal that grows, with the wall clock in the test's hand."""

    def __init__(self, journal: Journal, folder: Path) -> None:
        self.journal, self.folder, self.now_s = journal, folder, NOW_S
        self.chores = Chores(journal, folder, lambda: self.now_s)

    def look(self) -> list[str]:
        """What lies there after a look; what is new is as old as the hour it was made."""
        before = set(self.folder.glob("*"))
        self.chores.look()
        for made in set(self.folder.glob("*")) - before:
            os.utime(made, (self.now_s, self.now_s))
        return sorted(made.name for made in self.folder.glob("*"))

    def pass_days(self, days: float) -> None:
        self.now_s += days * DAY_S
        self.journal.append([event(self.journal.head[0] + 1)])


@pytest.fixture
def days(open_journal: Callable[..., Journal], tmp_path: Path) -> Days:
    made = Days(open_journal(), tmp_path / "backup")
    made.pass_days(0)
    return made


def test_the_first_look_makes_a_copy_and_the_next_ones_that_day_do_not(days: Days) -> None:
    assert days.look() == ["journal-000000000001.db"]
    days.pass_days(0.9)
    assert days.look() == ["journal-000000000001.db"]
    days.pass_days(0.1)
    assert days.look() == ["journal-000000000001.db", "journal-000000000003.db"]


def test_a_journal_that_is_not_gone_on_with_pushes_no_good_copy_out(days: Days) -> None:
    good = days.look()
    days.pass_days(3)
    days.journal.bar(JournalState.NOT_FOLLOWED, "event 1 tells of what cannot be")
    assert days.look() == good


def test_a_copy_is_a_journal_of_its_owners_only(days: Days) -> None:
    days.look()
    copy = days.folder / "journal-000000000001.db"
    assert stat.S_IMODE(days.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with Journal.open(copy, pairing=PAIRING) as read:
        assert list(read.replay()) == [event(1)]


def test_a_week_of_them_and_the_oldest_gives_way(days: Days) -> None:
    for _ in range(BACKUPS + 3):
        seen = days.look()
        days.pass_days(1)
    assert len(seen) == BACKUPS
    assert seen[-1] == f"journal-{BACKUPS + 3:012d}.db"


def test_a_new_journals_first_copy_does_not_give_way_to_an_old_ones(days: Days) -> None:
    """After a damaged journal numbers begin at 1 again; it is age that counts."""
    for _ in range(BACKUPS + 1):
        days.look()
        days.pass_days(1)
    with Journal.open(days.folder.parent / "new.db", pairing=PAIRING) as new:
        after = Days(new, days.folder)
        after.now_s = days.now_s
        after.pass_days(1)
        assert "journal-000000000001.db" in after.look()


def test_a_clock_that_went_back_delays_no_copy(days: Days) -> None:
    days.look()
    days.pass_days(-30)
    assert len(days.look()) == 2


def test_a_copy_that_cannot_be_made_is_told_and_tried_again(days: Days, caplog: pytest.LogCaptureFixture) -> None:
    days.folder.write_text("a file where the folder should be")
    days.chores.look()
    assert "no copy of the journal was made" in caplog.text
    days.folder.unlink()
    assert len(days.look()) == 1


def test_the_scheduler_comes_and_goes(open_journal: Callable[..., Journal], tmp_path: Path) -> None:
    chores = Chores(open_journal(), tmp_path / "backup")
    chores.start()
    (job,) = chores._scheduler.get_jobs()
    job.modify(next_run_time=job.next_run_time.replace(year=2000))
    wait_for(lambda: (tmp_path / "backup").exists() and len(list((tmp_path / "backup").glob("*.db"))) == 1)
    chores.stop()
    chores.stop()
