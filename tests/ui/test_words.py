"""Danish and English whole: every text translated in both, none left over, values in the same places."""

import ast
import string
from pathlib import Path

import polib
import pytest

import ui
from ui.words import LANGUAGES, LOCALE, Words, phone_number

ROOT = Path(ui.__file__).parent


def used() -> set[str]:
    """Every text given to `_`, `mark` or the words themselves, read from the source."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in ("_", "mark", "words", "self"):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "medhub.po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_and_none_is_left_over(language: str) -> None:
    assert {entry.msgid for entry in catalogue(language)} == used()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_values(language: str) -> None:
    for entry in catalogue(language):
        assert entry.msgstr.strip(), entry.msgid
        assert not entry.fuzzy, entry.msgid
        known = _fields(entry.msgid)
        assert _fields(entry.msgstr) <= known, entry.msgid
        assert known - _fields(entry.msgstr) <= {"hour"}, entry.msgid


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_the_voice() -> None:
    """No exclamation marks, no "indtaget", at most 12 words a sentence."""
    for language in LANGUAGES:
        for entry in catalogue(language):
            assert "!" not in entry.msgstr
            assert "indtag" not in entry.msgstr
            assert all(len(sentence.split()) <= 12 for sentence in entry.msgstr.split(".")), entry.msgstr


def test_numbers_and_units() -> None:
    danish, english = Words("da"), Words("en")
    assert [danish.number(n) for n in ("1", "0.5", "1.5", "0.25", "2.4", "10", "1.50")] == [
        "1", "½", "1½", "¼", "2,4", "10", "1½",
    ]  # fmt: skip
    assert english.number("2.4") == "2.4"
    assert (danish.unit("sug"), english.unit("sug"), english.unit("mL")) == ("sug", "puff", "mL")
    assert Words("fr").language == "da"


def test_phone_numbers_are_read_in_pairs() -> None:
    assert [phone_number(n) for n in ("12345678", "+45 1234 5678", "112", "")] == [
        "12 34 56 78",
        "12 34 56 78",
        "112",
        "",
    ]
