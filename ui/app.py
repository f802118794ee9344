"""The Kivy application: draws the session's view, sends what was touched, and says what was shown."""

import gc
from collections.abc import Callable
from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.uix.floatlayout import FloatLayout

from hub.protocol import Reply, Shown
from ui.config import Config
from ui.glass import Drawn, load, page_for
from ui.layout import compose
from ui.link import Link
from ui.session import Session
from ui.tokens import palette
from ui.view import Action, View

LOOK_S = 0.5  # places time out and the hub is missed without anything being touched
LIFE_S = 2.0  # a frame is drawn and told at least this often


class ScreenApp(App):
    """`on_alive` is called after each frame that was drawn and that the hub then answered for (R16)."""

    title = "medhub"

    def __init__(self, config: Config, on_alive: Callable[[], None], make_link: Callable[..., Any] = Link) -> None:
        super().__init__()
        self._glass, self._on_alive = config.glass, on_alive
        self.session = Session(self._glass, (config.box.compartments, config.box.columns), Clock.get_time())
        self.link = make_link(config.socket, self._heard, self._linked, _post)
        self._view: View | None = None
        self._page: Any = None
        self._untold = False
        self._look = Clock.create_trigger(lambda _dt: self.refresh(), -1)  # once, before the frame, whatever is heard
        self._wake = Clock.create_trigger(lambda _dt: self.refresh())

    def build(self) -> FloatLayout:
        load()
        return FloatLayout()

    def on_start(self) -> None:
        self.refresh()
        Window.bind(on_flip=self._flipped)
        Clock.schedule_interval(lambda _dt: self.refresh(), LOOK_S)
        Clock.schedule_interval(lambda _dt: self._draw_again(), LIFE_S)
        self.link.start()

    def on_stop(self) -> None:
        Window.unbind(on_flip=self._flipped)
        self.link.close()

    def open_settings(self, *_args: Any) -> bool:
        """Kivy's own page of settings, which a plugged-in keyboard's F1 would bring up, is a way out: there is none."""
        return False

    def refresh(self) -> None:
        """Draws the view that holds now, if it is not the one on the glass; its buttons asleep until touches count."""
        now_s = Clock.get_time()
        view = self.session.view(now_s)
        if view != self._view:
            self._show(view)
        awake = self.session.ready(now_s)
        if awake is not self._page.awake:
            self._page.awake = awake
            self._draw_again()
        if not awake:
            self._wake.timeout = self.session.wakes_in(now_s)
            self._wake.cancel()
            self._wake()

    def _show(self, view: View) -> None:
        drawn = Drawn(view=view, sheet=compose(self._glass, view), panel=self._glass, palette=palette(view.night))
        if self._page is None or self._view is None or self._view.screen != view.screen:
            self._page = page_for(view.screen, ready=self._ready, press=self._press)
            self.root.clear_widgets()
            self.root.add_widget(self._page)
            Clock.schedule_once(lambda _dt: gc.collect(), 0)  # a page left is a ring of references with its textures
        self._view, self._page.drawn = view, drawn
        self._draw_again()

    def _ready(self) -> bool:
        now_s = Clock.get_time()
        self.session.touched(now_s)
        return self.session.ready(now_s)

    def _press(self, action: Action) -> None:
        message = self.session.press(action, Clock.get_time())
        if message is not None:
            self.link.send(message, lambda reply: self._answered(action, reply))
        self.refresh()

    def _answered(self, action: Action, reply: Reply | None) -> None:
        self.session.answered(action, reply, Clock.get_time())
        self._look()

    def _heard(self, snapshot: Any) -> None:
        self.session.heard(snapshot)
        self._look()
        self._draw_again()

    def _linked(self, up: bool) -> None:
        self.session.link(up, Clock.get_time())
        self._look()

    # -- what was shown --------------------------------------------------------------------------------------

    def _draw_again(self) -> None:
        self._untold = True
        Window.canvas.ask_update()

    def _flipped(self, *_args: Any) -> None:
        """A frame is on its way to the glass; once there it is told, if a touch on it counts: else the next one is.

        It is waited for: told is what was drawn, not what was asked for (R16), and a renderer in software would
        keep the memory of the frames it is behind with.
        """
        glFinish()
        if self._untold and self._view is not None and self._page.awake:
            self._untold = False
            shown = self.session.shown(self._view)
            Clock.schedule_once(lambda _dt: self._tell(shown), 0)

    def _tell(self, shown: Shown) -> None:
        if self._page.awake:
            self.link.send(shown, self._told)

    def _told(self, reply: Reply | None) -> None:
        if reply is not None and reply.error is None:
            self._on_alive()


def _post(work: Callable[[], None]) -> None:
    Clock.schedule_once(lambda _dt: work(), 0)
