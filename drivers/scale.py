"""The scale under the whole store: the twin in the world. A load cell's own driver shares `drivers.weighing`."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from drivers.weighing import Window
from drivers.world_client import WorldClient, WorldError
from drivers.world_protocol import STORE_MG
from hub.ports import DeviceError, Reading

SAMPLE_S = 0.1  # an HX711 gives ten samples a second


class TwinScale:
    """`hub.ports.Scale` in the world at `path`. Samples in a thread of its own; `read` never waits.

    `monotonic` is the hub's clock and only stamps readings (`at_s`: the newest sample is not older): stability is
    judged in real time, which a demo's clock runs ahead of. `tare_mg` is what the empty store weighs.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float], tare_mg: int = STORE_MG) -> None:
        self._world, self._monotonic, self._tare_mg = WorldClient(path), monotonic, tare_mg
        self._lock = threading.Lock()
        self._window = Window()
        self._sampled_at_s = 0.0
        self._trouble = "no sample yet"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="scale", daemon=True)
        self._thread.start()

    def read(self) -> Reading:
        with self._lock:
            weighed = self._window.weighed(time.monotonic())
            if weighed is None:
                raise DeviceError(f"scale: {self._trouble}")
            return Reading(weighed.weight_mg - self._tare_mg, weighed.stable, weighed.spread_mg, self._sampled_at_s)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._world.close()

    def _sample(self) -> None:
        while not self._closing.is_set():
            # Stamped before it is taken: a sample is never older than it says, so none from before a lid shut
            # passes for one after (R13).
            at_s, real_s = self._monotonic(), time.monotonic()
            try:
                gross_mg = self._world.weigh()
            except WorldError as error:
                with self._lock:
                    self._window.clear()
                    self._trouble = str(error)
            else:
                with self._lock:
                    self._window.add(gross_mg, real_s)
                    self._sampled_at_s = at_s
                    self._trouble = "no sample for too long"
            self._closing.wait(SAMPLE_S)


class NoScale:
    """A box without a scale: there is no reading, so nothing can be opened (R12), and the hub says why."""

    def read(self) -> Reading:
        raise DeviceError("scale: this box has none")

    def close(self) -> None:
        """Nothing to let go of."""
