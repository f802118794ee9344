"""Mistakes about time: what is due, which day it is, whether the clock is believed."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

OPENING, CHANGE, SCHEDULE = "domain/test_opening.py", "domain/test_plan_change.py", "domain/test_schedule.py"
ALARMS, INTERVAL, EARLY = "domain/test_alarms.py", "domain/test_interval.py", "domain/test_early.py"

due = of("hub/domain/due.py", OPENING)
schedule = of("hub/domain/schedule.py", SCHEDULE)
clock = of("hub/clock.py", "hub/test_clock.py")

DUE_MUTANTS = (
    due("R5", "alarms fall silent while the clock is doubted",
        "return [*_clock(state, moment), *_opening(state, moment, reading), *_escalations(state, moment)]",
        "return [*_clock(state, moment), *_opening(state, moment, reading)]", ALARMS),
    due("R1", "one pulse too many", "said and opening.pulses < PULSES:", "said and opening.pulses <= PULSES:"),
    due("R1", "a clock step brings the next pulse at once",
        "waited(opening.pulsed_at, moment) < PULSE_WAIT", "moment.wall - opening.pulsed_at.wall < PULSE_WAIT",
        OPENING, ALARMS),
    due("R13", "the scale contradicts the lid, and the lid is believed",
        "if abs(gone_mg) > RESOLUTION_MG:", "if -gone_mg > RESOLUTION_MG:"),
    due("R13", "a reading from before the lid shut counts",
        "not reading.stable or reading.at_s < shut_at.monotonic_s + SETTLE_S:", "not reading.stable:"),
    due("R13", "an unstable reading counts",
        "if reading is None or not reading.stable or reading.at_s", "if reading is None or reading.at_s"),
    due("H28", "less than all handed out early is all of it",
        "elif opening.early and verdict is Removed.AS_EXPECTED:", "elif opening.early:", EARLY),
    due("H16", "what lies outside the box is taken by what left it",
        "any(d.ask_word for d in record.intake.doses) or record.intake.boxed != record.intake.doses:",
        "any(d.ask_word for d in record.intake.doses):"),
    due("H16", "the plan asks for a word and nobody asks",
        "any(d.ask_word for d in record.intake.doses) or record.intake.boxed", "record.intake.boxed"),
    due("R9", "a missed intake tells nobody",
        "            yield e.IntakeMissed(intake=intake.id)\n            yield about(record, e.AlarmCode.NOT_TAKEN)\n",
        "            yield e.IntakeMissed(intake=intake.id)\n", ALARMS),
    due("R9", "what is left in the box at the window's end tells nobody",
        "            yield e.WindowEnded(intake=intake.id)\n            yield about(record, e.AlarmCode.PARTLY_TAKEN)\n",
        "            yield e.WindowEnded(intake=intake.id)\n", ALARMS, OPENING),
    due("R9", "a question without an answer tells nobody",
        "        yield e.IntakeNotKnown(intake=record.intake.id)\n        yield about(record, e.AlarmCode.NOT_KNOWN)\n",
        "        yield e.IntakeNotKnown(intake=record.intake.id)\n", OPENING, ALARMS),
    due("R7", "what cannot be served tells nobody",
        "        yield about(record, e.AlarmCode.CANNOT_SERVE)\n", "", "domain/test_fill.py", ALARMS, CHANGE),
    due("R2", "a late intake withholds the next instead of pushing it",
        "return wait > timedelta() and moment.wall + wait >= intake.latest_at", "return wait > timedelta()", INTERVAL),
    due("R2", "pushed past its latest time, it is not withheld",
        "return wait > timedelta() and moment.wall + wait >= intake.latest_at", "return False", INTERVAL),
    due("R2", "a fill ends what was withheld because it had been handed out",
        "filled_wrong = record.reason in (Reason.NOT_FILLED, Reason.FILL_DOUBTED, Reason.CONTENTS_CHANGED)",
        "filled_wrong = True", CHANGE),
    due("R9", "an alarm never reaches the last level", "if a.level < LEVELS and waited",
        "if a.level < LEVELS - 1 and waited", ALARMS),
    due("R9", "escalation follows the wall clock, steps and all",
        "a.level < LEVELS and waited(a.moved_at, moment) >= ESCALATE",
        "a.level < LEVELS and moment.wall - a.moved_at.wall >= ESCALATE", ALARMS),
    due("R9", "the least critical escalates first", "{Criticality.HIGH: 10, Criticality.MEDIUM: 30, Criticality.LOW: 120}",
        "{Criticality.HIGH: 120, Criticality.MEDIUM: 30, Criticality.LOW: 10}", ALARMS),
    due("R2", "over a change of plan only what is known to be taken counts",
        "if r.handed_at is not None and r.handed_at.wall >= begun:",
        "if r.state is Life.TAKEN and r.handed_at and r.handed_at.wall >= begun:", CHANGE),
    due("R2", "over a change of plan one tablet too few withholds a whole day",
        "            over.subtract(mine)\n", "", CHANGE),
    due("R3", "after days without power only today is told",
        "return [max(last + timedelta(days=1), today - timedelta(days=CATCH_UP_DAYS))]", "return [today]", ALARMS,
        "domain/test_restart.py", SCHEDULE),
    due("R6", "a withdrawn intake tells nobody", "            yield about(record, e.AlarmCode.WITHDRAWN)\n",
        "            pass\n", CHANGE),
    due("R6", "what is left of a stopped medicine stays to be taken",
        "if asked is None or contents(asked.doses) != contents(record.intake.doses):", "if asked is None:", CHANGE),
    due("H8", "a plan grows old in silence", "moment.wall >= plan_old_at(state) and", "moment.wall < plan_old_at(state) and",
        ALARMS, CHANGE),
    due("H13", "a lid left open tells nobody", "if waited(opened_at, moment) >= limit and name not in state.alarms:",
        "if state.plan is None:"),
)  # fmt: skip

SCHEDULE_MUTANTS = (
    schedule("R4", "02:30 that comes twice is the second",
             "local = datetime.combine(day, at, tzinfo=zone)", "local = datetime.combine(day, at, tzinfo=zone).replace(fold=1)"),
    schedule("R4", "02:30 that does not exist is 03:30",
             "        instant -= timedelta(minutes=1)\n", "        break\n"),
    schedule("R4", "the day is Greenwich's", "return wall.astimezone(ZoneInfo(plan.settings.zone)).date()",
             "return wall.date()"),
    schedule("R2", "a substance under another ordination is another medicine",
             '({f"atc:{dose.atc}"} if dose.atc else set())', "set()", INTERVAL, CHANGE),
    schedule("R2", "the night's window does not end before tomorrow's",
             "later = _raw(plan, day) + _raw(plan, day + timedelta(days=1))", "later = _raw(plan, day)"),
    schedule("R6", "the last day of a dosage is left out", "day > period.end):", "day >= period.end):"),
    schedule("R6", "a stopped ordination goes on", "or (ordination.end and day > ordination.end)", ""),
    schedule("R2", "of two slots at one time one is lost",
             "doses = (first.doses if first else ()) + tuple(lines[slot.id])", "doses = tuple(lines[slot.id])"),
)  # fmt: skip

CLOCK_MUTANTS = (
    clock("R5", "only a step forward is one", 'return "step" if abs(step) > STEP else ""',
          'return "step" if step > STEP else ""'),
    clock("R5", "only a step back is one", 'return "step" if abs(step) > STEP else ""',
          'return "step" if -step > STEP else ""'),
    clock("R5", "the mark moves on a time nobody vouches for", "        if not self.doubt:\n            self._move_mark",
          "        if self._mark:\n            self._move_mark"),
    clock("R5", "a second source may go before the mark",
          "if abs(wall - source) > STEP or (self._mark is not None and wall < self._mark.high):",
          "if abs(wall - source) > STEP:"),
    clock("R5", "the mark is not asked", "if wall < mark.high:", "if wall < mark.wall - STEP * 10**6:"),
    clock("R5", "a mark that cannot be read is none", "            self._unreadable = True", "            self._unreadable = False"),
    clock("H4", "a clock that restarted in 2000 keeps time",
          "return abs(wall.timestamp() - told_s) <= STEP.total_seconds()",
          "return wall.timestamp() - told_s >= -STEP.total_seconds()"),
    clock("R5", "whatever vouched once vouches for ever",
          "if not self._synchronised.exists() and not _keeps_time(self._rtc, wall):",
          "if self._mark is None and not self._synchronised.exists() and not _keeps_time(self._rtc, wall):"),
)  # fmt: skip

MUTANTS = (*DUE_MUTANTS, *SCHEDULE_MUTANTS, *CLOCK_MUTANTS)
