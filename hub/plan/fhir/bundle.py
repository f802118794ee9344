"""A FHIR R4 Bundle of a citizen's medicines, read whole: no statement is lost (R6)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import Medicine, OrdinationId
from hub.plan.fhir.medication import Product
from hub.plan.fhir.statement import Setting, read_statement
from hub.plan.ordination import Said
from hub.plan.reasons import PlanUnreadable

ORDINATION = "http://www.dkma.dk/medicinecard/xml.schema/2015/01/01/DrugMedicationIdentifierType"
CPR = "urn:oid:1.2.208.176.1.2"
CITIZEN = (CPR, "urn:oid:1.2.208.176.1.6.1.1")  # and X-eCPR

# Of two statements under one id it cannot be told which one holds, so neither does.
TWIN = "another statement has the same ordination id"

# Resources that carry no medicine of their own. Any other kind might, and is shown outside the box.
BESIDE = {"Patient", "Medication", "Organization", "Practitioner", "PractitionerRole", "RelatedPerson", "Composition"}


class Bundle(Struct, frozen=True):
    """The bundle taken apart: its resources with their places and full URLs, and its one patient."""

    resources: tuple[tuple[str, str, Mapping[str, Any]], ...]  # place, fullUrl, resource
    patient: Mapping[str, Any]
    citizen: str
    name: str

    def named(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each resource of a kind under every name a reference may use for it; FMK-to-FHIR data also has bare ids."""
        for _, url, resource in self.resources:
            own = resource.get("id")
            if resource["resourceType"] == kind:
                names = {url, own, f"{kind}/{own}"} if isinstance(own, str) and own else {url}
                yield from ((name, resource) for name in names if name)


def open_bundle(medicines: Mapping[str, Any]) -> Bundle:
    """The bundle's parts; PlanUnreadable with every reason where it is no whole bundle about one citizen."""
    reasons: list[str] = []
    resources = []
    entries = medicines.get("entry")
    links = medicines.get("link")
    if medicines.get("resourceType") != "Bundle":
        raise PlanUnreadable(["$.medicines.resourceType: must be Bundle"])
    if not isinstance(entries, list):
        raise PlanUnreadable(["$.medicines.entry: must be a list"])
    if any(isinstance(k, Mapping) and k.get("relation") == "next" for k in (links if isinstance(links, list) else ())):
        reasons.append("$.medicines.link: this is one page of several, so medicines may be missing")
    for i, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, Mapping) or not isinstance(resource.get("resourceType"), str):
            reasons.append(f"$.medicines.entry[{i}]: has no resource with a resourceType")
        else:
            resources.append((f"$.medicines.entry[{i}]", str(entry.get("fullUrl") or ""), resource))
    patients = [r for _, _, r in resources if r["resourceType"] == "Patient"]
    if len(patients) != 1:
        reasons.append(f"$.medicines: must have one Patient, has {len(patients)}")
    citizen = _citizen(patients[0]) if patients else ""
    if patients and not citizen:
        reasons.append("$.medicines: the Patient has no CPR number")
    if reasons:
        raise PlanUnreadable(reasons)
    return Bundle(tuple(resources), patients[0], citizen, _name(patients[0]))


def read_bundle(bundle: Bundle, zone: ZoneInfo) -> Iterator[Said]:
    """What each statement says."""
    medications: dict[str, Any] = {}
    for name, medication in bundle.named("Medication"):
        medications[name] = medication if medications.get(name, medication) == medication else None
    setting = Setting(zone, medications, frozenset(name for name, _ in bundle.named("Patient")))
    for ident, twin, resource in _identified(bundle):
        if resource["resourceType"] != "MedicationStatement":
            kind = Product(Medicine(str(resource["resourceType"])[:80]))
            yield Said(ident, kind, unread=("a resource the hub does not read",))
        elif twin:
            yield replace(read_statement(resource, ident, setting), dosage=None, rest=None, unread=(TWIN,))
        else:
            yield read_statement(resource, ident, setting)


def statements(bundle: Bundle) -> Iterator[tuple[OrdinationId, Mapping[str, Any]]]:
    """Each MedicationStatement under its ordination's id."""
    return ((i, r) for i, _, r in _identified(bundle) if r["resourceType"] == "MedicationStatement")


def _identified(bundle: Bundle) -> Iterator[tuple[OrdinationId, bool, Mapping[str, Any]]]:
    """Whatever may be a medicine, with an id of its own and whether another claims the same one."""
    found = [(_ordination_id(r) or place, r) for place, _, r in bundle.resources if r["resourceType"] not in BESIDE]
    count = Counter(ident for ident, _ in found)
    seen: Counter[str] = Counter()
    for ident, resource in found:
        seen[ident] += 1
        yield ident if seen[ident] == 1 else f"{ident}#{seen[ident]}", count[ident] > 1, resource


def _ordination_id(resource: Mapping[str, Any]) -> OrdinationId:
    """FMK's ordination id, which outlives every version of the plan; else the resource's own."""
    found = _identifiers(resource, ORDINATION)
    own = resource.get("id")
    return found[0] if len(found) == 1 else own[:64] if isinstance(own, str) else ""


def _identifiers(resource: Mapping[str, Any], *systems: str) -> list[str]:
    raw = resource.get("identifier")
    listed = [i for i in raw if isinstance(i, Mapping)] if isinstance(raw, list) else []
    values = [i.get("value") for i in listed if i.get("system") in systems]
    return [v for v in values if isinstance(v, str) and 0 < len(v) <= 64]


def _citizen(patient: Mapping[str, Any]) -> str:
    found = _identifiers(patient, *CITIZEN)
    return found[0] if len(set(found)) == 1 else ""


def _name(patient: Mapping[str, Any]) -> str:
    """The citizen's name for the screen: given names and family name, the official one first."""
    raw = patient.get("name")
    names = [n for n in raw if isinstance(n, Mapping)] if isinstance(raw, list) else []
    best = min(names, key=lambda n: n.get("use") != "official", default={})
    given = best.get("given")
    parts = [*(given if isinstance(given, list) else []), best.get("family")]
    return " ".join(p for p in parts if isinstance(p, str)) or str(best.get("text") or "")
