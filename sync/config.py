"""sync's settings: one TOML file, every key with a bound. What is unknown or out of bounds is refused by name."""

import ssl
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from sync.login import load_key


class ConfigRefused(ValueError):
    """The file cannot be used; the text names the key and what is wrong."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """`citizen` is the CPR number every FHIR resource must name. Paths in the file are relative to the file."""

    hub: Annotated[str, Meta(min_length=1, max_length=64)]
    citizen: Annotated[str, Meta(pattern=r"^[0-9A-Z]{10}$")]
    socket: str  # the hub's sync.sock
    gateway: Annotated[str, Meta(pattern=r"^https://[^/?#]+$")]  # "https://host:port"; never plain HTTP
    ca: str  # PEM of the one CA that may vouch for the gateway
    login_key: str  # the private ES384 JWK of this hub's login
    poll_s: Annotated[float, Meta(ge=0.05, le=60)] = 2.0  # how often the hub is asked for new events
    download_s: Annotated[float, Meta(ge=0.05, le=3600)] = 15.0  # how often the gateway is asked for what comes in
    heartbeat_s: Annotated[float, Meta(ge=0.2, le=600)] = 60.0  # real time between heartbeats
    timeout_s: Annotated[float, Meta(ge=0.5, le=60)] = 10.0  # the longest silence within one HTTP exchange
    backoff_max_s: Annotated[float, Meta(ge=0.1, le=3600)] = 300.0  # the longest pause after failures


def load(path: Path) -> Config:
    """Read `path`, and look at the files it names. ConfigRefused names what cannot be used; FileNotFoundError where
    there is no file at `path`."""
    try:
        config = msgspec.toml.decode(path.read_bytes(), type=Config)
    except FileNotFoundError:
        raise
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConfigRefused(f"{path}: {error}") from error
    paths = {name: str(path.parent / getattr(config, name)) for name in ("socket", "ca", "login_key")}
    config = replace(config, **paths)
    for name, look in (("ca", _look_at_ca), ("login_key", load_key)):
        try:
            look(Path(paths[name]))
        except (OSError, ValueError) as error:
            raise ConfigRefused(f"{path}: {name}: {paths[name]}: {error}") from error
    return config


def _look_at_ca(path: Path) -> None:
    """OSError where TLS could make nothing of it: sync would knock for ever and be let in nowhere."""
    ssl.create_default_context(cafile=str(path))
