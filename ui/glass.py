"""What is on the glass: a page a screen, made of parts that draw what the layout placed. kv says which parts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy import kivy_data_dir
from kivy.core.text import LabelBase
from kivy.factory import Factory
from kivy.graphics import Color, Rectangle
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget
from kivy.utils import get_color_from_hex as rgba
from msgspec import Struct

from ui.drawing import Shape, rounded
from ui.flow import Line
from ui.layout import Sheet
from ui.measure import INSTALLED, width
from ui.panel import Panel, Rect
from ui.press import Press
from ui.tokens import LEAST, Palette
from ui.view import Action, View

HERE = Path(__file__).parent


class Drawn(Struct, frozen=True):
    """One view, placed and coloured."""

    view: View
    sheet: Sheet
    panel: Panel
    palette: Palette

    def place(self, rect: Rect) -> dict[str, Any]:
        """Kivy's place of a rectangle: origin bottom left."""
        return {"pos": (rect.x, self.panel.height_px - rect.bottom), "size": (rect.width, rect.height)}

    @property
    def tone(self) -> Any:
        return self.palette.tone(self.view.tone)


def load() -> None:
    """Registers the faces and every screen's kv, once."""
    for name, face in INSTALLED.items():
        LabelBase.register(f"medhub-{name}", str(Path(kivy_data_dir) / "fonts" / face.path))
    import ui.figures  # noqa: F401  registers the drawings kv names

    for kv in sorted((HERE / "screens").glob("*.kv")):
        if str(kv) not in Builder.files:
            Builder.load_file(str(kv))


def page_for(screen: str, ready: Callable[[], bool], press: Callable[[Action], None]) -> "Page":
    """The screen's page, as its kv declares it: `confirm_taken` is `ConfirmTakenScreen`."""
    name = "".join(part.capitalize() for part in screen.split("_")) + "Screen"
    page: Page = Factory.get(name)()
    page.ready, page.press = ready, press
    return page


class Page(FloatLayout):
    """Base of all screens. Its parts get what is drawn; touches come back through `press`.

    `awake` is how its buttons look; `ready` says, when a touch begins, whether it counts.
    """

    drawn = ObjectProperty(None, allownone=True)
    awake = BooleanProperty(False)
    ready = ObjectProperty(lambda: True)
    press = ObjectProperty(lambda action: None)

    def on_drawn(self, _page: Any, drawn: Drawn) -> None:
        for part in self.children[:]:
            part.page = self
            part.show(drawn)


class Part(Widget):
    """A part of a page: redrawn whole from what is given."""

    page = ObjectProperty(None, allownone=True)

    def show(self, drawn: Drawn) -> None:
        raise TypeError(f"{type(self).__name__} draws nothing")


class Words(Label):
    """Text as it was placed: lines are broken already, so nothing is wrapped or cut here. `room` is what it has."""

    room = ObjectProperty(None)

    @classmethod
    def of(cls, drawn: Drawn, line: Line, rect: Rect, colour: str, halign: str = "left") -> "Words":
        face = INSTALLED[line.face]
        label = cls(
            text=line.text, font_name=f"medhub-{line.face}", font_size=face.size_px(line.caps_px), color=rgba(colour),
            halign=halign, size_hint=(None, None), **drawn.place(rect),
        )  # fmt: skip
        label.texture_update()
        if halign == "left":  # a label draws its text in its middle
            label.width = label.texture_size[0]
        label.room = rect
        return label


class Ground(Part):
    def show(self, drawn: Drawn) -> None:
        self.canvas.clear()
        with self.canvas:
            Color(*rgba(drawn.palette.plain.ground))
            Rectangle(pos=(0, 0), size=(drawn.panel.width_px, drawn.panel.height_px))
            if drawn.view.tone != "plain":
                Color(*rgba(drawn.tone.ground))
                Rectangle(**drawn.place(drawn.sheet.band))


class TopStrip(Part):
    """Time and place at the left; at the right what the box would say of itself, in few words."""

    def show(self, drawn: Drawn) -> None:
        self.clear_widgets()
        rect, view = drawn.sheet.strip, drawn.view
        if rect is None:
            return
        caps = drawn.panel.y(LEAST)
        right = rect.right
        if view.strip.offline:
            side = drawn.panel.x(6)
            right -= side
            place = Rect(right, rect.y, side, rect.height)
            self.add_widget(Shape(kind="offline", ink=drawn.tone.ink, **drawn.place(place)))
        if view.strip.banner:
            wide = width(view.strip.banner, "body", caps) + drawn.panel.x(6)
            right -= wide + drawn.panel.x(2)
            self.add_widget(_banner(drawn, Rect(right, rect.y, wide, rect.height), caps))
        line = Line(text=view.strip.text, role="body", face="body", caps_px=caps)
        self.add_widget(Words.of(drawn, line, Rect(rect.x, rect.y, right - rect.x, line.height), drawn.tone.ink))


def _banner(drawn: Drawn, rect: Rect, caps: int) -> Widget:
    ink = drawn.palette.plain if drawn.view.tone == "attention" else drawn.palette.attention
    back = Widget(size_hint=(None, None), **drawn.place(rect))
    with back.canvas:
        rounded(drawn.place(rect), ink.ground, drawn.panel.x(2))
    line = Line(text=drawn.view.strip.banner, role="body", face="body", caps_px=caps)
    back.add_widget(Words.of(drawn, line, Rect(rect.x, rect.y, rect.width, line.height), ink.ink, "center"))
    return back


class Heading(Part):
    def show(self, drawn: Drawn) -> None:
        self.clear_widgets()
        for placed in drawn.sheet.heading:
            self.add_widget(Words.of(drawn, placed.line, placed.rect, drawn.tone.ink))


class Content(Part):
    """Rows with their shapes, and lines."""

    def show(self, drawn: Drawn) -> None:
        self.clear_widgets()
        palette = drawn.palette
        colours = {"note": palette.quiet, "body": palette.plain.ink, "name": palette.plain.ink}
        for item in drawn.sheet.items:
            if item.shape_rect is not None:
                shape = Shape(
                    kind=item.shape, ink=palette.plain.ink, accent=palette.main.ground, done=palette.done,
                    **drawn.place(item.shape_rect),
                )  # fmt: skip
                self.add_widget(shape)
            self.add_widget(Words.of(drawn, item.line, item.rect, colours[item.line.role]))


class Buttons(Part):
    """A button that stays the same stays the same widget, so that a new snapshot does not break a touch on it."""

    def show(self, drawn: Drawn) -> None:
        there = {press.key: press for press in self.children}
        for press in there.values():
            self.remove_widget(press)
        for button in drawn.sheet.buttons:
            key = (button, drawn.view.screen, drawn.view.night)
            press = there.get(key)
            if press is None:
                press = Press(key=key, button=button, page=self.page, drawn=drawn)
                line = Line(
                    text=button.text, role="button", face="display", caps_px=button.caps_px,
                    count=button.text.count("\n") + 1,
                )  # fmt: skip
                press.add_widget(Words.of(drawn, line, _middle(button.rect, line), press.ink, "center"))
            self.add_widget(press)


def _middle(rect: Rect, line: Line) -> Rect:
    return Rect(rect.x, rect.y + (rect.height - line.height) // 2, rect.width, line.height)
