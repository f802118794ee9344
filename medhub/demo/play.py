"""The demo itself: the stage is set, the boxes filled, the days played, and the four accounts compared."""

import argparse
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta

from rich.console import Console
from rich.progress import Progress

from hub.client import HubUnreachable
from hub.plan.reasons import PlanUnreadable
from medhub.demo.accounts import Accounts
from medhub.demo.beats import SCRIPT, Beat, looks_around
from medhub.demo.person import Broken
from medhub.demo.stage import Stage
from medhub.demo.story import Demo
from medhub.oracle import wanted

PERSON_MAY_THINK_S = 90.0  # with --play, real seconds before time moves on
HANDS_S = 2.0  # with --play, how long the compartment stands open before the hands take what is in it
BUSY = ("due", "opening", "open", "partly_taken")


def run(args: argparse.Namespace, make_stage: Callable[..., Stage] = Stage) -> int:
    """The whole demo; its exit code."""
    console = Console(width=120)
    if args.play and not os.environ.get("DISPLAY"):
        console.print("medhub demo --play needs a display to touch: run it on a desktop, or set DISPLAY")
        return 1
    own = args.plan is None
    with ExitStack() as stack:
        try:
            stage = make_stage(args, console, stack)
        except (Broken, HubUnreachable, PlanUnreadable) as error:
            console.print(f"[bold red]✗[/] the stage could not be set: {error} (see {args.out / 'logs'})")
            return 1
        days = [args.date + timedelta(days=n) for n in range(args.days or (len(SCRIPT) if own else 1))]
        wants = [w for day in days for w in wanted(stage.plan_file, day)]
        bar = stack.enter_context(Progress(*Progress.get_default_columns(), console=console, transient=True))
        demo = Demo(stage, console, bar, len({w.intake for w in wants}))
        stack.callback(demo.citizen.close)
        played: dict[str, Beat] = {}
        problems: list[str] = []
        try:
            demo.fill(days, wants)
            if not args.play:
                looks_around(demo)
            for number, day in enumerate(days):
                script = SCRIPT[number] if own and number < len(SCRIPT) else None
                if args.play:
                    _play_by_hand(demo, day)
                else:
                    played |= demo.play_day(day, script)
            demo.director.settle()
        except (Broken, HubUnreachable) as broken:
            problems.append(f"the day came to a halt: {broken}")
        accounts = demo.accounts(wants, played)
        if args.play:
            console.print(accounts.table())
            return 0
        problems += accounts.problems() + demo.physical_problems(played)
        if own and len(played) != sum(len(day) for day in SCRIPT[: len(days)]):
            problems.append(f"{len(played)} intakes were lived through; every beat and death must have its own")
        return _verdict(console, accounts, problems, stage)


def _verdict(console: Console, accounts: Accounts, problems: list[str], stage: Stage) -> int:
    console.print(accounts.table())
    console.print(f"Pictures of every screen: {stage.pictures}; logs of every process: {stage.logs}")
    for problem in problems:
        console.print(f"[bold red]✗[/] {problem}")
    if not problems:
        console.print("[bold green]✓[/] The four accounts agree; nothing was handed out twice.")
    return 1 if problems else 0


def _play_by_hand(demo: Demo, day: date) -> None:
    """Time comes to each intake and waits for a person's touch; hands take what is in an open compartment."""
    for intake in demo.intakes_of(day):
        demo.go_to(intake.at)
        demo.remark(f"— {intake.id} is due: touch the screen", "bold cyan")
        until = time.monotonic() + PERSON_MAY_THINK_S
        while time.monotonic() < until and demo.intake(intake.id).state in BUSY:
            for compartment in demo.director.status().compartments:
                if compartment.lid_open:
                    time.sleep(HANDS_S)
                    demo.citizen.takes(compartment.compartment)
            time.sleep(0.2)
            demo.remark_events()
