"""What the hub's clock is worth (R5): from what is known of it to a state, and in each state what may be done.
Pure. `hub.clock.SystemClock` asks it each time it is read, the desk before each of staff's acts; `docs/clock.md` is
made from it, words and all. The rules are asked from the top; the first that holds is the state.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

STEP = timedelta(minutes=5)  # R5: what two clocks may differ by
FAR = timedelta(days=7)  # a box off for longer has no medicine left for today; one source alone is not believed so far
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2076, 1, 1, tzinfo=UTC)  # this program's life


class MarkIs(StrEnum):
    """Where the machine's clock stands to the high-water mark, a time that has certainly been."""

    NEW = "new"  # there is no mark yet
    BEHIND = "behind"  # the mark has been reached: as it should be
    AHEAD = "ahead"  # the clock is before it, or before `FIRST`
    FAR_BEHIND = "far_behind"  # the clock is more than `FAR` past it, and the time this boot has lasted
    UNREADABLE = "unreadable"
    LOWERED = "lowered"  # two persons have set it aside


class Facts(Struct, frozen=True):
    """What is known of the machine's clock when it is read."""

    synchronised: bool  # the time service has set it from the network in this boot
    rtc: bool  # a real-time clock set it at boot, and tells the same time now
    mark: MarkIs
    in_step: bool | None  # moved on with the monotonic clock since this boot's anchor; None: no anchor in this boot
    told: bool = False  # the anchor is the time staff have told
    agreed: bool = False  # and a second source tells the same time as staff


class State(StrEnum):
    TRUSTED = "trusted"
    TOLD = "told"
    CLASH = "clash"
    UNSYNCHRONISED = "unsynchronised"
    MARK_UNREADABLE = "mark_unreadable"
    MARK_LOWERED = "mark_lowered"
    BEFORE_MARK = "before_mark"
    STEP = "step"
    FAR_AHEAD = "far_ahead"


class May(StrEnum):
    UNLOCK = "open a compartment whose time has come"
    SIGNED = "carry out a signed command, which expires"
    STAFF = "staff: fill, resolve, correct, hand out early, confirm the journal, and the rest"
    PLAN = "take a signed plan"
    STOP = "take an urgent stop"
    EMPTY = "staff: empty a compartment"
    ACKNOWLEDGE = "staff: acknowledge an alarm"
    SET_TIME = "staff: set the time"
    LOWER_MARK = "two of staff: set the mark aside"
    MACHINE = "staff: join a Wi-Fi, restart the screen, reboot, test the devices"
    MOVE_MARK = "the mark moves on"


# None of these opens a compartment.
ON_ANY_TIME = frozenset({May.PLAN, May.STOP, May.EMPTY, May.ACKNOWLEDGE, May.SET_TIME, May.LOWER_MARK, May.MACHINE})
_WITH = {State.TRUSTED: frozenset(May), State.TOLD: frozenset(May) - {May.MOVE_MARK}}  # one person may have misread


def may(state: State, act: May) -> bool:
    """Whether `act` is allowed while the clock is in `state`. Time is trusted where a compartment may open on it."""
    return act in _WITH.get(state, ON_ANY_TIME)


class Rule(NamedTuple):
    state: State
    holds: Callable[[Facts], bool]
    when: str
    way_out: str


def _joined(f: Facts) -> bool:
    """The machine's own clock has come to tell what staff told, and is the better one from then on."""
    return (f.synchronised or f.rtc) and f.in_step is True and f.mark not in (MarkIs.AHEAD, MarkIs.UNREADABLE)


RULES = (
    Rule(State.CLASH, lambda f: f.told and f.synchronised and f.in_step is False and not f.agreed,
         "staff have told the time, the clock is set from the network, and the two are more than 5 minutes apart",
         "the gateway's signed time agrees with one of them by itself; or look at a watch and set the time again"),
    Rule(State.TOLD, lambda f: f.told and not _joined(f),
         "staff have told the time in this boot, and the machine's own clock has not come to tell the same",
         "none is needed; it ends when the machine's own clock comes to agree, and with a power cut"),
    Rule(State.UNSYNCHRONISED, lambda f: not (f.synchronised or f.rtc),
         "nothing vouches for the clock: not set from the network in this boot, and no real-time clock that keeps time",
         "network, by itself; or set the time; then a real-time clock, or its battery"),
    Rule(State.MARK_UNREADABLE, lambda f: f.mark is MarkIs.UNREADABLE,
         "the file that says what time has certainly been is damaged",
         "the gateway's signed time agrees by itself; or set the time to what the clock shows; else lower the mark"),
    Rule(State.MARK_LOWERED, lambda f: f.mark is MarkIs.LOWERED and not f.told,
         "two persons have set the mark aside, and nobody has told the time since",
         "set the time; or the gateway's signed time agrees by itself"),
    Rule(State.BEFORE_MARK, lambda f: f.mark is MarkIs.AHEAD,
         "the clock is before a time that has certainly been, or before 2026 (a dead battery says 1970 or 2000)",
         "network, by itself; or set the time; if the mark is what is wrong, two persons lower it and set the time"),
    Rule(State.STEP, lambda f: f.in_step is False,
         "the clock has been moved by more than 5 minutes, at once or little by little, while the hub was running",
         "the gateway's signed time agrees by itself; or set the time; or the step is undone"),
    Rule(State.FAR_AHEAD, lambda f: f.mark is MarkIs.FAR_BEHIND and f.in_step is None,
         "after a boot the clock is more than 7 days past the last time that was certain",
         "the gateway's signed time agrees by itself; or set the time to what the clock shows"),
    Rule(State.TRUSTED, lambda f: True,
         "set from the network or by a real-time clock, not before the mark, in step with the monotonic clock", ""),
)  # fmt: skip


def state_of(facts: Facts) -> State:
    """The state of the first rule that holds."""
    return next(rule.state for rule in RULES if rule.holds(facts))


def beside(wall: datetime, high: datetime | MarkIs, uptime_s: float) -> MarkIs:
    """Where `wall` stands to the mark `high`, last moved before or during this boot; or what there is in its place."""
    if high is MarkIs.UNREADABLE:
        return high
    if wall < (high if isinstance(high, datetime) else FIRST):
        return MarkIs.AHEAD
    if isinstance(high, MarkIs):
        return MarkIs.FAR_BEHIND if wall > LAST else high
    return MarkIs.FAR_BEHIND if wall - high > FAR + timedelta(seconds=uptime_s) else MarkIs.BEHIND


# Why one person may not set a time, by where it stands; a time the machine's own vouched-for clock tells they may.
OBJECTION = {
    MarkIs.AHEAD: "time_before_mark",
    MarkIs.FAR_BEHIND: "time_far_ahead",
    MarkIs.UNREADABLE: "mark_unreadable",
}
