"""A slice of `make prove-core`: a thousand days of every kind of fault. And it can fail: a rule gone is a rule seen."""

import ast
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from hub.domain import decide, due, may_open, schedule, touches
from tests.heart import prove
from tests.heart.faults import FAULTS
from tests.heart.ledger import Broken
from tests.heart.outside import Clockwork, File
from tests.heart.story import Story, folder, lived

SLICES = 8
LIVES = 12  # in each; the seeds are the first ones of `make prove-core`
THE_ORACLES = ("oracle.py", "ledger.py", "heard.py", "papers.py", "rota.py")


@pytest.mark.parametrize("part", range(SLICES))
def test_a_slice_of_lives(part: int) -> None:
    for seed in range(1 + part * LIVES, 1 + (part + 1) * LIVES):
        story = lived(seed, prove.DAYS)
        assert story.came.total() >= story.days == prove.DAYS


@pytest.mark.parametrize("seed", range(4))
def test_lives_on_the_real_journal(seed: int) -> None:
    with folder() as here:
        shelf = File(here)
        try:
            story = Story(Random(seed), shelf, Clockwork(here))
            story.live(6)
        finally:
            shelf.close()


def test_one_seed_is_one_life() -> None:
    one, two = lived(5, 6), lived(5, 6)
    assert one.home.shelf.lines() == two.home.shelf.lines()


def without(rule: str) -> tuple[object, ...]:
    return tuple(r for r in may_open.RULES if r.__name__ != rule)


# A rule, the faults that need it, and what the oracle says where it is gone.
TAKEN_AWAY = (
    ("interval_is_kept", ("taken_along", "asks_as_needed"), "too close"),
    ("clock_is_trusted", ("clock_is_stepped",), "unlocked on a time"),
    ("journal_is_whole", ("journal_is_put_back_over_what_was_just_taken",), "unlocked on a time or a journal"),
    ("most_is_not_taken", ("asks_as_needed",), "as needed, once too often"),
    ("citizen_is_at_home", ("away_for_the_weekend", "goes_out"), "unlocked on leave"),
    ("nobody_else_gives_it", ("promised_by_somebody",), "somebody else gives it"),
    (
        "fill_is_right",
        ("plan_changes_on_what_was_just_taken", "plan_changes"),
        "AssertionError|not what was planned left",
    ),
)


def first_broken(faults: Sequence[str]) -> None:
    for seed in range(1, 60):
        lived(seed, prove.DAYS, faults)


@pytest.mark.parametrize(("rule", "faults", "said"), TAKEN_AWAY)
def test_it_sees_a_rule_that_is_gone(
    rule: str, faults: Sequence[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(may_open, "RULES", without(rule))
    with pytest.raises(Broken, match=said):
        first_broken(faults)


def test_it_sees_a_dose_on_a_day_that_is_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "in_force", lambda *args: True)
    with pytest.raises(Broken, match="planned otherwise than on paper"):
        first_broken(FAULTS)


def test_it_sees_as_needed_past_its_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touches, "as_needed_on", lambda ordination, day: ordination.as_needed is not None)
    with pytest.raises(Broken, match="on a day it is not to be had"):
        first_broken(("asks_as_needed",))


def test_it_sees_a_miss_that_nobody_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "due", lambda *args: [b for b in due.due(*args) if type(b).__name__ != "AlarmRaised"])
    with pytest.raises(Broken, match="nobody was told"):
        lived(1, prove.DAYS)


def test_it_sees_a_pulse_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "PULSES", 9)
    with pytest.raises(Broken, match="pulses"):
        first_broken(("lock_jams",))


def test_a_violation_ends_the_proof_with_its_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prove.main(["--seed", "7"]) == 0
    monkeypatch.setattr(due, "PULSES", 0)
    monkeypatch.setattr(may_open, "RULES", ())
    assert prove.main(["--seed", "7"]) == 1
    assert "seed 7, day" in capsys.readouterr().out


def test_nothing_lost_is_seen() -> None:
    story = lived(3, 2)
    lines = story.home.shelf.lines()
    with pytest.raises(Broken, match="acknowledged and lost"):
        story.home.oracle.reread(lines[:-1])


@pytest.mark.parametrize("file", THE_ORACLES)
def test_the_oracle_knows_nothing_of_the_hub(file: str) -> None:
    tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    ours = {n for n in names if n.split(".")[0] in ("hub", "drivers", "sync", "ui", "medhub", "tests")}
    assert ours <= {f"tests.heart.{Path(f).stem}" for f in THE_ORACLES}


def test_the_judge_can_be_read_at_one_sitting() -> None:
    assert (Path(__file__).parent / "oracle.py").read_text(encoding="utf-8").count("\n") <= 200
