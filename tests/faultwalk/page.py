"""What the walk has to show: a row a point in the terminal, and the figure and its table in docs/proofs/faults.md."""

import os
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGSTOP

from msgspec import Struct
from rich.table import Table

from tests.faultwalk.days import Lived
from tests.faultwalk.steps import STEPS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "proofs" / "faults.md"
BEGIN, END = "<!-- written by make prove-faults -->", "<!-- to here -->"
COLUMNS = [(process, signal) for process in ("hub", "ui", "sync", "gateway", "world") for signal in (SIGKILL, SIGSTOP)]
WORDS = {"opening abandoned": "abandoned", "taken (by Sanne Holm)": "nurse: taken"}


class Figure(Struct):
    """One run of the walk. `again`: what was walked twice, as the first time ended."""

    lived: Sequence[Lived]
    again: Sequence[Lived]
    beside: int
    real_s: float

    @property
    def wrong(self) -> int:
        return sum(bool(one.problems) for one in self.lived)

    def sentence(self) -> str:
        minutes, seconds = divmod(round(self.real_s), 60)
        twice = "; ".join(f"{one.point} ({one.waited})" for one in self.again) or "none"
        return (
            f"{len(self.lived)} points, {self.wrong} with a broken promise or account; {minutes} min {seconds} s, "
            f"{self.beside} stages side by side. Walked twice because it waited in vain: {twice}."
        )


def table(lived: Sequence[Lived]) -> Table:
    made = Table(title="The fault walk", title_justify="left")
    for column in ("step", "process", "signal", "became", "pulses", "lids", "s", "four accounts"):
        made.add_column(column)
    for one in lived:
        verdict = "; ".join(one.problems) or "agree"
        made.add_row(one.point.step.name, one.point.process, one.point.signal.name, one.became, str(one.pulses),
                     str(one.lids), f"{one.real_s:.0f}", verdict, style="red" if one.problems else "")  # fmt: skip
    return made


def written(page: str, figure: Figure) -> str:
    """The page with this run's figure and table in place of the last one's."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    told = f"**Figure.** `make prove-faults` · {_commit()} · {datetime.now(UTC).date()} · {os.cpu_count()} cores: "
    return "\n".join([before + BEGIN, told + figure.sentence(), "", *_rows(figure.lived), END + after])


def _rows(lived: Sequence[Lived]) -> list[str]:
    cells = {(one.point.step.name, one.point.process, one.point.signal): _cell(one) for one in lived}
    heads = [f"{process} {'killed' if signal is SIGKILL else 'hung'}" for process, signal in COLUMNS]
    rows = [["step", *heads], ["---"] * (len(heads) + 1)]
    rows += [[step.name, *(cells.get((step.name, *column), "") for column in COLUMNS)] for step in STEPS]
    return [f"| {' | '.join(row)} |" for row in rows]


def _cell(one: Lived) -> str:
    if one.problems:
        return "**broken**"
    words = [WORDS.get(word, re.sub(r" \((?!by ).*", "", word)) for word in _words(one.became)]
    return " → ".join(dict.fromkeys(words))


def _words(became: str) -> list[str]:
    """Its parts; a reason in brackets may hold a comma."""
    return re.findall(r"[^,(]+(?:\([^)]*\))?", became.replace(", ", ","))


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "drivers", "hub", "medhub", "sync", "ui", "tests/faultwalk")
    return f"commit {git('rev-parse', '--short', 'HEAD')}{' with changes' if changed else ''}"
