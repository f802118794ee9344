"""What must hold across the envelope's fields; each rule is one small generator of reasons."""

import re
from collections.abc import Iterator
from datetime import time
from itertools import pairwise
from zoneinfo import ZoneInfo

from hub.domain.plan import PartOfDay, Slot
from hub.plan.format import Envelope

DAY_MIN = 24 * 60
LANGUAGES = ("da", "en")  # what the screens speak
PHONE = re.compile(r"^\+?[0-9][0-9 ]{1,19}$")


def check(envelope: Envelope) -> Iterator[str]:
    """Every reason why an envelope with well-formed fields still cannot be a plan."""
    for rule in RULES:
        yield from rule(envelope)


def _slots_apart(envelope: Envelope) -> Iterator[str]:
    """An intake's identity is its slot's id, and a part of the day is one round."""
    for i, slot in enumerate(envelope.rounds):
        before = envelope.rounds[:i]
        if slot.id in {s.id for s in before}:
            yield f'$.rounds[{i}].id: "{slot.id}" is already another slot\'s'
        if slot.part is not None and slot.part in {s.part for s in before}:
            yield f'$.rounds[{i}].part: "{slot.part}" is already another slot\'s'


def _whole_minutes(envelope: Envelope) -> Iterator[str]:
    for i, slot in enumerate(envelope.rounds):
        if slot.time.tzinfo is not None:
            yield f"$.rounds[{i}].time: must be home wall time, without an offset"
        if slot.time.second or slot.time.microsecond:
            yield f"$.rounds[{i}].time: must be whole minutes"


def _windows(envelope: Envelope) -> Iterator[str]:
    """A slot that reaches its own next day would have two intakes open under one name."""
    for i, slot in enumerate(envelope.rounds):
        if slot.early_min + slot.window_min >= DAY_MIN:
            yield f"$.rounds[{i}]: early_min and window_min together reach into the same slot's next day"


def _after_midnight(envelope: Envelope) -> Iterator[str]:
    """A slot after midnight comes after the home day's others and before the next day's first."""
    first = min((_minutes(s.time) for s in envelope.rounds if not s.next_day), default=DAY_MIN)
    for i, slot in enumerate(envelope.rounds):
        if slot.next_day and _minutes(slot.time) >= first:
            yield f"$.rounds[{i}].next_day: {slot.time:%H:%M} is not before the next day's first slot"


def _parts_in_order(envelope: Envelope) -> Iterator[str]:
    order = list(PartOfDay)
    found = sorted((_moment(s), order.index(s.part), s.part) for s in envelope.rounds if s.part is not None)
    for (_, first, part), (_, second, later) in pairwise(found):
        if first > second:
            yield f"$.rounds: {later} comes after {part}"


def _table(envelope: Envelope) -> Iterator[str]:
    known = {slot.id for slot in envelope.rounds}
    for times, slots in envelope.settings.times_per_day.items():
        place = f"$.settings.times_per_day[{times}]"
        yield from (f'{place}: "{slot}" is no slot of this plan' for slot in slots if slot not in known)
        if len(slots) != times or len(set(slots)) != times:
            yield f"{place}: must name {times} different slots, names {len(set(slots))}"


def _of_our_time(envelope: Envelope) -> Iterator[str]:
    """FMK has no earlier year; one much later is a slip of the pen."""
    for name, at in (("issued", envelope.issued), ("valid_from", envelope.valid_from)):
        if not 2000 <= at.year < 2200:
            yield f"$.{name}: must be in the years 2000 to 2199, is {at.date()}"


def _zone(envelope: Envelope) -> Iterator[str]:
    try:
        ZoneInfo(envelope.settings.zone)
    except (LookupError, ValueError, OSError):
        yield f'$.settings.zone: "{envelope.settings.zone[:40]}" is not a time zone'


def _language(envelope: Envelope) -> Iterator[str]:
    if envelope.settings.language not in LANGUAGES:
        yield f"$.settings.language: must be one of {', '.join(LANGUAGES)}"


def _contacts(envelope: Envelope) -> Iterator[str]:
    for i, contact in enumerate(envelope.contacts):
        if not PHONE.match(contact.phone):
            yield f'$.contacts[{i}].phone: "{contact.phone[:40]}" is not a phone number'
        if not (1 <= len(contact.name) <= 80 and 1 <= len(contact.role) <= 40):
            yield f"$.contacts[{i}]: name must be 1-80 characters and role 1-40"


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _moment(slot: Slot) -> int:
    return _minutes(slot.time) + DAY_MIN * slot.next_day


RULES = (
    _slots_apart,
    _whole_minutes,
    _windows,
    _after_midnight,
    _parts_in_order,
    _table,
    _of_our_time,
    _zone,
    _language,
    _contacts,
)
