"""Reaching the world: blocking calls for a driver's wires and a person's hands, and a watch over lids and mains."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec

from drivers import world_protocol as w
from hub.ports import DeviceError, LidMoved, Tone

TIMEOUT_S = 5.0
AGAIN_S = 0.2  # between attempts to reach a world that does not answer

A = TypeVar("A", w.Weight, w.Lines, w.Charge, w.Ahead, w.Warmth, w.Handled, w.WorldView, w.Ledger)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(w.FromWorld).decode


class WorldError(Exception):
    """Root of what can go wrong between us and the world."""


class WorldRefused(WorldError):
    """The world does not work like that (a latched lid, a tablet that is not there). Nothing changed."""


class WorldGone(WorldError):
    """No answer: whether the last request was done is not known. The next call connects anew."""


@contextlib.contextmanager
def device(name: str) -> Iterator[None]:
    """Says a world's error as a DeviceError of the device `name`."""
    try:
        yield
    except WorldError as error:
        raise DeviceError(f"{name}: {error}") from error


class WorldClient:
    """One connection, any thread. Every call raises WorldRefused or WorldGone; none is ever sent twice."""

    def __init__(self, path: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._path, self._timeout_s = path, timeout_s
        self._lock = threading.Lock()
        self._closed = False
        self._line: _Line | None = None

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
                    self._line = _Line(self._path, self._timeout_s)
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


class WorldWatch:
    """Follows lids and mains on a connection and a thread of its own, reconnecting until closed.

    `lid_moved` and `mains_changed` are called from that thread, once for each movement, also for what changed while
    the world was out of reach.
    """

    def __init__(
        self, path: Path, lid_moved: LidMoved | None = None, mains_changed: Callable[[bool], None] | None = None
    ) -> None:
        self._path, self._lid_moved, self._mains_changed = path, lid_moved, mains_changed
        self._lock = threading.Lock()
        self._seen: w.Sensed | None = None
        self._alive = False
        self._closing = threading.Event()
        self._line: _Line | None = self._connect()
        self._thread = threading.Thread(target=self._follow, name="world-watch", daemon=True)
        self._thread.start()

    def now(self) -> w.Sensed:
        """What is sensed now. Raises WorldGone while the world is out of reach."""
        with self._lock:
            if self._seen is None or not self._alive:
                raise WorldGone(f"the world at {self._path} does not answer")
            return self._seen

    def close(self) -> None:
        """Stop following; may be called twice."""
        self._closing.set()
        with self._lock:
            if self._line is not None:
                self._line.hang_up()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=TIMEOUT_S)

    def _connect(self) -> "_Line":
        """A connection that has said how things are. Raises WorldGone."""
        try:
            line = _Line(self._path, TIMEOUT_S)
        except OSError as error:
            raise WorldGone(f"the world at {self._path} does not answer: {error}") from error
        try:
            line.send(w.Watch())
            first = line.receive()
            line.wait_forever()
        except (OSError, msgspec.MsgspecError) as error:
            line.close()
            raise WorldGone(f"the world at {self._path} does not answer: {error}") from error
        self._take_in(first)
        return line

    def _follow(self) -> None:
        try:
            while not self._closing.is_set():
                self._listen()
                self._closing.wait(AGAIN_S)
        finally:
            self._lose()

    def _listen(self) -> None:
        """Follow one connection to its end, or find that there is none."""
        try:
            if self._line is None:
                line = self._connect()
                with self._lock:
                    self._line = line
            while not self._closing.is_set():
                self._take_in(self._line.receive())
        except (WorldGone, OSError, msgspec.MsgspecError):
            self._lose()

    def _lose(self) -> None:
        with self._lock:
            line, self._line, self._alive = self._line, None, False
        if line is not None:
            line.close()

    def _take_in(self, push: w.Reply | w.Push) -> None:
        """Bring what we know up to date, then tell what moved."""
        with self._lock:
            before = self._seen
            if isinstance(push, w.Sensed):
                now = push
            elif before is not None and isinstance(push, w.LidMoved):
                lid = {push.compartment}
                lids = before.open_lids | lid if push.is_open else before.open_lids - lid
                now = w.Sensed(before.numbers, lids, before.mains)
            elif before is not None and isinstance(push, w.MainsChanged):
                now = w.Sensed(before.numbers, before.open_lids, push.on)
            else:
                return
            self._seen, self._alive = now, True
        if before is not None:
            self._tell(before, now)

    def _tell(self, before: w.Sensed, now: w.Sensed) -> None:
        if self._lid_moved:
            for number in sorted(before.open_lids ^ now.open_lids):
                self._lid_moved(number, number in now.open_lids)
        if self._mains_changed and before.mains != now.mains:
            self._mains_changed(now.mains)


class _Line:
    """A connected socket that speaks in lines of JSON."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._file = self._socket.makefile("rb")

    def send(self, request: w.Request) -> None:
        self._socket.sendall(_encode(request) + b"\n")

    def receive(self) -> w.Reply | w.Push:
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("it hung up")
        message: w.Reply | w.Push = _decode(line)
        return message

    @property
    def has_ended(self) -> bool:
        """Whether the other end hung up (or speaks unasked, which is as bad)."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))

    def wait_forever(self) -> None:
        self._socket.settimeout(None)

    def hang_up(self) -> None:
        """Wake whoever waits for a line; `close` is theirs."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._file.close()
        self._socket.close()
