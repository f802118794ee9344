"""Anything, in any order, on the real core and the real journal: touches, hands, keys, weights, power cuts at any
commit, clocks, plans, orders from afar, leave, staff, restored journals. The oracle judges at every step (R1-R14).
"""

from contextlib import ExitStack
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from hub.domain.due import next_look
from tests.heart.faults import FAULTS
from tests.heart.outside import Clockwork, File
from tests.heart.people import HANDS
from tests.heart.story import Story, folder

CHANCE = st.randoms(use_true_random=False)


class Anything(RuleBasedStateMachine):
    """One citizen's home. Every rule is something a person, a device or the power does; `FAULTS` are rules as well."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()

    @initialize(chance=CHANCE)
    def moves_in(self, chance: Random) -> None:
        here = self.open.enter_context(folder())
        self.story = Story(chance, File(here), Clockwork(here))
        self.open.callback(lambda: self.story.home.shelf.close())
        self.story.served()

    def drawn(self, chance: Random) -> Story:
        """The story, with what is left to chance drawn from here."""
        self.story.rng = self.story.faults.rng = chance
        return self.story

    @rule(chance=CHANCE, minutes=st.sampled_from((1, 4, 20, 45, 90, 240)))
    def time_passes(self, chance: Random, minutes: int) -> None:
        story = self.drawn(chance)
        story.until(story.home.oracle.true + timedelta(minutes=minutes))

    @rule(chance=CHANCE)
    def it_is_time(self, chance: Random) -> None:
        """Straight to where something is due: most of a day is waiting."""
        story, home = self.drawn(chance), self.story.home
        for _ in range(8):
            if not self.story.people.ready():
                moment = home.now()
                story.until(home.oracle.true + (next_look(home.state, moment) - moment.wall))

    @rule(chance=CHANCE, how=st.sampled_from(HANDS))
    def the_citizen_takes_it(self, chance: Random, how: str) -> None:
        story = self.drawn(chance)
        if ready := story.people.ready():
            story.safely(how, lambda: story.people.takes(ready[0], how))

    @rule(chance=CHANCE)
    def the_citizen_comes(self, chance: Random) -> None:
        self.drawn(chance).safely("comes", self.story.comes)

    @rule(chance=CHANCE)
    def staff_fill(self, chance: Random) -> None:
        self.drawn(chance).safely("staff fill", self.story.served)

    @rule(chance=CHANCE)
    def staff_look(self, chance: Random) -> None:
        self.drawn(chance).safely("staff look", self.story.looked_after)

    def teardown(self) -> None:
        """The journal, read again from its file, is the same state, and its chain is whole."""
        with self.open:
            if hasattr(self, "story"):
                self.story.is_what_was_written()


def _goes_wrong(name: str) -> object:
    def fault(self: Anything, chance: Random) -> None:
        story = self.drawn(chance)
        story.safely(name, getattr(story.faults, name))

    fault.__name__ = name
    return rule(chance=CHANCE)(fault)


for _name in FAULTS:
    setattr(Anything, _name, _goes_wrong(_name))

TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=100, stateful_step_count=50, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
