"""What the screen is told of intakes, alarms and medicines: the parts of a `hub.protocol.Snapshot`.

Times are home wall time with offset.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Help(StrEnum):
    """R9's three wordings, and none."""

    NONE = "none"
    TRYING = "trying"  # vi prøver at give besked
    DELIVERED = "delivered"  # hjemmeplejen har fået besked
    SEEN = "seen"  # NN har set det


class DoseView(Struct, frozen=True):
    name: str
    strength: str
    quantity: str  # decimal text, "0.5"
    unit: str  # in the right number, Danish as the plan has it
    boxed: bool
    purpose: str = ""
    quantity_max: str | None = None


class IntakeView(Struct, frozen=True):
    """Times are home wall time with offset. `refusals`: why Åbn would be refused now, empty if it would not."""

    id: str
    state: str
    at: datetime
    opens_at: datetime
    latest_at: datetime
    doses: tuple[DoseView, ...]
    compartment: int | None = None
    refusals: tuple[str, ...] = ()
    snoozed_until: datetime | None = None
    lid_open: bool = False
    asks: bool = False  # the hub wants the citizen's word
    reason: str = ""  # why it is declined, withheld, withdrawn or uncertain (a code)
    final: bool = False
    help: Help = Help.NONE
    seen_by: str = ""
    promised_by: str = ""  # who gives it in the box's place
    give_by: datetime | None = None
    as_needed: bool = False


class LeaveView(Struct, frozen=True):
    """The citizen is away now. `until` is None where only staff end it."""

    kind: str  # of hub.domain.leave.LeaveKind
    until: datetime | None
    responsible: str = ""


class AlarmView(Struct, frozen=True):
    id: str
    code: str
    criticality: str
    since: datetime
    help: Help
    intake: str | None = None
    seen_by: str = ""


class AsNeededView(Struct, frozen=True):
    """What can be had when it is wanted. `refusals`: why not now; `possible_at`: from when, where only time is in the
    way."""

    ordination: str
    dose: DoseView
    most: int
    refusals: tuple[str, ...] = ()
    possible_at: datetime | None = None


class MedicineView(Struct, frozen=True):
    name: str
    strength: str
    text: str
    purpose: str
    inside: bool
    verdict: str = ""  # of hub.domain.plan.Verdict, for what is outside
    as_needed: AsNeededView | None = None
