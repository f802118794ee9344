"""What little the world knows of the real-time clock, the warmth in the box and the light of its screen."""

from decimal import Decimal

from drivers.world_compartment import NotPossible
from drivers.world_protocol import RtcFault

TROUBLE = {
    RtcFault.UNPLUGGED: "no clock answers",
    RtcFault.BATTERY_OUT: "the clock has lost the time: its battery was out",
    RtcFault.BATTERY_LOW: "the clock's battery is low",
}


class Surroundings:
    """A clock in step with the machine's, a room of 21 °C, a bright screen."""

    def __init__(self) -> None:
        self.rtc_fault: RtcFault | None = None
        self.rtc_ahead_s = 0.0
        self.celsius: Decimal | None = Decimal(21)
        self.light_pct = 100

    def rtc_ahead(self) -> float:
        if self.rtc_fault is not None:
            raise NotPossible(TROUBLE[self.rtc_fault])
        return self.rtc_ahead_s

    def warmth(self) -> Decimal:
        if self.celsius is None:
            raise NotPossible("the thermometer is unplugged")
        return self.celsius
