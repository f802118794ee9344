"""A FHIR Timing as one Repeat: its own, or that of a code which HL7 defines as nothing more."""

from msgspec.structs import replace

from hub.plan.fhir.elements import Concept, Repeat, Timing
from hub.plan.fhir.values import whole
from hub.plan.reasons import NotUnderstood

# HL7: so often a day, at times the institution has set; here the plan's own table has. The other codes count hours, or
# days without saying which.
ABBREVIATION = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
_DAILY = Repeat(frequency=1, period=1, period_unit="d")
CODES = {
    "QD": _DAILY,
    "BID": replace(_DAILY, frequency=2),
    "TID": replace(_DAILY, frequency=3),
    "QID": replace(_DAILY, frequency=4),
    "AM": replace(_DAILY, when=("MORN",)),
}

_UNREAD = (
    ("bounds_range", "boundsRange: a shortest and a longest time, so the last day is not said"),
    ("duration", "duration: how long it takes each time"),
    ("duration_max", "durationMax: how long it takes each time"),
    ("duration_unit", "durationUnit: how long it takes each time"),
    ("offset", "offset: minutes from a moment that has no clock time"),
)


def repeat_of(timing: Timing | None, place: str) -> Repeat:
    """What the timing says; NotUnderstood where nothing does, or something in it is read nowhere."""
    if timing is None or (timing.repeat is None and timing.code is None and timing.event is None):
        raise NotUnderstood([f"{place}: free text without a timing"])
    said = timing.repeat or Repeat()
    unread = [f"{place}.timing.repeat.{why}" for name, why in _UNREAD if getattr(said, name) is not None]
    if timing.event is not None:
        unread.append(f"{place}.timing.event: single moments are no schedule")
    if unread:
        raise NotUnderstood(unread)
    return said if timing.code is None else _by_code(timing.code, said, f"{place}.timing.code")


def bare(repeat: Repeat) -> bool:
    """Whether it says no more than its bounds and its count."""
    bounds = Repeat(bounds_period=repeat.bounds_period, bounds_duration=repeat.bounds_duration, id=repeat.id,
                    count=repeat.count, count_max=repeat.count_max)  # fmt: skip
    return repeat == bounds


def _by_code(concept: Concept, said: Repeat, place: str) -> Repeat:
    """HL7: a code is a complete statement of what its repeat says, but for the bounds. So both must say the same."""
    code = concept.of(ABBREVIATION)
    in_words = {concept.text.lower(), code.display.lower()} - {"", code.code.lower()}
    if code.code not in CODES or len(concept.coding) > 1 or in_words:
        said_so = concept.coding[0].code if concept.coding else concept.text
        raise NotUnderstood([f'{place}: "{said_so[:20]}" is not {", ".join(CODES)} and no more'])
    meant = CODES[code.code]
    if bare(said):
        return replace(said, frequency=meant.frequency, period=1, period_unit="d", when=meant.when)
    if not _same(said, meant):
        raise NotUnderstood([f"{place}: {code.code}, and the repeat beside it says something else"])
    return said


def _same(said: Repeat, meant: Repeat) -> bool:
    """The repeat may say the moments of so many times a day, and the code no other ones."""
    daily = said.frequency == meant.frequency and whole(said.period, 1) == 1 and said.period_unit == "d"
    moments = len(said.when) + len(said.time_of_day)
    exact = said.frequency_max in (None, said.frequency) and said.period_max in (None, said.period)
    return (
        daily and exact and not said.day_of_week and moments in (0, meant.frequency) and meant.when in ((), said.when)
    )
