"""docs/plan.schema.json is what the reader's own types say, and the samples keep it."""

import json
from typing import Any

import jsonschema
import pytest

from hub.domain.plan import Contact, Limits, Slot
from hub.plan.format import Envelope, EnvelopeSettings, Handling, schema
from tests.plan.build import ROOT, SAMPLE, doses, read, reasons_of

SCHEMA = ROOT / "docs" / "plan.schema.json"
FORMAT = ROOT / "docs" / "plan-format.md"


def test_the_schema_is_current() -> None:
    """After a change of the format, write `hub.plan.format.schema()` there."""
    assert SCHEMA.read_bytes() == schema()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_bytes()))


def test_the_sample_keeps_the_schema() -> None:
    jsonschema.validate(json.loads(SAMPLE.read_bytes()), json.loads(SCHEMA.read_bytes()))


@pytest.mark.parametrize("field", ["hub", "rounds", "medicines"])
def test_the_schema_refuses_what_the_reader_refuses(field: str) -> None:
    value: dict[str, Any] = json.loads(SAMPLE.read_bytes())
    del value[field]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, json.loads(SCHEMA.read_bytes()))


@pytest.mark.parametrize("kind", [Envelope, Slot, EnvelopeSettings, Handling, Contact, Limits])
def test_every_field_is_described(kind: Any) -> None:
    text = FORMAT.read_text(encoding="utf-8")
    assert [f for f in kind.__struct_fields__ if f"`{f}`" not in text] == []


def test_the_example_in_the_format_is_a_plan() -> None:
    example = FORMAT.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    assert reasons_of(json.loads(example)) == ()
    assert doses(read(json.loads(example))) == [("morning", "2"), ("t1600", "2")]
