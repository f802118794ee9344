"""Guided filling: one lock for one named person, what was put in scanned, counted and weighed (R7, R12, H10)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.filling import FILLING_MOST, PULSES
from hub.domain.intake import Life
from hub.domain.plan import Settings
from hub.domain.state import Item
from tests.domain.play import DAY, EVENING, MORNING, TABLET_MG, TIMES, Play, ordination, plan_of
from tests.domain.test_as_needed import para

METFORMIN, RAMIPRIL = "05701234567899", "05709876543217"


@pytest.fixture
def empty(play: Play) -> Play:
    """A plan, and a box with nothing in it."""
    play.accept(plan_of(ordination("metformin", MORNING, quantity="2"), ordination("ramipril", EVENING)))
    return play


@dataclass
class Nurse:
    play: Play

    def begins(self, slot: str = "morning", compartment: int = 1, filling: str = "f1") -> tuple[str, ...]:
        return self.play.do(c.BeginFilling(compartment, f"{DAY}/{slot}", filling, self.play.sensed(), "Sanne"))

    def puts_in(self, tablets: float, compartment: int = 1) -> None:
        self.play.lid(compartment, True)
        self.play.weight_mg += round(tablets * TABLET_MG)
        self.play.lid(compartment, False)

    def fills(
        self, *counted: e.Counted, slot: str = "morning", compartment: int = 1, second: str = ""
    ) -> tuple[str, ...]:
        mg = sum(n.weight_mg or 0 for n in counted)
        return self.play.do(c.FillCompartment(compartment, f"{DAY}/{slot}", mg, "Sanne", counted, second))


def counted(
    ordination: str = "metformin", quantity: str = "2", item: str = METFORMIN, mg: int | None = 1000
) -> e.Counted:
    return e.Counted(ordination, Decimal(quantity), item, mg)


@pytest.fixture
def nurse(empty: Play) -> Nurse:
    return Nurse(empty)


# -- one lock ---------------------------------------------------------------------------------------------------------


def test_the_intent_is_written_before_its_one_pulse(nurse):
    """R1, R12: it names who, what for, and the weight of the empty compartment."""
    assert nurse.begins() == ()
    begun = e.FillingBegun(
        filling="f1",
        compartment=1,
        intake=f"{DAY}/morning",
        number=1,
        weight_before_mg=nurse.play.weight_mg,
        by="Sanne",
    )
    assert nurse.play.said(e.FillingBegun) == [begun]
    nurse.play.minutes(2)
    assert nurse.play.said(e.FillingBegun) == [begun]  # no pulse without a touch


def test_what_was_counted_and_weighed_is_the_fill(nurse):
    nurse.begins()
    nurse.puts_in(2)
    assert nurse.fills(counted()) == ()
    filled = nurse.play.said(e.CompartmentFilled)[0]
    assert (filled.counted, filled.contents_mg, filled.by, filled.second) == ((counted(),), 1000, "Sanne", "")
    assert nurse.play.state.filling is None
    nurse.play.at("8.00")
    assert nurse.play.open("morning") == ()


def test_again_while_its_lid_has_not_opened_and_no_more_than_that(nurse):
    for number in range(1, PULSES + 1):
        assert nurse.begins(filling=f"f{number}") == ()
    assert [b.number for b in nurse.play.said(e.FillingBegun)] == [*range(1, PULSES + 1)]
    assert {b.filling for b in nurse.play.said(e.FillingBegun)} == {"f1"}
    assert nurse.begins() == ("not_now",)


def test_with_its_lid_open_it_is_not_unlocked_again(nurse):
    nurse.begins()
    nurse.play.lid(1, True)
    assert "another_opening" in nurse.begins()
    assert "another_opening" in nurse.begins("evening", 2)


def test_the_box_is_not_started_anew_in_one(nurse):
    nurse.begins()
    assert nurse.play.do(c.AskMachine("Reboot", "Bo")) == ("another_opening",)


def test_only_one_at_a_time_and_nothing_is_handed_out_meanwhile(empty):
    empty.fill("evening", 2)
    empty.at("18.00")
    tomorrow = f"{DAY + timedelta(days=1)}/morning"
    assert empty.do(c.BeginFilling(1, tomorrow, "f1", empty.sensed(), "Sanne")) == ()
    assert empty.open("evening") == ("another_opening",)
    later = f"{DAY + timedelta(days=1)}/evening"
    assert empty.do(c.BeginFilling(3, later, "f2", empty.sensed(), "Sanne")) == ("another_opening",)


@pytest.mark.parametrize(
    "reason",
    ["lid_open", "lids_unseen", "weight_unstable", "not_commissioned", "occupied", "no_such", "clock", "journal"],
)
def test_nothing_is_unlocked(nurse, reason):
    """R12: the same rules as for a dose; R7: the same as for a fill by word."""
    play, slot = nurse.play, "breakfast" if reason == "no_such" else "morning"
    match reason:
        case "lid_open":
            play.lid(9, True)
        case "lids_unseen":
            play.devices = {e.Device.LIDS: "gone"}
            play.tick()
        case "weight_unstable":
            play.stable = False
        case "not_commissioned":
            play.state = replace(play.state, commissioned=False)
        case "occupied":
            play.fill("evening", 1)
        case "clock":
            play.trust(False)
        case "journal":
            play.do(c.DoubtJournal("shortened"))
    assert reason in nurse.begins(slot)
    assert play.said(e.FillingBegun) == []


def test_a_dose_as_needed_is_filled_the_same_way(play):
    play.accept(plan_of(para()))
    nurse = Nurse(play)
    assert play.do(c.BeginFilling(1, "as-needed/para", "f1", play.sensed(), "Sanne")) == ()
    nurse.puts_in(1)
    ordered = c.FillCompartment(1, "as-needed/para", 500, "Sanne", (counted("para", "1", mg=500),))
    assert play.do(ordered) == ()


# -- what the box sees is wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [(), (counted(quantity="1"),), (counted("ramipril"),), (counted(), counted())])
def test_it_is_counted_dose_by_dose(nurse, wrong):
    nurse.begins()
    nurse.puts_in(2)
    assert nurse.fills(*wrong) == ("not_counted",)
    assert nurse.play.state.fills == {}
    assert nurse.fills(counted()) == ()


def test_what_was_counted_is_counted_in_the_compartment_that_was_opened(nurse):
    assert nurse.fills(counted()) == ("not_now",)
    nurse.begins()
    nurse.puts_in(2)
    assert nurse.fills(counted(), compartment=2) == ("another_opening",)
    assert nurse.fills(counted("ramipril", "1"), slot="evening") == ("another_opening",)


def test_its_lid_must_be_shut_again_and_seen(nurse):
    nurse.begins()
    nurse.play.lid(1, True)
    assert nurse.fills(counted()) == ("lid_open",)
    nurse.play.lid(1, False)
    nurse.play.devices = {e.Device.LIDS: "gone"}
    nurse.play.tick()
    assert nurse.fills(counted()) == ("occupied",)  # by what nobody knows
    assert nurse.play.state.fills[1].doubted == "lids_unseen"


def refill(nurse: Nurse, *of: e.Counted, slot: str = "evening", compartment: int = 2) -> tuple[str, ...]:
    assert nurse.begins(slot, compartment, "f2") == ()
    nurse.puts_in(sum(float(n.quantity) for n in of), compartment)
    return nurse.fills(*of, slot=slot, compartment=compartment)


def learnt(nurse: Nurse) -> None:
    nurse.begins()
    nurse.puts_in(2)
    assert nurse.fills(counted()) == ()


def test_a_package_of_another_medicine_is_refused(nurse):
    """H10: what a fill has taught of a package, the next one goes by."""
    learnt(nurse)
    assert refill(nurse, counted("ramipril", "1", METFORMIN, 500)) == ("wrong_package",)
    assert nurse.fills(counted("ramipril", "1", RAMIPRIL, 500), slot="evening", compartment=2) == ()


@pytest.mark.parametrize(
    ("mg", "fits"), [(500, True), (550, True), (450, True), (601, False), (399, False), (1000, False)]
)
def test_what_does_not_weigh_as_so_many_of_them_is_refused(nurse, mg, fits):
    """Two of 1000 mg were learnt; one of them weighs 500 mg, give or take what tablets and cell do."""
    learnt(nurse)
    nurse.play.accept(plan_of(ordination("metformin", MORNING, EVENING), version=2))
    assert refill(nurse, counted(quantity="1", mg=mg)) == (() if fits else ("weight_differs",))


def test_a_weight_is_learnt_only_from_what_was_scanned_counted_and_weighed(nurse):
    play = nurse.play
    play.fill("evening", 2, tablets=1)
    assert play.state.items == {}
    nurse.begins()
    nurse.puts_in(2)
    assert nurse.fills(counted(mg=None)) == ()
    assert play.state.items == {METFORMIN: Item("drug-metformin")}
    play.empty(1, 2)
    nurse.begins(filling="f2")
    nurse.puts_in(2)
    assert nurse.fills(counted(mg=1010)) == ()
    assert play.state.items == {METFORMIN: Item("drug-metformin", Decimal(2), 1010)}
    play.empty(1, 2)
    nurse.begins(filling="f3")
    nurse.puts_in(2)
    assert nurse.fills(counted(mg=990)) == ()
    assert play.state.items == {METFORMIN: Item("drug-metformin", Decimal(4), 2000)}
    play.empty(1, 2)
    nurse.begins(filling="f4")
    nurse.puts_in(2)
    assert nurse.fills(counted(item="")) == ()
    assert play.state.items == {METFORMIN: Item("drug-metformin", Decimal(4), 2000)}


@pytest.mark.parametrize("unlike", [counted(quantity="1", mg=900), counted("ramipril", "1", mg=500)])
def test_two_persons_may_know_better_and_it_is_learnt_anew(nurse, unlike):
    """A substitute in the plan, a tablet that is made otherwise now, a first count that was wrong."""
    learnt(nurse)
    nurse.play.accept(plan_of(ordination(unlike.ordination, EVENING), version=2))
    assert refill(nurse, unlike) in (("weight_differs",), ("wrong_package",))
    assert nurse.fills(unlike, slot="evening", compartment=2, second="Bo") == ()
    learned = nurse.play.state.items[METFORMIN]
    assert learned == Item(f"drug-{unlike.ordination}", Decimal(1), unlike.weight_mg)


def test_without_a_drug_id_name_and_strength_tell_packages_apart(play):
    plan = plan_of(ordination("metformin", MORNING, quantity="2"), ordination("ramipril", EVENING))
    nameless = tuple(replace(o, medicine=replace(o.medicine, drug_id="")) for o in plan.ordinations)
    play.accept(replace(plan, ordinations=nameless))
    nurse = Nurse(play)
    learnt(nurse)
    assert refill(nurse, counted("ramipril", "1", METFORMIN, 500)) == ("wrong_package",)


def test_one_package_for_two_medicines_is_refused(play):
    """H10: also the first time, when nothing is known of it."""
    play.accept(plan_of(ordination("metformin", MORNING), ordination("ramipril", MORNING)))
    nurse = Nurse(play)
    nurse.begins()
    nurse.puts_in(2)
    both = counted(quantity="1", mg=500), counted("ramipril", "1", METFORMIN, 500)
    assert nurse.fills(*both) == ("wrong_package",)
    assert nurse.fills(*both, second="Bo") == ()


def test_one_package_for_two_ordinations_of_its_medicine(play):
    one, two = ordination("metformin", MORNING), ordination("more", MORNING)
    play.accept(plan_of(one, replace(two, medicine=one.medicine)))
    nurse = Nurse(play)
    nurse.begins()
    nurse.puts_in(2)
    assert nurse.fills(counted(quantity="1", mg=500), counted("more", "1", METFORMIN, 500)) == ()


@pytest.mark.parametrize(("lies_in_it", "fits"), [(1000, True), (1049, True), (1500, False), (0, False)])
def test_what_lies_in_it_with_its_lid_shut_is_what_was_counted(nurse, lies_in_it, fits):
    """After the last count one more falls in, or all of it is taken out again."""
    nurse.begins()
    nurse.puts_in(2)
    filled = c.FillCompartment(1, f"{DAY}/morning", lies_in_it, "Sanne", (counted(),))
    assert nurse.play.do(filled) == (() if fits else ("weight_differs",))
    assert fits or nurse.play.do(replace(filled, second="Bo")) == ()


def test_what_took_weight_away_was_not_put_in(nurse):
    nurse.begins()
    nurse.puts_in(2)
    assert nurse.fills(counted(mg=-900)) == ("weight_differs",)
    assert nurse.fills(counted(mg=-900), second="Bo") == ("weight_differs",)


def test_a_lid_that_never_opened_holds_nothing(nurse):
    """They lie on the tray beside it."""
    nurse.begins()
    nurse.play.weight_mg += 1000
    assert nurse.fills(counted()) == ("not_counted",)


def test_what_may_be_nothing_at_all_teaches_nothing(nurse):
    """Who forgets the tablets the first time teaches no weight of 0 mg."""
    nurse.begins()
    nurse.puts_in(0)
    assert nurse.fills(counted(mg=50)) == ()
    assert nurse.play.state.items == {METFORMIN: Item("drug-metformin")}


# -- a second person --------------------------------------------------------------------------------------------------


@pytest.fixture
def two(play: Play) -> Nurse:
    """A municipality that wants two where the box has not seen it itself."""
    settings = Settings(times_per_day=TIMES, second_person=True)
    play.accept(plan_of(ordination("metformin", MORNING, quantity="2"), settings=settings))
    return Nurse(play)


def test_what_the_box_has_seen_one_person_fills(two):
    two.begins()
    two.puts_in(2)
    assert two.fills(counted()) == ()


@pytest.mark.parametrize("unseen", [counted(item=""), counted(mg=None)])
def test_what_it_has_not_seen_wants_a_second_one(two, unseen):
    two.begins()
    two.puts_in(2)
    assert two.fills(unseen) == ("second_person",)
    assert two.fills(unseen, second="Sanne") == ("second_person",)
    assert two.fills(unseen, second="Bo") == ()
    assert two.play.said(e.CompartmentFilled)[0].second == "Bo"


def test_so_does_a_fill_by_word_alone(two):
    assert two.play.fill("morning", 1) == ("second_person",)
    assert two.play.do(c.FillCompartment(1, f"{DAY}/morning", 1000, "Sanne", (), "Bo")) == ()


# -- when it comes to nothing -----------------------------------------------------------------------------------------


def nobody_knows(nurse: Nurse, why: str) -> None:
    """What lies in compartment 1 is nobody's word: it serves nothing, and must be emptied before it is filled."""
    play = nurse.play
    assert (play.state.filling, play.state.fills[1].doubted) == (None, why)
    play.lids = frozenset()
    play.tick()
    assert "occupied" in nurse.begins(filling="f2")
    play.at("8.00")
    assert play.life("morning") is Life.WITHHELD
    assert "cannot_serve/morning" in play.alarms()
    assert play.do(c.VerifyFill(1, "Sanne")) == ("not_now",)  # a look makes it no fill
    assert "fill_doubted" in play.open("morning")
    assert play.empty(1) == ()
    assert nurse.begins(filling="f2") == ()


def test_given_up_before_the_lid_opened_nothing_has_happened(nurse):
    nurse.begins()
    assert nurse.play.do(c.EndFilling("Sanne")) == ()
    assert (nurse.play.state.filling, nurse.play.state.fills) == (None, {})
    assert nurse.play.do(c.EndFilling("Sanne")) == ("no_such",)


def test_given_up_after_that(nurse):
    nurse.begins()
    nurse.puts_in(1)
    nurse.play.do(c.EndFilling("Sanne"))
    nobody_knows(nurse, "given_up")


def test_forgotten_with_the_lid_open(nurse):
    nurse.begins()
    nurse.play.lid(1, True)
    nurse.play.wait(FILLING_MOST - timedelta(seconds=1))
    assert nurse.play.state.filling
    nurse.play.seconds(2)
    assert "lid_left_open/lids" in nurse.play.alarms()
    nurse.play.lid(1, False)
    assert "lid_left_open/lids" not in nurse.play.alarms()
    nobody_knows(nurse, "forgotten")


def test_the_hub_died_in_it(nurse):
    """R7: also where the lid was not seen to move: it may have while the hub was dead."""
    nurse.begins()
    nurse.play.die("boot-2")
    nobody_knows(nurse, "restart")


def test_another_lid_opened_meanwhile(nurse):
    nurse.begins()
    nurse.play.lid(1, True)
    nurse.play.lid(2, True)
    nurse.play.lid(2, False)
    nurse.play.lid(1, False)
    nobody_knows(nurse, "another_lid_opened")


def test_a_pulse_that_was_not_given_ends_it(nurse):
    nurse.begins()
    assert nurse.play.do(c.PulseEnded("f1", 1, "not given", given=False)) == ()
    assert (nurse.play.state.filling, nurse.play.state.fills) == (None, {})


def test_a_pulse_that_failed_may_have_opened_it(nurse):
    """An edge may be on its way; the compartment is not as empty as before."""
    nurse.begins()
    nurse.play.do(c.PulseEnded("f1", 1, "it did not go low"))
    nobody_knows(nurse, "it did not go low")


def test_so_may_the_one_before_it(nurse):
    nurse.begins()
    nurse.begins()
    nurse.play.do(c.PulseEnded("f1", 2, "not given", given=False))
    nobody_knows(nurse, "not given")


def test_once_its_lid_is_open_a_pulse_that_failed_is_no_matter(nurse):
    nurse.begins()
    nurse.play.lid(1, True)
    assert nurse.play.do(c.PulseEnded("f1", 1, "late")) == ()
    assert nurse.play.state.filling


@pytest.mark.parametrize("why", ["given_up", "restart", "forgotten", "lids_unseen", "another_lid_opened"])
def test_before_the_first_plan_counts_too(play, why):
    """The first visit: the box is filled for a plan that begins tomorrow, and there is none yet."""
    tomorrow = DAY + timedelta(days=1)
    play.accept(plan_of(ordination("metformin", MORNING), valid_from=datetime(2026, 3, 12, 23, tzinfo=UTC)))
    order = c.BeginFilling(1, f"{tomorrow}/morning", "f1", play.sensed(), "Sanne")
    assert play.do(order) == ()
    play.lid(1, True)
    match why:
        case "given_up":
            play.do(c.EndFilling("Sanne"))
        case "restart":
            play.die("boot-2")
        case "forgotten":
            play.wait(FILLING_MOST)
        case "lids_unseen":
            play.devices = {e.Device.LIDS: "gone"}
            play.tick()
        case _:
            play.lid(2, True)
    assert play.state.fills[1].doubted == why
    assert play.do(order) == ("occupied",)


# -- doubts, and the look that ends them ------------------------------------------------------------------------------


def moved(play: Play, mg: int | None) -> None:
    for _ in range(3):
        tick = c.Tick(replace(play.sensed(), moved_mg=mg))
        play.do(tick)


def test_a_weight_that_changed_with_the_lids_shut_doubts_all_fills(day):
    """R7, H23: nobody knows which one it came from."""
    moved(day, None)
    assert day.said(e.FillDoubted) == []
    moved(day, -500)
    assert [(b.compartment, b.reason) for b in day.said(e.FillDoubted)] == [(n, "weight_changed") for n in (1, 2, 3, 4)]
    assert [(a.id, a.criticality) for a in day.state.living_alarms()] == [("tamper/scale", "high")]
    day.at("8.00")
    assert "fill_doubted" in day.open("morning")


def test_in_an_opening_it_is_the_openings(day):
    day.at("8.00").open("morning")
    moved(day, -500)
    assert day.said(e.FillDoubted) == []


def test_while_the_citizen_is_asked_it_is_somebody_elses(day):
    day.at("8.00").open("morning")
    day.stable = False
    day.take(1, 1).seconds(15)
    assert day.state.opening.asked_at
    moved(day, -500)
    assert {b.compartment for b in day.said(e.FillDoubted)} >= {2, 3, 4}


def test_in_a_filling_the_others_are_doubted(empty):
    empty.fill("evening", 2)
    nurse = Nurse(empty)
    nurse.begins()
    moved(empty, -500)
    assert [b.compartment for b in empty.said(e.FillDoubted)] == [2]
    nurse.puts_in(2)
    assert nurse.fills(counted()) == ()


@pytest.mark.parametrize("how", ["empty", "verify"])
def test_who_has_looked_has_the_alarm_and_the_next_one_is_told_anew(day, how):
    """R9: nothing of theirs hides what comes later."""
    look = {"empty": lambda n: day.empty(n, 1), "verify": lambda n: day.do(c.VerifyFill(n, "Sanne"))}[how]
    day.lid(2, True)
    day.lid(2, False)
    moved(day, -500)
    assert {"tamper/2", "tamper/scale"} <= day.alarms()
    assert look(2) == ()
    assert "tamper/2" not in day.alarms()
    assert "tamper/scale" in day.alarms()
    assert [look(n) for n in (1, 3, 4)] == [(), (), ()]
    assert "tamper/scale" not in day.alarms()


def test_a_named_person_who_has_looked_vouches_for_a_fill(day):
    moved(day, -500)
    assert day.do(c.VerifyFill(1, "Sanne")) == ()
    assert day.do(c.VerifyFill(1, "Sanne")) == ("already",)
    assert day.do(c.VerifyFill(9, "Sanne")) == ("no_such",)
    day.at("8.00")
    assert day.open("morning") == ()
    assert day.do(c.VerifyFill(2, "Sanne")) == ("another_opening",)


def test_of_what_may_have_been_taken_more_must_be_said(day):
    day.at("8.00").open("morning")
    day.die("boot-2", replace(day.sensed(), open_lids=None))
    assert day.life("morning") is Life.UNCERTAIN
    assert day.do(c.VerifyFill(1, "Sanne")) == ("not_now",)


def test_a_lid_open_for_long_outside_an_opening_is_told_once_and_ends_when_it_is_shut(day):
    """H13: the box gives nothing meanwhile."""
    day.lid(9, True)
    day.wait(FILLING_MOST)
    assert "lid_left_open/lids" in day.alarms()
    day.do(c.Acknowledge("lid_left_open/lids", "Sanne"))
    day.minutes(5)
    assert "lid_left_open/lids" not in day.alarms()
    day.lid(9, False)
    day.minutes(1)
    day.lid(9, True)
    day.wait(FILLING_MOST)
    assert "lid_left_open/lids" in day.alarms()
