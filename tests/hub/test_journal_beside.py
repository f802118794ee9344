"""The files beside a journal keep what is worse and what is good (R11)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.journal import Journal, JournalError
from hub.journal_files import Doubt, DoubtFile, JournalState


def test_a_graver_finding_stands_and_the_furthest_place_is_kept(tmp_path: Path) -> None:
    doubts = DoubtFile(tmp_path / "journal.doubt")
    doubts.write(Doubt(JournalState.DAMAGED, "page 3", 4, "aa"))
    doubts.write(Doubt(JournalState.SHORTENED, "events are missing", 9, "bb"))
    assert doubts.read() == Doubt(JournalState.DAMAGED, "page 3", 9, "bb")


def test_a_copy_that_is_not_good_replaces_nothing(
    open_journal: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, copy = open_journal(), tmp_path / "copy.db"
    copy.write_bytes(b"the good one")
    monkeypatch.setattr("hub.journal.quick_check", lambda db: "the file is damaged: page 3")
    with pytest.raises(JournalError, match="page 3"):
        journal.backup(copy)
    assert copy.read_bytes() == b"the good one"
