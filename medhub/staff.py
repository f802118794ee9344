"""`medhub staff`: a care worker at the hub's own command line. Reads, and does a named person's acts (R14).

It speaks the staff socket's messages and nothing else; the hub decides. Every answer is one or a few plain lines; a
refusal says each reason and what to do about it. The PIN is asked for, or read from a file only its owner may read.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.clock_model import State
from medhub import staff_fill
from medhub.staff_acts import ACTS, Act, said_of
from medhub.staff_ask import Refused, ask, at_home, pin_of, report
from medhub.staff_words import NETWORK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, required=True, metavar="PATH", help="the hub's staff.sock")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    acts.add_parser("status", help="where the hub is: intakes, compartments, alarms").set_defaults(run=_status)
    journal = acts.add_parser("journal", help="the journal's events, one a line, as they are written")
    journal.add_argument("--after", type=int, default=0, metavar="SEQ", help="only events after this number")
    journal.set_defaults(run=_journal)
    fill = _by_name(acts, "fill", staff_fill.HELP)
    staff_fill.add_arguments(fill)
    fill.set_defaults(run=staff_fill.run)
    for act in ACTS:
        made = _by_name(acts, act.name, act.help)
        for names, options in act.arguments:
            made.add_argument(*names, **options)
        made.set_defaults(run=_run, what=act)


def _by_name(acts: Any, name: str, help_: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = acts.add_parser(name, help=help_, description=help_)
    parser.add_argument("--as", dest="person", required=True, metavar="PERSON", help="your id in the hub's roster")
    parser.add_argument("--pin-file", type=Path, metavar="FILE", help="read the PIN here instead of asking")
    return parser


def main(args: argparse.Namespace) -> int:
    """Do one act; 0 when the hub did it, 1 when it did not, with the reasons on stderr."""
    args.asked_s = time.monotonic()
    try:
        with Client(args.socket) as client:
            for line in args.run(client, args):
                print(line)
    except (Refused, HubUnreachable, OSError) as error:
        print(f"medhub staff {args.act}: {error}", file=sys.stderr)
        return 1
    return 0


def _run(client: Client, args: argparse.Namespace) -> Iterator[str]:
    act: Act = args.what
    ask(client, act.build(client, args, {"person": args.person, "pin": pin_of(args.person, args.pin_file)}))
    yield "Done; it is in the journal."
    yield from act.then(client)


# -- reading -------------------------------------------------------------------------------------------------------


def _status(client: Client, args: argparse.Namespace) -> Iterator[str]:
    status = report(client)
    trust = "" if status.trusted else " (clock not trusted)"
    plan = "no plan" if status.plan_version is None else f"plan version {status.plan_version}"
    if status.next_plan_version is not None:
        plan += f", {status.next_plan_version} from {status.next_plan_from:%Y-%m-%d %H:%M}"
    yield f"{status.hub} · {at_home(status):%Y-%m-%d %H:%M}{trust} · {plan} · {status.seq} events"
    if status.clock not in ("", State.TRUSTED):
        yield from said_of(status.clock)
    if status.journal_finding:
        yield f"  journal {status.journal}: {status.journal_finding}"
    if (network := NETWORK.get(status.network)) is not None:
        yield f"  network: {network}"
    if (leave := status.leave) is not None:
        until = f" until {leave.until:%Y-%m-%d %H:%M}" if leave.until else ""
        yield f"  away: {leave.kind}{until}{f', {leave.responsible} has the medicine' if leave.responsible else ''}"
    yield from (f"  stopped urgently: {ordination}" for ordination in status.stopped)
    for intake in status.intakes:
        where = "" if intake.compartment is None else f" in {intake.compartment}"
        comes = f", {intake.promised_by} gives it by {intake.give_by:%H:%M}" if intake.give_by else ""
        yield f"  {intake.id:<26} {intake.at:%H:%M}  {intake.state}{where}{comes}"
    for c in status.compartments:
        held = "empty" if c.intake is None else c.intake + ("" if c.verified else f" (not vouched for: {c.doubted})")
        yield f"  compartment {c.compartment:<3} {held}{', lid open' if c.lid_open else ''}"
    for day, slots in groupby(status.to_fill, key=lambda intake: intake.split("/")[0]):
        yield f"  to fill: {day}/" + ", ".join(intake.split("/", 1)[1] for intake in slots)
    if (filling := status.filling) is not None:
        done = sum(dose.counted for dose in filling.doses)
        yield f"  filling {filling.compartment} with {filling.intake}: {done} of {len(filling.doses)} counted"
    yield from (f"  device {d.device}: {d.problem}" for d in status.devices if d.problem)  # more: `medhub devices`
    for alarm in status.alarms:
        seen = f", seen by {alarm.seen_by}" if alarm.seen_by else ""
        yield f"  alarm {alarm.id} since {alarm.since:%H:%M}, {alarm.criticality}{seen}"


def _journal(client: Client, args: argparse.Namespace) -> Iterator[str]:
    after = args.after
    while True:
        batch = ask(client, p.ReadJournal(after=after))
        if not isinstance(batch, p.EventBatch) or not batch.events:
            return
        yield from (bytes(event).decode() for event in batch.events)
        after = batch.last_seq
