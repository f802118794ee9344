"""Mistakes in what FMK's dosages are read as: every one of them is a dose on a wrong day, or a wrong dose (R6)."""

from tests.mutants.mutant import of

JSON, XML = "plan/test_fmk_json.py", "plan/test_fmk_xml.py"
BAD, CARD = "plan/test_fmk_bad_input.py", "plan/test_fmk_medicines.py"

values = of("hub/plan/fmk/values.py", JSON, BAD)
json = of("hub/plan/fmk/dosage_json.py", JSON, BAD)
node = of("hub/plan/fmk/node.py", XML, BAD)
text = of("hub/plan/fmk/dosage_xml.py", BAD)
said = of("hub/plan/fmk/xml_values.py", XML, BAD)
old = of("hub/plan/fmk/xml_146.py", XML, BAD)
new = of("hub/plan/fmk/xml_160.py", XML, BAD)
structure = of("hub/plan/fmk/xml_structure.py", XML, BAD)
pause = of("hub/plan/fmk/pause.py", CARD)
card = of("hub/plan/fmk/card.py", CARD)

MUTANTS = (
    values(
        "R6",
        "a period as long as its interval repeats",
        "(period.end - period.start).days < period.repeat_days",
        "(period.end - period.start).days <= period.repeat_days",
    ),
    values(
        "R6",
        "a day beyond the interval never comes, and nobody is told",
        "        if day > period.repeat_days:\n",
        "        if day < 0:\n",
    ),
    values("R6", "two fixed periods at once are added", "if both and _meet(a, b):", "if both and _runs(a, b.start):"),
    values("R6", "a period's last day is no day of it", "or day <= period.end)", "or day < period.end)"),
    values("R6", "a dose of nothing beside a dose is not seen", " if d.quantity or d.quantity_max]", "]"),
    values(
        "R6",
        "an empty period beside the only kind is let be",
        "elif either and either == every and",
        "elif either and not every and",
    ),
    values("R6", "three periods run at once", "for other, _ in periods) > 2:", "for other, _ in periods) > 3:"),
    values("R6", "0 is no quantity", "and 0 <= number <= MOST)", "and 0 < number <= MOST)"),
    values("R6", "a tenth decimal is cut off", "or number != round(number, DIGITS):", "or number < 0:"),
    values("R6", "equal doses without a moment are one", "times=left.pop(d))", "times=bool(left.pop(d)))"),
    json("R6", "a count that does not agree is let be", "if n not in (None, found)]", "if n not in (None, found, 0)]"),
    json(
        "R6",
        "a dose said twice, differently, is the first",
        "if any(dose not in said.all_doses for dose in again):",
        "if not said:",
    ),
    json("R6", "a maximum below the minimum is one", "if read[-1] < read[0]:", "if not read:"),
    json("R6", "of two dates the first is meant", "    if len(found) > 1:\n", "    if len(found) > 2:\n"),
    json("R6", "of a day said twice the last is meant", "    if len(dict(days)) != len(days):\n", "    if not said:\n"),
    json(
        "R6",
        "an hour without its kind is an hour",
        'if (said.type == "TimedDoseWrapper") != (said.time is not None):',
        "if not said:",
    ),
    json(
        "R6",
        "of two kinds of dosage the first is meant",
        "(structures, free, schema)) != 1:",
        "(structures, free, schema)) < 1:",
    ),
    node(
        "R6",
        "an element nobody knows is passed over",
        '        if unknown:\n            raise NotUnderstood([f"{self.place}.{name}',
        '        if not names:\n            raise NotUnderstood([f"{self.place}.{name}',
    ),
    node(
        "R6",
        "of two of one element the first is meant",
        'raise NotUnderstood([f"{self.place}.{name}: is there {len(found)} times"])',
        "pass",
    ),
    node(
        "R6", "of two kinds of element the first is meant", "        if len(found) != 1:\n", "        if not found:\n"
    ),
    node("R6", "any namespace's element is FMK's", "return name if space in family else child.tag", "return name"),
    node(
        "R6",
        "words between elements are nothing",
        '        if any((text or "").strip()',
        '        if all((text or "").strip()',
    ),
    text("R6", "a mark in front is let be", "if text.startswith(BOM_UTF8) or (", "if ("),
    text("R6", "another encoding is held to be UTF-8", 'declared[1].lower() != b"utf-8")', "not declared[1])"),
    text("R6", "a document type is read", "forbid_dtd=True)", "forbid_dtd=False)"),
    said("R6", "an XML maximum below the minimum is one", "if found[-1] < found[0]:", "if not found:"),
    said("R6", "of two units the first is meant", "if len(units) != 1:", "if not units:"),
    said(
        "R4",
        "a time with a zone is wall time",
        r'_TIME = re.compile(r"(\d\d:\d\d:\d\d)(\.0+)?"',
        r'_TIME = re.compile(r"(\d\d:\d\d:\d\d)(\.0+)?(\+01:00)?"',
    ),
    old("R6", "eleven periods are ten and one", "if not 1 <= len(nodes) <= MOST_PERIODS:", "if not 1 <= len(nodes):"),
    old("R6", "a morning is also once a day", "None if when else 1,", "1,"),
    old(
        "R6", "what is as needed is fixed", '"StructuresAccordingToNeed": True,', '"StructuresAccordingToNeed": False,'
    ),
    old(
        "R6",
        "FMK's own verdict is not asked",
        "if kind is not None and not needed <=",
        "if kind is None and not needed <=",
    ),
    new(
        "R6",
        "a period of ten days is one of eleven",
        "length.integer(1, LENGTH_DAYS) - 1)",
        "length.integer(1, LENGTH_DAYS))",
    ),
    new("R6", "of two ends the reckoned is meant", "if end not in (None, last):", "if not said:"),
    new(
        "R2",
        "a most of both parts is one of each",
        "if limit is not None and len(found) > 1:",
        "if limit is not None and not found:",
    ),
    new(
        "R6",
        "begun when handed over is begun",
        'if moved is not None and moved.word() != "false":',
        'if moved is not None and moved.word() == "x":',
    ),
    new(
        "R6",
        "after one without an end comes the next at once",
        "if end is not None else None\n",
        "if end is not None else first\n",
    ),
    structure(
        "R6",
        "a weekday before the first day is in the next week",
        "(interval, len(weeks)) != (1, 1)",
        "len(weeks) != 1",
    ),
    structure("R6", "weekdays count from Monday, whatever the start", "(weekday - first) % WEEK + 1", "weekday + 1"),
    structure(
        "R6", "every seventh week is every week", "interval % WEEK == 0 and interval != len(weeks)", "interval < 0"
    ),
    structure("R6", "weeks are days", "return interval * WEEK, days", "return interval, days"),
    structure("R2", "of two mosts the greater holds", "daily_max=min(", "daily_max=max("),
    structure(
        "R2",
        "of two least times the lesser holds",
        "return max(apart, default=None)",
        "return min(apart, default=None)",
    ),
    structure(
        "R2",
        "one day's most is every day's",
        '    if len(found) > 1:\n        raise NotUnderstood([f"{node.place}: not every',
        '    if len(found) > 2:\n        raise NotUnderstood([f"{node.place}: not every',
    ),
    structure(
        "R6",
        "fixed and unlimited is as needed",
        'if said.name == "UnlimitedDayDosage" and not needed:',
        'if said.name == "UnlimitedDayDosage" and needed is None:',
    ),
    pause("R6", "after a pause an interval begins anew", "(number - 1 - later) % period.repeat_days + 1", "number"),
    pause(
        "R6",
        "a day that never comes comes after a pause",
        "elif period.repeat_days >= number:",
        "elif period.repeat_days:",
    ),
    pause(
        "R6", "a pause's first day is no day of it", "if ends < first else first - DAY", "if ends < first else first"
    ),
    pause("R6", "a pause's last day is no day of it", "_from(period, last + DAY)", "_from(period, last)"),
    card("R6", "a status that its dates deny is believed", 'if now != (said.status == "paused"):', "if now is None:"),
    card("R6", "of two of one id both are given", "if count[ident] > 1:", "if count[ident] > 2:"),
    card(
        "R6",
        "a treatment's own end is passed over",
        "end = min((d for d in (end, dosage.end)",
        "end = max((d for d in (end, dosage.end)",
    ),
    card("R6", "a pause is over on its last day", "(last is None or day <= last)", "(last is None or day < last)"),
)
