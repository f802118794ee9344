"""The named steps of an opening, from its window to the receipt, and of an alarm until a named human has it.

A step is reached in the hub (before or after an event is committed, around a pulse or a lid's edge, as a batch is read
or a cursor moved) or in the walk (a screen seen, a finger down, tablets in a hand).
"""

from collections.abc import Iterator
from signal import SIGKILL, SIGSTOP, Signals

from msgspec import Struct

ANY, ASKING, MISSED = "any", "asking", "missed"  # the intake it needs: any, one that asks for a word, one ignored


class Step(Struct, frozen=True):
    """`at` is the hub's or the walk's name for it. `network`: the gateway has a part in it."""

    name: str
    at: str
    needs: str = ANY
    network: bool = False


STEPS = (
    Step("window opens", "before IntakeDue"),
    Step("intake due", "after IntakeDue"),
    Step("screen shown", "screen shown"),
    Step("touch down", "touch down"),
    Step("touch up", "touch up"),
    Step("before the intent", "before OpeningRequested"),
    Step("intent committed", "after OpeningRequested"),
    Step("before the pulse", "before pulse"),
    Step("during the pulse", "during pulse"),
    Step("pulse over", "after pulse"),
    Step("lid moved", "lid moved"),
    Step("lid open", "after LidOpened"),
    Step("tablets out", "tablets out"),
    Step("lid shut", "before LidClosed"),
    Step("lid shut, written", "after LidClosed"),
    Step("before the verdict", "before verdict"),
    Step("question asked", "after WordAsked", ASKING),
    Step("answer given", "answer given", ASKING),
    Step("before the outcome", "before IntakeTaken"),
    Step("outcome journalled", "after IntakeTaken"),
    Step("batch read", "batch read", network=True),
    Step("batch posted", "before cursor clinical", network=True),
    Step("receipt moved", "after cursor clinical", network=True),
    Step("before the alarm", "before AlarmRaised", MISSED, network=True),
    Step("alarm raised", "after AlarmRaised", MISSED, network=True),
    Step("alarm posted", "before cursor alarms", MISSED, network=True),
    Step("alarm delivered", "after cursor alarms", MISSED, network=True),
    Step("command fetched", "before AlarmAcknowledged", MISSED, network=True),
    Step("command carried out", "after AlarmAcknowledged", MISSED, network=True),
)


class Point(Struct, frozen=True):
    """One step, one process, one signal."""

    step: Step
    process: str
    signal: Signals

    def __str__(self) -> str:
        return f"{self.step.name} / {self.process} / {self.signal.name}"


def points() -> list[Point]:
    """All of them. To the hub a killed world is a cable pulled and put back, a stopped one a bus that hangs."""
    return [Point(step, process, signal) for step in STEPS for process, signal in _faults(step)]


def _faults(step: Step) -> Iterator[tuple[str, Signals]]:
    for process in ("hub", "ui", "sync", *(("gateway",) if step.network else ()), "world"):
        yield process, SIGKILL
        yield process, SIGSTOP
