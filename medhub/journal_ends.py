"""The journal's ends of the world (R11), stated once: what each is found as, who hears of it, and the way out.

`python -m medhub.journal_ends` writes docs/journal-ends.md from it. tests/hub/test_journal_ends.py brings about every
row with real files on real disks and goes the way out by the very commands that stand here.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from hub.journal_errors import JournalState

PAGE = Path(__file__).parents[1] / "docs" / "journal-ends.md"
CONFIRM, ASIDE = "medhub staff confirm-journal", "medhub staff set-journal-aside"
IN_DOUBT = (JournalState.DAMAGED, JournalState.SHORTENED)  # written to, and told of; the rest takes nothing


class End(Struct, frozen=True):
    """One way a journal ends. `found`: the finding, with * for what differs. `way_out`: what a named person does, in
    order. `anew`: no fills and no plan are left, so the plan comes again and each compartment is filled again.
    `kept`: the evidence, beside the journal."""

    id: str
    happened: str
    found: str
    state: JournalState
    way_out: tuple[str, ...]
    anew: bool = False
    kept: tuple[str, ...] = ()
    later: bool = False  # the hub goes on as before until the gateway's receipt comes


ENDS = (
    End("damaged page", "a page of the file is overwritten, or the card cannot read it any more",
        "the file is damaged: *", JournalState.DAMAGED, (CONFIRM,), anew=True,
        kept=("journal.db.damaged-1", "journal.doubt.confirmed")),
    End("truncated tail", "the file is cut short",
        "the file is damaged: *", JournalState.DAMAGED, (CONFIRM,), anew=True,
        kept=("journal.db.damaged-1", "journal.doubt.confirmed")),
    End("changed event", "somebody has changed an event by hand",
        "the chain breaks at event *", JournalState.DAMAGED, (CONFIRM,), anew=True,
        kept=("journal.db.damaged-1", "journal.doubt.confirmed")),
    End("log lost", "the database is there, its write-ahead log is not",
        "the head file knows of event *, the journal ends at *", JournalState.SHORTENED, (CONFIRM,),
        kept=("journal.doubt.confirmed",)),
    End("deleted", "the file is gone; the head file is there",
        "the head file knows of event *, the journal ends at 0", JournalState.SHORTENED, (CONFIRM,), anew=True,
        kept=("journal.doubt.confirmed",)),
    End("deleted with its head file", "the file is gone and so is everything beside it",
        "a receipt tells of another event *", JournalState.SHORTENED, (CONFIRM,), anew=True, later=True,
        kept=("journal.doubt.confirmed",)),
    End("restored backup", "an older copy is put in its place",
        "the head file knows of event *, the journal ends at *", JournalState.SHORTENED, (CONFIRM,),
        kept=("journal.doubt.confirmed",)),
    End("restored image", "the whole card is put back to an older day, the head file with it",
        "a receipt tells of another event *", JournalState.SHORTENED, (CONFIRM,), later=True,
        kept=("journal.doubt.confirmed",)),
    End("head file lost", "the head file is gone",
        "the head file is missing", JournalState.SHORTENED, (CONFIRM,), kept=("journal.doubt.confirmed",)),
    End("head file torn", "both slots of the head file are unreadable",
        "the head file cannot be read", JournalState.SHORTENED, (CONFIRM,), kept=("journal.doubt.confirmed",)),
    End("newer tables", "an update was taken back: its tables are a later release's",
        "its tables are of a later release", JournalState.NEWER, ("install the later release",)),
    End("newer event", "an update was taken back: an event is a later release's",
        "event * is of a later release: *", JournalState.NEWER, (ASIDE, CONFIRM), anew=True,
        kept=("journal.db.damaged-1", "journal.doubt.confirmed")),
    End("event not followed", "every event can be read, and one of them tells of what cannot be",
        "event *, * tells of what cannot be", JournalState.NOT_FOLLOWED, (ASIDE, CONFIRM), anew=True,
        kept=("journal.db.damaged-1", "journal.doubt.confirmed")),
    End("another pairing's", "the file was begun for another hub or citizen",
        "WrongPairing: *", JournalState.FOREIGN, (ASIDE, CONFIRM), anew=True,
        kept=("journal.db.damaged-1", "journal.doubt.confirmed")),
    End("full disk", "there is no room left on the disk",
        "*", JournalState.FULL, ("make room on the disk",)),
    End("read-only disk", "the file system has turned read-only",
        "*", JournalState.READ_ONLY, ("start the box anew, or put in a new card",)),
    End("I/O error", "the disk takes no write, and says only that it failed",
        "*", JournalState.UNREACHABLE, ("start the box anew, or put in a new card",)),
)  # fmt: skip

_BOTH = (
    ("", "in doubt: `damaged`, `shortened`",
     "takes nothing: `newer`, `foreign`, `not_followed`, `full`, `read_only`, `unreachable`"),
    ("---", "---", "---"),
    ("refused", "every opening, early ones too", "everything but reading the status and setting the journal aside"),
    ("works", "reminders, lids, alarms, the log out, plans and commands in, fills, resolutions",
     "the screen, and the number to call; the staff key opens mechanically"),
    ("alarm", "`journal`, high, raised by the hub, first out",
     "none can be written, so none is promised: the heartbeat stops, and the gateway alarms `no_contact` by itself "
     "(R10), and `missing_outcome` for each intake"),
    ("over restarts", "yes, until a named person confirms",
     "it is found again; where the disk is mended the hub begins anew by itself within half a minute"),
    ("`medhub staff status`", "names state and finding", "the same"),
)  # fmt: skip

_INTRO = """# The journal's ends of the world

Made by `python -m medhub.journal_ends` from its table; a test says whether it is current, and another brings about
every row with real files on real disks and goes the way out by the commands that stand here. Do not edit it here.

In every row nothing is unlocked, from the moment it is found until the way out has been gone; an opening is refused
with the reason `journal`, and nothing is ever deleted. What differs is whether events can still be written:

{both}

`medhub staff confirm-journal` says: I have compared box, plan and what was taken, and answer for going on. Who said so
is in the journal. `medhub staff set-journal-aside` is refused while the journal is gone on with; who said so is in the
first event of the next journal, which is in doubt.

## What the screen says

The number is home care's, from the plan; without a plan, from `journal.contact` beside the journal, which holds that
number and the language and nothing else (R15). A hub that cannot open its journal still shows this.

"""
_AFTER = """
*Plan and fills*: stay: the journal as it is still tells them, and the named person has looked that they are so. Anew:
the plan comes again by itself, and every compartment is filled again.

## What nobody at home can know

A card put back as a whole, head file and all, agrees with itself: at home the hub cannot tell. It hands out what the
old journal says is due and has not been taken until it next reaches the gateway. The gateway then refuses its log,
since other events have those numbers, and answers with a signed receipt for what it holds instead; the hub finds no
such place in its chain, and is in doubt from that moment and over restarts. How long that takes is how long the network
is away. Until then only two things stand against a second dose: each intake's window, for a card is rarely put back
within it, and the box itself, for a compartment that was emptied since is empty now as well. With a plain FHIR server
in the gateway's place nobody tells the hub at all. This is the risk left of H35.

Once a named person has confirmed, the same receipt is known and changes nothing; one that tells of more is a new doubt.
The municipality's log still holds the other events: it refuses the new ones and alarms until the hub is enrolled anew.
"""


def page() -> str:
    """The whole of docs/journal-ends.md."""
    intro = _INTRO.format(both="\n".join(f"| {' | '.join(row)} |" for row in _BOTH))
    return "\n".join((intro + "\n".join(_screens()), "", "## What is found, and the way out", "", *_table(), _AFTER))


def screen(state: JournalState, language: str) -> str:
    """What the screen shows, heading and lines, where the journal is so; with its alarm not yet answered."""
    from datetime import UTC, datetime

    from hub.protocol import PROTOCOL, AlarmView, Help, Snapshot
    from ui.panel import PANELS
    from ui.present import present
    from ui.view import HERE

    now, told = datetime(2026, 3, 12, 8, tzinfo=UTC), state in IN_DOUBT
    alarm = AlarmView(id="journal/hub", code="journal", criticality="high", since=now, help=Help.TRYING)
    said = Snapshot(
        protocol=PROTOCOL, version=1, now=now, language=language, calm=False, hub="MH-0001", citizen="",
        plan_version=None, current=None, next=None, phone="12 34 56 78", journal_ok=False,
        journal_code="" if told else state, alarms=(alarm,) if told else (),
    )  # fmt: skip
    view = present(said, HERE, PANELS["10.1"])
    return f"**{view.heading}** {' '.join(view.lines)}".replace("\N{NO-BREAK SPACE}", " ")


def _screens() -> Iterator[str]:
    yield "| state | Danish | English |"
    yield "| --- | --- | --- |"
    for state in dict.fromkeys(end.state for end in ENDS):
        yield f"| `{state}` | {screen(state, 'da')} | {screen(state, 'en')} |"


def _table() -> Iterator[str]:
    yield "| | what has happened | what the hub finds | state | the way out | plan and fills | kept |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for end in ENDS:
        found = "what the disk answers" if end.found == "*" else f"“{end.found.replace('*', '…')}”"
        when = "; only once the gateway's receipt comes" if end.later else ""
        way = ", then ".join(f"`{step} --as PERSON`" if step.startswith("medhub") else step for step in end.way_out)
        kept = ", ".join(f"`{name}`" for name in end.kept) or "the file, as it is"
        plan = "anew" if end.anew else "stay"
        yield f"| {end.id} | {end.happened} | {found}{when} | `{end.state}` | {way} | {plan} | {kept} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
