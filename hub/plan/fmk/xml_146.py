"""FMK's `Dosage` of versions 1.4.6, where fixed and as needed are two lists, and 1.4.4, where each dose says it."""

from datetime import date

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period
from hub.plan.fmk.node import Node
from hub.plan.fmk.values import MOST_DAY, MOST_PERIODS, MOST_REPEAT, NOTE, dosage_of, gathered, lines_of, text_of
from hub.plan.fmk.xml_values import (
    BOUNDS,
    UNITS,
    day_in,
    free_text_in,
    one_unit,
    quantities_in,
    schema_in,
    span_in,
    time_in,
    unit_in,
)
from hub.plan.reasons import NotUnderstood

FREE, ELSEWHERE = "FreeText", "AdministrationAccordingToSchemaInLocalSystem"
# Whether the doses of a list are as needed; None where each says for itself.
LISTS = {"StructuresFixed": False, "StructuresAccordingToNeed": True, "Structures": None}
# FMK's own verdict on a dosage, and what may be in it then.
TYPES = {"fast": {False}, "efter behov": {True}, "kombineret": {False, True}, "ikke angivet": {False, True}}
PARTS = {str(part): part for part in PartOfDay}


def read_146(root: Node) -> Dosage:
    root.only(*UNITS, *LISTS, FREE, ELSEWHERE, "Type")
    kinds = {"Structures" if name in LISTS else name for name in root.names() if name not in (*UNITS, "Type")}
    if len(kinds) != 1 or ("Structures" in root.names() and len(root.names().keys() & LISTS.keys()) > 1):
        raise NotUnderstood([f"{root.place}: must be one of structures, {FREE} and {ELSEWHERE}"])
    dosage = free_text_in(root.need(FREE)) if FREE in kinds else None
    dosage = schema_in(root.need(ELSEWHERE)) if ELSEWHERE in kinds else dosage or _structures(root)
    _agrees(dosage, root.maybe("Type"))
    return dosage


def _agrees(dosage: Dosage, kind: Node | None) -> None:
    needed = {line.as_needed for period in dosage.periods for day in period.days.values() for line in day}
    if kind is not None and not needed <= TYPES.get(kind.word(), set()):
        raise NotUnderstood([f'{kind.place}: "{kind.word()[:40]}" is not what the doses are'])


def _structures(root: Node) -> Dosage:
    units = [unit_in(root)]
    nodes: list[tuple[Node, bool | None]] = []
    for name, needed in LISTS.items():
        listed = root.maybe(name)
        if listed is not None:
            listed.only(*UNITS, "Structure", "EmptyStructure", "DosageTranslationCombined")
            units.append(unit_in(listed))
            nodes += [(node, needed) for node in _few(listed)]
    units += [unit_in(node) for node, _ in nodes]
    periods = gathered(_period, nodes)
    places = [node.place for node, _ in nodes]
    return dosage_of(zip(periods, places, strict=True), one_unit(units, root.place))


def _few(listed: Node) -> list[Node]:
    nodes = list(listed.every("Structure", "EmptyStructure"))
    if not 1 <= len(nodes) <= MOST_PERIODS:
        raise NotUnderstood([f"{listed.place}: must have 1-{MOST_PERIODS} periods, has {len(nodes)}"])
    return nodes


def _period(node: Node, needed: bool | None) -> Period:
    if node.name == "EmptyStructure":
        node.only(*BOUNDS)
        return Period(_start(node), {}, span_in(node)[1], 0)
    node.only(*BOUNDS, *UNITS, "IterationInterval", "NotIterated", "SupplementaryText", "AnyDay", "Day",
              "DosageTranslation")  # fmt: skip
    text = node.maybe("SupplementaryText")
    note = text_of(text.text(), NOTE, text.place) if text else ""
    days = gathered(_day, ((day, needed) for day in node.every("AnyDay", "Day")))
    if len(dict(days)) != len(days) or not days:
        raise NotUnderstood([f"{node.place}.Day: {'a day is there twice' if days else 'missing'}"])
    return Period(_start(node), dict(days), span_in(node)[1], _repeat(node), note)


def _start(node: Node) -> date:
    return day_in(node.need("StartDate"))


def _repeat(node: Node) -> int:
    if node.one_of("IterationInterval", "NotIterated") == "NotIterated":
        node.need("NotIterated").flag()
        return 0
    return node.need("IterationInterval").integer(1, MOST_REPEAT)


def _day(node: Node, needed: bool | None) -> tuple[int, tuple[DayDose, ...]]:
    """A day's number, 0 for any day, and its lines."""
    node.only(*(("Number",) if node.name == "Day" else ()), "Dose")
    number = node.need("Number").integer(1, MOST_DAY) if node.name == "Day" else 0
    doses = gathered(_dose, ((dose, needed) for dose in node.every("Dose")))
    if not doses:
        raise NotUnderstood([f"{node.place}.Dose: missing"])
    return number, lines_of(doses)


def _dose(node: Node, needed: bool | None) -> DayDose:
    says_itself = ("IsAccordingToNeed",) if needed is None else ()
    node.only("Time", "Quantity", "MinimalQuantity", "MaximalQuantity", *says_itself)
    asked = node.maybe("IsAccordingToNeed")
    if asked is not None:
        asked.flag()
    least, most = quantities_in(node, "MinimalQuantity", "MaximalQuantity")
    when = node.maybe("Time")
    part = PARTS.get(when.word()) if when else None
    at = time_in(when) if when and part is None else None
    return DayDose(least, most, part, at, None if when else 1, asked is not None if needed is None else needed)
