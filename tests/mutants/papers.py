"""Mistakes with what is written: the journal and its companions, and the plan as it is read."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

JOURNAL, BOOT, ENDS = "hub/test_journal.py", "hub/test_journal_boot.py", "hub/test_journal_ends.py"
ENVELOPE, OPEN, BUNDLE = "plan/test_envelope.py", "plan/test_open_plan.py", "plan/test_bundle.py"
DOSAGE, STATEMENT = "plan/test_dosage.py", "plan/test_statement.py"

journal = of("hub/journal.py", JOURNAL)
boot = of("hub/journal_boot.py", BOOT)
check = of("hub/journal_check.py", BOOT)
beside = of("hub/journal_files.py", BOOT)
schema = of("hub/journal_schema.py", JOURNAL)
main = of("hub/main.py", ENDS)
contact = of("hub/contact.py", ENDS)
checks = of("hub/plan/checks.py", ENVELOPE)
envelope = of("hub/plan/envelope.py", OPEN, ENVELOPE)
bundle = of("hub/plan/fhir/bundle.py", BUNDLE)
statement = of("hub/plan/fhir/statement.py", STATEMENT, DOSAGE)
ordination = of("hub/plan/ordination.py", "plan/test_ordination.py", DOSAGE)
units = of("hub/plan/units.py", DOSAGE)
jsontext = of("hub/plan/jsontext.py", ENVELOPE, OPEN)

JOURNAL_MUTANTS = (
    journal("R11", "what could not be written is not told",
            'raise NotJournalled(f"event {rows[0][0]}: {error}", trouble(self.path, error)) from error', "return"),
    journal("R11", "half of it stays after a failure", "            self._roll_back()\n            raise", "            raise"),
    journal("R11", "a cursor goes back", "if lane not in set(Lane) or not self.cursor(lane) < seq <= self._last.seq:",
            "if lane not in set(Lane) or not seq <= self._last.seq:"),
    journal("R11", "a cursor goes past the last event",
            "if lane not in set(Lane) or not self.cursor(lane) < seq <= self._last.seq:",
            "if lane not in set(Lane) or not self.cursor(lane) < seq:"),
    journal("R11", "a receipt of another chain is told, and forgotten by the next boot",
            "        self._doubts.write(Doubt(JournalState.SHORTENED, finding, seq, head))\n        self._doubt = self._doubts.read()\n",
            "        self._doubt = Doubt(JournalState.SHORTENED, finding, seq, head)\n", BOOT),
    journal("R11", "a confirmation is forgotten by the next boot", "        self._doubts.clear()\n        self._doubt = None",
            "        self._doubt = None", BOOT),
    journal("R11", "the head file is not kept", "            with suppress(OSError):  # an older place is true as well\n                self._head_file.write(self._last)\n",
            "            pass\n", JOURNAL, BOOT),
    journal("R11", "a shortened journal is to be trusted",
            "return self.state in (JournalState.WHOLE, JournalState.NEW)",
            "return self.state in (JournalState.WHOLE, JournalState.NEW, JournalState.SHORTENED)", JOURNAL, BOOT),
    journal("R11", "a later release's events are gone on with", "        if self._barred:\n            raise JournalError(f\"{self.path}: {",
            "        if self._barred and self._doubt:\n            raise JournalError(f\"{self.path}: {", JOURNAL, BOOT),
    journal("R11", "a bad copy takes the place of a good one", "        if finding:\n            raise JournalError(f\"the copy",
            "        if finding and not part.exists():\n            raise JournalError(f\"the copy", "hub/test_journal_beside.py"),
    journal("R11", "what is gone on with can be set aside", "        if not self._barred:\n            raise JournalError(f\"{self.path}: this",
            "        if self._doubt:\n            raise JournalError(f\"{self.path}: this", ENDS),
    boot("R11", "a journal set aside leaves no doubt",
         "        DoubtFile(path.with_suffix(\".doubt\")).write(doubt)\n", "", ENDS),
    beside("R11", "who set it aside is forgotten", ", by=before.by)", ")", ENDS),
    beside("R11", "what was confirmed is answered for no longer", "furthest = max(doubt.seq, self.answered_to())", "furthest = 0",
           ENDS, "hub/test_lanes.py"),
    main("R11", "a hub without its journal is dark", "    except (JournalError, OSError, sqlite3.Error) as error:\n        log.critical(\"the hub goes on",
         "    except JournalBusy as error:\n        log.critical(\"the hub goes on", ENDS),
    contact("R11", "whom to call is kept nowhere", "            replace(self._path, msgspec.json.encode(contact))\n", "", ENDS),
    boot("R11", "a shorter journal is whole", "if told.seq > found.seq:", "if told.seq > found.seq + 10**6:"),
    boot("R11", "another chain of the same length is ours", "if row is not None and row[0] != told.head:",
         "if row is None:"),
    boot("R11", "a cursor past the end is not seen", "if found.receipted > found.seq:", "if found.receipted < 0:"),
    boot("R11", "what comes after a loss counts as sent",
         '        db.execute("UPDATE cursor SET seq = ? WHERE seq > ?", (here.seq, here.seq))  # what comes now has not been sent\n',
         ""),
    boot("R11", "a missing head file is no matter",
         'return "the head file is missing" if blank else "the head file cannot be read"', 'return ""'),
    boot("R11", "a damaged file leaves no doubt",
         "                doubts.write(Doubt(JournalState.DAMAGED, found.finding, lost.seq, lost.head.hex()))\n", ""),
    boot("H36", "another pairing's journal is ours", "if prepare(db, pairing) != pairing:", "if not prepare(db, pairing):",
         JOURNAL, BOOT),
    check("R11", "the chain is not followed", "if stored != chained(head, canonical):", "if not stored:"),
    check("R11", "what stands beside an event is not held to it",
          "if columns_of(event) != row[:5]:", "if not columns_of(event):"),
    check("R11", "a full disk is damage", "if code & 0xFF not in _DAMAGE and code not in _UNREADABLE:", "if code & 0xFF == 0:"),
    beside("R11", "a lighter finding takes the place of a graver",
           "_GRAVITY.index(before.state) > _GRAVITY.index(doubt.state)", "_GRAVITY.index(before.state) < 0", "hub/test_journal_beside.py"),
    beside("R11", "an unreadable doubt is none",
           'return Doubt(JournalState.DAMAGED, "the note of what was wrong with the journal cannot be read")', "return None"),
    beside("R11", "a torn slot is believed", 'return mark if _slot(mark) == line + b"\\n" else None', "return mark"),
    beside("R11", "of two slots the older is believed", "newest = max(known)[1]", "newest = min(known)[1]"),
    beside("R11", "the furthest known place of a lost chain is forgotten",
           "if before is not None and before.seq > doubt.seq:", "if before is not None and before.seq < doubt.seq:"),
    schema("R11", "a hash vouches for one event only",
           "return hashlib.sha256(previous + canonical).digest()", "return hashlib.sha256(canonical).digest()"),
    schema("R11", "events may be deleted", '"BEFORE DELETE ON event BEGIN', '"BEFORE DELETE ON event WHEN 0 BEGIN'),
    schema("R11", "events may be rewritten", '"BEFORE UPDATE ON event BEGIN', '"BEFORE UPDATE ON event WHEN 0 BEGIN'),
    schema("R11", "events may leave a gap", "WHEN NEW.seq IS NOT (SELECT", "WHEN NEW.seq < (SELECT"),
    schema("R11", "the pairing is not in the chain", "return hashlib.sha256(pairing.encode()).digest()",
           "return hashlib.sha256(b\"\").digest()"),
    schema("R1", "a commit need not be on the disk", '"synchronous = FULL"', '"synchronous = NORMAL"', JOURNAL,
           "hub/test_journal_crash.py"),
)  # fmt: skip

PLAN_MUTANTS = (
    envelope("R6", "a plan for another citizen is ours", '{"hub": hub, "citizen": citizen}', '{"hub": hub}'),
    envelope("R6", "a plan for another hub is ours", '{"hub": hub, "citizen": citizen}', '{"citizen": citizen}'),
    envelope("H9", "another patient's medicines in the citizen's envelope",
             "if medicines.citizen != envelope.citizen:", "if not medicines.citizen:", BUNDLE),
    checks("R2", "two slots of one name", "if slot.id in {s.id for s in before}:", "if slot in before:"),
    checks("R2", "a window reaches into its own next day", ">= DAY_MIN:\n            yield f\"$.rounds[{i}]: early_min",
           "> 2 * DAY_MIN:\n            yield f\"$.rounds[{i}]: early_min"),
    checks("R6", "three times a day in two slots", "if len(slots) != times or len(set(slots)) != times:",
           "if len(slots) != times:"),
    bundle("R6", "one page of several is the whole", 'k.get("relation") == "next"', 'k.get("relation") == "last"'),
    bundle("R6", "of two statements under one id one is chosen", "        elif twin:\n", "        elif twin and \"#\" in ident:\n"),
    bundle("R6", "of two medicines under one name the last is meant",
           "medication if medications.get(name, medication) == medication else None", "medication"),
    bundle("R6", "what the hub does not read is not shown",
           "            yield Said(ident, kind, unread=(\"a resource the hub does not read\",))\n", "            continue\n"),
    statement("R6", "a statement entered in error is taken", 'if said.rest is None and statement.status != "active":',
              'if said.rest is None and statement.status == "draft":'),
    statement("H9", "another patient's statement is taken", "if statement.subject.reference not in setting.patients:",
              "if not statement.subject.reference:", STATEMENT, BUNDLE),
    ordination("R7", "of a range only the least must fit the compartment",
               "for q in (line.quantity, line.quantity_max) if q is not None}", "for q in (line.quantity,) if q is not None}"),
    statement("R6", "a paused medicine is given", '    "on-hold": (Verdict.ON_HOLD, "paused"),\n', ""),
    ordination("R2", "the plan's interval is not carried over", "interval_min=interval_min,", "interval_min=None,"),
    ordination("R2", "of two least times the card's alone counts", "(handling.interval_min, *(p.interval_min for p in dosage.periods))",
               "(*(p.interval_min for p in dosage.periods),)"),
    ordination("R2", "doses closer than their least time are planned every day",
               "reasons = reasons or [*_clashes(fixed, clock), *_too_close(fixed, interval_min, clock)]",
               "reasons = reasons or [*_clashes(fixed, clock)]"),
    ordination("R6", "a day with more than its most is given", "[*_unplaced(fixed, clock), *_most_a_day(fixed)]",
               "[*_unplaced(fixed, clock)]"),
    ordination("R6", "free text is an empty dosage", "if said.dosage.free_text or said.dosage.by_schema:",
               "if said.dosage.by_schema:"),
    ordination("R6", "what FMK does not allow side by side is given", "if said.dosage is None or said.objections:",
               "if said.dosage is None:", "plan/test_plan_check.py"),
    ordination("R6", "two doses of one moment both count", "for ns in days.values()) or _shared(fixed.periods, days):",
               "for ns in days.values()):"),
    units("R7", "222 tablets lie in a compartment", "not STEP <= quantity <= MOST", "not STEP <= quantity"),
    units("R7", "a third of a tablet lies in a compartment", "elif quantity % STEP or not", "elif not"),
    units("R7", "tablets of a liquid", '.endswith(word) and name and form not in name.lower():',
          '.endswith(word) and not name:'),
    units("R7", "an effervescent tablet lies in a compartment", "if (code or name) and not is_solid(code, name):",
          "if not (code or name) and not is_solid(code, name):"),
    jsontext("R6", "a dose said twice is a choice", "if len(set(names)) != len(names):", "if not names[:1] == names[:1]:"),
    jsontext("R6", "a dose is a float", "float_hook=Decimal)", "float_hook=lambda text: Decimal(float(text)))", OPEN, DOSAGE,
             ENVELOPE),
)  # fmt: skip

MUTANTS = (*JOURNAL_MUTANTS, *PLAN_MUTANTS)
