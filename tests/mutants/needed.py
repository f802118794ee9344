"""Mistakes in what is taken as needed and what is shown of it, of leave and of promises, outside the core."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

READER = "plan/test_as_needed.py"
SHOWN = "hub/test_snapshot_away.py"
AWAY = "ui/test_away.py"
needed = of("hub/plan/as_needed.py", READER, "plan/test_ordination.py")
ordination = of("hub/plan/ordination.py", READER)
offered = of("hub/as_needed.py", SHOWN)
snapshot = of("hub/snapshot.py", SHOWN)
desk = of("hub/desk.py", "hub/test_desk_acts.py")
screen = of("ui/screens/as_needed.py", AWAY)
promised = of("ui/screens/promised.py", AWAY)
away = of("ui/screens/away.py", AWAY)
present = of("ui/present.py", AWAY)

MUTANTS = (
    needed("R2", "as needed once a week is once a day", "period.repeat_days in ((0, 1) if 0 in period.days else (1,))", "True"),
    needed("R2", "of two as-needed parts the first is meant", "if len(periods) != 1 or handling is None", "if not periods or handling is None",
           "plan/test_ordination.py"),
    needed("R2", "a range as needed is one dose", " or line.quantity_max is not None:", ":"),
    needed("R2", "as needed lies in the box though nobody says how far apart",
           "or (handling.interval_min is None and period.interval_min is None):", "or False:"),
    needed("R6", "as needed is had beyond its own days", "AsNeeded(line.quantity, most, period.start, period.end)", "AsNeeded(line.quantity, most, period.start)"),
    needed("R6", "as needed is had before its first day", "AsNeeded(line.quantity, most, period.start, period.end)", "AsNeeded(line.quantity, most, None, period.end)"),
    needed("R2", "FMK's any day is a most", "most = _most(line, period, bounded=0 not in period.days)", "most = _most(line, period, bounded=True)",
           "plan/test_ordination.py"),
    needed("R2", "of two mosts the greater counts", "    return min((m for m in (line.times", "    return max((m for m in (line.times",
           "plan/test_ordination.py"),
    ordination("R7", "a third of a tablet as needed lies in a compartment",
               "quantities |= {as_needed.quantity} if as_needed else set()", "pass"),
    offered("R2", "told a minute too early", "return whole if whole == at else whole + MINUTE", "return whole"),
    offered("R2", "told from the interval alone", "if wait <= timedelta() and not most_taken(state, asked, then):",
            "if wait <= timedelta():"),
    snapshot("R9", "a time is told though more than time is in the way", "and set(reasons) <= _TIME_ALONE", ""),
    snapshot("R9", "what somebody brings hides what the citizen can take",
             "later = [r for r in records if r.promise or (", "later = [r for r in records if ("),
    snapshot("H27", "a weekend to come is shown as begun",
             "if leave is None or not leave.covers(self._moment.wall):", "if leave is None:"),
    desk("H13", "asking as needed waits for a slow disk", "(p.Open, p.AskAsNeeded, p.HandOutEarly,", "(p.Open, p.HandOutEarly,"),
    desk("H33", "the citizen ends a stay in hospital", 'c.EndLeave("citizen", named=False)', 'c.EndLeave("citizen", named=True)'),
    screen("R2", "Open is offered for what cannot be had", "return (_refused if why_not(offer) else _offer)", "return (_offer)"),
    promised("R9", "that somebody comes is said past their time", "and scene.snapshot.now < intake.give_by", ""),
    away("H33", "a stay in hospital has a way home", 'actions=() if leave.kind == "hospital" else (home,)', "actions=(home,)"),
    present("R11", "away hides a fault", "    if not s.journal_ok:\n", "    if not s.journal_ok and not s.leave:\n"),
)  # fmt: skip
