"""A FHIR Medication as the medicine it names: what the citizen reads, and the substance for R2."""

from decimal import Decimal

from msgspec import Struct

from hub.domain.plan import Medicine
from hub.plan.fhir.elements import Concept, Medication, Quantity, Ratio
from hub.plan.numbers import danish
from hub.plan.reasons import NotUnderstood

ATC = "http://www.whocc.no/atc"
# Danish Medicines Agency's register of medicines (LMS), and FMK's for what pharmacies make themselves (magistrel).
_MAGISTREL = "http://www.dkma.dk/medicinecard/xml.schema/2015/01/01"
DRUG = ("https://laegemiddelstyrelsen.dk/LMS01/DrugID", f"{_MAGISTREL}/DrugIdentifierPredefinedSourceType/Magistrel")
FORM = ("https://laegemiddelstyrelsen.dk/LMS22/Kode", f"{_MAGISTREL}/DrugFormCodePredefinedSourceType/Magistrel")

_WORDS = {"ug": "mikrogram", "[iU]": "IE", "{Dose}": "dosis"}  # UCUM as Danes write it


class Product(Struct, frozen=True):
    """A medicine, and its form's Danish name, which says more than the code of a list that changes."""

    medicine: Medicine
    form_name: str = ""


def product_of(medication: Medication) -> Product:
    """The product a Medication describes; NotUnderstood where it has no name or is not in use."""
    if medication.status != "active":
        raise NotUnderstood([f'medication.status: "{medication.status}"'])
    form = medication.form.of(*FORM)
    product = product_named(medication.code)
    medicine = product.medicine
    return Product(
        Medicine(
            name=medicine.name,
            strength=_strength([i.strength for i in medication.ingredient if i.is_active]),
            form=form.code,
            atc=medicine.atc,
            drug_id=medicine.drug_id,
        ),
        form.display or medication.form.text,
    )


def product_named(code: Concept) -> Product:
    """The product known by its code alone."""
    drug = code.of(*DRUG)
    name = drug.display or code.text or next((c.display for c in code.coding if c.display), "")
    if not name.strip():
        raise NotUnderstood(["medication.code: has no name"])
    # Quotation marks arrive escaped twice: Morfin \"DAK\".
    return Product(Medicine(name=name.replace('\\"', '"').strip(), atc=code.of(ATC).code, drug_id=drug.code))


def _strength(strengths: list[Ratio | None]) -> str:
    """FMK's way of writing it: "1000 mg", "20 mg/ml", "25 mg + 100 mg"; "" where any part of it is missing."""
    parts = [_one_strength(s) for s in strengths]
    return " + ".join(parts) if all(parts) else ""


def _one_strength(strength: Ratio | None) -> str:
    if strength is None or not isinstance(strength.numerator.value, int | Decimal):
        return ""
    number, per = Decimal(strength.numerator.value), _word(strength.denominator)
    if not (number.is_finite() and Decimal("1e-9") < number < Decimal("1e9")):
        return ""
    counted = per.startswith("{") or not per or strength.denominator.value != 1
    return f"{danish(number)} {_word(strength.numerator)}{'' if counted else f'/{per}'}"


def _word(quantity: Quantity) -> str:
    code = str(quantity.code or quantity.unit)
    return _WORDS.get(code, code)
