"""`medhub simulate`: whole days through the real core and journal, and a table that does not lie."""

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from hub.domain.intake import Life
from hub.journal import Journal
from hub.plan.envelope import understand
from hub.plan.jsontext import write_json
from medhub import cli, simulate
from medhub.plan_files import Form, read_file
from medhub.simulate import EVERYDAY, HUB, live, silence
from medhub.simulated import Hub
from medhub.simulated_people import SHARES, Habit, People
from tests.plan.test_plan_files import KINDS

DAY = date(2026, 3, 12)
OLE = Path(__file__).parents[3] / "shared" / "data" / "fhir-dk" / "fmk-ole-medications.json"


def lived(tmp_path: Path, seed: int, days: int = 3) -> Hub:
    file = read_file(EVERYDAY.read_bytes(), hub=HUB, day=DAY)
    plan = understand(file.envelope, "x").plan
    with Journal.open(tmp_path / f"{seed}.sqlite", pairing="simulated") as journal:
        hub = live(plan, journal, DAY, days, seed)
        assert silence(hub, file, plan, DAY, days) == []
    assert hub.box.twice() == []
    return hub


def test_the_everyday_citizen(capsys):
    assert cli.main(["simulate", "--days", "2"]) == 0
    out = capsys.readouterr().out
    assert "handed out twice" in out
    assert "simulated days a second" in out


@pytest.mark.parametrize("seed", range(2, 6))
def test_other_habits(tmp_path, seed):
    hub = lived(tmp_path, seed)
    assert Life.TAKEN in hub.ends.values()


def test_one_seed_is_one_life(tmp_path):
    again = tmp_path / "again"
    again.mkdir()
    one, two = lived(tmp_path, 7), lived(again, 7)
    assert one.state == two.state
    assert one.said == two.said


@pytest.mark.parametrize("habit", list(Habit))
def test_each_habit_leads_to_an_end(tmp_path, habit, monkeypatch):
    monkeypatch.setattr("medhub.simulated_people.SHARES", {h: int(h is habit) for h in SHARES})
    hub = lived(tmp_path, 3, days=1)
    ends = {end for intake, end in hub.ends.items() if intake.startswith(str(DAY))}
    expected = {Habit.FORGETS: {Life.MISSED}, Habit.DECLINES: {Life.DECLINED}}.get(habit, {Life.TAKEN})
    assert expected <= ends


@pytest.mark.skipif(not OLE.exists(), reason="the national test citizen's card is not beside the project")
def test_the_national_test_citizen():
    assert cli.main(["simulate", "--plan", str(OLE), "--date", "2023-04-03", "--days", "2"]) == 0


@pytest.mark.parametrize(("value", "form"), [(kind[0], kind[1]) for kind in KINDS], ids=[kind[1] for kind in KINDS])
def test_a_file_of_any_form(tmp_path, capsys, value, form):
    path = tmp_path / "file"
    path.write_bytes(value.encode() if isinstance(value, str) else write_json(value))
    assert cli.main(["simulate", "--plan", str(path), "--date", str(DAY), "--days", "2"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert ("the reader alone" if form is Form.FMK_XML else "an oracle of its own") in told
    assert "intakes that came to an end" in told


@pytest.mark.parametrize("value", [kind[0] for kind in KINDS], ids=[kind[1] for kind in KINDS])
def test_what_a_file_of_any_form_wants_is_missed_where_nobody_does_it(value):
    """The oracle, or for XML the reader, wants something of each of them."""
    file = read_file(value.encode() if isinstance(value, str) else write_json(value), hub=HUB, day=DAY)
    plan = understand(file.envelope, "x").plan
    nobody = SimpleNamespace(ends={}, told=set())
    assert f"{DAY}/morning" in silence(nobody, file, plan, DAY, 1)


def test_the_journal_is_kept_and_never_written_over(tmp_path, capsys):
    path = tmp_path / "kept.sqlite"
    assert cli.main(["simulate", "--days", "1", "--journal", str(path)]) == 0
    with Journal.open(path, pairing="simulated") as journal:
        assert journal.head[0] > 20
    assert cli.main(["simulate", "--days", "1", "--journal", str(path)]) == 2
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "says"), [("{}", "$"), ("not json", "$")])
def test_a_plan_that_cannot_be_read(tmp_path, capsys, text, says):
    path = tmp_path / "plan.json"
    path.write_text(text)
    assert cli.main(["simulate", "--plan", str(path)]) == 2
    assert says in capsys.readouterr().err


def test_days_out_of_bounds():
    with pytest.raises(SystemExit):
        cli.main(["simulate", "--days", "0"])


def test_a_dose_that_leaves_twice_fails_the_run(monkeypatch, capsys):
    """The box's own count decides, not the journal."""

    def twice(*args):
        hub = live(*args)
        hub.box.left[next(iter(hub.box.left))] += 1
        return hub

    monkeypatch.setattr(simulate, "live", twice)
    assert cli.main(["simulate", "--days", "1"]) == 1


def test_an_intake_nobody_is_told_of_fails_the_run(monkeypatch, capsys):
    monkeypatch.setattr("medhub.simulated_people.SHARES", {h: int(h is Habit.FORGETS) for h in SHARES})

    def untold(*args):
        hub = live(*args)
        hub.told.clear()
        return hub

    monkeypatch.setattr(simulate, "live", untold)
    assert cli.main(["simulate", "--days", "1"]) == 1
    assert "2026-03-12/morning" in capsys.readouterr().out.replace("\n", "")


def test_people_with_nothing_to_do_wait(tmp_path):
    with Journal.open(tmp_path / "j.sqlite", pairing="simulated") as journal:
        people = People(Hub(journal, datetime(2026, 3, 12, tzinfo=UTC), Random(1).randbytes), 1)
        people.act()
        assert people.next() is None
