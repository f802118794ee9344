"""What there is, is documented; and what is documented, is there."""

import re
from pathlib import Path
from typing import get_args

import pytest

from hub.domain.events import AlarmCode, AnyBody
from hub.domain.refusal import Reason
from hub.lane import LANE
from medhub.cli import COMMANDS
from medhub.staff_words import SENTENCES
from tests.house.tree import ROOT, files

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = files("*.md", "docs/**/*.md")
TEXT = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
EVENTS = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z][a-z-]*):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
NOT_HERE = {
    "a machine's path": r"(?<![\w.])/(?:work|root|home|opt(?!/medhub/))/",
    "a registry": r"pypi\.org|pythonhosted\.org|deb\.debian\.org",
    "work put off": r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b",
}


def row_of(name: str, page: str) -> str | None:
    """The table row that documents `name`, where one does."""
    return next((line for line in page.split("\n") if line.startswith("|") and f"`{name}`" in line.split("|")[1]), None)


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_in_the_readme(target: str) -> None:
    assert f"make {target}" in README


def test_every_make_target_of_the_documents_exists() -> None:
    asked = set(re.findall(r"`make ([a-z][a-z-]*)`|^ +make ([a-z][a-z-]*)", TEXT, flags=re.MULTILINE))
    assert {a or b for a, b in asked} <= set(TARGETS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`medhub {command}`" in README


def test_every_command_of_the_documents_exists() -> None:
    assert set(re.findall(r"`medhub ([a-z]+)", TEXT)) <= set(COMMANDS)


@pytest.mark.parametrize("body", get_args(AnyBody), ids=lambda body: body.__name__)
def test_every_event_is_documented_in_its_lane(body: type) -> None:
    before, found, _ = EVENTS.partition(f"`{body.__name__}`")
    assert found
    assert before.rpartition("\n## ")[2].split("\n")[0].endswith(f"· {LANE[body]}")


@pytest.mark.parametrize("code", AlarmCode)
def test_every_alarm_says_what_a_human_does(code: AlarmCode) -> None:
    row = row_of(code, EVENTS)
    assert row is not None
    assert all(cell.strip() for cell in row.strip("|").split("|"))


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_has_a_sentence_for_staff(reason: Reason) -> None:
    assert SENTENCES[reason].endswith(".")


@pytest.mark.parametrize("screen", [p.stem for p in files("ui/screens/*.py") if p.stem != "__init__"])
def test_every_screen_was_looked_at(screen: str) -> None:
    assert row_of(screen, (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8"))


def test_nothing_shown_or_sent_says_swallowed() -> None:
    """H16: the box cannot know. It says taken, handed out, removed."""
    shown = files("ui/**/*.po", "ui/**/*.kv", "ui/*.py", "ui/screens/*.py", "sync/**/*.py", "sync/**/*.html")
    words = re.compile(r"swallow|ingest|indtag|slugt", re.IGNORECASE)
    assert not [str(path) for path in shown if words.search((ROOT / path).read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))
    assert not [link for link in links if not (ROOT / page.parent / link).exists()]


@pytest.mark.parametrize("what", NOT_HERE)
def test_no_tracked_file_holds(what: str) -> None:
    wrong = []
    for path in files("*", "[!.]*/**/*", ".ci/*"):
        text = (ROOT / path).read_bytes().decode("utf-8", "ignore")
        wrong += [f"{path}: {found[0]}" for found in re.finditer(NOT_HERE[what], text)]
    assert not wrong
