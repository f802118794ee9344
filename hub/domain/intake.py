"""What an intake is, and its life as data. Only `hub.domain.apply` changes an intake's state, only by this table."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from hub.domain.plan import Criticality, Handout, OrdinationId

IntakeId = str  # "2026-11-20/evening": home date and slot id; one journal has one citizen
AS_NEEDED = "as-needed/"  # a fill of one p.n. dose serves this and the ordination's id, until it is asked for


class Life(StrEnum):
    """The states of an intake."""

    PLANNED = "planned"
    DUE = "due"
    OPENING = "opening"
    OPEN = "open"
    PARTLY_TAKEN = "partly_taken"
    DECLINED = "declined"
    WITHHELD = "withheld"
    WITHDRAWN = "withdrawn"
    MISSED = "missed"
    HANDED_OUT_EARLY = "handed_out_early"
    UNCERTAIN = "uncertain"
    NOT_KNOWN = "not_known"
    TAKEN = "taken"
    GIVEN_BY_STAFF = "given_by_staff"
    TAKEN_ELSEWHERE = "taken_elsewhere"


class Moment(Struct, frozen=True):
    """Wall time (UTC), monotonic seconds within `boot`, and whether the wall time is trusted (R5)."""

    wall: datetime
    monotonic_s: float
    trusted: bool
    boot: str


class Dose(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One ordination's part of an intake. Identity: ordination, home date, ordinal that day."""

    ordination: OrdinationId
    ordinal: int
    quantity: Decimal
    name: str
    strength: str
    unit: str
    handout: Handout
    criticality: Criticality
    quantity_max: Decimal | None = None
    atc: str = ""
    interval_min: int | None = None
    ask_word: bool = False
    purpose: str = ""
    drug_id: str = ""
    most: int | None = None  # p.n.: so many times in 24 hours and on a home day; None for a planned one

    @property
    def medicine(self) -> str:
        """What tells packages apart."""
        return self.drug_id or f"{self.name} {self.strength}"

    @cached_property
    def substances(self) -> frozenset[str]:
        """What makes two doses the same for R2: the ordination, and the substance where the plan names one."""
        return frozenset({f"ordination:{self.ordination}"} | ({f"atc:{self.atc}"} if self.atc else set()))


class Intake(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One moment at which one or more doses are to be taken, as planned. Times are UTC.

    `opens_at` ≤ `at` < `latest_at`: it may be opened from `opens_at`, reminds from `at`, is missed at `latest_at`.
    """

    id: IntakeId
    day: date
    slot: str
    at: datetime
    opens_at: datetime
    latest_at: datetime
    doses: tuple[Dose, ...]

    @property
    def boxed(self) -> tuple[Dose, ...]:
        """The doses that lie in the intake's compartment."""
        return tuple(d for d in self.doses if d.handout is Handout.COMPARTMENT)

    @property
    def as_needed(self) -> bool:
        return any(d.most is not None for d in self.doses)

    @cached_property
    def substances(self) -> frozenset[str]:
        """All that is in it; kept, because every look at the time asks for it."""
        return frozenset().union(*(d.substances for d in self.doses))

    @property
    def criticality(self) -> Criticality:
        return most_critical(self.doses)


def most_critical(doses: Iterable[Dose]) -> Criticality:
    """What lies together is as critical as its most critical dose (R8); what nobody knows, as anything may be."""
    return max((d.criticality for d in doses), key=list(Criticality).index, default=Criticality.HIGH)
