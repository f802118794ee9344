"""Mistakes at the edges of the core: loop, desk, devices, locks, signatures, the log out."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

loop = of("hub/loop.py", "hub/test_loop.py")
desk = of("hub/desk.py", "hub/test_desk.py")
afar = of("hub/from_afar.py", "hub/test_signed_documents.py")
keyring = of("hub/keyring.py", "hub/test_keyring.py")
devices = of("hub/devices.py", "hub/test_devices.py")
pulses = of("hub/pulses.py", "hub/test_devices.py")
seen_lids = of("hub/seen_lids.py", "hub/test_devices.py")
seen_weight = of("hub/seen_weight.py", "hub/test_devices.py")
states = of("hub/device_states.py", "hub/test_devices.py")
doubted = of("hub/doubted_locks.py", "hub/test_doubted_locks.py")
still = of("hub/still_weight.py", "hub/test_still_weight.py", "hub/test_devices.py")
signals = of("hub/signals.py", "hub/test_self_test.py")
warmth = of("hub/warmth.py", "hub/test_warmth.py")
signed = of("hub/signed.py", "hub/test_signed.py")
lanes = of("hub/lanes.py", "hub/test_lanes.py", "hub/test_desk.py")
locks = of("drivers/compartments.py", "drivers/test_compartments.py", "drivers/test_compartment_faults.py")
one_lock = of("drivers/one_lock.py", "drivers/test_compartments.py")
lids = of("drivers/lids.py", "drivers/test_compartment_faults.py")
chip_lines = of("drivers/chip_lines.py", "drivers/test_chip_pins.py")
chip_pins = of("drivers/chip_pins.py", "drivers/test_chip_pins.py")
walk = of("hub/commissioning.py", "hub/test_commissioning.py")
kept = of("hub/commissioned.py", "hub/test_commissioned.py")
at_box = of("medhub/at_box.py", "house/test_commission.py")
calibrate = of("drivers/calibration.py", "drivers/test_calibration.py")
command = of("medhub/commission.py", "house/test_commission.py")
board = of("hub/board_rules.py", "hub/test_board.py")
upload = of("sync/upload.py", "sync/test_through.py")

LOOP_MUTANTS = (
    loop("R1", "the lock moves before its intent is written",
         "        try:\n            self.journal.append(events)",
         "        self._effects(bodies)\n        try:\n            self.journal.append(events)"),
    loop("R1", "replay runs effects",
         "        if replay.lost:\n            journal.bar",
         "        self._effects([event.body for event in journal.replay()])\n        if replay.lost:\n            journal.bar"),
    loop("R11", "what could not be written has happened all the same",
         "            self._journal_is(error.state, str(error))\n            return NOT_WRITTEN",
         "            self._journal_is(error.state, str(error))\n            self.state = state\n            return NOT_WRITTEN"),
    loop("R11", "a full disk is not told", "            self._journal_is(error.state, str(error))\n", ""),
    loop("R13", "an old reading counts as new", "self.clock.now().monotonic_s - reading.at_s > READING_OLD_S",
         "reading.at_s - self.clock.now().monotonic_s > READING_OLD_S"),
    loop("R16", "petted while a device's thread is dead",
         "if (self.good or not self.follows) and self._healthy():", "if self.good or not self.follows:"),
    loop("R16", "petted after a tick that was not good",
         "if (self.good or not self.follows) and self._healthy():", "if self._healthy():"),
    loop("R10", "a heartbeat though nothing can be written", "self.good = self._settle() and self.context.journal is None",
         "self.good = self._settle()"),
    loop("R11", "a hub that begins where nothing can be written goes on", "if self.follows and isinstance(begun, Refusal):",
         "if not self.follows and isinstance(begun, Refusal):"),
    loop("R10", "a tick that was not good counts", "        if self.good:\n            self.tick += 1",
         "        self.tick += 1\n        if self.good:\n            pass"),
    loop("R11", "a journal that cannot be followed is gone on with", "        self.follows = False\n", ""),
    loop("R11", "what boot found wrong with the journal is not told the core",
         "if self.journal.doubt is not None:", "if self.journal.doubt is not None and self.journal.trustworthy:"),
    loop("R1", "a core gone wrong is a refusal", "raise CoreFailed(type(command).__name__) from error",
         "return NOT_WRITTEN"),
    loop("R1", "an opening that was under way is weighed while the scale still moves",
         "while (sensed := self.sensed()).reading is None or not sensed.reading.stable:",
         "while (sensed := self.sensed()).reading is None:"),
)  # fmt: skip

DESK_MUTANTS = (
    desk("R5", "staff may fill on a time nobody vouches for", "p.Empty: May.EMPTY,",
         "p.Empty: May.EMPTY, p.Fill: May.EMPTY,"),
    desk("R10", "a hub that cannot write is well", "        if not self._loop.good:\n            return _refused(Reason.JOURNAL)\n", ""),
    desk("R11", "a refused confirmation confirms the journal",
         "        if isinstance(result, Refusal):\n            return _answer_of(result)\n        if isinstance(command, c.ConfirmJournal):\n            self._loop.journal.confirm()",
         "        if isinstance(command, c.ConfirmJournal):\n            self._loop.journal.confirm()\n        if isinstance(result, Refusal):\n            return _answer_of(result)\n        if False:\n            pass",
         "hub/test_desk_full_disk.py"),
    desk("R10", "a screen that was alive once is alive",
         "self._shown_at_s is not None and now.monotonic_s - self._shown_at_s < SCREEN_SILENT_S",
         "self._shown_at_s is not None"),
    desk("R11", "without a journal everything is answered",
         "if not self._loop.follows and not isinstance(message, _WITHOUT_JOURNAL):", "if not self._loop.follows and not message:"),
)  # fmt: skip

DEVICE_MUTANTS = (
    pulses("R1", "a pulse of an opening that has ended is given",
           "if self._over or pulse.opening != self.opening:", "if self._over:"),
    pulses("R12", "a pulse is given after everything was put off",
           "if self._over or pulse.opening != self.opening:", "if pulse.opening != self.opening:"),
    pulses("R1", "a pulse that waited is given however late", "if self._real_s() - since_s > PULSE_OLD_S:",
           "if self._real_s() < since_s:"),
    pulses("R12", "a pulse is given while a lock's line is high or unseen", "            return f\"{NOT_GIVEN}{error}\"",
           "            return None"),
    pulses("R12", "locks are looked at when they are pulsed, and only then",
           "self.off = self._states.attempt(Device.LOCKS, self._compartments.check_locks)", "self.off = True"),
    of("hub/devices.py", "hub/test_devices.py")("R12", "locks nobody sees are off", "off = self.pulses.off and not self.looks[Device.LOCKS].hangs", "off = self.pulses.off"),
    pulses("H12", "a pulse that could not be given was given", "            return str(error)", "            return None"),
    seen_lids("R12", "a pulse is given though nobody sees the lids", "        except DeviceError:\n            return False",
              "        except DeviceError:\n            return True"),
    seen_lids("R12", "what failed at a pulse is wrong until the next one", "        try:\n            return self._all() == frozenset()",
              "        try:\n            with self._states.asking(Device.LIDS, 2):\n                return self._all() == frozenset()"),
    seen_lids("R12", "one lid's edge says where all of them are", "            if self.open is not None:\n                self._are(self.open |",
              "            self.open = self.open or frozenset()\n            if self.open is not None:\n                self._are(self.open |"),
    seen_lids("R12", "an old look undoes a newer edge", "if edges == self.edges:", "if edges <= self.edges:"),
    devices("R12", "what was sensed before the looks hung still counts",
            "lids = None if self.looks[Device.LIDS].hangs else self._lids.open", "lids = self._lids.open"),
    devices("R16", "looks that hang are healthy",
            "all(thread.is_alive() for thread in self._threads) and not any(map(self.states.hung, NEEDED))",
            "all(thread.is_alive() for thread in self._threads)"),
    devices("R16", "one thread alive is enough",
            "all(thread.is_alive() for thread in self._threads)", "any(thread.is_alive() for thread in self._threads)"),
    seen_weight("R13", "a scale that never rests is well", "if self._real_s() - self._rested_s > UNREST_S:",
                "if self._real_s() < self._rested_s:"),
    seen_weight("R12", "a weight at rest waits for the tick", "        if rests:\n            self._at_rest()",
                "        if rests and self._shut_s > 1e9:\n            self._at_rest()"),
    seen_weight("R12", "what could not be read just now is what it was",
                "            self.reading = reading\n", "            self.reading = reading or self.reading\n"),
    doubted("R9", "after a restart another lock's pulse says that all are well", "self._why[self._pulsed] = body.reason", "pass"),
    doubted("R9", "a lock that hung is forgotten with its process", "self._why.setdefault(self._pulsed, body.text)", "pass"),
    doubted("H12", "a pulse that was not tried doubts its lock", " and not body.reason.startswith(NOT_GIVEN)", ""),
    still("R7", "a weight that changed while a lid moved is told", "reading is None or shut_since_s is None:", "reading is None:"),
    still("R7", "an edge between two looks is forgotten", " or self._rested[0][0] < shut_since_s", ""),
    still("R7", "weights far apart in time are compared", "now_s - self._rested[-1][0] > GAP_S or ", ""),
    still("R7", "a hand that leans on the box takes tablets", "elif now_s - self._other_s >= HOLD_S:", "else:"),
    still("R7", "what creeps into the median is nothing", "            self._rested = deque([self._rested[0]])", "            pass"),
    still("R7", "a scale that was lost is gone on with", "            self._begin_anew()\n        elif not reading.stable:",
          "            pass\n        elif not reading.stable:"),
    seen_lids("R7", "lids that nobody looks at have been shut all along", "None if self._real_s() - self._seen_s > HANG_S else ", ""),
    signals("R12", "the self-test puts out an opening's lamp", "if number != self._lit:", "if number:"),
    signals("R12", "the self-test goes on in an opening", "            if self._opens.is_set():\n                return False\n", ""),
    warmth("R9", "a warm afternoon is too warm", "self._at_s is None else max(0.0, at_s - self._at_s)", "self._at_s is None else 1e9"),
    states("R9", "a single bad answer is a device lost", "LOST_S = 5.0", "LOST_S = 0.0"),
    states("R9", "a loose plug is a new trouble each time", "WELL_S = 30.0", "WELL_S = 1.0"),
    states("R9", "another lock's pulse says that this one is well", "        self._begin(device, part)\n        try:", "        part = 0\n        self._begin(device, part)\n        try:"),
    states("R16", "a device that was never there is a reason to begin anew", "p.answered and p.hangs(now_s)", "p.hangs(now_s)"),
    states("R12", "what does not answer is not lost", "        if hangs or self.wrong:", "        if self.wrong:"),
    states("R9", "what has not answered yet is well", "p.since_s is not None or not p.answered", "p.since_s is not None"),
)  # fmt: skip

LOCK_MUTANTS = (
    one_lock("R12", "a lock stays on where giving the pulse fails",
             "            finally:\n                try:\n                    off()\n                finally:\n                    self._turns += 1",
             "            except ValueError:\n                pass\n            off()\n            self._turns += 1"),
    one_lock("R12", "two locks at a time", "        with self._one:\n            if self._closing",
             "        if True:\n            if self._closing"),
    one_lock("R12", "a pulse is given after the box was closed", "if self._closing.is_set():\n                raise",
             "if not self._one.locked():\n                raise"),
    one_lock("R12", "closing does not cut a pulse short", "self._closing.wait(self._pulse_s)",
             "threading.Event().wait(self._pulse_s)"),
    one_lock("R12", "a board may ask for any pulse", "min(pulse_s, PULSE_S)", "pulse_s"),
    locks("R12", "a lock is on from the start",
          "return kind(wire.line, initial_value=False,", "return kind(wire.line, initial_value=True,"),
    locks("R12", "a broken lid wire reads as shut",
          "return not bool(self._switch.is_active)", "return bool(self._switch.is_active)"),
    locks("R12", "what a lid tells is turned round",
          "self._lids.moved(self._number, bool(high))", "self._lids.moved(self._number, not high)"),
    locks("R12", "a line that stays high is a pulse given", "    lock.off()\n    if lock.is_active:", "    lock.off()\n    if False:"),
    locks("R12", "a line that is high already is pulsed", "    if lock.is_active:\n        raise OSError(\"its line is high already",
          "    if False:\n        raise OSError(\"its line is high already"),
    locks("R12", "a lock that did not rise was pulsed", "if not lock.is_active:", "if False:"),
    locks("R12", "the twin's lines are left as they were found",
          "                self._all_off()\n            except WorldError:\n                self._watch",
          "                pass\n            except WorldError:\n                self._watch"),
    locks("H13", "a line that is high with no pulse is nobody's matter", "    if high:\n        raise", "    if not high and high:\n        raise"),
    one_lock("H13", "a pulse under way is a line high unasked", "if turns == self._turns and turns % 2 == 0 else []", "if turns == self._turns else []", "drivers/test_compartment_faults.py"),
    locks("H34", "every lamp is the first one's", "lamp = self._known(self._lamps, number)",
          "lamp = self._known(self._lamps, self.numbers[0])"),
    lids("H13", "a lid that flaps tells for ever", "and not self._flaps(number)", ""),
    lids("R12", "a lid that flaps is as sensed as any", "        if self._flaps(number):", "        if False:"),
    chip_lines("R12", "a chip is given up with its lines high", "for line in list(self._high):", "for line in ():"),
    chip_lines("R12", "a direction is written before the levels", "self.write(line, line in self._high)", "pass"),
    chip_pins("R12", "a found chip's lids come before its locks", "key=lambda pin: not pin.output", "key=lambda pin: pin.output"),
    chip_pins("R12", "one look at a lid is enough", "and before.get(line) is now[line]", ""),
    chip_pins("R12", "a lost chip is not looked for", "                if self._lines is None:\n                    self._find()\n", ""),
    chip_pins("R12", "nobody is told when nobody looks at the lids", "or not self._thread.is_alive()", ""),
    walk("H34", "another lid than its own is good enough", "    if moved - own:", "    if False:"),
    walk("R12", "a lock is pulsed in the walk while a lid is open", "if before != frozenset():", "if before is None:"),
    kept("H34", "a board is as good as another", "kept is not None and kept.board == board", "kept is not None"),
    kept("H34", "locks exchanged in the file are the same board", "sorted(board.compartments.items())", "sorted(board.compartments)"),
    command("H34", "a walk that fails leaves what was kept", "            commissioned.forget(config.state_dir)\n", ""),
    command("H34", "a walk that fails is kept", "if not _walk(box, person):", "if _walk(box, person) is None:"),
    at_box("R12", "a filled box is walked through", "        if state.fills:", "        if not state.fills and state.fills:"),
    calibrate("R13", "a scale that does not come back is kept", "    if back_mg > BACK_MOST * loaded_mg:", "    if back_mg > loaded_mg:"),
    board("R12", "a pulse longer than the solenoid bears", "min(solenoid.rated_ms, round(PULSE_S * 1000))", "round(PULSE_S * 1000)"),
    board("H14", "a lock on a line that is pulled up at boot", "line.line in PULLED_UP or line.line in UART", "line.line in UART"),
    board("H34", "one line for two", "!= name:\n            yield Finding((*key, \"line\"), f\"line {line.line} of", "is None:\n            yield Finding((*key, \"line\"), f\"line {line.line} of"),
)  # fmt: skip

AFAR_MUTANTS = (
    afar("R14", "a document for another citizen is ours",
         "(document.hub, document.citizen) != (self._trust.hub, self._trust.citizen)", "document.hub != self._trust.hub"),
    afar("R14", "a document for another hub is ours",
         "(document.hub, document.citizen) != (self._trust.hub, self._trust.citizen)",
         "document.citizen != self._trust.citizen"),
    afar("H20", "a command never expires", "issued - SKEW <= self._loop.clock.now().wall < expires",
         "issued - SKEW <= self._loop.clock.now().wall"),
    afar("R14", "a command from the future counts", "issued - SKEW <= self._loop.clock.now().wall < expires",
         "self._loop.clock.now().wall < expires"),
    afar("H20", "a command may count for years", "if expires - issued > life:", "if expires < issued:"),
    afar("R5", "a command counts on a time nobody vouches for",
         "        if not self._allows(May.SIGNED):\n            raise NotOurs(Reason.CLOCK)\n", ""),
    afar("R14", "a document's name said twice is a choice", "msgspec.convert(read_json(payload), kind)",
         "msgspec.json.decode(payload, type=kind)"),
    afar("R14", "a key's successor is nobody's business", "if why := objection(", "if None and objection("),
    afar("R14", "a key retired still signs", "now.wall if now.trusted and not loop.state.clock_doubted else None", "None"),
    keyring("R14", "a key is retired on a time nobody vouches for", "if trusted_now is not None and trusted_now >= k.until",
            "if trusted_now is None or trusted_now >= k.until"),
    keyring("R14", "any key hands on any other", "(signer.kid, signer.purpose) != wanted", "signer.purpose is Purpose.ROOT"),
    keyring("R14", "a key has as many successors as are signed", "if wanted in ((k.replaces", "if () in ((k.replaces"),
    keyring("R14", "a key is retired at once", "rotation.until < now + OVERLAP", "rotation.until < now"),
    keyring("R14", "a plan's key becomes a command's under a new name", "or key.jwk.get(\"x\") == rotation.key.x", ""),
)  # fmt: skip

SIGNED_MUTANTS = (
    signed("R14", "a plan's key signs commands", "lambda key: key.purpose is purpose)", "lambda key: True)"),
    signed("R14", "any key of the purpose will do", "if k.kid == kid and of_purpose(k)", "if of_purpose(k)"),
    signed("R14", "a document's type is not asked for", "if header[\"typ\"] != typ:", "if not header[\"typ\"]:"),
    signed("R14", "a header may say what it likes", "set(header) != {\"alg\", \"kid\", \"typ\"}",
           "not {\"alg\", \"kid\", \"typ\"} <= set(header)", "hub/test_signed_documents.py"),
    signed("R14", "the signature is not checked",
           "done = jws.deserialize_compact(token.encode(), OKPKey.import_key(dict(key.public.jwk)), registry=_REGISTRY)",
           "done = jws.extract_compact(token.encode(), registry=_REGISTRY)"),
    signed("R14", "the public half carries the private one", 'if k in {"kty", "crv", "x"}})', "})",
           "plan/test_open_plan.py", "sync/test_enrol.py"),
)  # fmt: skip

LOG_MUTANTS = (
    lanes("R14", "a receipt by any key moves the cursor", "Purpose.RECEIPT)", "Purpose.COMMAND)"),
    lanes("R11", "a receipt for another chain moves the cursor",
          "if self._journal.head_at(receipt.seq) != receipt.head:", "if not receipt.head:"),
    lanes("R9", "a receipt for another hub moves the cursor",
          "if receipt.hub != self._trust.hub or lane is None:", "if lane is None:"),
    lanes("H32", "anything may be set aside", "if [seq for seq, _ in rows] != [message.seq]:", "if not rows:"),
    upload("R11", "what the gateway holds instead is not told",
           "                    self._hub.call(p.Acked(receipt=error.receipt))\n", "                    pass\n", "sync/test_upload.py"),
    upload("H32", "what is about us is held against the event", "frozenset({400, 413, 422})",
           "frozenset({400, 401, 403, 413, 422})", "sync/test_upload.py"),
    upload("R9", "what is at rest goes before alarms", "waiting = list(Lane)", "waiting = list(reversed(Lane))", "sync/test_upload.py"),
    upload("R11", "a whole batch is set aside for one event", "            if len(batch.events) > 1:\n",
           "            if len(batch.events) > BATCH:\n"),
    upload("H32", "a server's refusal of one lane stops them all",
           "                waiting.remove(found[0])", "                waiting.clear()", "sync/test_upload.py"),
)  # fmt: skip

MUTANTS = (*LOOP_MUTANTS, *DESK_MUTANTS, *AFAR_MUTANTS, *DEVICE_MUTANTS, *LOCK_MUTANTS, *SIGNED_MUTANTS, *LOG_MUTANTS)
