"""Alarms, doses and orders in words, Danish, for the pages, in the terms the home care uses."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.domain.events import AlarmCode
from hub.domain.intake import Life
from hub.domain.leave import LeaveKind
from hub.domain.plan import Criticality
from hub.domain.refusal import Reason
from sync.gateway import watch

ZONE = ZoneInfo("Europe/Copenhagen")

WORDS: dict[str, str] = {
    AlarmCode.NOT_TAKEN: "Medicin ikke taget",
    AlarmCode.PARTLY_TAKEN: "Kun noget af medicinen er taget",
    AlarmCode.DECLINED: "Borgeren har sagt nej til medicinen",
    AlarmCode.TAKEN_ELSEWHERE: "Borgeren siger, at medicinen er taget et andet sted",
    AlarmCode.NOT_KNOWN: "Det vides ikke, om medicinen er taget",
    AlarmCode.UNCERTAIN: "Usikkert, om medicinen er taget: se efter i rummet",
    AlarmCode.WITHHELD: "Medicin holdt tilbage",
    AlarmCode.WITHDRAWN: "Planlagt medicin er taget ud af planen",
    AlarmCode.OPENING_FAULT: "Rummet kunne ikke åbnes",
    AlarmCode.LID_LEFT_OPEN: "Et låg står åbent",
    AlarmCode.TAMPER: "Et låg er åbnet uden for tur",
    AlarmCode.CANNOT_SERVE: "Rummet er ikke fyldt, som planen kræver",
    AlarmCode.NOT_UNDERSTOOD: "En ordination er ikke forstået og ligger uden for boksen",
    AlarmCode.PLAN_REFUSED: "Boksen har afvist en medicinplan",
    AlarmCode.PLAN_OLD: "Medicinplanen er gammel",
    AlarmCode.CLOCK: "Boksens ur er ikke til at stole på: intet åbnes",
    AlarmCode.MAINS_LOST: "Boksen er uden strøm",
    AlarmCode.BATTERY_LOW: "Boksens batteri er ved at være tomt",
    AlarmCode.HELP: "Borgeren beder om hjælp",
    AlarmCode.PARKED: "En hændelse kunne ikke afleveres",
    AlarmCode.JOURNAL: "Boksens journal er ikke hel: intet åbnes",
    AlarmCode.NOT_GIVEN: "Medicin, som nogen ville give, er ikke meldt givet",
    AlarmCode.STOPPED: "Akut stoppet medicin var allerede ude af boksen",
    AlarmCode.DEVICE: "En del af boksen virker ikke",
    AlarmCode.NOT_COMMISSIONED: "Boksens låse er ikke prøvet efter: intet åbnes, og intet kan fyldes på",
    "tamper/scale": "Vægten har ændret sig, mens alle låg var lukket: se efter i hvert rum, før noget åbnes igen",
    "lid_left_open/lids": "Et låg har stået åbent længe: intet åbnes imens",
    "device/lids": "Boksen kan ikke se sine låg: intet åbnes",
    "device/locks": "En lås i boksen virker ikke: måske åbnes intet",
    "device/lamps": "En lampe i boksen virker ikke",
    "device/scale": "Boksens vægt svarer ikke: intet åbnes",
    "device/scanner": "Boksens stregkodelæser svarer ikke",
    "device/sounder": "Boksen kan ikke give lyd: påmindelser høres ikke",
    "device/power": "Boksen kan ikke se, om den har strøm",
    "device/rtc": "Boksens indbyggede ur virker ikke: efter et strømsvigt kan den ikke åbne",
    "device/temperature": "Medicinen ligger for varmt, eller boksens termometer virker ikke",
    watch.MISSING_OUTCOME: "Boksen har ikke fortalt, hvad der skete med medicinen",
    watch.NO_CONTACT: "Ingen kontakt med boksen",
    watch.PLAN_NOT_RUNNING: "Boksen kører ikke den sendte plan",
    watch.STOP_NOT_DONE: "Boksen har ikke udført et akut stop: kontakt hjemmet",
}
URGENCY = {Criticality.HIGH: "Høj", Criticality.MEDIUM: "Middel", Criticality.LOW: "Lav"}
TECHNICAL = frozenset({
    AlarmCode.LID_LEFT_OPEN, AlarmCode.TAMPER, AlarmCode.PLAN_REFUSED, AlarmCode.PLAN_OLD, AlarmCode.CLOCK,
    AlarmCode.MAINS_LOST, AlarmCode.PARKED, AlarmCode.JOURNAL, watch.NO_CONTACT, watch.PLAN_NOT_RUNNING,
    AlarmCode.BATTERY_LOW, AlarmCode.DEVICE, AlarmCode.NOT_COMMISSIONED,
})  # fmt: skip

LIVES: dict[str, str] = {
    Life.PLANNED: "planlagt",
    Life.DUE: "kan tages nu",
    Life.OPENING: "rummet er ved at åbne",
    Life.OPEN: "rummet er åbent",
    Life.PARTLY_TAKEN: "kun noget er taget",
    Life.DECLINED: "borgeren sagde nej",
    Life.WITHHELD: "holdt tilbage",
    Life.WITHDRAWN: "taget ud af planen",
    Life.MISSED: "ikke taget",
    Life.HANDED_OUT_EARLY: "udleveret før tid",
    Life.UNCERTAIN: "usikkert",
    Life.NOT_KNOWN: "vides ikke",
    Life.TAKEN: "taget",
    Life.GIVEN_BY_STAFF: "givet af personale",
    Life.TAKEN_ELSEWHERE: "taget et andet sted",
    "put_back": "lagt tilbage",
}
LEAVES: dict[str, str] = {
    LeaveKind.OUTING: "Udflugt",
    LeaveKind.WEEKEND: "Weekend hos andre",
    LeaveKind.HOSPITAL: "Indlagt på sygehus",
}
ORDERS: dict[str, str] = {
    "AcknowledgeAlarm": "Kvittering for alarm",
    "ResolveIntake": "Hvad der skete med dosen",
    "CorrectIntake": "Rettelse af dosis",
    "GiveIntake": "Jeg giver den",
    "HandBackIntake": "Jeg giver den ikke alligevel",
    "BeginLeave": "Fravær aftalt",
    "EndLeave": "Fravær slut",
    "UrgentStop": "Akut stop",
}
ORDER_STATES = {
    "queued": "venter på boksen",
    "accepted": "boksen har fået den",
    "carried_out": "udført",
    "refused": "afvist af boksen",
    "expired": "nåede ikke frem i tide",
}
REFUSALS: dict[str, str] = {
    Reason.NO_SUCH: "boksen kender den ikke",
    Reason.NOT_NOW: "det passer ikke med, hvordan det står til nu",
    Reason.TOO_EARLY: "det er for tidligt",
    Reason.TOO_LATE: "tiden er gået, eller en nyere plan gælder",
    Reason.INTERVAL: "der er for kort tid siden sidste dosis",
    Reason.CLOCK: "boksens ur er ikke til at stole på",
    Reason.LID_OPEN: "et låg står åbent",
    Reason.ANOTHER_OPENING: "boksen er ved at åbne et andet rum",
    Reason.LOCK_NOT_OFF: "en lås i boksen virker ikke",
    Reason.LIDS_UNSEEN: "boksen kan ikke se sine låg",
    Reason.SCALE_MISSING: "boksens vægt svarer ikke",
    Reason.WEIGHT_UNSTABLE: "boksens vægt står ikke stille",
    Reason.NOTHING_BOXED: "der ligger intet i boksen for den",
    Reason.NOT_FILLED: "rummet er ikke fyldt",
    Reason.FILL_DOUBTED: "rummets indhold er ikke efterset",
    Reason.CONTENTS_CHANGED: "rummets indhold passer ikke til planen",
    Reason.HANDED_OUT: "dosen er allerede udleveret",
    Reason.JOURNAL: "boksens journal er ikke hel",
    Reason.OCCUPIED: "rummet er optaget",
    Reason.LATEST_WRONG: "klokkeslættet mangler, er passeret eller er for langt fremme",
    Reason.ALREADY: "det var allerede gjort",
    Reason.STOPPED: "medicinen er akut stoppet",
    Reason.ON_LEAVE: "borgeren er ikke hjemme",
    Reason.PROMISED: "en anden har sagt, at de giver den",
    Reason.MOST_TAKEN: "der må ikke tages flere i dag",
    Reason.STAFF_ONLY: "det kræver en navngiven ansvarlig",
    Reason.NOT_COMMISSIONED: "boksens låse er ikke prøvet efter",
    Reason.NOT_COUNTED: "det er ikke talt op",
    Reason.WRONG_PACKAGE: "pakningen hører til anden medicin",
    Reason.WEIGHT_DIFFERS: "vægten passer ikke",
    Reason.SECOND_PERSON: "der skal to til",
    "expired": "den nåede ikke frem i tide",
}

SLOTS = {"morning": "morgen", "noon": "middag", "evening": "aften", "night": "nat"}


def dose(intake: str) -> str:
    """Which dose, for a Dane: "20.11. middag", "20.11. kl. 16.00"; an id of another form as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)/(?:t(\d\d)(\d\d)|as-needed\.(\d+)|([a-z0-9-]+))", intake)
    if found is None:
        return intake
    year_month_day, hour, minute, number, slot = found.groups()
    when = f"kl. {hour}.{minute}" if hour else f"efter behov, nr. {number}" if number else SLOTS.get(slot, slot)
    try:
        return f"{date.fromisoformat(year_month_day):%d.%m.} {when}"
    except ValueError:
        return intake


def in_words(code: str, alarm: str = "") -> str:
    """What the alarm is: by its name, where that says more, or its code. A newer hub's is shown as it is, never left
    out."""
    return WORDS.get(alarm) or WORDS.get(code, code)


def life(state: str) -> str:
    """What became of a dose; "" where nothing has been told of it."""
    return LIVES.get(state, state) or "ikke meldt endnu"


def order(kind: str) -> str:
    """What was sent to the hub."""
    return ORDERS.get(kind, kind)


def refusal(reason: str) -> str:
    """Why the hub would not; what is not about care, but about the document, in its own words."""
    return REFUSALS.get(reason) or f"boksen godtager den ikke ({reason})"


def clock_input(at: datetime) -> str:
    """As a form's `datetime-local` field has it, in Danish home time."""
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def home_time(at: datetime | None) -> str:
    """Danish home time, "20.11. kl. 12.30"."""
    return at.astimezone(ZONE).strftime("%d.%m. kl. %H.%M") if at else ""
