"""The list of mutants is true of the tree as it is; `make mutants` has each of them killed."""

from collections import Counter

import pytest

from tests.mutants.every import MUTANTS, ROOT, changed
from tests.mutants.mutant import Mutant

RULES = {f"R{n}" for n in range(1, 17)} | {f"H{n}" for n in range(1, 42)}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.rule} {m.what}")
def test_a_mutant_is_one_change_that_compiles_and_tests_that_exist(mutant: Mutant) -> None:
    text = changed(mutant)
    assert text != (ROOT / mutant.file).read_text(encoding="utf-8")
    compile(text, mutant.file, "exec")
    assert mutant.rule in RULES
    assert mutant.tests
    assert not [name for name in mutant.tests if not (ROOT / "tests" / name).is_file()]


def test_no_mutant_is_there_twice() -> None:
    assert not [key for key, n in Counter((m.file, m.old, m.new) for m in MUTANTS).items() if n > 1]
    assert not [what for what, n in Counter(m.what for m in MUTANTS).items() if n > 1]


def test_there_are_mutants_of_every_part_and_of_most_rules() -> None:
    assert len(MUTANTS) >= 40
    assert {m.file.split("/")[0] for m in MUTANTS} == {"hub", "drivers", "sync", "ui", "medhub"}
    assert {f"R{n}" for n in range(1, 17)} - {m.rule for m in MUTANTS} <= {"R3", "R15"}


def test_text_that_is_gone_or_there_twice_is_an_error() -> None:
    for old in ("no such text stands here", "import"):
        with pytest.raises(ValueError, match="not once"):
            changed(MUTANTS[0]._replace(old=old))
