"""Time away from the box: an outing, a weekend with somebody, or hospital (H27, H33)."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class LeaveKind(StrEnum):
    OUTING = "outing"  # some hours, alone; what was not taken along is missed
    WEEKEND = "weekend"  # `responsible` has said yes to it; what nobody answers for is not known
    HOSPITAL = "hospital"  # others give the medicine; only staff end it, and look at the fills before


class Leave(Struct, frozen=True, forbid_unknown_fields=True):
    """Agreed time away. It ends by itself at `ends_at`; hospital has none."""

    id: str
    kind: LeaveKind
    begins_at: datetime
    by: str
    ends_at: datetime | None = None
    responsible: str = ""

    def covers(self, wall: datetime) -> bool:
        return self.begins_at <= wall and (self.ends_at is None or wall < self.ends_at)
