"""The acts of a named person that are one message each: what is typed, and what is sent (R14)."""

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hub import protocol as p
from hub.client import Client
from hub.clock_model import RULES
from hub.domain.leave import LeaveKind
from medhub.staff_ask import Refused, at_home, pin_of, report, secret

MINUTES = range(5, 12 * 60 + 1)  # the hub's own bound is 12 hours
Who = dict[str, str]
Build = Callable[[Client, argparse.Namespace, Who], p.Message]


class Argument(NamedTuple):
    """As `argparse` takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


class Act(NamedTuple):
    """`build` makes the message; `then` says what has come of it."""

    name: str
    help: str
    build: Build
    arguments: tuple[Argument, ...] = ()
    then: Callable[[Client], Iterator[str]] = lambda client: iter(())


def argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


# -- what takes more than a line to make ----------------------------------------------------------------------------


def _resolve(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    latest = None
    if args.minutes is not None:
        latest = report(client).now + timedelta(minutes=args.minutes)  # the hub's clock, never this machine's
    return p.Resolve(**who, intake=args.intake, outcome=p.Resolution(args.outcome), latest_at=latest)


def _promise(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    give_by = report(client).now + timedelta(minutes=args.minutes)
    return p.Promise(**who, intake=args.intake, give_by=give_by)


def _begin_leave(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    begins = _instant(client, args.begins) if args.begins else report(client).now
    ends = _instant(client, args.ends) if args.ends else None
    return p.BeginLeave(
        **who, kind=LeaveKind(args.kind), begins_at=begins, ends_at=ends, responsible=args.responsible
    )  # fmt: skip


def _set_time(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    told = _instant(client, args.time)
    typed_ago = timedelta(seconds=time.monotonic() - args.asked_s)  # the PIN was asked for since
    return p.SetTime(**who, wall=told + typed_ago)


def _instant(client: Client, told: datetime) -> datetime:
    """In UTC; without an offset it is the time of the citizen's home."""
    if told.tzinfo is None:
        zone = report(client).zone
        at_home = told.replace(tzinfo=ZoneInfo(zone))
        if len({at_home.replace(fold=fold).utcoffset() for fold in (0, 1)}) > 1:
            raise Refused(f"{told:%H:%M} comes twice or not at all in {zone} that night; add the offset, as +01:00.")
        told = at_home
    return told.astimezone(UTC)


def _lower_mark(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.LowerMark(**who, second_person=args.second, second_pin=pin_of(args.second, args.second_pin_file))


def _join_wifi(client: Client, args: argparse.Namespace, who: Who) -> p.Message:
    return p.JoinWifi(**who, ssid=args.ssid, passphrase=secret(f"Password of {args.ssid}: ", args.password_file))


def _clock(client: Client) -> Iterator[str]:
    status = report(client)
    yield f"The hub's clock says {at_home(status):%A %Y-%m-%d %H:%M} in {status.zone}."
    yield from said_of(status.clock)


def said_of(clock: str) -> Iterator[str]:
    """What `hub.clock_model` has to say."""
    for rule in RULES:
        if rule.state == clock:
            yield f"  clock {clock}: {rule.when}"
            yield from (f"  the way out: {rule.way_out}",) if rule.way_out else ()


def _minutes(text: str) -> int:
    if not text.isdecimal() or int(text) not in MINUTES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes from {MINUTES[0]} to {MINUTES[-1]}")
    return int(text)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text if ":" in text else "")  # a date alone would be midnight
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time as 2026-11-20T14:05") from None


COMPARTMENT = argument("compartment", type=int)
INTAKE = argument("intake", help="as status shows it: 2026-11-20/evening")
SECOND = argument("--second", metavar="PERSON", help="the second person's id")
SECOND_PIN = argument("--second-pin-file", type=Path, metavar="FILE", help="read their PIN here instead of asking")

# fmt: off
ACTS: tuple[Act, ...] = (
    Act("verify", "you have looked: what is in the compartment is what it was filled with (R7)",
        lambda client, a, who: p.Verify(**who, compartment=a.compartment), (COMPARTMENT,)),
    Act("empty", "a compartment is empty now",
        lambda client, a, who: p.Empty(**who, compartment=a.compartment), (COMPARTMENT,)),
    Act("resolve", "what became of an uncertain, not known, missed or early intake", _resolve,
        (INTAKE, argument("outcome", choices=[str(outcome) for outcome in p.Resolution]),
         argument("--minutes", type=_minutes, metavar="N", help="due: it may be taken for so long from now"))),
    Act("correct", "an overlay on what is final; what was written stays written",
        lambda client, a, who: p.Correct(**who, intake=a.intake, state=a.state, reason=a.reason),
        (INTAKE, argument("state", help="what it should say: taken, missed, …"), argument("reason"))),
    Act("early", "hand an intake out before its time",
        lambda client, a, who: p.HandOutEarly(**who, intake=a.intake), (INTAKE,)),
    Act("promise", "you will give it; until then the box keeps it locked (R9)", _promise,
        (INTAKE, argument("--minutes", type=_minutes, metavar="N", required=True,
                          help="given within so long from now"))),
    Act("hand-back", "what was promised will not be given by who promised it",
        lambda client, a, who: p.HandBack(**who, intake=a.intake), (INTAKE,)),
    Act("begin-leave", "agreed time away: somebody else has the medicine (H27, H33)", _begin_leave,
        (argument("kind", choices=[str(kind) for kind in LeaveKind]),
         argument("--from", dest="begins", type=_time, metavar="TIME", help="now, where not said"),
         argument("--until", dest="ends", type=_time, metavar="TIME", help="only hospital may be without"),
         argument("--responsible", default="", metavar="NAME", help="who has said yes to a weekend"))),
    Act("end-leave", "the citizen is home again", lambda client, a, who: p.EndLeave(**who)),
    Act("confirm-journal", "go on with this journal: box and plan are compared (R11)",
        lambda client, a, who: p.ConfirmJournal(**who)),
    Act("set-journal-aside", "keep a journal that cannot be gone on with, and begin another one, in doubt (R11)",
        lambda client, a, who: p.SetJournalAside(**who)),
    Act("acknowledge", "take an alarm by name", lambda client, a, who: p.Acknowledge(**who, alarm=a.alarm),
        (argument("alarm", help="as status shows it: not_taken/2026-11-20/noon"),)),
    Act("join-wifi", "join this network instead of the one before; its password is asked for", _join_wifi,
        (argument("ssid", help="the network's name"),
         argument("--password-file", type=Path, metavar="FILE", help="read the password here instead of asking"))),
    Act("restart-screen", "the screen hangs", lambda client, a, who: p.RestartScreen(**who)),
    Act("reboot", "start the whole box anew, in order", lambda client, a, who: p.Reboot(**who)),
    Act("set-time", "tell the hub what time it is, from a watch", _set_time,
        (argument("time", type=_time, help="of the citizen's home, as 2026-11-20T14:05; with +01:00 of anywhere"),),
        _clock),
    Act("lower-mark", "two persons: what time has certainly been is wrong; then set the time", _lower_mark,
        (Argument(SECOND.names, SECOND.options | {"required": True}), SECOND_PIN), _clock),
)
# fmt: on
