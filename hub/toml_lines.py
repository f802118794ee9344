"""On which line of a TOML text each key stands: the standard library's reader does not say."""

import tomllib
from collections.abc import Iterator
from typing import Any

Key = tuple[str, ...]


class Places:
    """Where the keys of `text` are, which must be TOML."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Key, int] = {}
        table: Key = ()
        for line, statement, parsed in _statements(text):
            keys = list(_keys(parsed))
            header = statement.lstrip().startswith("[")
            if header:
                table = keys[-1]
            for key in keys:
                self._lines.setdefault(key if header else table + key, line)

    def line(self, key: Key) -> int:
        """Of the key; where it is missing, of the nearest table it would be in; else 1."""
        while key and key not in self._lines:
            key = key[:-1]
        return self._lines.get(key, 1)


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each header and each `key = value` by itself: the least number of lines that is TOML alone."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        for end in range(at + 1, len(lines) + 1):
            statement = "\n".join(lines[at:end])
            try:
                parsed = tomllib.loads(statement)
            except tomllib.TOMLDecodeError:
                continue  # a value of several lines
            if parsed:
                yield at + 1, statement, parsed
            at = end
            break
        else:
            return


def _keys(value: Any, prefix: Key = ()) -> Iterator[Key]:
    """Every key in it, outer ones first."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*prefix, name)
            yield from _keys(inner, (*prefix, name))
