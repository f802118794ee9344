"""From a code's last byte on the line to the driver's callback and to what the hub makes of it while a compartment is
filled, through the real driver on a pseudo-terminal; and what nonsense at full speed costs."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from drivers import gs1
from drivers.scanner import SerialScanner
from drivers.scanning import MOST_IN_SAME, SAME_S
from hub import protocol as p
from hub.ports import Scan, ScanRefused
from tests.bench.row import Row, percentile
from tests.drivers.scanner_rigs import PtyCable, flood
from tests.hub.at_desk import WHO, at_desk
from tests.hub.box import INTAKE, offer, two_rounds

CODES = 100
READS = 20_000
NONSENSE_BYTES = 60 * 115_200 // 10  # a minute of a UART
PACKAGE = b"]d2010704626123456617280630" + b"10A7\x1d21S"


@contextmanager
def a_scanner() -> Iterator[tuple[PtyCable, SerialScanner]]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        cable = PtyCable(Path(folder) / "scanner", closing)
        scanner = SerialScanner(cable.name, time.monotonic)
        closing.callback(scanner.close)
        yield cable, scanner


def bench_scan_to_callback() -> list[Row]:
    with a_scanner() as (cable, scanner):
        told = threading.Event()
        scanner.watch(lambda _: told.set())
        return _held("code on the line → scan told", cable, told)


def bench_scan_to_decision() -> list[Row]:
    """A filling is under way, on a real journal; the deciding thread has taken the package for the next count."""
    with tempfile.TemporaryDirectory() as folder, at_desk(Path(folder) / "journal.db") as hub, a_scanner() as made:
        (cable, scanner), taken = made, threading.Event()
        hub.do(offer(two_rounds()))
        assert isinstance(hub.say(p.BeginFilling(**WHO, compartment=1, intake=INTAKE)), p.FillingReport)
        fill, take = hub.desk.at_fill, hub.desk.at_fill._scanned

        def take_and_tell(scan: Scan | ScanRefused) -> None:
            take(scan)
            assert fill.report().scanned
            taken.set()

        fill._scanned = take_and_tell
        scanner.watch(fill.scanned)
        return _held("code on the line → decided", cable, taken)


def _held(name: str, cable: PtyCable, told: threading.Event) -> list[Row]:
    """As fast as the driver believes in hands; each code is another."""
    took_ms: list[float] = []
    pace = threading.Event()
    for number in range(CODES):
        pace.wait(1.2 * SAME_S / MOST_IN_SAME)
        told.clear()
        begun = time.monotonic()
        cable.hold(PACKAGE + str(number).encode())
        assert told.wait(1.0)
        took_ms.append((time.monotonic() - begun) * 1000)
    return [
        Row(f"{name}, p50", percentile(took_ms, 0.5), None, "ms"),
        Row(f"{name}, p99", percentile(took_ms, 0.99), 20, "ms"),
    ]


def bench_reading_a_code() -> list[Row]:
    begun = time.perf_counter()
    for _ in range(READS):
        gs1.read(PACKAGE, 0.0)
    return [Row("reading a package's code", (time.perf_counter() - begun) / READS * 1e6, None, "µs")]


def bench_nonsense() -> list[Row]:
    """A minute's bytes, as fast as they go: the driver decides how fast that is, and reads on afterwards."""
    with a_scanner() as (cable, scanner):
        told = threading.Event()
        scanner.watch(lambda _: told.set())
        sent, clock = Random(1).randbytes(NONSENSE_BYTES), time.clock_gettime
        thread = time.pthread_getcpuclockid(scanner._thread.ident or 0)
        cpu_s, begun = clock(thread), time.monotonic()
        flood(cable, sent)
        share = (clock(thread) - cpu_s) / (time.monotonic() - begun)
        flood(cable, b"\r")
        cable.hold(PACKAGE)
        assert told.wait(5.0)
    return [Row("a minute of nonsense from the scanner, share of a core meanwhile", share * 100, 5, "%")]
