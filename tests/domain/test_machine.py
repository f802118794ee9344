"""Anything, in any order: touches, hands, keys, weights, power cuts, clock steps, plans, staff (R1-R7, R12).

Nothing is handed out twice, two of one substance are never too close, nothing ends in silence, and the journal read
again gives the same state.
"""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.domain import commands as c
from hub.domain.apply import apply
from hub.domain.due import next_look
from hub.domain.intake import Life
from hub.domain.refusal import Reason
from hub.domain.state import State
from tests.domain.machine import TABLES, Home

PICK = st.integers(0, 30)
COMPARTMENT = st.integers(1, 5)
MINUTES = st.sampled_from((1, 4, 20, 45, 90, 240))
HAND = st.sampled_from(("all", "all", "all", "one", "none", "jam", "leave", "dies"))


class Anything(RuleBasedStateMachine):
    """One citizen's home. Every rule is something a person, a device or the power does."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Home()
        self.boots = 1

    # -- time ---------------------------------------------------------------------------------------------------------

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.home.minutes(minutes)

    @rule()
    def it_is_time_for(self) -> None:
        """Straight to where something is due: most of a day is waiting."""
        self.home.wait(max(timedelta(), next_look(self.home.state, self.home.now) - self.home.now.wall))

    @rule(hours=st.sampled_from((0, 0, 1, 9, 30, 100)))
    def power_is_cut(self, hours: int) -> None:
        self.boots += 1
        self.home.cut_power(timedelta(hours=hours, seconds=20), f"boot-{self.boots}")

    @rule()
    def the_process_dies(self) -> None:
        self.home.die()

    @precondition(lambda self: self.home.now.trusted)
    @rule(
        skew=st.sampled_from((-9000, -300, 20, 700, 5000)), minutes=MINUTES, right_again=st.sampled_from((1, 1, 1, 0))
    )
    def the_clock_goes_wrong(self, skew: int, minutes: int, right_again: int) -> None:
        self.come()
        self.home.clock(timedelta(minutes=skew), trusted=False)
        for intake in self.ready():
            self.home.touch(intake, None)
        self.home.minutes(minutes)
        if right_again:
            self.home.clock(timedelta(), trusted=True)

    @precondition(lambda self: not self.home.now.trusted)
    @rule()
    def the_clock_is_right_again(self) -> None:
        self.home.clock(timedelta(), trusted=True)

    # -- the citizen --------------------------------------------------------------------------------------------------

    @initialize()
    def filled(self) -> None:
        self.home.serve()

    def some(self, pick: int) -> str:
        """Most often what is due; else anything near."""
        near = list(self.home.waiting())
        due = self.ready()
        return due[pick % len(due)] if due and pick % 4 else near[pick % len(near)]

    def ready(self) -> list[str]:
        states = {i: r.state for i, r in self.home.state.records.items()}
        return [i for i in self.home.waiting() if states.get(i) in (Life.DUE, Life.PARTLY_TAKEN, Life.OPEN)]

    def come(self) -> None:
        """To the next time something is due, with everything in order as far as people can put it so."""
        self.lids_are_shut(0, edge_lost=False)
        self.home.stable = True
        self.home.serve()
        for _ in range(6):
            if not self.ready():
                self.it_is_time_for()

    @rule(late=st.sampled_from((0, 10, 29, 45, 58)), hand=HAND, twice=st.booleans())
    def an_ordinary_intake(self, late: int, hand: str, twice: bool) -> None:
        """Staff have filled what was empty; the citizen comes when it is time, or late, and perhaps touches twice."""
        self.come()
        self.home.minutes(late)
        for intake in self.ready()[: 1 + twice]:
            if self.home.touch(intake, None):
                self.hand(intake, hand)

    @rule(pick=PICK, hand=HAND)
    def taken_from_the_box(self, pick: int, hand: str) -> None:
        """Touch, and what a hand does then."""
        intake = self.some(pick)
        if self.home.touch(intake, None):
            self.hand(intake, hand)

    @rule(pick=PICK, hand=st.sampled_from(("all", "one", "none")))
    def taken_along(self, pick: int, hand: str) -> None:
        intake = self.some(pick)
        if self.home.touch(intake, "Sanne"):
            self.hand(intake, hand)

    def hand(self, intake: str, hand: str) -> None:
        opening = self.home.state.opening
        assert opening is not None
        n = opening.compartment
        if hand == "jam":
            self.home.seconds(3).seconds(3).seconds(3).seconds(3)
            return
        self.home.lid(n, True)
        self.home.seconds(5)
        self.home.take_out(n, {"all": 9, "dies": 9, "one": 1}.get(hand, 0))
        if hand == "dies":  # with the lid open; it is shut when the next process looks
            self.home.lids -= {n}
            self.home.die()
        elif hand != "leave":
            self.home.lid(n, False)
            self.home.seconds(2)

    @rule(tablets=st.integers(0, 2), edge_lost=st.booleans())
    def lids_are_shut(self, tablets: int, edge_lost: bool) -> None:
        for n in sorted(self.home.lids):
            self.home.take_out(n, tablets)
            if edge_lost:
                self.home.lids -= {n}
                self.home.seconds(1)
            else:
                self.home.lid(n, False)
        self.home.seconds(2)

    @rule(steady=st.booleans())
    def the_scale(self, steady: bool) -> None:
        self.home.stable = steady
        self.home.seconds(11)

    @rule(pick=PICK, all_taken=st.booleans())
    def word(self, pick: int, all_taken: bool) -> None:
        self.says(self.some(pick), all_taken)

    def says(self, intake: str, all_taken: bool) -> None:
        record = self.home.state.records.get(intake)
        before = record.state if record else None
        if self.home.do(c.Say(intake, all_taken)) == () and record and before in (Life.DUE, Life.HANDED_OUT_EARLY):
            if before is Life.DUE:
                self.home.far_enough(intake)
            if all_taken or before is Life.DUE:
                self.home.note(record)

    @rule(pick=PICK, kind=st.sampled_from((c.Snooze, c.ChangeMind)))
    def touched(self, pick: int, kind: type[c.Snooze] | type[c.ChangeMind]) -> None:
        self.home.do(kind(self.some(pick)))

    @rule(pick=PICK)
    def declined(self, pick: int) -> None:
        self.home.do(c.Decline(self.some(pick), "other"))

    @rule(pick=PICK)
    def taken_elsewhere(self, pick: int) -> None:
        intake = self.some(pick)
        if self.home.do(c.SayTakenElsewhere(intake)) == ():
            self.home.note(self.home.state.records[intake])

    # -- staff --------------------------------------------------------------------------------------------------------

    @rule(pick=PICK, compartment=COMPARTMENT)
    def filled_by_staff(self, pick: int, compartment: int) -> None:
        self.home.stow(self.some(pick * 4), compartment)

    @rule(compartment=COMPARTMENT)
    def emptied(self, compartment: int) -> None:
        self.home.clear(compartment)

    @rule(compartment=COMPARTMENT, tablets=st.integers(0, 1))
    def opened_by_key(self, compartment: int, tablets: int) -> None:
        if compartment not in self.home.lids:
            self.home.keyed.add(compartment)
            self.home.lid(compartment, True)
            self.home.take_out(compartment, tablets)
            self.home.lid(compartment, False)

    @rule(pick=PICK, given_by_staff=st.booleans())
    def resolved(self, pick: int, given_by_staff: bool) -> None:
        """An honest named person looks into the compartment and says what is so; gives time only where all is there."""
        home, open_ones = self.home, (Life.UNCERTAIN, Life.NOT_KNOWN, Life.MISSED, Life.WITHHELD)
        records = [r for r in home.state.records.values() if r.state in open_ones and r.reason != Reason.HANDED_OUT]
        if not records:
            return
        record = records[pick % len(records)]
        intake, until = record.intake.id, home.now.wall + timedelta(hours=1)
        if given_by_staff:
            outcome = Life.GIVEN_BY_STAFF
        elif home.whole(intake):
            outcome = Life.DUE if pick % 2 and (until + timedelta(hours=1)).date() == record.intake.day else Life.MISSED
        else:
            outcome = Life.TAKEN
        if home.do(c.Resolve(intake, outcome, "Sanne", until)) == ():
            home.by_name.add(intake)
            if outcome is Life.DUE:
                home.by_name.discard(intake)
                home.eased.add(record.intake.day)
                home.keyed -= {n for n, i in home.of.items() if i == intake}
            elif outcome is Life.GIVEN_BY_STAFF:
                home.note(record)

    @rule(pick=PICK)
    def acknowledged(self, pick: int) -> None:
        living = [a.id for a in self.home.state.living_alarms()]
        if living:
            self.home.do(c.Acknowledge(living[pick % len(living)], "Ole"))

    @rule(pick=PICK)
    def corrected(self, pick: int) -> None:
        self.home.do(c.Correct(self.some(pick), Life.TAKEN, "Sanne", "found out"))

    @precondition(lambda self: self.home.now.trusted)
    @rule(number=st.integers(0, len(TABLES) - 1), filled=st.booleans())
    def a_plan_comes(self, number: int, filled: bool) -> None:
        self.home.bring(number)
        if filled:
            self.home.serve()

    @precondition(lambda self: self.home.now.trusted)
    @rule(number=st.integers(0, len(TABLES) - 1), hand=HAND)
    def a_plan_comes_on_a_dose_just_taken(self, number: int, hand: str) -> None:
        """H6: and the rest of the day is lived under the new one."""
        self.an_ordinary_intake(0, hand, False)
        self.home.bring(number)
        for _ in range(4):
            self.an_ordinary_intake(10, "all", False)
            for intake in self.ready():
                self.says(intake, all_taken=True)

    # -- always -------------------------------------------------------------------------------------------------------

    @invariant()
    def nothing_twice_and_nothing_in_silence(self) -> None:
        self.home.check()

    @invariant()
    def the_next_look_is_ahead(self) -> None:
        assert next_look(self.home.state, self.home.now) > self.home.now.wall

    def teardown(self) -> None:
        """The journal, read again from empty, is the same state."""
        state = State()
        for event in self.home.events:
            state = apply(state, event)
        assert state == self.home.state


TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
