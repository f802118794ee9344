"""FMK's dosage text: every rule by an example."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hub.domain.plan import Dosage, Period
from hub.plan.dosage_text import SHORT, long_text, short_text
from hub.plan.units import unit_beside
from tests.plan.dosages import DAY, dosage, period

FROM, ONLY = "Dosering fra d. 12. mar. 2026", "Dosering kun d. 12. mar. 2026"
SUNDAY, WEEK_LATER, IN_MAY = DAY + timedelta(days=3), DAY + timedelta(days=7), date(2026, 5, 31)

# What is taken, the long text, the short one.
DAILY = (
    (period("1 x3"), f"{FROM}:\n1 tablet 3 gange hver dag", "1 tablet 3 gange daglig"),
    (period("1 x1"), f"{FROM}:\n1 tablet hver dag", "1 tablet daglig"),
    (period("1.5 x1"), f"{FROM}:\n1,5 tabletter hver dag", "1,5 tabletter 1 gang daglig"),
    (period("1-2 x1"), f"{FROM}:\n1 - 2 tabletter hver dag", "1-2 tabletter daglig"),
    (period("0.5 evening"), f"{FROM}:\n0,5 tablet hver aften", "0,5 tablet aften"),
    (
        period("1 evening, 1 morning, 1 noon"),
        f"{FROM}:\n1 tablet morgen, 1 tablet middag og 1 tablet aften - hver dag",
        "1 tablet morgen, middag og aften",
    ),
    (
        period("1 morning, 2 night", note="med vand"),
        f"{FROM}:\n1 tablet morgen og 2 tabletter nat - hver dag\nBemærk: med vand",
        "1 tablet morgen og 2 tabletter nat.\nBemærk: med vand",
    ),
    (period("2 8:05"), f"{FROM}:\n2 tabletter kl. 8:05 - hver dag", "2 tabletter kl. 8:05 daglig"),
    (
        period("1 12:30, 3 evening, 2 3:00, 4 3:01, 5 morning, 6 8:00:30"),
        f"{FROM}:\n2 tabletter kl. 3:00, 5 tabletter morgen, 4 tabletter kl. 3:01, 6 tabletter kl. 8:00:30, "
        "1 tablet kl. 12:30 og 3 tabletter aften - hver dag",
        None,
    ),
    (
        period("1 8:00, 2 x2"),
        f"{FROM}:\n1 tablet kl. 8:00 og 2 tabletter 2 gange hver dag - hver dag",
        None,
    ),
    (period("1 x3", end=IN_MAY), f"{FROM} til d. 31. maj 2026:\n1 tablet 3 gange hver dag", "1 tablet 3 gange daglig"),
    (period("1 x3", end=DAY), f"{ONLY}:\n1 tablet 3 gange", "1 tablet 3 gange daglig"),
    (period({1: "1 morning", 2: "2 morning"}), f"{FROM}:\n1 tablet morgen - hver dag\n2 tabletter morgen - hver dag",
     None),
    (period({0: "1 x2"}), f"{FROM}:\n1 tablet 2 gange hver dag", "1 tablet 2 gange daglig"),
)  # fmt: skip
REPEATED = (
    (period("1 x1", 2), f"{FROM}:\n1 tablet hver 2. dag", "1 tablet hver 2. dag"),
    (period("1 morning, 2 evening", 2), f"{FROM}:\n1 tablet morgen og 2 tabletter aften - hver 2. dag", None),
    (period({2: "1 x1"}, 2), f"{FROM}:\nDag 2: 1 tablet hver 2. dag", "1 tablet hver 2. dag"),
    (period("1 noon pn", 2), f"{FROM}:\n1 tablet middag efter behov, hver 2. dag", None),
    (period("1 x1 pn", 2), f"{FROM}:\n1 tablet efter behov, højst 1 gang dagligt hver 2. dag", None),
    (period("1 morning", 3), f"{FROM}:\n1 tablet morgen hver 3. dag", "1 tablet morgen hver 3. dag"),
    (period("1 x1 pn", 3), f"{FROM}:\n1 tablet efter behov, højst 1 gang dagligt hver 3. dag", None),
    (period("1 x2", 3), f"{FROM} - gentages hver 3. dag:\nDag 1: 1 tablet 2 gange",
     "1 tablet 2 gange samme dag hver 3. dag"),
    (period({1: "1 x1", 3: "2 x1"}, 4), f"{FROM} - gentages hver 4. dag:\nDag 1: 1 tablet\nDag 3: 2 tabletter", None),
    (period({0: "1 x1 pn"}, 4), f"{FROM} - gentages hver 4. dag:\n1 tablet efter behov, højst 1 gang hver 4. dag",
     None),
    (period("1 x1", 30), f"{FROM}:\n1 tablet hver 30. dag", "1 tablet 1 gang om måneden"),
    (period("1 x2", 30), f"{FROM} - gentages hver 30. dag:\nDag 1: 1 tablet 2 gange",
     "1 tablet 2 gange samme dag 1 gang om måneden"),
    (period("1 x1", 60), f"{FROM}:\n1 tablet hver 60. dag", "1 tablet hver 2. måned"),
    (period("1 x1", 5, end=DAY), f"{ONLY}:\nTorsdag d. 12. mar. 2026: 1 tablet", "1 tablet 1 gang"),
    (period("1 x2", 30, end=DAY), f"{ONLY}:\nTorsdag d. 12. mar. 2026: 1 tablet 2 gange",
     "1 tablet 2 gange samme dag"),
    (period("1 x1", 14, end=DAY), f"{ONLY}:\nTorsdag d. 12. mar. 2026: 1 tablet", "1 tablet torsdag"),
)  # fmt: skip
WEEKLY = (
    (period("1 x1", 7), f"{FROM} - gentages hver uge:\nTorsdag: 1 tablet", "1 tablet torsdag hver uge"),
    (period("2 x2", 7), f"{FROM} - gentages hver uge:\nTorsdag: 2 tabletter 2 gange",
     "2 tabletter 2 gange torsdag hver uge"),
    (period("1 x2", 7, end=DAY), f"{ONLY}:\nTorsdag d. 12. mar. 2026: 1 tablet 2 gange", "1 tablet 2 gange torsdag"),
    (
        period({1: "1 x1", 2: "1 x1", 5: "1 x1"}, 7),
        f"{FROM} - gentages hver uge:\nMandag: 1 tablet\nTorsdag: 1 tablet\nFredag: 1 tablet",
        "1 tablet mandag, torsdag og fredag hver uge",
    ),
    (
        period({1: "1 x2", 2: "1 x2"}, 7),
        f"{FROM} - gentages hver uge:\nTorsdag: 1 tablet 2 gange\nFredag: 1 tablet 2 gange",
        "1 tablet 2 gange daglig torsdag og fredag hver uge",
    ),
    (
        period({2: "1 morning, 2 evening", 5: "1 morning, 2 evening"}, 7),
        f"{FROM} - gentages hver uge:\nMandag: 1 tablet morgen og 2 tabletter aften\n"
        "Fredag: 1 tablet morgen og 2 tabletter aften",
        "1 tablet morgen og 2 tabletter aften mandag og fredag hver uge",
    ),
    (period({1: "1 x1", 4: "2 x1"}, 7, end=WEEK_LATER), f"{FROM} til d. 19. mar. 2026:\n"
     "Torsdag: 1 tablet\nSøndag: 2 tabletter", None),
    (period({1: "1 x1", 4: "2 x1"}, 7, end=IN_MAY), f"{FROM} til d. 31. maj 2026 - gentages hver uge:\n"
     "Torsdag: 1 tablet\nSøndag: 2 tabletter", None),
    (period({1: "1 x1 pn", 4: "1 x1 pn"}, 7), f"{FROM}:\nTorsdag: 1 tablet efter behov, højst 1 gang dagligt\n"
     "Søndag: 1 tablet efter behov, højst 1 gang dagligt", None),
    (period({0: "1 x1 pn"}, 7), f"{FROM} - gentages hver 7. dag:\n1 tablet efter behov, højst 1 gang om ugen", None),
    (period({1: "1 x1", 3: ""}, 7), f"{FROM} - gentages hver uge:\nTorsdag: 1 tablet", None),
    (period({2: "1 morning"}, 14), f"{FROM} - gentages hver 14. dag:\nHver 2. fredag: 1 tablet morgen",
     "1 tablet morgen fredag hver 2. uge"),
    (period({2: "1 morning pn"}, 21), f"{FROM}:\nHver 3. fredag: 1 tablet morgen efter behov", None),
    (
        period({1: "1 x1", 8: "1 x1"}, 21),
        f"{FROM} - gentages hver 21. dag:\nDag 1: 1 tablet\nDag 8: 1 tablet",
        "1 tablet daglig torsdag i de første 2 uger, herefter 1 uges pause",
    ),
    (
        period({1: "1 x1", 8: "1 x1"}, 14),
        f"{FROM} - gentages hver 14. dag:\nDag 1: 1 tablet\nDag 8: 1 tablet",
        "1 tablet daglig torsdag",
    ),
    (
        period({1: "1 x2", 8: "1 x2"}, 28, note="om natten"),
        f"{FROM} - gentages hver 28. dag:\nDag 1: 1 tablet 2 gange\nDag 8: 1 tablet 2 gange\nBemærk: om natten",
        None,  # 83 characters
    ),
)  # fmt: skip
PAUSES = tuple(
    (period(dict.fromkeys(range(1, days + 1), "1 x1"), every), short) for days, every, short in (
        (21, 28, "1 tablet daglig i 3 uger, herefter en uges pause"),
        (7, 21, "1 tablet daglig i en uge, herefter 2 ugers pause"),
        (13, 14, "1 tablet daglig i 13 dage, herefter 1 dags pause"),
        (10, 14, "1 tablet daglig i 10 dage, herefter 4 dages pause"),
        (14, 14, "1 tablet daglig"),
    )
)  # fmt: skip
ONCE = (
    (period("1 x1", 0), f"{ONLY}:\n1 tablet", "1 tablet 1 gang"),
    (period("1 x2", 0), f"{ONLY}:\n1 tablet 2 gange", "1 tablet 2 gange"),
    (period("1 x1", 5, end=SUNDAY), f"{ONLY}:\nTorsdag d. 12. mar. 2026: 1 tablet", "1 tablet 1 gang"),
    (period({3: "2 morning"}, 0), "Dosering kun d. 14. mar. 2026:\n2 tabletter morgen", None),
    (period("2 morning", 0), f"{ONLY}:\n2 tabletter morgen", "2 tabletter morgen 1 gang"),
    (period("2 morning, 1 evening", 0, end=DAY), f"{ONLY}:\n2 tabletter morgen og 1 tablet aften",
     "2 tabletter morgen og 1 tablet aften i 1 dag"),
    (period("2 8:00", 0, end=DAY), f"{ONLY}:\n2 tabletter kl. 8:00", "2 tabletter kl. 8:00"),
    (period({0: "2 x1"}, 0), f"{FROM}:\n2 tabletter", "2 tabletter"),
    (
        period(dict.fromkeys((1, 2, 3), "1 x2"), 0),
        f"{FROM}:\nTorsdag d. 12. mar. 2026: 1 tablet 2 gange\nFredag d. 13. mar. 2026: 1 tablet 2 gange\n"
        "Lørdag d. 14. mar. 2026: 1 tablet 2 gange",
        "1 tablet 2 gange daglig i 3 dage",
    ),
    (
        period(dict.fromkeys((1, 2), "1 morning, 1 night"), 0, end=SUNDAY),
        f"{FROM} til d. 15. mar. 2026:\nTorsdag d. 12. mar. 2026: 1 tablet morgen og 1 tablet nat\n"
        "Fredag d. 13. mar. 2026: 1 tablet morgen og 1 tablet nat",
        "1 tablet morgen og nat i 2 dage",
    ),
    (
        period({1: "1 x1", 4: "1 x1", 6: "1 x1"}, 0),
        f"{FROM}:\nTorsdag d. 12. mar. 2026: 1 tablet\nSøndag d. 15. mar. 2026: 1 tablet\n"
        "Tirsdag d. 17. mar. 2026: 1 tablet",
        "1 tablet 1 gang daglig dag 1, 4 og 6",
    ),
    (
        period({1: "1 noon", 3: "1 noon"}, 9, end=SUNDAY),  # over before it repeats
        f"{FROM} til d. 15. mar. 2026:\nTorsdag d. 12. mar. 2026: 1 tablet middag\n"
        "Lørdag d. 14. mar. 2026: 1 tablet middag",
        "1 tablet middag dag 1 og 3",
    ),
    (period({}, 1, end=SUNDAY, note="nok"), f"{FROM} til d. 15. mar. 2026:\n"
     "Bemærk: skal ikke anvendes i denne periode!", None),
    (period({}, 0, end=DAY), f"{ONLY}:\nBemærk: skal ikke anvendes i denne periode!", None),
)  # fmt: skip
AS_NEEDED = (
    (period("1 x3 pn"), f"{FROM}:\n1 tablet efter behov, højst 3 gange dagligt",
     "1 tablet efter behov, højst 3 gange daglig"),
    (period("1-2 x1 pn", note="ved smerter"), f"{FROM}:\n1 - 2 tabletter efter behov, højst 1 gang dagligt\n"
     "Bemærk: ved smerter", "1-2 tabletter efter behov, højst 1 gang dagligt.\nBemærk: ved smerter"),
    (period({0: "1 x1 pn"}, 0, end=SUNDAY), f"{FROM} til d. 15. mar. 2026:\n1 tablet efter behov",
     "1 tablet efter behov"),
    (period("1 x1 pn", 0), f"{FROM}:\n1 tablet efter behov", "1 tablet efter behov"),
    (period("1 x2 pn", 0), f"{ONLY}:\n1 tablet efter behov, højst 2 gange dagligt", "1 tablet efter behov 2 gange"),
    (period({0: "1 x1 pn"}), f"{FROM}:\n1 tablet efter behov, højst 1 gang dagligt", None),
    (period({0: "1 pn"}), f"{FROM}:\n1 tablet efter behov", "1 tablet efter behov"),  # as often as wanted
    (period("1 pn"), f"{FROM}:\n1 tablet efter behov", "1 tablet efter behov"),
    (period("1 pn", 3), f"{FROM} - gentages hver 3. dag:\nDag 1: 1 tablet efter behov", "1 tablet efter behov"),
    (period({2: "1 evening pn"}, 0), "Dosering kun d. 13. mar. 2026:\n1 tablet aften efter behov",
     "1 tablet aften efter behov"),
    (period("1 night pn"), f"{FROM}:\n1 tablet hver nat efter behov", "1 tablet nat efter behov"),
    (period("1 morning, 1 night pn"), f"{FROM}:\n1 tablet morgen og 1 tablet nat efter behov - hver dag",
     "1 tablet morgen, 1 tablet nat efter behov"),
    (period("1 x2, 1 x2 pn"), f"{FROM}:\n1 tablet, 1 tablet, 1 tablet efter behov og 1 tablet efter behov hver dag",
     "1 tablet 2-4 gange daglig"),
    (period("1 x1 pn, 2 x1 pn"), f"{FROM}:\n1 tablet efter behov og 2 tabletter efter behov - hver dag", None),
    (
        period("1 morning, 1 x2 pn"),
        f"{FROM}:\n1 tablet morgen og 1 tablet efter behov, højst 2 gange dagligt - hver dag",
        "1 tablet morgen, samt 1 tablet efter behov, højst 2 gange daglig",
    ),
    (
        period("2 morning, 2 noon, 1 x1 pn"),
        f"{FROM}:\n1 tablet efter behov, 2 tabletter morgen og 2 tabletter middag - hver dag",
        None,  # 2 tabletter morgen og 2 tabletter middag, samt 1 tablet efter behov, højst 1 gang dagligt: 88
    ),
    (period({0: "1 x2"}, 4), f"{FROM} - gentages hver 4. dag:\nDag ikke angivet: 1 tablet 2 gange",
     "1 tablet 2 gange samme dag hver 4. dag"),
)  # fmt: skip
SIDES = (
    (period("2 morning, 2 evening", note="1 i hvert øje"), "1 dråbe morgen og aften i begge øjne"),
    (period("4 night", note=", 2 i hvert øre"), "2 dråber nat i begge ører"),
    (period("2 x4", note="1 i hvert næsebor"), "1 dråbe 4 gange daglig.\nBemærk: i begge næsebor"),
    (period("2 x1", note="1 i hvert øje"), "1 dråbe daglig.\nBemærk: i begge øjne"),
    (period("2 morning, 2 evening", note="2 i hvert øje"), "2 dråber morgen og aften.\nBemærk: 2 i hvert øje"),
    (period("3 x4", note="1,5 i hvert øje"), "3 dråber 4 gange daglig.\nBemærk: 1,5 i hvert øje"),
)


@pytest.mark.parametrize(("said", "long", "short"), [*DAILY, *REPEATED, *WEEKLY, *ONCE, *AS_NEEDED])
def test_each_rule(said: Period, long: str, short: str | None) -> None:
    assert long_text(dosage(said)) == long
    assert short_text(dosage(said)) == short


@pytest.mark.parametrize(("said", "short"), PAUSES)
def test_some_days_then_a_pause(said: Period, short: str) -> None:
    assert short_text(dosage(said)) == short


@pytest.mark.parametrize(("said", "short"), SIDES)
def test_half_of_the_dose_on_each_side(said: Period, short: str) -> None:
    """Only where the note says the half exactly; else the note stands as it is."""
    assert short_text(dosage(said, unit="dråbe", units="dråber")) == short


def test_a_note_that_goes_on_from_the_dose() -> None:
    said = dosage(period("1 x1", note=", tages med vand"))
    assert long_text(said) == f"{FROM}:\n1 tablet hver dag\nBemærk: tages med vand"
    assert short_text(said) == "1 tablet daglig.\nBemærk: , tages med vand"  # as FMK's own short text has it


def test_words_after_each_day() -> None:
    said = dosage(replace(period("1 x1, 2 evening"), postfix="før mad"))
    assert long_text(said) == f"{FROM}:\n1 tablet og 2 tabletter aften - hver dag før mad"


def test_more_than_one_period() -> None:
    """By date, and those as needed after the fixed ones of the same day, whatever the file's order."""
    periods = [
        period("1 x3 pn"),
        period("1 evening", start=date(2026, 4, 1)),
        period("2 evening", end=date(2026, 3, 24)),
        period({}, start=date(2026, 3, 25), end=date(2026, 3, 31)),
    ]
    said = (
        f"{FROM} til d. 24. mar. 2026:\n2 tabletter hver aften\n\n"
        f"{FROM}:\n1 tablet efter behov, højst 3 gange dagligt\n\n"
        "Dosering fra d. 25. mar. 2026 til d. 31. mar. 2026:\nBemærk: skal ikke anvendes i denne periode!\n\n"
        "Dosering fra d. 1. apr. 2026:\n1 tablet hver aften"
    )
    assert {long_text(dosage(*periods)), long_text(dosage(*reversed(periods)))} == {said}
    assert short_text(dosage(*periods)) is None


FIRST = period("2 x1", 0, end=DAY, note="i vand")
THEN = period("1 evening", start=DAY + timedelta(days=1))
SOME = period(dict.fromkeys(range(1, 15), "2 x1"), 0)
LATER = period("1 x1", start=DAY + timedelta(days=14))


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ((FIRST, THEN), "Første dag 2 tabletter, herefter 1 tablet aften.\nBemærk: i vand"),
        ((FIRST, replace(THEN, note="i vand")), "Første dag 2 tabletter, herefter 1 tablet aften.\nBemærk: i vand"),
        ((replace(FIRST, note="a"), replace(THEN, note="b")),
         "Første dag 2 tabletter, herefter 1 tablet aften.\nBemærk: a.\nBemærk: b"),
        ((SOME, LATER), "2 tabletter 1 gang daglig i 2 uger, herefter 1 tablet daglig"),
        ((period({1: "2 x1", 3: "2 x1"}, 0), LATER),
         "2 tabletter 1 gang daglig dag 1 og 3 i 3 dage, herefter 1 tablet daglig"),
        ((LATER, SOME), None),  # not in the order they come
        ((SOME, replace(LATER, start=DAY + timedelta(days=13))), None),  # while the first still runs
        ((replace(FIRST, end=None), THEN), None),  # "første dag" of how many?
        ((FIRST, period("1 x1 pn", start=LATER.start)), None),
        ((FIRST, period({}, start=LATER.start)), None),
        ((period("1 x1"), LATER), None),  # the first has no end of its own
    ],
)  # fmt: skip
def test_one_then_another(said: tuple[Period, Period], short: str | None) -> None:
    if short and len(short) > SHORT:
        short = None
    assert short_text(dosage(*said)) == short


@pytest.mark.parametrize(
    ("bounds", "when"),
    [
        ({}, ""),
        ({"start": DAY}, f"{FROM}:\n"),
        ({"start": DAY, "end": IN_MAY}, f"{FROM} til d. 31. maj 2026:\n"),
        ({"start": DAY, "end": DAY}, f"{ONLY}:\n"),
        ({"end": IN_MAY}, "Dosering til d. 31. maj 2026:\n"),
    ],
)
def test_free_text_and_a_schema_elsewhere(bounds: dict[str, date], when: str) -> None:
    free = Dosage((), "", "", free_text="Efter aftale", **bounds)
    schema = Dosage((), "", "", by_schema=True, **bounds)
    assert (long_text(free), short_text(free)) == (f'{when}"Efter aftale"', "Efter aftale")
    instead = "Dosering efter skriftlig anvisning"
    assert (long_text(schema), short_text(schema)) == (when + instead, instead)


def test_a_short_text_is_at_most_so_long() -> None:
    assert [short_text(Dosage((), "", "", free_text="x" * n)) is None for n in (SHORT, SHORT + 1)] == [False, True]
    fits = dosage(period("1 x1", note="x" * (SHORT - len("1 tablet daglig.\nBemærk: "))))
    assert len(short_text(fits) or "") == SHORT
    assert short_text(dosage(replace(fits.periods[0], note=fits.periods[0].note + "x"))) is None


def test_bounds_of_a_period_as_needed() -> None:
    """A least time between doses and a most a day are in the long text, and in no short one."""
    said = replace(period("1 pn", note="ved smerter"), interval_min=270, daily_max=Decimal(4))
    lines = f"{FROM}:\n1 tablet efter behov\nHøjst 4 tabletter dagligt\nMindst 4 timer og 30 minutter imellem doser\n"
    assert long_text(dosage(said)) == f"{lines}Bemærk: ved smerter"
    assert short_text(dosage(said)) is None
    assert "\nMindst 1 time imellem" in long_text(dosage(replace(said, interval_min=60)))
    assert "\nMindst 1 minut imellem" in long_text(dosage(replace(said, interval_min=1)))
    assert "\nMindst 0 minutter imellem" in long_text(dosage(replace(said, interval_min=0)))


@pytest.mark.parametrize(
    "said",
    [
        period("1 morning, 2 morning"),
        period({2: "1 morning, 1 morning"}, 7),
        period("1 morning, 1 morning", 0, end=DAY),
        period({1: "1 morning, 1 morning", 3: "1 morning, 1 morning"}, 0),
        period("1 morning, 1 morning, 1 x1 pn"),
        period({1: ""}),
    ],
)
def test_a_short_text_leaves_no_dose_out(said: Period) -> None:
    """Its rules for the parts of the day name each part once: where one is said twice, they are silent."""
    text = short_text(dosage(said))
    assert text is None or "2 gange" in text


@pytest.mark.parametrize(
    ("number", "unit", "units", "word"),
    [
        ("0.5", "tablet", "tabletter", "tablet"),
        ("1", "tablet", "tabletter", "tablet"),
        ("1.000000001", "tablet", "tabletter", "tabletter"),
        ("0", "tablet", "tabletter", "tabletter"),
        ("2", "tablet", "tablet", "tabletter"),  # FMK's one word for both, bent
        ("1", "tabletter", "tabletter", "tablet"),
        ("2", "depottablet", "depottablet", "depottablet"),  # none of FMK's
        ("2", "Tablet", "Tablet", "Tablet"),
        ("2", "ml", "ml", "ml"),
    ],
)
def test_units_in_the_right_number(number: str, unit: str, units: str, word: str) -> None:
    assert unit_beside(Decimal(number), unit, units) == word
