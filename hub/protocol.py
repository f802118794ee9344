"""Every message on the hub's sockets, declared once and used by both ends.

A frame is one line of UTF-8 JSON ending in a newline. A client sends `Request` frames; the hub answers each with one
`Reply` carrying the same `ref`, and pushes `Snapshot` frames to ui without being asked. Which messages a role may
send is `ALLOWED`; how large a frame may be is `FRAME_LIMIT`. What is unknown, malformed, oversized or forbidden gets a
`Reply` with an `error`, changes nothing, and the connection lives.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

from hub.acts import Acknowledge as Acknowledge
from hub.acts import Act as Act
from hub.acts import BeginFilling as BeginFilling
from hub.acts import BeginLeave as BeginLeave
from hub.acts import ConfirmJournal as ConfirmJournal
from hub.acts import Correct as Correct
from hub.acts import Count as Count
from hub.acts import Empty as Empty
from hub.acts import EndFilling as EndFilling
from hub.acts import EndLeave as EndLeave
from hub.acts import Fill as Fill
from hub.acts import HandBack as HandBack
from hub.acts import HandOutEarly as HandOutEarly
from hub.acts import Identify as Identify
from hub.acts import JoinWifi as JoinWifi
from hub.acts import LowerMark as LowerMark
from hub.acts import Promise as Promise
from hub.acts import Reboot as Reboot
from hub.acts import Resolution as Resolution
from hub.acts import Resolve as Resolve
from hub.acts import RestartScreen as RestartScreen
from hub.acts import SelfTest as SelfTest
from hub.acts import SetJournalAside as SetJournalAside
from hub.acts import SetTime as SetTime
from hub.acts import Verify as Verify
from hub.message import Id as Id
from hub.message import Message as Message
from hub.message import Seq as Seq
from hub.message import Text as Text
from hub.reports import CompartmentReport as CompartmentReport
from hub.reports import DeviceReport as DeviceReport
from hub.reports import FillingReport as FillingReport
from hub.reports import PutIn as PutIn
from hub.reports import SelfTestReport as SelfTestReport
from hub.reports import StatusReport as StatusReport
from hub.views import AlarmView as AlarmView
from hub.views import AsNeededView as AsNeededView
from hub.views import DoseView as DoseView
from hub.views import Help as Help
from hub.views import IntakeView as IntakeView
from hub.views import LeaveView as LeaveView
from hub.views import MedicineView as MedicineView

PROTOCOL = 1
KiB = 1024
PLAN_LIMIT = 2 * KiB * KiB  # a signed plan, in characters


class Role(StrEnum):
    UI = "ui"
    SYNC = "sync"
    STAFF = "staff"


# -- ui: what was touched ------------------------------------------------------------------------------------


class Open(Message, frozen=True):
    intake: Id


class Snooze(Message, frozen=True):
    intake: Id


class Decline(Message, frozen=True):
    intake: Id
    reason: Text  # a code of `ui.present.REASONS`


class ChangeMind(Message, frozen=True):
    intake: Id


class Say(Message, frozen=True):
    """The citizen's word when asked, or for an intake that is only reminded: all of it taken, or not."""

    intake: Id
    all_taken: bool


class TakenElsewhere(Message, frozen=True):
    intake: Id


class AskForHelp(Message, frozen=True):
    pass


class AskAsNeeded(Message, frozen=True):
    """One dose as needed of this ordination, now."""

    ordination: Id


class HomeAgain(Message, frozen=True):
    """The citizen is back before the leave's end; after hospital only staff can say so (H33)."""


class Shown(Message, frozen=True):
    """After a frame was drawn: which screen, of which snapshot. Also ui's sign of life."""

    screen: Id
    snapshot: int


# -- sync: signed things carried -------------------------------------------------------------------------------


class EventsAfter(Message, frozen=True):
    """The lane's events after its cursor, oldest first, at most `limit` → `EventBatch`."""

    lane: Id
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class Acked(Message, frozen=True):
    """A signed receipt (JWS) for a lane up to a sequence number; only this moves a cursor."""

    receipt: Annotated[str, Meta(max_length=8 * KiB)]


class Parked(Message, frozen=True):
    lane: Id
    seq: Seq
    reason: Text


class OfferPlan(Message, frozen=True):
    jws: Annotated[str, Meta(max_length=PLAN_LIMIT)]


class OfferStop(Message, frozen=True):
    """`hub.documents.UrgentStop`, signed: offered again until it is answered."""

    jws: Annotated[str, Meta(max_length=32 * KiB)]


class OfferCommand(Message, frozen=True):
    jws: Annotated[str, Meta(max_length=32 * KiB)]


class OfferKey(Message, frozen=True):
    """`hub.documents.KeyRotation`, signed."""

    jws: Annotated[str, Meta(max_length=8 * KiB)]


class GetHeartbeat(Message, frozen=True):
    """→ `Heartbeat`."""


class NetworkSeen(Message, frozen=True):
    """Advice: whether the gateway answers."""

    up: bool


# -- staff: reading, and a named person's acts ---------------------------------------------------------------------


class Status(Message, frozen=True):
    """→ `StatusReport`."""


class ReadJournal(Message, frozen=True):
    """→ `EventBatch` of all lanes."""

    after: Seq = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


UI_MESSAGES = (
    Open | AskAsNeeded | Snooze | Decline | ChangeMind | Say | TakenElsewhere | AskForHelp | HomeAgain | Shown
)  # fmt: skip
SYNC_MESSAGES = (
    EventsAfter | Acked | Parked | OfferStop | OfferPlan | OfferCommand | OfferKey | GetHeartbeat | NetworkSeen
)  # fmt: skip
STAFF_MESSAGES = (
    Status | ReadJournal | BeginFilling | Identify | Count | EndFilling | Fill | Verify | Empty | Resolve | Correct
    | HandOutEarly | Promise | HandBack | BeginLeave | EndLeave | Acknowledge | ConfirmJournal | SetTime | LowerMark
    | SetJournalAside | JoinWifi | RestartScreen | Reboot | SelfTest
)  # fmt: skip
ALLOWED: dict[Role, Any] = {Role.UI: UI_MESSAGES, Role.SYNC: SYNC_MESSAGES, Role.STAFF: STAFF_MESSAGES}
# Largest frame a client may send, by role. A plan may be 2 MiB; the rest of sync's messages are small.
FRAME_LIMIT: dict[Role, int] = {Role.UI: 64 * KiB, Role.SYNC: PLAN_LIMIT + 8 * KiB, Role.STAFF: 64 * KiB}
BATCH_LIMIT = 512 * KiB  # an EventBatch is cut before this many bytes


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """`message` is decoded in a second step, against what the role may send."""

    ref: Seq
    message: Raw


class Problem(StrEnum):
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    FORBIDDEN = "forbidden"
    TOO_LARGE = "too_large"
    REFUSED = "refused"  # understood, and the rules say no: see `reasons`


class Error(Struct, frozen=True):
    problem: Problem
    reasons: tuple[str, ...] = ()  # codes of `hub.domain.may_open.Reason` where refused; else one plain sentence


# -- what the hub says -------------------------------------------------------------------------------------------


class EventBatch(Struct, frozen=True, tag=True):
    """Events as canonical JSON, in order; `head` is the chain head after the last of them (hex).

    `after`: the lane's cursor they follow, so that the gateway sees a batch it never got.
    """

    lane: str
    events: tuple[Raw, ...]
    last_seq: int
    head: str
    after: int = 0


class Heartbeat(Struct, frozen=True, tag=True):
    jws: str


class Snapshot(Struct, frozen=True, tag=True):
    """All the screen needs, whole, each time anything in it changes. `version` counts up within one hub process."""

    protocol: int
    version: int
    now: datetime  # home wall time to the minute
    language: str
    calm: bool
    hub: str
    citizen: str
    plan_version: int | None
    current: IntakeView | None  # the one thing that is now; None: nothing
    next: IntakeView | None
    today: tuple[IntakeView, ...] = ()
    alarms: tuple[AlarmView, ...] = ()
    medicines: tuple[MedicineView, ...] = ()
    phone: str = ""
    clock_ok: bool = True
    network_ok: bool = True
    mains_ok: bool = True
    battery_until: datetime | None = None  # about when the box stops, home wall time; None: mains on, or not known yet
    journal_ok: bool = True
    journal_code: str = ""  # of hub.journal_errors.JournalState: why the hub can write nothing down, nor tell anybody
    plan_old: bool = False
    asked_for_help: Help = Help.NONE
    asked_help_seen_by: str = ""
    leave: LeaveView | None = None
    filling: int | None = None  # the compartment that a named person is filling
    done: IntakeView | None = None  # the intake just finished, for a minute, for "Godt. Det er skrevet ned."


Answer = EventBatch | Heartbeat | StatusReport | SelfTestReport | FillingReport


class Reply(Struct, frozen=True, tag=True):
    """`error` is None when it was done; `answer` where the message asks something."""

    ref: int
    error: Error | None = None
    answer: Answer | None = None


FromHub = Reply | Snapshot
