"""`medhub plan check`: what it says of a file is what the hub will do, in numbers, words and exit codes."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hub.domain.schedule import intakes_over
from hub.plan.jsontext import write_json
from hub.signed import Purpose, new_key, sign_bytes
from medhub import cli
from medhub.plan_check_report import schema
from tests.plan.build import (
    DAY,
    MORNING,
    OLE,
    ROOT,
    SAMPLE,
    Json,
    bundle,
    dosage,
    envelope,
    medication,
    read,
    repeat,
    sample,
    statement,
)  # fmt: skip
from tests.plan.test_plan_files import dose, fmk

SCHEMA = ROOT / "docs" / "plan-check.schema.json"
PAGE = (ROOT / "docs" / "plan-check.md").read_text(encoding="utf-8")


class Check:
    """The command, and what came of it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = folder / "file", capsys

    def __call__(self, value: Any, *options: str) -> int:
        self.path.write_bytes(value if isinstance(value, bytes) else write_json(value))
        code = cli.main(["plan", "check", str(self.path), *options])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, value: Any, *options: str) -> Json:
        """The answer in JSON, which keeps its schema."""
        self.code = self(value, "--json", "--from", str(DAY), *options)
        found: Json = json.loads(self.out, parse_float=Decimal)
        jsonschema.validate(json.loads(self.out), json.loads(SCHEMA.read_bytes()))
        return found

    def only(self, value: Any, *options: str) -> Json:
        (medicine,) = self.json(value, *options)["medicines"]
        assert isinstance(medicine, dict)
        return medicine


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    return Check(tmp_path, capsys)


def free(text: str) -> Json:
    return {"freeText": {"startDate": "2026-03-01", "text": text}}


# -- exit codes and refusals -------------------------------------------------------------------------------------------


def test_all_understood_is_0_and_something_outside_as_not_understood_1(check: Check) -> None:
    assert check(fmk(dose())) == 0
    assert check(bundle(statement(MORNING, status="on-hold"))) == 0
    assert check([fmk(dose()), free("efter aftale")]) == 1
    assert check.err == ""


def test_what_is_refused_is_2_with_every_reason_on_stderr_and_in_the_json(check: Check) -> None:
    value = sample() | {"version": 0, "hub": ""}
    assert check(value) == 2
    assert check.out == ""
    assert [line.split(": ")[2] for line in check.err.splitlines()] == ["$.hub", "$.version"]
    found = check.json(value)
    assert (check.code, found["medicines"], found["form"]) == (2, [], None)
    assert [reason.split(": ")[0] for reason in found["refused"]] == ["$.hub", "$.version"]
    assert len(check.err.splitlines()) == 2


def test_a_file_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "check", "/nowhere"]) == 2
    assert "/nowhere: No such file" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "367", "many"])
def test_days_out_of_bounds(days: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["plan", "check", str(SAMPLE), "--days", days])
    assert ended.value.code == 2


def test_an_act_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["plan"])
    assert "check" in capsys.readouterr().err


# -- JSON --------------------------------------------------------------------------------------------------------------


def test_the_schema_is_current() -> None:
    """After a change of the report, write `medhub.plan_check_report.schema()` there."""
    assert SCHEMA.read_bytes() == schema()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))


def test_every_field_is_described() -> None:
    kinds = json.loads(schema())["$defs"].values()
    names = {name for kind in kinds for name in kind.get("properties", {})}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE] == []


def test_the_example_on_the_page_is_the_answer(check: Check) -> None:
    answer, asked = (block.split("```")[0] for block in PAGE.split("```json\n")[1:])
    found = check.json(asked.encode(), "--days", "1")
    assert found.pop("defaults")[0] in answer
    said = json.loads(answer, parse_float=Decimal)
    del said["defaults"]
    assert found | {"file": "dosage.json"} == said


def test_what_is_to_be_taken_is_what_the_hub_will_ask_for(check: Check) -> None:
    found = check.json(sample(), "--days", "15")
    said = {(m["id"], i["id"], i["at"], i["quantity"]) for m in found["medicines"] for i in m["intakes"]}
    plan = read(sample())
    assert said == {
        (d.ordination, i.id, i.at.isoformat().replace("+00:00", "Z"), d.quantity)
        for i in intakes_over(plan, DAY, 15)
        for d in i.doses
    }
    outside = {m["id"]: m["verdict"] for m in found["medicines"] if not m["intakes"]}
    assert outside == {o.id: o.verdict for o in plan.outside if not o.id.endswith("/pn")}
    assert found["form"] == "a plan"


def test_numbers_keep_their_digits(check: Check) -> None:
    medicine = check.only(fmk(dose(quantity=Decimal("0.028")), unit="ml"), "--days", "1")
    assert '"quantity": 0.028,' in check.out
    assert medicine["daily_dose"] == {"value": Decimal("0.028")}
    assert check.only(fmk(dose(quantity=1), interval=3))["daily_dose"] == {"value": Decimal("0.333333333")}


def test_free_text_is_for_a_human_and_has_its_words(check: Check) -> None:
    medicine = check.only(free("efter aftale"))
    assert check.code == 1
    assert (medicine["understood"], medicine["verdict"]) == (False, "not_understood")
    assert (medicine["dosage_type"], medicine["daily_dose"], medicine["intakes"]) == ("Unspecified", None, [])
    assert medicine["short_text"] == "efter aftale"
    assert medicine["long_text"] == 'Dosering fra d. 1. mar. 2026:\n"efter aftale"'
    assert medicine["reasons"] == ["dosage: free text"]


def test_a_dosage_that_cannot_be_placed_still_has_its_words_and_numbers(check: Check) -> None:
    medicine = check.only(fmk(dose("Plain"), dose("Plain", 2)))
    assert (medicine["understood"], medicine["daily_dose"], medicine["dosage_type"]) == (False, {"value": 3}, "Fixed")
    assert medicine["reasons"] == ["dosage: says morning more than once"]
    assert "1 tablet" in medicine["long_text"]


def test_periods_that_fmk_does_not_allow_side_by_side_still_have_their_words_and_give_nothing(check: Check) -> None:
    value = fmk(dose())
    value["structures"]["structures"] *= 2
    medicine = check.only(value)
    assert (medicine["understood"], medicine["intakes"], medicine["dosage_type"]) == (False, [], "Fixed")
    assert medicine["reasons"] == ["dosage: period 2 is fixed, and so is period 1 at the same time"]
    assert medicine["long_text"].count("1 tablet hver morgen") == 2


def test_a_fixed_part_and_one_as_needed_of_the_same_days_are_told_apart(check: Check) -> None:
    needed = dosage(repeat(frequency=2), 3, "tabletter", kind="KOMBINERET", asNeededBoolean=True)
    said = statement(dosage(repeat(when=["MORN"]), kind="KOMBINERET"), needed)
    medicine = check.only(bundle(said))
    assert medicine["dosage_type"] == "Combined"
    assert "1 tablet hver morgen" in medicine["long_text"]
    assert "3 tabletter efter behov, højst 2 gange dagligt" in medicine["long_text"]


def test_a_dosage_that_cannot_be_read_has_none(check: Check) -> None:
    medicine = check.only(fmk(dose(quantity=-1)))
    assert (medicine["understood"], medicine["verdict"]) == (False, "not_understood")
    unread = ("unit", "units", "dosage_type", "daily_dose", "short_text", "long_text")
    assert [medicine[name] for name in unread] == [None] * len(unread)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("on-hold", "on_hold"), ("stopped", "stopped"), ("unknown", "ended"), ("active", "scheduled")],
)
def test_what_is_not_in_use_is_understood_and_says_what_it_was(check: Check, status: str, verdict: str) -> None:
    medicine = check.only(bundle(statement(MORNING, status=status)))
    assert (check.code, medicine["understood"], medicine["verdict"]) == (0, True, verdict)
    assert medicine["daily_dose"] == {"value": 1}
    assert medicine["text"] == MORNING["text"]  # FMK's own words, where the file has them
    assert medicine["long_text"] == "Dosering fra d. 1. jan. 2026:\n1 tablet hver morgen"
    assert bool(medicine["intakes"]) == (status == "active")


NEEDED = dosage(repeat(frequency=3), 2, kind="EFTER_BEHOV", asNeededBoolean=True)


def needed_in_the_box() -> Json:
    value = envelope(bundle(statement(NEEDED)))
    value["settings"]["per_medicine"]["1"]["interval_min"] = 240
    return value


def test_as_needed_in_the_box_and_outside(check: Check) -> None:
    outside = check.only(bundle(statement(NEEDED)))
    assert (outside["verdict"], outside["understood"], outside["as_needed"]) == ("as_needed", True, None)
    assert (outside["dosage_type"], outside["daily_dose"]) == ("AccordingToNeed", None)
    boxed = check.only(needed_in_the_box())
    assert (boxed["verdict"], boxed["handout"], boxed["intakes"]) == ("as_needed", "compartment", [])
    start = {"start": "2026-01-01", "end": None}
    assert boxed["as_needed"] == {"quantity": 2, "most": 3, "interval_min": 240, **start}


def test_a_fixed_part_is_scheduled_and_its_other_part_gives_its_reason(check: Check) -> None:
    both = (dosage(repeat(when=["MORN"]), kind="KOMBINERET"),
            dosage(repeat(frequency=2), kind="KOMBINERET", asNeededBoolean=True))  # fmt: skip
    medicine = check.only(bundle(statement(*both)))
    assert (medicine["verdict"], medicine["dosage_type"]) == ("scheduled", "Combined")
    assert medicine["reasons"] == ["the as-needed part of a combined dosage"]


def test_a_signed_plan_says_that_nobody_checked_its_signature(check: Check) -> None:
    signed = sign_bytes(SAMPLE.read_bytes(), new_key("k", Purpose.PLAN)).encode()
    assert check.json(signed)["form"] == "a signed plan, its signature not checked"
    assert check.json(signed)["medicines"] == check.json(sample())["medicines"]


def test_the_first_day_is_the_plans_own_or_for_bare_medicines_the_one_given(check: Check) -> None:
    check(sample(), "--json")
    assert json.loads(check.out)["from"] == "2026-03-01"
    found = check.json(fmk(dose()), "--days", "2")
    assert [i["id"] for i in found["medicines"][0]["intakes"]] == ["2026-03-12/morning", "2026-03-13/morning"]


@pytest.mark.skipif(not OLE.exists(), reason=f"the national test citizen's file is not in {OLE.parent}")
def test_each_statement_of_the_national_test_citizen_has_its_verdict(check: Check) -> None:
    found = check.json(OLE.read_bytes())
    assert check.code == 1
    assert len(found["medicines"]) == 43
    assert all(m["verdict"] == "scheduled" or m["reasons"] for m in found["medicines"])


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_says_it_in_words_and_day_by_day(check: Check) -> None:
    check([fmk(dose(), dose("Evening", Decimal("0.5"))), free("efter aftale")], "--from", str(DAY), "--days", "2")
    told = " ".join(check.out.split())
    assert "Det er antaget, og ingen har ordineret det: - Morgen er kl. 8" in told
    assert (
        "Medicin 1 (1): på skemaet, i boksen Dosering fra d. 1. mar. 2026: 1 tablet morgen og 0,5 tablet aften" in told
    )
    assert "Kort: 1 tablet morgen og 0,5 tablet aften 1,5 tabletter om dagen i gennemsnit" in told
    assert "Medicin 2 (2): IKKE FORSTÅET" in told
    assert "! dosage: free text" in told
    assert "tor 2026-03-12 │ 08:00 │ 1 tablet Medicin 1" in told
    assert "│ 18:00 │ 0,5 tablet Medicin 1" in told
    assert "fre 2026-03-13 │ 08:00" in told
    assert told.endswith("1 på skemaet, 1 IKKE FORSTÅET")


def test_the_page_in_english(check: Check) -> None:
    check(fmk(dose(quantity=Decimal("0.5"))), "--language", "en", "--from", str(DAY), "--days", "1")
    told = " ".join(check.out.split())
    assert "nobody has ordered it: - Morning is 8:00" in told
    assert "Medicin 1 (1): scheduled, in the box" in told
    assert "0.5 tablet a day on average" in told
    assert "Thu 2026-03-12 │ 08:00 │ 0.5 tablet Medicin 1" in told


def test_min_to_max_and_as_needed_on_the_page(check: Check) -> None:
    between = {"type": "MorningDoseWrapper", "minimalDoseQuantity": 1, "maximalDoseQuantity": 2}
    check(fmk(between | {"isAccordingToNeed": False}), "--from", str(DAY))
    assert "1-2 tabletter om dagen" in check.out
    assert "│ 1-2 tabletter Medicin 1" in check.out
    check(needed_in_the_box())
    assert "Fra boksen efter behov: 2 tabletter, højst 3 gange i døgnet" in check.out


def test_nothing_on_the_schedule_is_said(check: Check) -> None:
    check(free("efter aftale"), "--from", str(DAY), "--days", "3")
    assert "Der er intet på skemaet fra 2026-03-12 og 3 dage." in check.out


def test_what_a_file_says_is_shown_as_it_is(check: Check) -> None:
    """Marks that a terminal would take for colours are text like any other."""
    name = medication()
    name["code"]["coding"][0]["display"] = "[red]Provemol[/] [/nonsense]"
    assert check(bundle(statement(MORNING), drug=name), "--from", str(DAY)) == 0
    assert "[red]Provemol[/] [/nonsense]" in check.out
