"""What a plan makes of the compartments, foretold (R7): it is what the hub then says, and what it then opens."""

from copy import copy
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import follow
from hub.domain.decide import decide
from hub.domain.intake import AS_NEEDED, Intake, Life
from hub.domain.plan import AsNeeded, Handout, Medicine, Ordination, Plan
from hub.domain.refusal import Reason
from hub.domain.schedule import intakes_of
from hub.domain.served import filled, locks, not_served
from hub.domain.state import Fill
from tests.domain.pairs import pairs
from tests.domain.play import DAY, EVENING, MORNING, NOON, SLOTS, TABLET_MG, Play, ordination, plan_of

# R2 may keep an intake back over a change of plan, whatever is in its compartment. And what the compartment may do.
TAKEN = {Reason.HANDED_OUT, Reason.INTERVAL, Reason.MOST_TAKEN}
BOX = {Reason.NO_SUCH, Reason.NOT_FILLED, Reason.FILL_DOUBTED, Reason.CONTENTS_CHANGED, Reason.NOTHING_BOXED,
       Reason.TOO_LATE}  # fmt: skip


def fork(play: Play) -> Play:
    other = copy(play)
    other.log, other.events = [], []
    return other


def lived(old: Plan, data: st.DataObject) -> Play:
    """A home where some of the old plan lies in compartments, some of it doubted, and some of the day is over."""
    play = Play().at("6.00")
    play.accept(old)
    wanted = [i.id for n in range(3) for i in intakes_of(old, DAY + timedelta(days=n)) if i.boxed]
    wanted += [AS_NEEDED + o.id for o in old.ordinations if o.as_needed]
    left_out = data.draw(st.sets(st.integers(1, 12), max_size=6))
    for number, intake in ((n, i) for n, i in enumerate(wanted, 1) if n not in left_out):
        play.do(c.FillCompartment(number, intake, TABLET_MG, "Sanne"))
    for number in data.draw(st.sets(st.integers(1, 12), max_size=1)) & set(play.state.fills):
        play.lid(number, True)
        play.lid(number, False)
    play.minutes(data.draw(st.sampled_from([0, 90, 130, 245, 370, 725, 1090])))
    due = [r for r in play.state.records.values() if r.state is Life.DUE]
    for record in due if data.draw(st.booleans()) else []:
        if (fill := play.state.fill_of(record.intake.id)) and play.open(record.intake.slot, record.intake.day) == ():
            play.take(fill.compartment, 1)
        else:
            play.do(c.Decline(record.intake.id, "other"))
    return play


def refused(play: Play, fill: Fill, times: set[datetime]) -> set[str]:
    """Why the compartment never opens for what it was filled for, at any of these times; empty when it does."""
    each = [_refused(fork(play).wait(at - play.now.wall), fill) for at in times]
    return set().union(*each) if all(each) else set()


def _refused(play: Play, fill: Fill) -> set[str]:
    ask = c.AskAsNeeded(fill.doses[0].ordination, "o", play.sensed())
    reasons = play.do(ask if fill.intake.startswith(AS_NEEDED) else c.RequestOpening(fill.intake, "o", play.sensed()))
    record = play.state.records.get(fill.intake)
    return {*reasons, record.reason} if reasons and record and record.state is Life.WITHHELD else set(reasons)


def of(plan: Plan, fill: Fill) -> list[Intake]:
    if fill.intake.startswith(AS_NEEDED):
        return []
    return [i for n in range(-1, 4) for i in intakes_of(plan, DAY + timedelta(days=n)) if i.id == fill.intake]


@settings(max_examples=150)
@given(pairs(), st.data())
def test_what_is_foretold_is_what_the_hub_says_and_opens(pair, data):
    old, new = pair
    play = lived(old, data)
    at = max(play.now.wall, new.valid_from)
    before, after = play.state, follow(play.state, e.PlanAccepted(plan=new), play.now)
    first = next(not_served(after, filled(after, new), at), None)
    told = locks(before, after, at)

    said = decide(before, c.OfferPlan(new.digest, new), play.now)
    named = [b.intake for b in said if isinstance(b, e.AlarmRaised) and b.code is e.AlarmCode.CANNOT_SERVE]
    alive = {a.intake for a in before.living_alarms() if a.code is e.AlarmCode.CANNOT_SERVE}
    assert named == ([first.id] if first and first.id not in alive else [])

    then = fork(play)
    then.accept(new)
    locked = {lock.compartment: lock for lock in told}
    for number, fill in before.fills.items():
        times = {max(i.at, at) for plan in pair for i in of(plan, fill)} or {at}
        was, will = refused(play, fill, times), refused(then, fill, times)
        if number in locked:
            assert will
            assert not was & BOX
        elif not was:
            assert not will or will & TAKEN


# -- each reason ------------------------------------------------------------------------------------------------------


def told(play: Play, *ordinations: Ordination, **more: object) -> list[tuple[int, Reason, tuple[str, ...]]]:
    """What locks when this plan comes now: compartment, why, on whose account."""
    new = plan_of(*ordinations, version=2, **more)
    after = follow(play.state, e.PlanAccepted(plan=new), play.now)
    return [(lock.compartment, lock.why, lock.ordinations) for lock in locks(play.state, after, play.now.wall)]


def without(play: Play, oid: str, *instead: Ordination) -> tuple[Ordination, ...]:
    return (*(o for o in play.state.plan.ordinations if o.id != oid), *instead)


def test_nothing_locks_by_the_same_plan(day):
    assert told(day, *day.state.plan.ordinations) == []


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        ((ordination("metformin", MORNING, quantity=2),), Reason.CONTENTS_CHANGED),
        ((replace(ordination("metformin", MORNING), medicine=Medicine("M")),), Reason.CONTENTS_CHANGED),
        ((ordination("metformin", NOON),), Reason.NO_SUCH),
        ((ordination("metformin", MORNING, handout=Handout.REMINDED),), Reason.NOTHING_BOXED),
        ((), Reason.NO_SUCH),
    ],
    ids=["another quantity", "another package", "another time", "only reminded", "stopped"],
)  # fmt: skip
def test_a_compartment_locks_for_what_it_holds(day, instead, why):
    assert (1, why, ("metformin",)) in told(day, *without(day, "metformin", *instead))


def test_it_locks_on_account_of_what_is_otherwise_in_it(play):
    """R8: one blocks all of it, and the reader must know which."""
    play.accept(plan_of(ordination("a", MORNING), ordination("b", MORNING), ordination("c", MORNING)))
    play.fill("morning", 1, 3)
    assert told(play, ordination("a", MORNING), ordination("b", MORNING, quantity=2)) == [
        (1, Reason.CONTENTS_CHANGED, ("b", "c"))
    ]


def test_one_whose_time_the_new_plan_has_over_locks(day):
    day.at("17.00")
    slots = tuple(replace(s, time=time(13)) if s.id == "evening" else s for s in SLOTS)
    assert told(day, *day.state.plan.ordinations, slots=slots) == [(3, Reason.TOO_LATE, ("ramipril",))]


def test_what_was_over_or_doubted_before_locks_nothing_anew(day):
    day.lid(3, True)
    day.lid(3, False)
    day.at("9.30")
    assert {number for number, _, _ in told(day)} == {2, 4}


def test_one_released_for_longer_than_its_plan_locks_too(day):
    """A named person gave it time; the plan takes its contents."""
    day.at("9.30").resolve("morning", Life.DUE, "11.00")
    again = without(day, "metformin", ordination("metformin", MORNING, quantity=2))
    assert told(day, *again) == [(1, Reason.CONTENTS_CHANGED, ("metformin",))]


def test_the_one_that_is_open_finishes_under_its_plan(day):
    """R6."""
    day.at("8.00").open("morning")
    day.lid(1, True)
    assert {number for number, _, _ in told(day)} == {2, 3, 4}


@pytest.mark.parametrize(
    ("needed", "why"),
    [
        (AsNeeded(Decimal(2), 3), Reason.CONTENTS_CHANGED),
        (None, Reason.NO_SUCH),
        (AsNeeded(Decimal(1), 3, start=DAY + timedelta(days=1)), Reason.NO_SUCH),
        (AsNeeded(Decimal(1), 1), None),
    ],
    ids=["another quantity", "no longer as needed", "not today", "fewer times"],
)
@pytest.mark.parametrize("asked", [False, True], ids=["waits", "was asked for and waits"])
def test_a_dose_as_needed_locks_for_itself_alone(play, needed, why, asked):
    pinemol = ordination("pinemol", as_needed=AsNeeded(Decimal(1), 3), interval_min=60)
    play.accept(plan_of(pinemol))
    for number in (1, 2):
        assert play.do(c.FillCompartment(number, f"{AS_NEEDED}pinemol", TABLET_MG, "Sanne")) == ()
    if asked:  # opened and put back
        assert play.do(c.AskAsNeeded("pinemol", "o", play.sensed())) == ()
        number = play.state.opening.compartment
        play.lid(number, True)
        play.lid(number, False)
        play.seconds(2)
        assert play.life("as-needed.1") is Life.DUE
    found = told(play, replace(pinemol, as_needed=needed))
    assert found == ([(1, why, ("pinemol",)), (2, why, ("pinemol",))] if why else [])


def test_when_it_is_to_be_taken_is_said_by_the_new_plan_else_by_the_old(day):
    moved = tuple(replace(s, time=time(20)) if s.id == "evening" else s for s in SLOTS)
    new = plan_of(ordination("ramipril", EVENING, quantity=2), version=2, slots=moved)
    after = follow(day.state, e.PlanAccepted(plan=new), day.now)
    at = {lock.compartment: lock.at for lock in locks(day.state, after, day.now.wall)}
    assert at == {n: datetime(2026, 3, 12, hour, tzinfo=UTC) for n, hour in ((1, 7), (2, 11), (3, 19), (4, 21))}


def test_of_two_doses_as_needed_each_locks_by_its_own_contents(play):
    pinemol = ordination("pinemol", as_needed=AsNeeded(Decimal(1), 3))
    twice = replace(pinemol, as_needed=AsNeeded(Decimal(2), 3))
    for number, as_of in ((1, pinemol), (2, twice)):
        play.accept(plan_of(as_of, version=number))
        assert play.do(c.FillCompartment(number, f"{AS_NEEDED}pinemol", TABLET_MG, "Sanne")) == ()
    assert told(play, pinemol) == [(2, Reason.CONTENTS_CHANGED, ("pinemol",))]
    assert told(play, twice) == []


def test_what_the_citizen_has_declined_asks_for_nobody(day):
    """As the hub has it: what nobody waits for is no alarm."""
    day.at("8.00").do(c.Decline(f"{DAY}/morning", "other"))
    new = plan_of(*(replace(o, medicine=Medicine("M")) for o in day.state.plan.ordinations), version=2)
    after = follow(day.state, e.PlanAccepted(plan=new), day.now)
    first = next(not_served(after, filled(after, new), day.now.wall))
    day.accept(new)
    assert f"cannot_serve/{first.id}" in day.state.alarms
    assert first.id == f"{DAY}/noon"


def test_what_a_filling_left_behind_serves_nobody_under_any_plan():
    """As needed too: nobody knows what lies there, so no plan locks it."""
    play, needed = Play().at("6.00"), ordination("para", as_needed=AsNeeded(Decimal(1), 4))
    play.accept(plan_of(needed))
    assert play.do(c.BeginFilling(1, f"{AS_NEEDED}para", "f1", play.sensed(), "Sanne")) == ()
    play.lid(1, True)
    play.do(c.EndFilling("Sanne"))
    assert play.state.fills[1].doses == ()
    assert list(locks(play.state, replace(play.state, plan=plan_of(version=2)), play.now.wall)) == []
    assert play.accept(plan_of(needed, version=2)) == ()
