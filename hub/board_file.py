"""Reads a board file. Whatever is wrong with it is refused, each finding with its line, its key and the reason."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import msgspec
from msgspec.structs import FieldInfo

from hub.board import Board
from hub.board_rules import Finding, broken
from hub.config import ConfigRefused
from hub.toml_lines import Key, Places

MOST_BYTES = 16_384  # a box of 28 with a remark for each line is half of it
_FIELDS = {field.name: field for field in msgspec.structs.fields(Board)}


class BoardRefused(ConfigRefused):
    """A line of text for each finding: file, line, key, reason."""


def load(path: Path) -> Board:
    """The board at `path`. Raises BoardRefused with every finding, and nothing else."""
    text, raw = _toml(path)
    made: dict[str, Any] = {}
    findings = list(_typed(raw, made))
    board = None if findings else Board(**made)
    findings += broken(board) if board else ()
    if board is None or findings:
        places = Places(text)
        told = sorted((places.line(f.key), ".".join(f.key), f.reason) for f in findings)
        raise BoardRefused("\n".join(f"{path}:{line}: {key}: {reason}" for line, key, reason in told))
    return board


def _toml(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise BoardRefused(f"{path}: {error}") from error
    if len(data) > MOST_BYTES:
        raise BoardRefused(f"{path}:1: longer than {MOST_BYTES} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BoardRefused(f"{path}:{line}: not UTF-8") from error
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number too long for one, or nested too deep
        raise BoardRefused(f"{path}:{_line(text, error)}: {error}") from error


def _line(text: str, error: Exception) -> int:
    """Of the error; where it does not say, that of the first key from which on no part of the text is TOML."""
    if at := re.search(r"at line (\d+)", str(error)):
        return int(at[1])
    lines = text.split("\n")
    whole = (n for n in reversed(range(len(lines))) if _is_toml("\n".join(lines[:n])))
    return next(whole) + 1


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _typed(raw: dict[str, Any], made: dict[str, Any]) -> Iterator[Finding]:
    """Puts what has the right type into `made`, and tells what has not."""
    for name in raw.keys() - _FIELDS.keys():
        yield Finding((name,), "there is no such key")
    for name, field in _FIELDS.items():
        if name in raw:
            yield from _section(field, raw[name], made)
        elif field.required:
            yield Finding((name,), "is missing")


def _section(field: FieldInfo, value: Any, made: dict[str, Any]) -> Iterator[Finding]:
    """One of them; of those with names or numbers, each entry by itself, so that each is told."""
    if get_origin(field.type) is not dict or not isinstance(value, dict):
        try:
            made[field.name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError as error:
            yield _finding((field.name,), error)
        return
    entries = made[field.name] = {}
    for key, each in value.items():
        try:
            entries |= msgspec.convert({key: each}, field.type, str_keys=True)
        except msgspec.ValidationError as error:
            yield _finding((field.name, key), error)


def _finding(key: Key, error: msgspec.ValidationError) -> Finding:
    """msgspec's error, its place made part of the key."""
    said, _, where = str(error).partition(" - at ")
    key += tuple(re.findall(r"\.(\w+)", where))
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", said):
        return Finding((*key, unknown[1]), "there is no such key")
    if missing := re.fullmatch(r"Object missing required field `(.*)`", said):
        return Finding((*key, missing[1]), "is missing")
    return Finding(key, said)
