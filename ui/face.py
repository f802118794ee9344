"""The typeface: Inter where Debian's fonts-inter is installed, else Kivy's own Roboto. Never copied in."""

from math import ceil
from pathlib import Path

from msgspec import Struct

INTER = Path("/usr/share/fonts/opentype/inter")


class Face(Struct, frozen=True):
    """`path`: Roboto's is within Kivy's own fonts. A capital's and a line's height are told over the font size."""

    path: str
    capitals: float
    line: float

    def size_px(self, caps_px: int) -> int:
        """Kivy cuts a font size to whole pixels, so it is rounded up here."""
        return ceil(caps_px / self.capitals)


FACES = {
    "inter": {
        "body": Face(str(INTER / "Inter-Regular.otf"), capitals=0.727, line=1.211),
        "display": Face(str(INTER / "InterDisplay-SemiBold.otf"), capitals=0.718, line=1.211),
    },
    "roboto": {
        "body": Face("Roboto-Regular.ttf", capitals=0.710, line=1.173),
        "display": Face("Roboto-Bold.ttf", capitals=0.710, line=1.173),
    },
}


def family(faces: dict[str, dict[str, Face]] = FACES) -> str:
    """ "inter" where all of it is installed, else "roboto"."""
    return "inter" if all(Path(face.path).is_file() for face in faces["inter"].values()) else "roboto"
