"""What can go wrong with a journal. The texts say what happened; they hold no health data (R15)."""


class JournalError(Exception):
    """The journal cannot do what was asked."""


class NotJournalled(JournalError):
    """Nothing of it was stored: what was to follow must not happen (R1)."""


class JournalBusy(JournalError):
    """Another process has this journal."""


class WrongPairing(JournalError):
    """The file was begun for another pairing; it is left as it is."""
