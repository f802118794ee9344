"""ui.toml: what this screen is. An unknown key or a value out of bounds and the process does not start."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from ui.panel import PANELS, Panel

PanelName = Literal["7-classic", "7-touch-display-2", "10.1"]


class ConfigError(ValueError):
    """Names the file, the key, and what is wrong with it."""


class Box(Struct, frozen=True, forbid_unknown_fields=True):
    """The box as it is drawn while a compartment is open."""

    compartments: Annotated[int, Meta(ge=1, le=96)] = 28
    columns: Annotated[int, Meta(ge=1, le=16)] = 7


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """`input`: "mouse" under x11 and wayland, "mtdev" on bare KMSDRM (with mouse alone its touch is dead)."""

    socket: Path
    panel: PanelName | Panel = "10.1"
    fullscreen: bool = True
    input: Literal["mouse", "mtdev"] = "mouse"
    box: Box = Box()

    @property
    def glass(self) -> Panel:
        return PANELS[self.panel] if isinstance(self.panel, str) else self.panel


def read_config(path: Path) -> Config:
    """Raises ConfigError, also for a file that cannot be read."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config, dec_hook=lambda kind, value: kind(value))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: {problem}") from problem
