"""Alarms in words, Danish, for the page: what happened, in the terms the home care uses."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.domain.events import AlarmCode
from hub.domain.plan import Criticality
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
    AlarmCode.HELP: "Borgeren beder om hjælp",
    AlarmCode.PARKED: "En hændelse kunne ikke afleveres",
    AlarmCode.JOURNAL: "Boksens journal er ikke hel: intet åbnes",
    watch.MISSING_OUTCOME: "Boksen har ikke fortalt, hvad der skete med medicinen",
    watch.NO_CONTACT: "Ingen kontakt med boksen",
    watch.PLAN_NOT_RUNNING: "Boksen kører ikke den sendte plan",
}
URGENCY = {Criticality.HIGH: "Høj", Criticality.MEDIUM: "Middel", Criticality.LOW: "Lav"}
TECHNICAL = frozenset({
    AlarmCode.LID_LEFT_OPEN, AlarmCode.TAMPER, AlarmCode.PLAN_REFUSED, AlarmCode.PLAN_OLD, AlarmCode.CLOCK,
    AlarmCode.MAINS_LOST, AlarmCode.PARKED, AlarmCode.JOURNAL, watch.NO_CONTACT, watch.PLAN_NOT_RUNNING,
})  # fmt: skip

SLOTS = {"morning": "morgen", "noon": "middag", "evening": "aften", "night": "nat"}


def dose(intake: str) -> str:
    """Which dose, for a Dane: "20.11. middag", "20.11. kl. 16.00"; an id of another form as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)/(?:t(\d\d)(\d\d)|([a-z0-9-]+))", intake)
    if found is None:
        return intake
    year_month_day, hour, minute, slot = found.groups()
    when = f"kl. {hour}.{minute}" if hour else SLOTS.get(slot, slot)
    try:
        return f"{date.fromisoformat(year_month_day):%d.%m.} {when}"
    except ValueError:
        return intake


def in_words(code: str) -> str:
    """What the alarm is; a newer hub's code is shown as it is, never left out."""
    return WORDS.get(code, code)


def home_time(at: datetime | None) -> str:
    """Danish home time, "20.11. kl. 12.30"."""
    return at.astimezone(ZONE).strftime("%d.%m. kl. %H.%M") if at else ""
