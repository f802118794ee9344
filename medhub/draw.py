"""`python -m medhub.draw` writes docs/life.md, the drawing of an intake's life, made from the table the hub obeys; and
docs/clock.md, from the rules of `medhub.draw_clock`."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.life import FINAL, TABLE, UNRESOLVED, Back, Target
from medhub import draw_clock

PAGE = Path(__file__).parents[1] / "docs" / "life.md"
_INTRO = """# An intake's life

Made by `python -m medhub.draw` from `hub/domain/life.py`, the only table by which the hub changes an intake's state;
a test says whether it is current. Do not edit it here.

An intake is one moment at which one or more doses are to be taken. An arrow is an event of the journal. Where it goes
to *before*, the intake is again in the state it was in before the opening, or before it was withheld or withdrawn.

- **Final once its time is over** (`WindowEnded`): {final}.
- **Unresolved** until there is an answer: {unresolved}. It counts as taken for the interval, as not taken for alarms.
"""


def page() -> str:
    """The whole of docs/life.md."""
    return "\n".join((_intro(), "```mermaid", *_drawing(), "```", "", *_table(), ""))


def _intro() -> str:
    final, unresolved = ([state for state in Life if state in which] for which in (FINAL, UNRESOLVED))
    return _INTRO.format(final=", ".join(map(_words, final)), unresolved=", ".join(map(_words, unresolved)))


def _drawing() -> Iterator[str]:
    """One arrow from state to state, with every event that goes that way. Events that change no state are left to the
    table."""
    yield "stateDiagram-v2"
    yield f"    [*] --> {Life.PLANNED}"
    for state in TABLE:
        for target, bodies in _by_target(state).items():
            if target is not state:
                yield f"    {state} --> {_node(target)}: {'<br/>'.join(b.__name__ for b in bodies)}"
    for state in TABLE:
        if not TABLE[state]:
            yield f"    {state} --> [*]"


def _table() -> Iterator[str]:
    yield "| state | event | next |"
    yield "| --- | --- | --- |"
    for state in TABLE:
        rows = [(b.__name__, target) for target, bodies in _by_target(state).items() for b in bodies]
        for n, (event, target) in enumerate(rows or [("nothing", state)]):
            yield f"| {f'**{_words(state)}**' if n == 0 else ''} | {event} | {_words(_node(target))} |"


def _by_target(state: Life) -> dict[Target, list[type[e.Body]]]:
    found: dict[Target, list[type[e.Body]]] = defaultdict(list)
    for body, target in TABLE[state].items():
        found[target].append(body)
    return found


def _node(target: Target) -> str:
    return "before" if isinstance(target, Back) else target


def _words(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    draw_clock.PAGE.write_text(draw_clock.page(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
