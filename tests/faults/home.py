"""A home in which devices fail: the core and the hub's devices, driven second by second, and a person who does what the
screen lets them. No thread runs and nothing waits; what a device's thread does is done here, a look at a time."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from msgspec.structs import replace

from hub.checks import warmth_check
from hub.device_states import Check
from hub.devices import Devices
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.events import Device
from hub.domain.intake import Moment
from hub.domain.reading import Sensed
from hub.outputs import outputs
from hub.pulses import Pulse
from hub.snapshot import Context, snapshot
from tests.domain.play import DAY, MORNING, TABLET_MG, Play, ordination, plan_of
from tests.hub.box import Box, HandClock
from ui.panel import PANELS
from ui.present import present
from ui.view import HERE, View

INTAKE = f"{DAY}/morning"
NAMES = {Device.LOCKS: ("lock", "lines"), Device.LAMPS: ("lamp",)}  # as `Box` calls them; others as they are called
ON_DEMAND = (Device.LAMPS, Device.SOUNDER)  # nobody looks at these unless they are to do something
PANEL = PANELS["7-touch-display-2"]
CONTEXT = Context(hub="hub-7")


class Home(Play):
    """One intake of two tablets lies in compartment 1. `removed`: how many have really left."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Box(HandClock())
        self.posted: list[c.Command] = []
        self.degrees, self.warm_s = Decimal(21), 0.0
        checks: dict[Device, Check] = {d: partial(self._answers, d) for d in (Device.SCANNER, Device.RTC)}
        checks[Device.TEMPERATURE] = warmth_check(self, lambda: self.now.monotonic_s + self.warm_s)
        self.box_devices = Devices(
            *self.box.parts(), post=self.posted.append, real_s=lambda: self.now.monotonic_s, checks=checks
        )
        self.hanging: set[Device] = set()
        self._asked_in_vain: set[tuple[Device, int]] = set()
        self.springs = True  # an unlocked lid
        self.removed = 0.0
        self.broke: list[str] = []  # rules that were not kept
        self._openings = count(1)
        self.look()
        plan = plan_of(ordination("pinemol", MORNING, quantity=2))
        assert self.accept(plan) == ()
        assert self.fill("morning", 1, 2) == ()

    def _answers(self, device: Device) -> str:
        self.box.ask(device)
        return "well"

    def celsius(self) -> Decimal:
        self.box.ask(Device.TEMPERATURE)
        return self.degrees

    def warm(self, degrees: int, for_s: float) -> None:
        """It has been so warm for so long, says the thermometer from now on."""
        self.degrees, self.warm_s = Decimal(degrees), for_s

    # -- the box's second ----------------------------------------------------------------------------------------------

    def sensed(self) -> Sensed:
        return self.box_devices.sensed

    def second(self, seconds: float = 1) -> "Home":
        for _ in range(round(seconds)):
            self.now = _later(self.now, timedelta(seconds=1))
            self.look()
            self.hear()
            self.tick()
            self.show()
        return self

    def look(self) -> None:
        """What each device's thread would do now; one that hangs does nothing."""
        devices, self.box.clock.moment = self.box_devices, self.now
        self.box.weight_mg = self.weight_mg
        for device, look in devices.looks.items():
            if device not in self.hanging:
                look.once()

    def hear(self) -> None:
        """Take what the devices have posted."""
        while self.posted:
            self.do(self.posted.pop(0))

    def show(self) -> None:
        """Lamp and sounder, as the core would have them."""
        wanted = outputs(self.state, self.now)
        self.box_devices.show(wanted)
        if Device.LAMPS not in self.hanging:
            self.box_devices.signals.make_lamp(wanted)
        elif wanted.lamp:
            self._ask_in_vain(Device.LAMPS, wanted.lamp)
        if Device.SOUNDER not in self.hanging:
            self.box_devices.signals.make_sound(wanted)
        elif wanted.beat:
            self._ask_in_vain(Device.SOUNDER)

    def _apply(self, bodies):  # as a play's
        applied = super()._apply(bodies)
        for body in bodies:
            if isinstance(body, e.OpeningRequested | e.PulseRequested | e.FillingBegun):
                self._judge()
            if isinstance(body, e.PulseRequested):
                self._pulse(Pulse(body.opening, body.compartment, body.number))
            elif isinstance(body, e.FillingBegun):
                self._pulse(Pulse(body.filling, body.compartment, body.number))
        return applied

    def _judge(self) -> None:
        """R12, R13: only with every lid seen shut, and a weight."""
        sensed = self.sensed()
        if self.state.lost & {Device.LIDS, Device.SCALE} or sensed.open_lids != frozenset() or sensed.reading is None:
            self.broke.append("a lock was to be opened with lids or scale unknown")

    def _pulse(self, pulse: Pulse) -> None:
        if Device.LOCKS in self.hanging:
            self._ask_in_vain(Device.LOCKS, pulse.compartment)
            return
        before = len(self.box.pulses)
        self.box_devices.pulse(pulse)
        self.box_devices.pulses._asked.put(None)
        self.box_devices.pulses.work()
        if len(self.box.pulses) > before and self.springs:
            self.move_lid(pulse.compartment, True)

    def move_lid(self, number: int, is_open: bool) -> None:
        """A lid moves; whether anybody hears of it is its switch's matter."""
        if Device.LIDS in self.hanging or "lids" in self.box.broken:
            (self.box.lids.add if is_open else self.box.lids.discard)(number)
        else:
            self.box.move_lid(number, is_open)

    # -- faults --------------------------------------------------------------------------------------------------------

    def lose(self, device: Device) -> None:
        self.box.broken.update(NAMES.get(device, (device,)))

    def mend(self, device: Device) -> None:
        self.box.broken.difference_update(NAMES.get(device, (device,)))

    def hang(self, device: Device) -> None:
        """From the next question on it does not answer."""
        self.hanging.add(device)
        if device not in ON_DEMAND:
            self._ask_in_vain(device)

    def _ask_in_vain(self, device: Device, part: int = 0) -> None:
        if (device, part) not in self._asked_in_vain:
            self._asked_in_vain.add((device, part))
            self.box_devices.states._begin(device, part)

    # -- the person ----------------------------------------------------------------------------------------------------

    def view(self) -> View:
        """What the screen shows now, in English."""
        shown = snapshot(self.state, self.now, self.sensed(), CONTEXT, 1)
        return present(replace(shown, language="en"), HERE, PANEL)

    def touch_open(self) -> tuple[str, ...]:
        return self.do(c.RequestOpening(INTAKE, f"o{next(self._openings)}", self.sensed()))

    def take(self, tablets: float) -> None:
        """With the lid up; a hand takes what is there."""
        assert 1 in self.box.lids
        self.removed += tablets
        self.weight_mg -= round(tablets * TABLET_MG)

    def until_window_ends(self) -> "Home":
        """Nobody does anything more."""
        end = self.state.records[INTAKE].intake.latest_at
        return self.skip((end - self.now.wall).total_seconds() - 2).second(5)

    def skip(self, seconds: float) -> "Home":
        """Time passes and nobody looks."""
        self.now = _later(self.now, timedelta(seconds=max(0.0, seconds)))
        return self

    def events_since(self, seq: int) -> Iterator[e.AnyBody]:
        return (event.body for event in self.events if event.seq > seq)


def _later(now: Moment, span: timedelta) -> Moment:
    return replace(now, wall=now.wall + span, monotonic_s=now.monotonic_s + span.total_seconds())
