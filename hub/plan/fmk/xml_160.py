"""FMK's `Dosage` of version 1.6.0: periods that follow each other, each with a fixed structure, one as needed, or both.

What the model cannot hold exactly is not understood: doses that depend on a measurement, infusions, courses begun when
something happens, lengths in words, and whatever begins on a day nobody says.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from hub.domain.plan import Dosage, Period
from hub.plan.fmk.node import Node
from hub.plan.fmk.values import dosage_of, in_order, quantity_of
from hub.plan.fmk.xml_structure import Course, nothing_beyond, structure_in
from hub.plan.fmk.xml_values import UNITS, day_in, free_text_in, one_unit, schema_in, unit_in
from hub.plan.reasons import NotUnderstood

FREE, ELSEWHERE = "FreeText", "AdministrationAccordingToSchemaInLocalSystem"
PERIODS = range(1, 101)
LENGTH_DAYS = 36_525  # a hundred years


def read_160(root: Node) -> Dosage:
    root.only(*UNITS, "IsSelfAdministration", "Precondition", "Parameter", "PRNFixed", "DosagePeriod", FREE, ELSEWHERE,
              "DosageTranslationCombined")  # fmt: skip
    kind = root.one_of("DosagePeriod", FREE, ELSEWHERE)
    nothing_beyond(root)
    if kind == FREE:
        return free_text_in(root.need(FREE))
    if kind == ELSEWHERE:
        return schema_in(root.need(ELSEWHERE))
    nodes = list(root.every("DosagePeriod"))
    if len(nodes) not in PERIODS:
        raise NotUnderstood([f"{root.place}: must have 1-{PERIODS[-1]} periods, has {len(nodes)}"])
    unit = one_unit([unit_in(root)], root.place)
    return dosage_of(_periods(nodes, _valid_from(root)), unit)


def _valid_from(root: Node) -> date:
    said = root.need("Precondition")
    said.only("ValidFrom", "UpdateValidFromUponHandover", "PRNTrigger", "EpisodicTreatment")
    nothing_beyond(said)
    moved = said.maybe("UpdateValidFromUponHandover")
    if moved is not None and moved.word() != "false":
        raise NotUnderstood([f"{moved.place}: begins when it is handed over"])
    return day_in(said.need("ValidFrom"))


def _periods(nodes: list[Node], start: date) -> Iterator[tuple[Period, str]]:
    """Each begins the day after the one before it."""
    first: date | None = start
    for node in nodes:
        if first is None:
            raise NotUnderstood([f"{node.place}: begins when the one before it ends, and that is not said"])
        node.only("PeriodLength", "PeriodLengthFreeText", "Empty", "Unspecified", "MaximumDailyDose", "Fixed", "PRN",
                  "EndDate")  # fmt: skip
        nothing_beyond(node)
        try:
            end = _end(node, first)
            yield from _courses(node, first, end)
            first = end + timedelta(days=1) if end is not None else None
        except OverflowError:
            raise NotUnderstood([f"{node.place}.PeriodLength: ends after the year 9999"]) from None


def _end(node: Node, start: date) -> date | None:
    """The last day, by the length and by FMK's own reckoning, which must be the same; None where neither is there."""
    length, said = node.maybe("PeriodLength"), node.maybe("EndDate")
    end = start + timedelta(days=length.integer(1, LENGTH_DAYS) - 1) if length else None
    reckoned = said.maybe("CalculatedEndDate") if said else None
    if reckoned is None:
        return end
    last = day_in(reckoned)
    in_order(start, last, reckoned.place)
    if end not in (None, last):
        raise NotUnderstood([f"{reckoned.place}: is {last}, and by its length it ends {end}"])
    return last


def _courses(node: Node, start: date, end: date | None) -> Iterator[tuple[Period, str]]:
    names = node.names()
    if "Empty" in names:
        node.need("Empty").flag()
        if names.keys() & {"Fixed", "PRN", "MaximumDailyDose"}:
            raise NotUnderstood([f"{node.place}: is empty, and is not"])
        yield Period(start, {}, end, 0), node.place
        return
    found = [said for said in (node.maybe("Fixed"), node.maybe("PRN")) if said is not None]
    limit = node.maybe("MaximumDailyDose")
    if not found:
        raise NotUnderstood([f"{node.place}: says neither what to take nor to take nothing"])
    if limit is not None and len(found) > 1:
        raise NotUnderstood([f"{limit.place}: of what is fixed and what is as needed together"])
    most = quantity_of(limit.decimal(), limit.place) if limit else None
    for said in found:
        yield structure_in(said, Course(start, end, said.name == "PRN", most)), said.place
