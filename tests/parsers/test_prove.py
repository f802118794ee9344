"""Thousands of what `make prove-parsers` does a million of; and that it can fail."""

import ast

import pytest

from drivers import gs1, scale_serial, scanning
from tests.house.tree import ROOT, parsed
from tests.parsers.prove import Wrong, prove_codes, prove_weights

SEED = 1


def test_thousands_of_spoilt_codes_as_the_oracle_has_them() -> None:
    came = prove_codes(SEED, 4000)
    assert came["read"] >= 400
    assert came["refused"] >= 2000


def test_thousands_of_spoilt_lines_of_the_scale_as_the_oracle_has_them() -> None:
    came = prove_weights(SEED, 4000)
    assert came["read"] >= 400
    assert came["refused"] >= 2000


def test_a_wrong_check_digit_that_passed_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gs1, "check_digit_is_right", lambda _: True)
    with pytest.raises(Wrong, match=r"seed 1: .* and means None"):
        prove_codes(SEED, 1000)


def test_whatever_else_came_out_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gs1, "_item_number", lambda gtin: {}[gtin])
    with pytest.raises(Wrong, match=r"seed 1: .* KeyError"):
        prove_codes(SEED, 1000)
    monkeypatch.setattr(scale_serial, "_counts", lambda line: int(line.split(b",")[3]))
    with pytest.raises(Wrong, match="seed 1: "):
        prove_weights(SEED, 1000)


def test_a_frame_that_was_lost_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "FRAME_MOST", 100)
    with pytest.raises(Wrong, match="seed 1: in a stream"):
        prove_codes(SEED, 1000)


@pytest.mark.parametrize("name", ["oracle", "weights"])
def test_the_oracle_knows_nothing_of_ours(name: str) -> None:
    found = [
        node for node in ast.walk(parsed(ROOT / "tests" / "parsers" / f"{name}.py")) if "Import" in type(node).__name__
    ]
    assert {node.module for node in found if isinstance(node, ast.ImportFrom)} <= {"datetime", "msgspec", "random"}
    assert {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names} <= {"re"}
