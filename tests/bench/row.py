"""One line of `make bench`: a figure and, where the project promises one, its limit."""

from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """`limit` None: the figure is stated, nothing is promised. At or under the limit is good."""

    name: str
    value: float
    limit: float | None
    unit: str

    @property
    def ok(self) -> bool:
        return self.limit is None or self.value <= self.limit


Bench = Callable[[], list[Row]]


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all values lie at or under (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked)) - 1))]
