"""Mistakes in what FHIR's dosages are read as: every one of them is a dose on a wrong day, or a wrong dose (R6)."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

DOSAGE, STATEMENT = "plan/test_dosage.py", "plan/test_statement.py"
TIMING, BOUNDS = "plan/test_fhir_timing.py", "plan/test_fhir_timing_bounds.py"
NEEDED, DOSE = "plan/test_fhir_timing_needed.py", "plan/test_fhir_dose.py"

dosage = of("hub/plan/fhir/dosage.py", DOSAGE, STATEMENT)
timing = of("hub/plan/fhir/timing.py", TIMING, DOSAGE)
repeat = of("hub/plan/fhir/repeat.py", TIMING)
bounds = of("hub/plan/fhir/bounds.py", BOUNDS)
dose = of("hub/plan/fhir/dose.py", DOSE, DOSAGE)
values = of("hub/plan/fhir/values.py", DOSAGE, STATEMENT, BOUNDS)

MUTANTS = (
    dosage("R6", "of a combined dosage all is fixed", "if kind is Kind.COMBINED and len(set(needed)) == 1:",
           "if kind is Kind.COMBINED and all(needed):"),
    dosage("R6", "parts that follow each other are given at once", "if not in_sequence(parts) or (", "if ("),
    dosage("R6", "a modifier inside what is only carried is not seen",
           '            reasons += _modified(raw, f"dosage[{i}]")\n', "            pass\n"),
    dosage("R2", "a most of all parts is one of each", "if period.daily_max is not None and len(elements) > 1:",
           "if period.daily_max is not None and not elements:", DOSE),
    timing("R6", "every second day is every day", "return _Days((1,), number)", "return _Days()"),
    timing("R6", "every second day is counted from a day nobody said", "and not weekdays and start is not None:",
           "and not weekdays:"),
    timing("R6", "every second week is every week", "start.weekday() + 1,), 7 * number)", "start.weekday() + 1,), 7)"),
    timing("R6", "a weekday before the start is in the first week", "or weekdays[0] < start.weekday():", "or not weekdays:"),
    timing("R6", "of two weekdays the first is meant", "or len(weekdays) > 1 or", "or"),
    timing("R6", "weekdays count from the dosage's start", "(weekday - (start or FMK_START).weekday()) % 7 + 1", "weekday + 1"),
    timing("R6", "once a week is on every day", 'unit == "wk" and number == 1 and weekdays:', 'unit == "wk" and number == 1:'),
    timing("R6", "a frequency that does not fit its moments is let be", "return frequency == days.together * moments or (",
           "return frequency >= 1 or ("),
    timing("R6", "twice a week on two days is twice on each", "and 1 in (days.together, moments))", ")"),
    timing("R6", "twice in two days is twice on one of them", "        return frequency == 1\n", "        return True\n"),
    timing("R6", "three to four times is three", "if most is not None and most != least:", "if most is not None and most == 0:"),
    timing("R2", "every 4 to 6 hours is every 6 at the least", "return least * _MINUTES", "return most * _MINUTES", NEEDED),
    timing("R2", "every few days as needed is every day", "    if longer or repeat.period_max", "    if repeat.period_max", NEEDED),
    timing("R2", "ten in all as needed are ten a day", "    if repeat.count is not None:", "    if repeat.count == 0:", NEEDED),
    repeat("R6", "of a code and a repeat that differ the repeat is meant", "if not _same(said, meant):", "if not said:"),
    repeat("R6", "what a code says in words besides is nothing",
           "or len(concept.coding) > 1 or in_words:", "or len(concept.coding) > 1:"),
    repeat("R6", "half an hour before is at the time",
           '    ("offset", "offset: minutes from a moment that has no clock time"),\n', ""),
    bounds("R6", "ten days are eleven", "start + (days - 1) * DAY", "start + days * DAY"),
    bounds("R6", "a count ends in the middle of a day", "if count < 1 or count % a_day:", "if count < 1:"),
    bounds("R6", "a count begins on the later of two starts", "if reach.start is None or not reach.sure:", "if reach.start is None:"),
    bounds("R6", "ten of each moment are ten in all", "if (repeat.frequency or a_day) % a_day:", "if not a_day:"),
    bounds("R6", "a count outlives the bounds", "else min(last, period.end))", "else last)"),
    bounds("R6", "parts in a sequence may overlap", "sooner.end < later.start", "sooner.start < later.start"),
    bounds("R6", "a part without a number is in no order", "    if None in numbers:\n        return False\n", ""),
    dose("R6", "a range turned round is understood", "if most < quantity or unit_of", "if unit_of", DOSAGE),
    dose("R6", "of several amounts the first is meant", "if len(rates) != 1:", "if not rates:", DOSAGE),
    dose("R2", "a most of a week is one of a day", "(per.code, whole(per.value, 24)) not in _DAY or ", ""),
    dose("R2", "a most of so many mg is one of tablets", "    if unit_of(quantity, place) != unit:", "    if not unit:"),
    dose("R2", "only the least of a range is held against the most at a time", "< (most or quantity)", "< quantity"),
    values("R6", "a bound in the middle of a day is that day",
           "if seen.time() == MIDNIGHT), None)", "if seen.time() >= MIDNIGHT), None)"),
    values("R6", "no or less than no tablets", "0 < value <= MOST", "value <= MOST"),
    values("R6", "a period that ends before it starts is one", "if start and end and end < start:",
           "if start and end and end < start < end:"),
    values("R6", "a date of another century is one", "    if not FMK_START <= day <= LAST:\n", "    if day > LAST:\n"),
    values("R6", "a word and a code that differ are a unit", "if not same and words[0] not in", "if same is None and words[0] not in", DOSE),
    values("R6", "five days or five weeks", "    if duration.unit.strip().lower() not in _DAY_WORDS[code]:", "    if not code:", BOUNDS),
)  # fmt: skip
