"""The screen's words in the citizen's language, from `locale/*/LC_MESSAGES/medhub.po`; English is the source text."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import polib

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("da", "en")
FRACTIONS = {Decimal("0.25"): "¼", Decimal("0.5"): "½", Decimal("0.75"): "¾"}


def mark(text: str) -> str:
    """Marks a text in a table as one to translate later."""
    return text


DAYS = (
    mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday"), mark("Saturday"),
    mark("Sunday"),
)  # fmt: skip
MONTHS = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"), mark("July"),
    mark("August"), mark("September"), mark("October"), mark("November"), mark("December"),
)  # fmt: skip
# The plan's units are Danish; those the screen knows in other languages, by the Danish word.
UNITS = {
    "tablet": mark("tablet"), "tabletter": mark("tablets"), "kapsel": mark("capsule"), "kapsler": mark("capsules"),
    "dråbe": mark("drop"), "dråber": mark("drops"), "pust": mark("puff"), "sug": mark("puff"),
    "enhed": mark("unit"), "enheder": mark("units"), "plaster": mark("patch"), "plastre": mark("patches"),
}  # fmt: skip


class Words:
    """One language. Called with an English text it gives the translation."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        po = polib.pofile(str(LOCALE / self.language / "LC_MESSAGES" / "medhub.po"))
        self._gettext = GNUTranslations(BytesIO(po.to_binary())).gettext

    def __call__(self, text: str, **values: str) -> str:
        return self._gettext(text).format(**values)

    def time(self, at: datetime) -> str:
        """As it stands in a sentence: "18" or "18.30" after "kl."; "18:00" in English."""
        if at.minute:
            return self.face(at)
        return self("{hour}:00", hour=str(at.hour))

    def face(self, at: datetime) -> str:
        """As on a clock: 14.20."""
        return self("{hour}:{minute}", hour=str(at.hour), minute=f"{at.minute:02d}")

    def weekday(self, day: date) -> str:
        return self(DAYS[day.weekday()])

    def within(self, day: date) -> str:
        """A weekday inside a sentence; Danish writes it small."""
        return self.weekday(day).lower() if self.language == "da" else self.weekday(day)

    def date(self, day: date) -> str:
        return self("{month} {day}", day=str(day.day), month=self(MONTHS[day.month - 1]))

    def number(self, text: str) -> str:
        """Quarters as they stand on the label (½, 1½), others with the language's decimal mark."""
        value = Decimal(text)
        whole, rest = divmod(value, 1)
        if rest in FRACTIONS:
            return (str(whole) if whole else "") + FRACTIONS[rest]
        plain = f"{value.normalize():f}"
        return plain.replace(".", ",") if self.language == "da" else plain

    def unit(self, unit: str) -> str:
        """The plan's word; translated where it is a common one."""
        return self(UNITS[unit]) if unit in UNITS and self.language != "da" else unit


@cache
def words(language: str) -> Words:
    """Danish for a language the screen does not have."""
    return Words(language)


def phone_number(text: str) -> str:
    """Danish numbers in pairs, which is how they are read aloud; others as written."""
    digits = text.replace(" ", "").removeprefix("+45")
    return " ".join(digits[i : i + 2] for i in range(0, 8, 2)) if len(digits) == 8 and digits.isdigit() else text
