"""The scale: samples of one load cell, taken in a thread and judged. Where they come from is a `Cell`: the kernel's
driver (`drivers.scale_iio`), a serial line (`drivers.scale_serial`), or the world's socket."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from drivers.calibration import Calibration
from drivers.load_cell import SAMPLE_S
from drivers.weighing import Weighing
from drivers.world_client import WorldClient
from drivers.world_line import WorldError
from hub.ports import DeviceError, Reading

AGAIN_S = 0.5  # between attempts to find it
FIRST_S = 1.0  # for the first sample; a cell that hangs holds nobody up
LEAST_S = SAMPLE_S * 0.8  # between samples: a source that does not wait for the converter is not asked for ever
RESTLESS_S = 60.0  # unstable for so long is worth a line in the log; a hand in the box is not
log = logging.getLogger("drivers.scale")


class Cell(Protocol):
    """One load cell. `age_s`: a sample was begun at most so long before it was asked for. Its DeviceErrors need not say
    which device: the scale does."""

    age_s: float

    def sample(self) -> int:
        """Wait for the next sample, two seconds at most; its counts. Raises DeviceError, and may then be asked again:
        a cell that was pulled out is found when it is back."""

    def close(self) -> None: ...


class LoadCellScale:
    """`hub.ports.Scale` on `cell`. Samples in a thread of its own; `read` never waits.

    `monotonic` is the hub's clock and only stamps readings (`at_s`: the newest sample is not older): stability is
    judged in real time, which a demo's clock runs ahead of. `calibration` may raise DeviceError, and is asked until it
    does not: a box that is being commissioned has none yet.
    """

    def __init__(self, cell: Cell, calibration: Callable[[], Calibration], monotonic: Callable[[], float]) -> None:
        self._cell, self._calibration, self._monotonic = cell, calibration, monotonic
        self._lock = threading.Lock()
        self._weighing: Weighing | None = None
        self._trouble = "no sample yet"
        self._sampled_at_s = 0.0
        self._unrest, self._still_s = "", time.monotonic()
        self._looked, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="scale", daemon=True)
        self._thread.start()
        self._looked.wait(FIRST_S)

    def read(self) -> Reading:
        with self._lock:
            if self._weighing is None:
                raise DeviceError(f"scale: {self._trouble}")
            weighed = self._weighing.weighed(time.monotonic())
            return Reading(weighed.weight_mg, weighed.stable, weighed.spread_mg, self._sampled_at_s)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._cell.close()

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                if self._weighing is None:
                    weighing = Weighing(self._calibration())
                    with self._lock:
                        self._weighing = weighing
                self._sample(self._weighing)
            except DeviceError as error:
                self._lose(str(error))
                self._closing.wait(AGAIN_S)

    def _sample(self, weighing: Weighing) -> None:
        # Stamped before it is taken: a sample is never older than it says, so none from before a lid shut passes for
        # one after (R13).
        at_s, real_s = self._monotonic() - self._cell.age_s, time.monotonic()
        counts = self._cell.sample()
        with self._lock:
            weighing.take(counts, real_s)
            self._sampled_at_s = at_s
        self._looked.set()
        self._tell(weighing, real_s)
        self._closing.wait(max(0.0, LEAST_S - (time.monotonic() - real_s)))

    def _lose(self, why: str) -> None:
        with self._lock:
            self._trouble = why
            if self._weighing is not None:
                self._weighing.lose(why)
        self._looked.set()
        self._unrest, self._still_s = why, time.monotonic()

    def _tell(self, weighing: Weighing, now_s: float) -> None:
        """What is no DeviceError and yet keeps the box shut, once each; a DeviceError the hub tells itself."""
        try:
            weighed = weighing.weighed(now_s)
        except DeviceError as error:
            self._unrest, self._still_s = str(error), now_s
            return
        if weighed.stable:
            if self._unrest:
                log.info("scale: it weighs again")
            self._unrest, self._still_s = "", now_s
        elif not self._unrest and (weighed.creeping or now_s - self._still_s > RESTLESS_S):
            self._unrest = "creeping" if weighed.creeping else "restless"
            log.warning("scale: %s, and no weight counts (spread %d mg)", self._unrest, weighed.spread_mg)


class WorldCell:
    """The world's load cell by its socket, where no serial line leads to it."""

    age_s = 0.0

    def __init__(self, path: Path) -> None:
        self._world = WorldClient(path)

    def sample(self) -> int:
        try:
            return self._world.weigh()
        except WorldError as error:
            raise DeviceError(str(error)) from error

    def close(self) -> None:
        self._world.close()


class NoScale:
    """A box without a scale: there is no reading, so nothing can be opened (R12), and the hub says why."""

    def read(self) -> Reading:
        raise DeviceError("scale: this box has none")

    def close(self) -> None:
        """Nothing to let go of."""
