"""The reader and the schedule against an oracle that shares nothing with them, and against golden lists."""

import ast
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period, Plan
from hub.domain.schedule import intakes_of
from hub.plan.jsontext import write_json
from medhub import oracle, oracle_fhir, oracle_fmk
from medhub.plan_files import read_file
from tests.plan import fmk_write
from tests.plan.build import (
    DAY,
    OLE,
    ROOT,
    SAMPLE,
    Json,
    bundle,
    dosage,
    envelope,
    listing,
    medication,
    read,
    repeat,
    sample,
    statement,
)  # fmt: skip
from tests.plan.drawn import dosages, effective_periods, forms

GOLDEN = Path(__file__).parent / "golden"


def hub_says(plan: Plan, day: date) -> tuple[set[Any], dict[str, str]]:
    """The hub's reading in the oracle's words."""
    intakes = intakes_of(plan, day)
    found = {(i.at, i.id, d.ordination, d.quantity, d.handout == "compartment") for i in intakes for d in i.doses}
    today = {d.ordination for i in intakes for d in i.doses}
    idle = {o.id: "not_today" for o in plan.ordinations if o.id not in today}
    return found, {o.id: str(o.verdict) for o in plan.outside} | idle


def oracle_says(path: Path, day: date) -> tuple[set[Any], dict[str, str]]:
    answer = oracle.ask(path, day)
    return {(w.at, w.intake, w.ordination, w.quantity, w.boxed) for w in answer.wanted}, answer.outside


def assert_agree(plan: Plan, path: Path, day: date) -> None:
    assert hub_says(plan, day) == oracle_says(path, day), day


@pytest.mark.parametrize("module", [oracle, oracle_fhir, oracle_fmk])
def test_the_oracle_imports_nothing_of_the_hub(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    std = {
        "json",
        "collections",
        "collections.abc",
        "datetime",
        "decimal",
        "itertools",
        "pathlib",
        "typing",
        "zoneinfo",
    }
    assert names - std <= ({"medhub", "medhub.oracle_fhir"} if module is oracle else set())  # of ours its parts alone


def test_the_everyday_citizen_agrees_every_day_of_a_year_and_more() -> None:
    plan = read(sample())
    for n in range(500):
        assert_agree(plan, SAMPLE, date(2025, 10, 20) + timedelta(days=n))


def test_every_slot_of_the_everyday_citizen_has_its_own_box_every_day() -> None:
    for n in range(60):
        found = oracle.wanted(SAMPLE, DAY + timedelta(days=n))
        assert len({w.intake for w in found if w.boxed}) == 5


def test_the_everyday_citizen_is_as_messy_as_the_real_thing() -> None:
    plan = read(sample())
    assert {o.verdict for o in plan.outside} == {"not_understood", "as_needed", "on_hold", "stopped", "ended"}
    assert {o.handout for o in plan.ordinations} == {"compartment", "reminded"}


def golden(name: str, found: Json) -> None:
    """Golden lists change only on purpose: write what `found` is into the file by hand, and look at the difference."""
    path = GOLDEN / f"{name}.json"
    assert found == json.loads(path.read_text(encoding="utf-8")), json.dumps(found, indent=1, ensure_ascii=False)


def test_the_everyday_citizens_golden_day() -> None:
    golden("everyday-2026-03-12", listing(read(sample()), DAY))


@pytest.mark.skipif(not OLE.exists(), reason=f"the national test citizen's file is not in {OLE.parent}")
def test_the_national_test_citizen_has_exactly_the_golden_list() -> None:
    day = date(2023, 4, 3)
    value = read_file(OLE.read_bytes(), hub="MH-0001", day=day).envelope
    plan = read(value)
    golden("ole-2023-04-03", listing(plan, day))
    assert_agree(plan, OLE, day)
    said = [e["resource"]["resourceType"] for e in value["medicines"]["entry"]]
    assert len(plan.outside) + len(plan.ordinations) == said.count("MedicationStatement")


@pytest.mark.skipif(not OLE.exists(), reason=f"the national test citizen's file is not in {OLE.parent}")
def test_the_national_test_citizen_agrees_with_the_oracle_over_the_years() -> None:
    plan = read(read_file(OLE.read_bytes(), hub="MH-0001", day=date(2023, 4, 3)).envelope)
    for n in range(0, 2000, 23):
        assert_agree(plan, OLE, date(2021, 1, 1) + timedelta(days=n))


# -- any plan of the shapes both know ----------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(dosages(), min_size=1, max_size=4),
    form=forms,
    handout=st.sampled_from(["compartment", "reminded"]),
    status=st.sampled_from(["active"] * 9 + ["on-hold", "stopped", "unknown", "draft"]),
    effective=effective_periods,
)
def test_reader_and_oracle_agree_on_any_plan(
    tmp_path: Path,
    said: list[list[Json]],
    form: tuple[str, str],
    handout: str,
    status: str,
    effective: Json,
) -> None:
    """Around the night the clocks go forward: 02:30 on 29 March 2026 does not exist in Denmark (R4)."""
    drug = medication(*form)
    whole = [statement(*parts, ident=str(i), status=status, effectivePeriod=effective) for i, parts in enumerate(said)]
    value = envelope(bundle(*whole, drug=drug), handout)
    value["rounds"] += [{"id": "t0230", "time": "02:30:00"}]
    value["settings"]["zone"] = "Europe/Copenhagen"
    plan = read(value)
    path = tmp_path / "plan.json"
    path.write_bytes(write_json(value))
    for n in range(24):
        assert_agree(plan, path, date(2026, 3, 20) + timedelta(days=n))


plain_lines = st.builds(
    DayDose,
    st.sampled_from([Decimal(q) for q in ("1", "0.5", "2", "0.3", "12")]),
    st.sampled_from([None, None, Decimal(14)]),
    part=st.sampled_from(PartOfDay),
    as_needed=st.sampled_from([False] * 5 + [True]),
) | st.builds(DayDose, st.just(Decimal(1)), times=st.integers(1, 6))


@st.composite
def plain_dosages(draw: st.DrawFn) -> Dosage:
    """Periods that follow each other, the last one open, or not."""
    start, periods = draw(st.dates(date(2026, 3, 20), date(2026, 4, 5))), []
    for last in [False] * draw(st.integers(0, 2)) + [True]:
        end = None if last and draw(st.booleans()) else start + timedelta(days=draw(st.integers(0, 9)))
        repeat = draw(st.sampled_from([0, 1, 1, 2, 3, 7]))
        numbers = st.integers(1, repeat or 4)
        days = draw(st.dictionaries(numbers, st.lists(plain_lines, min_size=1, max_size=2).map(tuple), max_size=3))
        periods.append(Period(start, days, end, repeat))
        start = end + timedelta(days=1) if end else start
    return Dosage(tuple(periods), "tablet", "tabletter")


@settings(max_examples=300, deadline=None)
@given(
    said=st.lists(plain_dosages() | fmk_write.structured() | fmk_write.worded, min_size=1, max_size=3), data=st.data()
)
def test_reader_and_oracle_agree_on_any_fmk_dosages(said: list[Dosage], data: st.DataObject) -> None:
    value = read_file(write_json([fmk_write.json_of(d) for d in said]), hub="MH-0001", day=DAY).envelope
    plan, again = read(value), json.loads(write_json(value), parse_float=Decimal)
    starts = [p.start for d in said for p in d.periods] or [DAY]
    for day in data.draw(st.lists(st.sampled_from(starts), min_size=6, max_size=6)):
        day += timedelta(days=data.draw(st.integers(-1, 40)))
        answer = oracle.answer(again, day)
        wanted = {(w.at, w.intake, w.ordination, w.quantity, w.boxed) for w in answer.wanted}
        assert hub_says(plan, day) == (wanted, answer.outside), day


def test_a_time_that_does_not_exist_is_where_the_clocks_land(tmp_path: Path) -> None:
    value = envelope(bundle(statement(dosage(repeat(timeOfDay=["02:30:00"])))), zone="Europe/Copenhagen")
    value["rounds"] += [{"id": "t0230", "time": "02:30:00"}]
    path = tmp_path / "plan.json"
    path.write_bytes(write_json(value))
    (want,) = oracle.wanted(path, date(2026, 3, 29))
    (intake,) = intakes_of(read(value), date(2026, 3, 29))
    assert intake.at.astimezone(ZoneInfo("Europe/Copenhagen")).strftime("%H:%M") == want.at.strftime("%H:%M") == "03:00"


def test_the_golden_lists_are_our_own_words_only() -> None:
    """The derived list may not carry the source's texts along: it is not ours to copy."""
    assert "Dosering" not in (ROOT / "tests/plan/golden/ole-2023-04-03.json").read_text(encoding="utf-8")
