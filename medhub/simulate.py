"""`medhub simulate`: a plan lived through the real core and a real journal, time jumping to where something is due.

Exit 1 if any dose left the box twice, or anything the plan file wants ended in silence. What it wants is said by an
oracle that shares nothing with the readers; of XML only by the reader itself, and the table tells so.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import next_look
from hub.domain.intake import IntakeId, Life
from hub.domain.plan import Plan
from hub.domain.schedule import intakes_over, to_utc
from hub.journal import Journal
from hub.plan.envelope import PlanUnreadable, understand
from medhub import oracle
from medhub.plan_files import Form, PlanFile, read_file
from medhub.simulated import Hub
from medhub.simulated_people import People

EVERYDAY = Path(__file__).parent / "samples" / "everyday.json"
HUB = "MH-0001"
UNDER_WAY = (Life.PLANNED, Life.DUE, Life.OPENING, Life.OPEN, Life.HANDED_OUT_EARLY)
QUIET = (Life.TAKEN, Life.DECLINED, Life.GIVEN_BY_STAFF, Life.TAKEN_ELSEWHERE)  # a last word that needs no alarm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = "a plan, or bare medicines, in any form `medhub plan check` reads; else the everyday citizen"
    parser.add_argument("--plan", type=Path, default=EVERYDAY, metavar="FILE", help=what)
    parser.add_argument("--date", type=date.fromisoformat, default=date(2026, 3, 12), metavar="D", help="the first day")
    parser.add_argument("--days", type=_days, default=7, metavar="N", help="how many days, 1 to 3660; else 7")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other habits; else 1")
    parser.add_argument("--journal", type=Path, metavar="PATH", help="keep the journal there, a new file")


def main(args: argparse.Namespace) -> int:
    """Live it and print one table; 0 if nothing was handed out twice and nothing ended in silence."""
    try:
        file = read_file(args.plan.read_bytes(), hub=HUB, day=args.date)
        plan = understand(file.envelope, "simulated").plan
    except (OSError, PlanUnreadable) as error:
        print(f"medhub simulate: {args.plan}: {error}", file=sys.stderr)
        return 2
    if args.journal and args.journal.exists():
        print(f"medhub simulate: {args.journal} exists; a simulation begins a new journal", file=sys.stderr)
        return 2
    with TemporaryDirectory() as folder:
        path = args.journal or Path(folder) / "journal.sqlite"
        with Journal.open(path, pairing="simulated") as journal:
            return _tell(args, path, file, plan, journal)


def _days(text: str) -> int:
    if not 1 <= int(text) <= 3660:
        raise argparse.ArgumentTypeError("1 to 3660 days")
    return int(text)


def _tell(args: argparse.Namespace, path: Path, file: PlanFile, plan: Plan, journal: Journal) -> int:
    begun = time.perf_counter()
    hub = live(plan, journal, args.date, args.days, args.seed)
    took_s = time.perf_counter() - begun
    twice, silent = hub.box.twice(), silence(hub, file, plan, args.date, args.days)
    table = Table("what", "how many", title=f"{args.days} days of {plan.name}, from {args.date}, seed {args.seed}")
    for what, how_many in _rows(hub):
        table.add_row(what, how_many)
    files = [f for f in path.parent.glob(f"{path.name}*") if f.is_file()]
    table.add_row("journal, bytes", f"{sum(f.stat().st_size for f in files):,}")
    table.add_row("simulated days a second", f"{args.days / took_s:.1f}", end_section=True)
    judge = "an oracle of its own" if oracle.reads(file.envelope) else "the reader alone; the oracle reads no XML"
    table.add_row("what was wanted is said by", judge)
    for what, found in (("handed out twice", twice), ("ended in silence", silent)):
        table.add_row(what, "[green]nothing" if not found else f"[red]{', '.join(found)}")
    Console().print(table)
    return 1 if twice or silent else 0


def live(plan: Plan, journal: Journal, day: date, days: int, seed: int) -> Hub:
    """The hub after `days` home days from `day`, with everything in the journal."""
    zone = ZoneInfo(plan.settings.zone)
    start, end = (to_utc(d, datetime.min.time(), zone) for d in (day, day + timedelta(days=days)))
    hub = Hub(journal, start, Random(seed).randbytes)
    people = People(hub, seed)
    hub.do(c.OfferPlan(plan.digest, plan))
    end += timedelta(hours=6)  # windows that reach over midnight
    while hub.now.wall < end:
        people.act()
        looks = [next_look(hub.state, hub.now), people.next() or end, end]
        hub.until(max(min(looks), hub.now.wall))
    return hub


def silence(hub: Hub, file: PlanFile, plan: Plan, day: date, days: int) -> list[IntakeId]:
    """What the file wants that had no end, or a bad one nobody was told of."""
    moments = {intake for intake, at in _wanted(file, plan, day, days) if at >= plan.valid_from}
    bad = (i for i in moments if (end := hub.ends.get(i)) is None or end in UNDER_WAY or not _known(hub, i, end))
    return sorted(bad)


def _wanted(file: PlanFile, plan: Plan, day: date, days: int) -> Iterator[tuple[IntakeId, datetime]]:
    """As the oracle reads it, where it can. A bare Bundle it also wraps by itself."""
    said = file.envelope["medicines"] if file.form is Form.BUNDLE else file.envelope
    if not oracle.reads(file.envelope):
        yield from ((intake.id, intake.at) for intake in intakes_over(plan, day, days))
    else:
        every = (oracle.answer(said, day + timedelta(days=n)) for n in range(days))
        yield from ((dose.intake, dose.at.astimezone(UTC)) for answer in every for dose in answer.wanted)


def _known(hub: Hub, intake: IntakeId, end: Life) -> bool:
    return end in QUIET or intake in hub.told


def _rows(hub: Hub) -> Iterator[tuple[str, str]]:
    ends = [end for end in hub.ends.values() if end not in UNDER_WAY]
    yield "intakes that came to an end", str(len(ends))
    for state in Life:
        if state in ends:
            yield f"  {state.replace('_', ' ')}", str(ends.count(state))
    yield "openings", str(hub.said[e.OpeningRequested])
    yield "alarms", str(hub.said[e.AlarmRaised])
    for code, times in hub.alarms.most_common():
        yield f"  {code.replace('_', ' ')}", str(times)
    yield "events", str(hub.state.seq)
