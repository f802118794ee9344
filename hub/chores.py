"""Chores that may be late: a daily backup and a daily look at the journal. They decide nothing about medicine (R3)."""

import logging
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from hub.journal import Journal

BACKUPS = 7  # a week of them
log = logging.getLogger("hub.chores")


class Chores:
    """A scheduler of its own thread. A chore that fails is logged and tried again the next day."""

    def __init__(self, journal: Journal, backup_dir: Path) -> None:
        self._journal, self._dir = journal, backup_dir
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True}
        )
        self._scheduler.add_job(self.back_up, "interval", days=1, id="backup")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def back_up(self) -> None:
        """A copy of the journal beside it; the oldest of a week gives way."""
        self._dir.mkdir(exist_ok=True)
        seq, _ = self._journal.head
        self._journal.backup(self._dir / f"journal-{seq:012d}.db")
        for old in sorted(self._dir.glob("journal-*.db"))[:-BACKUPS]:
            old.unlink()
        log.info("backup at event %d", seq)
