"""What no type can say of a board: each rule a small function from the board to what breaks it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import Struct

from hub.board import Board, Chip, Line
from hub.ports import PULSE_S
from hub.toml_lines import Key


class Finding(Struct, frozen=True):
    """What is wrong with the key, or with what it says."""

    key: Key
    reason: str


PIS = {"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"}  # up to Pi 3, Pi 4, Pi 5
HEADER = 28  # lines 0-27 are on a Pi's header; what is above drives the Pi itself
EEPROM, I2C, UART = (0, 1), (2, 3), (14, 15)
HX711 = (20, 21)  # systemd/overlays/medhub-hx711.dts
PULLED_UP = range(9)  # by the chip itself from power-on until our first line; 9-27 are pulled down
UARTS = ("/dev/ttyAMA0", "/dev/ttyS0", "/dev/serial0")
_ON_I2C = re.compile(r"(\d)-00[0-7][0-9a-f]")


def broken(board: Board) -> Iterator[Finding]:
    """Every rule that the board breaks, and where."""
    for rule in _RULES:
        yield from rule(board)


def lines(board: Board) -> Iterator[tuple[Key, Line]]:
    """Every line it uses, with its key."""
    yield ("power", "mains"), board.power.mains
    yield ("sounder", "buzzer"), board.sounder.buzzer
    for number, box in board.compartments.items():
        for name in box.__struct_fields__:
            yield ("compartments", str(number), name), getattr(box, name)


# -- chips -----------------------------------------------------------------------------------------------------------


def _one_chip_each(board: Board) -> Iterator[Finding]:
    """By its label and device a chip is found, or another one moves."""
    seen: dict[tuple[str, str | None], str] = {}
    alike = Counter(chip.label for chip in board.chips.values())
    for name, chip in board.chips.items():
        if (other := seen.setdefault((chip.label, chip.device), name)) != name:
            yield Finding(("chips", name), f"is the same as {other}")
        elif alike[chip.label] > 1 and chip.device is None:
            yield Finding(("chips", name, "device"), "is missing: another chip has the same label")


def _chips_are_known(board: Board) -> Iterator[Finding]:
    for name, chip in board.chips.items():
        if chip.label in PIS:
            if chip.lines is not None or chip.device is not None:
                yield Finding(("chips", name), "the Pi's own chip has neither lines nor device to be told")
            continue
        if chip.lines is None:
            yield Finding(("chips", name, "lines"), "is missing: how many has this chip?")
        if _bus(chip) is None:
            yield Finding(("chips", name, "device"), "is missing: which I2C device is it?")


def _chips_are_used(board: Board) -> Iterator[Finding]:
    for name in board.chips.keys() - {line.chip for _, line in lines(board)}:
        yield Finding(("chips", name), "no line is on it")


def _one_address_each(board: Board) -> Iterator[Finding]:
    addresses = {chip.device or chip.label for chip in board.chips.values()}
    if board.rtc is not None and board.rtc.device in addresses:
        yield Finding(("rtc", "device"), "a chip is at that address")


def _bus(chip: Chip) -> str | None:
    """The I2C bus it is on."""
    found = _ON_I2C.fullmatch(chip.device or chip.label)
    return found[1] if found else None


# -- lines -----------------------------------------------------------------------------------------------------------


def _lines_exist(board: Board) -> Iterator[Finding]:
    for key, line in lines(board):
        chip = board.chips.get(line.chip)
        if chip is None:
            yield Finding((*key, "chip"), f"there is no chip {line.chip}; there are {', '.join(sorted(board.chips))}")
        elif line.line >= (chip.lines or HEADER):
            yield Finding((*key, "line"), f"{line.chip} has the lines 0-{(chip.lines or HEADER) - 1}")


def _one_use_each(board: Board) -> Iterator[Finding]:
    seen: dict[tuple[str, int], str] = {}
    for key, line in lines(board):
        name = ".".join(key)
        if (other := seen.setdefault((line.chip, line.line), name)) != name:
            yield Finding((*key, "line"), f"line {line.line} of {line.chip} is {other} already")


def _reserved(board: Board) -> dict[int, str]:
    """Lines of the Pi's header that are something else's."""
    buses = {_bus(chip) for chip in board.chips.values()}
    rtc = board.rtc is not None and board.rtc.device is not None and board.rtc.device.startswith("1-")
    serial = {board.scale.at, board.scanner.at if board.scanner else None}
    found = dict.fromkeys(EEPROM, "a HAT's identity EEPROM")
    if "1" in buses or rtc:
        found |= dict.fromkeys(I2C, "I2C bus 1, which a chip or the clock is on")
    if serial & set(UARTS):
        found |= dict.fromkeys(UART, "the serial port, which scale or scanner is on")
    if board.scale.kind == "iio":
        found |= dict.fromkeys(HX711, "the scale's HX711")
    return found


def _nothing_reserved(board: Board) -> Iterator[Finding]:
    reserved = _reserved(board)
    for key, line in _of_the_pi(board):
        if line.line in reserved:
            yield Finding((*key, "line"), f"line {line.line} is {reserved[line.line]}")


def _locks_are_quiet_at_boot(board: Board) -> Iterator[Finding]:
    """R12, H14: a line that something else raises before the hub is there opens a lock."""
    for key, line in _of_the_pi(board):
        if key[-1] == "lock" and (line.line in PULLED_UP or line.line in UART):
            who = "pulled up from power-on" if line.line in PULLED_UP else "where the firmware may write at boot"
            yield Finding((*key, "line"), f"a lock may not be on line {line.line}, {who}")


def _of_the_pi(board: Board) -> Iterator[tuple[Key, Line]]:
    for key, line in lines(board):
        if line.chip in board.chips and board.chips[line.chip].label in PIS:
            yield key, line


# -- the rest --------------------------------------------------------------------------------------------------------


def _numbered_from_one(board: Board) -> Iterator[Finding]:
    if not board.compartments:
        yield Finding(("compartments",), "a box has at least one")
    for number in board.compartments:
        if number > len(board.compartments):
            yield Finding(("compartments", str(number)), "a number before it is missing")


def _pulse_fits(board: Board) -> Iterator[Finding]:
    """R12: within what the solenoid bears and the code allows, and long enough to move it."""
    solenoid = board.solenoid
    most_ms = min(solenoid.rated_ms, round(PULSE_S * 1000))
    if solenoid.pulse_ms > most_ms:
        yield Finding(("solenoid", "pulse_ms"), f"at most {most_ms}, of the solenoid's rating and the hub's limit")
    if solenoid.pulse_ms <= solenoid.inrush_ms:
        yield Finding(("solenoid", "pulse_ms"), f"longer than the inrush, {solenoid.inrush_ms}: it has not moved yet")
    if solenoid.hold_ma > solenoid.inrush_ma:
        yield Finding(("solenoid", "hold_ma"), "more than the inrush: are the two exchanged?")
    if not solenoid.one_at_a_time:
        yield Finding(("solenoid", "one_at_a_time"), "must be true: the hub never energises two locks")


def _scale_is_found(board: Board) -> Iterator[Finding]:
    if (board.scale.kind == "serial") is (board.scale.at is None):
        yield Finding(("scale", "at"), "is for a serial scale, and only for that")
    if board.scale.at is not None and board.scanner is not None and board.scale.at == board.scanner.at:
        yield Finding(("scanner", "at"), "is the scale")


_RULES: tuple[Callable[[Board], Iterator[Finding]], ...] = (
    _one_chip_each, _chips_are_known, _chips_are_used, _one_address_each, _lines_exist, _one_use_each,
    _nothing_reserved, _locks_are_quiet_at_boot, _numbered_from_one, _pulse_fits, _scale_is_found,
)  # fmt: skip
