"""Why something is refused: the reasons, and how a rule says no."""

from enum import StrEnum

from msgspec import Struct

from hub.domain.state import Record, State


class Reason(StrEnum):
    """Why something was refused; the screen and staff's command line have a sentence for each."""

    NO_SUCH = "no_such"
    NOT_NOW = "not_now"  # the intake is in a state where this cannot be done
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    INTERVAL = "interval"
    CLOCK = "clock"
    LID_OPEN = "lid_open"
    ANOTHER_OPENING = "another_opening"
    LIDS_UNSEEN = "lids_unseen"
    LOCK_NOT_OFF = "lock_not_off"
    SCALE_MISSING = "scale_missing"
    WEIGHT_UNSTABLE = "weight_unstable"
    NOTHING_BOXED = "nothing_boxed"
    NOT_FILLED = "not_filled"
    FILL_DOUBTED = "fill_doubted"
    CONTENTS_CHANGED = "contents_changed"
    HANDED_OUT = "handed_out"
    JOURNAL = "journal"
    OCCUPIED = "occupied"
    LATEST_WRONG = "latest_wrong"
    ALREADY = "already"
    STOPPED = "stopped"
    ON_LEAVE = "on_leave"
    PROMISED = "promised"
    MOST_TAKEN = "most_taken"
    STAFF_ONLY = "staff_only"
    NOT_COMMISSIONED = "not_commissioned"
    NOT_COUNTED = "not_counted"
    WRONG_PACKAGE = "wrong_package"
    WEIGHT_DIFFERS = "weight_differs"
    SECOND_PERSON = "second_person"


class Refusal(Struct, frozen=True):
    """A command was understood and is not carried out; all reasons, never just the first."""

    reasons: tuple[Reason, ...]


class Refused(Exception):
    """Left by a rule that says no."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        self.refusal = Refusal(reasons)


def refuse_if(*objections: tuple[object, Reason]) -> None:
    """Refuse with the reason of each objection that holds."""
    if reasons := tuple(reason for holds, reason in objections if holds):
        raise Refused(reasons)


def known(state: State, intake: str) -> Record:
    """The intake's record, or a refusal."""
    refuse_if((intake not in state.records, Reason.NO_SUCH))
    return state.records[intake]
