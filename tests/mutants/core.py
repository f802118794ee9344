"""Mistakes in the core: what may be opened, what a command brings about, what an event makes of the state."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

OPENING, RESTART, CHANGE = "domain/test_opening.py", "domain/test_restart.py", "domain/test_plan_change.py"
ALARMS, INTERVAL, FILL = "domain/test_alarms.py", "domain/test_interval.py", "domain/test_fill.py"
MAY_OPEN, EARLY, READING = "domain/test_may_open.py", "domain/test_early.py", "domain/test_reading.py"
DEVICES = "domain/test_devices.py"

may_open = of("hub/domain/may_open.py", MAY_OPEN, INTERVAL)
interval = of("hub/domain/interval.py", INTERVAL, MAY_OPEN)
intake = of("hub/domain/intake.py", INTERVAL, CHANGE)
decide = of("hub/domain/decide.py", OPENING, RESTART)
touches = of("hub/domain/touches.py", OPENING, RESTART)
named = of("hub/domain/named.py", RESTART, ALARMS, OPENING)
offers = of("hub/domain/offers.py", CHANGE)
apply = of("hub/domain/apply.py", INTERVAL, RESTART, "domain/test_apply.py")
reading = of("hub/domain/reading.py", READING, OPENING)

MAY_OPEN_MUTANTS = (
    may_open("R2", "what is uncertain may be opened again",
             "return None if r.record.state in (Life.DUE, Life.PARTLY_TAKEN)",
             "return None if r.record.state in (Life.DUE, Life.PARTLY_TAKEN, Life.UNCERTAIN)"),
    may_open("R2", "a correction by a named person is not looked at",
             "if r.record.corrected is not None:", 'if r.record.corrected == "":', "domain/test_apply.py", MAY_OPEN),
    may_open("H17", "the last instant of the window is still in it",
             "r.moment.wall >= r.record.intake.latest_at", "r.moment.wall > r.record.intake.latest_at"),
    may_open("R12", "a lid nobody can see counts as shut",
             "r.state.open_lids or r.sensed.open_lids != frozenset()", "r.state.open_lids or r.sensed.open_lids"),
    may_open("R12", "lids that are back this moment are believed", "if e.Device.LIDS in r.state.lost:",
             "if e.Device.LIDS in r.state.lost and r.sensed.open_lids is None:", DEVICES),
    may_open("H21", "a box about to put itself off still opens", "if r.state.opening or r.state.stopping else None",
             "if r.state.opening else None", DEVICES),
    may_open("R13", "a scale that is back this moment is believed",
             "if r.sensed.reading is None or e.Device.SCALE in r.state.lost:", "if r.sensed.reading is None:", DEVICES),
    may_open("R13", "an unstable reading will do",
             "return None if r.sensed.reading.stable else Reason.WEIGHT_UNSTABLE", "return None"),
    may_open("R7", "another package of the same medicine is the same (H37)",
             "(d.ordination, d.drug_id, str(d.quantity.normalize()))", '(d.ordination, "", str(d.quantity.normalize()))',
             CHANGE, FILL, MAY_OPEN),
    may_open("R7", "a changed quantity is the same",
             "(d.ordination, d.drug_id, str(d.quantity.normalize()))", '(d.ordination, d.drug_id, "")',
             CHANGE, FILL, MAY_OPEN),
    may_open("R7", "a fill nobody vouches for is right", "if fill.doubted:", 'if fill.doubted == "tampered":', FILL,
             MAY_OPEN),
    may_open("R12", "a board nobody walked opens", "return None if r.state.commissioned else Reason.NOT_COMMISSIONED",
             "return None"),
    may_open("R11", "a doubted journal is no objection", "clock_is_trusted, journal_is_whole, intake_is_waiting,",
             "clock_is_trusted, intake_is_waiting,"),
)  # fmt: skip

INTERVAL_MUTANTS = (
    interval("R2", "the nearest other intake is forgotten for the furthest",
             "return max((needed - since for needed, since", "return min((needed - since for needed, since"),
    interval("R2", "wall time alone: a clock set forward brings the next dose",
             "return min(now.wall - then.wall, waited(then, now)) if then.boot == now.boot else waited(then, now)",
             "return now.wall - then.wall if then.boot == now.boot else waited(then, now)"),
    interval("R2", "monotonic time alone: a clock set back is not seen",
             "return min(now.wall - then.wall, waited(then, now)) if then.boot == now.boot else waited(then, now)",
             "return waited(then, now)"),
    interval("R5", "across boots an untrusted time counts",
             "if then.trusted and now.trusted else", "if now.trusted else"),
    interval("R2", "only what is known to be taken keeps others away",
             "if other.handed_at is None or mine.isdisjoint", 'if other.state != "taken" or other.handed_at is None or mine.isdisjoint'),
    interval("R2", "what was handed out early counts from when it was handed out",
             "timedelta() if other.state is Life.HANDED_OUT_EARLY else elapsed(other.handed_at, now)",
             "elapsed(other.handed_at, now)", EARLY, INTERVAL),
    interval("R2", "of several intervals the shortest holds",
             "return max(\n        timedelta(minutes=d.interval_min)", "return min(\n        timedelta(minutes=d.interval_min)"),
    interval("R2", "where the plan is silent there is no interval",
             "half_gap, common = abs(intake.at - other.at) / 2,", "half_gap, common = abs(intake.at - other.at) * 0,"),
    interval("R2", "half a day ago is long enough", "DAY = timedelta(hours=24)", "DAY = timedelta(hours=12)", INTERVAL,
             "domain/test_as_needed.py"),
    interval("R2", "a late intake withholds the next instead of pushing it",
             "return wait > timedelta() and now.wall + wait >= intake.latest_at", "return wait > timedelta()", INTERVAL),
    interval("R2", "pushed past its latest time, it is not withheld",
             "return wait > timedelta() and now.wall + wait >= intake.latest_at", "return False", INTERVAL),
    interval("R2", "over a change of plan only what is known to be taken counts",
             "if r.handed_at is not None and r.handed_at.wall >= begun and",
             "if r.state is Life.TAKEN and r.handed_at and r.handed_at.wall >= begun and", CHANGE),
    interval("R2", "over a change of plan one tablet too few withholds a whole day",
             "            over.subtract(mine)\n", "", CHANGE),
    intake("R2", "a substance under another ordination is another medicine",
           '({f"atc:{self.atc}"} if self.atc else set())', "set()"),
)  # fmt: skip

DECIDE_MUTANTS = (
    decide("R1", "after a restart the lids are not looked at",
           "record.state is Life.OPENING and sensed.open_lids == frozenset() and equal:",
           "record.state is Life.OPENING and equal:"),
    decide("R1", "after a restart the weight is not looked at",
           "record.state is Life.OPENING and sensed.open_lids == frozenset() and equal:",
           "record.state is Life.OPENING and sensed.open_lids == frozenset():"),
    decide("R1", "after a restart any open lid is ours",
           "sensed.open_lids == state.open_lids == frozenset({opening.compartment}):", "sensed.open_lids:"),
    decide("R12", "lids that nobody has walked settle what was under way",
           "command.sensed if command.commissioned else Sensed()", "command.sensed", MAY_OPEN),
    decide("R12", "another lid counts only once ours is open",
           "if opening is not None:  # R12: with two lids", "if opening and opening.opened_at:  # R12: with two lids"),
    decide("R12", "only the opening under way becomes uncertain, not the other",
           "if opening and record and not record.final and", "if opening is None and record and not record.final and"),
    decide("R7", "a lid opened by key leaves the fill vouched for", "elif not fill.doubted:",
           "elif opening and not fill.doubted:", OPENING, FILL),
    decide("R8", "a tampered compartment is as critical as its first dose",
           "most_critical(fill.doses), compartment=compartment", "fill.doses[0].criticality, compartment=compartment",
           FILL, OPENING, ALARMS),
    decide("R9", "what a device is, is told each time it is looked at",
           "if bool(text) is not (d in state.lost)]", "if text or d in state.lost]", DEVICES),
    decide("R9", "a device that is back still alarms", "*over(state, e.AlarmCode.DEVICE, device)]", "]", DEVICES),
    decide("R9", "a device is lost in silence", "e.DeviceLost(device=device, text=text), raised]",
           "e.DeviceLost(device=device, text=text)]", DEVICES),
    decide("R12", "lids lost in an opening change nothing",
           "if device is e.Device.LIDS and opening and opening.shut_at is None:",
           "if device is e.Device.LIDS and opening and opening.asked_at:", DEVICES),
    decide("R1", "the scale counts while nobody sees the lids",
           "return due(state, moment, None if sensed.open_lids is None else sensed.reading)",
           "return due(state, moment, sensed.reading)", DEVICES),
    decide("R13", "lids lost after the lid was shut undo the opening",
           "if device is e.Device.LIDS and opening and opening.shut_at is None:",
           "if device is e.Device.LIDS and opening:", DEVICES),
    decide("R12", "a lost edge of a lid stays lost", "if moved:  # an edge", "if moved and state.opening:  # an edge"),
    decide("R9", "an alarm once taken is never raised again",
           "alive = {a.id for a in state.living_alarms()}", "alive = set(state.alarms)", ALARMS, CHANGE),
)  # fmt: skip

TOUCHES_MUTANTS = (
    touches("H28", "anybody may open early", "early = command.early_by is not None", "early = True", MAY_OPEN, EARLY),
    touches("R2", "a second opening expects the whole content again",
            "record.remaining_mg if record.state is Life.PARTLY_TAKEN else fill.contents_mg", "fill.contents_mg"),
    touches("H41", "a critical medicine is refused in silence",
            "if record.intake.criticality is Criticality.HIGH:  # H41",
            "if record.intake.doses[0].criticality is Criticality.HIGH:  # H41", ALARMS),
    touches("R2", "what is only reminded keeps no interval",
            "interval_left(state, record.intake, moment) > timedelta(), Reason.INTERVAL", "False, Reason.INTERVAL",
            INTERVAL),
    touches("H16", "what lies in the box is taken by word alone",
            "(record.intake.boxed, Reason.NOT_NOW)", "(record.intake.boxed == record.intake.doses, Reason.NOT_NOW)"),
    touches("H28", "whoever said taken may say not taken, also of what was not early",
            "not record.early or command.all_taken", "command.all_taken", EARLY, OPENING),
)  # fmt: skip

NAMED_MUTANTS = (
    named("R7", "one intake in two compartments",
          "command.compartment in state.fills or state.fill_of(command.intake)", "command.compartment in state.fills",
          FILL),
    named("R7", "two intakes in one compartment",
          "command.compartment in state.fills or state.fill_of(command.intake)", "state.fill_of(command.intake)",
          FILL),
    named("R2", "what was taken is filled again",
          "record.final or record.state not in (Life.PLANNED, Life.DUE, Life.WITHHELD)", "record.final", FILL),
    named("R12", "emptied while it is being opened",
          "Reason.NO_SUCH), (state.opening, Reason.ANOTHER_OPENING))", "Reason.NO_SUCH))", FILL),
    named("R2", "staff may say of what still waits that it was taken",
          "type(body) not in TABLE[record.state] or theirs or again", "type(body) not in TABLE[record.state] or again",
          RESTART, ALARMS, OPENING),
    named("R9", "released without a last time",
          "not moment.wall < body.latest_at <= moment.wall + RELEASE_MAX", "not moment.wall < body.latest_at",
          RESTART, ALARMS, OPENING),
    named("R11", "a doubted journal tells nobody", "return [e.JournalDoubted(reason=command.reason), raised]",
          "return [e.JournalDoubted(reason=command.reason)]", ALARMS, MAY_OPEN, "domain/test_mutants.py"),
    named("R9", "settling one intake takes every alarm", " if a.intake == intake]", " if a.intake]"),
)  # fmt: skip

OFFERS_MUTANTS = (
    offers("R6", "the same version with other contents is accepted",
           "default=0)) >= plan.version:", "default=0)) > plan.version:", CHANGE),
    offers("R6", "a plan counts before it is valid", "if plan.valid_from > (moment.wall",
           "if plan.issued > (moment.wall", CHANGE, "domain/test_plan_ahead.py"),
    offers("R6", "a plan that waits is forgotten by the versions", "for p in (state.plan, state.next_plan) if",
           "for p in (state.plan,) if", "domain/test_plan_ahead.py"),
    offers("R7", "what a plan that waits will lock is told when it is too late",
           "*islice(_not_served(_under(state, plan, moment), plan, plan.valid_from), 1)]", "]",
           "domain/test_plan_ahead.py"),
    offers("R9", "what was told while it waited is told again", "or a.alarm not in state.alarms)", "or True)",
           "domain/test_plan_ahead.py"),
    offers("R6", "what was inside and is not understood is a low alarm",
           "inside.get(o.id, Criticality.LOW)", "Criticality.LOW", CHANGE),
    of("hub/domain/served.py", CHANGE)("R7", "only what is due already is told not to be served",
           "record is None or record.state in (Life.PLANNED, Life.DUE)", "record and record.state is Life.DUE"),
)  # fmt: skip

APPLY_MUTANTS = (
    apply("R2", "what was taken elsewhere keeps nothing away",
          "e.IntakeUncertain, e.IntakeGivenByStaff, e.IntakeTakenElsewhere,",
          "e.IntakeUncertain, e.IntakeGivenByStaff,"),
    apply("R2", "what staff gave keeps nothing away",
          "e.IntakeUncertain, e.IntakeGivenByStaff, e.IntakeTakenElsewhere,",
          "e.IntakeUncertain, e.IntakeTakenElsewhere,"),
    apply("R2", "the citizen's not taken is believed as if somebody had looked",
          "isinstance(body, e.IntakeMissed) and body.by is not None", "isinstance(body, e.IntakeMissed)", EARLY,
          INTERVAL),
    apply("R2", "a second opening put back forgets the first",
          "return record.handed_before if kind in _NOT_HANDED", "return None if kind in _NOT_HANDED", OPENING, INTERVAL),
    apply("R7", "an unresolved intake leaves its fill vouched for",
          "if record.state in UNRESOLVED:", "if record.state is Life.NOT_KNOWN:", RESTART, OPENING),
    apply("R2", "what is unsettled is forgotten after a week",
          "        return date.max", "        return record.intake.day"),
    apply("R9", "an old alarm ends by itself",
          "if alarm.alive or alarm.raised_at.wall.date() > oldest", "if alarm.raised_at.wall.date() > oldest", ALARMS,
          INTERVAL),
    apply("R6", "a new plan moves the latest time a named person gave",
          "    if record.released:\n", "    if record.released and intake is None:\n", CHANGE),
    apply("R2", "a correction to taken keeps nothing away",
          "moment if body.state in _GONE else None", "None"),
    apply("R12", "what the shut lid says is not told of the opening",
          "during = _during(state, shut_at=moment) if body.intake is not None else {}", "during = {}", OPENING),
    apply("R2", "what was taken stays in the compartment by the books",
          "elif record.state in (Life.TAKEN, Life.HANDED_OUT_EARLY) and intake.boxed:",
          "elif record.state is Life.TAKEN and intake.boxed:", EARLY, FILL),
)  # fmt: skip

READING_MUTANTS = (
    reading("R13", "an unstable reading proves that nothing left",
            "if reading is None or not reading.stable:", "if reading is None:", READING, RESTART),
    reading("R13", "more left than was there, and it is as expected",
            "if gone_mg < 0 or gone_mg > expected_mg + RESOLUTION_MG:", "if gone_mg < 0:"),
    reading("R13", "a weight gained is nothing gone",
            "if abs(gone_mg) <= RESOLUTION_MG:", "if gone_mg <= RESOLUTION_MG:"),
    reading("R13", "what is too light to be missed proves something",
            "expected_mg <= 2 * RESOLUTION_MG", "expected_mg <= RESOLUTION_MG"),
    reading("R13", "many light pieces are one heavy one", "expected_mg <= 2 * RESOLUTION_MG * pieces", "expected_mg <= 2 * RESOLUTION_MG"),
)  # fmt: skip

MUTANTS = (
    *MAY_OPEN_MUTANTS, *INTERVAL_MUTANTS, *DECIDE_MUTANTS, *TOUCHES_MUTANTS, *NAMED_MUTANTS, *OFFERS_MUTANTS,
    *APPLY_MUTANTS, *READING_MUTANTS,
)  # fmt: skip
