"""What there is in the world and what happens there, as it is told on its socket: part of `drivers.world_protocol`."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from hub.ports import Tone

Number = Annotated[int, Meta(ge=1)]
Label = Annotated[str, Meta(min_length=1, max_length=80)]
Counts = dict[str, Decimal]  # medicine's name -> tablets


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """Tablets of one kind. `weight_mg` is one whole tablet's."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    count: Decimal
    weight_mg: Annotated[int, Meta(ge=1, le=100_000)]


class Counters(Struct):
    """All that ever happened to one compartment, or to one label. Conserved:
    filled = inside + (taken - put_back) + emptied, by name."""

    pulses: int = 0
    openings: int = 0
    key_openings: int = 0  # of `openings`
    filled: Counts = field(default_factory=dict)
    taken: Counts = field(default_factory=dict)
    put_back: Counts = field(default_factory=dict)
    emptied: Counts = field(default_factory=dict)


class CompartmentView(Struct, frozen=True):
    number: int
    label: str | None
    items: tuple[Item, ...]  # what lies in it now; a kind that is all gone is left out
    lid_open: bool
    released: bool
    line_on: bool
    energised: bool
    lamp: bool
    jam: bool
    counters: Counters


class Played(Struct):
    """A tone that sounded from `at_s` until `until_s`: its own end, or when it was cut short."""

    at_s: float
    until_s: float
    tone: Tone


class What(StrEnum):
    PULSE = "pulse"
    LID_OPENED = "lid_opened"
    LID_SHUT = "lid_shut"
    KEY_TURNED = "key_turned"  # followed by lid_opened
    TAKEN = "taken"
    PUT_BACK = "put_back"
    FILLED = "filled"
    EMPTIED = "emptied"
    SCANNED = "scanned"
    TONE = "tone"
    SAID = "said"
    MAINS_ON = "mains_on"
    MAINS_OFF = "mains_off"
    NETWORK_CUT = "network_cut"
    NETWORK_RESTORED = "network_restored"
    TRAP_SPRUNG = "trap_sprung"


class Entry(Struct, frozen=True, omit_defaults=True):
    """One thing that happened. `number` counts from 1. `note`: the tone's name, what was said, the trap's moment, the
    code."""

    number: int
    at_s: float
    what: What
    compartment: int | None = None
    label: str | None = None
    counts: Counts = {}
    note: str = ""
