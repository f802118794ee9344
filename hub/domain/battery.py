"""What follows from the battery's charge (H21): an alarm while there is time to act, an orderly stop at the end.

A cut loses nothing that was committed (R11). The stop spares the card a brown-out while it writes, of which cards die,
and the journal tells when the box went off. Pure.
"""

from hub.domain import events as e
from hub.domain.alarms import alarm, over
from hub.domain.plan import Criticality
from hub.domain.reading import Sensed
from hub.domain.state import State

LOW_PCT = 30  # of three hours some 35 minutes more until the stop: time to reach the home, or to call
STOP_PCT = 10  # to stop takes half a minute; but a gauge may be wrong by some per cent, and an old cell ends suddenly
LAST_PCT = 5  # an opening under way is waited for, but not below this
WELL_PCT = 40  # so far above low that it is not told again and again


def battery(state: State, sensed: Sensed) -> e.Bodies:
    """What to do now. Low is told whatever the mains: one that does not charge does not last through the next cut.
    The box stops only where the mains are sensed gone and the charge is known."""
    charge = sensed.charge_pct
    if charge is None:
        return []
    if charge >= WELL_PCT:
        return over(state, e.AlarmCode.BATTERY_LOW)
    low = any(a.code is e.AlarmCode.BATTERY_LOW and not a.ended for a in state.alarms.values())
    bodies: e.Bodies = []
    if charge <= LOW_PCT and not low:
        bodies.append(alarm(e.AlarmCode.BATTERY_LOW, "hub", Criticality.MEDIUM))
    if _must_stop(state, charge) and sensed.mains is False and not state.stopping:
        bodies.append(e.PoweredOff(charge_pct=charge))
    return bodies


def _must_stop(state: State, charge_pct: int) -> bool:
    return charge_pct <= (STOP_PCT if state.opening is None else LAST_PCT)
