"""What became of each dose, read from the FHIR resources a hub has sent. A correction stands over the hub's word."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from sync import codes
from sync.gateway.gateway import Gateway
from sync.gateway.inbox import resources_of
from sync.gateway.received import Resource

STANDS_NOT = "entered-in-error"


class DoseOutcome(Struct, frozen=True):
    """`state` is the hub's word ("taken", "missed"); `status` FHIR's; `handed_out` the dispense's, if there is one."""

    intake: str
    ordination: str
    ordinal: int
    quantity: str
    unit: str
    state: str
    status: str
    handed_out: str | None
    by: str
    at: datetime | None
    latest_at: datetime | None
    resources: tuple[str, ...]

    @property
    def answered(self) -> bool:
        """Whether it is known what became of it. Handed out is not yet an answer; nor is what was taken back."""
        return self.status not in ("", STANDS_NOT)


class _Seen(NamedTuple):
    """A dose's resources, by what they are."""

    own: tuple[str, Resource] | None = None
    corrected: tuple[str, Resource] | None = None
    dispensed: tuple[str, Resource] | None = None


def outcomes(gateway: Gateway, hub: str, intake_begins: str) -> list[DoseOutcome]:
    """Of all doses of the intakes whose ids begin so: a home date, or an intake's id."""
    doses: dict[tuple[str, str, int], _Seen] = defaultdict(_Seen)
    for name, resource in resources_of(gateway, hub, intake_begins):
        key = (
            resource.extended("intake").value_string or "",
            resource.extended("ordination").value_string or "",
            resource.extended("ordinal").value_positive_int or 0,
        )
        doses[key] = doses[key]._replace(**{_role(resource): (name, resource)})
    return [_outcome(*key, doses[key]) for key in sorted(doses)]


def _role(resource: Resource) -> str:
    if resource.resource_type == "MedicationDispense":
        return "dispensed"
    return "corrected" if any(i.system == codes.CORRECTION for i in resource.identifier) else "own"


def _outcome(intake: str, ordination: str, ordinal: int, seen: _Seen) -> DoseOutcome:
    said = seen.corrected or seen.own
    _, shown = next(s for s in (said, seen.dispensed) if s)
    dose = shown.dosage.dose if shown.dosage else shown.quantity
    return DoseOutcome(
        intake=intake,
        ordination=ordination,
        ordinal=ordinal,
        quantity=format(dose.value, "f") if dose else "",
        unit=dose.unit if dose else "",
        state=shown.extended("outcome").value_code or "",
        status=said[1].status if said else "",
        handed_out=seen.dispensed[1].status if seen.dispensed else None,
        by=next((p.actor.display for p in shown.performer), ""),
        at=shown.effective_date_time,
        latest_at=shown.extended("latest-at").value_date_time,
        resources=tuple(s[0] for s in seen if s),
    )
