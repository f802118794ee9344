"""A disk that is read-only as the hub starts, and is set right underneath it: the hub begins anew by itself (R11, H25).

A service sees a disk through a mount of its own, which stays as it was when the service started.
"""

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import protocol as p
from hub.journal import Journal
from hub.journal_errors import JournalState
from tests.hub.disks import Disk, disk
from tests.hub.ends import Running, running
from tests.hub.made import PAIRING, wait_for
from tests.hub.test_main import Home


def mount(*words: object) -> None:
    subprocess.run(("mount", *map(str, words)), check=True, capture_output=True)


class SeenThrough(Disk):
    """What happens at `behind`, as systemd's first process sees it; `at` is the service's own view, made by `view`."""

    def make(self) -> None:
        self.behind = self._folder / "behind"
        self.behind.mkdir()
        self._mount(self.behind, "-t", "tmpfs", "-o", "size=8m", "tmpfs")
        self._mount(self.at, "--bind", self.behind)

    def view(self) -> None:
        """As each start of the service makes it."""
        subprocess.run(("umount", str(self.at)), check=True)
        mount("--bind", self.behind, self.at)

    def turn(self, how: str) -> None:
        mount("-o", f"remount,{how}", self.behind)


def begun(tmp_path: Path, card: SeenThrough) -> Home:
    home = Home(tmp_path / "e", card.at / "state")
    with running(home) as hub:
        hub.begin_day()
    return home


def barred(hub: Running) -> bool:
    return hub.status.journal == JournalState.READ_ONLY


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SeenThrough]:
    (tmp_path / "e").mkdir()
    (tmp_path / "d").mkdir()
    with disk(SeenThrough, tmp_path / "d") as made:
        assert isinstance(made, SeenThrough)
        yield made


def test_made_writable_it_begins_anew_once_and_goes_on(tmp_path: Path, card: SeenThrough) -> None:
    home = begun(tmp_path, card)
    card.turn("ro")
    card.view()
    with running(home) as hub:
        assert barred(hub)
        assert hub.open() == ("journal",)
        card.turn("rw")
        with pytest.raises(OSError, match="Read-only"):
            (card.at / "x").touch()  # its own view is as it was
        wait_for(lambda: hub.ended)
        assert hub.hub.loop.again, "by itself"
        assert hub.box.pulses == []
    card.view()
    with running(home) as hub:
        assert hub.status.journal == JournalState.WHOLE
        assert isinstance(hub.sync.call(p.GetHeartbeat()).answer, p.Heartbeat)


def test_a_view_that_stays_read_only_on_a_good_disk_is_no_loop_of_starts(tmp_path: Path, card: SeenThrough) -> None:
    """A hub that begins where only its view is read-only has seen nothing turn, and stays to say so."""
    path = begun(tmp_path, card).state / "journal.db"
    mount("-o", "remount,bind,ro", card.at)
    with Journal.without(path, pairing=PAIRING, error=OSError(errno.EROFS, "Read-only")) as journal:
        assert journal.barred is JournalState.READ_ONLY
        assert not journal.mended()
    mount("-o", "remount,bind,rw", card.at)
    with Journal.without(path, pairing=PAIRING, error=OSError(errno.EROFS, "Read-only")) as journal:
        assert journal.mended(), "it can be written to by this process, and was before"
