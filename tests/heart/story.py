"""A life of some days with a fault in each, drawn from a seed: the same seed is the same life."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import reduce
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hub.domain.apply import apply
from hub.domain.plan import Handout
from hub.domain.state import State
from tests.heart.faults import FAULTS, Faults
from tests.heart.home import Cut, Home
from tests.heart.ledger import Broken, never
from tests.heart.outside import Clockwork, Paper, Shelf
from tests.heart.papers import moment, usual
from tests.heart.people import People

MINUTE = timedelta(minutes=1)
STARTS = (date(2026, 3, 23), date(2026, 10, 19), date(2026, 6, 8), date(2026, 12, 24), date(2028, 2, 22))
TOLD = 40  # acts of a life that broke are told, the last ones
Act = Callable[[], object]


class Story:
    """`days` and `dose_days` lived so far, and how often each fault `came`."""

    def __init__(self, rng: Random, shelf: Shelf, clock: Clockwork, faults: Sequence[str] = FAULTS) -> None:
        self.rng, self.drawn = rng, faults
        self.day = rng.choice(STARTS) + timedelta(days=rng.randrange(4))
        begins = moment(str(self.day), "05:00")
        table = usual(begins - timedelta(hours=1), rng, night=rng.random() < 0.3)
        self.home = Home(table, begins, shelf, clock)
        self.people = People(self.home)
        self.faults = Faults(self.home, self.people, rng, self.later)
        self.came: Counter[str] = Counter()
        self.days = self.dose_days = self.turns = 0
        self.told: list[str] = []
        self.agenda: list[tuple[datetime, int, str, Act]] = []

    def live(self, days: int) -> None:
        """Raises Broken, with what was done last."""
        try:
            for _ in range(days):
                self._one_day()
            self.is_what_was_written()
        except Exception as error:
            told = "\n".join(self.told[-TOLD:])
            raise Broken(f"day {self.days + 1}:\n{told}\n{type(error).__name__}: {error}") from error

    def later(self, at: datetime, what: str, act: Act) -> None:
        self.turns += 1
        heappush(self.agenda, (at, self.turns, what, act))

    def until(self, at: datetime) -> None:
        """Time passes, and what is on the agenda is done."""
        while self.agenda and self.agenda[0][0] < at:
            when, _, what, act = heappop(self.agenda)
            self._pass(when)
            self.safely(what, act)
        self._pass(at)

    def safely(self, what: str, act: Act) -> None:
        """The power may go at any commit in it; it comes again, and may go again."""
        if what:
            self.told.append(f"{self.home.oracle.true:%m-%d %H:%M:%S} {what}")
        try:
            act()
        except Cut:
            self.safely("the power is cut", self.faults.darkness)

    def is_what_was_written(self) -> None:
        """The journal, read again from its beginning, is the state, and what the oracle was told of."""
        shelf = self.home.shelf
        shelf.reopen()
        self.home.oracle.reread(shelf.lines())
        never(reduce(apply, shelf.replay(), State()) != self.home.state, "the journal says something else")

    def _pass(self, at: datetime) -> None:
        while self.home.oracle.true < at:
            self.safely("", lambda: self.home.until(at))

    def _one_day(self) -> None:
        rng, table, day = self.rng, self.home.paper, str(self.day)
        self.later(moment(day, f"06:{rng.randrange(60):02}"), "staff fill", self.served)
        self.later(moment(day, "20:30"), "staff look", self.looked_after)
        visits = [table.when(f"{day}/{s}") + MINUTE * rng.triangular(-25, 70, 8) for s in table.hours]
        for at in visits:
            self.later(at, "comes", self.comes)
        for name in rng.choices(self.drawn, k=rng.choice((1, 1, 1, 2, 3))):
            anytime = moment(day, "00:00") + MINUTE * rng.randrange(1440)
            at = rng.choice(visits) if rng.random() < 0.7 else anytime
            self.later(at - timedelta(seconds=1), name, getattr(self.faults, name))
            self.came[name] += 1
        self.day += timedelta(days=1)
        self.until(moment(str(self.day), "00:00"))
        self.days += 1
        self.dose_days += sum(1 for drug in table.drugs.values() if drug.tablets and drug.rota.times(day))

    # -- an ordinary day -------------------------------------------------------------------------------------------

    def served(self) -> None:
        if self.rng.random() < 0.5:
            self.home.shelf.copy()
        if self.home.now().trusted:
            self.people.shuts_lids()
            self.people.serve()

    def comes(self) -> None:
        """The citizen, most often as it should be, and now and then with pain."""
        needed = [o for o, d in self.home.paper.drugs.items() if d.most]
        if needed and self.rng.random() < 0.15:
            self.people.asks_for(self.rng.choice(needed), "all")
        for intake in self.people.ready():
            if self.rng.random() < 0.04:
                continue
            record = self.home.state.records[intake]
            if any(d.handout is Handout.COMPARTMENT for d in record.intake.doses):
                self.people.takes(intake, "all")
                self._answers()
            else:
                self.people.says(intake, True)

    def _answers(self) -> None:
        opening = self.home.state.opening
        if opening and opening.asked_at and self.rng.random() < 0.8:
            self.people.says(opening.intake, self.rng.random() < 0.8)

    def looked_after(self) -> None:
        if not self.home.now().trusted:
            return
        self.people.shuts_lids()
        for intake in self.people.open_ended():
            if self.rng.random() < 0.7:
                self.people.resolve(intake, give=self.rng.random() < 0.3)
        if self.rng.random() < 0.7:
            self.people.acknowledge()


@contextmanager
def folder() -> Iterator[Path]:
    """A place for small files that are synced often: in memory where there is such a place."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(prefix="heart-", dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def lived(seed: int, days: int, faults: Sequence[str] = FAULTS) -> Story:
    """The life of a seed, its journal in memory; Broken names the seed. `faults`: what is drawn from."""
    with folder() as here:
        story = Story(Random(seed), Paper(), Clockwork(here), faults)
        try:
            story.live(days)
        except Broken as broken:
            raise Broken(f"seed {seed}, {broken}") from broken
        return story
