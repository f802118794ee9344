"""What two plans give, day by day and side by side, and from it when a change of an ordination counts.

Everything is derived from the intakes (`hub.domain.schedule`) and from the box as it is filled; nothing here reads a
dosage's structure, so two ways to write the same dosage differ in nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.apply import PLANNED_AGAIN, follow
from hub.domain.events import PlanAccepted
from hub.domain.intake import Dose, Intake, IntakeId, Moment
from hub.domain.plan import Handout, Ordination, OrdinationId, Outside, Plan, SlotId
from hub.domain.schedule import as_needed_dose, as_needed_on, home_day, intakes_of
from hub.domain.served import filled
from hub.domain.state import State

Entry = Ordination | Outside  # how an ordination stands in a plan

DAYS = 28  # a box is filled for two weeks, and what is known of after that is the next fill's
FAR = 2 * 366  # days after those on which what begins later is looked for


class Effect(StrEnum):
    """When a change counts; see `effect_of`."""

    AT_ONCE = "at_once"
    FROM_NEXT_FILL = "from_next_fill"
    FROM_DATE = "from_date"


class Share(Struct, frozen=True):
    """What one ordination gives at one intake. `at` is UTC."""

    intake: IntakeId
    day: date
    slot: SlotId
    at: datetime
    doses: tuple[Dose, ...]  # their ordinals, which say nothing of what is taken, are 0


class Side(Struct, frozen=True):
    """One of the two plans over the days that are looked at."""

    plan: Plan
    shares: Mapping[OrdinationId, Mapping[IntakeId, Share]]
    waiting: tuple[Intake, ...]  # what is still to be had, the first first

    def on(self, ordination: OrdinationId, day: date) -> tuple[Share, ...]:
        """All an ordination gives on a home day."""
        return tuple(_shares(intakes_of(self.plan, day)).get(ordination, {}).values())


class Facts(Struct, frozen=True):
    """What the answer follows from. `at` is when `new` begins to count: `now`, or when it is valid."""

    old: Plan
    new: Plan
    looked_at: datetime
    at: datetime
    days: tuple[date, ...]  # without a gap up to `last`, and after it those that are filled
    last: date
    box_known: bool
    before: State  # the box under the plan it has
    after: State  # and as it would be when it accepts the new one
    was: Side
    will: Side

    @property
    def begins(self) -> date:
        return home_day(self.new, self.at)

    @property
    def lifted(self) -> frozenset[OrdinationId]:
        """Urgently stopped, until this plan, which was issued later (R6)."""
        return frozenset(self.before.stops) - frozenset(self.after.stops)

    def touched(self, ordination: OrdinationId) -> list[Share]:
        """Its shares of intakes still to be had that differ, the first first; as they will be, where they will be."""
        was, will = (side.shares.get(ordination, {}) for side in (self.was, self.will))
        waiting = {i.id for side in (self.was, self.will) for i in side.waiting}
        found = (will.get(i) or was[i] for i in {**was, **will} if i in waiting and was.get(i) != will.get(i))
        return sorted(found, key=lambda share: (share.day, share.at))

    def counts_from(self, day: date | None) -> date:
        """The home day from which a change counts that first differs on `day`: not before the plan is valid."""
        return max(day or self.begins, self.begins)


def facts_of(old: Plan, new: Plan, now: datetime, box: State | None, days: int) -> Facts:
    at = max(now, new.valid_from)
    before = replace(box or State(), plan=old)
    after = follow(before, PlanAccepted(plan=new), Moment(at, 0.0, True, ""))
    first = home_day(new, at) - timedelta(days=1)
    near = {first + timedelta(days=n) for n in range(days + 1)}
    every = tuple(sorted(near | {i.day for plan in (old, new) for i in filled(after, plan) if i.day > first}))
    was, will = ([i for day in every for i in intakes_of(plan, day)] for plan in (old, new))
    waited = tuple(i for i in was if _waits(before, i, at))
    known = {i.id for i in waited} | {i.id for i in will if after.fill_of(i.id)}
    waits = tuple(i for i in will if _waits(after, i, at) and (i.id in known or i.at >= new.valid_from))
    return Facts(
        old=old, new=new, looked_at=now, at=at, days=every, last=max(near), box_known=box is not None, before=before,
        after=after, was=Side(old, _shares(was), waited), will=Side(new, _shares(will), waits),
    )  # fmt: skip


def _waits(state: State, intake: Intake, at: datetime) -> bool:
    """Its time is not over, and nothing has become of it that a plan no longer changes."""
    record = state.records.get(intake.id)
    return intake.latest_at > at and (record is None or record.state in PLANNED_AGAIN)


def _shares(intakes: Iterable[Intake]) -> dict[OrdinationId, dict[IntakeId, Share]]:
    shares: dict[OrdinationId, dict[IntakeId, Share]] = defaultdict(dict)
    for intake in intakes:
        doses: dict[OrdinationId, list[Dose]] = defaultdict(list)
        for dose in intake.doses:
            doses[dose.ordination].append(replace(dose, ordinal=0))
        for ordination, mine in doses.items():
            share = Share(intake.id, intake.day, intake.slot, intake.at, tuple(mine))
            shares[ordination][intake.id] = share
    return shares


# -- when it counts ------------------------------------------------------------------------------------------------


def effect_of(
    facts: Facts, ordination: OrdinationId, before: Entry | None, after: Entry | None
) -> tuple[Effect, date | None]:
    """When the change of an ordination counts, and the first home day on which what it gives differs (None: on none).

    What it gives are its planned doses in intakes still to be had, and what is to be had of it as needed.

    FROM_DATE   `new` is not yet valid: from that day, or from the first that differs after it. Also where that first
                day lies beyond today and nothing that is filled differs, and the next fill still begins with days that
                do not; and of what lies in no compartment. So says the plan itself, whoever fills when.
    AT_ONCE     It differs in an intake of today's, or of last night's still waiting, which is due or planned by now; in
                one that is filled, whenever that is to be taken; as needed today; or in no intake at all, only in what
                is said about it.
    FROM_NEXT_FILL  None of these: the first day that differs is no later than the first for which nothing is filled,
                so whoever fills next fills all of it by the new plan, and until then nothing is other than it was.

    Where the box is not known nothing is said of fills: it is AT_ONCE by today's intakes, else FROM_DATE.
    """
    touched = facts.touched(ordination)
    days = [share.day for share in touched[:1]]
    days += [d for d in facts.days if d >= facts.begins and _needed(before, d) != _needed(after, d)][:1]
    day = min(days, default=None) or _later(facts, before, after)
    if facts.at > facts.looked_at:
        return Effect.FROM_DATE, day
    in_the_box = any(facts.after.fill_of(share.intake) for share in touched)
    if day is None or day <= facts.begins or in_the_box or ordination in facts.lifted:
        return Effect.AT_ONCE, day
    boxed = any(isinstance(e, Ordination) and e.handout is Handout.COMPARTMENT for e in (before, after))
    if facts.box_known and touched and boxed and day <= min(_to_fill(facts)):
        return Effect.FROM_NEXT_FILL, day
    return Effect.FROM_DATE, day


def _needed(entry: Entry | None, day: date) -> Dose | None:
    """What is to be had of it as needed on a home day."""
    return as_needed_dose(entry) if isinstance(entry, Ordination) and as_needed_on(entry, day) else None


def _to_fill(facts: Facts) -> Iterator[date]:
    """The home days on which either plan asks for what is in no compartment yet."""
    waiting = chain(facts.was.waiting, facts.will.waiting)
    return (i.day for i in waiting if i.boxed and facts.after.fill_of(i.id) is None)


def moved(facts: Facts, ordination: OrdinationId, before: Ordination, after: Ordination) -> bool:
    """The same doses on every home day within reach, from the first on which the plan counts; and not in the same
    intakes, or not at the same times."""
    if not facts.touched(ordination):
        return False
    was, will = (_by_day(side.shares.get(ordination, {}).values(), facts.begins) for side in (facts.was, facts.will))
    same_later = before.dosage == after.dosage or all(_doses(w) == _doses(n) for _, w, n in _far(facts, before, after))
    return was == will and same_later


def _by_day(shares: Iterable[Share], first: date) -> Counter[tuple[date, Dose]]:
    return Counter((share.day, dose) for share in shares if share.day >= first for dose in share.doses)


Gives = tuple[list[Share], Dose | None]  # on a home day: as planned, and as needed


def _later(facts: Facts, before: Entry | None, after: Entry | None) -> date | None:
    """The first home day after those looked at, within FAR, on which it differs."""
    if _scheduled(before) == _scheduled(after):
        return None
    return next((day for day, was, will in _far(facts, before, after) if was != will), None)


def _scheduled(entry: Entry | None) -> Ordination | None:
    """What can make a day differ: not what is only said."""
    return replace(entry, text="", note="") if isinstance(entry, Ordination) else None


def _far(facts: Facts, before: Entry | None, after: Entry | None) -> Iterator[tuple[date, Gives, Gives]]:
    """What it gives on each day within FAR after those looked at without a gap."""
    alone = [
        (replace(plan, ordinations=(entry,) if isinstance(entry, Ordination) else ()), entry)
        for plan, entry in ((facts.old, before), (facts.new, after))
    ]
    for day in (facts.last + timedelta(days=n) for n in range(1, FAR)):
        was, will = (([*_shares_of(plan, day)], _needed(entry, day)) for plan, entry in alone)
        yield day, was, will


def _shares_of(plan: Plan, day: date) -> Iterator[Share]:
    return (share for mine in _shares(intakes_of(plan, day)).values() for share in mine.values())


def _doses(gives: Gives) -> Counter[Dose]:
    return Counter(dose for share in gives[0] for dose in share.doses)
