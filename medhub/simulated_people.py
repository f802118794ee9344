"""The people of a simulated home, from one seed: a citizen with habits, and staff who fill, look and acknowledge."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from random import Random

from hub.domain import commands as c
from hub.domain.intake import IntakeId, Life
from hub.domain.state import Record
from medhub.simulated import COMPARTMENTS, Hub

Act = Callable[[], object]
MINUTE = timedelta(minutes=1)


class Habit(StrEnum):
    """What the citizen does with an intake."""

    ON_TIME = "on time"
    LATE = "late"
    SNOOZES = "snoozes"
    DECLINES = "declines"
    CHANGES_MIND = "changes mind"
    FORGETS = "forgets"
    LEAVES_SOMETHING = "leaves something"
    PUTS_BACK = "puts back"


SHARES = {
    Habit.ON_TIME: 58, Habit.LATE: 12, Habit.SNOOZES: 10, Habit.DECLINES: 4, Habit.CHANGES_MIND: 2,
    Habit.FORGETS: 6, Habit.LEAVES_SOMETHING: 6, Habit.PUTS_BACK: 2,
}  # fmt: skip


class People:
    """What they will do, and when. `act` does what is to be done by now; `next` is when there is more."""

    def __init__(self, hub: Hub, seed: int) -> None:
        self._hub, self._random = hub, Random(seed)
        self._agenda: list[tuple[datetime, Act]] = []
        self._seen: set[str] = set()

    def next(self) -> datetime | None:
        return min((at for at, _ in self._agenda), default=None)

    def act(self) -> None:
        """Notice what is new, then do what is to be done by now."""
        self._notice()
        due = [entry for entry in self._agenda if entry[0] <= self._hub.now.wall]
        self._agenda = [entry for entry in self._agenda if entry not in due]
        for _, act in due:
            act()

    def _later(self, at: datetime, act: Act) -> None:
        self._agenda.append((max(at, self._hub.now.wall), act))

    def _once(self, what: str) -> bool:
        new = what not in self._seen
        self._seen.add(what)
        return new

    def _notice(self) -> None:
        hub = self._hub
        for record in hub.state.records.values():
            if record.state is Life.DUE and self._once(record.intake.id):
                self._decide_on(record)
        for alarm in hub.state.living_alarms():
            if self._once(f"{alarm.id}/{alarm.seq}"):
                self._later(hub.now.wall + self._random.randint(5, 50) * MINUTE, partial(self._see, alarm.id))
        if hub.state.planned_day and self._once(f"filled/{hub.state.planned_day}"):
            self._fill()

    # -- the citizen -------------------------------------------------------------------------------------------------

    def _decide_on(self, record: Record) -> None:
        hub, intake, random = self._hub, record.intake, self._random
        habit = random.choices(list(SHARES), list(SHARES.values()))[0]
        window = intake.latest_at - intake.at
        soon = intake.at + window * random.uniform(0, 0.2)
        match habit:
            case Habit.FORGETS:
                return
            case Habit.LATE:
                self._later(intake.at + window * random.uniform(0.6, 0.95), lambda: self._take(intake.id, 99))
            case Habit.SNOOZES:
                self._later(soon, lambda: self._snooze(intake.id))
            case Habit.DECLINES | Habit.CHANGES_MIND:
                self._later(soon, lambda: hub.do(c.Decline(intake.id, "other")))
                if habit is Habit.CHANGES_MIND:
                    self._later(soon + 5 * MINUTE, lambda: self._change_mind(intake.id))
            case Habit.LEAVES_SOMETHING | Habit.PUTS_BACK:
                some = max(1, len(intake.boxed) - 1) if habit is Habit.LEAVES_SOMETHING else 0
                self._later(soon, lambda: self._take(intake.id, some))
                self._later(soon + 10 * MINUTE, lambda: self._take(intake.id, 99))
            case Habit.ON_TIME:
                self._later(soon, lambda: self._take(intake.id, 99))

    def _snooze(self, intake: IntakeId) -> None:
        self._hub.do(c.Snooze(intake))
        until = self._hub.state.records[intake].snoozed_until or self._hub.now.wall
        self._later(until, lambda: self._take(intake, 99))

    def _change_mind(self, intake: IntakeId) -> None:
        self._hub.do(c.ChangeMind(intake))
        self._take(intake, 99)

    def _take(self, intake: IntakeId, doses: int) -> None:
        """Open, take, shut; say what is asked."""
        hub = self._hub
        if not hub.state.records[intake].intake.boxed:
            hub.do(c.Say(intake, doses > 0))
            return
        compartment = hub.open(intake)
        if compartment is None:
            return
        hub.wait(1)
        hub.lid(compartment, True)
        hub.wait(20)
        hub.box.take(compartment, doses)
        hub.lid(compartment, False)
        hub.wait(2)
        if hub.state.opening is not None and hub.state.opening.asked_at is not None and self._random.random() < 0.9:
            hub.wait(15)
            hub.do(c.Say(intake, doses > 0 and not hub.box.inside[compartment]))

    # -- staff ---------------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """A round: what is over is emptied, what the day wants is filled."""
        hub, waits = self._hub, (Life.PLANNED, Life.DUE)
        for compartment, fill in list(hub.state.fills.items()):
            if hub.state.records[fill.intake].state not in waits:
                hub.do(c.EmptyCompartment(compartment, "Sanne"))
        for record in list(hub.state.records.values()):
            intake = record.intake
            if record.state in waits and intake.boxed and hub.state.fill_of(intake.id) is None:
                empty = next(n for n in COMPARTMENTS if n not in hub.state.fills)
                weight_mg = hub.box.put(empty, intake.id, intake.boxed)
                hub.do(c.FillCompartment(empty, intake.id, weight_mg, "Sanne"))

    def _see(self, alarm: str) -> None:
        """Somebody takes the alarm, and looks into the compartment where nobody knows what became of it."""
        hub = self._hub
        hub.do(c.Acknowledge(alarm, "Sanne"))
        intake = hub.state.alarms[alarm].intake
        record = hub.state.records.get(intake or "")
        if record and record.state in (Life.NOT_KNOWN, Life.UNCERTAIN):
            fill = hub.state.fill_of(record.intake.id)
            there = bool(fill and hub.box.inside.get(fill.compartment))
            hub.do(c.Resolve(record.intake.id, Life.MISSED if there else Life.TAKEN, "Sanne"))
