"""Identifier systems, code systems and extensions that the municipality sees. Names here are forever.

The Danish ones are those FMK-to-FHIR data uses; what is the project's own begins with `urn:medhub:`.
"""

from typing import NamedTuple

from hub.domain.events import AlarmCode

CPR = "urn:oid:1.2.208.176.1.2"
X_ECPR = "urn:oid:1.2.208.176.1.6.1.1"  # the replacement number of someone without a CPR number
FMK_ORDINATION = "http://www.dkma.dk/medicinecard/xml.schema/2015/01/01/DrugMedicationIdentifierType"
DRUG_ID = "https://laegemiddelstyrelsen.dk/LMS01/DrugID"
ATC = "http://www.whocc.no/atc"
FSIII = "urn:oid:1.2.208.176.2.21"
VKP = "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
SCAIP_STATUS = "urn:medhub:code:scaip-status"  # SS 91100 / TS 50134-9 give codes and no URI
SCAIP_DEVICE = "urn:medhub:code:scaip-device"

HUB = "urn:medhub:hub"
EVENT = "urn:medhub:event"
DOSE = "urn:medhub:dose"
CORRECTION = "urn:medhub:dose-correction"
ALARM = "urn:medhub:alarm"

EVENT_TYPE = "urn:medhub:code:event"
REASON = "urn:medhub:code:reason"
EVIDENCE = "urn:medhub:code:evidence"
ALARM_CODE = "urn:medhub:code:alarm"
MITIGATION = "urn:medhub:code:mitigation"

EXTENSION = "urn:medhub:extension:"

ADMINISTRATION = ("G1.20", "Medicinadministration")
DISPENSING = ("G1.21", "Medicindispensering")
PILL_DISPENSER = "0011"


class Others(NamedTuple):
    """What others call an alarm: VKP code and SCAIP status, "" where neither says the same thing."""

    vkp: str = ""
    scaip: str = ""


NOT_DISPENSED, NO_CONFIRMATION, TECHNICAL_FAULT, CHECK_PLAN = "1.1", "1.3", "1.5", "1.15"
PILL_NOT_TAKEN, MAINTENANCE = "0081", "0065"

OTHERS: dict[AlarmCode, Others] = {
    AlarmCode.NOT_TAKEN: Others(NOT_DISPENSED, PILL_NOT_TAKEN),
    AlarmCode.PARTLY_TAKEN: Others("", PILL_NOT_TAKEN),
    AlarmCode.DECLINED: Others(NOT_DISPENSED, PILL_NOT_TAKEN),
    AlarmCode.TAKEN_ELSEWHERE: Others(NO_CONFIRMATION),
    AlarmCode.NOT_KNOWN: Others(NO_CONFIRMATION),
    AlarmCode.UNCERTAIN: Others(NO_CONFIRMATION),
    AlarmCode.WITHHELD: Others(NOT_DISPENSED, PILL_NOT_TAKEN),
    AlarmCode.WITHDRAWN: Others(NOT_DISPENSED, PILL_NOT_TAKEN),
    AlarmCode.OPENING_FAULT: Others(TECHNICAL_FAULT, MAINTENANCE),
    AlarmCode.LID_LEFT_OPEN: Others("1.21"),
    AlarmCode.TAMPER: Others("1.22", "0125"),
    AlarmCode.CANNOT_SERVE: Others("1.2", PILL_NOT_TAKEN),
    AlarmCode.NOT_UNDERSTOOD: Others(CHECK_PLAN),
    AlarmCode.PLAN_REFUSED: Others(CHECK_PLAN),
    AlarmCode.PLAN_OLD: Others(),
    AlarmCode.CLOCK: Others(TECHNICAL_FAULT, MAINTENANCE),
    AlarmCode.MAINS_LOST: Others("1.19", "0085"),
    AlarmCode.BATTERY_LOW: Others("1.17", "0016"),
    AlarmCode.HELP: Others(),
    AlarmCode.PARKED: Others("1.4"),
    AlarmCode.JOURNAL: Others(TECHNICAL_FAULT, MAINTENANCE),
    AlarmCode.NOT_GIVEN: Others(NOT_DISPENSED, PILL_NOT_TAKEN),
    AlarmCode.STOPPED: Others(CHECK_PLAN),
    AlarmCode.DEVICE: Others(TECHNICAL_FAULT, MAINTENANCE),
    AlarmCode.NOT_COMMISSIONED: Others(TECHNICAL_FAULT, MAINTENANCE),
}
