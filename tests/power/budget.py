"""How long a box lasts without mains (H21): what each part draws, and the hours that follow.

`python -m tests.power.budget` writes them into docs/devices.md; a test says whether the page is current. Typical, and
as bad as it may be: cells at the end of their life, converters at the bottom of their data sheets, every lamp lit,
every opening tried three times. Nothing of it has been measured on a box.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from hub.domain.battery import LOW_PCT, STOP_PCT
from hub.outputs import DAY_PCT, NIGHT_PCT
from hub.ports import PULSE_S

PAGE = Path(__file__).parents[2] / "docs" / "devices.md"
BEGIN, END = "<!-- made by `python -m tests.power.budget` -->", "<!-- to here -->"
BOUGHT, SMALLER = 4, 2  # cells
CELL_V = 3.6
LOCK_W = 12.0 * 1.2  # at a lock's inrush all the while


class Both(Struct, frozen=True):
    """A figure as it usually is, and as bad as it may be, and where it is from."""

    usual: float
    worst: float
    source: str


PANEL = '10.1" panel, bright'
PANEL_REST = 0.4  # of a bright panel's power that is not its light: assumed

# Watts that the 5 V give.
LOADS = {
    "Pi 4B, with Wi-Fi and an idle hub": Both(3.0, 4.0, "600 mA bare: Raspberry Pi's documentation; worst assumed"),
    PANEL: Both(4.0, 6.0, "assumed: makers say 5 V and 1 A or so"),
    "scanner, waiting": Both(0.25, 0.75, "assumed: 50 to 150 mA"),
    "lamps of 4 mA: one · 28": Both(0.02, 0.56, "330 Ω"),
    "28 lids' pull-ups, 0.7 mA each": Both(0.10, 0.10, "4.7 kΩ"),
    "load cell of 350 Ω and HX711": Both(0.08, 0.08, "14 mA and 1.5 mA: Avia's data sheet"),
    "six expanders, clock, logic, gauge": Both(0.02, 0.05, "a few mA: NXP's, Analog Devices' and Nexperia's"),
    "sound": Both(0.05, 0.50, "assumed: an amplifier at rest · calling"),
}  # fmt: skip
PULSES_A_DAY = Both(4, 36, "four intakes of one pulse · twelve of three")
TO_FIVE = Both(0.90, 0.85, "assumed: data sheets of such converters say 85 to 95 %")
TO_TWELVE = Both(0.90, 0.80, "assumed; the battery unit's own")
CELL_AH = Both(3.3, 3.3 * 0.8, "NCR18650B, measured: 3.28 Ah in ten hours; worst: a fifth is lost, the end of its life")


def watts(worst: bool, night: bool = False) -> float:
    """What the cells give."""
    five = sum(_of(load, worst) for load in LOADS.values())
    if night:
        five -= _of(LOADS[PANEL], worst) * (1 - PANEL_REST) * (1 - NIGHT_PCT / DAY_PCT)
    locks = _of(PULSES_A_DAY, worst) * LOCK_W * PULSE_S / 86400
    return (five / _of(TO_FIVE, worst) + locks) / _of(TO_TWELVE, worst)


def hours(cells: int, worst: bool, night: bool = False, from_pct: int = 100, to_pct: int = STOP_PCT) -> float:
    """From one charge to another, with the mains off."""
    watt_hours = cells * _of(CELL_AH, worst) * CELL_V * (from_pct - to_pct) / 100
    return watt_hours / watts(worst, night)


def pulse_a(cells: int, worst: bool) -> float:
    """What each cell gives while a lock is on."""
    return (watts(worst) + LOCK_W / _of(TO_TWELVE, worst)) / CELL_V / cells


def _of(both: Both, worst: bool) -> float:
    return both.worst if worst else both.usual


def page() -> str:
    return "\n".join((BEGIN, *_page(), END))


def _page() -> Iterator[str]:
    yield from ("| W from the 5 V | typical | worst | from |", "| --- | --- | --- | --- |")
    yield from (f"| {name} | {b.usual:.2f} | {b.worst:.2f} | {b.source} |" for name, b in LOADS.items())
    five, joule = [
        [sum(_of(b, worst) for b in LOADS.values()) for worst in (False, True)],
        [_of(PULSES_A_DAY, worst) * LOCK_W * PULSE_S for worst in (False, True)],
    ]
    yield f"| **together** | **{five[0]:.1f}** | **{five[1]:.1f}** | |"
    yield from ("", "| from the cells | typical | worst | from |", "| --- | --- | --- | --- |")
    yield f"| 12 V → 5 V | {TO_FIVE.usual:.0%} | {TO_FIVE.worst:.0%} | {TO_FIVE.source} |"
    yield f"| cells → 12 V | {TO_TWELVE.usual:.0%} | {TO_TWELVE.worst:.0%} | {TO_TWELVE.source} |"
    yield f"| locks, a day | {joule[0]:.0f} J | {joule[1]:.0f} J | {PULSES_A_DAY.source}: 1.2 A for {PULSE_S} s |"
    yield f"| W by day | {watts(False):.1f} | {watts(True):.1f} | |"
    yield f"| W by night | {watts(False, True):.1f} | {watts(True, True):.1f} | the panel's light at {NIGHT_PCT} % |"
    yield f"| a cell of 3400 mAh | {CELL_AH.usual:.2f} Ah | {CELL_AH.worst:.2f} Ah | {CELL_AH.source} |"
    yield from ("", "| without mains, from full | typical | worst |", "| --- | --- | --- |")
    for cells in (BOUGHT, SMALLER):
        bold = "**" if cells == BOUGHT else ""
        yield f"| {bold}{cells} cells, until it stops at {STOP_PCT} %{bold} | {_h(cells)} | {_h(cells, True)} |"
        yield f"| {cells} cells, by night | {_h(cells, night=True)} | {_h(cells, True, True)} |"
        left = [f"{60 * hours(cells, worst, from_pct=LOW_PCT):.0f} min" for worst in (False, True)]
        yield f"| {cells} cells, from the alarm at {LOW_PCT} % to the stop | {left[0]} | {left[1]} |"
        yield f"| {cells} cells, each during a pulse | {pulse_a(cells, False):.1f} A | {pulse_a(cells, True):.1f} A |"


def _h(cells: int, worst: bool = False, night: bool = False) -> str:
    return f"{hours(cells, worst, night):.1f} h"


def written(text: str) -> str:
    """The page with today's figures in it."""
    before, rest = text.split(BEGIN)
    return before + page() + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
