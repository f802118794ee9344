"""What counts weigh: measured once, kept in a file, refused where it cannot be right."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.calibration import LEAST_SAMPLES, Calibration, calibrated, dump, load
from drivers.load_cell import CAPACITY_MG, COUNTS_PER_MG, NOISE_MG, RAIL, TRAY_MG
from drivers.world_cell import REFERENCE_MG, WorldLoadCell, as_commissioned
from hub.files import replace
from hub.ports import DeviceError

AT = datetime(2026, 3, 12, 10, 30, tzinfo=UTC)


def samples(cell: WorldLoadCell, contents_mg: int, from_s: float) -> list[int]:
    cell.put(contents_mg, from_s)
    return [cell.sample(from_s + 1800 + count / 10) for count in range(100)]


def commissioned(swapped: bool = False, times: float = 1.0) -> Calibration:
    cell = WorldLoadCell(seed=3, times=times)
    sign = -1 if swapped else 1
    empty, loaded, again = (
        [sign * c for c in samples(cell, mg, at_s)] for mg, at_s in ((0, 0.0), (REFERENCE_MG, 3600.0), (0, 7200.0))
    )
    return calibrated(empty, loaded, again, REFERENCE_MG, AT, "Sanne Holm")


@pytest.mark.parametrize("swapped", [False, True])
def test_two_points_weigh_what_lies_between_and_around(swapped: bool) -> None:
    """Also with the cell's two signal wires the other way round."""
    found, cell = commissioned(swapped), WorldLoadCell(seed=4)
    sign = -1 if swapped else 1
    for contents_mg in (0, 1200, 60_000, 150_000):
        weights = [found.weight_mg(sign * counts) for counts in samples(cell, contents_mg, 3600.0)]
        assert abs(sum(weights) / len(weights) - contents_mg) <= 25 + contents_mg / 1000  # the room's warmth, the slope


def test_the_noise_is_the_cells_own() -> None:
    assert abs(commissioned().noise_mg - NOISE_MG) <= 2
    with pytest.raises(DeviceError, match="noise_mg"):
        commissioned(times=3)


def test_what_was_not_at_rest_or_too_short_is_no_measurement() -> None:
    cell = WorldLoadCell(seed=3)
    empty, loaded = samples(cell, 0, 0.0), samples(cell, REFERENCE_MG, 3600.0)
    moved = [counts + round(count * 2 * COUNTS_PER_MG) for count, counts in enumerate(loaded)]
    with pytest.raises(DeviceError, match="at rest"):
        calibrated(empty, moved, empty, REFERENCE_MG, AT, "Sanne Holm")
    with pytest.raises(DeviceError, match="fewer than 50"):
        calibrated(empty[: LEAST_SAMPLES - 1], loaded, empty, REFERENCE_MG, AT, "Sanne Holm")


@pytest.mark.parametrize(("left_mg", "kept"), [(0, True), (50, True), (-50, True), (150, False), (-150, False)])
def test_a_cell_that_does_not_come_back_is_refused(left_mg: int, kept: bool) -> None:
    """By its data sheet 100 g leave 50 mg behind at most; a cell three times worse is useless (docs/scale.md)."""
    cell = WorldLoadCell(seed=3)
    empty, loaded = samples(cell, 0, 0.0), samples(cell, REFERENCE_MG, 3600.0)
    again = [counts + round(left_mg * COUNTS_PER_MG) for counts in empty]
    if kept:
        assert calibrated(empty, loaded, again, REFERENCE_MG, AT, "Sanne Holm").zero_counts
    else:
        with pytest.raises(DeviceError, match=r"empty again it is 1[45]\d mg off"):
            calibrated(empty, loaded, again, REFERENCE_MG, AT, "Sanne Holm")


@pytest.mark.parametrize("loaded_mg", [REFERENCE_MG * 10, CAPACITY_MG - TRAY_MG + 1, 1000])
def test_a_reference_that_is_not_what_it_says_is_refused(loaded_mg: int) -> None:
    cell = WorldLoadCell(seed=3)
    empty, loaded = samples(cell, 0, 0.0), samples(cell, REFERENCE_MG, 3600.0)
    with pytest.raises(DeviceError, match="no calibration"):
        calibrated(empty, loaded, empty, loaded_mg, AT, "Sanne Holm")


def test_the_same_weight_twice_is_no_calibration() -> None:
    empty = samples(WorldLoadCell(seed=3), 0, 0.0)
    with pytest.raises(DeviceError, match="no cell of 500 g"):
        calibrated(empty, empty, empty, REFERENCE_MG, AT, "Sanne Holm")


def test_the_file_holds_it_whole(tmp_path: Path) -> None:
    file = tmp_path / "scale.json"
    with pytest.raises(DeviceError, match="not calibrated yet"):
        load(file)
    found = commissioned()
    replace(file, dump(found))
    assert load(file) == found


WRONG = {
    "cut off": dump(as_commissioned())[:40],
    "empty": b"",
    "not text": b"\xff\xfe{}",
    **{
        name: msgspec.json.encode(msgspec.to_builtins(as_commissioned()) | change)
        for name, change in {
            "at a rail": {"zero_counts": -RAIL - 1}, "no slope": {"loaded_counts": as_commissioned().zero_counts},
            "too steep": {"loaded_counts": RAIL - 1}, "too noisy": {"noise_mg": 50}, "silent": {"noise_mg": 0},
            "without a zone": {"at": "2026-03-12T10:30:00"}, "by nobody": {"by": ""}, "with more": {"offset": 1},
            "a fraction": {"zero_counts": 1.5},
        }.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_cannot_be_right_is_refused(tmp_path: Path, what: str) -> None:
    file = tmp_path / "scale.json"
    file.write_bytes(WRONG[what])
    with pytest.raises(DeviceError, match="cannot be used"):
        load(file)


@given(st.binary(max_size=300))
def test_no_file_is_anything_but_a_device_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "scale.json"
    file.write_bytes(data)
    with pytest.raises(DeviceError):
        load(file)
