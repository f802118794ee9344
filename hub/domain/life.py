"""The life of an intake: the whole table, as data. `after` is the only way from one state to the next.

A target of `BEFORE` is the state it was in before the opening, or before it was withheld or withdrawn.
A state in `FINAL` ends when its window has; `WindowEnded`
and `IntakeCorrected` change no state and are kept out of the table.
"""

from enum import Enum

from hub.domain import events as e
from hub.domain.intake import Life


class Back(Enum):
    """Back to where it was."""

    BEFORE = "the state before"


BEFORE = Back.BEFORE
Target = Life | Back

_STAFF: dict[type[e.Body], Target] = {e.IntakeGivenByStaff: Life.GIVEN_BY_STAFF}
_WAITING: dict[type[e.Body], Target] = {
    e.OpeningRequested: Life.OPENING,
    e.IntakeWithdrawn: Life.WITHDRAWN,
    e.IntakeWithheld: Life.WITHHELD,
    e.IntakeTakenElsewhere: Life.TAKEN_ELSEWHERE,
    e.IntakeUncertain: Life.UNCERTAIN,  # its lid opened during another's opening (R12)
    **_STAFF,
}
_VERIFIED: dict[type[e.Body], Target] = {
    e.IntakeReleased: Life.DUE,
    e.IntakeTaken: Life.TAKEN,
    e.IntakeMissed: Life.MISSED,
    **_STAFF,
}

TABLE: dict[Life, dict[type[e.Body], Target]] = {
    Life.PLANNED: {e.IntakeDue: Life.DUE, **_WAITING},
    Life.DUE: {
        e.IntakeSnoozed: Life.DUE,
        e.IntakeDeclined: Life.DECLINED,
        e.IntakeMissed: Life.MISSED,
        e.IntakeTaken: Life.TAKEN,  # only reminded doses: the citizen's word
        e.IntakePartlyTaken: Life.PARTLY_TAKEN,
        e.IntakeNotKnown: Life.NOT_KNOWN,  # on a weekend away, and nobody answered
        **_WAITING,
    },
    Life.OPENING: {
        e.PulseRequested: Life.OPENING,
        e.PulseFailed: Life.OPENING,
        e.LidOpened: Life.OPEN,
        e.OpeningFailed: Life.WITHHELD,
        e.OpeningAbandoned: BEFORE,
        e.IntakeUncertain: Life.UNCERTAIN,
    },
    Life.OPEN: {
        e.LidOpened: Life.OPEN,
        e.LidClosed: Life.OPEN,
        e.WordAsked: Life.OPEN,
        e.IntakeTaken: Life.TAKEN,
        e.IntakePartlyTaken: Life.PARTLY_TAKEN,
        e.IntakePutBack: BEFORE,
        e.IntakeNotKnown: Life.NOT_KNOWN,
        e.IntakeHandedOutEarly: Life.HANDED_OUT_EARLY,
        e.IntakeUncertain: Life.UNCERTAIN,
    },
    Life.PARTLY_TAKEN: {
        e.OpeningRequested: Life.OPENING,
        e.IntakeTaken: Life.TAKEN,  # only reminded doses: the citizen's word
        e.IntakeUncertain: Life.UNCERTAIN,
    },
    Life.DECLINED: {e.DeclineWithdrawn: Life.DUE, **_STAFF},
    Life.WITHHELD: {
        e.IntakeRestored: BEFORE,
        e.IntakeReleased: Life.DUE,
        e.IntakeWithdrawn: Life.WITHDRAWN,
        e.IntakeWithheld: Life.WITHHELD,  # a second reason, that a fill does not end
        **_STAFF,
    },
    Life.WITHDRAWN: {e.IntakeRestored: BEFORE, **_STAFF},
    Life.MISSED: {e.IntakeReleased: Life.DUE, e.IntakeUncertain: Life.UNCERTAIN, **_STAFF},
    Life.HANDED_OUT_EARLY: {
        e.IntakeTaken: Life.TAKEN,
        e.IntakeMissed: Life.MISSED,
        e.IntakePutBack: BEFORE,
        e.IntakeNotKnown: Life.NOT_KNOWN,
        e.IntakeUncertain: Life.UNCERTAIN,
    },
    Life.UNCERTAIN: _VERIFIED,
    Life.NOT_KNOWN: _VERIFIED,
    Life.TAKEN: {e.IntakeUncertain: Life.UNCERTAIN},  # two answers to one handed out early that clash
    Life.GIVEN_BY_STAFF: {},
    Life.TAKEN_ELSEWHERE: {},
}

# States that are the last word once the intake's time is over.
FINAL = frozenset({
    Life.TAKEN, Life.PARTLY_TAKEN, Life.DECLINED, Life.MISSED, Life.WITHDRAWN, Life.WITHHELD,
    Life.GIVEN_BY_STAFF, Life.TAKEN_ELSEWHERE,
})  # fmt: skip

# States in which something may have left the box: counts as taken for R2 and as not taken for alarms.
UNRESOLVED = frozenset({Life.UNCERTAIN, Life.NOT_KNOWN, Life.HANDED_OUT_EARLY})


class NotInTheTable(ValueError):
    """This event cannot happen to an intake in this state."""


def after(state: Life, body: e.Body, before: Life) -> Life:
    """The state after `body`, or NotInTheTable. `before` is the state it came from."""
    target = TABLE[state].get(type(body))
    if target is None:
        raise NotInTheTable(f"{type(body).__name__} cannot happen to an intake that is {state}")
    return before if isinstance(target, Back) else target
