"""What the hub may say, for every screen: snapshots of an invented citizen's Thursday."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from msgspec.structs import replace

from hub.protocol import AlarmView, AsNeededView, DoseView, Help, IntakeView, LeaveView, MedicineView, Snapshot
from ui.panel import Panel
from ui.present import present
from ui.scene import key_of
from ui.screens import fault, link, notice
from ui.view import HERE, Nav, View

HOME = timezone(timedelta(hours=1))
LANGUAGES = ("da", "en")


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2025, 11, day, hour, minute, tzinfo=HOME)


def dose(name: str, strength: str, quantity: str, unit: str, purpose: str, boxed: bool = True) -> DoseView:
    return DoseView(name=name, strength=strength, quantity=quantity, unit=unit, boxed=boxed, purpose=purpose)


PINEMOL = dose("Pinemol", "1000 mg", "2", "tabletter", "mod smerter")
METOPROLOL = dose("Metoprolol", "50 mg", "1", "tablet", "for hjertet")
LONGEST = dose("Hydroxyzinhydrochlorid Orifarm Generics filmtabl.", "25 mg", "0.5", "tablet", "mod kløe")
RAMIPRIL = dose("Ramipril", "5 mg", "1", "kapsel", "mod forhøjet blodtryk")
ATORVASTATIN = dose("Atorvastatin", "40 mg", "1", "tablet", "mod kolesterol")
INSULIN = dose("Abasaglar", "100 E/ml", "14", "enheder", "mod sukkersyge", boxed=False)


def intake(state: str = "due", hour: int = 18, doses: tuple[DoseView, ...] = (PINEMOL,), **more: Any) -> IntakeView:
    return IntakeView(
        id=f"2025-11-20/{hour}", state=state, at=at(hour), opens_at=at(hour - 1), latest_at=at(hour + 1),
        doses=doses, **{"compartment": 12, **more},
    )  # fmt: skip


NIGHT = intake("planned", 22)
TODAY = (intake("taken", 8), intake("missed", 12), intake("planned", 18), NIGHT)
MEDICINES = (
    MedicineView("Pinemol", "1000 mg", "2 tabletter morgen og aften", "mod smerter", True),
    MedicineView(LONGEST.name, "25 mg", "½ tablet til natten", "mod kløe", True),
    MedicineView("Abasaglar", "100 E/ml", "14 enheder kl. 22", "mod sukkersyge", False),
    MedicineView(
        "Marevan", "2,5 mg", "Tages efter skema fra lægen. Antal tabletter efter INR, som måles hver anden uge på "
        "ambulatoriet; ring altid ved tvivl om dagens dosis.", "mod blodpropper", False, "not_understood",
    ),
    MedicineView("Paracetamol", "500 mg", "1-2 tabletter højst 4 gange dagligt", "mod smerter", False, "as_needed"),
)  # fmt: skip


PARA = dose("Paracetamol", "500 mg", "2", "tabletter", "mod smerter")


def as_needed(given: DoseView, *refusals: str, possible_at: datetime | None = None) -> MedicineView:
    """A medicine of which one dose can be had when it is needed."""
    offer = AsNeededView(given.name, given, 4, refusals, possible_at)
    text = "2 tabletter ved smerter, højst 4 gange i døgnet"
    return MedicineView(given.name, given.strength, text, given.purpose, True, as_needed=offer)


def snapshot(current: IntakeView | None = None, hour: int = 18, minute: int = 0, **more: Any) -> Snapshot:
    said: dict[str, Any] = {
        "protocol": 1, "version": 3, "now": at(hour, minute), "language": "da", "calm": False, "hub": "MH-0042",
        "citizen": "Ole Hansen", "plan_version": 6, "current": current, "next": NIGHT, "today": TODAY,
        "medicines": MEDICINES, "phone": "12345678",
    }  # fmt: skip
    return Snapshot(**{**said, **more})


def alarm(name: str, help: Help, intake: str | None = None, by: str = "") -> AlarmView:
    """Named by its code, or by its code and what it is about."""
    code = name.partition("/")[0]
    return AlarmView(id=name, code=code, criticality="high", since=at(18), help=help, intake=intake, seen_by=by)


DUE = snapshot(intake())
FOUR = (PINEMOL, LONGEST, METOPROLOL, INSULIN)
TOMORROW = replace(NIGHT, at=at(8, day=21), opens_at=at(7, day=21), latest_at=at(9, day=21))
PROMISED = intake(promised_by="Sanne", give_by=at(20), refusals=("promised",))
HELPS = tuple((help, "Sanne" if help is Help.SEEN else "") for help in Help)

SNAPSHOTS: dict[str, Snapshot] = {
    "home": snapshot(hour=14, minute=20, next=intake("planned")),
    "home-early": snapshot(hour=17, minute=10, next=intake("planned")),
    "home-no-power": snapshot(hour=14, next=TOMORROW, mains_ok=False, network_ok=False, plan_old=True),
    "home-battery": snapshot(hour=19, next=TOMORROW, mains_ok=False, battery_until=at(2, 45, day=21)),
    "home-night": snapshot(hour=23, minute=5, next=TOMORROW),
    "home-no-plan": snapshot(plan_version=None, next=None, today=(), medicines=()),
    "due": DUE,
    "due-night": snapshot(intake(hour=22, doses=(PINEMOL, METOPROLOL)), hour=22, next=None),
    "due-long": snapshot(intake(doses=(LONGEST,))),
    "due-three": snapshot(intake(doses=(PINEMOL, METOPROLOL, INSULIN))),
    "due-four": snapshot(intake(doses=FOUR), mains_ok=False),
    "due-four-short": snapshot(intake(doses=(PINEMOL, METOPROLOL, RAMIPRIL, ATORVASTATIN))),
    "due-insulin": snapshot(intake(doses=(INSULIN,), refusals=("nothing_boxed",))),
    "due-old-plan": snapshot(intake(), plan_old=True),
    "snoozed": snapshot(intake(snoozed_until=at(18, 20)), minute=1),
    "open": snapshot(intake("open", lid_open=True)),
    "opening": snapshot(intake("opening")),
    "shut": snapshot(intake("open")),
    "rest": snapshot(intake("partly_taken")),
    "ask": snapshot(intake("open", asks=True)),
    "ask-mixed": snapshot(intake("open", doses=(PINEMOL, INSULIN), asks=True)),
    "done": snapshot(done=intake("taken"), minute=4),
    "declined": snapshot(intake("declined")),
    **{f"missed-{h}": snapshot(intake("missed", help=h, seen_by=by), hour=19) for h, by in HELPS},
    "clock": snapshot(clock_ok=False, alarms=(alarm("clock", Help.TRYING),)),
    "journal": snapshot(journal_ok=False),
    **{f"journal-{code}": snapshot(journal_ok=False, journal_code=code) for code in fault.WITHOUT_JOURNAL},
    "journal-no-phone": snapshot(journal_ok=False, journal_code="full", phone=""),
    "jam": snapshot(intake("withheld"), alarms=(alarm("opening_fault", Help.DELIVERED, "2025-11-20/18"),)),
    "withheld": snapshot(intake("withheld", help=Help.TRYING)),
    "withdrawn": snapshot(intake("withdrawn", help=Help.TRYING)),
    "uncertain": snapshot(intake("uncertain", help=Help.TRYING)),
    "not-known": snapshot(intake("not_known", help=Help.SEEN, seen_by="Sanne")),
    "blocked": snapshot(intake(refusals=("not_filled",))),
    "no-scale": snapshot(
        intake(refusals=("scale_missing",)),
        alarms=(alarm("device/temperature", Help.TRYING), alarm("device/scale", Help.DELIVERED)),
    ),
    "rest-no-scale": snapshot(intake("partly_taken", refusals=("scale_missing",))),
    "no-lock": snapshot(intake(refusals=("lock_not_off",)), alarms=(alarm("device/locks", Help.DELIVERED),)),
    "no-lids": snapshot(intake(refusals=("lids_unseen",)), alarms=(alarm("device/lids", Help.SEEN, by="Sanne"),)),
    "not-commissioned": snapshot(
        intake(refusals=("not_commissioned", "not_filled")), alarms=(alarm("not_commissioned", Help.DELIVERED),)
    ),
    "away-outing": snapshot(leave=LeaveView("outing", at(20, 30)), hour=14),
    "away-weekend": snapshot(intake(refusals=("on_leave",)), leave=LeaveView("weekend", at(18, day=23), "Karen")),
    "away-long": snapshot(leave=LeaveView("weekend", at(18, 30, day=23), "Anne-Margrethe Kristoffersen-Lindegaard")),
    "away-hospital": snapshot(leave=LeaveView("hospital", None), next=None),
    "filling": snapshot(hour=14, filling=12),
    "filling-due": snapshot(intake(refusals=("another_opening",)), filling=12),
    "promised": snapshot(PROMISED),
    "promised-long": snapshot(replace(PROMISED, promised_by="Anne-Margrethe Kristoffersen-Lindegaard")),
    "promised-missed": snapshot(replace(PROMISED, state="missed", help=Help.SEEN, seen_by="Sanne"), hour=19),
    **{f"not-given-{h}": snapshot(replace(PROMISED, help=h, seen_by=by), hour=20, minute=5) for h, by in HELPS},
    **{f"stopped-{h}": snapshot(intake("withheld", reason="stopped", help=h, seen_by=by)) for h, by in HELPS},
    "put-back": snapshot(intake(doses=(PARA,), as_needed=True)),
}
WHEN_NEEDED: dict[str, tuple[MedicineView, ...]] = {
    "now": (as_needed(PARA),),
    "soon": (as_needed(PARA, "interval", possible_at=at(22)),),
    "enough": (as_needed(PARA, "most_taken", possible_at=at(9, 30, day=21)),),
    "empty": (as_needed(PARA, "not_filled"),),
    "away": (as_needed(PARA, "on_leave"),),
    "long": (as_needed(LONGEST),),
}
SEVERAL = (as_needed(PARA), as_needed(LONGEST), as_needed(PINEMOL, "interval", possible_at=at(22)), *MEDICINES)


def views(panel: Panel, language: str) -> Iterator[tuple[str, View]]:
    """Every screen, and every page of it, by a name of its own."""
    for name, said in SNAPSHOTS.items():
        yield from pages(name, replace(said, language=language), HERE, panel)
    due = replace(DUE, language=language)
    for page in range(3):
        yield f"decline-{page + 1}", present(due, Nav(place="decline", page=page, key=key_of(due)), panel)
    for place in ("home", "confirm_taken"):
        yield f"{place}-from-due", present(due, Nav(place=place, key=key_of(due)), panel)
    quiet = replace(SNAPSHOTS["home"], language=language)
    yield from pages("medicine", quiet, Nav(place="medicine"), panel)
    for name, medicines in WHEN_NEEDED.items():
        wanting = replace(quiet, medicines=medicines)
        yield from pages(f"medicine-{name}", wanting, Nav(place="medicine"), panel)
        one = Nav(place="as_needed", intake=medicines[0].name)
        yield f"as-needed-{name}", present(wanting, one, panel)
    several = replace(quiet, medicines=SEVERAL)
    yield from pages("medicine-several", several, Nav(place="medicine"), panel)
    for offer in SEVERAL[:3]:
        yield from pages(f"as-needed-{offer.name}", several, Nav(place="as_needed", intake=offer.name), panel)
    yield "as-needed-none", present(quiet, Nav(place="as_needed", intake="gone"), panel)
    for help, by in HELPS:
        asked = replace(quiet, asked_for_help=help, asked_help_seen_by=by)
        yield f"help-{help}", present(asked, Nav(place="help"), panel)
    for code in (*notice.REFUSALS, "never_heard_of"):
        nav = Nav(place="notice", reasons=(code,), intake=due.current.id if due.current else "", key=key_of(due))
        yield f"notice-{code}", present(due, nav, panel)
    yield "link", link.view(quiet, waited=True)
    yield "link-never", link.view(None, waited=True)
    yield "link-start", link.view(None, waited=False)


def pages(name: str, said: Snapshot, nav: Nav, panel: Panel) -> Iterator[tuple[str, View]]:
    view = present(said, nav, panel)
    yield name, view
    number = 2
    while view.more is not None:
        assert isinstance(view.more.does, Nav)
        view = present(said, view.more.does, panel)
        yield f"{name}-{number}", view
        number += 1
