"""On which days a drug is to be taken, as a nurse would write it on paper. Nothing of the hub is imported here."""

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

LONG_AGO = "2026-01-01"


class Rota(NamedTuple):
    """From the first day of each phase on, so many times the usual tablets; 0 is nothing. Within a phase on every
    `every`-th day, counted from its first, or on the weekdays (0 is Monday) alone."""

    phases: tuple[tuple[str, int], ...] = ((LONG_AGO, 1),)
    every: int = 1
    weekdays: tuple[int, ...] = ()

    def times(self, day: str) -> int:
        """So many times the usual tablets on a day."""
        begun = [phase for phase in self.phases if phase[0] <= day]
        if not begun:
            return 0
        at, first = date.fromisoformat(day), date.fromisoformat(begun[-1][0])
        off = (at - first).days % self.every or (self.weekdays and at.weekday() not in self.weekdays)
        return 0 if off else begun[-1][1]

    @property
    def last(self) -> str | None:
        """The last day of a course that ends."""
        first, times = self.phases[-1]
        return None if times else str(date.fromisoformat(first) - timedelta(days=1))

    def has_begun_and_not_ended(self, day: str) -> bool:
        return self.phases[0][0] <= day <= (self.last or day)


EVERY_DAY = Rota()


def drawn(rng: Random, today: str) -> Rota:
    """One of what cards have: every few days, weekdays, a taper, a course to come, one that ends, one with a gap."""
    at, ahead = date.fromisoformat(today), rng.randrange(1, 5)
    begun, soon, later = (str(at + timedelta(days=n)) for n in (-rng.randrange(40), ahead, ahead + 2))
    phases = rng.choice((
        ((begun, 1),),
        ((begun, 1),),
        ((begun, 2), (soon, 1)),
        ((begun, 1), (soon, 2)),
        ((soon, 1),),
        ((begun, 1), (soon, 0)),
        ((begun, 1), (soon, 0), (later, 1)),
    ))  # fmt: skip
    kind = rng.randrange(4)
    if kind == 0:
        return Rota(phases, every=rng.choice((2, 2, 3, 5)))
    if kind == 1:
        return Rota(phases, weekdays=tuple(sorted(rng.sample(range(7), rng.randrange(1, 6)))))
    return Rota(phases)
