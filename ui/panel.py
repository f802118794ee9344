"""The panel's size in pixels and millimetres. Everything on the screen is set in mm and turned into pixels here.

The three panels are those of the product's table; a panel of one's own is a `[panel]` table in ui.toml. Width and
height have a density each: the pixels of the classic 7" are not square.
"""

from math import ceil
from typing import Annotated

from msgspec import Meta, Struct

Pixels = Annotated[int, Meta(ge=480, le=4096)]


class Rect(Struct, frozen=True):
    """Pixels, origin top left."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


class Panel(Struct, frozen=True, forbid_unknown_fields=True):
    """At least a 7" panel: below 150 × 85 mm the 20 mm targets and 8.6 mm capitals have no room."""

    width_px: Pixels
    height_px: Pixels
    width_mm: Annotated[float, Meta(ge=150, le=600)]
    height_mm: Annotated[float, Meta(ge=85, le=600)]

    @property
    def small(self) -> bool:
        """A 7" panel: one medicine a page, tighter spacing."""
        return self.height_mm < 110

    def x(self, mm: float) -> int:
        """Pixels across, rounded up: a target is never smaller than asked."""
        return ceil(mm * self.width_px / self.width_mm - 1e-6)

    def y(self, mm: float) -> int:
        """Pixels down, rounded up."""
        return ceil(mm * self.height_px / self.height_mm - 1e-6)


PANELS = {
    "7-classic": Panel(800, 480, 155, 86),
    "7-touch-display-2": Panel(1280, 720, 155, 87),
    "10.1": Panel(1280, 800, 217, 136),
}
