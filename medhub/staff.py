"""`medhub staff`: a care worker at the hub's own command line. Reads, and does a named person's acts (R14).

It speaks the staff socket's messages and nothing else; the hub decides. Every answer is one or a few plain lines; a
refusal says each reason and what to do about it. The PIN is asked for, or read from a file only its owner may read.
"""

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.clock_model import RULES, State
from hub.domain.leave import LeaveKind
from medhub.staff_words import NETWORK, SENTENCES

MACHINE_S = 50.0  # a Wi-Fi takes its time to be joined, a self-test less; a little longer than the hub waits for it
MINUTES = range(5, 12 * 60 + 1)  # the hub's own bound is 12 hours


class Refused(Exception):
    """The hub did not do it; the text says why, a line a reason."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, required=True, metavar="PATH", help="the hub's staff.sock")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    acts.add_parser("status", help="where the hub is: intakes, compartments, alarms").set_defaults(run=_status)
    journal = acts.add_parser("journal", help="the journal's events, one a line, as they are written")
    journal.add_argument("--after", type=int, default=0, metavar="SEQ", help="only events after this number")
    journal.set_defaults(run=_journal)

    fill = _act(acts, "fill", "a compartment now holds exactly this intake's doses", _fill)
    fill.add_argument("compartment", type=int)
    fill.add_argument("intake", help="as status shows it: 2026-11-20/evening")
    fill.add_argument("--contents-mg", type=int, metavar="MG", help="what the contents weigh")
    empty = _act(acts, "empty", "a compartment is empty now", _empty)
    empty.add_argument("compartment", type=int)
    resolve = _act(acts, "resolve", "what became of an uncertain, not known, missed or early intake", _resolve)
    resolve.add_argument("intake")
    resolve.add_argument("outcome", choices=[str(outcome) for outcome in p.Resolution])
    resolve.add_argument("--minutes", type=_minutes, metavar="N", help="due: it may be taken for so long from now")
    correct = _act(acts, "correct", "an overlay on what is final; what was written stays written", _correct)
    correct.add_argument("intake")
    correct.add_argument("state", help="what it should say: taken, missed, …")
    correct.add_argument("reason")
    early = _act(acts, "early", "hand an intake out before its time", _early)
    early.add_argument("intake")
    promise = _act(acts, "promise", "you will give it; until then the box keeps it locked (R9)", _promise)
    promise.add_argument("intake")
    promise.add_argument("--minutes", type=_minutes, metavar="N", required=True, help="given within so long from now")
    hand_back = _act(acts, "hand-back", "what was promised will not be given by who promised it", _hand_back)
    hand_back.add_argument("intake")
    leave = _act(acts, "begin-leave", "agreed time away: somebody else has the medicine (H27, H33)", _begin_leave)
    leave.add_argument("kind", choices=[str(kind) for kind in LeaveKind])
    leave.add_argument("--from", dest="begins", type=_time, metavar="TIME", help="now, where not said")
    leave.add_argument("--until", dest="ends", type=_time, metavar="TIME", help="only hospital may be without")
    leave.add_argument("--responsible", default="", metavar="NAME", help="who has said yes to a weekend")
    _act(acts, "end-leave", "the citizen is home again", _end_leave)
    _act(acts, "confirm-journal", "go on with this journal: box and plan are compared (R11)", _confirm_journal)
    aside = "keep a journal that cannot be gone on with, and begin another one, in doubt (R11)"
    _act(acts, "set-journal-aside", aside, _set_journal_aside)
    acknowledge = _act(acts, "acknowledge", "take an alarm by name", _acknowledge)
    acknowledge.add_argument("alarm", help="as status shows it: not_taken/2026-11-20/noon")
    wifi = _act(acts, "join-wifi", "join this network instead of the one before; its password is asked for", _join_wifi)
    wifi.add_argument("ssid", help="the network's name")
    wifi.add_argument("--password-file", type=Path, metavar="FILE", help="read the password here instead of asking")
    _act(acts, "restart-screen", "the screen hangs", _restart_screen)
    _act(acts, "reboot", "start the whole box anew, in order", _reboot)
    set_time = _act(acts, "set-time", "tell the hub what time it is, from a watch", _set_time, _clock)
    set_time.add_argument(
        "time", type=_time, help="of the citizen's home, as 2026-11-20T14:05; with +01:00 of anywhere"
    )
    lower = _act(acts, "lower-mark", "two persons: what time has certainly been is wrong; then set the time",
                 _lower_mark, _clock)  # fmt: skip
    lower.add_argument("--second", required=True, metavar="PERSON", help="the second person's id")
    lower.add_argument("--second-pin-file", type=Path, metavar="FILE", help="read their PIN here instead of asking")


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


def explain(error: p.Error) -> str:
    """The hub's error in plain words."""
    sentences = [SENTENCES.get(reason, reason) for reason in error.reasons]
    return "\n  ".join(sentences) or f"The hub answers: {error.problem}."


# -- reading -------------------------------------------------------------------------------------------------------


def _status(client: Client, args: argparse.Namespace) -> Iterator[str]:
    status = _report(client)
    trust = "" if status.trusted else " (clock not trusted)"
    plan = "no plan" if status.plan_version is None else f"plan version {status.plan_version}"
    if status.next_plan_version is not None:
        plan += f", {status.next_plan_version} from {status.next_plan_from:%Y-%m-%d %H:%M}"
    yield f"{status.hub} · {_at_home(status):%Y-%m-%d %H:%M}{trust} · {plan} · {status.seq} events"
    if status.clock not in ("", State.TRUSTED):
        yield from _said_of(status.clock)
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
        held = "empty" if c.intake is None else c.intake + ("" if c.verified else " (not vouched for)")
        yield f"  compartment {c.compartment:<3} {held}{', lid open' if c.lid_open else ''}"
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


def _clock(client: Client) -> Iterator[str]:
    status = _report(client)
    yield f"The hub's clock says {_at_home(status):%A %Y-%m-%d %H:%M} in {status.zone}."
    yield from _said_of(status.clock)


def _said_of(clock: str) -> Iterator[str]:
    """What `hub.clock_model` has to say."""
    for rule in RULES:
        if rule.state == clock:
            yield f"  clock {clock}: {rule.when}"
            yield from (f"  the way out: {rule.way_out}",) if rule.way_out else ()


def _at_home(status: p.StatusReport) -> datetime:
    return status.now.astimezone(ZoneInfo(status.zone))


def _report(client: Client) -> p.StatusReport:
    answer = ask(client, p.Status())
    if not isinstance(answer, p.StatusReport):
        raise Refused("The hub's answer is not a status; hub and command are not of the same release.")
    return answer


# -- a named person's acts -----------------------------------------------------------------------------------------

Who = dict[str, str]
Build = Callable[[Client, argparse.Namespace, Who], p.Message]


def _act(
    acts: Any, name: str, help_: str, build: Build, then: Callable[[Client], Iterator[str]] = lambda client: iter(())
) -> argparse.ArgumentParser:
    """`then` says what has come of it."""

    def run(client: Client, args: argparse.Namespace) -> Iterator[str]:
        ask(client, build(client, args, {"person": args.person, "pin": pin_of(args.person, args.pin_file)}))
        yield "Done; it is in the journal."
        yield from then(client)

    parser: argparse.ArgumentParser = acts.add_parser(name, help=help_, description=help_)
    parser.add_argument("--as", dest="person", required=True, metavar="PERSON", help="your id in the hub's roster")
    parser.add_argument("--pin-file", type=Path, metavar="FILE", help="read the PIN here instead of asking")
    parser.set_defaults(run=run)
    return parser


def _fill(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.Fill(**who, compartment=args.compartment, intake=args.intake, contents_mg=args.contents_mg)


def _empty(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.Empty(**who, compartment=args.compartment)


def _resolve(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    latest = None
    if args.minutes is not None:
        latest = _report(client).now + timedelta(minutes=args.minutes)  # the hub's clock, never this machine's
    return p.Resolve(**who, intake=args.intake, outcome=p.Resolution(args.outcome), latest_at=latest)


def _correct(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.Correct(**who, intake=args.intake, state=args.state, reason=args.reason)


def _early(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.HandOutEarly(**who, intake=args.intake)


def _promise(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    give_by = _report(client).now + timedelta(minutes=args.minutes)
    return p.Promise(**who, intake=args.intake, give_by=give_by)


def _hand_back(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.HandBack(**who, intake=args.intake)


def _begin_leave(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    begins = _instant(client, args.begins) if args.begins else _report(client).now
    ends = _instant(client, args.ends) if args.ends else None
    return p.BeginLeave(
        **who, kind=LeaveKind(args.kind), begins_at=begins, ends_at=ends, responsible=args.responsible
    )  # fmt: skip


def _end_leave(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.EndLeave(**who)


def _confirm_journal(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.ConfirmJournal(**who)


def _set_journal_aside(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.SetJournalAside(**who)


def _acknowledge(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.Acknowledge(**who, alarm=args.alarm)


def _set_time(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    told = _instant(client, args.time)
    typed_ago = timedelta(seconds=time.monotonic() - args.asked_s)  # the PIN was asked for since
    return p.SetTime(**who, wall=told + typed_ago)


def _instant(client: Client, told: datetime) -> datetime:
    """In UTC; without an offset it is the time of the citizen's home."""
    if told.tzinfo is None:
        zone = _report(client).zone
        at_home = told.replace(tzinfo=ZoneInfo(zone))
        if len({at_home.replace(fold=fold).utcoffset() for fold in (0, 1)}) > 1:
            raise Refused(f"{told:%H:%M} comes twice or not at all in {zone} that night; add the offset, as +01:00.")
        told = at_home
    return told.astimezone(UTC)


def _lower_mark(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.LowerMark(**who, second_person=args.second, second_pin=pin_of(args.second, args.second_pin_file))


def _join_wifi(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.JoinWifi(**who, ssid=args.ssid, passphrase=_secret(f"Password of {args.ssid}: ", args.password_file))


def _restart_screen(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.RestartScreen(**who)


def _reboot(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.Reboot(**who)


def ask(client: Client, message: p.Message) -> p.Answer | None:
    """The hub's answer; Refused where it would not."""
    reply = client.call(message, timeout_s=MACHINE_S if isinstance(message, p.JoinWifi | p.SelfTest) else 5.0)
    if reply.error is not None:
        raise Refused(explain(reply.error))
    return reply.answer


def _minutes(text: str) -> int:
    if not text.isdecimal() or int(text) not in MINUTES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes from {MINUTES[0]} to {MINUTES[-1]}")
    return int(text)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text if ":" in text else "")  # a date alone would be midnight
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time as 2026-11-20T14:05") from None


def pin_of(person: str, file: Path | None) -> str:
    """Asked for, or read."""
    return _secret(f"PIN of {person}: ", file)


def _secret(prompt: str, file: Path | None) -> str:
    if file is None:
        return getpass.getpass(prompt)
    if file.stat().st_mode & 0o077:
        raise Refused(f"{file} may be read by others; chmod 600 {file}")
    return file.read_text().strip()
