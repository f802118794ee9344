"""The gateway's settings: one TOML file, every key with a bound; what is unknown or out of bounds is refused."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace


class ConfigRefused(ValueError):
    """The file cannot be used; the text names the key and what is wrong."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """Paths in the file are relative to the file. `url` is what hubs and staff call it, and what logins are for."""

    url: Annotated[str, Meta(pattern=r"^https://[^/?#]+$")]
    certificate: str  # PEM, with its chain
    certificate_key: str
    keys: str  # the directory with the signing keys, see `sync.gateway.keys`
    database: Annotated[str, Meta(min_length=1)]  # an SQLAlchemy URL: "sqlite:////var/lib/medhub-gateway/gateway.db"
    address: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8443
    watch_s: Annotated[float, Meta(ge=0.1, le=600)] = 30.0  # real time between looks for what is missing (R10)
    no_contact_min: Annotated[int, Meta(ge=2, le=24 * 60)] = 15  # a hub not heard from for this long is an alarm
    silence_s: Annotated[float, Meta(ge=0, le=3600)] = 180.0  # and for at least this long by the machine's own clock
    command_h: Annotated[int, Meta(ge=1, le=72)] = 24  # a command not yet with the hub by then is void
    refresh_s: Annotated[int, Meta(ge=2, le=300)] = 15  # the alarm page reloads itself


def load(path: Path) -> Config:
    """Read `path`. ConfigRefused names what cannot be used; OSError where there is no file."""
    try:
        config = msgspec.toml.decode(path.read_bytes(), type=Config)
    except msgspec.MsgspecError as error:
        raise ConfigRefused(f"{path}: {error}") from error
    paths = {name: str(path.parent / getattr(config, name)) for name in ("certificate", "certificate_key", "keys")}
    return replace(config, **paths)
