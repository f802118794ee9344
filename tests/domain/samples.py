"""A value for every field of every event: never a default, so that what is lost on the way is seen."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, get_args, get_type_hints

from hub.domain import events as e
from hub.domain.intake import Dose, Intake
from hub.domain.leave import Leave, LeaveKind
from hub.domain.plan import Criticality, Handout, Plan
from hub.domain.schedule import intakes_of
from tests.domain.play import DAY, MORNING, ordination, plan_of

WHEN = datetime(2026, 3, 12, 7, 0, 0, 123456, tzinfo=UTC)
INTAKE = intakes_of(plan_of(ordination("a", MORNING, quantity="0.5", atc="N02BE01")), DAY)[0]
SAMPLES: dict[Any, Any] = {
    str: "æøå \"quoted\"", int: 7, bool: True, float: 1.5, datetime: WHEN, date: DAY, Decimal: Decimal("0.5"),
    Plan: plan_of(ordination("a", MORNING, quantity="0.25")), Intake: INTAKE, Dose: INTAKE.doses[0],
    Leave: Leave("l1", LeaveKind.HOSPITAL, WHEN, "Sanne", WHEN, "Karen"),
    e.DeviceTested: e.DeviceTested(e.Device.SCALE, "20000 mg", "at rest", "it creeps"),
    e.Counted: e.Counted("a", Decimal("0.5"), "07046261234566", 250),
    Criticality: Criticality.HIGH, Handout: Handout.REMINDED,
}  # fmt: skip


def sample(kind: Any) -> Any:
    """A value of a field's type, never its default."""
    if kind in SAMPLES:
        return SAMPLES[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    args = [a for a in get_args(kind) if a not in (type(None), ...)]
    return (sample(args[0]),) * 2 if str(kind).startswith("tuple") else sample(args[0])


def filled(body: type[e.Body]) -> Any:
    return body(**{name: sample(kind) for name, kind in get_type_hints(body).items() if not name.startswith("_")})
