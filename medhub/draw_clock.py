"""docs/clock.md, made from the rules by which the hub's clock is believed (R5); `python -m medhub.draw` writes it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hub.clock import SAVE_EVERY
from hub.clock_model import FAR, FIRST, ON_ANY_TIME, RULES, STEP, Facts, MarkIs, May, Rule, State, may, state_of
from hub.domain import events as e
from hub.domain.due import due
from hub.domain.intake import Moment
from hub.domain.refusal import Reason
from hub.domain.state import State as HubState
from hub.lanes import FRESH_S
from ui.screens.notice import REFUSALS
from ui.words import Words

PAGE = Path(__file__).parents[1] / "docs" / "clock.md"
_INTRO = """# The clock

Made by `python -m medhub.draw` from `hub/clock_model.py`, the only rules by which the hub believes a clock; a test says
whether it is current. Do not edit it here.

A dose that is opened at the wrong time is a wrong dose. So nothing opens on a time that nobody vouches for (R5), and
the hub says so. The screen: *{da_heading}. {da_line}*
({en_heading}. {en_line})
The alarm: `{alarm}`, {criticality}; it lives until somebody takes it by name, or the time is trusted again.

**You stand at the box, and its clock is wrong or doubted.** Look at your watch and at the date, then

    medhub staff --socket … set-time 2026-11-20T14:05 --as YOU

It asks for your PIN, writes in the journal who told what time, and only then goes by it. `medhub staff … status` says
what is wrong with the clock and the way out. Where the hub answers that the time *has certainly been*, or is *more than
a week past* what was certain, look at the date again; if the hub is what is wrong, two of you do
`medhub staff … lower-mark --as YOU --second THE-OTHER`, with both PINs, and then one sets the time. Until the clock is
trusted the medicine comes from elsewhere: the paper procedure.
"""
_FACTS = {
    "synchronised": "`/run/systemd/timesync/synchronized` is there",
    "rtc": "looked at only while that is not: `/sys/class/rtc/rtc0/hctosys` says 1, and `since_epoch` is within {step} "
    "of the machine's clock",
    "mark": "`high` in `clock.mark` against the machine's clock: " + ", ".join(f"`{m}`" for m in MarkIs),
    "in_step": "the machine's clock against this boot's anchor in `clock.mark`, moved on by `CLOCK_BOOTTIME`: at most "
    "{step} off",
    "told": "the anchor in `clock.mark` is what staff said in this boot",
    "agreed": "the gateway's signed time, or the monotonic clock from an anchor before it, tells the same as staff",
}
_WHICH_WINS = """## Which source wins

- The **mark** is a time that has certainly been. It trails trusted time by {step}, is saved every {save}, and
  moves in state `trusted` only. One person sets no time before it; two may set it aside. None is set before {first:%Y}.
- **Staff tell a time**: it becomes this boot's anchor, and the hub goes by it and the monotonic clock (which counts
  sleep). No privilege to set the machine's clock is needed, and none is had. It outlives a restart of the hub, not a
  power cut. One person goes from the mark to {far} past it (counted on by what the boot has lasted); a time which the
  machine's own vouched-for clock tells too may be any.
- **The machine's own clock comes to tell the same** (within {step}): it takes over, for it is kept right and a watch
  was read once.
- **A watch beats a real-time clock**, which may have stood still with a weak battery and says nothing of it.
- **A clock set from the network and a person that differ** beat each other: `clash`. A person misreads, a network lies;
  nothing opens until a third agrees with one of them, or the person tells again what the network says. Told twice is
  one source. The screen goes on with the machine's clock.
- **A step** ends when the gateway's signed time or staff tell what the clock shows, or when it is undone. If staff tell
  what the monotonic clock says, those two go on against the one that was moved. The real-time clock is no second source
  here: the kernel copies a stepped clock to it within minutes.
- **The gateway's signed time** is that of a receipt for the log. It counts only when it can have been signed but now:
  it is for an event of this process, the furthest of its lane that was read, and first read at most {fresh} s ago. One
  kept from earlier, over a restart, or for the same event read again vouches for nothing. A doubt is itself an event,
  with an alarm: what it sends is what brings the receipt.
- It never sets a clock, and never vouches alone: something else must (network, real-time clock, staff).

## What is left

- Steps of less than {step} count as time. A clock set from the network once in a boot is believed for the rest of
  it; a crystal that is off by 100 parts in a million needs a month for {step}.
- A real-time clock that was wrong by less than {far} forward when the power came back is believed until network or a
  person says otherwise; backward it is stopped by the mark, or makes doses late, never early.
- A new hub has no mark to hold against a clock of the year 2056. Look at the clock when it is commissioned.
- One person may be wrong by up to {far}: every intake that this jumps over is told as missed, and after a power cut
  the time between two doses (R2) then rests on that person's watch alone. The command says back day, date and time.
- Power cut, no network, no real-time clock, nobody with a PIN: no medicine from the box.
"""


class Case(NamedTuple):
    what: str
    facts: Facts


_GOOD = Facts(synchronised=True, rtc=True, mark=MarkIs.BEHIND, in_step=True)


def _case(what: str, **facts: object) -> Case:
    return Case(what, Facts(**{f: facts.get(f, getattr(_GOOD, f)) for f in Facts.__struct_fields__}))


_DEAD = {"synchronised": False, "rtc": False}
_BOOTED = {"synchronised": False, "in_step": None}
CASES = (
    _case("a day like others, with power and network"),
    _case("weeks without network, the real-time clock goes on", synchronised=False),
    _case("the machine slept; its clock and `CLOCK_BOOTTIME` both went on"),
    _case("the hub's process was started anew after a step", in_step=False),
    _case("the clock was moved an hour, or 30 years ahead, while the hub ran", in_step=False),
    _case("the clock was moved 30 years back while the hub ran", in_step=False, mark=MarkIs.AHEAD),
    _case("power cut; the real-time clock kept the time", **_BOOTED),
    _case("power cut; no real-time clock, no network yet", **_BOOTED, rtc=False),
    _case("… and then the network came", in_step=None, rtc=False),
    _case("power cut; the battery is dead and the chip says 1970 or 2000", **_BOOTED, mark=MarkIs.AHEAD),
    _case("power cut; the chip says 30 years from now", **_BOOTED, mark=MarkIs.FAR_BEHIND),
    _case(
        "two months in a cupboard, and now network; the first receipt says the same",
        in_step=None,
        mark=MarkIs.FAR_BEHIND,
    ),
    _case("staff told the time; nothing else vouches", **_DEAD, in_step=False, told=True),
    _case("… and the real-time clock says otherwise", synchronised=False, in_step=False, told=True),
    _case("… and the hub was started anew, or the machine slept", **_DEAD, told=True, in_step=False),
    _case("… and the power was cut", **_DEAD, in_step=None),
    _case("… and the network came and says the same", told=True),
    _case("… and the network came and is far from it", told=True, in_step=False),
    _case("… and the gateway's signed time agrees with staff", told=True, in_step=False, agreed=True),
    _case("a nurse told eight in the morning instead of the evening, with network", told=True, in_step=False),
    _case("`clock.mark` is damaged", in_step=None, mark=MarkIs.UNREADABLE),
    _case("two persons have lowered the mark", in_step=None, mark=MarkIs.LOWERED),
    _case("… and then one told the time", told=True, mark=MarkIs.LOWERED, **_DEAD),
)


def page() -> str:
    """The whole of docs/clock.md."""
    values = {"step": "5 minutes", "far": "7 days", "save": "15 minutes", "first": FIRST, "fresh": int(FRESH_S)}
    assert (timedelta(minutes=5), timedelta(days=7), timedelta(minutes=15)) == (STEP, FAR, SAVE_EVERY)
    parts = (
        [_INTRO.format(**_shown())], _states(), _allowed(), _facts(values), _drawing(), _cases(),
        [_WHICH_WINS.format(**values)],
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part)


def _shown() -> dict[str, str]:
    """What the screen and the alarm say, from those who say it."""
    heading, line, _ = REFUSALS[Reason.CLOCK]
    danish, english = Words("da"), Words("en")
    doubted = due(HubState(), Moment(datetime(2026, 1, 1, tzinfo=UTC), 0.0, False, "boot"), None)
    (raised,) = (body for body in doubted if isinstance(body, e.AlarmRaised))
    return {
        "da_heading": danish(heading), "da_line": danish(line),
        "en_heading": english(heading), "en_line": english(line),
        "alarm": raised.code, "criticality": raised.criticality,
    }  # fmt: skip


def _states() -> Iterator[str]:
    shown = _shown()
    yield from ("## The states", "", "Asked from the top; the first that holds.", "")
    yield "| state | when | screen | alarm | the way out |"
    yield "| --- | --- | --- | --- | --- |"
    for rule in RULES:
        opens = may(rule.state, May.UNLOCK)
        screen, alarm = ("as always", "none") if opens else (shown["da_heading"], f"`{shown['alarm']}`")
        yield f"| `{rule.state}` | {rule.when} | {screen} | {alarm} | {rule.way_out} |"
    yield ""


def _allowed() -> Iterator[str]:
    yield from ("## What may be done", "")
    yield from (
        "| | " + " | ".join(f"`{state}`" for state in _columns()) + " |",
        "| --- |" + " :-: |" * len(_columns()),
    )
    for act in sorted(May, key=lambda act: act in ON_ANY_TIME):
        marks = " | ".join("✓" if may(state, act) else "–" for state in _columns())
        yield f"| {act} | {marks} |"
    yield from ("", "Where the mark does not move on a told time: one person may have misread a watch.", "")


def _columns() -> tuple[State, ...]:
    return tuple(sorted((rule.state for rule in RULES), key=lambda state: not may(state, May.UNLOCK)))


def _facts(values: dict[str, object]) -> Iterator[str]:
    yield from ("## The facts", "", "For who looks at the machine; `clock.mark` is in the hub's state directory.", "")
    yield from ("| fact | where from |", "| --- | --- |")
    for fact in Facts.__struct_fields__:
        yield f"| `{fact}` | {_FACTS[fact].format(**values)} |"
    yield ""


def _drawing() -> Iterator[str]:
    yield from ("```mermaid", "flowchart TD")
    for n, rule in enumerate(RULES[:-1]):
        yield f'    q{n}{{"{_question(rule)}"}} -- yes --> {rule.state}'
        yield f"    q{n} -- no --> {f'q{n + 1}' if n + 2 < len(RULES) else RULES[-1].state}"
    yield f"    class {','.join(s for s in State if may(s, May.UNLOCK))} opens"
    yield from ("    classDef opens stroke-width:4px", "```", "")


def _question(rule: Rule) -> str:
    return rule.when.replace('"', "'")


def _cases() -> Iterator[str]:
    yield from ("## Thought through", "", "| what happened | state | opens |", "| --- | --- | :-: |")
    for case in CASES:
        state = state_of(case.facts)
        yield f"| {case.what} | `{state}` | {'✓' if may(state, May.UNLOCK) else '–'} |"
    yield ""
