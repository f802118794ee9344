"""A mutant: one plausible mistake in one safety rule, as a replacement of text in one file."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """`old` occurs exactly once in `file`; with `new` in its place at least one of `tests` (under tests/) must fail."""

    rule: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def of(file: str, *tests: str) -> "Maker":
    """Makes the mutants of one file that the same tests are to kill."""
    return Maker(file, tests)


class Maker(NamedTuple):
    file: str
    tests: tuple[str, ...]

    def __call__(self, rule: str, what: str, old: str, new: str, *tests: str) -> Mutant:
        return Mutant(rule, what, self.file, old, new, tests or self.tests)
