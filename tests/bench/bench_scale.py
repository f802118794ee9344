"""From a lid shut to a stable weight of after it, through the world's serial line and the real driver."""

import time
from contextlib import closing
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from drivers.scale import LoadCellScale
from drivers.scale_serial import SerialCell
from drivers.world_cell import as_commissioned
from drivers.world_protocol import Item
from hub.domain.due import SETTLE_S
from hub.ports import DeviceError
from tests.bench.row import Row, percentile
from tests.drivers.worlds import running_world, wait_for

LIDS = 10


def bench_stable_weight() -> list[Row]:
    """Each lid was opened, one tablet taken; what counts is the first stable reading that the core believes."""
    took_s = []
    with TemporaryDirectory() as folder, running_world("--scale", str(line := Path(folder) / "scale")) as world:
        world.client.fill(1, "a", (Item("Pinemol", Decimal(LIDS), 600),))
        with closing(LoadCellScale(SerialCell(line), as_commissioned, time.monotonic)) as scale:
            for _ in range(LIDS):
                wait_for("a stable weight", partial(_believed, scale, 0.0))
                world.client.key_open(1)
                world.client.take(1, {"Pinemol": Decimal(1)})
                shut_s = time.monotonic()
                world.client.shut_lid(1)
                wait_for("a stable weight", partial(_believed, scale, shut_s + SETTLE_S))
                took_s.append(time.monotonic() - shut_s)
    return [
        Row("lid shut → stable weight at 10 Hz, p50", percentile(took_s, 0.5), None, "s"),
        Row("lid shut → stable weight at 10 Hz, slowest of 10", max(took_s), 2.0, "s"),
    ]


def _believed(scale: LoadCellScale, from_s: float) -> bool:
    try:
        reading = scale.read()
    except DeviceError:
        return False
    return reading.stable and reading.at_s >= from_s
