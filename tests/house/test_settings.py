"""docs/configuration.md has every key of every file, and no key that is not one."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec.inspect as kinds
import pytest

from hub.board import Board
from hub.config import _File as HubFile
from sync.config import Config as SyncConfig
from sync.gateway.config import Config as GatewayConfig
from tests.house.tree import ROOT
from ui.config import Config as UiConfig

FILES = {
    "hub.toml": HubFile,
    "board.toml": Board,
    "ui.toml": UiConfig,
    "sync.toml": SyncConfig,
    "gateway.toml": GatewayConfig,
}
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def keys(kind: Any, prefix: str = "") -> Iterator[str]:
    """Dotted names of all keys a type takes; N stands for a name or number."""
    if isinstance(kind, kinds.StructType):
        for field in kind.fields:
            yield f"{prefix}{field.encode_name}"
            yield from keys(field.type, f"{prefix}{field.encode_name}.")
    elif isinstance(kind, kinds.UnionType):
        for each in kind.types:
            yield from keys(each, prefix)
    elif isinstance(kind, kinds.DictType):
        yield from keys(kind.value_type, f"{prefix}N.")


@pytest.mark.parametrize("name", FILES)
def test_each_key_is_documented_and_each_documented_key_exists(name: str) -> None:
    section = PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    firsts = [line.split("|")[1] for line in section.split("\n") if line.startswith("| `")]
    documented = {key for cell in firsts for key in re.findall(r"`([^`]+)`", cell)}
    assert documented == set(keys(kinds.type_info(FILES[name])))
