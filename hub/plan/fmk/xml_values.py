"""What FMK's versions of XML write alike: dates, hours, quantities, units, free text, a schema kept elsewhere."""

import re
from datetime import date, time
from decimal import Decimal

from hub.domain.plan import Dosage
from hub.plan.fmk.node import Node
from hub.plan.fmk.values import FREE_TEXT, UNIT, date_of, in_order, quantity_of, text_of
from hub.plan.reasons import NotUnderstood

BOUNDS = ("StartDate", "EndDate", "DosageEndingUndetermined")
UNITS = ("UnitText", "UnitTexts")
# With its zone, as some write it: that of Denmark in winter or summer, or UTC. It is the same day.
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(Z|\+00:00|\+01:00|\+02:00)?", re.ASCII)
_TIME = re.compile(r"(\d\d:\d\d:\d\d)(\.0+)?", re.ASCII)


def day_in(node: Node) -> date:
    found = _DATE.fullmatch(node.word())
    return date_of(found[1] if found else node.word(), node.place)


def time_in(node: Node) -> time:
    """Wall time; one with a zone would be another hour in summer than in winter."""
    found = _TIME.fullmatch(node.word())
    try:
        return time.fromisoformat(found[1] if found else "")
    except ValueError:
        raise NotUnderstood([f'{node.place}: "{node.word()[:40]}" is not a time of day']) from None


def span_in(node: Node) -> tuple[date | None, date | None]:
    """From and to, both included; None where the dosage began before FMK knew it, or nobody knows when it ends."""
    began = node.one_of("StartDate", "DosageStartedPreviously") == "DosageStartedPreviously"
    if began:
        node.need("DosageStartedPreviously").flag()
    start = None if began else day_in(node.need("StartDate"))
    ends = node.one_of("EndDate", "DosageEndingUndetermined") == "EndDate"
    if not ends:
        node.need("DosageEndingUndetermined").flag()
    end = day_in(node.need("EndDate")) if ends else None
    in_order(start, end, node.place)
    return start, end


def quantities_in(node: Node, least: str, most: str) -> tuple[Decimal, Decimal | None]:
    """One quantity; or the least and the most, under these names."""
    there = node.names()
    given = tuple(name for name in ("Quantity", least, most) if name in there)
    if given not in (("Quantity",), (least, most)):
        raise NotUnderstood([f"{node.place}: must have Quantity, or {least} and {most}"])
    found = [quantity_of(inside.decimal(), inside.place) for inside in map(node.need, given)]
    if found[-1] < found[0]:
        raise NotUnderstood([f"{node.place}.{most}: is less than {least}"])
    return found[0], found[1] if len(found) > 1 else None


def unit_in(node: Node) -> tuple[str, str] | None:
    """The unit for one and for more, where this element says it. A single word is used for both."""
    one, several = node.maybe("UnitText"), node.maybe("UnitTexts")
    if one and several:
        raise NotUnderstood([f"{node.place}: has both UnitText and UnitTexts"])
    if several:
        several.only("Singular", "Plural")
        words = [several.need(name) for name in ("Singular", "Plural")]
    else:
        words = [one, one] if one else []
    units = [text_of(word.text(), UNIT, word.place) for word in words]
    return (units[0], units[1]) if units else None


def one_unit(said: list[tuple[str, str] | None], place: str) -> tuple[str, str]:
    """The unit that all who say one say alike."""
    units = {unit for unit in said if unit is not None}
    if len(units) != 1:
        raise NotUnderstood([f"{place}: is counted in {' and '.join(sorted(u for u, _ in units)) or 'no unit'}"])
    return units.pop()


def free_text_in(node: Node) -> Dosage:
    node.only(*BOUNDS, "DosageStartedPreviously", "Text")
    start, end = span_in(node)
    words = node.need("Text")
    return Dosage((), "", "", free_text=text_of(words.text(), FREE_TEXT, words.place), start=start, end=end)


def schema_in(node: Node) -> Dosage:
    node.only(*BOUNDS, "DosageStartedPreviously")
    start, end = span_in(node)
    return Dosage((), "", "", by_schema=True, start=start, end=end)
