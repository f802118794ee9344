"""From state to what the screen needs: pure. The screen decides how it looks, the hub what is so."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub import protocol as p
from hub.as_needed import possible_at, refusals
from hub.contact import Contact, contact_of
from hub.domain.due import plan_old_at
from hub.domain.events import AlarmCode
from hub.domain.intake import Dose, Intake, Life, Moment
from hub.domain.may_open import may_open
from hub.domain.plan import Handout, Ordination, Plan
from hub.domain.reading import Sensed
from hub.domain.refusal import Reason
from hub.domain.schedule import as_needed_dose, home_day, intakes_of
from hub.domain.state import Alarm, Record, State
from hub.journal_errors import JournalState

DONE_FOR = timedelta(seconds=20)  # "Godt. Det er skrevet ned." stays this long
MISSED_FOR = timedelta(minutes=30)  # a missed intake stays on the screen this long after a named human has it


class Context(Struct, frozen=True):
    """What is not in the state: this hub's name, what became of its alarms, and how its parts are."""

    hub: str
    delivered: int = 0  # the municipality has confirmed alarms up to this event
    parked: frozenset[int] = frozenset()  # but for these, which its server could not take
    network_ok: bool = True
    journal: JournalState | None = None  # why nothing can be written; None: it can
    contact: Contact = Contact()  # whom to call where there is no plan to tell


def snapshot(state: State, moment: Moment, sensed: Sensed, context: Context, version: int) -> p.Snapshot:
    """All the screen needs at `moment`, with home wall times."""
    view = _Viewer(state, moment, sensed, context)
    plan = state.plan
    contact = contact_of(plan) if plan else context.contact
    asked = next((a for a in reversed(state.alarms.values()) if a.code is AlarmCode.HELP and view.recent(a)), None)
    return p.Snapshot(
        protocol=p.PROTOCOL,
        version=version,
        now=view.home(moment.wall).replace(second=0, microsecond=0),
        language=contact.language,
        calm=plan.settings.calm if plan else False,
        hub=context.hub,
        citizen=plan.name if plan else "",
        plan_version=plan.version if plan else None,
        current=view.intake(current(state, moment)),
        next=view.next(),
        today=tuple(view.record(r) for r in view.today()),
        alarms=view.alarms(),
        medicines=view.medicines(plan) if plan else (),
        phone=contact.phone,
        clock_ok=moment.trusted and not state.clock_doubted,
        network_ok=context.network_ok,
        mains_ok=state.mains,
        battery_until=view.battery_until(),
        journal_ok=context.journal is None and not state.journal_doubted,
        journal_code=context.journal or "",
        plan_old=plan is not None and moment.wall >= plan_old_at(state),
        asked_for_help=view.help(asked),
        asked_help_seen_by=asked.seen_by or "" if asked else "",
        leave=view.leave(),
        filling=state.filling.compartment if state.filling else None,
        done=view.intake(_done(state, moment)),
    )


def current(state: State, moment: Moment) -> Record | None:
    """The one thing that is now, most pressing first; None when there is nothing."""
    records = sorted(state.records.values(), key=lambda r: r.intake.at)
    later = [r for r in records if r.promise or (r.snoozed_until and r.snoozed_until > moment.wall)]
    ranked = (
        [r for r in records if r.state in (Life.OPENING, Life.OPEN)],
        [r for r in records if r.state is Life.DUE and r not in later],
        [r for r in records if r.state is Life.PARTLY_TAKEN and not r.final],
        [r for r in later if r.state is Life.DUE],
        [r for r in records if r.state in (Life.UNCERTAIN, Life.NOT_KNOWN)],
        [r for r in records if r.state in (Life.WITHHELD, Life.DECLINED, Life.HANDED_OUT_EARLY) and not r.final],
        [r for r in records if r.state in (Life.MISSED, Life.WITHHELD) and _still_told(state, r, moment)],
    )
    return next((rank[-1] for rank in ranked if rank), None)


def _still_told(state: State, record: Record, moment: Moment) -> bool:
    """A miss is told until a named human has it, and half an hour at least; that somebody comes, until then."""
    alive = any(a.intake == record.intake.id for a in state.living_alarms())
    comes = record.promise is not None and moment.wall < record.promise.give_by
    return alive or comes or moment.wall - record.since.wall < MISSED_FOR


def _done(state: State, moment: Moment) -> Record | None:
    finished = (r for r in state.records.values() if r.state in (Life.TAKEN, Life.TAKEN_ELSEWHERE))
    last = max(finished, key=lambda r: r.since.wall, default=None)
    return last if last and timedelta() <= moment.wall - last.since.wall < DONE_FOR else None


class _Viewer:
    def __init__(self, state: State, moment: Moment, sensed: Sensed, context: Context) -> None:
        self._state, self._moment, self._sensed, self._context = state, moment, sensed, context
        self._zone = ZoneInfo(state.plan.settings.zone if state.plan else "Europe/Copenhagen")

    def home(self, instant: datetime) -> datetime:
        return instant.astimezone(self._zone)

    def battery_until(self) -> datetime | None:
        """Rather too early than too late, and no more exact than it can be."""
        if self._sensed.left_s is None:
            return None
        until = self.home(self._moment.wall + timedelta(seconds=self._sensed.left_s))
        return until.replace(minute=until.minute // 15 * 15, second=0, microsecond=0)

    def recent(self, alarm: Alarm) -> bool:
        return alarm.alive or self._moment.wall - alarm.raised_at.wall < timedelta(hours=1)

    def help(self, alarm: Alarm | None) -> p.Help:
        """R9: what may be promised on the screen."""
        if alarm is None:
            return p.Help.NONE
        if alarm.seen_by is not None:
            return p.Help.SEEN
        known = alarm.seq <= self._context.delivered and alarm.seq not in self._context.parked
        return p.Help.DELIVERED if known else p.Help.TRYING

    def alarms(self) -> tuple[p.AlarmView, ...]:
        return tuple(
            p.AlarmView(
                id=a.id, code=a.code, criticality=a.criticality, since=self.home(a.raised_at.wall),
                help=self.help(a), intake=a.intake, seen_by=a.seen_by or "",
            )
            for a in self._state.alarms.values()
            if self.recent(a) and not a.ended
        )  # fmt: skip

    def today(self) -> list[Record]:
        if self._state.plan is None:
            return []
        day = home_day(self._state.plan, self._moment.wall)
        return sorted((r for r in self._state.records.values() if r.intake.day == day), key=lambda r: r.intake.at)

    def next(self) -> p.IntakeView | None:
        """The next intake whose window has not opened, today or tomorrow."""
        plan, state = self._state.plan, self._state
        if plan is None:
            return None
        today = home_day(plan, self._moment.wall)
        for intake in (i for day in (today, today + timedelta(days=1)) for i in intakes_of(plan, day)):
            record = state.records.get(intake.id)
            if intake.opens_at > self._moment.wall and (record is None or record.state is Life.PLANNED):
                return self.record(record) if record else self._view(intake)
        return None

    def intake(self, record: Record | None) -> p.IntakeView | None:
        return self.record(record) if record else None

    def record(self, record: Record) -> p.IntakeView:
        state, intake = self._state, record.intake
        opening = state.opening if state.opening and state.opening.intake == intake.id else None
        alarm = next((a for a in reversed(state.alarms.values()) if a.intake == intake.id), None)
        put_off, promise = record.snoozed_until, record.promise
        return self._view(
            intake,
            state=record.corrected or record.state,
            refusals=may_open(state, record, self._moment, self._sensed),
            snoozed_until=self.home(put_off) if put_off and put_off > self._moment.wall else None,
            lid_open=bool(opening and opening.compartment in state.open_lids),
            asks=bool(opening and opening.asked_at),
            final=record.final,
            reason=record.reason,
            help=self.help(alarm),
            seen_by=alarm.seen_by or "" if alarm else "",
            promised_by=promise.by if promise else "",
            give_by=self.home(promise.give_by) if promise else None,
        )

    def leave(self) -> p.LeaveView | None:
        leave = self._state.leave
        if leave is None or not leave.covers(self._moment.wall):
            return None
        return p.LeaveView(leave.kind, self.home(leave.ends_at) if leave.ends_at else None, leave.responsible)

    def medicines(self, plan: Plan) -> tuple[p.MedicineView, ...]:
        inside = (
            p.MedicineView(
                name=o.medicine.name, strength=o.medicine.strength, text=o.text, purpose=o.purpose,
                inside=o.handout is Handout.COMPARTMENT, as_needed=self._as_needed(o),
            )
            for o in plan.ordinations
        )  # fmt: skip
        outside = (
            p.MedicineView(name=o.name, strength=o.strength, text=o.text, purpose="", inside=False, verdict=o.verdict)
            for o in plan.outside
        )
        return (*inside, *outside)

    def _as_needed(self, ordination: Ordination) -> p.AsNeededView | None:
        dose, state, now = as_needed_dose(ordination), self._state, self._moment
        if dose is None or dose.handout is not Handout.COMPARTMENT:
            return None
        reasons = refusals(state, ordination.id, now, self._sensed)
        if Reason.NO_SUCH in reasons:  # its days are over, or have not come
            return None
        waits = {Reason.INTERVAL, Reason.MOST_TAKEN} & set(reasons) and set(reasons) <= _TIME_ALONE
        at = possible_at(state, dose, now) if waits else None
        return p.AsNeededView(ordination.id, dose_view(dose), dose.most or 0, reasons, self.home(at) if at else None)

    def _view(self, intake: Intake, state: str = Life.PLANNED, **more: Any) -> p.IntakeView:
        fill = self._state.fill_of(intake.id)
        opening = self._state.opening
        ours = opening.compartment if opening and opening.intake == intake.id else None
        return p.IntakeView(
            id=intake.id, state=state, at=self.home(intake.at), opens_at=self.home(intake.opens_at),
            latest_at=self.home(intake.latest_at), doses=tuple(dose_view(d) for d in intake.doses),
            compartment=fill.compartment if fill else ours, as_needed=intake.as_needed, **more,
        )  # fmt: skip


# What passes: by the time there is to tell, or in a moment.
_TIME_ALONE = frozenset({
    Reason.INTERVAL, Reason.MOST_TAKEN, Reason.LID_OPEN, Reason.ANOTHER_OPENING, Reason.WEIGHT_UNSTABLE,
})  # fmt: skip


def dose_view(dose: Dose) -> p.DoseView:
    """A dose as screen and staff read it."""
    return p.DoseView(
        name=dose.name, strength=dose.strength, quantity=_text(dose.quantity), unit=dose.unit,
        boxed=dose.handout is Handout.COMPARTMENT, purpose=dose.purpose,
        quantity_max=_text(dose.quantity_max) if dose.quantity_max is not None else None,
    )  # fmt: skip


def _text(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")
