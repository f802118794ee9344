"""Test benches for the scale: one world's load cell, by its socket, by a serial line, and by files as the kernel's."""

import itertools
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from drivers.calibration import Calibration
from drivers.load_cell import SAMPLE_S
from drivers.scale import Cell, LoadCellScale, WorldCell
from drivers.scale_iio import LABEL, NAME, OFFSET, IioCell
from drivers.scale_serial import SerialCell
from drivers.world_cell import as_commissioned
from drivers.world_client import WorldClient
from drivers.world_line import WorldError
from tests.drivers.worlds import running_world


class ScaleRig(Protocol):
    def __init__(self, folder: Path, closing: ExitStack) -> None: ...

    hands: WorldClient

    def cell(self) -> Cell: ...


class SocketRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.world = closing.enter_context(running_world())
        self.hands = self.world.client

    def cell(self) -> Cell:
        return WorldCell(self.world.socket)


class SerialRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._link = folder / "scale"
        self.hands = closing.enter_context(running_world("--scale", str(self._link))).client

    def cell(self) -> Cell:
        return SerialCell(self._link)


class KernelRig:
    """A thread in the kernel's place: it writes what the world's converter says to files laid out like sysfs. Pulled
    out and put back, the device has another number."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        world = closing.enter_context(running_world())
        self.hands, self._wire = world.client, WorldClient(world.socket)
        self._devices, self._numbers = folder, itertools.count(1)
        iio_device(folder, 0, "adc081c", "supply")
        self._device: Path | None = None
        self._ends = threading.Event()
        thread = threading.Thread(target=self._convert, daemon=True)
        closing.callback(self._wire.close)
        closing.callback(thread.join)
        closing.callback(self._ends.set)
        thread.start()

    def cell(self) -> Cell:
        return IioCell(self._devices)

    def _convert(self) -> None:
        while not self._ends.wait(SAMPLE_S):
            try:
                counts = self._wire.weigh()
            except WorldError:
                if self._device is not None:
                    shutil.rmtree(self._device)
                    self._device = None
            else:
                self._device = self._device or iio_device(self._devices, next(self._numbers))
                write(self._device / "in_voltage0_raw", f"{counts + OFFSET}")


RIGS: tuple[type[ScaleRig], ...] = (SocketRig, SerialRig, KernelRig)


def iio_device(devices: Path, number: int, name: str = NAME, label: str = LABEL, scale: str = "0.000002001") -> Path:
    """A folder like the kernel's of an HX711 at 4.3 V."""
    device = devices / f"iio:device{number}"
    device.mkdir()
    files = {
        "name": name, "label": label, "in_voltage0_raw": f"{OFFSET}", "in_voltage_scale": scale,
        "in_voltage0_scale_available": "0.000002001 0.000004003 ",
    }  # fmt: skip
    for attribute, text in files.items():
        write(device / attribute, text)
    return device


def write(file: Path, text: str) -> None:
    """At once, as an attribute is read."""
    beside = file.with_name(".next")
    beside.write_text(f"{text}\n")
    beside.replace(file)


def scale_on(
    cell: Cell, closing: ExitStack, calibration: Callable[[], Calibration] = as_commissioned,
    monotonic: Callable[[], float] = time.monotonic,
) -> LoadCellScale:  # fmt: skip
    scale = LoadCellScale(cell, calibration, monotonic)
    closing.callback(scale.close)
    return scale
