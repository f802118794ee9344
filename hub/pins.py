"""Who may act at this hub: a person of the roster with their PIN, and no patience for guessing (R14, H39)."""

import logging
from collections import Counter
from collections.abc import Callable

from hub.enrolment import Person, Trust

TRIES = 5  # wrong ones in a row, then each further one costs a rest
REST_S = 60.0
WRONG, RESTING = "person", "pin_rest"  # reasons, as `hub.protocol.Error` carries them
log = logging.getLogger("hub.pins")


class NotAdmitted(Exception):
    """`reason`: WRONG for a person or PIN that is not known, RESTING while even the right one is not tried."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pins:
    """Counts wrong PINs, each person's apart; only the right one, after the rest, starts the count anew.

    A PIN of four digits then lasts some days of guessing, each minute of it told in the log. `monotonic_s` is the
    hub's clock.
    """

    def __init__(self, trust: Trust, monotonic_s: Callable[[], float]) -> None:
        self._trust, self._monotonic_s = trust, monotonic_s
        self._known = frozenset(person.id for person in trust.staff)
        self._wrong: Counter[str] = Counter()
        self._rests_until_s: dict[str, float] = {}

    def admit(self, person_id: str, pin: str) -> Person:
        """The person whose PIN it is. Raises NotAdmitted."""
        if self._monotonic_s() < self._rests_until_s.get(person_id, float("-inf")):
            raise NotAdmitted(RESTING)
        person = self._trust.person(person_id, pin)
        if person is None:
            self._count(person_id)
            raise NotAdmitted(WRONG)
        self._wrong.pop(person_id, None)
        return person

    def _count(self, person_id: str) -> None:
        if person_id not in self._known:  # nobody to guard, and nothing to fill the memory with
            return
        self._wrong[person_id] += 1
        if self._wrong[person_id] >= TRIES:
            self._rests_until_s[person_id] = self._monotonic_s() + REST_S
            log.warning("%d wrong PINs in a row for one person", self._wrong[person_id])
