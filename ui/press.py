"""A button. It acts when the finger leaves it; sliding off cancels for good; one finger at a time."""

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.widget import Widget
from kivy.utils import get_color_from_hex as rgba

from ui.drawing import rounded
from ui.tokens import Ink

SLACK_MM = 1.2  # a trembling finger may leave the button this far; less than half of what parts two buttons


class Press(Widget):
    """`key` tells whether it is still the same button; `page` says when touches count and takes the press."""

    key = ObjectProperty(None)
    button = ObjectProperty(None)
    page = ObjectProperty(None)
    drawn = ObjectProperty(None)
    down = BooleanProperty(False)

    def __init__(self, **properties: Any) -> None:
        super().__init__(size_hint=(None, None), **properties)
        place = self.drawn.place(self.button.rect)
        self.pos, self.size = place["pos"], place["size"]
        self._paint()
        self.page.bind(awake=self._paint_again)

    @property
    def ink(self) -> str:
        return self._colours().ink

    def _colours(self) -> Ink:
        palette = self.drawn.palette
        if self.down:
            return Ink(palette.plain.ink, palette.plain.ground)
        if not self.page.awake:
            return Ink(palette.sunk, palette.plain.ink)
        return {"main": palette.main, "choice": Ink(palette.sunk, palette.plain.ink)}.get(
            self.button.kind, palette.plain
        )

    def _paint(self) -> None:
        panel, palette = self.drawn.panel, self.drawn.palette
        self.canvas.before.clear()
        ink = self._colours()
        place, radius, edge = {"pos": self.pos, "size": self.size}, panel.x(4), panel.x(0.5)
        with self.canvas.before:
            if self.button.kind == "main" or not (self.page.awake or self.down):
                rounded(place, ink.ground, radius)
            else:
                rounded(place, palette.quiet, radius)
                inner = {
                    "pos": (self.x + edge, self.y + edge),
                    "size": (self.width - 2 * edge, self.height - 2 * edge),
                }
                rounded(inner, ink.ground, radius - edge)

    def on_down(self, *_args: Any) -> None:
        self._paint_again()

    def _paint_again(self, *_args: Any) -> None:
        self._paint()
        for label in self.children:
            label.color = rgba(self.ink)

    def on_touch_down(self, touch: Any) -> bool:
        """Taken whether it counts or not: what lies below is not to be touched through a button."""
        if not self.collide_point(*touch.pos):
            return False
        finger = getattr(touch, "button", None) in (None, "left")  # a panel's touch has none
        if finger and self.page.ready() and not self._another_is_down():
            touch.grab(self)
            self.down = True
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        if not self._near(touch):
            self.down = False
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        pressed = self.down and self._near(touch) and self.get_root_window() is not None
        self.down = False
        if pressed:
            self.page.press(self.button.action)
        return True

    def _another_is_down(self) -> bool:
        return any(press.down for press in self.parent.children)

    def _near(self, touch: Any) -> bool:
        across, along = self.drawn.panel.x(SLACK_MM), self.drawn.panel.y(SLACK_MM)
        return self.x - across <= touch.x <= self.right + across and self.y - along <= touch.y <= self.top + along
