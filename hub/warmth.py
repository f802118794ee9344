"""Whether the medicine lies too warm. Pure; the time is an argument.

"Ordinary temperature" on a Danish package is 15-25 °C (apoteket.dk, on keeping medicine): it was tested at 25 °C for
two years, and a few warm days harm none (the Medicines Agency, summer of 2018). The US pharmacopoeia says the same with
figures: up to 30 °C for a while, as long as the mean is no more than 25. So what counts is a day's mean, each hour
weighing less the longer ago it is. A hub that starts anew has forgotten it and begins in the middle of the ordinary: a
warm afternoon is no alarm, and 30 °C from then on is one after 17 hours.
"""

from decimal import Decimal
from math import exp

MOST_C = 25.0
WELL_C = 24.0  # below it is over: a mean at the limit must not be told again and again
BEGINS_C = 20.0
DAY_S = 24 * 3600.0


class Warmth:
    """Fed by `take`."""

    def __init__(self) -> None:
        self.mean_c = BEGINS_C
        self.too_warm = False
        self._at_s: float | None = None

    def take(self, celsius: Decimal, at_s: float) -> None:
        """One measurement, at a time of a clock that never steps."""
        passed_s = 0.0 if self._at_s is None else max(0.0, at_s - self._at_s)
        self.mean_c += (1 - exp(-passed_s / DAY_S)) * (float(celsius) - self.mean_c)
        self._at_s = at_s
        self.too_warm = self.mean_c > (WELL_C if self.too_warm else MOST_C)
