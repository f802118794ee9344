"""Mistakes in weighing: what is no weight, or of another time, and passes for one."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

weighing = of("drivers/weighing.py", "drivers/test_weighing.py")
line = of("drivers/scale_serial.py", "drivers/test_scale_serial.py")
scale = of("drivers/scale.py", "drivers/test_scale.py")
kernel = of("drivers/scale_iio.py", "drivers/test_scale_iio.py")
calibration = of("drivers/calibration.py", "drivers/test_calibration.py")

MUTANTS = (
    weighing("H15", "a converter that hangs shows a weight at rest", "if self._same >= STUCK_SAMPLES:",
             "if self._same >= 100 * STUCK_SAMPLES:"),
    weighing("H15", "a window of one count is a cell at rest",
             "judged.stable and self._same < LEAST_SAMPLES", "judged.stable"),
    weighing("H15", "a converter at its limit weighs", "if not -RAIL <= counts < RAIL:", "if counts > RAIL:"),
    weighing("H15", "a tray that is out weighs", "elif weight_mg < LIFTED_MG:", "elif weight_mg < 100 * LIFTED_MG:"),
    weighing("H15", "a weight that creeps is at rest", "still and not creeping, creeping", "still, creeping"),
    weighing("H15", "creep is only ever upwards", "return abs(last - first) > CREEP_MG", "return last - first > CREEP_MG"),
    weighing("R13", "what was weighed before a gap is of one piece with what came after",
             " or still[-1][0] - sample[0] > GAP_S", ""),
    weighing("R13", "a weight is at rest though nobody has looked for a while", " and now_s - newest_s <= GAP_S", ""),
    weighing("R13", "half a window held still, and that will do", "newest_s - still[-1][0] >= WINDOW_S",
             "newest_s - still[-1][0] >= WINDOW_S / 2"),
    weighing("R13", "what was weighed before the cell was lost counts", "        self._window.clear()\n", ""),
    weighing("R13", "what was weighed seconds ago counts", "at_s - LONGEST_S:", "at_s - 8 * LONGEST_S:"),
    line("R13", "what waited while nobody read was weighed now", "if len(data) > BEHIND:", "if len(data) > CHUNK:"),
    line("R13", "a line's end that comes late was weighed now",
         "        if not data:\n            self._begun, self._whole = b\"\", self._whole and not self._begun\n", ""),
    line("R13", "the end of a line is a line", "self._begun, self._whole = b\"\", False\n        self.nonsense",
         "self._begun, self._whole = b\"\", True\n        self.nonsense"),
    line("H15", "a line needs only begin like one", "_LINE.fullmatch(line)", "_LINE.match(line)"),
    scale("R13", "a sample is stamped when it has come, though it is older",
          "        at_s, real_s = self._monotonic() - self._cell.age_s, time.monotonic()\n        counts = self._cell.sample()\n",
          "        real_s = time.monotonic()\n        counts = self._cell.sample()\n        at_s = self._monotonic() - self._cell.age_s\n"),
    scale("R13", "a sample is as young as its asking", "self._monotonic() - self._cell.age_s", "self._monotonic()"),
    kernel("H15", "the first converter that is found will do", "return [(folder / name).read_text().strip() for name in (\"name\", \"label\")] == [NAME, LABEL]",
           "return (folder / \"name\").read_text().strip() == NAME"),
    kernel("H15", "whatever the gain, the counts are the same", "if scale != gain_128:", "if scale < gain_128:"),
    calibration("H15", "what was still moving is a calibration", "slope * NOISE_MG * 2:", "slope * NOISE_MG * 200:"),
    calibration("H15", "the same weight twice is two points", "if not SLOPE[0] <= slope <= SLOPE[1]:", "if slope > SLOPE[1]:"),
)  # fmt: skip
