"""GPIO chips of a kernel, and hands on the far ends of their lines: a fake one in memory, and the real one's gpio-sim.

Both are judged by the same tests. The real one wants MEDHUB_GPIO=sim in a machine that `make prove-gpio` boots.
"""

import errno
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
from gpiod import LineSettings
from gpiod.line import Bias, Direction, Value
from gpiozero import InputDevice, OutputDevice

from drivers.chip_pins import ChipFactory
from drivers.chips import open_chip

SIMULATORS = Path("/sys/kernel/config/gpio-sim")


class Wired(Protocol):
    """`open` is what a `ChipFactory` is given."""

    open: Callable[[], Any]

    def pull(self, line: int, high: bool) -> None:
        """From outside, as a switch does."""

    def hold(self, line: int, high: bool) -> None:
        """High whatever drives it, or no more. Skips where that would be a short between two real outputs."""

    def level(self, line: int) -> bool: ...


class Chip(Wired, Protocol):
    def unplug(self) -> None: ...

    def plug(self) -> None: ...


class FakeChip:
    """What the driver uses of gpiod, in memory, over an expander as the PCA9555's data sheet and the kernel's driver
    have it: a register of levels and one of directions, eight lines written at a time from what the kernel remembers;
    kept through everything but a loss of power, after which all lines are inputs and all levels high.

    `heard` is what was asked of it, in order; `rose` each line that was driven high. A line in `stuck` is high whatever
    drives it. `jumpers` join two lines, and either may drive the other.
    """

    def __init__(self, lines: int = 28, jumpers: Mapping[int, int] | None = None) -> None:
        self.lines = lines
        self.jumpers = {a: b for one, other in (jumpers or {}).items() for a, b in ((one, other), (other, one))}
        self.gone = False
        self.outside: dict[int, bool] = {}
        self.held: dict[int, LineSettings] = {}
        self.stuck: set[int] = set()
        self.heard: list[str] = []
        self.rose: list[int] = []
        self._remembered = [[True, False] for _ in range(lines)]  # level, whether it is an output
        self.registers: list[list[bool]] = []
        self.lose_power()

    def lose_power(self) -> None:
        """For an instant; the kernel does not hear of it."""
        self.registers = [[True, False] for _ in range(self.lines)]

    # -- as the kernel has it ----------------------------------------------------------------------------------------

    def open(self) -> "FakeChip":
        self.answer()
        return self

    def close(self) -> None:
        pass

    def request_lines(self, config: Mapping[int, LineSettings], consumer: str) -> "FakeRequest":
        self.answer()
        assert consumer
        for line in config:
            if line >= self.lines:
                raise ValueError("line offset of out range")
            if line in self.held:
                raise OSError(errno.EBUSY, "Device or resource busy")
        return FakeRequest(self, dict(config))

    def answer(self) -> None:
        if self.gone:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")

    def drive(self, line: int, high: bool) -> None:
        self.heard.append(f"{'high' if high else 'low'} {line}")
        self._write(line, 0, high)

    def turn(self, line: int, output: bool) -> None:
        if not output:
            self.heard.append(f"input {line}")
        self._write(line, 1, output)

    def _write(self, line: int, register: int, value: bool) -> None:
        self._remembered[line][register] = value
        self.answer()
        before = self._driven_high()
        for other in range(line // 8 * 8, min(line // 8 * 8 + 8, self.lines)):
            self.registers[other][register] = self._remembered[other][register]
        self.rose += sorted(self._driven_high() - before)

    def _driven_high(self) -> set[int]:
        return {line for line, (level, output) in enumerate(self.registers) if level and output}

    # -- hands and eyes ----------------------------------------------------------------------------------------------

    def pull(self, line: int, high: bool) -> None:
        self.outside[line] = high

    def hold(self, line: int, high: bool) -> None:
        (self.stuck.add if high else self.stuck.discard)(line)

    def level(self, line: int) -> bool:
        for end in (line, self.jumpers.get(line, line)):
            level, output = self.registers[end]
            if end in self.stuck or output:
                return end in self.stuck or level
        held = self.held.get(line)
        return self.outside.get(line, held is not None and held.bias is Bias.PULL_UP)

    def unplug(self) -> None:
        self.gone = True

    def plug(self) -> None:
        self.gone = False


class FakeRequest:
    def __init__(self, chip: FakeChip, config: dict[int, LineSettings]) -> None:
        self._chip, self._lines = chip, tuple(config)
        self._chip.held |= config
        try:
            self.reconfigure_lines(config)
        except OSError:
            self.release()
            raise

    def reconfigure_lines(self, config: Mapping[int, LineSettings]) -> None:
        for line, settings in config.items():
            self._chip.held[line] = settings
            if settings.direction is Direction.OUTPUT:
                self._chip.drive(line, settings.output_value is Value.ACTIVE)
            self._chip.turn(line, settings.direction is Direction.OUTPUT)

    def get_values(self, lines: list[int]) -> list[Value]:
        return [self.get_value(line) for line in lines]

    def get_value(self, line: int) -> Value:
        self._chip.answer()
        return Value.ACTIVE if self._chip.level(line) else Value.INACTIVE

    def set_value(self, line: int, value: Value) -> None:
        assert self._chip.held[line].direction is Direction.OUTPUT
        self._chip.drive(line, value is Value.ACTIVE)

    def release(self) -> None:
        for line in self._lines:
            del self._chip.held[line]


class SimulatedChip:
    """A chip of the kernel's gpio-sim. `device` is an expander's name; a simulator has another, so it is the label."""

    def __init__(self, label: str, lines: int, closing: ExitStack) -> None:
        self.label = label
        self._folder = SIMULATORS / f"medhub-{label}"
        bank = self._folder / "bank0"
        bank.mkdir(parents=True)
        closing.callback(self._folder.rmdir)
        closing.callback(bank.rmdir)
        closing.callback(self.unplug)
        (bank / "num_lines").write_text(str(lines))
        (bank / "label").write_text(label)
        self.plug()

    def open(self) -> Any:
        return open_chip(self.label)

    def pull(self, line: int, high: bool) -> None:
        self._line(line, "pull").write_text("pull-up" if high else "pull-down")

    def hold(self, line: int, high: bool) -> None:
        pytest.skip("a simulated output follows its driver")

    def level(self, line: int) -> bool:
        return self._line(line, "value").read_text().strip() == "1"

    def unplug(self) -> None:
        if (self._folder / "live").read_text().strip() == "1":
            (self._folder / "live").write_text("0")

    def plug(self) -> None:
        (self._folder / "live").write_text("1")

    def _line(self, line: int, attribute: str) -> Path:
        device, chip = ((self._folder / name).read_text().strip() for name in ("dev_name", "bank0/chip_name"))
        return Path(f"/sys/devices/platform/{device}/{chip}/sim_gpio{line}/{attribute}")


class JumperedChip:
    """A chip whose lines are wired to others of its own, where the hands and eyes are: on a Pi, without any tool."""

    def __init__(self, chip: Callable[[], Any], jumpers: Mapping[int, int], closing: ExitStack) -> None:
        self.open, self._far = chip, jumpers
        self._ends = ChipFactory("far", chip)
        closing.callback(self._ends.close)
        self._made: dict[int, Any] = {}

    def pull(self, line: int, high: bool) -> None:
        if line not in self._made:
            self._made[line] = OutputDevice(self._far[line], pin_factory=self._ends)
        self._made[line].value = high

    def hold(self, line: int, high: bool) -> None:
        pytest.skip("two outputs of one Pi against each other would be a short")

    def level(self, line: int) -> bool:
        if line not in self._made:
            self._made[line] = InputDevice(self._far[line], pull_up=False, pin_factory=self._ends)
        return bool(self._made[line].is_active)


def fake_chips(closing: ExitStack) -> tuple[Chip, Chip]:
    return FakeChip(28), FakeChip(16)


def simulated_chips(closing: ExitStack) -> tuple[Chip, Chip]:
    return SimulatedChip("pinctrl-bcm2711", 28, closing), SimulatedChip("1-0020", 16, closing)
