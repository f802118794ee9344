"""`medhub emergency`: the sheet that hangs by the box for the day it does not work (H22), HTML for two sides of A4.

With the staff socket it has the box's number, and home care's and the relatives' from the plan in force; without, lines
to fill in by hand. `python -m medhub.emergency` writes docs/emergency.md from the same words.
"""

import argparse
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import msgspec
from msgspec import Struct

from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.domain.events import Event, PlanAccepted
from hub.domain.plan import Plan
from medhub.emergency_words import ACTS, POISON_LINE, SOCKET, WORDS, Words
from medhub.staff_ask import Refused, ask

PAGE = Path(__file__).parents[1] / "docs" / "emergency.md"
MOST_RELATIVES = 2  # what there is room for
STYLE = """
@page { size: A4; margin: 11mm 13mm }
* { box-sizing: border-box }
body { font: 12pt/1.25 Inter, Arial, sans-serif; margin: 0; color: #000 }
section { break-after: page } section:last-child { break-after: auto }
h1 { font-size: 25pt; line-height: 1.1; margin: 0 0 1mm } h2 { font-size: 11pt; margin: 4mm 0 1mm }
p { margin: 0 0 2mm } .rules { border: 2pt solid #000; padding: 2mm 4mm; font-size: 14pt; font-weight: bold }
table { border-collapse: collapse; width: 100%; margin: 1.5mm 0 }
td, th { border-top: 0.5pt solid #777; padding: 1.1mm 2mm 1.1mm 0; text-align: left; vertical-align: top }
th { width: 46mm } .numbers td { font-size: 16pt; font-weight: bold } .numbers th { width: 95mm; height: 8mm }
.blank td { height: 9mm; width: 50% }
.staff { font-size: 10pt } .staff .blank td { height: 8mm } .acts td { padding: 0.9mm 2mm 0.9mm 0 }
code { font: 9pt "DejaVu Sans Mono", monospace; white-space: nowrap }
"""


class Known(Struct, frozen=True):
    """What a box knows of it; "" is filled in by hand."""

    hub: str = ""
    home_care: str = ""
    relatives: tuple[tuple[str, str], ...] = ()  # name, phone
    language: str = "da"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, metavar="PATH", help="the hub's staff.sock; without, lines to fill in")
    parser.add_argument("--language", choices=sorted(WORDS), help="the plan's, where not said; else Danish")


def main(args: argparse.Namespace) -> int:
    """0 and the page on stdout; 1 when the hub could not be asked."""
    try:
        known = _asked(args.socket) if args.socket else Known()
    except (Refused, HubUnreachable, OSError) as error:
        print(f"medhub emergency: {error}", file=sys.stderr)
        return 1
    print(html(known, args.language or known.language))
    return 0


def of_plan(hub: str, plan: Plan | None) -> Known:
    """Home care's number and the relatives'; no other contact, for whose number it is may tell of an illness (R15)."""
    if plan is None:
        return Known(hub)
    home_care = next((c.phone for c in plan.contacts if c.role == "home_care"), "")
    relatives = tuple((c.name, c.phone) for c in plan.contacts if c.role == "relative")
    return Known(hub, home_care, relatives[:MOST_RELATIVES], plan.settings.language)


def _asked(socket: Path) -> Known:
    plan, after = None, 0
    with Client(socket) as client:
        status = ask(client, p.Status())
        if not isinstance(status, p.StatusReport):
            raise Refused("The hub's answer is not a status; hub and command are not of the same release.")
        while isinstance(batch := ask(client, p.ReadJournal(after=after)), p.EventBatch) and batch.events:
            for raw in map(bytes, batch.events):
                if PlanAccepted.__name__.encode() in raw:
                    body = msgspec.json.decode(raw, type=Event).body
                    plan = body.plan if isinstance(body, PlanAccepted) else plan
            after = batch.last_seq
    return of_plan(status.hub, plan)


# -- the page --------------------------------------------------------------------------------------------------------


def html(known: Known, language: str) -> str:
    """Two sides of A4, complete in themselves: no script, no picture, nothing from elsewhere."""
    say = WORDS[language]
    return "\n".join(
        (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(say.title)}</title>',
            f"<style>{STYLE}</style>",
            "<section>", *_front(known, say), "</section>",
            '<section class="staff">', *_back(say), "</section>",
            "</html>",
        )
    )  # fmt: skip


def _front(known: Known, say: Words) -> Iterator[str]:
    yield f"<h1>{escape(say.title)}</h1><p>{escape(say.under)}</p>"
    yield f'<p class="rules">{"<br>".join(map(escape, say.rules))}</p>'
    yield '<table class="numbers">'
    yield from (f"<tr><th>{escape(who)}</th><td>{escape(phone)}</td></tr>" for who, phone in _numbers(known, say))
    yield f"<tr><th>{escape(say.box)}</th><td>{escape(known.hub)}</td></tr></table>"
    yield from _pairs(say.happens)
    yield _blanks(say.places)


def _back(say: Words) -> Iterator[str]:
    yield f"<h1>{escape(say.staff_title)}</h1>"
    yield _blanks(say.staff_fields)
    yield from _pairs(say.staff)
    yield f'<h2>{escape(say.acts_title.format(socket=SOCKET))}</h2><table class="acts">'
    yield from (
        f"<tr><td>{escape(what)}</td><td><code>{escape(ACTS[act])}</code></td></tr>" for act, what in say.acts.items()
    )
    yield "</table>"


def _numbers(known: Known, say: Words) -> Iterator[tuple[str, str]]:
    yield say.numbers["112"], "112"
    yield say.numbers["home_care"], known.home_care
    yield say.numbers["doctor"], ""
    yield say.numbers["poison"], POISON_LINE
    for name, phone in known.relatives or (("", ""),):
        yield f"{say.numbers['relative']} {name}".strip(), phone


def _pairs(pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield "<table>"
    yield from (f"<tr><th>{escape(what)}</th><td>{escape(then)}</td></tr>" for what, then in pairs)
    yield "</table>"


def _blanks(fields: tuple[str, ...]) -> str:
    rows = "".join(f"<tr><td>{escape(field)}:</td><td></td></tr>" for field in fields)
    return f'<table class="blank">{rows}</table>'


# -- docs/emergency.md -----------------------------------------------------------------------------------------------

INTRO = """\
# When the box does not work

Made by `python -m medhub.emergency` from `medhub/emergency_words.py`, what `medhub emergency` prints; a test says
whether it is current. Do not edit it here.

One sheet of A4: the front hangs by the box, for the citizen, relatives and whoever comes; the back is for staff. On the
box, once it has a plan (H22):

    medhub emergency --socket /run/medhub/staff.sock > page.html

prints it with the box's number and those of home care and relatives, in the plan's language (`--language` for
another); without `--socket` it has lines to write on. It is printed by any browser, on both sides, and hung up before
the first medicine; and printed anew when a number changes, for paper does not. The lines for the doctor, the list of
medicines, the key and names are filled in by hand. On it is neither the citizen's name nor a medicine: it hangs where
visitors read (R15), and the box's number tells home care whose it is.
"""


def markdown() -> str:
    """The same in both languages, with lines to fill in."""
    return "\n".join((INTRO, *_sheet(WORDS["da"]), *_sheet(WORDS["en"])))


def _sheet(say: Words) -> Iterator[str]:
    yield from (f"## {say.title}", "", say.under, "")
    yield from (*(f"- **{rule}**" for rule in say.rules), "")
    yield from _table(((who, phone or "______") for who, phone in (*_numbers(Known(), say), (say.box, ""))))
    yield from _table(say.happens)
    yield from _table((place, "______") for place in say.places)
    yield from (f"### {say.staff_title}", "")
    yield from _table((field, "______") for field in say.staff_fields)
    yield from _table(say.staff)
    yield from (f"{say.acts_title.format(socket=f'`{SOCKET}`')}:", "")
    yield from _table((what, f"`{ACTS[act]}`") for act, what in say.acts.items())


def _table(pairs: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield from ("| | |", "| --- | --- |", *(f"| {what} | {then} |" for what, then in pairs), "")


if __name__ == "__main__":
    PAGE.write_text(markdown(), encoding="utf-8")
