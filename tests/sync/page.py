"""docs/fhir-mapping.md, made from the mapping itself. `python -m tests.sync.page` writes it anew."""

from pathlib import Path
from typing import get_args

from hub.domain import events as e
from sync import codes, fhir

PAGE = Path(__file__).parents[2] / "docs" / "fhir-mapping.md"
HEAD = """# What the municipality's server gets

Made from `sync/fhir.py` by `python -m tests.sync.page`; a test holds the two together. Golden pairs, one for
every kind of event, lie in `tests/sync/golden`.

The log leaves the hub in three lanes, alarms before clinical before the rest, as FHIR R4 transaction Bundles.
Every event gives one `AuditEvent` with the event's exact canonical JSON (base64, `entity.detail` of type
`canonical`), so that the hub's hash chain can be checked at the other end. It is created once: `ifNoneExist`
on the tag with the event's id.

What an event says of doses goes into **one `MedicationAdministration` a dose** and, for what lies in a
compartment, **one `MedicationDispense` a dose**, updated by conditional update on the dose's own identity
(hub, home date and slot, ordination, ordinal). So no reader counts a dose twice because it was first declined
and then taken, or taken in two parts, and a transaction never touches one resource twice: of several events
about one dose in a batch the last word is sent, and all of them are in the `AuditEvent`s. A batch sent twice
changes nothing; batches come in order.

An outcome that no longer stands (a declined dose taken up again, one restored or released) is
`entered-in-error` until the next word. A correction marks the hub's word `entered-in-error` and puts the
named person's beside it, under the identifier `urn:medhub:dose-correction`; a second correction takes the
first's place.

"Planned", "handed out" and "taken" are three facts: the plan, `MedicationDispense` (lid and scale), and
`MedicationAdministration` with its evidence in `performer.function` (`removed`, `self`, `staff`). Nothing
ever says "swallowed". The performer is the hub's `Device`, the `Patient` on their own word, or a
`Practitioner` by name.

"""
EXTENSIONS = (
    ("event", "id of the event it comes from"),
    ("sequence", "its number in the hub's journal"),
    ("outcome", "the hub's own word for the state of the dose"),
    ("intake", "home date and slot"),
    ("planned-at", "when it was to be taken"),
    ("latest-at", "until when; a named person's where it was released"),
    ("ordination", "FMK's ordination id"),
    ("ordinal", "which of the day's doses of that ordination"),
    ("removed-from-compartment", "what the scale saw leave, for the whole compartment, in mg"),
    ("remaining-from-compartment", "what is left there, in mg"),
    ("as-needed", "a dose as needed: `planned-at` is when the citizen asked for it"),
    ("time-not-trusted", "the hub could not vouch for its clock then"),
    ("happened", "which alarm event a DetectedIssue is"),
    ("can-be-opened-at-home", "whether the dose can still be opened at home"),
    ("level", "how often nobody took the alarm"),
    ("compartment", "its number"),
)
SYSTEMS = (
    ("the citizen", codes.CPR),
    ("the citizen, replacement number", codes.X_ECPR),
    ("the ordination", codes.FMK_ORDINATION),
    ("drug id", codes.DRUG_ID),
    ("substance", codes.ATC),
    ("category (FSIII)", codes.FSIII),
    ("the hub", codes.HUB),
    ("an event", codes.EVENT),
    ("a dose", codes.DOSE),
    ("a corrected dose", codes.CORRECTION),
    ("an alarm", codes.ALARM),
)


def mapping_page() -> str:
    return "\n".join(
        [HEAD + "## Doses", "", *_doses(), "", "## Alarms", "", *_alarms(), "", *_rest(), "", *_names(), ""]
    )


def _doses() -> list[str]:
    rows = [
        "| event | the hub's word | `MedicationAdministration` | `MedicationDispense` of boxed doses |",
        "|---|---|---|---|",
    ]
    for body, row in fhir.DOSES.items():
        handed_out = f"`{row.dispense}`" if row.dispense else ""
        if row.by_person:
            handed_out += " if a named person says so"
        said = f"`{row.administration}`" if row.administration else ""
        rows.append(f"| `{body.__name__}` | {row.word} | {said} | {handed_out} |")
    rows.append("| `IntakeCorrected` | the person's | `entered-in-error`, and beside it as below | |")
    rows += [
        "",
        "A corrected state reads: " + ", ".join(f"{word} `{status}`" for word, status in fhir.CORRECTED.items()) + ".",
    ]
    return rows


def _alarms() -> list[str]:
    rows = [
        "Each thing that happens to an alarm is a `DetectedIssue` of its own, created once (`ifNoneExist` on the",
        "event's id); all of an alarm share its identifier, and the newest says how it is.", "",
        "| event | `status` | besides |", "|---|---|---|",
    ]  # fmt: skip
    besides = {"AlarmRaised": "`severity`", "AlarmEscalated": "`level`", "AlarmAcknowledged": "`mitigation`: who, when"}
    rows += [f"| `{body.__name__}` | `{s}` | {besides.get(body.__name__, '')} |" for body, s in fhir.ALARMS.items()]
    rows += ["", "| code | VKP | SCAIP |", "|---|---|---|"]
    return rows + [f"| `{code}` | {others.vkp} | {others.scaip} |" for code, others in codes.OTHERS.items()]


def _rest() -> list[str]:
    mapped = {*fhir.DOSES, *fhir.ALARMS, e.IntakeCorrected, e.Booted}
    rest = ", ".join(f"`{body.__name__}`" for body in get_args(e.AnyBody) if body not in mapped)
    return [
        "## The rest",
        "",
        "`Booted` updates the hub's `Device` with its release. Only as `AuditEvent`, its `agent` the named person",
        "whose act it was (two of them for `MarkLowered`) or the device:",
        f"{rest}.",
        "",
        "A dose as needed comes into being with `AsNeededAsked`; what became of it is told like any other's. What a",
        "signed command or an urgent stop brought about follows its `CommandCarriedOut`, in the same commit of the",
        "journal: by that event its sender knows that it was carried out.",
        "",
        "An event the server cannot take (400, 413, 422, found by halving the batch) is set aside: the hub alarms, and",
        "an `AuditEvent` of kind `EventParked` with that event's id and number takes its place, holding nothing of it.",
    ]


def _names() -> list[str]:
    rows = ["## Names", "", "| what | system |", "|---|---|", *(f"| {what} | `{system}` |" for what, system in SYSTEMS)]
    rows += ["", f"Extensions, after `{codes.EXTENSION}`:", "", "| name | what |", "|---|---|"]
    return rows + [f"| `{name}` | {what} |" for name, what in EXTENSIONS]


if __name__ == "__main__":
    PAGE.write_text(mapping_page(), encoding="utf-8")
