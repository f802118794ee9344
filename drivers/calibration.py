"""What counts weigh: two points measured at commissioning, kept in a file of the hub's state.

Two points as they were weighed, not a slope: whoever reads the file can weigh them again. Integers throughout.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import fmean, median_low, stdev
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from drivers.load_cell import CAPACITY_MG, COUNTS_PER_MG, HYSTERESIS, NOISE_MG, RAIL, TRAY_MG
from hub.ports import DeviceError

FILE = "scale.json"  # in the hub's state folder
Counts = Annotated[int, Meta(ge=-RAIL, le=RAIL - 1)]  # a rail is no measurement
LEAST_MG = 20_000  # a lighter reference tells too little of the slope
NOISE_MOST_MG = 2 * round(NOISE_MG)  # noisier at rest it is not worth having: docs/scale.md
SLOPE = (
    COUNTS_PER_MG / 4,
    COUNTS_PER_MG * 8,
)  # counts a mg of cells one can buy: a kilo's, and a 100 g one's at 1 mV/V
LEAST_SAMPLES = 50  # five seconds
BACK_MOST = 2 * HYSTERESIS  # a share of the reference: twice what the data sheet lets it leave behind


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """`zero_counts`: the empty tray in its place; `loaded_counts`: with the reference weight of `loaded_mg` on it;
    `noise_mg`: standard deviation of a sample at rest, at least 1. Measured `at` that time, `by` that person."""

    zero_counts: Counts
    loaded_counts: Counts
    loaded_mg: Annotated[int, Meta(ge=LEAST_MG, le=CAPACITY_MG - TRAY_MG)]
    noise_mg: Annotated[int, Meta(ge=1, le=NOISE_MOST_MG)]
    at: Annotated[datetime, Meta(tz=True)]
    by: Annotated[str, Meta(min_length=1, max_length=80)]

    def weight_mg(self, counts: int) -> int:
        """What lies in the tray."""
        span = self.loaded_counts - self.zero_counts
        return round((counts - self.zero_counts) * self.loaded_mg / span)

    def __post_init__(self) -> None:
        _must_be_a_cells(abs(self.loaded_counts - self.zero_counts) / self.loaded_mg)


def _must_be_a_cells(slope: float) -> None:
    if not SLOPE[0] <= slope <= SLOPE[1]:
        raise ValueError(f"{slope:.2f} counts a mg is no cell of 500 g: is the reference weight what it says?")


def calibrated(
    empty: Sequence[int], loaded: Sequence[int], again: Sequence[int], loaded_mg: int, at: datetime, by: str
) -> Calibration:
    """From samples of the empty tray at rest, with the reference weight, and empty again. Raises DeviceError with what
    is wrong: also where it does not come back to what it was, as a worn cell or a tray that touches something."""
    if min(len(empty), len(loaded), len(again)) < LEAST_SAMPLES:
        raise DeviceError(f"fewer than {LEAST_SAMPLES} samples")
    zero, top = median_low(empty), median_low(loaded)
    slope = abs(top - zero) / loaded_mg
    try:
        _must_be_a_cells(slope)
    except ValueError as error:
        raise DeviceError(f"this is no calibration: {error}") from error
    for samples in (empty, loaded, again):
        half = len(samples) // 2
        if abs(fmean(samples[:half]) - fmean(samples[half:])) > slope * NOISE_MG * 2:
            raise DeviceError("it was not at rest")
    back_mg = abs(median_low(again) - zero) / slope
    if back_mg > BACK_MOST * loaded_mg:
        raise DeviceError(f"empty again it is {back_mg:.0f} mg off: the cell is worn, or the tray touches something")
    noise_mg = max(1, round(max(stdev(empty), stdev(loaded)) / slope))
    try:
        return msgspec.convert(
            {
                "zero_counts": zero,
                "loaded_counts": top,
                "loaded_mg": loaded_mg,
                "noise_mg": noise_mg,
                "at": at,
                "by": by,
            },
            Calibration,
        )
    except msgspec.ValidationError as error:
        raise DeviceError(f"this is no calibration: {error}") from error


def load(path: Path) -> Calibration:
    """Raises DeviceError where there is none, or none that can be right."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibration)
    except FileNotFoundError as error:
        raise DeviceError(f"not calibrated yet: there is no {path}") from error
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DeviceError(f"the calibration in {path} cannot be used: {error}") from error


def dump(calibration: Calibration) -> bytes:
    """The file, for whoever commissions to put in its place whole (`hub.files.replace`)."""
    return msgspec.json.format(msgspec.json.encode(calibration)) + b"\n"
