"""All mutants, and what keeps the list true."""

from pathlib import Path

from tests.mutants import away, core, edges, fhir, filling, fmk, needed, orders, papers, power, scale, services, times
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]
MUTANTS: tuple[Mutant, ...] = (
    *core.MUTANTS, *away.MUTANTS, *times.MUTANTS, *edges.MUTANTS, *papers.MUTANTS, *needed.MUTANTS,
    *orders.MUTANTS, *fhir.MUTANTS, *fmk.MUTANTS, *scale.MUTANTS, *power.MUTANTS,
    *services.MUTANTS, *filling.MUTANTS,
)  # fmt: skip


def changed(mutant: Mutant, root: Path = ROOT) -> str:
    """The mutant's file with the mistake in it. ValueError where `old` does not occur exactly once."""
    text = (root / mutant.file).read_text(encoding="utf-8")
    if (found := text.count(mutant.old)) != 1:
        raise ValueError(f"{mutant.file}: found {found} times, not once: {mutant.old!r}")
    return text.replace(mutant.old, mutant.new)
