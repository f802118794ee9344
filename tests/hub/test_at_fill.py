"""Guided filling through the desk: what was scanned and weighed between two counts is what the core is told (H10)."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub import at_fill
from hub import protocol as p
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import SETTLE_S
from hub.domain.filling import PULSES
from hub.domain.plan import AsNeeded, Settings
from hub.domain.state import Item
from hub.ports import Package, Scan, ScanRefused, Symbology, Unread
from hub.status import AHEAD_DAYS
from tests.domain.play import DAY, EVENING, TIMES
from tests.hub.at_desk import WHO, Hub, at_desk
from tests.hub.box import MORNING, TABLET_MG, offer, ordination, plan_of
from tests.hub.made import wait_for

MORNINGS = f"{DAY}/morning"
EVENINGS = f"{DAY}/evening"
PINEMOL, RAMIPRIL = "07046261234566", "05709876543217"


class Nurse:
    """At the box: hands, a scanner, and the staff socket."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.box = hub, hub.box

    def says(self, message: Any) -> Any:
        return self.hub.say(message)

    def begins(self, compartment: int = 3, intake: str = MORNINGS) -> Any:
        return self.says(p.BeginFilling(**WHO, compartment=compartment, intake=intake))

    def lid(self, is_open: bool, compartment: int = 3) -> None:
        self.box.move_lid(compartment, is_open)
        wait_for(lambda: (compartment in self.hub.loop.state.open_lids) is is_open)

    def opens(self, compartment: int = 3, intake: str = MORNINGS) -> None:
        assert isinstance(self.begins(compartment, intake), p.FillingReport)
        wait_for(lambda: self.box.pulses[-1:] == [compartment])
        self.lid(True, compartment)

    def scans(self, code: str = PINEMOL) -> None:
        self.hub.desk.at_fill.scanned(Scan(0.0, Symbology.GS1_DATAMATRIX, Package(code)))

    def garbles(self) -> None:
        self.hub.desk.at_fill.scanned(ScanRefused(0.0, Unread.CHECK_DIGIT, "01"))

    def puts_in(self, mg: int) -> None:
        """And leaves the box alone: time passes, and the scale comes to rest."""
        self.box.weight_mg += mg
        self.box.weighed_at_s = self.hub.clock.now().monotonic_s + 2 * SETTLE_S

    def identifies(self, ordination: str = "pinemol") -> Any:
        return self.says(p.Identify(**WHO, ordination=ordination))

    def counts(self, ordination: str = "pinemol", **more: bool) -> Any:
        return self.says(p.Count(**WHO, ordination=ordination, **more))

    def fills(self, compartment: int = 3, intake: str = MORNINGS, **more: Any) -> Any:
        return self.says(p.Fill(**WHO, compartment=compartment, intake=intake, **more))

    def all_of(self, compartment: int, intake: str, mg: int, ordination: str = "pinemol", code: str = PINEMOL) -> Any:
        """One dose, scanned, counted and weighed."""
        self.opens(compartment, intake)
        self.scans(code)
        self.puts_in(mg)
        counted = self.counts(ordination)
        self.lid(False, compartment)
        return self.fills(compartment, intake) if isinstance(counted, p.FillingReport) else counted


@pytest.fixture
def nurse(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nurse]:
    """Two tablets of pinemol in the morning beside one of ramipril, one of pinemol in the evening; an empty box."""
    monkeypatch.setattr(at_fill, "REST_S", 0.5)
    with at_desk(path) as hub:
        pinemol = ordination("pinemol", MORNING, EVENING, quantity="2")
        hub.do(offer(plan_of(pinemol, ordination("ramipril", MORNING))))
        yield Nurse(hub)


def refused(*reasons: str) -> p.Error:
    return p.Error(p.Problem.REFUSED, reasons)


def status(nurse: Nurse) -> p.StatusReport:
    answer = nurse.says(p.Status())
    assert isinstance(answer, p.StatusReport)
    return answer


def test_status_tells_what_may_be_filled_today_and_for_a_week(nurse: Nurse) -> None:
    ahead = [f"{DAY + timedelta(days=n)}/{slot}" for n in range(AHEAD_DAYS) for slot in ("morning", "evening")]
    assert list(status(nurse).to_fill) == ahead
    nurse.all_of(3, EVENINGS, 1000)
    assert list(status(nurse).to_fill) == [intake for intake in ahead if intake != EVENINGS]
    nurse.hub.vouched_for(False)
    assert status(nurse).to_fill == ()


def test_doses_as_needed_in_as_many_as_there_are(nurse: Nurse) -> None:
    pain = replace(ordination("pain"), as_needed=AsNeeded(Decimal(1), 4))
    nurse.hub.do(offer(plan_of(pain, version=2)))
    assert status(nurse).to_fill == ("as-needed/pain",)


def test_of_a_plan_that_waits_what_comes_after_it_begins(nurse: Nurse) -> None:
    begins = datetime.combine(DAY + timedelta(days=3), time(0), UTC)
    nurse.hub.do(offer(plan_of(ordination("ramipril", MORNING), version=2, valid_from=begins)))
    told = status(nurse).to_fill
    assert f"{DAY + timedelta(days=2)}/evening" in told
    assert f"{DAY + timedelta(days=4)}/morning" in told
    assert f"{DAY + timedelta(days=4)}/evening" not in told


# -- from the unlocked lid to the fill --------------------------------------------------------------------------------


def test_one_lock_its_lamp_and_what_is_to_be_put_in(nurse: Nurse) -> None:
    begun = nurse.begins()
    assert (begun.compartment, begun.intake, begun.opened, begun.scanned) == (3, MORNINGS, False, "")
    assert [(d.ordination, d.dose.quantity, d.counted) for d in begun.doses] == [
        ("pinemol", "2", False),
        ("ramipril", "1", False),
    ]
    wait_for(lambda: nurse.box.pulses == [3])
    wait_for(lambda: nurse.box.lamps[-1:] == [(3, True)])
    assert nurse.hub.shown[-1].filling == 3
    now = status(nurse)
    assert now.busy
    assert now.filling == begun


def test_each_dose_scanned_counted_and_weighed_is_the_fill(nurse: Nurse) -> None:
    nurse.opens()
    nurse.scans()
    assert nurse.identifies().scanned == PINEMOL
    nurse.puts_in(2 * TABLET_MG)
    first = nurse.counts().doses[0]
    assert (first.counted, first.item, first.weight_mg) == (True, PINEMOL, 2 * TABLET_MG)
    nurse.scans(RAMIPRIL)
    nurse.puts_in(300)
    nurse.counts("ramipril")
    assert nurse.fills() == refused("lid_open")
    nurse.lid(False)
    nurse.puts_in(0)
    assert nurse.fills() is None
    (filled,) = nurse.hub.bodies(e.CompartmentFilled)
    assert (filled.contents_mg, filled.by, filled.second) == (1300, "Sanne Holm", "")
    assert filled.counted == (
        e.Counted("pinemol", Decimal(2), PINEMOL, 1000),
        e.Counted("ramipril", Decimal(1), RAMIPRIL, 300),
    )
    assert nurse.hub.loop.state.items[PINEMOL].weight_mg == 1000
    assert status(nurse).filling is None
    wait_for(lambda: nurse.box.lamps[-1:] == [(3, False)])


def test_what_is_put_in_or_taken_out_after_the_last_count_is_seen(nurse: Nurse) -> None:
    """Weighed once more, with the lid shut."""
    nurse.opens(1, EVENINGS)
    nurse.puts_in(1000)
    nurse.counts()
    nurse.puts_in(500)
    nurse.lid(False, 1)
    assert nurse.fills(1, EVENINGS) == refused("weight_differs")
    nurse.puts_in(-500)
    nurse.box.stable = False
    assert nurse.fills(1, EVENINGS) == refused("weight_unstable")
    nurse.box.stable = True
    assert nurse.fills(1, EVENINGS) is None
    assert nurse.hub.bodies(e.CompartmentFilled)[0].contents_mg == 1000


def test_a_scale_that_does_not_come_to_rest_is_gone_without(nurse: Nurse) -> None:
    nurse.opens(1, EVENINGS)
    nurse.puts_in(1000)
    nurse.counts()
    nurse.lid(False, 1)
    nurse.box.stable = False
    assert nurse.fills(1, EVENINGS, unweighed=True) is None
    assert nurse.hub.bodies(e.CompartmentFilled)[0].contents_mg is None


def test_without_scanner_and_scale_it_is_counted_and_nothing_is_learnt(nurse: Nurse) -> None:
    nurse.opens()
    for ordination_ in ("pinemol", "ramipril"):
        assert isinstance(nurse.counts(ordination_, unweighed=True), p.FillingReport)
    nurse.lid(False)
    assert nurse.fills() is None
    (filled,) = nurse.hub.bodies(e.CompartmentFilled)
    assert (filled.contents_mg, {(n.item, n.weight_mg) for n in filled.counted}) == (None, {("", None)})
    assert nurse.hub.loop.state.items == {}


def test_by_word_alone_it_is_as_before(nurse: Nurse) -> None:
    assert nurse.fills(contents_mg=1300) is None
    (filled,) = nurse.hub.bodies(e.CompartmentFilled)
    assert (filled.contents_mg, filled.counted) == (1300, ())
    assert nurse.box.pulses == []


def test_a_dose_not_counted_is_not_filled(nurse: Nurse) -> None:
    nurse.opens()
    nurse.counts(unweighed=True)
    nurse.lid(False)
    assert nurse.fills() == refused("not_counted")
    assert nurse.fills(contents_mg=1300) == refused("not_counted"), "nor by word, while a filling is under way"
    assert nurse.hub.loop.state.fills == {}


def test_a_dose_is_counted_once_and_only_what_belongs_in(nurse: Nurse) -> None:
    assert nurse.counts() == refused("not_now")
    nurse.opens()
    nurse.counts(unweighed=True)
    assert nurse.counts(unweighed=True) == refused("already")
    assert nurse.counts("nothing", unweighed=True) == refused("no_such")
    assert nurse.identifies("nothing") == refused("no_such")


# -- what was scanned -------------------------------------------------------------------------------------------------


def test_two_packages_between_two_counts_are_refused_and_scanned_anew(nurse: Nurse) -> None:
    nurse.opens()
    nurse.scans()
    nurse.scans(RAMIPRIL)
    nurse.puts_in(1000)
    assert status(nurse).filling.scanned == "two_packages"
    assert nurse.counts() == refused("two_packages")
    nurse.scans()
    nurse.scans()  # held up again: the same package
    assert nurse.counts().doses[0].item == PINEMOL


def test_a_code_that_was_refused_is_said_and_beside_a_good_one_it_is_nothing(nurse: Nurse) -> None:
    nurse.opens()
    nurse.garbles()
    assert nurse.identifies() == refused("code_not_read")
    nurse.garbles()
    nurse.scans()
    assert nurse.identifies().scanned == PINEMOL


def test_one_package_for_two_medicines_is_told_at_the_second(nurse: Nurse) -> None:
    nurse.opens()
    nurse.scans()
    nurse.counts(unweighed=True)
    nurse.scans()
    assert nurse.identifies("ramipril") == refused("wrong_package")


def test_our_own_codes_are_no_package(nurse: Nurse) -> None:
    nurse.opens()
    nurse.hub.desk.at_fill.scanned(Scan(0.0, Symbology.QR, "MEDHUB:badge"))
    assert nurse.identifies() == refused("code_not_read")


def test_what_was_scanned_before_or_for_another_count_is_not_of_this_one(nurse: Nurse) -> None:
    nurse.scans()
    nurse.opens()
    assert nurse.identifies().scanned == ""
    nurse.scans()
    nurse.counts(unweighed=True)
    assert nurse.counts("ramipril", unweighed=True).doses[1].item == ""


def test_a_package_known_as_another_medicines_is_told_before_anything_of_it_is_put_in(nurse: Nurse) -> None:
    assert nurse.all_of(1, EVENINGS, 1000) is None
    nurse.opens()
    nurse.scans()
    assert nurse.identifies("ramipril") == refused("wrong_package")
    assert nurse.identifies("ramipril").scanned == ""
    nurse.scans()
    nurse.puts_in(300)
    assert "wrong_package" in nurse.counts("ramipril").reasons
    nurse.scans(RAMIPRIL)
    assert nurse.counts("ramipril").doses[1].item == RAMIPRIL


# -- what was weighed -------------------------------------------------------------------------------------------------


def test_what_does_not_weigh_as_before_is_told_while_it_can_be_put_right(nurse: Nurse) -> None:
    assert nurse.all_of(1, EVENINGS, 1000) is None
    nurse.opens()
    nurse.scans()
    nurse.puts_in(500)
    assert nurse.counts() == refused("weight_differs")
    nurse.puts_in(500)
    assert nurse.counts().doses[0].weight_mg == 1000, "the scan still holds, and so does the weight before"


def test_two_persons_may_know_better_and_only_two(nurse: Nurse) -> None:
    assert nurse.all_of(1, EVENINGS, 1000) is None
    nurse.opens()
    nurse.scans()
    nurse.puts_in(500)
    assert isinstance(nurse.counts(as_it_is=True), p.FillingReport)
    nurse.counts("ramipril", unweighed=True)
    nurse.lid(False)
    assert nurse.fills() == refused("weight_differs")
    assert nurse.fills(second_person="sanne", second_pin="4711") == refused("same_person")
    assert nurse.fills(second_person="ole", second_pin="1111") == refused("person")
    assert nurse.fills(second_person="ole") == refused("person")
    assert nurse.fills(second_person="ole", second_pin="2580") is None
    assert nurse.hub.bodies(e.CompartmentFilled)[-1].second == "Ole Juul"


def test_light_tablets_are_blind_and_never_refused(nurse: Nurse) -> None:
    """Up to the scale's resolution one of them more or less is not seen: docs/filling.md says so."""
    assert nurse.all_of(1, EVENINGS, 80) is None
    nurse.opens()
    nurse.scans()
    nurse.puts_in(40)
    assert nurse.counts().doses[0].weight_mg == 40


def test_a_scale_not_at_rest_is_waited_for_and_then_said(nurse: Nurse) -> None:
    nurse.opens()
    nurse.puts_in(1000)
    nurse.box.stable = False
    assert nurse.counts() == refused("weight_unstable")
    nurse.box.stable = True
    assert nurse.counts().doses[0].weight_mg == 1000


def test_a_count_that_waits_is_of_its_own_filling(nurse: Nurse) -> None:
    nurse.opens()
    nurse.box.stable = False
    answers: list[Any] = []
    count = p.Count(**WHO, ordination="pinemol")
    nurse.hub.ask(lambda: nurse.hub.desk.on_request(p.Role.STAFF, count, answers.append))
    assert nurse.says(p.EndFilling(**WHO)) is None
    wait_for(lambda: bool(answers))
    assert answers == [refused("not_now")]


def test_a_weight_from_before_it_was_asked_for_is_none(nurse: Nurse) -> None:
    """R13: at rest, but perhaps before the tablets lay there."""
    nurse.opens()
    nurse.box.weighed_at_s = nurse.hub.clock.now().monotonic_s + SETTLE_S / 2
    assert nurse.counts() == refused("weight_unstable")


def test_after_one_that_was_not_weighed_the_next_one_is_not_either(nurse: Nurse) -> None:
    nurse.opens()
    nurse.counts(unweighed=True)
    nurse.puts_in(1300)
    assert nurse.counts("ramipril").doses[1].weight_mg is None


def test_a_scale_that_is_lost_is_not_waited_for(nurse: Nurse) -> None:
    nurse.opens()
    nurse.box.broken.add("scale")
    nurse.hub.ask(nurse.hub.devices.looks[e.Device.SCALE].once)
    wait_for(lambda: nurse.hub.ask(lambda: nurse.hub.loop._settle()) and e.Device.SCALE in nurse.hub.loop.state.lost)
    assert nurse.counts().doses[0].weight_mg is None


# -- who, and when ----------------------------------------------------------------------------------------------------


@pytest.fixture
def two(nurse: Nurse) -> Nurse:
    """A municipality that wants two where the box has not seen it itself."""
    settings = Settings(times_per_day=TIMES, second_person=True)
    nurse.hub.do(offer(plan_of(ordination("pinemol", MORNING, quantity="2"), settings=settings, version=2)))
    return nurse


def test_what_the_box_has_seen_one_person_fills_and_otherwise_two(two: Nurse) -> None:
    assert two.fills(contents_mg=1000) == refused("second_person")
    two.opens()
    two.counts(unweighed=True)
    two.lid(False)
    assert two.fills() == refused("second_person")
    assert two.says(p.EndFilling(**WHO)) is None
    assert two.says(p.Empty(**WHO, compartment=3)) is None
    assert two.all_of(3, MORNINGS, 1000) is None


def test_on_a_doubted_clock_nothing_is_begun_and_what_is_under_way_may_be_ended(nurse: Nurse) -> None:
    nurse.opens()
    nurse.hub.vouched_for(False)
    for message in (
        p.BeginFilling(**WHO, compartment=2, intake=EVENINGS),
        p.Identify(**WHO, ordination="pinemol"),
        p.Count(**WHO, ordination="pinemol"),
        p.Fill(**WHO, compartment=3, intake=MORNINGS),
        p.Verify(**WHO, compartment=3),
    ):
        assert nurse.says(message) == refused("clock")
    assert nurse.says(p.EndFilling(**WHO)) is None


def test_nobody_fills_without_a_pin(nurse: Nurse) -> None:
    who = {"person": "sanne", "pin": "0000"}
    assert nurse.says(p.BeginFilling(**who, compartment=3, intake=MORNINGS)) == refused("person")
    assert nurse.box.pulses == []


def test_a_filling_that_waited_for_a_slow_disk_unlocks_nothing(nurse: Nurse) -> None:
    """H13: whoever asked for it may have gone."""
    answers: list[Any] = []
    desk = nurse.hub.desk
    desk._real_s = iter([0.0, 2.1]).__next__
    message = p.BeginFilling(**WHO, compartment=3, intake=MORNINGS)
    nurse.hub.ask(lambda: desk.on_request(p.Role.STAFF, message, answers.append))
    nurse.hub.ask(lambda: None)
    assert answers == [refused("not_now")]


def test_there_is_no_such_compartment(nurse: Nurse) -> None:
    assert nurse.begins(17) == refused("no_such")


def test_what_is_not_to_be_filled_is_not_unlocked(nurse: Nurse) -> None:
    assert nurse.begins(intake=f"{DAY}/noon") == refused("no_such")
    nurse.fills(contents_mg=1300)
    assert nurse.begins() == refused("occupied")


# -- when it comes to nothing -----------------------------------------------------------------------------------------


def test_a_lid_that_never_opens_gets_its_pulses_and_the_compartment_is_still_empty(nurse: Nurse) -> None:
    for number in range(1, PULSES + 1):
        assert isinstance(nurse.begins(), p.FillingReport)
        wait_for(lambda number=number: nurse.box.pulses == [3] * number)
    assert nurse.begins() == refused("not_now")
    assert nurse.says(p.EndFilling(**WHO)) is None
    assert status(nurse).compartments == ()


@pytest.mark.parametrize(("broken", "left"), [("lines", ()), ("lock", (3,))])
def test_a_lock_that_cannot_be_pulsed_ends_it(nurse: Nurse, broken: str, left: tuple[int, ...]) -> None:
    """Not begun, nothing has moved; of a driver that failed in the middle of it nobody can say."""
    nurse.box.broken.add(broken)
    nurse.begins()
    wait_for(lambda: bool(nurse.hub.bodies(e.FillingEnded)))
    assert (status(nurse).filling, tuple(nurse.hub.loop.state.fills)) == (None, left)


def test_given_up_with_something_in_it_staff_are_told_what_nobody_knows(nurse: Nurse) -> None:
    nurse.opens()
    nurse.counts(unweighed=True)
    assert nurse.says(p.EndFilling(**WHO)) is None
    (told,) = status(nurse).compartments
    assert (told.compartment, told.verified, told.doubted) == (3, False, "given_up")
    nurse.lid(False)
    assert nurse.begins() == refused("occupied")
    assert nurse.says(p.Empty(**WHO, compartment=3)) is None
    assert [d.counted for d in nurse.begins().doses] == [False, False], "what was counted is gone with it"


def test_while_it_is_filled_nothing_else_is_opened_and_no_device_is_tried(nurse: Nurse) -> None:
    nurse.fills(1, EVENINGS, contents_mg=1000)
    nurse.opens()
    assert "another_opening" in nurse.says(p.HandOutEarly(**WHO, intake=EVENINGS)).reasons
    assert nurse.says(p.SelfTest(**WHO)) == refused("another_opening")


def test_the_plan_changes_in_the_middle_and_what_was_counted_is_not_its_fill(nurse: Nurse) -> None:
    nurse.opens()
    nurse.counts(unweighed=True)
    nurse.hub.do(offer(plan_of(ordination("ramipril", EVENING), version=2)))
    assert nurse.counts("ramipril", unweighed=True) == refused("no_such")
    nurse.lid(False)
    assert isinstance(nurse.fills(), p.Error)


def test_a_look_vouches_for_a_fill(nurse: Nurse) -> None:
    nurse.fills(contents_mg=1300)
    nurse.lid(True)
    nurse.lid(False)
    assert status(nurse).compartments[0].doubted == "lid_opened"
    assert nurse.says(p.Verify(**WHO, compartment=3)) is None
    assert status(nurse).compartments[0].verified
    assert nurse.hub.bodies(e.FillVerified) == [e.FillVerified(compartment=3, by="Sanne Holm")]
    assert nurse.says(p.Verify(**WHO, compartment=3)) == refused("already")


def test_an_item_that_is_known_is_known_by_its_package(nurse: Nurse) -> None:
    assert nurse.all_of(1, EVENINGS, 1000) is None
    known = nurse.hub.loop.state.items[PINEMOL]
    assert known == replace(Item(known.medicine), quantity=Decimal(2), weight_mg=1000)
    assert isinstance(nurse.hub.do(c.EmptyCompartment(1, "Sanne"))[0], tuple)
