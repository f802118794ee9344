"""A simulated home: the real core on a real journal, a box that counts what leaves it, time that jumps when told.

Nothing here sleeps or asks the machine for the time. The box knows doses, not states: what it counts is its own.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import apply
from hub.domain.decide import decide
from hub.domain.intake import Dose, IntakeId, Life, Moment
from hub.domain.reading import Reading, Sensed
from hub.domain.refusal import Refusal
from hub.domain.state import State
from hub.ids import uuid7
from hub.journal import Journal

COMPARTMENTS = range(1, 29)
UNIT_MG = (180, 240, 330, 500, 650)  # a tablet's weight, by ordination


class Lot(NamedTuple):
    """One dose as it lies in a compartment."""

    intake: IntakeId
    dose: Dose
    weight_mg: int


class Box:
    """Compartments, lids and one scale under them all. `left` counts how often each dose of an intake left it."""

    def __init__(self) -> None:
        self.inside: dict[int, list[Lot]] = {}
        self.lids: frozenset[int] = frozenset()
        self.left: Counter[tuple[IntakeId, str, int]] = Counter()

    def sensed(self, at_s: float) -> Sensed:
        weight = 50_000 + sum(lot.weight_mg for lots in self.inside.values() for lot in lots)
        return Sensed(self.lids, Reading(weight, True, 0, at_s), True)

    def put(self, compartment: int, intake: IntakeId, doses: tuple[Dose, ...]) -> int:
        """Put the doses in; their weight in mg."""
        lots = [Lot(intake, d, round(d.quantity * UNIT_MG[sum(map(ord, d.ordination)) % len(UNIT_MG)])) for d in doses]
        self.inside[compartment] = lots
        return sum(lot.weight_mg for lot in lots)

    def take(self, compartment: int, doses: int) -> None:
        """A hand takes so many doses out."""
        lots = self.inside[compartment]
        for lot in lots[:doses]:
            self.left[lot.intake, lot.dose.ordination, lot.dose.ordinal] += 1
        self.inside[compartment] = lots[doses:]

    def twice(self) -> list[IntakeId]:
        return sorted({intake for (intake, _, _), times in self.left.items() if times > 1})


class Hub:
    """The core and its journal, at a moment that `until` moves on. `random` gives the bits of ids."""

    def __init__(self, journal: Journal, start: datetime, random: Callable[[int], bytes]) -> None:
        self.state = State()
        self.box = Box()
        self.said: Counter[type[e.Body]] = Counter()
        self.alarms: Counter[str] = Counter()
        self.told: set[IntakeId] = set()
        self.ends: dict[IntakeId, Life] = {}
        self._journal, self._random = journal, random
        self._now = Moment(start, 0.0, True, "simulated")

    @property
    def now(self) -> Moment:
        return self._now

    def until(self, wall: datetime) -> None:
        """Time goes on to `wall`, and what is due happens."""
        ahead = wall - self._now.wall
        self._now = replace(self._now, wall=wall, monotonic_s=self._now.monotonic_s + ahead.total_seconds())
        while self._commit(decide(self.state, c.Tick(self._sensed()), self._now)):
            pass

    def wait(self, seconds: float) -> None:
        self.until(self._now.wall + timedelta(seconds=seconds))

    def do(self, command: c.Command) -> Refusal | None:
        """Carry out a command; its refusal, or None."""
        result = decide(self.state, command, self._now)
        if isinstance(result, Refusal):
            return result
        self._commit(result)
        self.wait(0)
        return None

    def open(self, intake: IntakeId) -> int | None:
        """The citizen touches; the compartment whose lock opened, or None."""
        opening = uuid7(self._now.wall, self._random(10))
        if self.do(c.RequestOpening(intake, opening, self._sensed())) is not None:
            return None
        return self.state.opening.compartment if self.state.opening else None

    def lid(self, compartment: int, is_open: bool) -> None:
        self.box.lids = self.box.lids | {compartment} if is_open else self.box.lids - {compartment}
        self.do(c.MoveLid(compartment, is_open))

    def _sensed(self) -> Sensed:
        return self.box.sensed(self._now.monotonic_s)

    def _commit(self, bodies: list[e.AnyBody] | Refusal) -> bool:
        """To the disk first, then to the state (R1); False where there was nothing."""
        assert not isinstance(bodies, Refusal)
        events = [
            e.Event(
                seq=seq, id=uuid7(self._now.wall, self._random(10)), wall=self._now.wall,
                monotonic_s=self._now.monotonic_s, trusted=True, boot=self._now.boot,
                plan_version=self.state.plan.version if self.state.plan else None, body=body,
            )
            for seq, body in enumerate(bodies, start=self.state.seq + 1)
        ]  # fmt: skip
        self._journal.append(events)
        for event in events:
            self.state = apply(self.state, event)
            self._count(event.body)
        return bool(events)

    def _count(self, body: e.AnyBody) -> None:
        self.said[type(body)] += 1
        if isinstance(body, e.AlarmRaised):
            self.alarms[body.code] += 1
            if body.intake:
                self.told.add(body.intake)
        for record in self.state.records.values():
            self.ends[record.intake.id] = record.state
