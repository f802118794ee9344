"""A Kivy window with nothing in it, set up as ours is: what the screen's size is measured against.

Says "up" on stdout once it has drawn frames for a second, then stays until it is ended.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from ui.config import Config
from ui.main import prepare_kivy


def main() -> None:
    with TemporaryDirectory(prefix="medhub-empty-") as home:
        prepare_kivy(Config(socket=Path(home), fullscreen=False), Path(home))
        from kivy.app import App
        from kivy.clock import Clock
        from kivy.uix.widget import Widget

        class Empty(App):
            title = "empty"

            def build(self) -> Widget:
                return Widget()

            def on_start(self) -> None:
                Clock.schedule_once(lambda _: print("up", flush=True), 1)

        Empty().run()


if __name__ == "__main__":
    main()
