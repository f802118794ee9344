"""The world's battery: drained while the mains are off, charged while they are on. No I/O, no clock.

Two 18650 cells of 3400 mAh at 3.6 V, of which a step-up converter gives 85 %: 20.8 Wh. A Pi 4B draws 3 W (600 mA bare,
by Raspberry Pi's documentation), a 10.1" panel some 4 W (assumed): 3 hours. A charger of 1 A at 5 V takes 5 (assumed).
Charge goes evenly; a box that is empty is not switched off here.
"""

from drivers.world_compartment import NotPossible

RUNS_S = 3 * 3600.0
CHARGES_S = 5 * 3600.0


class WorldBattery:
    """Full at first, with the mains on. `unplugged`: its gauge does not answer, and it neither gives nor takes."""

    def __init__(self) -> None:
        self.unplugged = False
        self._pct, self._mains, self._at_s = 100.0, True, 0.0

    def mains(self, on: bool, now_s: float) -> None:
        self._pass(now_s)
        self._mains = on

    def put(self, charge_pct: int, unplugged: bool, now_s: float) -> None:
        """A battery so full, in it or beside it."""
        self._pct, self.unplugged, self._at_s = float(charge_pct), unplugged, now_s

    def charge_pct(self, now_s: float) -> int:
        """As its gauge tells it, rounded down. Raises NotPossible where there is none."""
        if self.unplugged:
            raise NotPossible("the battery is unplugged")
        self._pass(now_s)
        return int(self._pct)

    def _pass(self, now_s: float) -> None:
        gone_s, self._at_s = max(0.0, now_s - self._at_s), now_s
        if not self.unplugged:
            gained = gone_s / CHARGES_S if self._mains else -gone_s / RUNS_S
            self._pct = min(100.0, max(0.0, self._pct + 100 * gained))
