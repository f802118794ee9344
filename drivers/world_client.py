"""Asking the world: blocking calls for a driver's wires and a person's hands."""

import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec

from drivers import world_protocol as w
from drivers.world_line import TIMEOUT_S, Line, WorldGone, WorldRefused
from hub.ports import Tone

A = TypeVar("A", w.Weight, w.Lines, w.Charge, w.Ahead, w.Warmth, w.Handled, w.WorldView, w.Ledger)


class WorldClient:
    """One connection, any thread. Every call raises WorldRefused or WorldGone; none is ever sent twice."""

    def __init__(self, path: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._path, self._timeout_s = path, timeout_s
        self._lock = threading.Lock()
        self._closed = False
        self._line: Line | None = None

    def close(self) -> None:
        """Let go for good; may be called twice."""
        with self._lock:
            self._closed = True
            self._drop()

    # -- the wires ------------------------------------------------------------------------------------------------

    def lock_line(self, compartment: int, on: bool) -> None:
        self._do(w.LockLine(compartment, on))

    def high_lines(self) -> frozenset[int]:
        """The compartments whose lock's line is high."""
        return self._ask(w.AskLines(), w.Lines).high

    def lamp_line(self, compartment: int, on: bool) -> None:
        self._do(w.LampLine(compartment, on))

    def weigh(self) -> int:
        """One sample of the load cell, in counts."""
        return self._ask(w.Weigh(), w.Weight).counts

    def charge_pct(self) -> int:
        """As the battery's gauge tells it."""
        return self._ask(w.AskCharge(), w.Charge).pct

    def rtc_ahead(self) -> timedelta:
        """How far the real-time clock is ahead of the machine's."""
        return timedelta(seconds=self._ask(w.AskRtc(), w.Ahead).seconds)

    def celsius(self) -> Decimal:
        """One sample of the thermometer."""
        return self._ask(w.AskCelsius(), w.Warmth).celsius

    def light_screen(self, pct: int) -> None:
        self._do(w.LightScreen(pct))

    def play(self, tone: Tone | None) -> None:
        self._do(w.PlayTone(tone))

    def say(self, text: str) -> None:
        self._do(w.SayText(text))

    # -- a person's hands -----------------------------------------------------------------------------------------

    def open_lid(self, compartment: int) -> None:
        self._do(w.OpenLid(compartment))

    def shut_lid(self, compartment: int) -> None:
        self._do(w.ShutLid(compartment))

    def key_open(self, compartment: int) -> None:
        self._do(w.KeyOpen(compartment))

    def take(self, compartment: int, counts: w.Counts | None = None) -> w.Counts:
        """Take `counts` out, or all; what was taken."""
        return self._ask(w.Take(compartment, counts), w.Handled).counts

    def put_back(self, compartment: int, counts: w.Counts | None = None) -> w.Counts:
        return self._ask(w.PutBack(compartment, counts), w.Handled).counts

    def fill(self, compartment: int, label: str, items: tuple[w.Item, ...]) -> w.Counts:
        return self._ask(w.Fill(compartment, label, items), w.Handled).counts

    def put_in(self, compartment: int, label: str, item: w.Item) -> w.Counts:
        """Into an open compartment; what was put in."""
        return self._ask(w.PutIn(compartment, label, item), w.Handled).counts

    def empty(self, compartment: int) -> w.Counts:
        return self._ask(w.Empty(compartment), w.Handled).counts

    def hold_code(self, code: bytes) -> None:
        """Hold a code before the scanner: symbology identifier and content."""
        self._do(w.HoldCode(code))

    # -- what surrounds the box -----------------------------------------------------------------------------------

    def set_mains(self, on: bool) -> None:
        self._do(w.SetMains(on))

    def set_battery(self, charge_pct: int, unplugged: bool = False) -> None:
        self._do(w.SetBattery(charge_pct, unplugged))

    def set_rtc(self, fault: w.RtcFault | None = None, ahead_s: float = 0.0) -> None:
        self._do(w.SetRtc(fault, ahead_s))

    def set_celsius(self, celsius: Decimal | None) -> None:
        """How warm it is in the box; None pulls the thermometer's plug."""
        self._do(w.SetCelsius(celsius))

    def set_jam(self, compartment: int, on: bool) -> None:
        self._do(w.SetJam(compartment, on))

    def hold_line(self, compartment: int, on: bool) -> None:
        """A short holds the lock's line high, or no more."""
        self._do(w.HoldLine(compartment, on))

    def set_scale(self, fault: w.ScaleFault | None = None) -> None:
        self._do(w.SetScale(fault))

    def set_scanner(self, unplugged: bool) -> None:
        self._do(w.SetScanner(unplugged))

    def set_network(self, up: bool) -> None:
        """Cut the home's network, or restore it."""
        self._do(w.SetNetwork(up))

    def set_trap(self, trap: w.Trap) -> None:
        """One at a time; `look().sprung` tells when it has sprung."""
        self._do(w.SetTrap(trap))

    def clear_trap(self) -> None:
        self._do(w.ClearTrap())

    def look(self) -> w.WorldView:
        """Everything as it is, with all counters."""
        return self._ask(w.Look(), w.WorldView)

    def ledger(self, after: int = 0) -> tuple[w.Entry, ...]:
        """What happened after entry number `after`, in order."""
        return self._ask(w.ReadLedger(after), w.Ledger).entries

    # -- the socket -----------------------------------------------------------------------------------------------

    def _ask(self, request: w.Request, kind: type[A]) -> A:
        answer = self._do(request)
        if not isinstance(answer, kind):
            raise WorldGone(f"the world answered {type(answer).__name__} to {type(request).__name__}")
        return answer

    def _do(self, request: w.Request) -> object:
        with self._lock:
            if self._closed:
                raise WorldGone("the way to the world is closed")
            try:
                if self._line is not None and self._line.has_ended:
                    self._drop()  # the world was away since: nothing is sent into the void while it is back
                if self._line is None:
                    self._line = Line(self._path, self._timeout_s)
                self._line.send(request)
                reply = self._line.receive()
            except (OSError, msgspec.MsgspecError) as error:
                self._drop()
                raise WorldGone(f"the world at {self._path} does not answer: {error}") from error
            except BaseException:  # interrupted half way: the next call must not read this one's reply
                self._drop()
                raise
        if not isinstance(reply, w.Reply):
            raise WorldGone(f"the world pushed {type(reply).__name__} where a reply was due")
        if reply.error is not None:
            raise WorldRefused(reply.error)
        return reply.answer

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
