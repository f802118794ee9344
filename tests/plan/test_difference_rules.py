"""What holds of every difference: nothing differs in silence, nothing is told that does not, and when it counts is as
the intakes and the box have it, looked at again here day by day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.domain.intake import Intake
from hub.domain.plan import Handout, Ordination, Outside, Plan, Verdict
from hub.domain.refusal import Reason
from hub.domain.schedule import home_day, intakes_of
from hub.domain.state import Fill, State
from hub.plan.difference.facts import DAYS, Effect
from hub.plan.difference.plans import Change, Difference, Kind, difference
from hub.plan.difference.words import Language, Told, told
from tests.domain.pairs import pairs
from tests.domain.play import DAY
from tests.plan.variants import PLAN, variants

NOW = datetime(2026, 3, 12, 5, tzinfo=UTC)
LANGUAGES: tuple[Language, Language] = ("da", "en")
MOMENTS = st.sampled_from([0, 130, 370, 725, 1075, 1075, 1200]).map(lambda n: NOW + timedelta(minutes=n))


def canonical(plan: Plan) -> Plan:
    """What a plan says."""
    by_id: Any = {f: tuple(sorted(getattr(plan, f), key=lambda o: o.id)) for f in ("ordinations", "outside")}
    return replace(plan, version=0, issued=NOW, valid_from=NOW, digest="", **by_id)


def can_be(plan: Plan) -> bool:
    """Whether a reader would let it be one: each dose has a slot."""
    try:
        return [intakes_of(plan, DAY + timedelta(days=n)) for n in range(-1, DAYS)] != []
    except LookupError:
        return False


VARIANTS = {place: plan for place, plan in variants(PLAN) if can_be(plan)}


def filled_by(draw: Any, plan: Plan) -> State:
    """A box with some of a plan's first days in it, often whole ones."""
    last = draw(st.integers(0, 3))
    boxed = [i for n in range(last) for i in intakes_of(plan, DAY + timedelta(days=n)) if i.boxed]
    left_out = draw(st.just(set()) | st.sets(st.integers(0, 9), max_size=2))
    fills = [Fill(n, i.id, i.boxed, None, 1) for n, i in enumerate(boxed) if n not in left_out]
    return State(fills={fill.compartment: fill for fill in fills})


@st.composite
def differences(draw: st.DrawFn) -> tuple[Difference, State | None]:
    old, new = draw(pairs())
    box = filled_by(draw, old) if draw(st.sampled_from([True, True, True, False])) else None
    return difference(old, new, draw(MOMENTS), box), box


# -- nothing in silence -----------------------------------------------------------------------------------------------


@given(pairs(), MOMENTS)
def test_plans_that_differ_have_a_difference_and_equal_ones_none(pair, now):
    old, new = pair
    assert difference(old, new, now).empty is (canonical(old) == canonical(new))
    again = replace(
        old, version=9, digest="d", issued=NOW, ordinations=old.ordinations[::-1], outside=old.outside[::-1]
    )
    assert difference(old, again, now).empty


@pytest.mark.parametrize("place", VARIANTS)
def test_no_single_thing_of_a_plan_differs_in_silence(place):
    """Field by field, as the plan's own types have them: a field that comes later is asked for here by itself."""
    other = VARIANTS[place]
    for old, new in ((PLAN, other), (other, PLAN)):
        found = difference(old, new, NOW)
        assert not found.empty
        for words in (told(found, language) for language in LANGUAGES):
            well_said(words)
            sentences = [s for c in words.changes for s in c.sentences[:-1]] + [s for w in words.plan_wide for s in w]
            assert sentences, "that it counts at once says nothing of what it is"


def test_most_single_things_are_looked_at():
    assert len(VARIANTS) > 220


def well_said(words: Told) -> None:
    """Whole sentences, with nothing of the code in them."""
    sentences = [*words.summary, *words.locks, *(s for c in words.changes for s in c.sentences)]
    sentences += [s for w in words.plan_wide for s in w]
    for sentence in sentences:
        assert sentence.endswith(".")
        assert not any(sign in sentence for sign in ("{", "None", "  ", "()", "Decimal", "datetime")), sentence


@settings(max_examples=50)
@given(differences(), st.sampled_from(LANGUAGES))
def test_every_difference_can_be_told(found, language):
    difference_, _ = found
    words = told(difference_, language)
    well_said(words)
    assert [c.ordination for c in words.changes] == [c.ordination for c in difference_.changes]
    assert (len(words.locks), len(words.plan_wide)) == (len(difference_.locks), len(difference_.plan_wide))


@given(pairs(), MOMENTS)
def test_the_other_way_round_new_is_stopped(pair, now):
    a, b = (replace(plan, valid_from=NOW - timedelta(days=9)) for plan in pair)
    there, back = (
        {c.ordination: c for c in difference(old, new, now).changes} for old, new in ((a, b), (b, a))
    )  # fmt: skip
    assert there.keys() == back.keys()
    for ordination, change in there.items():
        other = back[ordination]
        assert (change.before, change.after, change.fields) == (other.after, other.before, other.fields)
        if change.kind is Kind.NEW:
            assert other.kind is Kind.STOPPED
        if change.after is None and not not_understood(change.before):
            assert (change.kind, other.kind) == (Kind.STOPPED, Kind.NEW)
        assert (change.kind is Kind.MOVED) is (other.kind is Kind.MOVED)


def not_understood(entry: Ordination | Outside | None) -> bool:
    return isinstance(entry, Outside) and entry.verdict is Verdict.NOT_UNDERSTOOD


# -- when it counts, and the box --------------------------------------------------------------------------------------


def gives(plan: Plan, at: datetime, ordination: str) -> dict[str, Any]:
    """By intake, what an ordination gives on the days around: when, how much, and whatever else is said of it."""
    first = home_day(plan, at) - timedelta(days=1)
    intakes = (i for n in range(DAYS) for i in intakes_of(plan, first + timedelta(days=n)))
    mine = ((i, [replace(d, ordinal=0) for d in i.doses if d.ordination == ordination]) for i in intakes)
    return {i.id: (i.at, Counter(doses)) for i, doses in mine if doses}


def waiting(plan: Plan, at: datetime) -> list[Intake]:
    first = home_day(plan, at) - timedelta(days=1)
    return [i for n in range(DAYS) for i in intakes_of(plan, first + timedelta(days=n)) if i.latest_at > at]


@settings(max_examples=150)
@given(differences())
def test_when_it_counts_what_locks_and_who_comes_is_as_the_intakes_and_the_box_have_it(found):
    difference_, box = found
    for change in difference_.changes:
        counts(difference_, change, box or State())
    told_of_what_locks(difference_)
    somebody_comes(difference_, box)


def counts(found: Difference, change: Change, box: State) -> None:
    at, today = found.at, home_day(found.new, found.at)
    both = [i for plan in (found.old, found.new) for i in waiting(plan, at)]
    was, will = (gives(plan, at, change.ordination) for plan in (found.old, found.new))
    touched = [i for i in both if was.get(i.id) != will.get(i.id)]
    ahead = found.new.valid_from > found.looked_at
    days = [today + timedelta(days=n) for n in range(DAYS - 1)]
    if change.effect is Effect.FROM_DATE:
        assert change.from_date
        assert ahead or change.from_date > today
        for day in (d for d in days if d < change.from_date):
            assert not [i for i in touched if i.day == day]
        assert ahead or not [i for i in touched if box.fill_of(i.id)]
    elif change.effect is Effect.FROM_NEXT_FILL:
        assert found.fills_known
        assert not ahead
        assert not [i for i in touched if box.fill_of(i.id) or i.day <= today]
        to_fill = min(i.day for i in both if i.boxed and not box.fill_of(i.id))
        assert min(i.day for i in touched) <= to_fill
        assert any(
            isinstance(e, Ordination) and e.handout is Handout.COMPARTMENT for e in (change.before, change.after)
        )
    else:
        planned = [i for i in touched if i.day <= today or box.fill_of(i.id)]
        assert not ahead
        assert planned or not touched or as_needed(change, today) != [None, None]


def as_needed(change: Change, day: date) -> list[Any]:
    return [e.as_needed if isinstance(e, Ordination) else None for e in (change.before, change.after)]


def told_of_what_locks(found: Difference) -> None:
    """They count at once, or when the plan is valid; or a time is otherwise, which is told by itself."""
    at_once = {c.ordination for c in found.changes if c.effect is Effect.AT_ONCE or found.at > found.looked_at}
    for lock in found.locks:
        assert found.plan_wide if lock.why is Reason.TOO_LATE else set(lock.ordinations) <= at_once


def somebody_comes(found: Difference, box: State | None) -> None:
    """Before the first that cannot be served, when anybody knows."""
    first, visit, by = found.first_not_served, found.visit_for, found.visit_by
    if box is None:
        assert (first, visit, by, found.locks, found.fills_known) == (None, None, None, (), False)
        return
    assert found.if_filled is None
    assert (visit is None) is (by is None)
    if first:
        assert visit
        assert (visit.day, visit.at) <= (first.day, first.at)
        assert box.fill_of(first.id)
    if visit:
        assert by == max(visit.opens_at, found.at)
        assert visit in waiting(found.new, found.at)


@settings(max_examples=50)
@given(pairs(), MOMENTS)
def test_of_a_box_nobody_knows_it_is_told_what_would_be_of_a_full_one(pair, now):
    old, new = pair
    unknown = difference(old, new, now)
    boxed = [i for i in waiting(old, unknown.at) if i.boxed]
    full = State(fills={n: Fill(n, i.id, i.boxed, None, 1) for n, i in enumerate(boxed)})
    known = difference(old, new, now, full)
    assert unknown.if_filled == known.visit_for
