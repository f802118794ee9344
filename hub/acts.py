"""What a named person does at the hub's own command line (R14): part of `hub.protocol`, where it is looked up."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from hub.domain.leave import LeaveKind
from hub.message import Contents, Id, Instant, Message, Pin, Text


class Act(Message, frozen=True):
    """An act names an authenticated person: id from the roster and PIN."""

    person: Id
    pin: Pin


class BeginFilling(Act, frozen=True):
    """Unlock this compartment, which is empty, to fill it with this intake's boxed doses → `FillingReport`. Again while
    its lid has not opened: another pulse."""

    compartment: int
    intake: Id


class Identify(Act, frozen=True):
    """What was scanned since the last count is the package that this dose comes from → `FillingReport`, where it was
    one package, and not known to be another medicine's. Refused, what was scanned is forgotten."""

    ordination: Id


class Count(Act, frozen=True):
    """Exactly this dose lies in the compartment as well now → `FillingReport`, once the scale is at rest. It is from
    the package scanned since the last count, or none. Refused where the hub can see that it is not; `as_it_is`: count
    it all the same, for a second person to look at. `unweighed`: do not wait for the scale."""

    ordination: Id
    as_it_is: bool = False
    unweighed: bool = False


class EndFilling(Act, frozen=True):
    """The filling under way comes to nothing."""


class Fill(Act, frozen=True):
    """The compartment now holds exactly this intake's boxed doses: as counted in the filling under way, which this
    completes once the scale is at rest (`unweighed`: without); or, where there is none, by word alone, and then
    `contents_mg` as weighed elsewhere. The second person has looked as well."""

    compartment: int
    intake: Id
    contents_mg: Contents | None = None
    second_person: Id | None = None
    second_pin: Pin | None = None
    unweighed: bool = False


class Verify(Act, frozen=True):
    """The person has looked: what is in the compartment is what its fill says (R7)."""

    compartment: int


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
    second_pin: Pin


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
