"""How large the processes are, and what a hub with nothing to do costs. The demo's own stage, at rest."""

import argparse
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from hub.client import HubUnreachable
from hub.protocol import Status
from medhub.demo import add_arguments
from medhub.demo.person import wait_for
from medhub.demo.process import Process
from medhub.demo.screen import Display
from medhub.demo.stage import Stage
from tests.bench.row import Row

MB = 1024 * 1024
REST_S = 5.0  # what start-up leaves behind has settled by then
IDLE_S = 20.0


def rss_mb(pid: int) -> float:
    """Resident memory, as the kernel counts it now. A process that has ended has none, and no figure."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    if pages == 0:
        raise ProcessLookupError(f"process {pid} has ended")
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def cpu_s(pid: int) -> float:
    """Processor time used so far, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bench_processes_at_rest() -> list[Row]:
    with ExitStack() as stack:
        out = Path(stack.enter_context(TemporaryDirectory(prefix="medhub-bench-")))
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        stage = Stage(parser.parse_args(["--out", str(out)]), Console(quiet=True), stack)
        empty = _empty_window(stack, out, stage)
        time.sleep(REST_S)
        hub, sync, screen, window = map(rss_mb, (stage.hub.pid, _child("sync"), _child("ui"), empty))
        idle = _idle_percent(stack, stage, out)
    return [
        Row("hub, resident", hub, 60, "MB"),
        Row("sync, resident", sync, 50, "MB"),
        Row("screen, resident", screen, None, "MB"),
        Row("an empty Kivy window, resident", window, None, "MB"),
        Row("screen ÷ empty Kivy window", screen / window, 1.25, "×"),
        Row("hub at rest, with plan and screen", idle, 1.0, "% of a core"),
    ]


def _idle_percent(stack: ExitStack, stage: Stage, logs: Path) -> float:
    """Of a core, with the demo's hub and its hasty sync replaced by a hub at an appliance's pace."""
    words = Path(f"/proc/{stage.hub.pid}/cmdline").read_text().split("\0")[1:-1]
    os.kill(_child("sync"), signal.SIGTERM)
    stage.hub.close()
    slow = ["tests.bench.idle_hub", *words[words.index("medhub.demo.hub_process") + 1 :]]
    hub = Process("idle-hub", slow, logs)
    stack.callback(hub.close)
    wait_for("the hub to answer", lambda: _answers(stage))
    time.sleep(REST_S)
    before_s = cpu_s(hub.pid)
    time.sleep(IDLE_S)
    return (cpu_s(hub.pid) - before_s) / IDLE_S * 100


def _answers(stage: Stage) -> bool:
    with suppress(HubUnreachable):
        return stage.staff.call(Status()).error is None
    return False


def _empty_window(stack: ExitStack, out: Path, stage: Stage) -> int:
    """Start one on a display like the stage's; its pid, once it has drawn."""
    display = Display(stage.panel.width_px, stage.panel.height_px, out / "xvfb.log")
    stack.callback(display.close)
    window = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.empty_window"],
            env={**os.environ, "DISPLAY": display.name}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
    )  # fmt: skip
    stack.callback(window.terminate)
    if window.stdout is None or window.stdout.readline() != "up\n":
        raise RuntimeError("the empty window did not come up")
    return window.pid


def _child(command: str) -> int:
    """The pid of our own child that runs `medhub.cli` with this command."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and {b"medhub.cli", command.encode()} <= set(words):
                return int(entry.name)
    raise LookupError(f"no process of ours runs medhub {command}")
