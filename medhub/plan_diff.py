"""`medhub plan diff OLD NEW`: what another plan changes, in the words a nurse uses, before anybody signs it.

Exit 0 if the plans say the same, 1 if they do not, 2 if one of them cannot be read. docs/plan-diff.md has the JSON.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from hub.domain.intake import Intake
from hub.domain.plan import Plan
from hub.plan.defaults import ZONE
from hub.plan.difference.facts import Share
from hub.plan.difference.plans import Change, Difference, difference
from hub.plan.difference.words import Told, told
from hub.plan.envelope import PlanUnreadable, understand
from medhub.plan_files import read_file

FORMAT = "medhub-plan-diff/1"
HUB = "MH-0001"  # whom bare medicines are wrapped for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = "a plan, or bare medicines, in any form `medhub plan check` reads"
    parser.add_argument("old", type=Path, metavar="OLD", help=f"{what}: as it is")
    parser.add_argument("new", type=Path, metavar="NEW", help="another one: as it would be")
    when = "as of then, home time where no offset is said: 2026-03-12T14:00; else now"
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="WHEN", help=when)
    parser.add_argument("--language", choices=("da", "en"), default="da", help="else da")
    parser.add_argument("--json", action="store_true", help="as docs/plan-diff.md has it")


def main(args: argparse.Namespace) -> int:
    """Print the difference; 0 none, 1 some, 2 a file that is no plan."""
    at = args.at or datetime.now(UTC)
    day = (at.astimezone(ZoneInfo(ZONE)) if at.tzinfo else at).date()
    try:
        old, new = (read(path, day, args.language) for path in (args.old, args.new))
    except PlanUnreadable as error:
        for reason in error.reasons:
            print(f"medhub plan diff: {reason}", file=sys.stderr)
        return 2
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(new.settings.zone))
    found = difference(old, new, at.astimezone(UTC))
    words = told(found, args.language)
    print(msgspec.json.format(msgspec.json.encode(report(found, words))).decode() if args.json else page(words))
    return 0 if found.empty else 1


def read(path: Path, day: date, language: str) -> Plan:
    """The plan in a file; PlanUnreadable with the file's name in front of every reason."""
    try:
        envelope = read_file(path.read_bytes(), hub=HUB, day=day, language=language).envelope
        return understand(envelope, str(path)).plan
    except OSError as error:
        raise PlanUnreadable([f"{path}: {error.strerror or error}"]) from None
    except PlanUnreadable as error:
        raise PlanUnreadable([f"{path}: {reason}" for reason in error.reasons]) from None


def page(words: Told) -> str:
    """As it is read: a paragraph a part, an ordination's sentences under its name."""
    changes = ["\n  ".join((change.title, *change.sentences)) for change in words.changes]
    rest = [sentence for sentences in words.plan_wide for sentence in sentences]
    parts = ["\n".join(words.summary), *changes, "\n".join(words.locks), "\n".join(rest)]
    return "\n\n".join(part for part in parts if part)


# -- JSON ----------------------------------------------------------------------------------------------------------


class Given(Struct, frozen=True):
    """One dose on the day that is shown."""

    intake: str
    at: datetime
    quantity: str
    quantity_max: str | None
    unit: str


def report(found: Difference, words: Told) -> dict[str, Any]:
    """A difference as JSON has it; times are home time with its offset."""
    zone = ZoneInfo(found.new.settings.zone)
    return {
        "format": FORMAT,
        "old": found.old.version,
        "new": found.new.version,
        "at": found.at.astimezone(zone),
        "same": found.empty,
        "summary": words.summary,
        "fills_known": found.fills_known,
        "first_not_served": _intake(found.first_not_served, zone),
        "visit_by": found.visit_by and found.visit_by.astimezone(zone),
        "if_filled": _intake(found.if_filled, zone),
        "changes": [
            {**_change(change, zone), "title": said.title, "sentences": said.sentences}
            for change, said in zip(found.changes, words.changes, strict=True)
        ],
        "locks": [
            {
                "compartment": lock.compartment,
                "intake": lock.intake,
                "at": lock.at and lock.at.astimezone(zone),
                "why": lock.why,
                "ordinations": lock.ordinations,
                "sentence": sentence,
            }
            for lock, sentence in zip(found.locks, words.locks, strict=True)
        ],
        "plan": [
            {"what": change.what, "key": change.key, "sentences": sentences}
            for change, sentences in zip(found.plan_wide, words.plan_wide, strict=True)
        ],
    }


def _intake(intake: Intake | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if intake is None:
        return None
    return {"intake": intake.id, "at": intake.at.astimezone(zone), "opens_at": intake.opens_at.astimezone(zone)}


def _change(change: Change, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "ordination": change.ordination,
        "kind": change.kind,
        "criticality": change.criticality,
        "effect": change.effect,
        "from_date": change.from_date,
        "day": change.day,
        "fields": change.fields,
        "before": list(_given(change.doses_before, zone)),
        "after": list(_given(change.doses_after, zone)),
    }


def _given(shares: tuple[Share, ...], zone: ZoneInfo) -> Iterator[Given]:
    for share in shares:
        for dose in share.doses:
            most = None if dose.quantity_max is None else str(dose.quantity_max)
            yield Given(share.intake, share.at.astimezone(zone), str(dose.quantity), most, dose.unit)
