"""The typeface: Inter where Debian's fonts-inter is installed, else Kivy's own Roboto. Never copied in."""

from math import ceil
from pathlib import Path

from msgspec import Struct

INTER = Path("/usr/share/fonts/opentype/inter")


class Face(Struct, frozen=True):
    """`path`: Roboto's is within Kivy's own fonts. `capitals`: a capital's height over the font size."""

    path: str
    capitals: float

    def size_px(self, caps_px: int) -> int:
        """Kivy cuts a font size to whole pixels, so it is rounded up here."""
        return ceil(caps_px / self.capitals)


FACES = {
    "inter": {
        "body": Face(str(INTER / "Inter-Regular.otf"), 0.727),
        "display": Face(str(INTER / "InterDisplay-SemiBold.otf"), 0.718),
    },
    "roboto": {"body": Face("Roboto-Regular.ttf", 0.710), "display": Face("Roboto-Bold.ttf", 0.710)},
}


def family(faces: dict[str, dict[str, Face]] = FACES) -> str:
    """ "inter" where all of it is installed, else "roboto"."""
    return "inter" if all(Path(face.path).is_file() for face in faces["inter"].values()) else "roboto"
