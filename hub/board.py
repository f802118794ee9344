"""What a box is made of and which line each part is on, as its board file says; `docs/wiring.md` has the wires.

[chips.pi]
label = "pinctrl-bcm2711"          # as the kernel calls it, never its number

[chips.locks]
label = "1-0020"                   # an expander on I2C bus 1, address 0x20
lines = 16

[solenoid]                         # from its data sheet
rated_ms = 1000
pulse_ms = 200
inrush_ms = 100
inrush_ma = 1200
hold_ma = 500
one_at_a_time = true

[power]
mains = { chip = "pi", line = 5 }

[sounder]
buzzer = { chip = "pi", line = 6 }

[scale]
kind = "iio"

[compartments]
1 = { lock = { chip = "locks", line = 0 }, lid = { chip = "pi", line = 17 }, lamp = { chip = "pi", line = 22 } }
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

ChipName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,15}\Z")]
Number = Annotated[int, Meta(ge=1, le=28)]
Label = Annotated[str, Meta(pattern=r"^[!-~]{1,32}\Z")]
I2cName = Annotated[str, Meta(pattern=r"^[0-9]-00[0-7][0-9a-f]\Z")]  # bus and address, as in /sys/bus/i2c/devices
Place = Annotated[str, Meta(pattern=r"^/[!-~]{1,100}\Z")]
Ms = Annotated[int, Meta(ge=10, le=60_000)]
Ma = Annotated[int, Meta(ge=10, le=5_000)]


class Chip(Struct, frozen=True, forbid_unknown_fields=True):
    """A GPIO chip: by its label, and by its device where that is not enough. `lines` it has, numbered from 0; left out
    for the Pi's own, whose header has the 28 lines 0-27."""

    label: Label
    device: I2cName | None = None
    lines: Annotated[int, Meta(ge=1, le=64)] | None = None


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    chip: ChipName
    line: Annotated[int, Meta(ge=0, le=63)]


class Compartment(Struct, frozen=True, forbid_unknown_fields=True):
    lock: Line
    lid: Line
    lamp: Line


class Solenoid(Struct, frozen=True, forbid_unknown_fields=True):
    """The locks' solenoid, by its data sheet: how long it may be on, how long and how much it draws at first, and then.
    `one_at_a_time`: what the supply is made for, and the hub keeps (R12)."""

    rated_ms: Ms
    pulse_ms: Ms
    inrush_ms: Ms
    inrush_ma: Ma
    hold_ma: Ma
    one_at_a_time: bool


class Power(Struct, frozen=True, forbid_unknown_fields=True):
    """`mains` is high while they are on; `battery` as in /sys/class/power_supply."""

    mains: Line
    battery: Label | None = None


class Sounder(Struct, frozen=True, forbid_unknown_fields=True):
    """`buzzer` sounds while high; `alsa` is a device of ALSA, where there is a loudspeaker."""

    buzzer: Line
    alsa: Label | None = None


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """`iio`: an HX711 by the kernel, found by its label. `serial`: at the device `at`."""

    kind: Literal["iio", "serial", "none"]
    at: Place | None = None


class Scanner(Struct, frozen=True, forbid_unknown_fields=True):
    at: Place


class Rtc(Struct, frozen=True, forbid_unknown_fields=True):
    """A real-time clock on I2C; without `device` it is the Pi's own."""

    device: I2cName | None = None


class Temperature(Struct, frozen=True, forbid_unknown_fields=True):
    at: Place


class Backlight(Struct, frozen=True, forbid_unknown_fields=True):
    """As in /sys/class/backlight."""

    name: Label


class Board(Struct, frozen=True):
    chips: dict[ChipName, Chip]
    compartments: dict[Number, Compartment]
    solenoid: Solenoid
    power: Power
    sounder: Sounder
    scale: Scale
    scanner: Scanner | None = None
    rtc: Rtc | None = None
    temperature: Temperature | None = None
    backlight: Backlight | None = None
