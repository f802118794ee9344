"""The screen's process: `medhub ui --config ui.toml`."""

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hub import notify
from ui.config import Config, ConfigError, read_config

if TYPE_CHECKING:
    from ui.app import ScreenApp


def bootstrap(config_path: Path, kivy_home: Path, on_alive: Callable[[], None] = lambda: None) -> "ScreenApp":
    """The screen wired and ready to `run()`. `on_alive`: after each frame drawn and answered by the hub (R16).

    Kivy reads its settings when its window is imported, so they are made before that. Raises ConfigError.
    """
    config = read_config(config_path)
    prepare_kivy(config, kivy_home)
    from ui.app import ScreenApp

    return ScreenApp(config, on_alive=on_alive)


def prepare_kivy(config: Config, home: Path) -> None:
    """Nothing in the user's home, no log of its own, and exactly one input: two would make two presses of one tap."""
    os.environ.update(KIVY_HOME=str(home), KIVY_NO_ARGS="1", KIVY_NO_FILELOG="1", KIVY_LOG_MODE="PYTHON")
    from kivy.config import Config as Kivy

    panel = config.glass
    graphics = {
        "width": panel.width_px, "height": panel.height_px, "fullscreen": "auto" if config.fullscreen else 0,
        "resizable": 0, "multisamples": 0, "maxfps": 30, "allow_screensaver": 0, "show_cursor": 0,
    }  # fmt: skip
    for key, value in graphics.items():
        Kivy.set("graphics", key, str(value))
    Kivy.set("kivy", "exit_on_escape", "0")
    Kivy.set("kivy", "log_level", "warning")
    for key in list(dict(Kivy.items("input"))):
        Kivy.remove_option("input", key)
    providers = {"mouse": ("mouse", "mouse,multitouch_on_demand"), "mtdev": ("mtdev", "probesysfs,provider=mtdev")}
    Kivy.set("input", *providers[config.input])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, help="ui.toml")


def main(args: argparse.Namespace) -> int:
    """Show until the window is closed. A config that is wrong is named, and the screen does not start.

    The service manager hears that it is ready once the window is there, and from then on only of frames that were drawn
    and that the hub answered for: whichever of the two hangs, it is started anew (R16).
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with TemporaryDirectory(prefix="medhub-ui-") as home:
        try:
            app = bootstrap(args.config, Path(home), on_alive=notify.watchdog)
            app.bind(on_start=lambda *_: notify.ready())
            app.run()
        except ConfigError as wrong:
            print(wrong, file=sys.stderr)
            return 78  # EX_CONFIG
    return 0
