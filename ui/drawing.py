"""What is drawn rather than written: shapes that carry meaning with their colour, the box, the large tick."""

from math import cos, radians, sin
from typing import Any

from kivy.graphics import Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.widget import Widget
from kivy.utils import get_color_from_hex as rgba

from ui.tokens import DAY, Ink


def rounded(place: dict[str, Any], colour: str, radius: float) -> None:
    """A filled rectangle with round corners, into the canvas that is open."""
    Color(*rgba(colour))
    SmoothRoundedRectangle(radius=[radius], **place)


class Shape(Widget):
    """`kind`: waiting (ring), taken (disc with a tick), missed (square with a line), along (bag), outside (bottle)."""

    kind = StringProperty("")
    ink = StringProperty(DAY.plain.ink)
    accent = StringProperty(DAY.main.ground)
    done = ObjectProperty(Ink(DAY.done.ground, DAY.done.ink))

    def __init__(self, **properties: Any) -> None:
        super().__init__(size_hint=(None, None), **properties)
        draw = getattr(self, f"_{self.kind}", None)
        if draw is not None:
            with self.canvas:
                draw()

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """A point by parts of the shape's width and height, from the bottom left."""
        return self.x + x * self.width, self.y + y * self.height

    def _line(self, *points: tuple[float, float], width: float = 0.05, close: bool = False) -> None:
        flat = [c for p in points for c in self._at(*p)]
        SmoothLine(points=flat, width=max(1.2, width * self.height), close=close)

    def _waiting(self) -> None:
        Color(*rgba(self.accent))
        edge = max(1.5, 0.055 * self.height)
        inset = edge * 1.4
        SmoothLine(
            ellipse=(self.x + inset, self.y + inset, self.width - 2 * inset, self.height - 2 * inset), width=edge
        )

    def _taken(self) -> None:
        Color(*rgba(self.done.ground))
        SmoothEllipse(pos=self.pos, size=self.size)
        Color(*rgba(self.done.ink))
        self._line((0.27, 0.50), (0.44, 0.33), (0.74, 0.66), width=0.06)

    def _missed(self) -> None:
        Color(*rgba(self.ink))
        self._line((0.12, 0.12), (0.88, 0.12), (0.88, 0.88), (0.12, 0.88), close=True)
        self._line((0.30, 0.5), (0.70, 0.5))

    def _along(self) -> None:
        Color(*rgba(self.ink))
        self._line((0.14, 0.08), (0.86, 0.08), (0.78, 0.62), (0.22, 0.62), close=True)
        arc = [(0.5 + 0.18 * cos(radians(a)), 0.62 + 0.28 * sin(radians(a))) for a in range(0, 181, 20)]
        self._line(*arc)

    def _outside(self) -> None:
        Color(*rgba(self.ink))
        neck = ((0.24, 0.05), (0.76, 0.05), (0.76, 0.56), (0.62, 0.70), (0.62, 0.80), (0.38, 0.80), (0.38, 0.70))
        self._line(*neck, (0.24, 0.56), close=True)
        self._line((0.34, 0.93), (0.66, 0.93), width=0.07)
        self._line((0.24, 0.30), (0.76, 0.30), width=0.035)

    def _offline(self) -> None:
        Color(*rgba(self.ink))
        for radius in (0.28, 0.55, 0.82):
            points = [(radians(a), radius) for a in range(45, 136, 15)]
            self._line(*((0.5 + r * cos(a), 0.08 + r * sin(a)) for a, r in points))
        self._line((0.02, 0.05), (0.98, 0.95), width=0.07)
