"""The hub's settings: one TOML file, every key with a type and a bound. What is wrong stops the hub, by name.

state_dir = "/var/lib/medhub"      # journal, keys, backups: the hub's alone
socket_dir = "/run/medhub"         # ui.sock, sync.sock, staff.sock
development = false                # true: one uid for all roles; an appliance refuses it
board = "/etc/medhub/board.toml"   # what the box is made of (hub/board.py); left out where the devices are twins

[allowed_uids]                     # who may come in on which socket, by name or number; nobody in two roles
ui = ["medhub-ui"]
sync = ["medhub-sync"]
staff = ["root", 1000]

[socket_groups]                    # whose group each socket is; left out, it is the hub's own
ui = "medhub-ui"
sync = "medhub-sync"
staff = "medhub-staff"
"""

import grp
import os
import pwd
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from hub.protocol import Role

APPLIANCE = Path("/etc/medhub/appliance")  # put there by the image: this machine stands in somebody's home
_SOCKET_PATH_BYTES = 107  # sun_path of unix(7), less its closing zero

Uid = Annotated[int, Meta(ge=0, le=2**32 - 2)]
Name = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,30}\Z")]
Folder = Annotated[str, Meta(pattern=r"^/[^\x00]*$", max_length=200)]


class ConfigRefused(ValueError):
    """The text names the key and says what is wrong with it."""


class AllowedUids(Struct, frozen=True, forbid_unknown_fields=True):
    ui: tuple[Uid | Name, ...] = ()
    sync: tuple[Uid | Name, ...] = ()
    staff: tuple[Uid | Name, ...] = ()


class SocketGroups(Struct, frozen=True, forbid_unknown_fields=True):
    ui: Name | None = None
    sync: Name | None = None
    staff: Name | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    state_dir: Folder
    socket_dir: Folder
    development: bool = False
    allowed_uids: AllowedUids = AllowedUids()
    socket_groups: SocketGroups = SocketGroups()
    board: Folder | None = None


class HubConfig(Struct, frozen=True):
    """What `load` has checked."""

    state_dir: Path
    socket_dir: Path
    development: bool
    allowed: Mapping[Role, frozenset[int]]
    groups: Mapping[Role, int]  # the gid of a role's socket, where one is named
    board: Path | None

    def uids(self) -> dict[Role, frozenset[int]]:
        """Who may come in, by role; in development whoever runs the hub may, in every role."""
        own = frozenset({os.getuid()} if self.development else ())
        return {role: self.allowed[role] | own for role in Role}


def load(path: Path, appliance: Path = APPLIANCE) -> HubConfig:
    """The config at `path`. Raises ConfigRefused, and nothing else."""
    try:
        raw = tomllib.loads(path.read_bytes().decode())
        file = msgspec.convert(raw, _File, str_keys=True)
    except msgspec.ValidationError as error:
        raise ConfigRefused(f"{path}: {_with_key(error)}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigRefused(f"{path}: {error}") from error
    try:
        allowed = {role: frozenset(_uids(file.allowed_uids, role)) for role in Role}
        groups = dict(_gids(file.socket_groups))
    except _Unknown as unknown:
        raise ConfigRefused(f"{path}: {unknown}") from unknown
    for finding in _findings(file, allowed, groups, appliance):
        raise ConfigRefused(f"{path}: {finding}")
    board = Path(file.board) if file.board else None
    return HubConfig(Path(file.state_dir), Path(file.socket_dir), file.development, allowed, groups, board)


class _Unknown(Exception):
    """A name that this machine does not know."""


def _uids(allowed: AllowedUids, role: Role) -> Iterator[int]:
    for who in getattr(allowed, role):
        try:
            yield pwd.getpwnam(who).pw_uid if isinstance(who, str) else who
        except KeyError:
            raise _Unknown(f"allowed_uids.{role}: this machine has no user {who}") from None


def _gids(groups: SocketGroups) -> Iterator[tuple[Role, int]]:
    for role in Role:
        name = getattr(groups, role)
        try:
            if name is not None:
                yield role, grp.getgrnam(name).gr_gid
        except KeyError:
            raise _Unknown(f"socket_groups.{role}: this machine has no group {name}") from None


def _findings(
    file: _File, allowed: Mapping[Role, frozenset[int]], groups: Mapping[Role, int], appliance: Path
) -> Iterator[str]:
    """What no type can say."""
    longest = Path(file.socket_dir) / f"{max(Role, key=len)}.sock"
    if len(os.fsencode(longest)) > _SOCKET_PATH_BYTES:
        yield f"socket_dir: {longest} is longer than a socket's path may be, {_SOCKET_PATH_BYTES} bytes"
    if file.development and appliance.exists():
        yield f"development: must be false on an appliance ({appliance} exists)"
    if not file.development:
        yield from _uid_findings(allowed)
    for role, gid in groups.items():
        if list(groups.values()).count(gid) > 1:
            yield f"socket_groups.{role}: another role has the same group"


def _uid_findings(allowed: Mapping[Role, frozenset[int]]) -> Iterator[str]:
    seen: dict[int, Role] = {}
    for role, uids in allowed.items():
        if not uids:
            yield f"allowed_uids.{role}: nobody may come in (only with development = true may it be left out)"
        for uid in uids:
            if uid in seen:
                yield f"allowed_uids.{role}: uid {uid} is {seen[uid]}'s already; one uid for all is for development"
            seen[uid] = role


def _with_key(error: msgspec.ValidationError) -> str:
    """The error with its key first."""
    said, _, where = str(error).partition(" - at ")
    key = where.replace("`key` in ", "").strip("`").removeprefix("$").removeprefix(".")
    return f"{key}: {said}" if key else said
