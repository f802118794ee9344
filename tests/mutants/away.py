"""Mistakes in what the core learnt last: leave, promises, urgent stops, doses as needed, orders from afar."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import Maker, of

LEAVE, PROMISE, STOP = "domain/test_leave.py", "domain/test_promise.py", "domain/test_stop.py"
AS_NEEDED, AFAR = "domain/test_as_needed.py", "domain/test_from_afar.py"


def core(part: str, *tests: str) -> Maker:
    return of(f"hub/domain/{part}.py", *tests)


due, named, apply, may_open = (core(part, LEAVE) for part in ("due", "named", "apply", "may_open"))
days, state, leave = (core(part, LEAVE) for part in ("days", "state", "leave"))
outputs = of("hub/outputs.py", "hub/test_outputs.py", LEAVE, PROMISE)

LEAVE_MUTANTS = (
    may_open("H27", "the box opens for a citizen who is away", "return Reason.ON_LEAVE if r.state.away(r.moment.wall) else None",
             "return Reason.ON_LEAVE if r.state.away(r.moment.wall) and r.early else None"),
    due("H27", "a weekend's silence is a miss, and keeps nothing away", "    if away is LeaveKind.WEEKEND:\n        yield e.IntakeNotKnown",
        "    if away is LeaveKind.HOSPITAL:\n        yield e.IntakeNotKnown"),
    due("R9", "a weekend's silence tells nobody",
        "        yield e.IntakeNotKnown(intake=record.intake.id)\n        yield about(record, e.AlarmCode.NOT_KNOWN)\n    else:",
        "        yield e.IntakeNotKnown(intake=record.intake.id)\n    else:"),
    due("H27", "a leave ends when somebody remembers", "ends_at and moment.wall >= ends_at and all(", "ends_at and moment.wall < ends_at and all("),
    due("R2", "a weekend's end forgets what passed in it without power", "all(r.intake.latest_at > ends_at for r in waiting)", "list(waiting) != 0"),
    due("R2", "what a window's end saw is judged by where the citizen is now",
        "state.away(min(moment.wall, intake.latest_at - _INSTANT))", "state.away(moment.wall)"),
    due("R2", "emptied for the weekend is not filled, and not given", "    elif away is LeaveKind.WEEKEND:\n        yield e.IntakeDue",
        "    elif away is LeaveKind.OUTING:\n        yield e.IntakeDue"),
    due("R2", "on a weekend somebody else keeps to the interval counted here", "elif away is not LeaveKind.WEEKEND and too_close",
        "elif too_close"),
    due("H33", "each intake of a stay in hospital is due, and missed", "    if away is LeaveKind.HOSPITAL:\n        yield e.IntakeWithheld",
        "    if away is LeaveKind.HOSPITAL and not record.intake.boxed:\n        yield e.IntakeWithheld"),
    apply("R2", "what hospital gave keeps nothing away",
          "hospital = isinstance(body, e.IntakeWithheld) and body.reason == LeaveKind.HOSPITAL",
          "hospital = isinstance(body, e.IntakeWithheld) and body.reason == LeaveKind.OUTING"),
    apply("R2", "what was given elsewhere counts from when the hub woke up",
          "over = max(moment.wall - record.intake.latest_at, timedelta())", "over = timedelta()"),
    days("R2", "a plan brings back what hospital gave", " and record.handed_at is None:\n        yield e.IntakeRestored",
         ":\n        yield e.IntakeRestored"),
    named("H33", "the citizen says that the stay in hospital is over", "(hospital and not command.named, Reason.STAFF_ONLY)", "(False, Reason.STAFF_ONLY)"),
    named("H33", "after a stay in hospital the fills are vouched for", "by=command.by), *doubts, *told]", "by=command.by), *told]"),
    named("H33", "home from hospital, and nobody is told of what is still withheld", "by=command.by), *doubts, *told]",
          "by=command.by), *doubts]"),
    named("H33", "a stay in hospital waits for the weekend to end",
          "other = state.leave and (not hospital or state.leave.kind is LeaveKind.HOSPITAL)", "other = state.leave"),
    named("H33", "a stay in hospital ends by itself", "(leave.ends_at if hospital else not lasts)", "(not hospital and not lasts)"),
    named("H27", "a weekend with nobody", "leave.kind is LeaveKind.WEEKEND and not leave.responsible", "leave.kind is LeaveKind.OUTING and not leave.responsible"),
    named("H27", "a weekend of a month", "leave.ends_at - leave.begins_at <= longest", "leave.ends_at - leave.begins_at <= longest * 4"),
    named("H27", "a touch on an old screen takes back what is agreed", "(not command.named and not begun, Reason.NOT_NOW)", "(False, Reason.NOT_NOW)"),
    leave("H27", "a leave counts from when it is agreed", "return self.begins_at <= wall and (", "return ("),
    leave("H27", "the last instant of a leave is in it", "or wall < self.ends_at)", "or wall <= self.ends_at)"),
    outputs("H27", "the reminder calls in an empty home", "if not calling or state.away(moment.wall):", "if not calling:"),
    outputs("R9", "the reminder calls to a locked compartment", "record.promise is None and not record.intake.as_needed", "not record.intake.as_needed"),
)  # fmt: skip

due, named, apply, may_open = (core(part, PROMISE) for part in ("due", "named", "apply", "may_open"))
touches = core("touches", PROMISE)

PROMISE_MUTANTS = (
    of("hub/domain/apply.py", PROMISE)("R9", "a promise is forgotten with its day",
        "if record.promise is not None or not record.final or", "if not record.final or"),
    may_open("R9", "what somebody is on the way with opens at home", "return Reason.PROMISED if r.record.promise else None", "return None"),
    touches("R9", "what is only reminded is said taken while somebody is on the way", ", (record.promise, Reason.PROMISED))", ")"),
    due("R9", "a promise not kept tells nobody", "if moment.wall >= promise.give_by and f\"{e.AlarmCode.NOT_GIVEN}", "if moment.wall < promise.give_by and f\"{e.AlarmCode.NOT_GIVEN}"),
    due("R9", "a promise not kept is told each second once it is seen", "{e.AlarmCode.NOT_GIVEN}/{subject}\" not in state.alarms:", "{e.AlarmCode.NOT_GIVEN}/{subject}\" not in state.fills:"),
    due("R9", "a second promise is not told of when the first was not kept", "subject = f\"{record.intake.id}/{promise.give_by.isoformat()}\"",
        "subject = record.intake.id"),
    due("R9", "a promise is forgotten when the window ends", "for r in state.records.values() if r.promise for", "for r in state.records.values() if r.promise and not r.final for"),
    due("H29", "missed is told while somebody is on the way", "if record.promise is None or moment.wall >= record.promise.give_by:", "if True:"),
    named("R9", "by when may lie in the past", "not moment.wall < command.give_by <= moment.wall + RELEASE_MAX", "not command.give_by <= moment.wall + RELEASE_MAX"),
    named("R9", "by when may lie next year", "not moment.wall < command.give_by <= moment.wall + RELEASE_MAX", "not moment.wall < command.give_by"),
    named("R9", "handed back too late tells nobody", "return back if waits else [*back, about(record, e.AlarmCode.NOT_GIVEN)]", "return back"),
    named("R2", "what is being opened is promised", "(e.IntakeGivenByStaff not in TABLE[record.state], Reason.NOT_NOW)", "(record.final, Reason.NOT_NOW)"),
    apply("R9", "given, and still not given", "e.IntakeGivenByStaff: lambda r, b: {\"promise\": None},", ""),
    apply("R9", "released, and still locked", "latest_at=body.latest_at), \"promise\": None, **anew}", "latest_at=body.latest_at), **anew}"),
)  # fmt: skip

offers, may_open, due, apply = (core(part, STOP) for part in ("offers", "may_open", "due", "apply"))

STOP_MUTANTS = (
    may_open("R8", "only what is all stopped is locked", "if any(d.ordination in state.stops", "if all(d.ordination in state.stops"),
    may_open("R6", "a stop locks only what lies in the box",
             "    if any(d.ordination in state.stops for d in intake.doses):\n        return Reason.STOPPED\n    if not intake.boxed:\n        return None\n",
             "    if not intake.boxed:\n        return None\n    if any(d.ordination in state.stops for d in intake.doses):\n        return Reason.STOPPED\n"),
    apply("R6", "any plan lifts a stop", "if issued >= body.plan.issued}", "if issued > body.plan.valid_from + timedelta(days=9)}"),
    apply("R6", "a plan of the same instant lifts a stop", "if issued >= body.plan.issued}", "if issued > body.plan.issued}"),
    apply("R6", "no plan lifts a stop", "if issued >= body.plan.issued}", "if issued}"),
    offers("R6", "an older stop takes a newer one's place", "if state.stops.get(o, issued) <= issued)", "if issued)"),
    offers("R6", "a stop from before the plan counts", "state.plan.issued > command.issued, Reason.TOO_LATE", "False, Reason.TOO_LATE"),
    offers("R6", "a stop dated next week outlasts every plan", "min(command.issued, moment.wall) if moment.trusted else command.issued", "command.issued"),
    offers("R9", "a stop does not tell of what is taken along", "_OUT = (Life.OPENING, Life.OPEN, Life.HANDED_OUT_EARLY)", "_OUT = (Life.OPENING, Life.OPEN)"),
    offers("R9", "a stop does not tell of what is open", "_OUT = (Life.OPENING, Life.OPEN, Life.HANDED_OUT_EARLY)", "_OUT = (Life.OPENING, Life.HANDED_OUT_EARLY)"),
    offers("R7", "another intake that cannot be served hides the stopped one",
           "_not_served(then, state.plan, moment.wall, frozenset(command.ordinations))", "_not_served(then, state.plan, moment.wall)"),
    due("R6", "what is due stays due when it is stopped", "elif cannot_serve(state, intake) is Reason.STOPPED:", "elif record.state is Life.PLANNED and cannot_serve(state, intake) is Reason.STOPPED:"),
    due("R6", "lifted, it stays withheld", "Reason.CONTENTS_CHANGED, Reason.STOPPED)", "Reason.CONTENTS_CHANGED)"),
)  # fmt: skip

interval, touches, due, apply = (core(part, AS_NEEDED) for part in ("interval", "touches", "due", "apply"))
may_open, named, days = (core(part, AS_NEEDED) for part in ("may_open", "named", "days"))

AS_NEEDED_MUTANTS = (
    may_open("R2", "as needed without end", "    most_is_not_taken, citizen_is_at_home,", "    citizen_is_at_home,"),
    interval("R2", "one more than the most", "_times(state, intake, dose, now) >= dose.most", "_times(state, intake, dose, now) > dose.most"),
    interval("R2", "the most is by home day alone", "(elapsed(other.handed_at, now) < DAY or", "(False or"),
    interval("R2", "the most is by 24 hours alone", " or other.handed_at.wall.astimezone(zone).date() == today)", ")"),
    interval("R2", "the most follows the wall clock", "(elapsed(other.handed_at, now) < DAY or", "(now.wall - other.handed_at.wall < DAY or"),
    interval("R2", "the most is by ordination, not by substance", "any(d.substances & dose.substances and (d.most is not None or d.ordination != dose.ordination)",
             "any(d.ordination == dose.ordination and d.most is not None"),
    interval("R2", "the most counts the fixed doses too", "and (d.most is not None or d.ordination != dose.ordination)", ""),
    interval("R2", "as needed may be had again at once where the plan is silent", "else DAY / d.most if d.most else half_gap", "else half_gap"),
    interval("R6", "what was had as needed is taken off a new plan", " and not r.intake.as_needed:\n            asked", ":\n            asked"),
    touches("R1", "asked for, and written before it may be opened",
            "    if reasons:\n        raise Refused(reasons)\n    return [body, *_opening(then", "    if reasons:\n        return [body]\n    return [body, *_opening(then"),
    touches("R7", "a dose nobody vouches for is handed out as needed", "if f.intake == AS_NEEDED + command.ordination and not f.doubted)", "if f.intake == AS_NEEDED + command.ordination)"),
    touches("R7", "the dose of an older plan is handed out as needed", "(f for f in fills if contents(f.doses) == contents(asked.boxed))", "(f for f in fills if f.doses)"),
    touches("R2", "two as needed on a day have one name", "number = 1 + sum(", "number = 1 + 0 * sum("),
    touches("R2", "put back, it may be had all day", "AS_NEEDED_WINDOW = timedelta(minutes=30)", "AS_NEEDED_WINDOW = timedelta(hours=12)"),
    due("H29", "what was not wanted after all is a miss", "        case Life.DUE if intake.as_needed:\n", "        case Life.DUE if intake.as_needed and not over:\n"),
    due("R9", "what is in the hand and may be put back withholds the next", "elif state.opening and moment.wall < intake.latest_at:", "elif state.opening and moment.wall > intake.latest_at:"),
    apply("R7", "put back, its compartment is lost", "if record.state is Life.WITHDRAWN and intake.as_needed:", "if record.state is Life.MISSED and intake.as_needed:"),
    days("H29", "a plan withdraws what nobody planned, and tells", "if record.state is not Life.WITHHELD and not record.intake.as_needed:", "if record.state is not Life.WITHHELD:"),
)  # fmt: skip

decide, apply = core("decide", AFAR), core("apply", AFAR)
orders = of("hub/orders.py", "hub/test_orders.py")

AFAR_MUTANTS = (
    decide("H20", "an order is carried out each time it comes", ", (command.id in state.commands, Reason.ALREADY))", ")"),
    decide("R14", "an order that was carried out is not written down", "return [done, *_brought_about(command.order, state, moment)]",
           "return [*_brought_about(command.order, state, moment)]"),
    decide("R14", "anything is ordered from afar", "(type(command.order) not in REMOTE, Reason.STAFF_ONLY)", "(type(command.order) is c.Tick, Reason.STAFF_ONLY)"),
    decide("R14", "a lock is opened from afar", "c.AcceptKey\n})", "c.AcceptKey, c.RequestOpening\n})"),
    decide("R7", "a compartment is filled from afar", "c.AcceptKey\n})", "c.AcceptKey, c.FillCompartment\n})"),
    apply("R14", "each order forgets the one before", "commands={**remembered, body.id: body.expires}", "commands={body.id: body.expires}"),
    apply("R14", "an order is forgotten before it has expired", "if expires > moment.wall or not moment.trusted}", "if expires > moment.wall + timedelta(hours=1) or not moment.trusted}"),
    apply("R5", "an order is forgotten on a time nobody vouches for", "if expires > moment.wall or not moment.trusted}", "if expires > moment.wall}"),
    orders("R14", "who ordered a correction is who asked for it, not who signed", "return c.Correct(o.intake, Life(o.state), by, o.reason)", "return c.Correct(o.intake, Life(o.state), o.reason, by)"),
    orders("H27", "a leave from afar has no end", "o.begins_at, by, o.ends_at, o.responsible)", "o.begins_at, by, None, o.responsible)"),
    orders("H33", "from afar nobody ends a stay in hospital", "return c.EndLeave(by, named=True)", "return c.EndLeave(by, named=False)"),
    orders("R14", "an order's own name and end are not the core's", "c.Signed(signed.id, signed.by, signed.expires, _order(signed))", "c.Signed(signed.by, signed.id, signed.expires, _order(signed))"),
)  # fmt: skip

MUTANTS = (*LEAVE_MUTANTS, *PROMISE_MUTANTS, *STOP_MUTANTS, *AS_NEEDED_MUTANTS, *AFAR_MUTANTS)
