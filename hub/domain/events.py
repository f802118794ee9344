"""What happened, in the past tense. The journal holds these and nothing else; names and fields are forever.

A body says what; the envelope (`Event`) says when, in which order and under which plan. Every body with an
`intake` is about that intake. A long list is read best on few pages.
"""

from datetime import date, datetime

from msgspec import Struct

from hub.domain.codes import AlarmCode as AlarmCode
from hub.domain.codes import Device as Device
from hub.domain.codes import Evidence as Evidence
from hub.domain.found import Counted as Counted
from hub.domain.found import DeviceTested as DeviceTested
from hub.domain.intake import Dose, Intake, IntakeId
from hub.domain.leave import Leave
from hub.domain.plan import Criticality, OrdinationId, Plan


# fmt: off
class Body(Struct, frozen=True, tag=True, kw_only=True, forbid_unknown_fields=True):
    """Root of all event bodies; the JSON `type` is the class's name."""

class OfIntake(Body, frozen=True):
    """Root of all that happens to one intake."""

    intake: IntakeId

# -- the hub itself ----------------------------------------------------------------------------------------

class Booted(Body, frozen=True):
    release: str
    commissioned: bool = True  # each lock of its board was seen to move its own lid and no other (R12); twins need none

class ClockDoubted(Body, frozen=True):
    reason: str

class ClockTrusted(Body, frozen=True):
    """The time is vouched for again."""

class TimeSet(Body, frozen=True):
    """A named person has told the hub the time (R5)."""

    wall: datetime
    by: str

class MarkLowered(Body, frozen=True):
    """Two named persons say that the time thought certainly past has not been (R5)."""

    by: str
    second: str

class MachineAsked(Body, frozen=True):
    """A named person has the machine do what the hub may not itself: one of `hub.broker.verbs`, without secrets."""

    verb: str
    by: str

class KeyAccepted(Body, frozen=True):
    """The municipality's next key for a purpose, vouched for by key `replaces`, which counts until `until` (R14)."""

    kid: str
    purpose: str
    x: str  # the Ed25519 public key, base64url
    replaces: str
    until: datetime

class CommandCarriedOut(Body, frozen=True):
    """What follows was ordered from afar, by signed command `id`: that one counts once (R14)."""

    id: str
    by: str
    expires: datetime

class JournalDoubted(Body, frozen=True):
    """The journal is new, or not what was written before (R11): nothing is unlocked until a named person confirms."""

    reason: str

class JournalConfirmed(Body, frozen=True):
    by: str

class MainsLost(Body, frozen=True):
    """On battery."""

class MainsRestored(Body, frozen=True):
    """The mains are back."""

class DeviceLost(Body, frozen=True):
    device: Device
    text: str  # what is wrong, in the driver's words; no health data (R15)

class DeviceBack(Body, frozen=True):
    device: Device

class SelfTested(Body, frozen=True):
    """A named person had the box test its devices. No lock was moved."""

    by: str
    results: tuple[DeviceTested, ...]

class PoweredOff(Body, frozen=True):
    """On battery with so little left that the box stops in order; it begins again when the mains are back (H21)."""

    charge_pct: int

class EventParked(Body, frozen=True):
    """The municipality's server cannot take event `seq`; it is set aside there, never here."""

    lane: str
    seq: int
    reason: str

# -- plan and compartments ---------------------------------------------------------------------------------

class PlanAccepted(Body, frozen=True):
    plan: Plan

class PlanAwaited(Body, frozen=True):
    """A plan that comes into force later, at `plan.valid_from`; until then the running one stays."""

    plan: Plan

class PlanRefused(Body, frozen=True):
    version: int | None
    digest: str
    reasons: tuple[str, ...]

class OrdinationsStopped(Body, frozen=True):
    """An urgent stop: nothing with these in it leaves the box until a plan issued later says so (R6, R8)."""

    ordinations: tuple[OrdinationId, ...]
    issued: datetime
    by: str
    reason: str

class LeaveBegun(Body, frozen=True):
    """Agreed upon; it counts from `leave.begins_at`."""

    leave: Leave

class LeaveEnded(Body, frozen=True):
    """`by` is None where its time was over."""

    leave: str
    by: str | None

class DayPlanned(Body, frozen=True):
    """The intakes of one home day under the plan in force, the planned fact. Again, it replaces what is but planned."""

    day: date
    intakes: tuple[Intake, ...]

class FillingBegun(Body, frozen=True):
    """A named person is to fill this compartment, empty by their word: the intent, and one pulse of its lock, about to
    be given. Each is one touch at the box; `number` counts them within the filling."""

    filling: str
    compartment: int
    intake: IntakeId
    number: int
    weight_before_mg: int
    by: str

class FillingEnded(Body, frozen=True):
    """It was not completed. Unless `empty` (its lid was shut all along), nobody knows what lies in there (R7)."""

    filling: str
    compartment: int
    reason: str
    empty: bool

class CompartmentFilled(Body, frozen=True):
    """A fill lists the intake it serves (R7), or is one dose as needed (`intake.as_needed_id`). `contents_mg`: the
    weight of the contents, None where not weighed. `counted`: dose by dose, where the box itself was there; `second`:
    who has looked as well, "" for nobody."""

    compartment: int
    intake: IntakeId
    doses: tuple[Dose, ...]
    contents_mg: int | None
    plan_version: int
    by: str
    counted: tuple[Counted, ...] = ()
    second: str = ""

class CompartmentEmptied(Body, frozen=True):
    compartment: int
    by: str

class FillDoubted(Body, frozen=True):
    """The contents are no longer vouched for; nothing opens it until a named person verifies."""

    compartment: int
    reason: str

class FillVerified(Body, frozen=True):
    """A named person has looked: what is in the compartment is what the fill says."""

    compartment: int
    by: str

class LidOpened(Body, frozen=True):
    compartment: int
    intake: IntakeId | None  # None: no opening was under way (key, force, fault)

class LidClosed(Body, frozen=True):
    compartment: int
    intake: IntakeId | None

# -- an opening (R1) -----------------------------------------------------------------------------------------

class OpeningRequested(OfIntake, frozen=True):
    """The intent: committed before anything moves. `expected_mg` is what should leave."""

    opening: str
    compartment: int
    weight_before_mg: int
    expected_mg: int | None
    early_by: str | None = None  # the named person who allowed it before its time

class PulseRequested(OfIntake, frozen=True):
    """One pulse of the lock is about to be given; committed first. `number` counts from 1 within the opening."""

    opening: str
    compartment: int
    number: int

class PulseFailed(OfIntake, frozen=True):
    opening: str
    number: int
    reason: str

class OpeningFailed(OfIntake, frozen=True):
    opening: str
    reason: str

class OpeningAbandoned(OfIntake, frozen=True):
    """The hub died between intent and lid; lid shut and weight unchanged: nothing was handed out."""

    opening: str

# -- an intake's life ----------------------------------------------------------------------------------------

class IntakeDue(OfIntake, frozen=True):
    """Its window has opened, and it may be handed out."""

class AsNeededAsked(Body, frozen=True):
    """The citizen wants one dose as needed: an intake of its own from now on, served by `compartment`."""

    asked: Intake
    compartment: int

class IntakeSnoozed(OfIntake, frozen=True):
    until: datetime

class IntakeDeclined(OfIntake, frozen=True):
    reason: str

class DeclineWithdrawn(OfIntake, frozen=True):
    """The citizen has thought again."""

class WordAsked(OfIntake, frozen=True):
    """The lid is shut and the hub asks the citizen: the scale is unsure, or the plan wants a word."""

    reason: str

class IntakeTaken(OfIntake, frozen=True):
    evidence: Evidence
    by: str | None = None
    removed_mg: int | None = None

class IntakePartlyTaken(OfIntake, frozen=True):
    evidence: Evidence
    removed_mg: int | None = None
    remaining_mg: int | None = None

class IntakePutBack(OfIntake, frozen=True):
    by: str | None = None  # a named person verified the contents of one handed out early

class IntakeHandedOutEarly(OfIntake, frozen=True):
    removed_mg: int | None = None

class IntakeMissed(OfIntake, frozen=True):
    by: str | None = None

class IntakeWithheld(OfIntake, frozen=True):
    reason: str

class IntakeWithdrawn(OfIntake, frozen=True):
    reason: str

class IntakeRestored(OfIntake, frozen=True):
    """What withheld or withdrew it has ended before its latest time."""

class IntakeReleased(OfIntake, frozen=True):
    """A named person lets a missed or verified intake be taken until `latest_at`."""

    by: str
    latest_at: datetime

class IntakeUncertain(OfIntake, frozen=True):
    reason: str

class IntakeNotKnown(OfIntake, frozen=True):
    """Something may have been taken, and nobody has said."""

class IntakeGivenByStaff(OfIntake, frozen=True):
    by: str

class IntakePromised(OfIntake, frozen=True):
    """ "I will give it": until then the intake is locked; past it, without a word, somebody else must act (R9)."""

    by: str
    give_by: datetime

class IntakeHandedBack(OfIntake, frozen=True):
    """A named person will not give it after all."""

    by: str

class IntakeTakenElsewhere(OfIntake, frozen=True):
    """The citizen says that it was taken, but not from here."""

class WindowEnded(OfIntake, frozen=True):
    """Its time is over: the state it is in is final."""

class IntakeCorrected(OfIntake, frozen=True):
    """An overlay by a named person; what was written stays written."""

    state: str  # a final `Life` value: what it should say
    by: str
    reason: str

# -- alarms --------------------------------------------------------------------------------------------------

class OfAlarm(Body, frozen=True):
    """Root of all that happens to one alarm: its code and subject, "not_taken/2026-11-20/noon"."""

    alarm: str

class AlarmRaised(OfAlarm, frozen=True):
    """`can_open`: the dose can still be opened at home."""

    code: AlarmCode
    criticality: Criticality
    intake: IntakeId | None = None
    compartment: int | None = None
    can_open: bool = False

class AlarmEscalated(OfAlarm, frozen=True):
    level: int

class AlarmAcknowledged(OfAlarm, frozen=True):
    """A named human has it."""

    by: str

class AlarmEnded(OfAlarm, frozen=True):
    """The technical cause is over (mains back, clock trusted)."""

AnyBody = (
    Booted | ClockDoubted | ClockTrusted | TimeSet | MarkLowered | MachineAsked | KeyAccepted | CommandCarriedOut
    | JournalDoubted | JournalConfirmed | MainsLost | MainsRestored | DeviceLost | DeviceBack | SelfTested | EventParked
    | PlanAccepted | PlanAwaited | PlanRefused | OrdinationsStopped | LeaveBegun | LeaveEnded | DayPlanned
    | FillingBegun | FillingEnded | CompartmentFilled | CompartmentEmptied | FillDoubted | FillVerified | LidOpened
    | LidClosed | OpeningRequested | PulseRequested | PulseFailed | OpeningFailed | OpeningAbandoned | IntakeDue
    | AsNeededAsked | IntakeSnoozed | IntakeDeclined | DeclineWithdrawn | WordAsked | IntakeTaken | IntakePartlyTaken
    | IntakePutBack | IntakeHandedOutEarly | IntakeMissed | IntakeWithheld | IntakeWithdrawn | IntakeRestored
    | IntakeReleased | IntakeUncertain | IntakeNotKnown | IntakeGivenByStaff | IntakePromised | IntakeHandedBack
    | IntakeTakenElsewhere | WindowEnded | IntakeCorrected | AlarmRaised | AlarmEscalated | AlarmAcknowledged
    | AlarmEnded | PoweredOff
)
# fmt: on
Bodies = list[AnyBody]  # what one command brings about, in order


class Event(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body with its envelope. `id` is a UUIDv7; `seq` counts from 1 without gaps in one journal."""

    seq: int
    id: str
    wall: datetime
    monotonic_s: float
    trusted: bool
    boot: str
    plan_version: int | None
    body: AnyBody
