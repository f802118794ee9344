"""How long to wait after a failure: doubling, bounded, and never in step with the neighbours (H32)."""

import random
from collections.abc import Callable


class Backoff:
    """Pauses of `first_s`, twice that, and so on up to `max_s`, each shortened by up to a half at random."""

    def __init__(self, max_s: float, first_s: float = 1.0, chance: Callable[[], float] = random.random) -> None:
        self._first_s, self._max_s, self._chance = min(first_s, max_s), max_s, chance
        self._next_s = self._first_s

    def after_failure(self) -> float:
        """Seconds to wait now."""
        pause_s = self._next_s
        self._next_s = min(2 * pause_s, self._max_s)
        return pause_s * (1 - self._chance() / 2)

    def reset(self) -> None:
        """Something got through."""
        self._next_s = self._first_s
