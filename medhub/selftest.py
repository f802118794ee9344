"""`medhub selftest`: a named person has the hub try every device; look at the lamps and listen. No lock is moved."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.domain.events import DeviceTested
from medhub.staff_ask import Refused, ask, pin_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, required=True, metavar="PATH", help="the hub's staff.sock")
    parser.add_argument("--as", dest="person", required=True, metavar="PERSON", help="your id in the hub's roster")
    parser.add_argument("--pin-file", type=Path, metavar="FILE", help="read the PIN here instead of asking")


def main(args: argparse.Namespace) -> int:
    """0 when every device passed, 1 when one did not, 2 when nothing was tested. The report is in the journal."""
    try:
        pin = pin_of(args.person, args.pin_file)
        with Client(args.socket) as client:
            report = ask(client, p.SelfTest(person=args.person, pin=pin))
        if not isinstance(report, p.SelfTestReport):
            raise Refused("The hub's answer is not a report; hub and command are not of the same release.")
    except (Refused, HubUnreachable, OSError) as error:
        print(f"medhub selftest: {error}", file=sys.stderr)
        return 2
    print("\n".join(_lines(report.results)))
    return int(any(result.problem for result in report.results))


def _lines(results: tuple[DeviceTested, ...]) -> Iterator[str]:
    for r in results:
        yield f"{r.device:<12} {'FAILED' if r.problem else 'passed':<7} {r.figure or '-'} (should be: {r.limit})"
        if r.problem:
            yield f"{'':<12} {r.problem}"
    failed = sum(bool(r.problem) for r in results)
    yield f"{failed} of {len(results)} failed." if failed else f"All {len(results)} passed."
    yield "Did each lamp light, and was the tone heard? The hub cannot know. Locks are tried by the commissioning walk."
