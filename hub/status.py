"""What staff may read: where the hub is, and the journal as it stands."""

from collections.abc import Iterator
from contextlib import suppress

import msgspec

from hub import protocol as p
from hub.domain.due import next_look
from hub.domain.filling import fillable
from hub.domain.intake import AS_NEEDED, Moment
from hub.domain.refusal import Refused
from hub.domain.schedule import home_day, intakes_over
from hub.domain.state import State
from hub.journal import Journal
from hub.lane import Lane
from hub.loop import Loop

AHEAD_DAYS = 8  # today, and a week to be filled at one visit
NO_COMPARTMENT = 0  # any that is empty


def report(loop: Loop, shown: p.Shown, filling: p.FillingReport | None) -> p.StatusReport:
    """Everything a named person, or the demo, needs to know of the hub now."""
    state, moment, snapshot = loop.state, loop.clock.now(), loop.snapshot
    fills = state.fills
    numbers = sorted(set(fills) | state.open_lids)
    busy = bool(state.opening or state.filling or state.open_lids)
    return p.StatusReport(
        now=moment.wall, trusted=moment.trusted, hub=loop.context.hub,
        plan_version=state.plan.version if state.plan else None,
        next_plan_version=state.next_plan.version if state.next_plan else None,
        next_plan_from=state.next_plan.valid_from if state.next_plan else None,
        next_look=next_look(state, moment), busy=busy, seq=state.seq,
        cursors={lane: loop.journal.cursor(lane) for lane in Lane},
        intakes=snapshot.today if snapshot else (), alarms=snapshot.alarms if snapshot else (),
        leave=snapshot.leave if snapshot else None, stopped=tuple(sorted(state.stops)),
        compartments=tuple(
            p.CompartmentReport(
                compartment=n, lid_open=n in state.open_lids,
                intake=fills[n].intake if n in fills else None, verified=n in fills and not fills[n].doubted,
                doubted=fills[n].doubted if n in fills else "",
            )
            for n in numbers
        ),
        devices=loop.device_reports(),
        journal=loop.journal.state, journal_finding=loop.journal.finding,
        shown_screen=shown.screen, shown_snapshot=shown.snapshot, snapshot=snapshot.version if snapshot else 0,
        network=loop.carrier.look(),
        filling=filling, day=state.planned_day, to_fill=tuple(_to_fill(state, moment)) if moment.trusted else (),
        clock=loop.clock.state, zone=state.plan.settings.zone if state.plan else "UTC",
    )  # fmt: skip


def _to_fill(state: State, moment: Moment) -> Iterator[str]:
    """What a compartment may be filled for now: what the plan in force, and the one that waits, ask for in the coming
    days, and doses as needed."""
    plans = [plan for plan in (state.plan, state.next_plan) if plan]
    asked = [i for plan in plans for i in intakes_over(plan, home_day(plan, moment.wall), AHEAD_DAYS)]
    ahead = (i.id for i in sorted(asked, key=lambda i: i.at) if i.latest_at > moment.wall)
    needed = (AS_NEEDED + o.id for plan in plans for o in plan.ordinations)
    for intake in dict.fromkeys((*ahead, *needed)):
        with suppress(Refused):
            fillable(NO_COMPARTMENT, intake, state)
            yield intake


def journal(journal: Journal, after: int, limit: int) -> p.EventBatch:
    """Events of all lanes after a sequence number, as they are in the journal."""
    rows, head = journal.after(after, limit, p.BATCH_LIMIT)
    last = rows[-1][0] if rows else after
    events = tuple(msgspec.Raw(canonical) for _, canonical in rows)
    return p.EventBatch(lane="all", events=events, last_seq=last, head=head, after=after)
