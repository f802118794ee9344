"""A bare medicine file, given by hand, wrapped in stated defaults: nobody ordered them, so they are shown."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.plan import Criticality, DayDose, Dosage, Handout
from hub.plan.format import FORMAT, MOST_SLOTS
from hub.plan.medicines import open_medicines
from hub.plan.ordination import Said
from hub.plan.reasons import NotUnderstood
from hub.plan.units import check_boxable, is_solid

ZONE = "Europe/Copenhagen"
ROUNDS = {"morning": time(8), "noon": time(12), "evening": time(18), "night": time(22)}
WINDOW_MIN = 60
TIMES_PER_DAY = {
    1: ["morning"],
    2: ["morning", "evening"],
    3: ["morning", "noon", "evening"],
    4: ["morning", "noon", "evening", "night"],
}
SPREAD_FROM_H, SPREAD_TO_H = 6, 22  # more times a day than that
STATED = {
    "da": (
        "Morgen er kl. 8, middag kl. 12, aften kl. 18 og nat kl. 22.",
        "1 gang dagligt er morgen, 2 morgen og aften, 3 også middag, 4 også nat. Flere er spredt fra kl. 6 til kl. 22.",
        "Et andet klokkeslæt i filen er sit eget.",
        "Medicinen kan tages fra klokkeslættet og en time frem.",
        "Tabletter og kapsler ligger i boksen, uden kendt form højst 10 ad gangen i kvarte. Alt andet mindes der om.",
        "Al medicin er middel kritisk.",
        "Der er ingen telefonnumre.",
    ),
    "en": (
        "Morning is 8:00, noon 12:00, evening 18:00 and night 22:00.",
        "Once a day is morning, twice morning and evening, 3 times noon too, 4 night. More are spread from 6 to 22.",
        "Another clock time in the file is one of its own.",
        "The medicine can be taken from that time and for an hour.",
        "Tablets and capsules lie in the box, of unknown form at most 10 in quarters. Others are reminded of.",
        "All medicine is of medium criticality.",
        "There are no phone numbers.",
    ),
}
# A file that says of nobody what nobody knows: a dosage alone.
CITIZEN, NAME, MEDICINE = "2512489996", "Testperson", "Medicin"  # a national test person
NOBODYS = {
    "da": "Filen er ingens: borgeren er en testperson, og medicin uden navn hedder Medicin 1, 2, 3.",
    "en": "The file is nobody's: the citizen is a test person, and medicine without a name is called Medicin 1, 2, 3.",
}


def wrap(medicines: Mapping[str, Any], *, hub: str, day: date, language: str, nobodys: bool = False) -> dict[str, Any]:
    """The envelope around what `open_medicines` reads, valid from `day`, with the defaults in `STATED`."""
    zone = ZoneInfo(ZONE)
    opened = open_medicines(medicines, day, zone)
    slots, times = _timetable([line for said in opened.said if said.dosage for line in _fixed(said.dosage)])
    midnight = datetime.combine(day, time(0), tzinfo=zone).isoformat()
    return {
        "format": FORMAT,
        "hub": hub,
        "citizen": opened.citizen,
        "version": 1,
        "issued": midnight,
        "valid_from": midnight,
        "rounds": [_round(name, at) for name, at in slots.items()],
        "settings": {
            "zone": ZONE,
            "language": language,
            "times_per_day": {str(n): names for n, names in times.items()},
            "per_medicine": {said.id: _handling(said) for said in opened.said},
            "defaults": [*STATED[language], *([NOBODYS[language]] if nobodys else [])],
        },
        "contacts": [],
        "limits": {},
        "medicines": medicines,
    }


def _fixed(dosage: Dosage) -> list[DayDose]:
    lines = (line for period in dosage.periods for day in period.days.values() for line in day)
    return [line for line in lines if not line.as_needed and (line.quantity or line.quantity_max)]


def _timetable(lines: list[DayDose]) -> tuple[dict[str, time], dict[int, list[str]]]:
    """The slots, and which of them n times a day falls in, as far as a plan can have so many."""
    slots, table = ROUNDS, TIMES_PER_DAY
    for at in sorted({line.at for line in lines if line.at is not None and not line.at.second}):
        slots = _with(slots, [at])
    for times in sorted({line.times for line in lines if line.times is not None} - table.keys()):
        every = _spread(times)
        slots = _with(slots, every)
        if set(every) <= set(slots.values()):
            table = table | {times: [_name(slots, at) for at in every]}
    return slots, table


def _with(slots: dict[str, time], more: list[time]) -> dict[str, time]:
    """One slot a clock time, a round where it is its time; none of them where all are too many."""
    both = slots | {f"t{at:%H%M}": at for at in more if at not in slots.values()}
    return both if len(both) <= MOST_SLOTS else slots


def _spread(times: int) -> list[time]:
    minutes = (SPREAD_FROM_H * 60 + (SPREAD_TO_H - SPREAD_FROM_H) * 60 * n // (times - 1) for n in range(times))
    return [time(*divmod(at, 60)) for at in minutes]


def _name(slots: dict[str, time], at: time) -> str:
    return next(name for name, its in slots.items() if its == at)


def _round(name: str, at: time) -> dict[str, Any]:
    part = {"part": name} if name in ROUNDS else {}
    return {"id": name, "time": at.isoformat(), **part, "window_min": WINDOW_MIN}


def _handling(said: Said) -> dict[str, str]:
    handout = Handout.COMPARTMENT if _boxed(said) else Handout.REMINDED
    return {"handout": handout.value, "criticality": Criticality.MEDIUM.value}


def _boxed(said: Said) -> bool:
    """In the box where the form is a tablet or capsule that stands it; of an unknown form where all of it can lie
    there."""
    form, name = said.product.medicine.form, said.product.form_name
    if form or name or said.dosage is None:
        return is_solid(form, name)
    try:
        for line in _fixed(said.dosage):
            for quantity in (line.quantity, line.quantity_max or line.quantity):
                check_boxable(quantity, said.dosage.unit, "", "")
    except NotUnderstood:
        return False
    return True
