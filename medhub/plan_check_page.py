"""A checked plan as it is read: what was assumed, each medicine in words, then what is to be taken, day by day."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.plan.numbers import danish
from hub.plan.units import unit_beside
from medhub.plan_check_report import Checked, MedicineChecked

WORDS: dict[str, dict[str, str]] = {
    "da": {
        "assumed": "Det er antaget, og ingen har ordineret det:",
        "needed": "Fra boksen efter behov: {amount}, højst {most} gange i døgnet",
        "average": "{amount} om dagen i gennemsnit", "short": "Kort: {text}", "comma": ",",
        "nothing": "Der er intet på skemaet fra {first} og {days} dage.",
        "day": "dag", "at": "kl.", "take": "skal tages", "weekdays": "man tir ons tor fre lør søn",
        "scheduled": "på skemaet", "as_needed": "efter behov", "on_hold": "pauseret", "stopped": "seponeret",
        "ended": "afsluttet", "not_understood": "IKKE FORSTÅET", "compartment": "i boksen", "reminded": "mindes der om",
        "Fixed": "fast", "AccordingToNeed": "efter behov", "Combined": "kombineret", "Unspecified": "ikke angivet",
    },
    "en": {
        "assumed": "This is assumed, and nobody has ordered it:",
        "needed": "From the box as needed: {amount}, at most {most} times in 24 hours",
        "average": "{amount} a day on average", "short": "Short: {text}", "comma": ".",
        "nothing": "Nothing is scheduled from {first} for {days} days.",
        "day": "day", "at": "at", "take": "to be taken", "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
        "scheduled": "scheduled", "as_needed": "as needed", "on_hold": "paused", "stopped": "stopped",
        "ended": "ended", "not_understood": "NOT UNDERSTOOD", "compartment": "in the box", "reminded": "reminded of",
        "Fixed": "fixed", "AccordingToNeed": "as needed", "Combined": "combined", "Unspecified": "not specified",
    },
}  # fmt: skip


def page(checked: Checked, language: str) -> Iterator[RenderableType]:
    """Every part of it, in the order to be read. Texts of a medicine are Danish, and reasons English, as they come."""
    say = WORDS[language]
    yield Text(f"{checked.file}: {checked.form}")
    if checked.defaults:
        yield Text("\n".join((say["assumed"], *(f"- {sentence}" for sentence in checked.defaults))))
    for medicine in checked.medicines:
        yield Text(f"\n{_title(medicine, say)}", style="" if medicine.understood else "bold red")
        yield Padding(Text("\n".join(_lines(medicine, say))), (0, 0, 0, 2))
    yield ""
    yield _table(checked, say)
    verdicts = Counter(medicine.verdict for medicine in checked.medicines)
    yield Text(", ".join(f"{n} {say[verdict]}" for verdict, n in verdicts.items()))


def _title(medicine: MedicineChecked, say: dict[str, str]) -> str:
    how = (medicine.verdict, *([medicine.handout] if medicine.handout else []))
    return f"{_name(medicine)} ({medicine.id}): {', '.join(say[word] for word in how)}"


def _name(medicine: MedicineChecked) -> str:
    return f"{medicine.name} {medicine.strength}".strip() or "?"


def _lines(medicine: MedicineChecked, say: dict[str, str]) -> Iterator[str]:
    if medicine.text:
        yield medicine.text
    if medicine.short_text:
        yield say["short"].format(text=medicine.short_text)
    average, needed = medicine.daily_dose, medicine.as_needed
    if average:
        low, high = (average.value, None) if average.value is not None else (average.min, average.max)
        yield say["average"].format(amount=_amount(medicine, low, high, say))
    if needed:
        yield say["needed"].format(amount=_amount(medicine, needed.quantity, None, say), most=needed.most)
    yield from (f"! {reason}" for reason in medicine.reasons)


def _table(checked: Checked, say: dict[str, str]) -> RenderableType:
    """A line an intake; each day is named at its first."""
    intakes: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    for medicine in checked.medicines:
        for taken in medicine.intakes:
            amount = _amount(medicine, taken.quantity, taken.quantity_max, say)
            intakes[taken.id, taken.local].append(f"{amount} {_name(medicine)}")
    if not intakes:
        return Text(say["nothing"].format(first=checked.first, days=checked.days))
    table, named = Table(say["day"], say["at"], say["take"]), ""
    for (ident, local), doses in sorted(intakes.items(), key=lambda item: item[0][1]):
        day, _, _ = ident.partition("/")
        table.add_row("" if day == named else _day(day, say), f"{local:%H:%M}", Text("\n".join(doses)))
        named = day
    return table


def _day(day: str, say: dict[str, str]) -> str:
    return f"{say['weekdays'].split()[date.fromisoformat(day).weekday()]} {day}"


def _amount(medicine: MedicineChecked, low: Decimal | None, high: Decimal | None, say: dict[str, str]) -> str:
    numbers = [number for number in (low, high) if number is not None]
    unit = unit_beside(numbers[-1], medicine.unit or "", medicine.units or "")
    return f"{'-'.join(danish(n).replace(',', say['comma']) for n in numbers)} {unit}"
