"""What a named person says while the disk is full has not been said (R11)."""

from pathlib import Path

from hub import protocol as p
from hub.journal import Journal
from tests.hub.at_desk import WHO, Hub, at_desk
from tests.hub.made import PAIRING
from tests.hub.test_loop import FullDisk


def test_a_confirmation_that_could_not_be_written_confirms_nothing(path: Path) -> None:
    with at_desk(path):
        pass
    path.unlink()
    with FullDisk.open(path, pairing=PAIRING) as journal:
        hub = Hub(journal)
        hub.ask(lambda: setattr(journal, "full", True))
        assert isinstance(hub.say(p.ConfirmJournal(**WHO)), p.Error)
        hub.close()
    with Journal.open(path, pairing=PAIRING) as again:
        assert again.doubt is not None
        assert not again.trustworthy
