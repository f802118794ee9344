"""Mistakes about power, sound and what is sensed around: battery, stop, loudspeaker, speech, clock, warmth."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

rule = of("hub/domain/battery.py", "domain/test_battery.py")
looks = of("hub/battery.py", "hub/test_battery.py")
gauge = of("drivers/battery.py", "drivers/test_battery.py")
aplay = of("drivers/aplay.py", "drivers/test_loudspeaker.py")
loud = of("drivers/loudspeaker.py", "drivers/test_loudspeaker.py")
speech = of("drivers/speech.py", "drivers/test_loudspeaker.py")
waves = of("drivers/waves.py", "drivers/test_waves.py")
rtc = of("drivers/rtc.py", "drivers/test_sensors.py")
warmth = of("drivers/temperature.py", "drivers/test_sensors.py")
outputs = of("hub/outputs.py", "hub/test_outputs.py")

MUTANTS = (
    rule("H21", "the box stops though the mains are on", "and sensed.mains is False and", "and"),
    rule("H21", "mains nobody knows of are mains that are gone", "sensed.mains is False", "not sensed.mains"),
    rule("H21", "an opening under way is not waited for", "(STOP_PCT if state.opening is None else LAST_PCT)", "STOP_PCT"),
    rule("H21", "an opening is waited for until the battery is empty", "else LAST_PCT)", "else -1)"),
    rule("H21", "the stop is asked again and again", " and not state.stopping", ""),
    rule("H21", "a low battery is told again and again", "charge <= LOW_PCT and not low", "charge <= LOW_PCT"),
    rule("H21", "a low battery is told only when it is empty", "charge <= LOW_PCT", "charge <= STOP_PCT"),
    rule("H21", "the alarm of a low battery ends as soon as it is a little fuller", "charge >= WELL_PCT", "charge > LOW_PCT"),
    looks("H21", "one wrong look is believed", "known[len(known) // 2]", "known[0]"),
    looks("H21", "the first look after a silence is believed", "if len(known) >= LEAST_LOOKS else None", "if known else None"),
    looks("H21", "one wild point spoils how long it lasts", "rate = median(falls)", "rate = min(falls)"),
    looks("H21", "it lasts until it is empty, not until the stop", "(charge_pct - STOP_PCT)", "charge_pct"),
    looks("H21", "the time that has gone by is not taken off", " - (now_s - at_s)", ""),
    looks("H21", "the last cut's rate counts in the next one", "            self._points.clear()\n            self._s_per_pct = None\n",
          "            pass\n"),
    gauge("H21", "a battery that is out tells its last charge", "        if not there:", "        if False:"),
    gauge("H21", "a keyboard's battery will do", "if folder.name == self._name", "if folder.name != 'ac'"),
    gauge("H21", "nonsense of a gauge is a charge", "if not 0 <= charge <= OVERFULL_PCT:", "if charge < 0:"),
    aplay("H26", "a sound device that hangs is waited for", "timeout=length_s(file) + self._patience_s", "timeout=30"),
    aplay("H26", "what aplay says of its failure is not heard", "if process.returncode and wanted():", "if False:"),
    aplay("H26", "being stopped is a failure", "if process.returncode and wanted():", "if process.returncode:"),
    aplay("H26", "silence waits for the end of the sound", "                self._process.kill()", "                pass"),
    loud("H26", "no buzzer behind the loudspeaker", "                    self._buzz(sound)", "                    pass"),
    loud("H26", "silence does not reach the buzzer", "            self._buzz(None)", "            pass"),
    loud("H26", "a buzzer that fails too is not told", "            self._trouble = error", "            pass"),
    loud("H29", "a sound that was cut shows that all is well", "        if whole and what in self._told:", "        if what in self._told:"),
    loud("H29", "a loudspeaker's trouble is told with each tone", "            if what not in self._told:", "            if True:"),
    loud("H26", "what waits is said after silence was asked for", "        self._waiting.clear()\n", ""),
    speech("R15", "a file is called what it says", 'hashlib.sha256(f"{WORDS_A_MINUTE} {text}".encode()).hexdigest()[:32]', "text"),
    speech("R15", "what is said stands in the list of processes", '"--stdin", "--stdout")', '"--stdout", text)'),
    speech("R11", "a torn file is played", "return _with_length(kept.read_bytes())", "return kept.read_bytes()"),
    waves("H26", "a tone without harmonics", "PARTIALS_DB = (0, -2, -4, -6, -8, -10)", "PARTIALS_DB = (0,)"),
    waves("H26", "harmonics nobody hears", "PARTIALS_DB = (0, -2, -4, -6, -8, -10)", "PARTIALS_DB = (0, -20, -22, -24, -26)"),
    waves("H26", "a pulse that begins with a click", "min(1.0, n / ramp, (total - n) / ramp)", "min(1.0, (total - n) / ramp)"),
    waves("H26", "a reminder as loud as an alarm", "scale = tone.volume * PEAK", "scale = PEAK"),
    rtc("H4", "a clock whose battery was out tells the time", "said & DATA_INVALID or told.year < LEAST_YEAR", "False"),
    rtc("H4", "a clock's low battery is told nobody", "if said & (BACKUP_LOW | BACKUP_EMPTY):", "if False:"),
    rtc("H4", "any clock is the Pi's own", "else not ON_I2C.fullmatch(address)", "else True"),
    warmth("R13", "a thermometer that has not measured is believed", "LEAST_C, MOST_C = -20, 60", "LEAST_C, MOST_C = -20, 90"),
    outputs("R15", "the medicine is named aloud", '"Det er tid til din medicin."', '"Det er tid til Pinemol."'),
    outputs("H29", "each reminder is spoken", " if beat == 0 else", " if beat >= 0 else"),
    outputs("H26", "dim while it calls", "        say=_sentence(state) if beat == 0 else \"\",", "        say=_sentence(state) if beat == 0 else \"\", light_pct=NIGHT_PCT,"),
)  # fmt: skip
