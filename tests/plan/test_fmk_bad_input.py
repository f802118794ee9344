"""Whatever comes as an FMK dosage: read, or refused with its place, and nothing else ever."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.plan import Dosage
from hub.plan.fmk.dosage_json import read_fmk_json
from hub.plan.fmk.dosage_xml import read_fmk_xml
from hub.plan.jsontext import MAX_FILE_BYTES, read_json, write_json
from hub.plan.reasons import NotUnderstood, PlanError, PlanUnreadable
from tests.plan.fmk_write import Json, each, json_of, sequences, structured, tag, xml_146, xml_160
from tests.plan.test_bad_input import junk, spots
from tests.plan.test_fmk_json import day, dose, period, read, structures
from tests.plan.test_fmk_xml import DAY, FIXED, UNITS, fixed, new, old, structure


def judged(how: Callable[[Any], Dosage], text: Any) -> None:
    """What is read can be journalled; what is not has reasons, each with a place."""
    try:
        dosage = how(text)
    except (NotUnderstood, PlanUnreadable) as error:
        refused = error
    else:
        assert msgspec.json.decode(msgspec.json.encode(dosage), type=Dosage) == dosage
        return
    assert refused.reasons
    assert all(reason.startswith("$") for reason in refused.reasons)


def of_json(text: bytes) -> Dosage:
    return read_fmk_json(read_json(text, MAX_FILE_BYTES))


@settings(max_examples=120, deadline=None)
@given(structured(), st.lists(st.tuples(st.integers(0, 500), st.booleans(), junk), min_size=1, max_size=3))
def test_a_mangled_value_is_read_or_refused(dosage: Dosage, changes: list[tuple[int, bool, Any]]) -> None:
    value = json_of(dosage)
    for number, gone, new_value in changes:
        found = list(spots(value))
        if found:
            holder, key = found[number % len(found)]
            if gone:
                del holder[key]
            else:
                holder[key] = deepcopy(new_value)
    judged(read_fmk_json, value)
    judged(of_json, write_json(value))


@settings(max_examples=120, deadline=None)
@given(st.data(), st.binary(max_size=12), st.integers(0, 12))
def test_damaged_bytes_are_read_or_refused(data: st.DataObject, instead: bytes, gone: int) -> None:
    write, how = data.draw(st.sampled_from([(xml_146, read_fmk_xml), (xml_160, read_fmk_xml),
                                            (lambda d: write_json(json_of(d)), of_json)]))  # fmt: skip
    text = write(data.draw(sequences() if write is xml_160 else structured()))
    at = data.draw(st.integers(0, len(text)))
    judged(how, text[:at] + instead + text[at + gone :])


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(0, 60), st.sampled_from(["drop", "twice", "empty", "other"]))
def test_a_mangled_element_is_read_or_refused(data: st.DataObject, number: int, how: str) -> None:
    dosage = data.draw(structured())
    text = xml_146(dosage).decode()
    opens = [i for i, c in enumerate(text) if c == "<" and text[i + 1] not in "/?"]
    at = opens[number % len(opens)]
    name = text[at + 1 :].split(">")[0].split(" ")[0].rstrip("/")
    end = text.find(f"</{name}>", at) + len(name) + 3
    other = tag(name, data.draw(st.text("0aæ.")))
    instead = {"drop": "", "twice": text[at:end] * 2, "empty": f"<{name}/>", "other": other}[how]
    judged(read_fmk_xml, (text[:at] + instead + text[end:]).encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_refused(text: bytes) -> None:
    for how in (read_fmk_xml, of_json):
        with pytest.raises(PlanError):
            how(text)


GOOD = structures(period(day(1, dose())))
DOSE = "$.structures.structures[0].days[0].allDoses[0]"


def with_dose(**fields: Any) -> Json:
    return structures(period(day(1, {**dose(), **fields})))


def with_period(**fields: Any) -> Json:
    return structures({**period(day(1, dose())), **fields})


def with_quantity(value: Any) -> Json:
    return with_dose(doseQuantity=value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (with_quantity(-1), f"{DOSE}.doseQuantity: must be at least 0"),
        (with_quantity(10**9), f"{DOSE}.doseQuantity: must be at least 0 and at most 999999999.999999999"),
        (with_quantity("1"), f"{DOSE}.doseQuantity: is not a number"),
        (with_quantity(True), f"{DOSE}.doseQuantity: is not a number"),
        (with_quantity(Decimal("NaN")), f"{DOSE}.doseQuantity: must be"),
        (with_quantity(Decimal("Infinity")), f"{DOSE}.doseQuantity: must be"),
        (with_quantity(Decimal("0.0000000001")), f"{DOSE}.doseQuantity: has more than 9 decimals"),
        (with_quantity(Decimal("0.025000000000000001387778780781445675529539585113525390625")), "more than 9 decimals"),
        (with_dose(minimalDoseQuantity=1, maximalDoseQuantity=2), f"{DOSE}.doseQuantity: must be there, or minimal"),
        (with_dose(doseQuantity=None, minimalDoseQuantity=1), f"{DOSE}.doseQuantity: must be there, or"),
        (with_dose(doseQuantity=None), f"{DOSE}.doseQuantity: must be there, or"),
        (with_dose(doseQuantity=None, minimalDoseQuantity=2, maximalDoseQuantity=1), "maximalDoseQuantity: is less"),
        (with_dose(isAccordingToNeed=None), f"{DOSE}.isAccordingToNeed"),
        (with_dose(type="LunchDoseWrapper"), f"{DOSE}.type"),
        (with_dose(type="TimedDoseWrapper"), f"{DOSE}.time: belongs to a TimedDoseWrapper"),
        (with_dose(time={"hour": 8, "minute": 0}), f"{DOSE}.time: belongs to a TimedDoseWrapper"),
        (with_dose(type="TimedDoseWrapper", time={"hour": 24, "minute": 0}), f"{DOSE}.time.hour"),
        (with_dose(route="i øjet"), f"{DOSE}.route: not a field this hub knows"),
        (with_period(iterationInterval=366), "$.structures.structures[0].iterationInterval"),
        (with_period(iterationInterval=-1), "$.structures.structures[0].iterationInterval"),
        (with_period(iterationInterval=Decimal("1.5")), "$.structures.structures[0].iterationInterval"),
        (with_period(startDate=None), "$.structures.structures[0].startDate: missing"),
        (with_period(startDate="1999-12-31"), "$.structures.structures[0].startDate: 1999-12-31 is before 2000-01-01"),
        (with_period(startDate="2026-02-30"), 'startDate: "2026-02-30" is no date there is'),
        (with_period(startDate="2026-3-2"), 'startDate: "2026-3-2" is not a date'),
        (with_period(startDate=20260302), "$.structures.structures[0].startDate: is not a date"),
        (with_period(startDateOrDateTime={"date": "2026-03-03"}), "startDate: is 2026-03-02 and 2026-03-03"),
        (with_period(endDateOrDateTime={"dateTime": "2026-04-01T12:00:00+02:00"}), "in the middle of a day"),
        (with_period(endDateOrDateTime={"date": 10**30}), "is no date"),
        (with_period(endDateOrDateTime={"date": True}), "endDateOrDateTime: is not a date"),
        (with_period(endDateOrDateTime={"date": 0}), "endDateOrDateTime: 1970-01-01 is before"),
        (with_period(endDate="2026-03-01"), "$.structures.structures[0]: ends 2026-03-01, before it starts 2026-03-02"),
        (with_period(supplText="x" * 1001), "$.structures.structures[0].supplText: must be 1-1000 characters, is 1001"),
        (structures(period(day(1, dose()), day(1))), "$.structures.structures[0].days: a day is there twice"),
        (structures(period(day(-1, dose()))), "$.structures.structures[0].days[0].dayNumber"),
        (structures(period(day(8, dose()), every=7)), "$.structures.structures[0]: day 8 is beyond the interval of 7"),
        (structures(*[period(start=f"20{n}-01-01", endDate=f"20{n}-12-31") for n in range(10, 21)]),
         "$.structures.structures: must have 1-10 periods, has 11"),
        (structures(), "$.structures.structures: must have 1-10 periods, has 0"),
        ({**GOOD, "freeText": {"text": "1 tablet"}}, "$: must be one of"),
        ({}, "$: must be one of"),
        ({"freeText": {"text": "x" * 401}}, "$.freeText.text: must be 1-400 characters, is 401"),
        ({"freeText": {"text": " "}}, "$.freeText.text: must be 1-400 characters, is empty"),
        ({"DosagePeriod": []}, "$.DosagePeriod: not a field this hub knows"),
        ([], "$: must be an object"),
        (structures(period(*[day(n, *[dose()] * 60) for n in range(1, 100)], every=0)), "$: says more than 20000"),
    ],
)  # fmt: skip
def test_bad_json_is_refused_with_its_place(value: Any, reason: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_fmk_json(value)
    assert any(reason in said for said in refusal.value.reasons), refusal.value.reasons


@pytest.mark.parametrize(
    "unit", [{}, {"unit": ""}, {"unit": "x" * 51}, {"unitSingular": "tablet"}, {"unit": "a", "unitPlural": "b"}]
)
def test_a_dosage_is_counted_in_something(unit: Json) -> None:
    value = deepcopy(GOOD)
    value["structures"]["unitOrUnits"] = unit
    with pytest.raises(NotUnderstood, match=r"\$\.structures\.unitOrUnits"):
        read(value)


@pytest.mark.parametrize(
    "text",
    [write_json(GOOD)[:-1], b"", b"\xef\xbb\xbf" + write_json(GOOD), write_json(GOOD).decode().encode("utf-16"),
     b'{"structures": NaN}', b'{"freeText": {"text": "\xe6"}}', b"[" * 100_000, b'{"freeText": {}, "freeText": {}}',
     b" " * (MAX_FILE_BYTES + 1)],
)  # fmt: skip
def test_bytes_that_are_no_json_are_refused(text: bytes) -> None:
    with pytest.raises(PlanUnreadable) as refusal:
        of_json(text)
    assert refusal.value.reasons[0].startswith("$: ")


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
PLAIN = fixed(structure()).decode()


def put(old: str, new: str) -> bytes:
    """The plain one, with something else in the place of something."""
    assert old in PLAIN
    return PLAIN.replace(old, new).encode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PLAIN[:-1].encode(), "$: not readable as XML"),
        (b"", "$: not readable as XML"),
        (f'<!DOCTYPE x [<!ENTITY a0 "x">{BOMB}]>{PLAIN}'.encode(), "$: has a document type or entities"),
        (f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{PLAIN}'.encode(), "$: has a document type or entities"),
        (put("ml", "&ml;"), "$: not readable as XML"),
        (PLAIN.replace("ml", "æ").encode("latin-1"), "$: is not UTF-8"),
        (f'<?xml version="1.0" encoding="ISO-8859-1"?>{PLAIN}'.encode(), "$: must be UTF-8"),
        (f'<?xml version="1.0" encoding="utf-16"?>{PLAIN}'.encode(), "$: must be UTF-8"),
        (PLAIN.encode("utf-16"), "$: is not UTF-8"),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "$: must be UTF-8, without a mark in front"),
        (b"<a>" * 300_000, "$: not readable as XML: more than 20 elements in each other"),
        (b"<a>" + b"<b/>" * 200_000, "or more than 10000 in all"),
        (b"<" * (MAX_FILE_BYTES + 1), "bytes is more than 1048576"),
        (b"<Dosage/>", "is not a dosage of a version this hub knows"),
        (put("<Quantity>1", "<Quantity>-1"), ".Dose[0].Quantity: must be at least 0"),
        (put("<Quantity>1", "<Quantity>1e3"), '.Dose[0].Quantity: must be a number, is "1e3"'),
        (put("<Quantity>1", "<Quantity>NaN"), ".Dose[0].Quantity: must be a number"),
        (put("<Quantity>1", "<Quantity>1,5"), ".Dose[0].Quantity: must be a number"),
        (put("<Quantity>1", "<Quantity><b/>1"), ".Dose[0].Quantity: must be text"),
        (put("<Quantity>", '<Quantity unit="mg">'), "has the attribute unit"),
        (put("<Dose>", "<Dose>halv "), ".Dose[0]: has text between its elements"),
        (put("<Quantity>", "<MinimalQuantity>1</MinimalQuantity><Quantity>"), "must have Quantity, or"),
        (put("<Quantity>", "<Quantity>1</Quantity><Quantity>"), ".Dose[0].Quantity: is there 2 times"),
        (put(each("Quantity", 1), each("MinimalQuantity", 2) + each("MaximalQuantity", 1)), "is less than MinimalQ"),
        (put("2026-03-02", "1999-12-31"), "Structure[0].StartDate: 1999-12-31 is before"),
        (put("2026-03-02", "2026-03-02+05:00"), 'is not a date'),
        (put("<DosageEndingUndetermined/>", each("EndDate", "2026-03-01")), "before it starts"),
        (put("<DosageEndingUndetermined/>", ""), "must have one of EndDate, DosageEndingUndetermined"),
        (put("<IterationInterval>1", "<IterationInterval>366"), "IterationInterval: must be a whole"),
        (put("<Number>1", "<Number>0"), "Day[0].Number: must be a whole number from 1"),
        (put("<Number>1", "<Number>2"), "Structure[0]: day 2 is beyond the interval of 1"),
        (put("<Dose>", "<Dose><Time>08:00:00+01:00</Time>"), "is not a time of day"),
        (put("<Dose>", "<Dose><Time>lunch</Time>"), "is not a time of day"),
        (fixed(structure(DAY, DAY)), "Structure[0].Day: a day is there twice"),
        (fixed(structure("")), "Structure[0].Day: missing"),
        (fixed(structure(tag("Day", each("Number", 1)))), "Day[0].Dose: missing"),
        (fixed(*[structure()] * 11), "$.StructuresFixed: must have 1-10 periods, has 11"),
        (old(UNITS), "$: must be one of structures"),
        (old(tag("StructuresFixed", structure())), "$: is counted in no unit"),
        (old(UNITS, tag("UnitTexts", each("Singular", "a"), each("Plural", "b")), tag("StructuresFixed", structure())),
         "$: has both UnitText and UnitTexts"),
        (old(UNITS, tag("StructuresFixed", tag("UnitText", "mg"), structure())), "$: is counted in mg and ml"),
        (new(FIXED.replace("<Index>1", "<Index>366")), "Day[0].Index: must be a whole number from 1 to 365"),
        (new(each("PeriodLength", 0) + FIXED), "$.DosagePeriod[0].PeriodLength: must be a whole number from 1"),
        (new(each("PeriodLength", 36_525) + FIXED, start=date(9999, 1, 1)), "PeriodLength: ends after the year 9999"),
    ],
)  # fmt: skip
def test_bad_xml_is_refused_with_its_place(text: bytes, reason: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_fmk_xml(text)
    assert any(reason in said for said in refusal.value.reasons), refusal.value.reasons
