"""The typeface: Inter where Debian's fonts-inter is installed, else Kivy's own Roboto. Never copied in."""

from math import ceil
from pathlib import Path

from msgspec import Struct

INTER = Path("/usr/share/fonts/opentype/inter")


class Face(Struct, frozen=True):
    """`capitals`: a capital's height over the font size."""

    path: str
    capitals: float

    def size_px(self, caps_px: int) -> int:
        """Kivy cuts a font size to whole pixels, so it is rounded up here."""
        return ceil(caps_px / self.capitals)


ROBOTO = {"body": Face("Roboto", 0.710), "display": Face("data/fonts/Roboto-Bold.ttf", 0.710)}


def faces(inter: Path = INTER) -> dict[str, Face]:
    """For running text, and for headings, names, numbers and buttons."""
    body, display = inter / "Inter-Regular.otf", inter / "InterDisplay-SemiBold.otf"
    if not (body.is_file() and display.is_file()):
        return ROBOTO
    return {"body": Face(str(body), 0.727), "display": Face(str(display), 0.718)}
