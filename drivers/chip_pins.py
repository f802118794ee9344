"""gpiozero's pins on one GPIO chip of the kernel, by gpiod. docs/decisions/0013-pins-by-gpiod.md says why.

A chip that does not answer is lost: each call says so at once, and it is looked for every second. When it is found its
outputs are put low before anything else (R12: an expander keeps what it drove through a SIGKILL and a reset of the Pi).
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from gpiod.line import Bias
from gpiozero.exc import PinEdgeDetectUnsupported, PinFixedPull, PinInvalidFunction, PinInvalidPull, PinSetInput
from gpiozero.pins import PinInfo
from gpiozero.pins.pi import PiFactory, PiPin

from drivers.chip_lines import ChipLines

LOOK_S = 0.02  # between looks at watched inputs: all of a chip at once, one transfer of an expander
SETTLE_S = 0.01  # and a level counts once two looks this far apart agree: a switch bounces for a few ms
AGAIN_S = 1.0  # between attempts to find a lost chip
_PULLS = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
_TROUBLE = (OSError, ValueError)


class ChipLost(OSError):
    """The chip is not there, or does not answer. The text says which."""


class ChipPin(PiPin):  # type: ignore[misc]  # gpiozero has no types
    """One line. It is a plain input until it is made something else, and watched while it has a `when_changed`."""

    def __init__(self, factory: "ChipFactory", info: PinInfo) -> None:
        super().__init__(factory, info)
        self.line: int = info.number
        self.output = False
        self.bias = Bias.DISABLED
        self.seen: bool | None = None  # as `when_changed` was last told

    def close(self) -> None:
        self.when_changed = None
        self.factory.release(self)

    def tell(self, state: bool) -> None:
        if self._when_changed is not None:
            self._call_when_changed(self.factory.ticks(), state)

    def _get_function(self) -> str:
        return "output" if self.output else "input"

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction(f"{self!r} is no {value}")
        self.output = value == "output"
        self.factory.claim(self)

    def _get_state(self) -> bool:
        return bool(self.factory.read(self))

    def _set_state(self, value: bool) -> None:
        if not self.output:
            raise PinSetInput(f"{self!r} is an input")
        self.factory.write(self, bool(value))

    def output_with_state(self, state: bool) -> None:
        """A chip that is lost now is low when it is found."""
        self._set_function("output")
        if state:
            self._set_state(state)

    def _get_pull(self) -> str:
        return next(name for name, bias in _PULLS.items() if bias is self.bias)

    def _set_pull(self, value: str) -> None:
        """Asked of the kernel; a chip that cannot pull is not asked again (the kernel does not tell)."""
        if self.output:
            raise PinFixedPull(f"{self!r} is an output")
        if value not in _PULLS:
            raise PinInvalidPull(f"{self!r} cannot be pulled {value}")
        self.bias = _PULLS[value]
        self.factory.claim(self)

    def _get_edges(self) -> str:
        return "both"

    def _set_edges(self, value: str) -> None:
        if value != "both":
            raise PinEdgeDetectUnsupported(f"{self!r} tells both edges or none")

    def _enable_event_detect(self) -> None:
        self.factory.watch(self)

    def _disable_event_detect(self) -> None:
        self.factory.unwatch(self)


class _Header:
    """Lines numbered from 0, each its own; nothing that gpiozero knows of a Pi's header holds for an expander."""

    @staticmethod
    def find_pin(name: int | str) -> Iterator[tuple[None, PinInfo]]:
        line = name if isinstance(name, int) else int(name.removeprefix("GPIO"))
        yield None, PinInfo(line, f"GPIO{line}", frozenset({line}), "", line, 1, frozenset({"gpio"}))


class ChipFactory(PiFactory):  # type: ignore[misc]
    """gpiozero's factory for the chip that `open_chip` finds, which is called `name` where it is spoken of.

    It is not at fault to be lost at first. Pins and reservations are its own: a second chip is another factory.
    """

    def __init__(self, name: str, open_chip: Callable[[], Any]) -> None:
        super().__init__()
        self.pin_class = ChipPin
        self._name, self._open_chip = name, open_chip
        self._one = threading.RLock()
        self._lines: ChipLines | None = None
        self._why = ""
        self._claimed: dict[int, ChipPin] = {}
        self._watched: dict[int, ChipPin] = {}
        self._doubtful: dict[int, bool] = {}  # levels that one look alone has seen
        self._closing = threading.Event()
        self._find()
        self._thread = threading.Thread(target=self._look_after, name=f"chip {name}", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> str | None:
        """Why it is lost, if it is."""
        return None if self._lines is not None else f"chip {self._name}: {self._why}"

    def close(self) -> None:
        """Every output low and let go; may be called twice."""
        self._closing.set()
        self._thread.join()
        super().close()
        with self._one:
            self._lose("it is closed")

    def ticks(self) -> float:
        return time.monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        return later - earlier

    def _get_board_info(self) -> _Header:
        return _Header()

    # -- what the pins ask -------------------------------------------------------------------------------------------

    def claim(self, pin: ChipPin) -> None:
        """As `pin` now is, and again whenever the chip is found; a chip that is lost raises nothing here."""
        with self._one:
            self._claimed[pin.line] = pin
            if self._lines is not None:
                try:
                    self._request(self._lines, pin)
                except _TROUBLE as error:
                    self._lose(str(error))

    def release(self, pin: ChipPin) -> None:
        with self._one:
            if self._claimed.pop(pin.line, None) is not None and self._lines is not None:
                try:
                    self._lines.drop(pin.line)
                except _TROUBLE as error:
                    self._lose(str(error))

    def read(self, pin: ChipPin) -> bool:
        """Of a watched pin what was told last: it has settled, and costs no transfer."""
        with self._answering() as lines:
            watched = self._watched.get(pin.line)
            return lines.read(pin.line) if watched is None or watched.seen is None else watched.seen

    def write(self, pin: ChipPin, high: bool) -> None:
        with self._answering() as lines:
            lines.write(pin.line, high)

    def watch(self, pin: ChipPin) -> None:
        """Tell it of each change from how it is now; from how it will be found, where the chip is lost."""
        with self._one:
            pin.seen = None
            self._watched[pin.line] = pin
            if self._lines is not None:
                try:
                    pin.seen = self._lines.read(pin.line)
                except _TROUBLE as error:
                    self._lose(str(error))

    def unwatch(self, pin: ChipPin) -> None:
        with self._one:
            self._watched.pop(pin.line, None)

    @contextlib.contextmanager
    def _answering(self) -> Iterator[ChipLines]:
        with self._one:
            if self._lines is None or not self._thread.is_alive():
                raise ChipLost(self.lost or f"chip {self._name}: nobody looks at its lines")
            try:
                yield self._lines
            except _TROUBLE as error:
                self._lose(str(error))
                raise ChipLost(self.lost) from error

    # -- the thread --------------------------------------------------------------------------------------------------

    def _look_after(self) -> None:
        wait_s = 0.0
        while not self._closing.wait(wait_s):
            with self._one:
                if self._lines is None:
                    self._find()
                moved = list(self._look())
                wait_s = AGAIN_S if self._lines is None else SETTLE_S if self._doubtful else LOOK_S
            for pin, state in moved:
                pin.tell(state)

    def _look(self) -> Iterator[tuple[ChipPin, bool]]:
        """Watched pins that have moved, by this look and the one before."""
        if self._lines is None or not self._watched:
            return
        try:
            now = self._lines.look()
        except _TROUBLE as error:
            self._lose(str(error))
            return
        before, self._doubtful = self._doubtful, {}
        for line, pin in self._watched.items():
            if pin.seen is None:
                pin.seen = now[line]
            elif now[line] is not pin.seen and before.get(line) is now[line]:
                pin.seen = now[line]
                yield pin, now[line]
            elif now[line] is not pin.seen:
                self._doubtful[line] = now[line]

    # -- lost and found ----------------------------------------------------------------------------------------------

    def _find(self) -> None:
        """Open it and claim every line, outputs before inputs."""
        try:
            self._lines = ChipLines(self._open_chip())
            for pin in sorted(self._claimed.values(), key=lambda pin: not pin.output):
                self._request(self._lines, pin)
        except _TROUBLE as error:
            self._lose(str(error))

    def _lose(self, why: str) -> None:
        lines, self._lines, self._why = self._lines, None, why
        self._doubtful = {}
        if lines is not None:
            lines.close()

    @staticmethod
    def _request(lines: ChipLines, pin: ChipPin) -> None:
        if pin.output:
            lines.output(pin.line)
        else:
            lines.input(pin.line, pin.bias)
