"""All that is done to the services, one after the other, within the proof's machine: a line of JSON for each."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from medhub.demo import add_arguments
from medhub.demo.person import wait_for
from tests.services import broker_asked, doors, falls
from tests.services.day import on_display
from tests.services.stage import ServicesStage

CHECKS: dict[str, Callable[[ServicesStage], str]] = {
    "whose the files and sockets are": doors.modes,
    "each uid at each socket": doors.three_uids,
    "forbidden messages": doors.forbidden,
    "what each process is left with": doors.left_with,
    "the broker refuses": broker_asked.refuses,
    "the broker restarts the screen": broker_asked.restarts_the_screen,
    "SIGKILL of each, each pair, all": falls.killed,
    "a hung hub": falls.hung("hub", 40),
    "a screen hung while it draws": falls.hung("ui", 70),
    "a hung sync": falls.hung("sync", 360),
    "a full disk": falls.full_disk,
    "a read-only disk": falls.read_only_disk,
    "the clock in 1970": falls.clock_of_1970,
    "settings gone wrong": falls.settings_gone_wrong,
    "settings of sync gone wrong": falls.settings_of_sync_gone_wrong,
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--results", type=Path, required=True)
    add_arguments(parser)
    args = parser.parse_args()
    wrong = 0
    with args.results.open("a") as results, on_display(), ExitStack() as stack:
        stage = ServicesStage(args, Console(width=120), stack)
        for name, check in CHECKS.items():
            if args.only not in name:
                continue
            begun = time.monotonic()
            try:
                wait_for("all to be well", lambda: falls.well(stage))
                figure, ok = check(stage), True
            except Exception as error:  # noqa: BLE001 - each check has its own verdict
                figure, ok = f"{type(error).__name__}: {error}", False
                wrong += 1
            row = {"check": name, "ok": ok, "figure": figure, "seconds": round(time.monotonic() - begun, 1)}
            print(json.dumps(row), file=results, flush=True)
            print(f"{'ok ' if ok else 'NOT'} {name}: {figure}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
