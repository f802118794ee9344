"""`medhub plan diff`: two files in, a page or JSON out, and an exit code a script can go by."""

import json
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

from hub.plan.jsontext import write_json
from medhub import plan_diff
from tests.plan.build import ROOT, SAMPLE, Json, sample

DOCS = (ROOT / "docs" / "plan-diff.md").read_text(encoding="utf-8")
AT = ("--at", "2026-03-12T14:00")


def statement(envelope: Json, ident: str) -> Json:
    entries = envelope["medicines"]["entry"]
    found = [e["resource"] for e in entries if e["resource"]["resourceType"] == "MedicationStatement"]
    return next(s for s in found if s["identifier"][0]["value"] == ident)


def example() -> Json:
    """The everyday citizen's next plan, as docs/plan-diff.md tells it."""
    envelope = sample()
    envelope |= {"version": 2, "issued": "2026-03-12T13:30:00+01:00", "valid_from": "2026-03-12T13:30:00+01:00"}
    metformin = statement(envelope, "9100001")["dosage"][0]
    metformin["doseAndRate"][0]["doseQuantity"]["value"] = 2
    metformin["text"] = "Dosering fra d. 12. mar. 2026:\n2 tabletter morgen og 2 tabletter aften - hver dag"
    statement(envelope, "9100005")["status"] = "stopped"
    next(r for r in envelope["rounds"] if r["id"] == "night")["time"] = "21:30:00"
    return envelope


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.json"
    path.write_bytes(write_json(example()))
    return path


def run(*words: object) -> int:
    parser = ArgumentParser()
    plan_diff.add_arguments(parser)
    return plan_diff.main(parser.parse_args([str(word) for word in words]))


def test_no_difference_is_0_and_one_line(capsys):
    assert run(SAMPLE, SAMPLE, *AT) == 0
    assert capsys.readouterr().out == "Planerne siger det samme.\n"


def test_a_difference_is_1_and_read_as_the_page_has_it(new, capsys):
    assert run(SAMPLE, new, *AT) == 1
    told = capsys.readouterr().out
    assert f"```text\n{told}```" in DOCS


def test_in_english(new, capsys):
    assert run(SAMPLE, new, *AT, "--language", "en") == 1
    told = capsys.readouterr().out
    assert "from 1 tablet in the morning and 1 tablet in the evening to 2 tablets in the morning" in told


def test_a_time_without_offset_is_home_time(new, capsys):
    for when in ("2026-03-12T14:00", "2026-03-12T13:00:00+00:00"):
        run(SAMPLE, new, "--at", when, "--json")
    told = capsys.readouterr().out
    assert told.count('"at": "2026-03-12T14:00:00+01:00"') == 2


def test_now_where_no_time_is_said(new):
    assert run(SAMPLE, new) == 1


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"format": "medhub-plan/1"}', b"\xff\xfe"])
@pytest.mark.parametrize("second", [False, True])
def test_what_is_no_plan_is_2_and_named(text, second, tmp_path, capsys):
    bad = tmp_path / "bad.json"
    bad.write_bytes(text)
    assert run(*((SAMPLE, bad) if second else (bad, SAMPLE)), *AT) == 2
    told = capsys.readouterr()
    assert str(bad) in told.err
    assert told.out == ""


def test_a_file_that_is_not_there_is_2(capsys, tmp_path):
    assert run(SAMPLE, tmp_path / "none.json", *AT) == 2
    assert "none.json" in capsys.readouterr().err


def test_a_bare_file_of_medicines_will_do(tmp_path, capsys):
    bare = tmp_path / "bare.json"
    bare.write_bytes(write_json(sample()["medicines"]))
    assert run(bare, bare, *AT) == 0
    assert run(SAMPLE, bare, *AT) == 1
    assert "Antaget, fordi ingen har bestemt det" in capsys.readouterr().out


# -- JSON -------------------------------------------------------------------------------------------------------------


def told_as_json(new: Path, capsys: Any) -> Json:
    assert run(SAMPLE, new, *AT, "--json") == 1
    value: Json = json.loads(capsys.readouterr().out)
    return value


def test_json_has_what_the_page_documents_and_nothing_else(new, capsys):
    value = told_as_json(new, capsys)
    documented = set(re.findall(r"^\| `([a-z_.]+)` ", DOCS.partition("## JSON")[2], re.MULTILINE))
    found = set(value)
    for part in ("changes", "locks", "plan"):
        found |= {f"{part}.{key}" for one in value[part] for key in one}
    found |= {f"dose.{key}" for change in value["changes"] for dose in change["after"] for key in dose}
    found |= {f"intake.{key}" for key in value["if_filled"]}
    locks = {"compartment", "intake", "at", "why", "ordinations", "sentence"}  # of files alone nothing locks
    assert documented == found | {f"locks.{key}" for key in locks}


def test_json_says_what_the_words_say(new, capsys):
    value = told_as_json(new, capsys)
    assert (value["format"], value["old"], value["new"], value["same"]) == ("medhub-plan-diff/1", 1, 2, False)
    assert (value["fills_known"], value["locks"]) == (False, [])
    assert (value["first_not_served"], value["visit_by"]) == (None, None)
    assert {c["ordination"]: (c["kind"], c["effect"], c["from_date"]) for c in value["changes"]} == {
        "9100005": ("stopped", "at_once", None),
        "9100001": ("changed", "at_once", None),
        "9100003": ("moved", "at_once", None),
        "9100006": ("moved", "at_once", None),
        "9100009": ("moved", "at_once", None),
    }
    metformin = next(c for c in value["changes"] if c["ordination"] == "9100001")
    assert metformin["fields"] == ["dosage", "text"]
    assert metformin["after"][0] == {
        "intake": "2026-03-12/morning", "at": "2026-03-12T08:00:00+01:00", "quantity": "2", "quantity_max": None,
        "unit": "tabletter",
    }  # fmt: skip
    assert value["if_filled"]["intake"] == "2026-03-12/evening"


def test_json_is_the_same_for_no_difference(capsys):
    assert run(SAMPLE, SAMPLE, *AT, "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["same"], value["changes"], value["plan"], value["if_filled"]) == (True, [], [], None)
