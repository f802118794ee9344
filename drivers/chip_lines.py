"""The lines of one open GPIO chip as they are requested of the kernel, each in its own use.

An expander that lost its power is all inputs again, and a PCA9555's output register all ones, while the kernel writes
back eight lines at a time what it remembers of them. So a level is always written before a direction, and what is high
is written low before a chip is given up, even where it does not answer: nothing is ever high that was not asked to be.
"""

import contextlib
from typing import Any

from gpiod import LineSettings
from gpiod.line import Bias, Direction, Value

CONSUMER = "medhub"  # what `gpioinfo` shows
# The pull-down is one more for the Pi's own lines, whose pulls outlive the process; an expander has none to switch.
_LOW = LineSettings(direction=Direction.OUTPUT, bias=Bias.PULL_DOWN, output_value=Value.INACTIVE)
_LET_GO = LineSettings(direction=Direction.INPUT, bias=Bias.PULL_DOWN)


class ChipLines:
    """Raises OSError (ValueError for a line that the chip has not) as soon as the chip does not answer. Not for two
    threads at once. `chip` is a gpiod.Chip, closed with this."""

    def __init__(self, chip: Any) -> None:
        self._chip = chip
        self._outputs: dict[int, Any] = {}
        self._high: set[int] = set()
        self._pulls: dict[int, Bias] = {}  # of the inputs
        self._inputs: Any = None  # one request for all of them: they are read at once

    def output(self, line: int) -> None:
        """Drive it low, whatever it was. In between it is let go: an MCP23017 that lost its power has forgotten that it
        drives the line, and the kernel, which has not, would not say it again."""
        self.drop(line)
        self._outputs[line] = request = self._chip.request_lines({line: _LOW}, consumer=CONSUMER)
        request.reconfigure_lines({line: _LET_GO})
        request.reconfigure_lines({line: _LOW})

    def input(self, line: int, pull: Bias) -> None:
        self.drop(line)
        self._request_inputs(self._pulls | {line: pull})

    def drop(self, line: int) -> None:
        """Low, and then let go."""
        if line in self._outputs:
            try:
                self.write(line, False)
                self._outputs[line].reconfigure_lines({line: _LET_GO})
            finally:
                self._outputs.pop(line).release()
        elif line in self._pulls:
            self._request_inputs({other: pull for other, pull in self._pulls.items() if other != line})

    def write(self, line: int, high: bool) -> None:
        if high:
            self._high.add(line)  # before it is: it may be although the chip does not say so
        self._outputs[line].set_value(line, Value.ACTIVE if high else Value.INACTIVE)
        if not high:
            self._high.discard(line)

    def read(self, line: int) -> bool:
        """The level on the line; of an output too, as the chip sees it."""
        request = self._outputs.get(line, self._inputs)
        return bool(request.get_value(line) is Value.ACTIVE)

    def look(self) -> dict[int, bool]:
        """Every input, as it is now."""
        if self._inputs is None:
            return {}
        values = self._inputs.get_values(list(self._pulls))
        return {line: value is Value.ACTIVE for line, value in zip(self._pulls, values, strict=True)}

    def close(self) -> None:
        """Everything low and let go; what does not answer is told so all the same."""
        for line in list(self._high):
            with contextlib.suppress(OSError):
                self.write(line, False)
        for request in (*self._outputs.values(), self._inputs):
            if request is not None:
                request.release()
        self._chip.close()

    def _request_inputs(self, pulls: dict[int, Bias]) -> None:
        if self._inputs is not None:
            self._inputs.release()
        self._inputs, self._pulls = None, pulls
        for line in self._outputs:
            self.write(line, line in self._high)
        if pulls:
            settings = {line: LineSettings(direction=Direction.INPUT, bias=pull) for line, pull in pulls.items()}
            self._inputs = self._chip.request_lines(settings, consumer=CONSUMER)
