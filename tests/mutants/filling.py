"""Mistakes in what the hub sees of a filling, and in the command that leads through one."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

at_fill = of("hub/at_fill.py", "hub/test_at_fill.py")
evidence = of("hub/filling_evidence.py", "hub/test_at_fill.py")
desk = of("hub/desk.py", "hub/test_at_fill.py")
loop = of("hub/loop.py", "hub/test_at_fill.py")
outputs = of("hub/outputs.py", "hub/test_at_fill.py")
command = of("medhub/staff_fill.py", "house/test_staff_fill.py")

MUTANTS = (
    evidence("H10", "of two packages the first will do", "        if len(self.packages) > 1:\n            return Unclear.TWO_PACKAGES\n", ""),
    evidence("H10", "a code that was refused is no scan", "Unclear.CODE_NOT_READ if self.unread else \"\"", "\"\""),
    evidence("H10", "one scan counts for every dose", "replace(forgotten(evidence), counted=", "replace(evidence, counted="),
    evidence("R13", "each count weighs all that lies there", "reading.weight_mg - before_mg", "reading.weight_mg"),
    evidence("R13", "what was not weighed weighs what came later", "weight_mg = reading.weight_mg if reading else None",
             "weight_mg = reading.weight_mg if reading else evidence.weight_mg"),
    at_fill("R13", "a weight from before the tablets lay there counts", "and reading.stable and reading.at_s >= since_s", "and reading.stable"),
    at_fill("R13", "a count does not wait for rest", "and reading.stable and reading.at_s >= since_s", "and reading.at_s >= since_s"),
    at_fill("H10", "a count that is wrong is told only at the end",
            "        if not message.as_it_is:\n            self._judge(going, evidence, counted, by)\n", ""),
    at_fill("H10", "what was counted in one filling counts in the next",
            "        if self._loop.state.filling is None:\n            self._kept = None\n        sensed", "        sensed"),
    at_fill("H10", "what happens after the last count is not weighed", "return self._at_rest(filled) if self._weighs(message) else filled(None)", "return filled(None)"),
    at_fill("R12", "a compartment that is not there is unlocked", "            raise _NotSo(Reason.NO_SUCH)\n        if self._loop.state.filling", "            pass\n        if self._loop.state.filling"),
    desk("H13", "a filling waits for a slow disk", "p.HandOutEarly, p.BeginFilling, p.SetTime)", "p.HandOutEarly, p.SetTime)"),
    desk("H10", "whoever fills is their own second person", "if isinstance(message, p.Fill) and message.second_person == message.person:", "if isinstance(message, p.Fill) and not message.person:"),
    desk("H10", "the second person at a fill needs no PIN", "self._pins.admit(message.second_person, message.second_pin or \"\").name", "message.second_person"),
    loop("R12", "a filling's lock gets no pulse", "elif isinstance(body, e.FillingBegun) and self._devices is not None:", "elif isinstance(body, e.FillingBegun) and self._devices is None:"),
    outputs("H10", "nothing shows which compartment is filled", "lamp=state.filling.compartment)", "lamp=None)"),
    command("R7", "a filling broken off is not told the hub", "ask(self._client, p.EndFilling(**self._who))", "pass"),
    command("H10", "a weight that differs is kept unasked", "as_it_is = _typed(f\"  Put right: Enter ({KEEP}: it is right, a second person looks): \") == KEEP", "as_it_is = True"),
)  # fmt: skip
