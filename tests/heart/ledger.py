"""What has left the box or was taken by word, and whether it was far enough apart (R2).

Nothing of the hub is imported.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tests.heart.papers import Drug, Table, apart, counts, home_day

CLOCK = timedelta(minutes=5, seconds=5)  # R5: what a clock that is trusted may be wrong by
DAY = timedelta(hours=24)
Needed = dict[str, tuple[str, datetime]]  # intakes as needed: their ordination, and when it was asked for


class Broken(AssertionError):
    """What must never be has been."""


def never(so: object, what: str, *of: object) -> None:
    if so:
        raise Broken(f"{what}: {', '.join(map(str, of))}")


def drugs_of(intake: str, table: Table, needed: Needed) -> dict[str, Drug]:
    name = needed[intake][0] if intake in needed else ""
    return {name: table.drugs[name]} if name in table.drugs else table.at(intake)


def as_on_paper(intakes: Sequence[dict[str, Any]], table: Table) -> None:
    """Broken where a day was planned otherwise: a dose too many, too few, or of another amount."""
    for intake in intakes:
        said = {dose["ordination"]: int(Decimal(dose["quantity"])) for dose in intake["doses"]}
        whole = len(said) == len(intake["doses"]) and said == table.planned(intake["id"])
        never(not whole, "planned otherwise than on paper", intake["id"], said, table.planned(intake["id"]))


class Gone(NamedTuple):
    at: datetime
    power: int  # which run of the machine it was: over a power cut only the clock's word is left
    intake: str
    planned: datetime
    drugs: dict[str, Drug]


class Ledger:
    """All that is gone, in order. `power`: how often the machine was started."""

    def __init__(self) -> None:
        self.power = 0
        self.gone: list[Gone] = []

    def note(self, at: datetime, intake: str, table: Table, needed: Needed) -> None:
        if drugs := drugs_of(intake, table, needed):
            self.gone.append(Gone(at, self.power, intake, _planned(intake, table, needed), drugs))

    def far_enough(self, now: datetime, intake: str, table: Table, needed: Needed) -> None:
        """From every other intake of the same substance; as needed never more than the most in 24 hours, or on one day
        at home. Broken where it is not."""
        mine, here, times = drugs_of(intake, table, needed), _planned(intake, table, needed), set[str]()
        days = {home_day(now - CLOCK), home_day(now + CLOCK)}
        early = intake in needed and not any(d.rota.has_begun_and_not_ended(day) for d in mine.values() for day in days)
        never(early, "as needed, on a day it is not to be had", intake, mine)
        for g in (g for g in self.gone[-40:] if g.intake != intake):
            since, unsure = now - g.at, 2 * CLOCK if g.power != self.power else timedelta()
            need = apart(mine, g.drugs, abs(here - g.planned) / 2)
            never(since < need - unsure, "too close", intake, g.intake, since, need)
            today = home_day(now + 2 * CLOCK) == home_day(g.at - 2 * CLOCK)
            if counts(mine, g.drugs) and (today or since < DAY - unsure):
                times.add(g.intake)
        most = min((d.most for d in mine.values() if d.most), default=None)
        never(most is not None and len(times) >= most, "as needed, once too often", intake, sorted(times))


def _planned(intake: str, table: Table, needed: Needed) -> datetime:
    return needed[intake][1] if intake in needed else table.when(intake)
