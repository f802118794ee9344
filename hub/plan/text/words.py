"""The small words of FMK's dosage text: dates, weekdays, moments of the day, lists."""

from collections.abc import Sequence
from datetime import date, time

from hub.domain.plan import DayDose, PartOfDay

MONTHS = ("jan.", "feb.", "mar.", "apr.", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec.")
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")  # by date.weekday()
PARTS = {
    PartOfDay.MORNING: "morgen",
    PartOfDay.NOON: "middag",
    PartOfDay.EVENING: "aften",
    PartOfDay.NIGHT: "nat",
}


def date_words(day: date) -> str:
    """A date: 7. apr. 2021."""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def moment_words(dose: DayDose) -> str:
    """When on the day: morgen, kl. 8:00, or nothing."""
    if dose.part is not None:
        return PARTS[dose.part]
    return f"kl. {_clock(dose.at)}" if dose.at is not None else ""


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}" + (f":{at.second:02}" if at.second else "")


def duration_words(minutes: int) -> str:
    """4 timer · 1 time og 30 minutter."""
    hours, rest = divmod(minutes, 60)
    words = [f"{hours} {'time' if hours == 1 else 'timer'}"] if hours else []
    return listed([*words, f"{rest} {'minut' if rest == 1 else 'minutter'}"] if rest or not hours else words)


def listed(items: Sequence[str]) -> str:
    """a · a og b · a, b og c."""
    return " og ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def phrase(*words: str) -> str:
    """The words there are, with spaces between."""
    return " ".join(word for word in words if word)
