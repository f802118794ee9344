"""What the hub itself sees of one filling: which package was scanned between two counts, and what each count added.

Pure. Nothing is learnt or decided here; the core does that with `counted` (H10).
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.events import Counted
from hub.domain.intake import Dose
from hub.domain.plan import OrdinationId
from hub.domain.reading import Reading
from hub.domain.state import Filling
from hub.ports import Package, Scan, ScanRefused


class Unclear(StrEnum):
    """Why what was scanned is nobody's package; as `hub.protocol.Error` carries it."""

    TWO_PACKAGES = "two_packages"
    CODE_NOT_READ = "code_not_read"


class Evidence(Struct, frozen=True):
    """Of the filling with this id. `packages`: the GTINs scanned since the last count; `unread`: and a code that was
    refused. `weight_mg`: of all, as the last count left it; None where it did not come to rest."""

    filling: str
    weight_mg: int | None
    counted: tuple[Counted, ...] = ()
    packages: frozenset[str] = frozenset()
    unread: bool = False

    @property
    def package(self) -> str | Unclear:
        """The one that the next count is from, "" for none."""
        if len(self.packages) > 1:
            return Unclear.TWO_PACKAGES
        return next(iter(self.packages), Unclear.CODE_NOT_READ if self.unread else "")


def begun(filling: Filling) -> Evidence:
    return Evidence(filling.id, filling.weight_before_mg)


def scanned(evidence: Evidence, scan: Scan | ScanRefused) -> Evidence:
    """Package or not: anything else that is held before the scanner is a code which is not one."""
    if isinstance(scan, Scan) and isinstance(scan.code, Package):
        return replace(evidence, packages=evidence.packages | {scan.code.gtin})
    return replace(evidence, unread=True)


def forgotten(evidence: Evidence) -> Evidence:
    """Without what was scanned since the last count."""
    return replace(evidence, packages=frozenset(), unread=False)


def count_of(evidence: Evidence, dose: Dose, reading: Reading | None) -> Counted:
    """This dose, from the package that was scanned, by a reading at rest that was taken after it was put in."""
    before_mg = evidence.weight_mg
    added_mg = None if reading is None or before_mg is None else reading.weight_mg - before_mg
    return Counted(dose.ordination, dose.quantity, evidence.package, added_mg)


def with_count(evidence: Evidence, counted: Counted, reading: Reading | None) -> Evidence:
    """Of a count that was not weighed the next one does not know what was there before it."""
    weight_mg = reading.weight_mg if reading else None
    return replace(forgotten(evidence), counted=(*evidence.counted, counted), weight_mg=weight_mg)


def matched(evidence: Evidence, doses: Sequence[Dose]) -> Iterator[tuple[Dose, Counted | None]]:
    """Each dose with its count, None where it is not counted yet."""
    left = list(evidence.counted)
    for dose in doses:
        found = next((n for n in left if (n.ordination, n.quantity) == (dose.ordination, dose.quantity)), None)
        if found:
            left.remove(found)
        yield dose, found


def next_of(evidence: Evidence, doses: Sequence[Dose], ordination: OrdinationId) -> Dose | None:
    """The dose of this ordination that is to be counted next."""
    return next((d for d, found in matched(evidence, doses) if found is None and d.ordination == ordination), None)
