"""An intake lived through with one fault in it, by people who do not know of the fault.

The citizen does what the screen says and takes what lies in an open compartment; the nurse settles what the hub calls
uncertain by what the compartment really holds. Whoever is not there (a dead hub, a hung world) is waited for.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import requests
from Xlib.error import XError

from drivers.world_line import WorldError
from drivers.world_protocol import CompartmentView
from hub import protocol as p
from hub.client import HubUnreachable
from medhub.demo.director import SYNC_PATIENCE_S
from medhub.demo.person import Broken
from medhub.demo.stage import NURSE, PIN
from medhub.demo.story import Demo
from tests.faultwalk.keeper import Keeper
from tests.faultwalk.steps import ANY, ASKING, MISSED, Point, Step
from tests.faultwalk.trap import Trap, Traps

PATIENCE_S = 120.0  # for one intake, fault and all, also on a busy machine
LOOKS_AGAIN_S = 2.5  # a touch that nothing came of is tried again after this
NOT_THERE = (HubUnreachable, WorldError, requests.RequestException, LookupError, XError, Broken)
HANDS_S = 0.4  # no hand is done before the lock's pulse is over: a lid shut on a live latch pops again
TOUCH = {"due": "open", "rest": "open", "ask": "yes"}
STAFF_SETTLES = ("uncertain", "not_known", "withheld")
T = TypeVar("T")


class OutOfPatience(Broken):
    """Waited for in vain: the machine is too busy, or it never comes."""


class Walk:
    """The citizen, the nurse, and the traps on their way."""

    def __init__(self, demo: Demo, keeper: Keeper) -> None:
        self._demo, self._keeper = demo, keeper
        self._traps = Traps(demo.stage.home)
        self.touches: dict[str, int] = {}  # fingers on Åbn, by intake

    def until(self, what: str, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until it holds, through deaths and hangs."""
        end, last = time.monotonic() + patience_s, ""
        while time.monotonic() < end:
            try:
                self._looks_again()
                if condition():
                    return
            except NOT_THERE as error:
                last = f" ({error})"
            time.sleep(0.03)
        raise OutOfPatience(f"waited {patience_s:.0f} s in vain for: {what}{last}")

    def does(self, what: str, act: Callable[[], object]) -> None:
        """Do it until it is done; only for what may be done twice."""
        self.until(what, lambda: act() is not None or True)

    def asks(self, what: str, question: Callable[[], T]) -> T:
        """Its answer, as soon as there is one."""
        answers: list[T] = []
        self.does(what, lambda: answers.append(question()))
        return answers[0]

    def _looks_again(self) -> None:
        if not self._demo.citizen.looks:
            self._demo.citizen.looks_again()

    # -- one intake ------------------------------------------------------------------------------------------------

    def lives_through(self, intake: p.IntakeView, point: Point) -> list[str]:
        """From before its window to where the municipality has its outcome; what was wrong with it. OutOfPatience where
        that does not come."""
        demo, faults, unsaid = self._demo, self._keeper.faults, self._keeper.unsaid
        self.touches[intake.id] = 0
        self.until("everything at rest", self._rests)
        self._traps.lay(Trap(point.step.at, demo.stage.processes[point.process].pid, point.signal))
        self.does("its time", lambda: demo.go_to(intake.at))
        if point.step.needs == MISSED:
            self._ignores(intake)
        else:
            self.until(f"{intake.id} taken", lambda: self._one_thing(intake))
        self.does("the municipality to have it", demo.director.settle)
        if self._traps.laid:
            self._traps.clear()
            return [f"the step {point.step.name!r} was never reached"]
        self.until("the fault to be over", lambda: self._keeper.faults > faults, SYNC_PATIENCE_S)
        self.until("everything at rest", self._rests)
        return ["the hub hung, and the screen did not say so"] if self._keeper.unsaid > unsaid else []

    def _rests(self) -> bool:
        status = self._demo.director.status()
        shown = status.shown_snapshot == status.snapshot
        self._demo.remark_events()
        return self._keeper.all_run and shown and not status.busy and self._demo.world.look().entries >= 0

    def _ignores(self, intake: p.IntakeView) -> None:
        """Nobody touches anything; the municipality hears of it, a named human takes it, and the screen says who."""
        demo = self._demo
        self.does("its end", lambda: demo.go_to(intake.latest_at))
        self.until("missed", lambda: demo.intake(intake.id).state == "missed")
        self.until("the alarm delivered", lambda: demo.intake(intake.id).help != "trying")
        self.until("a named human", lambda: demo.intake(intake.id).help == "seen" or self._takes_alarm(intake))

    def _takes_alarm(self, intake: p.IntakeView) -> bool:
        self._demo.municipality.takes_alarm(f"not_taken/{intake.id}")
        self.until("the word of it", lambda: self._demo.intake(intake.id).help == "seen", SYNC_PATIENCE_S)
        return True

    # -- one look and one act --------------------------------------------------------------------------------------

    def _one_thing(self, intake: p.IntakeView) -> bool:
        """Whoever has something to do does it; True once the intake is taken and the lid shut."""
        self._impatience()
        box = self._demo.world.look().compartment(self._demo.compartment_of(intake.id))
        if box.lid_open:
            self._hands(box)
            return False
        now = self._demo.intake(intake.id)
        if now.state in STAFF_SETTLES:
            self._nurse_settles(now, box)
        elif "fill_doubted" in now.refusals and now.state == "due":
            self._nurse_fills_anew(now, box)
        else:
            self._touches(now)
        return now.state == "taken" and not now.lid_open

    def _hands(self, box: CompartmentView) -> None:
        time.sleep(HANDS_S)
        if box.items:
            self._demo.world.take(box.number)
        self._reach("tablets out")
        self._demo.world.shut_lid(box.number)

    def _touches(self, now: p.IntakeView) -> None:
        """What the screen asks for, once it shows the hub's latest word and counts touches."""
        screen = self._demo.director.status().shown_screen
        citizen = self._demo.citizen
        if screen in ("notice", "help"):  # the second touch of an impatient hand may have asked for a call
            self._puts_away(screen)
            return
        action = TOUCH.get(screen)
        if action is None or not citizen.shows(screen) or (action == "open" and now.refusals):
            return
        if screen == "due":
            self._reach("screen shown")
        self.touches[now.id] += action == "open"
        held = (lambda: self._reach("touch down")) if action == "open" else (lambda: None)
        citizen.taps(action, held)
        self._reach("touch up" if action == "open" else "answer given")
        self._waits_for_answer(now)

    def _puts_away(self, screen: str) -> None:
        """Once, and seen to be gone: a hand that goes on touching goes on to home, and is there for half a minute."""
        self._demo.citizen.puts_away(screen)
        end = time.monotonic() + LOOKS_AGAIN_S
        while time.monotonic() < end and self._demo.director.status().shown_screen == screen:
            time.sleep(0.03)

    def _waits_for_answer(self, before: p.IntakeView) -> None:
        end = time.monotonic() + LOOKS_AGAIN_S
        while time.monotonic() < end:
            if self._hang_begins():
                return
            status = self._demo.director.status()
            now = next(i for i in status.intakes if i.id == before.id)
            if (now.state, now.asks, now.lid_open) != (before.state, before.asks, before.lid_open):
                return
            if status.shown_screen == "notice":
                return
            time.sleep(0.03)

    def _hang_begins(self) -> bool:
        return any(self._keeper.hangs(name) for name in ("hub", "ui"))

    def _impatience(self) -> None:
        """Before a screen that does nothing, a person touches the same place again, once."""
        if self._hang_begins() and self._demo.stage.finger.tap_again():
            time.sleep(1.0)

    # -- the nurse -------------------------------------------------------------------------------------------------

    def _nurse_settles(self, now: p.IntakeView, box: CompartmentView) -> None:
        outcome = p.Resolution.DUE if box.items else p.Resolution.TAKEN
        latest = now.latest_at if outcome is p.Resolution.DUE else None
        self._demo.staff_resolves(now.id, outcome, latest)

    def _nurse_fills_anew(self, now: p.IntakeView, box: CompartmentView) -> None:
        """She has looked: the contents are these, weighed."""
        contents = sum(int(item.count * item.weight_mg) for item in box.items)
        self._demo.act(p.Empty(person=NURSE, pin=PIN, compartment=box.number))
        self._demo.act(p.Fill(person=NURSE, pin=PIN, compartment=box.number, intake=now.id, contents_mg=contents))

    def _reach(self, step: str) -> None:
        self._traps.reach(step)


def fits(step: Step, slot: str) -> bool:
    """Whether this step comes in an intake of this slot: only those with something outside the box ask for a word."""
    return step.needs in (ANY, MISSED) or (step.needs == ASKING and slot in ("morning", "evening", "night"))
