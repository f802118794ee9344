"""Two plans of one citizen, drawn: the second has much of the first, and anything may be otherwise."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from hub.domain.plan import AsNeeded, Criticality, Handout, Ordination, Outside, PartOfDay, Plan, Slot, Verdict
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, ordination, plan_of

IDS = ("metformin", "levodopa", "ramipril", "statin")
ISSUED = datetime(2026, 3, 11, 9, tzinfo=UTC)
PARTS = st.lists(st.sampled_from([MORNING, NOON, EVENING, NIGHT]), unique=True, min_size=1, max_size=3)
NEEDED = st.builds(AsNeeded, st.sampled_from([Decimal(1), Decimal(2)]), st.integers(1, 4),
                   end=st.sampled_from([None, None, DAY, DAY - timedelta(days=1)]))  # fmt: skip


def _ordination(oid: str, parts: list[PartOfDay], drug: str, **more: object) -> Ordination:
    made = ordination(oid, *parts, **more)
    return replace(made, medicine=replace(made.medicine, drug_id=drug))


def ordinations(oid: str) -> st.SearchStrategy[Ordination]:
    return st.builds(
        _ordination, st.just(oid), PARTS, st.sampled_from(["one", "one", "other"]),
        quantity=st.sampled_from(["0.5", "1", "2"]),
        handout=st.sampled_from([Handout.COMPARTMENT] * 3 + [Handout.REMINDED]),
        criticality=st.sampled_from(Criticality),
        start=st.sampled_from([None, None, DAY + timedelta(days=1)]),
        end=st.sampled_from([None, None, None, DAY, DAY + timedelta(days=1)]),
        as_needed=st.none() | NEEDED, purpose=st.sampled_from(["", "mod smerter"]),
        interval_min=st.sampled_from([None, None, 0, 60]),
    )  # fmt: skip


def outsides(oid: str) -> st.SearchStrategy[Outside]:
    return st.builds(Outside, st.just(oid), st.just(oid.title()), st.sampled_from(Verdict), st.just("so"), st.just("t"))


def _slots(morning: str, hours: tuple[int, int], window_min: int, early_min: int, night: time) -> tuple[Slot, ...]:
    return (
        Slot(id=morning, time=time(8), part=MORNING, early_min=early_min, window_min=window_min),
        Slot(id="noon", time=time(hours[0]), part=NOON, early_min=30),
        Slot(id="evening", time=time(hours[1]), part=EVENING, early_min=early_min, window_min=window_min),
        Slot(id="night", time=night, part=NIGHT, window_min=90, next_day=night.hour < 8),
    )


SLOTS = st.builds(
    _slots, st.sampled_from(["morning"] * 4 + ["m2"]),
    st.sampled_from([(12, 18), (12, 18), (13, 18), (12, 12), (9, 19)]),
    st.sampled_from([60, 60, 30, 240]), st.sampled_from([0, 60]), st.sampled_from([time(22), time(22), time(0, 30)]),
)  # fmt: skip


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """The plan at home, and one that comes. Each may be all the other is not."""
    first, second = {}, {}
    for oid in IDS:
        inside, outside = ordinations(oid), st.none() | outsides(oid)
        was = draw(st.one_of(inside, inside, inside, outside))
        first[oid], same = was, st.just(was)
        changed = _changed(was) if isinstance(was, Ordination) else inside
        second[oid] = draw(st.one_of(same, same, same, changed, changed, inside, outside))
    slots = draw(SLOTS)
    same_slots = st.just(slots)
    other = draw(st.one_of(same_slots, same_slots, same_slots, SLOTS))
    ahead = draw(st.sampled_from([timedelta()] * 5 + [timedelta(days=1, hours=n) for n in (3, 10, 14)]))
    return _plan(first, slots, version=1), _plan(second, other, version=2, valid_from=ISSUED + ahead)


@st.composite
def _changed(draw: st.DrawFn, was: Ordination) -> Ordination:
    """One thing of it is otherwise, or drawn again and the same."""
    field = draw(st.sampled_from(["dosage", "dosage", "dosage", "start", "end", "handout", "medicine", "as_needed"]))
    return replace(was, **{field: getattr(draw(ordinations(was.id)), field)})


def _plan(entries: dict[str, Ordination | Outside | None], slots: tuple[Slot, ...], **more: object) -> Plan:
    inside = [e for e in entries.values() if isinstance(e, Ordination)]
    outside = tuple(e for e in entries.values() if isinstance(e, Outside))
    table = {1: (slots[0].id,), 2: (slots[0].id, "evening"), 3: (slots[0].id, "noon", "evening")}
    settings = replace(plan_of().settings, times_per_day=table)
    return plan_of(*inside, outside=outside, slots=slots, settings=settings, issued=ISSUED, **more)
