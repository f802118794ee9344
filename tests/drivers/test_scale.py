"""A reading is a median that held still for a whole window (R13): one contract over every wire a load cell comes by."""

import logging
import time
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest

from drivers.calibration import Calibration
from drivers.scale import NoScale
from drivers.world_cell import as_commissioned
from drivers.world_protocol import Item, ScaleFault
from hub.domain.due import SETTLE_S
from hub.ports import DeviceError, Reading, Scale
from tests.drivers.scale_rigs import RIGS, ScaleRig, SocketRig, scale_on
from tests.drivers.worlds import wait_for

ITEMS = (Item("Pinemol", Decimal(2), 600), Item("Hjerdyl", Decimal("0.5"), 240))
NEAR_MG = 50  # what hands leave behind, and noise: well below half a tablet of 240 mg


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, tmp_path: Path, closing: ExitStack) -> ScaleRig:
    made: ScaleRig = request.param(tmp_path, closing)
    return made


def said(scale: Scale) -> Reading | str:
    """The reading, or why there is none."""
    try:
        return scale.read()
    except DeviceError as error:
        return str(error)


def stable(scale: Scale, from_s: float = 0.0) -> Reading:
    """A stable reading taken at `from_s` or later."""
    found: list[Reading] = []

    def held_still() -> bool:
        reading = said(scale)
        if isinstance(reading, Reading) and reading.stable and reading.at_s >= from_s:
            found.append(reading)
        return bool(found)

    wait_for("a stable reading", held_still)
    return found[0]


def unstable(scale: Scale) -> bool:
    reading = said(scale)
    return isinstance(reading, Reading) and not reading.stable


def test_what_leaves_is_weighed_before_and_after(rig: ScaleRig, closing: ExitStack) -> None:
    scale = scale_on(rig.cell(), closing)
    rig.hands.fill(1, "a", ITEMS)
    before = stable(scale, time.monotonic() + SETTLE_S)
    assert abs(before.weight_mg - 1320) <= NEAR_MG
    rig.hands.key_open(1)
    rig.hands.take(1, {"Pinemol": Decimal(1)})
    wait_for("the swing", lambda: unstable(scale))
    shut_s = time.monotonic()
    rig.hands.shut_lid(1)
    after = stable(scale, shut_s + SETTLE_S)
    assert abs(before.weight_mg - after.weight_mg - 600) <= NEAR_MG
    assert after.at_s <= time.monotonic()


def test_readings_are_stamped_with_the_clock_given_and_never_younger_than_their_sample(
    rig: ScaleRig, closing: ExitStack
) -> None:
    cell = rig.cell()
    scale = scale_on(cell, closing, monotonic=lambda: 4711.0)
    assert stable(scale).at_s == 4711.0 - cell.age_s


def test_a_sample_is_never_older_than_its_stamp(tmp_path: Path, closing: ExitStack) -> None:
    """R13: what was weighed before a lid moved must not pass for what was weighed after."""
    ticks, rig = 0, SocketRig(tmp_path, closing)

    def clock() -> float:
        nonlocal ticks
        ticks += 1
        if ticks == 15:
            rig.hands.key_open(1)
        return float(ticks)

    scale = scale_on(rig.cell(), closing, monotonic=clock)
    before = stable(scale, 10)
    wait_for("the tick at which the lid moves", lambda: scale.read().at_s >= 15)
    assert before.at_s < 15
    assert not scale.read().stable


def test_whatever_ails_it_is_no_stable_reading_and_passes_by_itself(
    rig: ScaleRig, closing: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    scale = scale_on(rig.cell(), closing)
    caplog.set_level(logging.INFO)
    texts = {
        ScaleFault.UNPLUGGED: "scale: ", ScaleFault.STUCK: "scale: stuck", ScaleFault.SATURATED: "scale: the converter",
        ScaleFault.NOISY: None, ScaleFault.NONSENSE: "scale: ",
    }  # fmt: skip
    before = stable(scale)
    for fault, text in texts.items():
        rig.hands.set_scale(fault)
        if text is None:
            wait_for("unrest", lambda: unstable(scale))
        else:
            wait_for(f"{fault} told", lambda text=text: str(said(scale)).startswith(text))
        since_s = time.monotonic()
        rig.hands.set_scale()
        assert abs(stable(scale, since_s).weight_mg - before.weight_mg) <= NEAR_MG
    assert {r.levelname for r in caplog.records if r.name.startswith("drivers")} == {"INFO"}  # the hub tells a fault


def test_unrest_that_lasts_is_told_once_and_its_end_too(
    tmp_path: Path, closing: ExitStack, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.scale.RESTLESS_S", 1.0)
    caplog.set_level(logging.INFO)
    rig = SocketRig(tmp_path, closing)
    scale = scale_on(rig.cell(), closing)
    stable(scale)
    rig.hands.set_scale(ScaleFault.NOISY)
    wait_for("a word of it", lambda: caplog.records)
    since_s = time.monotonic()
    wait_for("more of the same", lambda: unstable(scale) and time.monotonic() > since_s + 1)
    rig.hands.set_scale()
    stable(scale, since_s + 1)
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["WARNING", "INFO"]
    assert told[0][1].startswith("scale: restless, and no weight counts")
    assert told[1][1] == "scale: it weighs again"


def test_a_box_that_is_not_commissioned_yet_says_so_and_weighs_once_it_is(rig: ScaleRig, closing: ExitStack) -> None:
    found: list[Calibration] = []

    def calibration() -> Calibration:
        if not found:
            raise DeviceError("not calibrated yet")
        return found[0]

    scale = scale_on(rig.cell(), closing, calibration)
    wait_for("a word", lambda: said(scale) == "scale: not calibrated yet")
    found.append(as_commissioned())
    stable(scale)


def test_a_box_without_a_scale_has_no_reading() -> None:
    with pytest.raises(DeviceError, match="scale"):
        NoScale().read()
