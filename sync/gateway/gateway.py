"""What every part of the gateway works with: the database, the keys, the settings and the clock of its deadlines."""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from sync.gateway.config import Config
from sync.gateway.keys import Ring, load_keys
from sync.gateway.tables import open_store

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Gateway(NamedTuple):
    """`clock` is for deadlines and what is written down; logins, tokens and TLS go by the machine's own `real_s`."""

    store: Engine
    keys: Ring
    config: Config
    clock: Clock = utc_now
    real_s: Callable[[], float] = time.time

    @property
    def reads(self) -> Engine:
        """The store for transactions that only read: they wait for no writer."""
        return self.store.execution_options(reads=True)


def open_gateway(config: Config, clock: Clock = utc_now) -> Gateway:
    """Open database and keys as `config` says."""
    return Gateway(open_store(config.database), load_keys(Path(config.keys)), config, clock)


def hashed(token: str) -> str:
    """What is kept of a secret that is only ever compared."""
    return hashlib.sha256(token.encode()).hexdigest()
