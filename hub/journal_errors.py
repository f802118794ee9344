"""What can go wrong with a journal. The texts say what happened; they hold no health data (R15)."""

from enum import StrEnum


class JournalState(StrEnum):
    """What a journal is found to be. Each end of the world has a row in docs/journal-ends.md (medhub.journal_ends)."""

    WHOLE = "whole"
    NEW = "new"  # nothing is in it yet, and nothing beside it tells of an earlier one
    # New events are appended and nothing is unlocked, over restarts, until a named person confirms:
    DAMAGED = "damaged"  # the old file was set aside under a name of its own and a new one begun
    SHORTENED = "shortened"  # deleted, cut, restored or exchanged: something knows of more, or of another chain
    # Nothing is appended, so nothing happens and nothing can be told but on the screen:
    NEWER = "newer"  # written by a later release: left as it is
    FOREIGN = "foreign"  # begun for another pairing: left as it is
    NOT_FOLLOWED = "not_followed"  # every event can be read, and they tell of what cannot be
    FULL = "full"
    READ_ONLY = "read_only"
    UNREACHABLE = "unreachable"  # the disk, or the way to it, fails


class JournalError(Exception):
    """The journal cannot do what was asked."""


class NotJournalled(JournalError):
    """Nothing of it was stored: what was to follow must not happen (R1). `state` says what stands in the way."""

    def __init__(self, text: str, state: JournalState = JournalState.UNREACHABLE) -> None:
        super().__init__(text)
        self.state = state


class JournalBusy(JournalError):
    """Another process has this journal."""


class WrongPairing(JournalError):
    """The file was begun for another pairing; it is left as it is."""
