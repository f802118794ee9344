"""Chores that may be late: a checked copy of the journal each day. They decide nothing about medicine (R3)."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from hub.journal import Journal, JournalError

BACKUPS = 7  # a week of them
DAY_S = 24 * 3600.0
LOOK_EVERY_MIN = 30  # a hub that is restarted each day must get its copy too
log = logging.getLogger("hub.chores")


class Chores:
    """A scheduler with a thread of its own. A chore that fails is logged and tried again at the next look.

    `wall_s` is only held against the copies' own age.
    """

    def __init__(self, journal: Journal, backup_dir: Path, wall_s: Callable[[], float] = time.time) -> None:
        self._journal, self._dir, self._wall_s = journal, backup_dir, wall_s
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True}
        )
        self._scheduler.add_job(self.look, "interval", minutes=LOOK_EVERY_MIN, id="backup")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def look(self) -> None:
        """Make a copy where the last one is a day old, or from a time that has not been yet; none of a journal that
        is not gone on with, for it would push a good one out."""
        if self._journal.barred:
            return
        try:
            newest = max((copy.stat().st_mtime for copy in self._copies()), default=None)
            if newest is None or not 0 <= self._wall_s() - newest < DAY_S:
                self._back_up()
        except (JournalError, OSError) as error:
            log.warning("no copy of the journal was made: %s", error)

    def _back_up(self) -> None:
        """A copy beside the journal; the oldest of a week gives way."""
        self._dir.mkdir(mode=0o700, exist_ok=True)
        seq, _ = self._journal.head
        self._journal.backup(self._dir / f"journal-{seq:012d}.db")
        for old in self._copies()[:-BACKUPS]:
            old.unlink()
        log.info("the journal was copied at event %d", seq)

    def _copies(self) -> list[Path]:
        """Oldest first."""
        return sorted(self._dir.glob("journal-*.db"), key=lambda copy: copy.stat().st_mtime)
