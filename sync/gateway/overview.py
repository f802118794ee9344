"""A citizen's intakes for the page: what is planned, what the hub has told of it, and who has promised to give it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from hub.domain.intake import Intake
from sync.gateway import told, watch
from sync.gateway.gateway import Gateway
from sync.gateway.hubs import Held, held_plans
from sync.gateway.outcomes import DoseOutcome, outcomes
from sync.gateway.told import Promised


class Row(NamedTuple):
    """One intake. `at` is None for one that is in no plan here: p.n., or planned before. `states` are the doses'."""

    intake: str
    at: datetime | None
    latest_at: datetime | None
    doses: tuple[str, ...]
    states: tuple[str, ...]
    by: str
    promised: Promised | None


def rows_of(gateway: Gateway, hub: str, day: date) -> list[Row]:
    """The home day's intakes in order of time; those of no plan last."""
    plans = held_plans(gateway, hub)
    planned = {intake.id: intake for intake in watch.expected(plans, day)}
    said: dict[str, list[DoseOutcome]] = defaultdict(list)
    for dose in outcomes(gateway, hub, f"{day}/"):
        said[dose.intake].append(dose)
    promised, names = told.promises(gateway, hub), _names(plans)
    found = [_row(i, planned.get(i), said.get(i, ()), names, promised.get(i)) for i in planned.keys() | said.keys()]
    return sorted(found, key=lambda row: (row.at is None, row.at, row.intake))


def row_of(gateway: Gateway, hub: str, intake: str) -> Row:
    """One intake; of one never heard of, its id only."""
    try:
        day = date.fromisoformat(intake.partition("/")[0])
    except ValueError:
        return Row(intake, None, None, (), (), "", None)
    found = (row for row in rows_of(gateway, hub, day) if row.intake == intake)
    return next(found, Row(intake, None, None, (), (), "", None))


def ordinations_of(gateway: Gateway, hub: str) -> dict[str, str]:
    """What may be stopped: the newest plan's ordinations, by id."""
    return _names(held_plans(gateway, hub)[-1:])


def _names(plans: Sequence[Held]) -> dict[str, str]:
    return {o.id: f"{o.medicine.name} {o.medicine.strength}".strip() for held in plans for o in held.plan.ordinations}


def _danish(quantity: Decimal) -> str:
    """ "0,5": a comma, as everybody who gives medicine here reads it."""
    return f"{quantity.normalize():f}".replace(".", ",")


def _row(
    intake: str,
    planned: Intake | None,
    said: Sequence[DoseOutcome],
    names: Mapping[str, str],
    promised: Promised | None,
) -> Row:
    if planned:
        doses = tuple(f"{_danish(d.quantity)} {d.unit} {d.name} {d.strength}".strip() for d in planned.doses)
    else:
        doses = tuple(
            f"{_danish(Decimal(d.quantity or 0))} {d.unit} {names.get(d.ordination, d.ordination)}" for d in said
        )
    return Row(
        intake=intake,
        at=planned.at if planned else None,
        latest_at=max((d.latest_at for d in said if d.latest_at), default=planned.latest_at if planned else None),
        doses=doses,
        states=tuple(dict.fromkeys(d.state for d in said)),
        by=next((d.by for d in said if d.by), ""),
        promised=promised,
    )
