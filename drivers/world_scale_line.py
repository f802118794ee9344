"""The scale's serial line in the world: it writes what `drivers.scale_serial` reads, ten times a second."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from drivers.load_cell import COUNTS_PER_MG, SAMPLE_S
from drivers.world_cable import SerialCable
from drivers.world_protocol import ScaleFault
from drivers.world_state import World

FLOOD = 4096  # bytes of nonsense at once,
FLOOD_S = 0.01  # so often: more than any serial line carries


class ScaleLine:
    """`link` is there while the scale is plugged in, and leads to a serial line."""

    def __init__(self, link: Path, world: World) -> None:
        self._cable, self._world = SerialCable(link), world

    async def run(self, clock: Callable[[], float]) -> None:
        """Until cancelled."""
        try:
            while True:
                fault = self._world.cell.fault
                self._cable.plug(fault is not ScaleFault.UNPLUGGED)
                if fault is ScaleFault.NONSENSE:
                    self._cable.send(os.urandom(FLOOD))
                elif fault is not ScaleFault.UNPLUGGED:
                    self._cable.send(line(self._world.weigh(clock()), clock()))
                await asyncio.sleep(FLOOD_S if fault is ScaleFault.NONSENSE else SAMPLE_S)
        finally:
            self._cable.plug(False)


def line(counts: int, now_s: float) -> bytes:
    """As OpenScale writes it: its own milliseconds, its own idea of kilograms, the converter's counts."""
    return f"{round(now_s * 1000) % 2**32},{counts / COUNTS_PER_MG / 1e6:.4f},kg,{counts},\r\n".encode()
