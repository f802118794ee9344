"""`medhub emergency` (H22): what it prints of a real plan, what it keeps to itself, and that what it says is so."""

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import polib
import pytest

from hub import protocol as p
from hub.domain.events import MainsLost, PlanAccepted
from hub.domain.plan import Contact, Plan
from hub.plan.envelope import understand
from medhub.cli import COMMANDS, main
from medhub.emergency import Known, html, markdown, of_plan
from medhub.emergency_words import ACTS, SOCKET, WORDS, Words
from tests.house.test_staff import STATUS, FakeHub
from tests.house.tree import ROOT
from tests.hub.at_desk import at_desk
from tests.hub.made import event

SAMPLE = json.loads((ROOT / "medhub" / "samples" / "everyday.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return understand(SAMPLE, "").plan


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    fake = FakeHub(tmp_path / "staff.sock")
    yield fake
    fake.close()


def texts(value: Any) -> Iterator[str]:
    """Every text in it."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ():
        yield from texts(one)


# -- of a plan -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(WORDS))
def test_it_has_the_boxs_number_and_whom_to_call(plan: Plan, language: str) -> None:
    page = html(of_plan("MH-0001", plan), language)
    assert f'lang="{language}"' in page
    for known in ("MH-0001", "12 34 56 78", "Karen", "23 45 67 89", "<td>112</td>"):
        assert known in page


@pytest.mark.parametrize("language", sorted(WORDS))
def test_it_tells_a_visitor_neither_who_lives_here_nor_what_is_taken(plan: Plan, language: str) -> None:
    """R15: no name, no CPR number, no medicine, no purpose, and no contact whose name may tell of an illness."""
    hospice = Contact(role="hospice", name="Hospice Fyn", phone="87 65 43 21")
    page = html(of_plan("MH-0001", msgspec.structs.replace(plan, contacts=(*plan.contacts, hospice))), language).lower()
    medicines = [o.medicine.name for o in plan.ordinations] + [o.name for o in plan.outside]
    codes = [code for o in plan.ordinations for code in (o.medicine.atc, o.medicine.drug_id, o.purpose)]
    private = [*medicines, *codes, plan.citizen, *plan.name.split(), hospice.name, hospice.phone]
    assert len(medicines) > 10
    assert not [word for word in private if word and word.lower() in page]


def test_a_box_without_a_plan_has_lines_to_fill_in() -> None:
    assert of_plan("MH-0001", None) == Known("MH-0001")
    assert "<th>Pårørende</th><td></td>" in html(Known(), "da")


def test_there_is_room_for_two_relatives(plan: Plan) -> None:
    many = tuple(Contact(role="relative", name=f"R{n}", phone=f"1{n}") for n in range(5))
    assert of_plan("", msgspec.structs.replace(plan, contacts=many)).relatives == (("R0", "10"), ("R1", "11"))


def test_what_a_plan_says_is_text_and_never_markup(plan: Plan) -> None:
    page = html(Known("<b>", "1 & 2", (("<script>", '"1"'),)), "en")
    assert "&lt;script&gt;" in page
    assert "1 &amp; 2" in page
    assert "<script" not in page
    assert "<b>" not in page


# -- from a hub ------------------------------------------------------------------------------------------------------


def batch(first: int, *bodies: Any) -> p.EventBatch:
    events = tuple(msgspec.Raw(msgspec.json.encode(event(first + n, body))) for n, body in enumerate(bodies))
    return p.EventBatch(lane="", events=events, last_seq=first + len(bodies) - 1, head="", after=first - 1)


def test_it_asks_a_running_hub_for_the_plan_in_force(hub: FakeHub, plan: Plan, capsys: Any) -> None:
    other = (Contact(role="home_care", name="Hjemmeplejen", phone="99 88 77 66"),)
    later = msgspec.structs.replace(plan, version=2, contacts=other)
    hub.answers[p.ReadJournal] = [
        batch(1, PlanAccepted(plan=plan), MainsLost()), batch(3, PlanAccepted(plan=later), MainsLost()), batch(5),
    ]  # fmt: skip
    assert main(["emergency", "--socket", str(hub.path)]) == 0
    page = capsys.readouterr().out
    assert "99 88 77 66" in page
    assert "12 34 56 78" not in page
    assert STATUS.hub in page
    assert '<html lang="da">' in page
    assert [asked.after for asked in hub.asked if isinstance(asked, p.ReadJournal)] == [0, 2, 4]


def test_it_finds_the_plan_in_a_real_hubs_journal(hub: FakeHub, tmp_path: Path, capsys: Any) -> None:
    with at_desk(tmp_path / "journal.db") as real:
        real.say(real.plan())
        hub.answers[p.ReadJournal] = [real.say(p.ReadJournal(after=0)), batch(99)]
    assert main(["emergency", "--socket", str(hub.path)]) == 0
    assert "12 34 56 78" in capsys.readouterr().out


def test_a_hub_that_does_not_answer_prints_nothing(tmp_path: Path, capsys: Any) -> None:
    assert main(["emergency", "--socket", str(tmp_path / "none")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("medhub emergency: ")


# -- what it says is so ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_every_command_on_it_can_be_given(act: str) -> None:
    words = shlex.split(ACTS[act].replace("…", SOCKET))
    assert words[0] == "medhub"
    parser = argparse.ArgumentParser()
    import_module(COMMANDS[words[1]].module).add_arguments(parser)
    assert parser.parse_args(words[2:]).socket == Path("/run/medhub/staff.sock")


@pytest.mark.parametrize("say", WORDS.values(), ids=WORDS)
def test_what_it_says_the_screen_says_the_screen_says(say: Words) -> None:
    quoted = {said for text in texts(say) for said in re.findall("“([^”]+)”", text)}
    language = next(name for name, words in WORDS.items() if words is say)
    shown = polib.pofile(str(ROOT / "ui" / "locale" / language / "LC_MESSAGES" / "medhub.po"))
    assert len(quoted) == 2
    assert quoted <= {entry.msgstr or entry.msgid for entry in shown}


@pytest.mark.parametrize("say", WORDS.values(), ids=WORDS)
def test_it_says_given_and_taken_and_nothing_of_swallowed(say: Words) -> None:
    """H16: nobody at a box can know."""
    assert not re.search("swallow|ingest|indtag|slugt", " ".join(texts(tuple(say))), re.IGNORECASE)


def test_each_language_says_as_much_as_the_other() -> None:
    danish, english = WORDS["da"], WORDS["en"]
    for name in Words._fields:
        here, there = getattr(danish, name), getattr(english, name)
        assert len(here) == len(there) or isinstance(here, str), name
        assert all(texts(here)), name
        assert here != there, name
    assert danish.numbers.keys() == english.numbers.keys()
    assert danish.acts.keys() == english.acts.keys() == ACTS.keys()
    for outcome in ("given_by_staff", "taken", "missed"):
        assert outcome in {*p.Resolution}
        assert all(outcome in " ".join(texts(say.staff)) for say in WORDS.values())


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "emergency.md").read_text(encoding="utf-8") == markdown(), "python -m medhub.emergency"
