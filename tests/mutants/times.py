"""Mistakes about time: what is due, which day it is, whether the clock is believed."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

OPENING, CHANGE, SCHEDULE = "domain/test_opening.py", "domain/test_plan_change.py", "domain/test_schedule.py"
ALARMS, INTERVAL, EARLY = "domain/test_alarms.py", "domain/test_interval.py", "domain/test_early.py"

due = of("hub/domain/due.py", OPENING)
days = of("hub/domain/days.py", CHANGE)
schedule = of("hub/domain/schedule.py", SCHEDULE)
clock = of("hub/clock.py", "hub/test_clock.py")
told = of("hub/clock.py", "hub/test_clock_told.py")
lanes, desk, loop = (of(f"hub/{part}.py", "hub/test_clock_at_desk.py") for part in ("lanes", "desk", "loop"))
model = of("hub/clock_model.py", "hub/test_clock_model.py")

days = of("hub/domain/days.py", "domain/test_restart.py")
ours = of("hub/domain/apply.py", "domain/test_restart.py", "domain/test_plan_ahead.py")

DUE_MUTANTS = (
    due("R5", "alarms fall silent while the clock is doubted",
        "return [*_clock(state, moment), *apart, *_opening(state, moment, reading), *_escalations(state, moment)]",
        "return [*_clock(state, moment), *apart, *_opening(state, moment, reading)]", ALARMS),
    days("R11", "of a boot without the time the wall clock is believed", "if told.boot == moment.boot else told.wall", "if True else told.wall"),
    days("H29", "a first plan is held against the hub from its first day on", "if told.boot == moment.boot else told.wall", "if False else told.wall"),
    days("R11", "a first plan that came without the time begins today", "if state.planned_day or state.plan_changed is None:", "if True:"),
    ours("R11", "of two first plans only the last counts", "if state.planned_day is None and state.plan_changed is not None:", "if False:"),
    ours("R11", "a plan that waited is ours from when the box was back", "late = max(moment.wall - begins, timedelta()) if waited else timedelta()", "late = timedelta()"),
    ours("H29", "a plan that came without the time is ours before it was issued", "begins, before = max(plan.valid_from, plan.issued),", "begins, before = plan.valid_from,"),
    ours("R11", "a plan whose time came unseen is lost with the next one", "return replace(moment, wall=before.valid_from, boot=\"\")", "return replace(moment, wall=begins)"),
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
    due("R9", "a missed intake tells nobody", "if record.promise is None or moment.wall >=", "if record.promise and moment.wall >=",
        ALARMS),
    due("R9", "what is left in the box at the window's end tells nobody",
        "            yield e.WindowEnded(intake=intake.id)\n            yield about(record, e.AlarmCode.PARTLY_TAKEN)\n",
        "            yield e.WindowEnded(intake=intake.id)\n", ALARMS, OPENING),
    due("R9", "a question without an answer tells nobody",
        ">= timedelta(minutes=state.plan.settings.word_min):\n        yield e.IntakeNotKnown(intake=record.intake.id)\n        yield about(record, e.AlarmCode.NOT_KNOWN)\n",
        ">= timedelta(minutes=state.plan.settings.word_min):\n        yield e.IntakeNotKnown(intake=record.intake.id)\n",
        OPENING, ALARMS),
    due("R7", "what cannot be served tells nobody",
        "reason=reason)\n        yield about(record, e.AlarmCode.CANNOT_SERVE)\n", "reason=reason)\n", "domain/test_fill.py",
        ALARMS, CHANGE),
    due("R2", "a fill ends what was withheld because it had been handed out",
        "return record.reason in _UNSERVED and cannot_serve", "return cannot_serve", CHANGE),
    due("R9", "an alarm never reaches the last level", "if a.level < LEVELS and waited",
        "if a.level < LEVELS - 1 and waited", ALARMS),
    due("R9", "escalation follows the wall clock, steps and all",
        "a.level < LEVELS and waited(a.moved_at, moment) >= ESCALATE",
        "a.level < LEVELS and moment.wall - a.moved_at.wall >= ESCALATE", ALARMS),
    due("R9", "the least critical escalates first", "{Criticality.HIGH: 10, Criticality.MEDIUM: 30, Criticality.LOW: 120}",
        "{Criticality.HIGH: 120, Criticality.MEDIUM: 30, Criticality.LOW: 10}", ALARMS),
    due("H8", "a plan grows old in silence", "moment.wall >= plan_old_at(state) and", "moment.wall < plan_old_at(state) and",
        ALARMS, CHANGE),
    due("H13", "a lid left open tells nobody", "if waited(opened_at, moment) >= limit and name not in state.alarms:",
        "if state.plan is None:"),
)  # fmt: skip

DAYS_MUTANTS = (
    days("R3", "after days without power only today is told",
         "return [max(last + timedelta(days=1), today - timedelta(days=CATCH_UP_DAYS))]", "return [today]", ALARMS,
         "domain/test_restart.py", SCHEDULE),
    days("R6", "a withdrawn intake tells nobody", "            yield about(record, e.AlarmCode.WITHDRAWN)\n",
         "            pass\n", CHANGE),
    days("R6", "what is left of a stopped medicine stays to be taken",
         "if asked is None or contents(asked.doses) != contents(record.intake.doses):", "if asked is None:", CHANGE),
)  # fmt: skip

SCHEDULE_MUTANTS = (
    schedule("R4", "02:30 that comes twice is the second",
             "local = datetime.combine(day, at, tzinfo=zone)", "local = datetime.combine(day, at, tzinfo=zone).replace(fold=1)"),
    schedule("R4", "02:30 that does not exist is 03:30",
             "        instant -= timedelta(minutes=1)\n", "        break\n"),
    schedule("R4", "the day is Greenwich's", "return wall.astimezone(ZoneInfo(plan.settings.zone)).date()",
             "return wall.date()"),
    schedule("R2", "the night's window does not end before tomorrow's",
             "later = self._uncut(day) + self._uncut(day + _DAY)", "later = self._uncut(day)"),
    schedule("R4", "the night of the clocks is like any other",
             "if offsets[n] != offsets[n + self._reach] or ends == number + 1:", "if ends == number + 1:"),
    schedule("R2", "a period's last day is like any other",
             "if offsets[n] != offsets[n + self._reach] or ends == number + 1:",
             "if offsets[n] != offsets[n + self._reach]:"),
    schedule("R6", "of several repeats only the longest is gone by", "return lcm(*(", "return max(1, *("),
    schedule("R6", "the last day of a dosage is left out", "day > period.end):", "day >= period.end):"),
    schedule("R6", "a stopped ordination goes on", "and (end is None or day <= end)", ""),
    schedule("R2", "of two slots at one time one is lost",
             "replace(first, doses=first.doses + doses) if first", "replace(first, doses=doses) if first"),
)  # fmt: skip

CLOCK_MUTANTS = (
    clock("R5", "only a step forward is one", "return abs(self._off(wall, monotonic_s)) <= STEP",
          "return self._off(wall, monotonic_s) <= STEP"),
    clock("R5", "only a step back is one", "return abs(self._off(wall, monotonic_s)) <= STEP",
          "return -self._off(wall, monotonic_s) <= STEP"),
    clock("R5", "the mark moves on a time nobody vouches for", "if may(self.state, May.MOVE_MARK):", "if self._mark:"),
    clock("R5", "a second source may go before the mark",
          "(facts.synchronised or facts.rtc) and facts.mark is not MarkIs.AHEAD", "(facts.synchronised or facts.rtc)"),
    clock("R5", "a second source vouches for a clock that nothing else does",
          "(facts.synchronised or facts.rtc) and facts.mark is not MarkIs.AHEAD", "facts.mark is not MarkIs.AHEAD"),
    clock("R5", "a second source agrees with any time", "return vouched and abs(wall - source) <= STEP", "return vouched"),
    clock("R5", "a second source lowers the mark",
          "max(high, wall - STEP) if high else wall - STEP", "wall - STEP * 99"),
    clock("R5", "a mark that cannot be read is none", "            self._unreadable = True", "            self._unreadable = False"),
    clock("H4", "a clock that restarted in 2000 keeps time",
          "return abs(wall.timestamp() - told_s) <= STEP.total_seconds()",
          "return wall.timestamp() - told_s >= -STEP.total_seconds()"),
    clock("R5", "whatever vouched once vouches for ever",
          "synchronised=synchronised,", "synchronised=here or synchronised,"),
    told("R5", "the time staff told stands still", "wall -= self._off(wall, monotonic_s)", "wall = self._mark.wall"),
    told("R5", "the time staff told outlives a power cut", "told=here and mark is not None and mark.told",
         "told=mark is not None and mark.told"),
    told("R5", "told twice is agreed", "(mark.agreed or not mark.told)", "True"),
    told("H40", "one person sets any time", 'return OBJECTION.get(beside(told, self._high(), monotonic_s), "")', 'return ""'),
    told("R5", "a time that one person may not set is set all the same", "if self.objection(told):", "if not told:"),
    told("R5", "the machine's own clock never takes over again", "or mark.boot != self._boot or mark.told:",
         "or mark.boot != self._boot:"),
    told("R5", "a mark that was set aside is forgotten to be", "return self._mark.high or MarkIs.LOWERED",
         "return self._mark.high or MarkIs.NEW"),
    model("H4", "a clock before its mark is believed", "f.mark is MarkIs.AHEAD,", "False,"),
    model("H4", "a dead battery's 1970 is a time", "isinstance(high, datetime) else FIRST)", "isinstance(high, datetime) else wall)"),
    model("H4", "a clock 30 years ahead after a power cut is believed",
          "f.mark is MarkIs.FAR_BEHIND and f.in_step is None", "f.mark is MarkIs.FAR_BEHIND and f.in_step is False"),
    model("R5", "a step is believed", "Rule(State.STEP, lambda f: f.in_step is False", "Rule(State.STEP, lambda f: f.told"),
    model("R5", "staff and the network disagree, and staff win", "f.told and f.synchronised and f.in_step is False and not f.agreed",
          "f.told and f.synchronised and f.in_step is False and f.agreed"),
    model("R5", "the mark moves on what one person told", "frozenset(May) - {May.MOVE_MARK}", "frozenset(May)"),
    model("R5", "staff fill on any time", "frozenset({May.PLAN, May.STOP, ", "frozenset({May.STAFF, May.PLAN, May.STOP, "),
    model("R5", "an urgent stop waits for the clock", "frozenset({May.PLAN, May.STOP, ", "frozenset({May.PLAN, "),
    lanes("R5", "a receipt kept from before tells the time", "return seq == furthest and self._loop.clock.now().monotonic_s - at_s <= FRESH_S",
          "return seq == furthest"),
    lanes("R5", "a receipt for less than was read tells the time", "return seq == furthest and ", "return seq <= furthest and "),
    lanes("R5", "read once more, an event is new", "if last > self._read.get(lane, (self._begun, 0.0))[0]:", "if last > self._begun:"),
    lanes("R5", "what an earlier process wrote is new", "self._read.get(lane, (self._begun, 0.0))[0]", "self._read.get(lane, (0, 0.0))[0]"),
    lanes("R5", "a receipt for nothing tells the time", "        if lane not in self._read:\n            return False\n        furthest, at_s = self._read[lane]",
          "        furthest, at_s = self._read.get(lane, (0, 0.0))"),
    loop("R5", "the time staff told is written down and not set", "            elif isinstance(body, e.TimeSet):\n                self.clock.tell(body.wall)\n",
         ""),
    desk("H40", "one person is two", "case p.LowerMark() if message.second_person == message.person:", "case p.LowerMark() if not message.person:"),
    desk("H40", "the second person's PIN is not asked", "self._pins.admit(message.second_person, message.second_pin).name", "message.second_person"),
    desk("H40", "one person sets a time that has been", "case p.SetTime() if objection := self._loop.clock.objection(message.wall):", "case p.SetTime() if objection := \"\":"),
    desk("R5", "a time told that waited is the time", "p.BeginFilling, p.SetTime)", "p.BeginFilling)"),
    of("hub/desk.py", "hub/test_desk_acts.py")("H13", "what is handed out early waits for a slow disk", "p.AskAsNeeded, p.HandOutEarly,", "p.AskAsNeeded,"),
)  # fmt: skip

MUTANTS = (*DUE_MUTANTS, *DAYS_MUTANTS, *SCHEDULE_MUTANTS, *CLOCK_MUTANTS)
