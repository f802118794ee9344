"""`medhub plan check FILE`: what the hub understands of a plan, in any kind of file, before anybody signs it.

Exit 0 if all of it is understood, 1 if something is outside as not understood, 2 if the file is refused whole.
docs/plan-check.md has the JSON.
"""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from rich.console import Console

from hub.plan.defaults import ZONE
from hub.plan.envelope import PlanUnreadable, understand
from hub.plan.jsontext import write_json
from medhub.plan_check_page import page
from medhub.plan_check_report import Checked, medicines_of
from medhub.plan_files import Form, read_file

HUB = "MH-0001"  # whom bare medicines are wrapped for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = "a plan, signed or not; or bare medicines: FHIR (Bundle, MedicationStatement, Dosage) or FMK (JSON, XML)"
    parser.add_argument("file", type=Path, metavar="FILE", help=what)
    begins = "the first day shown; else the plan's own, of bare medicines today"
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DATE", help=begins)
    parser.add_argument("--days", type=_days, default=7, metavar="N", help="how many days are shown, 1 to 366; else 7")
    parser.add_argument("--language", choices=("da", "en"), default="da", help="else da")
    parser.add_argument("--json", action="store_true", help="as docs/plan-check.md has it")


def main(args: argparse.Namespace) -> int:
    """Print what is understood; 0 all, 1 not all, 2 refused."""
    checked = check(args.file, args.first, args.days, args.language)
    for reason in checked.refused:
        print(f"medhub plan check: {args.file}: {reason}", file=sys.stderr)
    if args.json:
        print(msgspec.json.format(write_json(checked)).decode())
    elif not checked.refused:
        Console().print(*page(checked, args.language), sep="\n")
    return 2 if checked.refused else int(not all(m.understood for m in checked.medicines))


def check(path: Path, first: date | None, days: int, language: str = "da") -> Checked:
    """The answer about one file; bare medicines count from `first`, or today."""
    today = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date()
    answer = Checked(file=str(path), first=first or today, days=days)
    try:
        file = read_file(path.read_bytes(), hub=HUB, day=answer.first, language=language)
        understood = understand(file.envelope, str(path))
    except OSError as error:
        return replace(answer, refused=(error.strerror or str(error),))
    except PlanUnreadable as error:
        return replace(answer, refused=error.reasons)
    plan = understood.plan
    if first is None and file.form in (Form.ENVELOPE, Form.SIGNED):
        answer = replace(answer, first=plan.valid_from.astimezone(ZoneInfo(plan.settings.zone)).date())
    medicines = medicines_of(understood, answer.first, days)
    return replace(answer, form=file.form, defaults=plan.defaults, medicines=medicines)


def _days(text: str) -> int:
    if not 1 <= int(text) <= 366:
        raise argparse.ArgumentTypeError("1 to 366 days")
    return int(text)
