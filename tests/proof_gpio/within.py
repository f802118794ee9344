"""Within the machine that `make prove-gpio` boots: the suites over its kernel's chips, then how long a lid takes."""

import platform
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.drivers.kernels import simulated_chips
from tests.drivers.rigs import KernelRig
from tests.drivers.worlds import wait_for

HERE = Path(__file__).parents[1] / "drivers"
SUITES = ("test_compartments.py", "test_compartment_faults.py", "test_chip_pins.py")
BENCHES = {"rig", "kernel", "bench"}  # what stands on a kernel's chips, where it has some
MOVES = 36


class OnTheKernel:
    """No other test."""

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        items[:] = [item for item in items if BENCHES & set(item.fixturenames)]


def main() -> int:
    print("kernel:", platform.release(), flush=True)
    suites = [str(HERE / suite) for suite in SUITES]
    code = pytest.main(["-rA", "--color=no", "-p", "no:xvfb", *suites], plugins=[OnTheKernel()])
    print("median:", round(statistics.median(_moves_ms())), flush=True)
    return int(code)


def _moves_ms() -> list[float]:
    """From a lid's switch to the callback."""
    heard: list[float] = []
    with ExitStack() as closing:
        rig = KernelRig(simulated_chips(closing), closing)
        rig.connect().watch_lids(lambda number, is_open: heard.append(time.monotonic()))
        taken = []
        for move in range(MOVES):
            rig.move_lid(1 + move % 2, move % 4 < 2)
            began = time.monotonic()
            wait_for("the lid told", lambda n=move: len(heard) > n)
            taken.append((heard[-1] - began) * 1000)
    return taken


if __name__ == "__main__":
    sys.exit(main())
