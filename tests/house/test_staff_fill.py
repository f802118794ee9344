"""What `medhub staff fill` asks of whoever stands at the box, and what it makes of a refusal; the hub is a fake one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub import protocol as p
from medhub import staff_fill
from tests.house.test_staff import STATUS, FakeHub, staff

WHO = {"person": "sanne", "pin": "4711"}
PANODIL = p.PutIn("1", p.DoseView("Panodil", "500 mg", "2", "tabletter", True))
OPENED = p.FillingReport(3, "2026-11-20/evening", True, (PANODIL,))
EMPTIED = replace(STATUS, filling=None, compartments=())
LEFT = replace(EMPTIED, compartments=(p.CompartmentReport(3, False, "2026-11-20/evening", False, "given_up"),))
FILL = p.Fill(**WHO, compartment=3, intake="2026-11-20/evening")
TWO = {"second_person": "bo", "second_pin": "2580"}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """One dose to be put in; the lid opens at once."""
    monkeypatch.setattr(staff_fill, "LOOK_S", 0.0)
    monkeypatch.setattr(staff_fill, "LID_S", 0.0)
    fake = FakeHub(tmp_path / "staff.sock")
    going = replace(STATUS, filling=OPENED)
    fake.answers[p.Status] = [going, going, LEFT, LEFT]
    for kind in (p.BeginFilling, p.Identify, p.Count):
        fake.answers[kind] = [OPENED]
    yield fake
    fake.close()


class Typist:
    """`typed` line by line, then Enter for ever; `asked` keeps the prompts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *typed: str | type[BaseException]) -> None:
        self.asked: list[str] = []
        self._typed = list(typed)
        monkeypatch.setattr("builtins.input", self._input)
        monkeypatch.setattr("getpass.getpass", lambda prompt: "2580" if "bo" in prompt else "4711")

    def _input(self, prompt: str) -> str:
        self.asked.append(prompt)
        line = self._typed.pop(0) if self._typed else ""
        if not isinstance(line, str):
            raise line
        return line


def fill(hub: FakeHub, *more: str) -> int:
    return staff(hub, "fill", 3, "2026-11-20/evening", "--as", "sanne", *more)


def refuses(*reasons: str) -> p.Error:
    return p.Error(p.Problem.REFUSED, reasons)


def counts(hub: FakeHub) -> list[tuple[bool, bool]]:
    return [(m.as_it_is, m.unweighed) for m in hub.asked if isinstance(m, p.Count)]


def fills(hub: FakeHub) -> list[p.Fill]:
    return [m for m in hub.asked if isinstance(m, p.Fill)]


def test_each_step_is_one_message_and_the_dose_is_said_in_words(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    typist = Typist(monkeypatch)
    assert fill(hub) == 0
    told = capsys.readouterr().out
    for line in ("Compartment 3 opens", "1 of 1: 2 tabletter Panodil 500 mg", "Compartment 3 holds 2026-11-20/evening"):
        assert line in told
    assert [type(m) for m in hub.asked if not isinstance(m, p.Status)] == [p.BeginFilling, p.Identify, p.Count, p.Fill]
    assert [prompt.split()[0] for prompt in typist.asked] == ["Scan", "Put", "Shut"]


def test_a_second_person_who_is_named_is_asked_for_a_pin(hub: FakeHub, monkeypatch: Any) -> None:
    Typist(monkeypatch)
    assert fill(hub, "--second", "bo") == 0
    assert fills(hub) == [replace(FILL, **TWO)]


@pytest.mark.parametrize("reason", ["second_person", "wrong_package", "weight_differs"])
def test_where_it_takes_two_the_second_one_is_asked_for(hub: FakeHub, monkeypatch: Any, reason: str) -> None:
    hub.answers[p.Fill] = [refuses(reason)]
    Typist(monkeypatch, "", "", "", "bo")
    assert fill(hub) == 0
    assert fills(hub) == [FILL, replace(FILL, **TWO)]


def test_nobody_else_there_it_is_not_filled(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    hub.answers[p.Fill] = [refuses("second_person")]
    Typist(monkeypatch)
    assert fill(hub) == 1
    assert "Take everything out of compartment 3" in capsys.readouterr().err
    assert isinstance(hub.asked[-2], p.EndFilling)


def test_a_second_persons_wrong_pin_is_asked_for_again(hub: FakeHub, monkeypatch: Any) -> None:
    hub.answers[p.Fill] = [refuses("person")]
    Typist(monkeypatch)
    assert fill(hub, "--second", "bo") == 0
    assert fills(hub) == [replace(FILL, **TWO)] * 2


def test_a_scale_not_at_rest_is_asked_again_or_gone_without(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    hub.answers[p.Count] = [refuses("weight_unstable"), refuses("weight_unstable"), OPENED]
    Typist(monkeypatch, "", "", "", "u")
    assert fill(hub) == 0
    assert "leave the box alone" in capsys.readouterr().out
    assert counts(hub) == [(False, False), (False, False), (False, True)]


def test_so_it_is_with_the_lid_shut(hub: FakeHub, monkeypatch: Any) -> None:
    hub.answers[p.Fill] = [refuses("weight_unstable"), refuses("lid_open"), refuses("weight_unstable")]
    Typist(monkeypatch, "", "", "", "", "", "u")
    assert fill(hub) == 0
    assert fills(hub) == [FILL, FILL, FILL, replace(FILL, unweighed=True)]


def test_another_weight_is_put_right_or_kept_for_two(hub: FakeHub, monkeypatch: Any) -> None:
    hub.answers[p.Count] = [refuses("weight_differs"), refuses("weight_differs"), OPENED]
    Typist(monkeypatch, "", "", "", "k")
    assert fill(hub) == 0
    assert counts(hub) == [(False, False), (False, False), (True, False)]


def test_a_wrong_package_is_scanned_anew_or_kept_for_two(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    hub.answers[p.Identify] = [refuses("code_not_read"), refuses("wrong_package")]
    Typist(monkeypatch, "", "", "k")
    assert fill(hub) == 0
    assert "filled as another medicine" in capsys.readouterr().out
    assert counts(hub) == [(True, False)]


def test_what_was_scanned_while_it_was_put_in_is_scanned_anew(hub: FakeHub, monkeypatch: Any) -> None:
    hub.answers[p.Count] = [refuses("two_packages"), OPENED]
    typist = Typist(monkeypatch)
    assert fill(hub) == 0
    assert [prompt.split()[0] for prompt in typist.asked] == ["Scan", "Put", "Scan", "Shut"]


@pytest.mark.parametrize("how", [KeyboardInterrupt, EOFError])
def test_broken_off_the_hub_is_told(hub: FakeHub, monkeypatch: Any, capsys: Any, how: type[BaseException]) -> None:
    Typist(monkeypatch, "", how)
    assert fill(hub) == 130
    assert isinstance(hub.asked[-2], p.EndFilling)
    assert "empty 3" in capsys.readouterr().out


def test_broken_off_as_it_begins_the_hub_is_told_too(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    Typist(monkeypatch)
    ask = staff_fill.ask

    def cut_short(client: Any, message: Any) -> Any:
        answer = ask(client, message)
        if isinstance(message, p.BeginFilling):
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(staff_fill, "ask", cut_short)
    assert fill(hub) == 130
    assert p.EndFilling in {type(m) for m in hub.asked}


def test_nobody_elses_filling_is_ended(hub: FakeHub, monkeypatch: Any) -> None:
    theirs = replace(STATUS, filling=replace(OPENED, compartment=5))
    hub.answers[p.Status] = [replace(STATUS, filling=OPENED), theirs, EMPTIED]
    Typist(monkeypatch, KeyboardInterrupt)
    assert fill(hub) == 130
    assert p.EndFilling not in {type(m) for m in hub.asked}


def test_a_lid_that_stays_shut_is_the_technicians(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    shut = replace(STATUS, filling=replace(OPENED, opened=False))
    hub.answers[p.Status] = [shut] * 12 + [EMPTIED]
    hub.answers[p.BeginFilling] = [OPENED, OPENED, refuses("not_now")]
    Typist(monkeypatch)
    assert fill(hub) == 1
    told = capsys.readouterr().err
    assert "no further pulse" in told
    assert len([m for m in hub.asked if isinstance(m, p.BeginFilling)]) == 3


def test_a_filling_that_has_ended_by_itself_is_not_gone_on_with(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    hub.answers[p.Status] = [LEFT] * 9
    Typist(monkeypatch)
    assert fill(hub) == 1
    assert "The filling has ended" in capsys.readouterr().err
    assert p.EndFilling not in {type(m) for m in hub.asked}


def test_what_is_refused_at_the_start_is_said_and_nothing_has_begun(
    hub: FakeHub, monkeypatch: Any, capsys: Any
) -> None:
    hub.answers[p.BeginFilling] = [refuses("occupied")]
    Typist(monkeypatch)
    assert fill(hub) == 1
    assert "empty it first" in capsys.readouterr().err
    assert [type(m) for m in hub.asked] == [p.BeginFilling]


def test_a_scale_that_comes_to_rest_is_waited_for_before_the_lock(hub: FakeHub, monkeypatch: Any) -> None:
    hub.answers[p.BeginFilling] = [refuses("weight_unstable"), refuses("weight_unstable"), OPENED]
    Typist(monkeypatch)
    assert fill(hub) == 0


def test_a_weight_is_typed_only_by_word(hub: FakeHub, monkeypatch: Any, capsys: Any) -> None:
    Typist(monkeypatch)
    assert fill(hub, "--contents-mg", "900") == 1
    assert "--by-word" in capsys.readouterr().err
    assert hub.asked == []


def test_by_word_nobody_is_asked_anything_but_a_pin(hub: FakeHub, monkeypatch: Any) -> None:
    typist = Typist(monkeypatch)
    hub.answers[p.Fill] = [refuses("second_person"), refuses("lid_open")]
    assert fill(hub, "--by-word") == 1
    assert fill(hub, "--by-word", "--second", "bo") == 1
    assert typist.asked == []
    assert fills(hub) == [FILL, replace(FILL, **TWO)]
