"""The difference of two plans: each thing that can become of a medicine, when it counts, what it does to the box."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import AS_NEEDED, Life
from hub.domain.plan import (
    AsNeeded,
    Contact,
    Criticality,
    DayDose,
    Dosage,
    Handout,
    Ordination,
    Outside,
    Period,
    Plan,
    Settings,
    Slot,
    Verdict,
)  # fmt: skip
from hub.domain.refusal import Reason
from hub.domain.schedule import intakes_of
from hub.domain.state import Fill, State
from hub.plan.difference.facts import Effect
from hub.plan.difference.plans import Change, Difference, Kind, difference
from hub.plan.difference.words import told
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, SLOTS, TABLET_MG, TIMES, Play, ordination, plan_of

HOME = ZoneInfo("Europe/Copenhagen")
A, B = ordination("a", MORNING), ordination("b", EVENING)


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), HOME).astimezone(UTC)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def filled(plan: Plan, until: int, but: Iterable[str] = ()) -> State:
    """A box with all of a plan's intakes of so many days, but those in some slots."""
    boxed = [i for n in range(until) for i in intakes_of(plan, after(n)) if i.boxed and i.slot not in but]
    return State(fills={n: Fill(n, i.id, i.boxed, None, plan.version) for n, i in enumerate(boxed, start=1)})


def changes(
    old: Iterable[Ordination | Outside], new: Iterable[Ordination | Outside], now: str = "06:00",
    days: int | None = None, **more: object,
) -> Difference:  # fmt: skip
    """The difference at a home time of the day; `days`: the box is filled so far, None: nobody knows."""
    plans = [
        plan_of(*(o for o in entries if isinstance(o, Ordination)), version=n,
                outside=tuple(o for o in entries if isinstance(o, Outside)), **(more if n == 2 else {}))
        for n, entries in enumerate((tuple(old), tuple(new)), start=1)
    ]  # fmt: skip
    return difference(*plans, at(now), None if days is None else filled(plans[0], days))


def only(found: Difference) -> Change:
    (change,) = found.changes
    return change


def sentences(found: Difference) -> list[str]:
    (change,) = told(found).changes
    return [change.title, *change.sentences]


def outside(verdict: Verdict, **more: str) -> Outside:
    return Outside("a", "A", verdict, more.pop("reason", "so"), **{"text": "som aftalt", "strength": "500 mg", **more})


# -- what has become of it --------------------------------------------------------------------------------------------


def test_new():
    assert sentences(changes([], [A])) == [
        "A 500 mg: ny", "Dosering: 1 tablet morgen.", "Torsdag den 12. marts 2026: 1 tablet morgen.", "Gælder straks.",
    ]  # fmt: skip


def test_another_dose():
    two = ordination("a", MORNING, quantity="2", **{"text": "2 tabletter morgen"})
    assert sentences(changes([A], [two])) == [
        "A 500 mg: ændret",
        "Torsdag den 12. marts 2026: fra 1 tablet morgen til 2 tabletter morgen.",
        "Doseringstekst: 2 tabletter morgen (før: ikke angivet).",
        "Gælder straks.",
    ]


def test_half_a_tablet_and_a_range_are_exact():
    lines = (DayDose(Decimal("0.5"), Decimal("1.5"), part=MORNING),)
    half = replace(A, dosage=Dosage((Period(start=DAY, days={1: lines}),), "tablet", "tabletter"))
    assert sentences(changes([A], [half]))[1] == (
        "Torsdag den 12. marts 2026: fra 1 tablet morgen til 0,5-1,5 tabletter morgen."
    )


@pytest.mark.parametrize(
    ("gone", "kind", "said"),
    [
        (None, Kind.STOPPED, "Står ikke længere på planen."),
        (outside(Verdict.STOPPED), Kind.STOPPED, "Er seponeret og gives ikke."),
        (outside(Verdict.ENDED), Kind.STOPPED, "Er afsluttet og gives ikke."),
        (outside(Verdict.ON_HOLD), Kind.PAUSED, "Er pauseret og gives ikke."),
        (outside(Verdict.AS_NEEDED), Kind.CHANGED, "Er kun efter behov og ligger uden for boksen."),
        (outside(Verdict.NOT_UNDERSTOOD), Kind.NOT_UNDERSTOOD, "Hubben forstår den ikke og giver den ikke. Personalet "
         "skal tage stilling."),
    ],
    ids=["gone", "stopped", "ended", "paused", "as needed", "not understood"],
)  # fmt: skip
def test_no_longer_given(gone, kind, said):
    a = replace(A, criticality=Criticality.HIGH)
    found = changes([a, B], [x for x in (gone, B) if x])
    assert (only(found).kind, only(found).criticality) == (kind, Criticality.HIGH)
    assert sentences(found)[1] == said
    assert [s.at for s in only(found).doses_before] == [at("08:00")]
    assert only(found).doses_after == ()


def test_not_understood_comes_first_with_its_text_word_for_word_and_why():
    gone = outside(Verdict.NOT_UNDERSTOOD, reason="dosage: free text", text="1 tablet morgen:\nundtagen søndag")
    found = changes([B, A], [gone])
    assert [c.kind for c in found.changes] == [Kind.NOT_UNDERSTOOD, Kind.STOPPED]
    assert told(found).changes[0].sentences[1:3] == (
        "Teksten er: »1 tablet morgen: undtagen søndag«.", "Hubbens begrundelse: dosage: free text.",
    )  # fmt: skip


def test_not_understood_is_as_critical_as_the_hubs_own_alarm(play):
    """R6: low where it was not inside before."""
    fresh = replace(outside(Verdict.NOT_UNDERSTOOD), id="c")
    old = plan_of(replace(A, criticality=Criticality.HIGH))
    new = plan_of(version=2, outside=(outside(Verdict.NOT_UNDERSTOOD), fresh))
    play.accept(old)
    play.accept(new)
    alarms = {b.alarm.rpartition("/")[2]: b.criticality for b in play.said(e.AlarmRaised) if b.code == "not_understood"}
    assert {c.ordination: c.criticality for c in difference(old, new, at("06:00")).changes} == alarms


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict.STOPPED, "Var seponeret."),
        (Verdict.ENDED, "Var afsluttet."),
        (Verdict.ON_HOLD, "Var pauseret."),
        (Verdict.AS_NEEDED, "Var kun efter behov og lå uden for boksen."),
        (Verdict.NOT_UNDERSTOOD, "Var ikke forstået."),
    ],
)
def test_restarted(verdict, said):
    assert sentences(changes([outside(verdict)], [A])) == [
        "A 500 mg: genoptaget", said, "Dosering: 1 tablet morgen.",
        "Torsdag den 12. marts 2026: fra intet til 1 tablet morgen.", "Gælder straks.",
    ]  # fmt: skip


def test_restarted_and_new_say_their_text_and_what_is_to_be_had_as_needed():
    a = replace(A, text="1 tablet morgen", as_needed=AsNeeded(Decimal(2), 3))
    for old in ([], [outside(Verdict.ON_HOLD)]):
        said = sentences(changes(old, [a]))
        assert "Teksten er: »1 tablet morgen«." in said
        assert "Efter behov: 2 tabletter, højst 3 gange i døgnet." in said


def test_new_and_only_as_needed():
    needed = replace(A, dosage=Dosage((), "tablet", "tabletter"), as_needed=AsNeeded(Decimal(1), 1, DAY, after(2)))
    assert sentences(changes([], [needed])) == [
        "A 500 mg: ny",
        "Efter behov: 1 tablet, højst 1 gang i døgnet, fra torsdag den 12. marts 2026, til og med lørdag den 14. "
        "marts 2026.",
        "Gælder straks.",
    ]


def test_from_one_reason_to_be_outside_to_another():
    found = changes([outside(Verdict.ON_HOLD)], [outside(Verdict.STOPPED)])
    assert (only(found).kind, only(found).effect, only(found).day) == (Kind.STOPPED, Effect.AT_ONCE, None)
    found = changes([outside(Verdict.NOT_UNDERSTOOD)], [outside(Verdict.NOT_UNDERSTOOD, text="måske")])
    assert only(found).kind is Kind.CHANGED
    assert sentences(found)[1:3] == [
        "Hubben forstår den ikke og giver den ikke. Personalet skal tage stilling.",
        "Doseringstekst: måske (før: som aftalt).",
    ]


def test_new_and_not_given_is_said_where_it_is():
    assert sentences(changes([], [outside(Verdict.ON_HOLD)]))[:2] == ["A 500 mg: ny", "Er pauseret og gives ikke."]
    assert only(changes([], [outside(Verdict.NOT_UNDERSTOOD)])).kind is Kind.NOT_UNDERSTOOD


def test_an_urgent_stop_that_the_plan_ends_is_told():
    """R6: the plan was issued after it, and the medicine is given again without a word of anybody's else."""
    old, new = plan_of(A), plan_of(A, version=2)
    box = State(stops={"a": old.issued - timedelta(hours=1)})
    found = difference(old, new, at("06:00"), box)
    assert (only(found).kind, only(found).effect) == (Kind.RESTARTED, Effect.AT_ONCE)
    assert sentences(found)[1] == "Det akutte stop ophører: den nye plan er udstedt efter det."
    assert difference(old, new, at("06:00"), replace(box, stops={"a": new.issued})).empty
    changed = difference(old, replace(new, ordinations=(TWO,)), at("10:00"), box)
    assert (only(changed).kind, only(changed).effect) == (Kind.RESTARTED, Effect.AT_ONCE)


# -- moved ------------------------------------------------------------------------------------------------------------


def moved(slot: str, **more: object) -> tuple[Slot, ...]:
    return tuple(replace(s, **more) if s.id == slot else s for s in SLOTS)


def test_a_slot_moves_and_its_doses_with_it():
    found = changes([A, B], [A, B], slots=moved("evening", time=time(19, 30)))
    assert sentences(found) == [
        "B 500 mg: flyttet", "Torsdag den 12. marts 2026: fra 1 tablet aften kl. 18 til 1 tablet aften kl. 19.30.",
        "Gælder straks.",
    ]  # fmt: skip
    assert told(found).plan_wide == (("Tidspunktet aften: klokkeslæt: kl. 19.30 (før: kl. 18).",),)


def test_a_dose_moves_to_another_slot():
    found = changes([A], [ordination("a", NOON, text="1 tablet middag")])
    assert (only(found).kind, only(found).fields) == (Kind.MOVED, ("dosage", "text"))
    assert sentences(found)[1] == "Torsdag den 12. marts 2026: fra 1 tablet morgen kl. 8 til 1 tablet middag kl. 12."


def test_the_table_of_times_a_day_moves_it():
    line = DayDose(Decimal(1), times=2)
    twice = replace(A, dosage=Dosage((Period(start=DAY, days={1: (line,)}),), "tablet", "tabletter"))
    found = changes([twice], [twice], settings=Settings(times_per_day={**TIMES, 2: ("morning", "night")}))
    assert only(found).kind is Kind.MOVED
    assert sentences(found)[1] == "Torsdag den 12. marts 2026: fra 1 tablet aften kl. 18 til 1 tablet nat kl. 22."
    assert told(found).plan_wide == (("2 gange dagligt: morgen og nat (før: morgen og aften).",),)


def test_a_slot_under_another_name_is_another_intake():
    found = changes([A], [A], slots=moved("morning", id="m2"), days=1)
    assert sentences(found)[:2] == [
        "A 500 mg: flyttet", "Hører nu til et andet tidspunkt på planen; klokkeslættet er det samme.",
    ]  # fmt: skip
    assert [lock.why for lock in found.locks] == [Reason.NO_SUCH]


def test_moved_by_a_dosage_that_begins_today_is_moved():
    """As FMK writes it: what was before today is no part of the new dosage."""
    today = Period(start=DAY, days={1: (DayDose(Decimal(1), part=NOON),)})
    assert only(changes([A], [replace(A, dosage=Dosage((today,), "tablet", "tabletter"))])).kind is Kind.MOVED


def noon_but(day: date, quantity: int) -> Ordination:
    """One tablet each noon, and so many on one day."""
    one, other = ({1: (DayDose(Decimal(n), part=NOON),)} for n in (1, quantity))
    before = Period(date(2026, 1, 1), one, day - timedelta(days=1))
    periods = (before, Period(day, other, day), Period(day + timedelta(days=1), one))
    return replace(A, dosage=Dosage(periods, "tablet", "tabletter"))


@pytest.mark.parametrize(
    "other",
    [
        ordination("a", NOON, note="med et glas vand"),
        noon_but(after(3), 2),
        ordination("a", NOON, quantity="2"),
        ordination("a", NOON, NIGHT),
        ordination("a", NOON, criticality=Criticality.HIGH),
        replace(ordination("a", NOON), end=after(60)),
        replace(ordination("a", NOON), dosage=Dosage((
            Period(date(2026, 1, 1), {1: (DayDose(Decimal(1), part=NOON),)}, after(59)),), "tablet", "tabletter")),
    ],
    ids=["said otherwise too", "another dose on one day", "another dose", "one more", "more critical too",
         "ends in two months", "its dosage ends in two months"],
)  # fmt: skip
def test_moved_and_more_is_changed(other):
    assert only(changes([A], [other])).kind is Kind.CHANGED


# -- what is said of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(A, medicine=replace(A.medicine, strength="250 mg")), "Styrke: 250 mg (før: 500 mg)."),
        (replace(A, medicine=replace(A.medicine, drug_id="2")), "Pakning (lægemiddelnummer): 2 (før: drug-a)."),
        (replace(A, handout=Handout.REMINDED), "Ligger ikke længere i boksen; der mindes kun om den."),
        (replace(A, criticality=Criticality.HIGH), "Vigtighed: høj (før: middel)."),
        (replace(A, interval_min=360), "Mindste tid mellem to doser: 6 timer (før: ikke angivet)."),
        (replace(A, interval_min=90), "Mindste tid mellem to doser: 90 minutter (før: ikke angivet)."),
        (replace(A, purpose="mod smerter"), "Formål: mod smerter (før: ikke angivet)."),
        (replace(A, end=DAY), "Sidste dag: torsdag den 12. marts 2026 (før: ikke angivet)."),
        (replace(A, as_needed=AsNeeded(Decimal(1), 2)), "Efter behov: 1 tablet, højst 2 gange i døgnet "
         "(før: ikke angivet)."),
    ],
)  # fmt: skip
def test_each_thing_is_told_with_what_it_was(other, said):
    found = changes([A], [other])
    assert only(found).kind is Kind.CHANGED
    assert said in sentences(found)


def test_the_same_written_in_another_way_takes_nothing_away():
    twice = Period(start=DAY, repeat_days=2, days={n: (DayDose(Decimal(1), part=MORNING),) for n in (1, 2)})
    found = changes([A], [replace(A, dosage=Dosage((twice,), "tablet", "tabletter"))], days=3)
    assert sentences(found) == [
        "A 500 mg: ændret",
        "Doseringen er skrevet på en anden måde; det, der skal tages, er det samme.",
        "Dosering: Dosering fra d. 12. mar. 2026 - gentages hver 2. dag: Dag 1: 1 tablet morgen; Dag 2: 1 tablet "
        "morgen (før: 1 tablet morgen).",
        "Gælder straks.",
    ]
    assert not found.locks


# -- when it counts ---------------------------------------------------------------------------------------------------

TWO = ordination("a", MORNING, quantity="2")


def two_from(day: date) -> Ordination:
    """One tablet each morning, two from a day on."""
    one, two = (DayDose(Decimal(n), part=MORNING) for n in (1, 2))
    periods = (
        Period(start=date(2026, 1, 1), end=day - timedelta(days=1), days={1: (one,)}),
        Period(start=day, days={1: (two,)}),
    )
    return replace(A, dosage=Dosage(periods, "tablet", "tabletter"))


@pytest.mark.parametrize(
    ("now", "days", "new", "effect", "day", "says"),
    [
        ("06:00", None, TWO, Effect.AT_ONCE, 0, "Gælder straks."),
        ("06:00", 0, TWO, Effect.AT_ONCE, 0, "Gælder straks."),
        ("10:00", None, TWO, Effect.FROM_DATE, 1, "Gælder fra fredag den 13. marts 2026."),
        ("10:00", 1, TWO, Effect.FROM_NEXT_FILL, 1, "Gælder fra næste fyldning."),
        ("10:00", 2, TWO, Effect.AT_ONCE, 1, "Gælder straks, for det er allerede fyldt i boksen. Første gang er fredag "
         "den 13. marts 2026."),
        ("10:00", 3, two_from(after(3)), Effect.FROM_NEXT_FILL, 3, "Gælder fra næste fyldning."),
        ("10:00", 2, two_from(after(3)), Effect.FROM_DATE, 3, "Gælder fra søndag den 15. marts 2026."),
        ("10:00", 4, two_from(after(3)), Effect.AT_ONCE, 3, "Gælder straks, for det er allerede fyldt i boksen. Første "
         "gang er søndag den 15. marts 2026."),
        ("10:00", 3, two_from(after(90)), Effect.FROM_DATE, 90, "Gælder fra onsdag den 10. juni 2026."),
        ("10:00", 3, replace(A, text="andre ord"), Effect.AT_ONCE, None, "Gælder straks."),
    ],
)  # fmt: skip
def test_when_it_counts(now, days, new, effect, day, says):
    found = changes([A], [new], now, days)
    change = only(found)
    assert (change.effect, change.day) == (effect, None if day is None else after(day))
    assert change.from_date == (after(day) if effect is Effect.FROM_DATE else None)
    assert sentences(found)[-1] == says


def test_what_is_filled_counts_however_far_ahead_it_is():
    old, new = plan_of(A), plan_of(two_from(after(35)), version=2)
    assert only(difference(old, new, at("10:00"), filled(old, 40))).effect is Effect.AT_ONCE
    assert only(difference(old, new, at("10:00"), filled(old, 30))).effect is Effect.FROM_DATE


def test_an_intake_before_the_plan_is_valid_is_not_asked_for(play):
    """As the hub has it, though its window is open still."""
    old, new = plan_of(B), plan_of(A, B, version=2, valid_from=at("08:30"))
    play.accept(old)
    play.at("8.30").accept(new)
    assert f"{DAY}/morning" not in play.state.records
    assert only(difference(old, new, at("08:30"))).day == after(1)


def test_of_what_is_only_reminded_no_fill_says_anything():
    one, two = (replace(o, handout=Handout.REMINDED) for o in (A, TWO))
    found = changes([one, B], [two, B], "10:00", 3)
    assert (only(found).effect, only(found).from_date) == (Effect.FROM_DATE, after(1))


def test_one_more_in_the_morning_leaves_tonights_as_it_is():
    found = changes([ordination("a", EVENING)], [ordination("a", MORNING, EVENING)], "10:00", 1)
    assert (only(found).effect, only(found).day, found.locks) == (Effect.FROM_NEXT_FILL, after(1), ())


def test_what_was_taken_today_is_touched_no_more(play):
    """The hub leaves it alone, and what is open finishes under its plan (R6): another dose counts from tomorrow's."""
    old, new = plan_of(A), plan_of(TWO, version=2)
    play.accept(old)
    play.fill("morning", 1)
    play.at("8.00")
    assert only(difference(old, new, play.now.wall, play.state)).effect is Effect.AT_ONCE
    play.open("morning")
    assert only(difference(old, new, play.now.wall, play.state)).effect is Effect.FROM_NEXT_FILL
    play.take(1, 1)
    assert play.life("morning") is Life.TAKEN
    assert only(difference(old, new, play.now.wall, play.state)).effect is Effect.FROM_NEXT_FILL


def test_last_nights_that_still_waits_is_touched():
    slots = (*SLOTS[:4], Slot(id="nat", time=time(0, 30), part=NIGHT, window_min=120, next_day=True))
    old, new = (
        plan_of(ordination("a", NIGHT, quantity=q), version=n, slots=slots) for n, q in enumerate("12", start=1)
    )
    found = difference(old, new, at("00:10", after(1)))
    assert (only(found).effect, only(found).day) == (Effect.AT_ONCE, DAY)


def test_no_date_is_before_the_plan_is_valid():
    slots = (*SLOTS[:4], Slot(id="nat", time=time(0, 30), part=NIGHT, window_min=120, next_day=True))
    old, new = (
        plan_of(ordination("a", NIGHT, quantity=q), version=n, slots=slots) for n, q in enumerate("12", start=1)
    )
    change = only(difference(old, replace(new, valid_from=at("00:10", after(1))), at("10:00")))
    assert (change.day, change.from_date) == (DAY, after(1))


@pytest.mark.parametrize(
    ("start", "effect", "day"), [(None, Effect.AT_ONCE, DAY), (after(5), Effect.FROM_DATE, after(5))]
)
def test_as_needed_counts_when_it_can_be_asked_for(start, effect, day):
    old, new = ordination("a"), replace(ordination("a"), as_needed=AsNeeded(Decimal(1), 2, start=start))
    assert (only(changes([old], [new])).effect, only(changes([old], [new])).day) == (effect, day)


def test_a_plan_that_is_valid_later_counts_then():
    ahead = at("00:00", after(2))
    found = changes([A, B], [TWO, replace(B, text="t")], days=7, valid_from=ahead)
    assert found.at == ahead
    assert {c.ordination: (c.effect, c.from_date) for c in found.changes} == {
        "a": (Effect.FROM_DATE, after(2)), "b": (Effect.FROM_DATE, after(2)),
    }  # fmt: skip
    assert told(found).summary[0] == "Den nye plan gælder først fra lørdag den 14. marts 2026 kl. 0."
    assert [lock.at for lock in found.locks] == [at("08:00", after(n)) for n in range(2, 7)]
    assert found.first_not_served
    assert found.first_not_served.day == after(2)


# -- the box ----------------------------------------------------------------------------------------------------------


def test_what_locks_what_cannot_be_served_and_by_when_somebody_must_come():
    found = changes([A, B], [A, replace(B, dosage=ordination("b", EVENING, quantity=2).dosage)], "10:00", 2,
                    slots=moved("evening", early_min=30))  # fmt: skip
    assert [(lock.compartment, lock.why, lock.ordinations) for lock in found.locks] == [
        (2, Reason.CONTENTS_CHANGED, ("b",)), (4, Reason.CONTENTS_CHANGED, ("b",)),
    ]  # fmt: skip
    words = told(found)
    assert words.summary == (
        "Det første, der er fyldt og ikke kan gives fra boksen, er til torsdag den 12. marts 2026 kl. 18 (B).",
        "Der skal komme nogen senest torsdag den 12. marts 2026 kl. 17.30: boksen kan ikke give det, der skal tages "
        "torsdag den 12. marts 2026 kl. 18 (B).",
    )
    assert words.locks[0] == (
        "Rum 2 låses: det, der er fyldt til torsdag den 12. marts 2026 kl. 18, er ikke længere det rigtige (B)."
    )


def test_somebody_must_come_to_what_is_empty_on_the_way_to_it():
    """Tonight's was to be filled anyhow; tomorrow's, which is, cannot be served: who comes must come tonight."""
    old, new = plan_of(A, B), plan_of(TWO, B, version=2)
    found = difference(old, new, at("10:00"), filled(old, 2, but=("evening",)))
    assert found.first_not_served
    assert found.first_not_served.id == f"{after(1)}/morning"
    assert found.visit_for
    assert found.visit_for.id == f"{DAY}/evening"


def test_what_is_due_already_needs_somebody_at_once():
    found = changes([A], [TWO], "08:10", 1)
    assert found.visit_by == at("08:10")
    assert told(found).summary[1].startswith("Der skal komme nogen med det samme: ")


def test_a_new_medicine_in_a_slot_that_is_not_filled_needs_a_visit_too():
    """The hub tells of it when its window opens; whoever sends the plan knows before."""
    found = changes([A], [A, ordination("b", NOON)], "10:00", 14)
    assert (found.first_not_served, found.locks) == (None, ())
    assert found.visit_for
    assert found.visit_for.id == f"{DAY}/noon"
    assert found.visit_by == at("11:30")


def test_what_the_next_fill_has_in_it_anyhow_needs_no_visit():
    found = changes([A], [TWO], "10:00", 1)
    assert (found.visit_for, found.visit_by) == (None, None)
    assert told(found).summary == ("Ingen behøver komme for ændringernes skyld før næste fyldning.",)


def test_a_stop_alone_locks_and_needs_nobody():
    found = changes([A, B], [B], "06:00", 1)
    assert [(lock.compartment, lock.why) for lock in found.locks] == [(1, Reason.NO_SUCH)]
    assert found.visit_for is None
    assert told(found).locks == (
        "Rum 1 låses: der skal ikke længere tages noget torsdag den 12. marts 2026 kl. 8 (A).",
    )


def test_a_dose_as_needed_that_locks_is_told(play):
    needed = replace(ordination("a"), as_needed=AsNeeded(Decimal(1), 2))
    old, new = plan_of(needed), plan_of(replace(needed, as_needed=AsNeeded(Decimal(2), 2)), version=2)
    play.accept(old)
    play.do(c.FillCompartment(1, f"{AS_NEEDED}a", TABLET_MG, "Sanne"))
    assert told(difference(old, new, play.now.wall, play.state)).locks == (
        "Rum 1 låses: det, der er fyldt til efter behov, er ikke længere det rigtige (A).",
    )


def test_nobody_knows_what_is_filled():
    found = changes([A], [TWO], "10:00")
    assert (found.fills_known, found.locks, found.visit_by) == (False, (), None)
    assert told(found).summary == (
        "Hvad der er fyldt i boksen, vides ikke her. Derfor kan det ikke siges, hvilke rum der låses, og hvornår nogen "
        "skal komme.",
        "Er boksen fyldt efter den gamle plan, skal der komme nogen senest fredag den 13. marts 2026 kl. 7: boksen kan "
        "ikke give det, der skal tages fredag den 13. marts 2026 kl. 8 (A).",
    )
    assert told(changes([A, B], [A])).summary[1] == (
        "Er boksen fyldt efter den gamle plan, kan alt i den stadig gives."
    )


def test_the_same_is_the_same():
    assert told(changes([A], [A])).summary == ("Planerne siger det samme.",)
    assert told(changes([A], [A], days=1), "en").summary == (
        "The plans say the same.", "Nobody need come because of the changes before the next fill.",
    )  # fmt: skip


# -- the plan itself --------------------------------------------------------------------------------------------------


def test_whose_plan_it_is_is_told_without_a_number():
    """R15."""
    other = plan_of(A, version=2)
    found = difference(plan_of(A), replace(other, citizen="0201609995", hub="H2"), at("06:00"))
    assert told(found).plan_wide == (("Den nye plan er til en anden hub.",), ("Den nye plan er til en anden borger.",))


def test_contacts_are_told_and_so_is_who_comes_first():
    home, karen = Contact("home_care", "Hjemmeplejen", "12 34 56 78"), Contact("relative", "Karen", "23 45 67 89")
    old, new = (plan_of(A, version=n, contacts=c) for n, c in enumerate(((home, karen), (karen, home)), start=1))
    assert told(difference(old, new, at("06:00"))).plan_wide == (
        ("Kontakterne står i en anden rækkefølge; den første er den, skærmen viser.",),
    )
    found = difference(old, replace(new, contacts=(home, replace(karen, phone="87 65 43 21"))), at("06:00"))
    assert [s for w in told(found, "en").plan_wide for s in w] == [
        "The contact Karen (relative), 23 45 67 89 is no more.", "New contact: Karen (relative), 87 65 43 21.",
    ]  # fmt: skip
