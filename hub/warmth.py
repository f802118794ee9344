"""Whether the medicine lies too warm. Pure; the time is an argument.

"Ordinary temperature" on a Danish package is 15-25 °C (apoteket.dk, on keeping medicine), and what may not be kept
above 25 °C says so; a warm afternoon harms none (the Medicines Agency, summer of 2018). So what counts is a day's mean,
each hour weighing less the longer ago it is. A hub that starts anew begins with what it measures then.
"""

from decimal import Decimal
from math import exp

MOST_C = 25.0
WELL_C = 24.0  # below it is over: a mean at the limit must not be told again and again
DAY_S = 24 * 3600.0


class Warmth:
    """Fed by `take`."""

    def __init__(self) -> None:
        self.mean_c: float | None = None
        self.too_warm = False
        self._at_s = 0.0

    def take(self, celsius: Decimal, at_s: float) -> None:
        """One measurement, at a time of a clock that never steps."""
        now_c = float(celsius)
        share = 1 - exp(-max(0.0, at_s - self._at_s) / DAY_S)
        self.mean_c = now_c if self.mean_c is None else self.mean_c + share * (now_c - self.mean_c)
        self._at_s = at_s
        self.too_warm = self.mean_c > (WELL_C if self.too_warm else MOST_C)
