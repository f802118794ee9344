"""The day told in the terminal, one readable line an event, from the hub's own journal."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console

from hub import protocol as p
from hub.client import Client
from hub.domain import events as e
from hub.lane import LANE

SILENT = (e.WindowEnded, e.DayPlanned)  # told by what follows from them


class Journal:
    """What the hub has written, read over the staff socket as it grows."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.events: list[e.Event] = []
        self.last_of_lane: dict[str, int] = {}

    def read_on(self) -> list[e.Event]:
        """The events since the last look."""
        new: list[e.Event] = []
        while True:
            after = self.events[-1].seq if self.events else 0
            answer = self._client.call(p.ReadJournal(after=after)).answer
            if not isinstance(answer, p.EventBatch) or not answer.events:
                return new
            batch = [msgspec.json.decode(raw, type=e.Event) for raw in answer.events]
            self.events += batch
            new += batch
            for event in batch:
                self.last_of_lane[LANE[type(event.body)]] = event.seq


class Teller:
    """Prints events and the director's own remarks with the home time of the demo."""

    def __init__(self, console: Console, zone: str, now: Callable[[], datetime]) -> None:
        self._console, self._zone, self._now = console, ZoneInfo(zone), now

    def remark(self, text: str, style: str = "bold") -> None:
        """Something the hub did not write: a person's act, a death, the network."""
        self._line(self._now(), text, style)

    def tell(self, events: list[e.Event]) -> None:
        for event in events:
            for text, style in sentence(event.body):
                self._line(event.wall, text, style)

    def _line(self, wall: datetime, text: str, style: str) -> None:
        at = wall.astimezone(self._zone)
        self._console.print(f"[dim]{at:%a %H.%M.%S}[/]  [{style}]{text}[/]", highlight=False)


def sentence(body: Any) -> Iterator[tuple[str, str]]:
    """One line for an event and the style it is printed in."""
    if isinstance(body, SILENT):
        return
    say = _SENTENCES.get(type(body))
    style = "red" if isinstance(body, e.AlarmRaised | e.AlarmEscalated) else "default"
    yield (say(body) if say else _plain(body)), style


def _plain(body: Any) -> str:
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in type(body).__name__).strip()
    return f"{words[0].upper()}{words[1:]}" + (f": {body.intake}" if getattr(body, "intake", None) else "")


def _doses(doses: Any) -> str:
    return ", ".join(f"{d.quantity.normalize():f} {d.unit} {d.name}" for d in doses)


_SENTENCES: dict[type, Callable[[Any], str]] = {
    e.Booted: lambda b: f"The hub is up (release {b.release})",
    e.PlanAccepted: lambda b: (
        f"Plan {b.plan.version} accepted: {len(b.plan.ordinations)} medicines on the schedule, "
        f"{len(b.plan.outside)} outside"
    ),
    e.PlanAwaited: lambda b: f"Plan {b.plan.version} is here and waits for {b.plan.valid_from.isoformat()}",
    e.PlanRefused: lambda b: f"Plan refused: {'; '.join(b.reasons)}",
    e.FillingBegun: lambda b: f"{b.by} is to fill compartment {b.compartment} for {b.intake}: pulse {b.number}",
    e.FillingEnded: lambda b: f"Compartment {b.compartment} was not filled ({b.reason})",
    e.CompartmentFilled: lambda b: (
        f"{b.by} filled compartment {b.compartment} for {b.intake}: {_doses(b.doses)}"
        + (f", {b.contents_mg} mg by the box's own scale" if b.counted else "")
    ),
    e.IntakeDue: lambda b: f"{b.intake} is due",
    e.IntakeSnoozed: lambda b: f"{b.intake}: not now, reminded again",
    e.IntakeDeclined: lambda b: f"{b.intake} declined: {b.reason}",
    e.DeclineWithdrawn: lambda b: f"{b.intake}: changed mind",
    e.OpeningRequested: lambda b: (
        f"Intent to open compartment {b.compartment} for {b.intake} ({b.weight_before_mg} mg)"
    ),
    e.PulseRequested: lambda b: f"Pulse {b.number} to lock {b.compartment}",
    e.LidOpened: lambda b: f"Lid {b.compartment} opened" + ("" if b.intake else " (for no intake)"),
    e.LidClosed: lambda b: f"Lid {b.compartment} shut",
    e.WordAsked: lambda b: f"{b.intake}: asks for a word ({b.reason})",
    e.IntakeTaken: lambda b: f"{b.intake} TAKEN ({b.evidence}{', ' + b.by if b.by else ''})",
    e.IntakePartlyTaken: lambda b: f"{b.intake}: something left ({b.remaining_mg} mg)",
    e.IntakeMissed: lambda b: f"{b.intake} MISSED",
    e.IntakeUncertain: lambda b: f"{b.intake} UNCERTAIN ({b.reason})",
    e.OpeningAbandoned: lambda b: f"{b.intake}: nothing was handed out; a new touch is needed",
    e.IntakeReleased: lambda b: f"{b.intake} verified and released by {b.by}",
    e.AlarmRaised: lambda b: f"ALARM {b.alarm} ({b.criticality})",
    e.AlarmEscalated: lambda b: f"ALARM {b.alarm} goes to level {b.level}",
    e.AlarmAcknowledged: lambda b: f"{b.by} has the alarm {b.alarm}",
}
