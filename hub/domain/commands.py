"""What the hub is asked to do: touches, device news, staff's acts, and the passing of time. Imperative, immutable."""

from datetime import datetime

from msgspec import Struct

from hub.domain.events import Counted, DeviceTested, KeyAccepted
from hub.domain.intake import IntakeId, Life
from hub.domain.leave import Leave
from hub.domain.plan import OrdinationId, Plan
from hub.domain.reading import Sensed


# fmt: off
class Command(Struct, frozen=True):
    """Root of all commands."""

class Tick(Command, frozen=True):
    """Time passes, and this is what the devices say now."""

    sensed: Sensed = Sensed()

class Boot(Command, frozen=True):
    """A process has begun on this journal: what an opening was doing when the last one ended must be settled (R1)."""

    release: str
    sensed: Sensed
    commissioned: bool = True  # the board it has was walked through (R12)

class OfferPlan(Command, frozen=True):
    """A plan whose signature was checked; `plan` is None where `problems` say why it cannot be read."""

    digest: str
    plan: Plan | None = None
    problems: tuple[str, ...] = ()

class RequestOpening(Command, frozen=True):
    """`early_by`: the named person who allows it before its time."""

    intake: IntakeId
    opening: str  # an id for this opening, unique
    sensed: Sensed
    early_by: str | None = None

class AskAsNeeded(Command, frozen=True):
    """The citizen wants one dose of this ordination, as needed; `opening` as above."""

    ordination: OrdinationId
    opening: str
    sensed: Sensed

class Snooze(Command, frozen=True):
    intake: IntakeId

class Decline(Command, frozen=True):
    intake: IntakeId
    reason: str

class ChangeMind(Command, frozen=True):
    intake: IntakeId

class Say(Command, frozen=True):
    intake: IntakeId
    all_taken: bool

class SayTakenElsewhere(Command, frozen=True):
    intake: IntakeId

class AskForHelp(Command, frozen=True):
    """The citizen wants a human."""

class PulseEnded(Command, frozen=True):
    """The lock driver is done with one pulse; `problem` where it could not give it, `given` where it may have moved
    something all the same."""

    opening: str
    number: int
    problem: str | None = None
    given: bool = True

class MoveLid(Command, frozen=True):
    """A lid was sensed to move."""

    compartment: int
    is_open: bool

class BeginFilling(Command, frozen=True):
    """A named person stands at the box, says that the compartment is empty, and wants it unlocked to fill it."""

    compartment: int
    intake: IntakeId
    filling: str  # an id for this filling, unique
    sensed: Sensed
    by: str

class EndFilling(Command, frozen=True):
    """Not completed, and will not be."""

    by: str

class FillCompartment(Command, frozen=True):
    """A named person has put exactly this intake's boxed doses into the compartment; `counted` one by one, where the
    hub unlocked it. `second`: another named person who has looked as well."""

    compartment: int
    intake: IntakeId
    contents_mg: int | None
    by: str
    counted: tuple[Counted, ...] = ()
    second: str = ""

class VerifyFill(Command, frozen=True):
    """A named person has looked: what is in it is what the fill says."""

    compartment: int
    by: str

class EmptyCompartment(Command, frozen=True):
    compartment: int
    by: str

class Resolve(Command, frozen=True):
    """A named person says what became of an intake: due (contents verified), taken, missed or given by staff."""

    intake: IntakeId
    outcome: Life
    by: str
    latest_at: datetime | None = None

class Correct(Command, frozen=True):
    intake: IntakeId
    state: Life
    by: str
    reason: str

class Promise(Command, frozen=True):
    """A named person will give it, by then."""

    intake: IntakeId
    give_by: datetime
    by: str

class HandBack(Command, frozen=True):
    intake: IntakeId
    by: str

class BeginLeave(Command, frozen=True):
    leave: Leave

class EndLeave(Command, frozen=True):
    """`named`: by staff, not by the citizen who is home again."""

    by: str
    named: bool

class StopOrdinations(Command, frozen=True):
    """An urgent stop, issued then; its signature was checked."""

    ordinations: tuple[OrdinationId, ...]
    issued: datetime
    by: str
    reason: str

class SetTime(Command, frozen=True):
    """A named person tells the time."""

    wall: datetime
    by: str

class LowerMark(Command, frozen=True):
    """Two named persons say that the clock's high-water mark is wrong."""

    by: str
    second: str

class AskMachine(Command, frozen=True):
    """A named person wants what only the broker may do."""

    verb: str
    by: str

class AcceptKey(Command, frozen=True):
    """The next key; that the one before vouches for it was checked."""

    key: KeyAccepted

class Signed(Command, frozen=True):
    """An order from afar: signed for this hub, in time, by whom; all of it checked but whether it is new."""

    id: str
    by: str
    expires: datetime
    order: Command

class Acknowledge(Command, frozen=True):
    alarm: str
    by: str

class DoubtJournal(Command, frozen=True):
    """The journal is not known to be the one that was written before, and why."""

    reason: str

class ConfirmJournal(Command, frozen=True):
    """A named person has compared box and plan and answers for going on (R11)."""

    by: str

class RecordSelfTest(Command, frozen=True):
    """A named person had the devices tested; this is what came of it."""

    by: str
    results: tuple[DeviceTested, ...]

class Park(Command, frozen=True):
    """The municipality's server cannot take this event (R11: the lane goes on, an alarm says so)."""

    lane: str
    seq: int
    reason: str
# fmt: on
