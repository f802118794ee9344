"""`medhub demo`: a citizen's two days through the real processes, told as they happen, ending in four columns."""

import argparse
from datetime import date
from pathlib import Path

SABOTAGES = ("drop-event", "open-twice", "skip-server")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", type=Path, help="a plan or medicines, in any form `medhub plan check` reads")
    parser.add_argument("--date", type=date.fromisoformat, default=date(2026, 3, 12), help="the first day (YYYY-MM-DD)")
    parser.add_argument("--days", type=int, default=None, help="how many days (2 for our own citizen, else 1)")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where pictures and logs are kept")
    parser.add_argument("--play", action="store_true", help="you touch the screen; nothing taps for you")
    parser.add_argument("--panel", default="10.1", help="the window's panel: 10.1, 7-classic or 7-touch-display-2")
    parser.add_argument(
        "--language", choices=("da", "en"), default=None, help="the screen's language, if not the plan's"
    )
    parser.add_argument(
        "--sabotage", choices=SABOTAGES, default=None, help="break one thing on purpose: the demo must then fail"
    )


def main(args: argparse.Namespace) -> int:
    """Exit code 0 only when the four columns agree, nothing was handed out twice, and every beat had its intake."""
    from medhub.demo.play import run

    return run(args)
