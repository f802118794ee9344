"""One event of every kind, with an intake of two doses: half a tablet in the box, drops beside it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from hub.domain import events as e
from hub.domain.intake import Dose, Intake
from hub.domain.leave import Leave, LeaveKind
from hub.domain.plan import Criticality, Handout, Plan
from hub.journal_schema import canonical_form
from hub.plan.envelope import read_plan
from hub.plan.jsontext import write_json
from sync import fhir
from sync.resources import Source
from tests.plan.build import sample

START = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
HUB, CPR = "hub-7", "2512489996"
SOURCE = Source(HUB, CPR)
NOON = "2026-11-20/noon"
BY = "Sanne Holm"
HALF = Dose(
    ordination="9100002", ordinal=2, quantity=Decimal("0.5"), name="Provodopa", strength="100/25 mg", unit="tablet",
    handout=Handout.COMPARTMENT, criticality=Criticality.HIGH, atc="N04BA02", drug_id="28100000002", interval_min=180,
)  # fmt: skip
DROPS = Dose(
    ordination="9100009", ordinal=1, quantity=Decimal("1"), quantity_max=Decimal("2"), name="Prøvedråber", strength="",
    unit="dråber", handout=Handout.REMINDED, criticality=Criticality.LOW,
)  # fmt: skip
INTAKE = Intake(
    id=NOON, day=date(2026, 11, 20), slot="noon", at=START, opens_at=START - timedelta(minutes=15),
    latest_at=START + timedelta(hours=1), doses=(HALF, DROPS),
)  # fmt: skip
OPENING = "019f0000-0000-7000-8000-00000000aaaa"
FILLING = "019f0000-0000-7000-8000-00000000bbbb"
LATER = START + timedelta(hours=3)
COMMAND = "0b0e3f5c-1f7a-4c9e-8a2e-3c1d2b4a5f60"
WEEKEND = Leave(
    id=COMMAND, kind=LeaveKind.WEEKEND, begins_at=START, by=BY, ends_at=START + timedelta(days=2),
    responsible="Karen Lindgaard",
)  # fmt: skip
ASKED = Intake(
    id="2026-11-20/as-needed.1", day=INTAKE.day, slot="as-needed.1", at=START, opens_at=START,
    latest_at=START + timedelta(hours=1), doses=(msgspec.structs.replace(HALF, ordinal=1, most=4),),
)  # fmt: skip
ALARM = f"not_taken/{NOON}"

BODIES: tuple[e.AnyBody, ...] = (
    e.Booted(release="0.1.0"),
    e.ClockDoubted(reason="time not trusted"),
    e.ClockTrusted(),
    e.TimeSet(wall=START, by=BY),
    e.MarkLowered(by=BY, second="Ole Juul"),
    e.MachineAsked(verb="RestartScreen", by=BY),
    e.KeyAccepted(kid="gateway-plan-2", purpose="plan", x="A" * 43, replaces="gateway-plan-1", until=LATER),
    e.CommandCarriedOut(id=COMMAND, by=BY, expires=LATER),
    e.JournalDoubted(reason="new"),
    e.JournalConfirmed(by=BY),
    e.MainsLost(),
    e.MainsRestored(),
    e.PoweredOff(charge_pct=10),
    e.DeviceLost(device=e.Device.SCALE, text="scale: does not answer"),
    e.DeviceBack(device=e.Device.SCALE),
    e.SelfTested(by=BY, results=(
        e.DeviceTested(device=e.Device.SCALE, figure="20000 mg, at rest, spread 3 mg", limit="at rest"),
    )),
    e.EventParked(lane="clinical", seq=4, reason="clinical: the server answered 422"),
    e.PlanRefused(version=3, digest="ab" * 32, reasons=("$.hub: is for another hub",)),
    e.OrdinationsStopped(ordinations=("9100002",), issued=START, by=BY, reason="new allergy"),
    e.LeaveBegun(leave=WEEKEND),
    e.LeaveEnded(leave=WEEKEND.id, by=BY),
    e.DayPlanned(day=INTAKE.day, intakes=(INTAKE,)),
    e.FillingBegun(filling=FILLING, compartment=3, intake=NOON, number=1, weight_before_mg=41000, by=BY),
    e.FillingEnded(filling=FILLING, compartment=3, reason="given_up", empty=False),
    e.CompartmentFilled(
        compartment=3, intake=NOON, doses=(HALF,), contents_mg=410, plan_version=7, by=BY,
        counted=(e.Counted(HALF.ordination, HALF.quantity, "07046260123458", 410),), second="Ole Juul",
    ),
    e.CompartmentEmptied(compartment=3, by=BY),
    e.FillDoubted(compartment=3, reason="weight_changed"),
    e.FillVerified(compartment=3, by=BY),
    e.LidOpened(compartment=3, intake=NOON),
    e.LidClosed(compartment=3, intake=NOON),
    e.OpeningRequested(intake=NOON, opening=OPENING, compartment=3, weight_before_mg=41000, expected_mg=410),
    e.PulseRequested(intake=NOON, opening=OPENING, compartment=3, number=1),
    e.PulseFailed(intake=NOON, opening=OPENING, number=1, reason="no current"),
    e.OpeningFailed(intake=NOON, opening=OPENING, reason="lid_did_not_move"),
    e.OpeningAbandoned(intake=NOON, opening=OPENING),
    e.IntakeDue(intake=NOON),
    e.AsNeededAsked(asked=ASKED, compartment=3),
    e.IntakeSnoozed(intake=NOON, until=START + timedelta(minutes=20)),
    e.IntakeDeclined(intake=NOON, reason="feels_ill"),
    e.DeclineWithdrawn(intake=NOON),
    e.WordAsked(intake=NOON, reason="plan"),
    e.IntakeTaken(intake=NOON, evidence=e.Evidence.REMOVED, removed_mg=405),
    e.IntakePartlyTaken(intake=NOON, evidence=e.Evidence.REMOVED, removed_mg=200, remaining_mg=210),
    e.IntakePutBack(intake=NOON, by=BY),
    e.IntakeHandedOutEarly(intake=NOON, removed_mg=405),
    e.IntakeMissed(intake=NOON),
    e.IntakeWithheld(intake=NOON, reason="interval"),
    e.IntakeWithdrawn(intake=NOON, reason="plan_changed"),
    e.IntakeRestored(intake=NOON),
    e.IntakeReleased(intake=NOON, by=BY, latest_at=LATER),
    e.IntakeUncertain(intake=NOON, reason="hub_died"),
    e.IntakeNotKnown(intake=NOON),
    e.IntakeGivenByStaff(intake=NOON, by=BY),
    e.IntakePromised(intake=NOON, by=BY, give_by=LATER),
    e.IntakeHandedBack(intake=NOON, by=BY),
    e.IntakeTakenElsewhere(intake=NOON),
    e.WindowEnded(intake=NOON),
    e.IntakeCorrected(intake=NOON, state="missed", by=BY, reason="found in the drawer"),
    e.AlarmRaised(
        alarm=ALARM, code=e.AlarmCode.NOT_TAKEN, criticality=Criticality.HIGH, intake=NOON, compartment=3, can_open=True
    ),
    e.AlarmEscalated(alarm=ALARM, level=2),
    e.AlarmAcknowledged(alarm=ALARM, by=BY),
    e.AlarmEnded(alarm="mains_lost/hub"),
)  # fmt: skip


def event(seq: int, body: e.AnyBody, wall: datetime | None = None) -> e.Event:
    return e.Event(
        seq=seq, id=f"019f0000-0000-7000-8000-{seq:012x}", wall=wall or START + timedelta(seconds=seq),
        monotonic_s=float(seq), trusted=True, boot="boot-1", plan_version=7, body=body,
    )  # fmt: skip


def item(logged: e.Event, intake: Intake | None = INTAKE) -> bytes:
    """As the hub puts it in a batch: the canonical event, and the intake where the event names one."""
    named = intake if getattr(logged.body, "intake", None) else None
    canonical = canonical_form(logged)
    return b'{"event":' + canonical + b',"intake":' + msgspec.json.encode(named) + b"}"


def logged(seq: int, body: e.AnyBody, intake: Intake | None = INTAKE) -> fhir.LoggedEvent:
    return fhir.read(item(event(seq, body), intake))


def plan() -> Plan:
    return read_plan(write_json(sample()), "cd" * 32)
