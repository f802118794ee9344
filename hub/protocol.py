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

from hub.domain.leave import LeaveKind
from hub.reports import CompartmentReport as CompartmentReport
from hub.reports import DeviceReport as DeviceReport
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

Text = Annotated[str, Meta(max_length=200)]
Id = Annotated[str, Meta(min_length=1, max_length=80)]
Instant = Annotated[datetime, Meta(tz=True)]
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Contents = Annotated[int, Meta(ge=0, le=10_000_000)]  # mg; more than a whole box holds


class Role(StrEnum):
    UI = "ui"
    SYNC = "sync"
    STAFF = "staff"


class Message(Struct, frozen=True, tag=True, kw_only=True, forbid_unknown_fields=True):
    """Root of all requests; the JSON `type` is the class's name."""


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


class Act(Message, frozen=True):
    """An act names an authenticated person: id from the roster and PIN."""

    person: Id
    pin: Annotated[str, Meta(min_length=4, max_length=12)]


class Fill(Act, frozen=True):
    """The compartment now holds exactly this intake's boxed doses. `contents_mg` as weighed."""

    compartment: int
    intake: Id
    contents_mg: Contents | None = None


class Empty(Act, frozen=True):
    compartment: int


class Resolution(StrEnum):
    """What a named person found out about an uncertain, not known, missed or early intake."""

    DUE = "due"  # contents verified (or put back); may be taken until `latest_at`
    TAKEN = "taken"
    MISSED = "missed"
    GIVEN_BY_STAFF = "given_by_staff"


class Resolve(Act, frozen=True):
    intake: Id
    outcome: Resolution
    latest_at: Instant | None = None


class Correct(Act, frozen=True):
    intake: Id
    state: Id
    reason: Text


class HandOutEarly(Act, frozen=True):
    intake: Id


class Promise(Act, frozen=True):
    """ "I will give it": the box keeps the intake locked from now on (R9)."""

    intake: Id
    give_by: Instant


class HandBack(Act, frozen=True):
    """Who promised it will not give it."""

    intake: Id


class BeginLeave(Act, frozen=True):
    """Agreed time away (H27, H33); `responsible` has said yes to a weekend. Only hospital may be without an end."""

    kind: LeaveKind
    begins_at: Instant
    ends_at: Instant | None = None
    responsible: Annotated[str, Meta(max_length=80)] = ""


class EndLeave(Act, frozen=True):
    """The citizen is home again."""


class ConfirmJournal(Act, frozen=True):
    """The person has compared box and plan and answers for going on with this journal (R11)."""


class SetJournalAside(Act, frozen=True):
    """Keep a journal that cannot be gone on with, under a name of its own, and begin another one, in doubt (R11)."""


class Acknowledge(Act, frozen=True):
    alarm: Id


class SetTime(Act, frozen=True):
    """The time it is (R5). Refused: before the clock's mark, or more than a week past it."""

    wall: Instant


class LowerMark(Act, frozen=True):
    """Two different persons set the clock's mark aside, each with a PIN; then somebody must tell the time (R5)."""

    second_person: Id
    second_pin: Annotated[str, Meta(min_length=4, max_length=12)]


class JoinWifi(Act, frozen=True):
    """Join this network (`hub.broker.verbs.JoinWifi`); the passphrase goes to the broker and into no journal."""

    ssid: Annotated[str, Meta(min_length=1, max_length=32)]
    passphrase: Annotated[str, Meta(min_length=8, max_length=63, pattern=r"^[ -~]*\Z")]


class RestartScreen(Act, frozen=True):
    """The screen hangs."""


class Reboot(Act, frozen=True):
    """Start the whole box anew. Refused while an opening is under way."""


class SelfTest(Act, frozen=True):
    """Try every device but the locks → `SelfTestReport`, once it is in the journal. Refused in an opening."""


UI_MESSAGES = (
    Open | AskAsNeeded | Snooze | Decline | ChangeMind | Say | TakenElsewhere | AskForHelp | HomeAgain | Shown
)  # fmt: skip
SYNC_MESSAGES = (
    EventsAfter | Acked | Parked | OfferStop | OfferPlan | OfferCommand | OfferKey | GetHeartbeat | NetworkSeen
)  # fmt: skip
STAFF_MESSAGES = (
    Status | ReadJournal | Fill | Empty | Resolve | Correct | HandOutEarly | Promise | HandBack | BeginLeave | EndLeave
    | Acknowledge | ConfirmJournal | SetTime | LowerMark | SetJournalAside | JoinWifi | RestartScreen | Reboot
    | SelfTest
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
    done: IntakeView | None = None  # the intake just finished, for a minute, for "Godt. Det er skrevet ned."


Answer = EventBatch | Heartbeat | StatusReport | SelfTestReport


class Reply(Struct, frozen=True, tag=True):
    """`error` is None when it was done; `answer` where the message asks something."""

    ref: int
    error: Error | None = None
    answer: Answer | None = None


FromHub = Reply | Snapshot
