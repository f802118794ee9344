"""FMK's XML, versions 1.4.4, 1.4.6 and 1.6.0."""

from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period
from hub.domain.schedule import doses_of_day
from hub.plan.fmk.dosage_json import read_fmk_json
from hub.plan.fmk.dosage_xml import read_fmk_xml, words_in
from hub.plan.reasons import NotUnderstood
from tests.plan.fmk_write import FMK160, M15, M16, each, json_of, sequences, structured, tag, worded, xml_146, xml_160

START = date(2026, 3, 2)  # a Monday
UNITS = tag("UnitText", "ml", source="Local")
DOSE = tag("Dose", each("Quantity", 1))
DAY = tag("Day", each("Number", 1), DOSE)
BOUNDS = each("StartDate", START) + "<DosageEndingUndetermined/>"
TWICE = tag("TimesPerDayDosage", each("Quantity", 1), each("TimesPerDay", 2))
FIXED = tag("Fixed", each("IterationInterval", 1), tag("Day", each("Index", 1), tag("Dosage", TWICE)))


def structure(*inside: str, every: str = each("IterationInterval", 1), bounds: str = BOUNDS) -> str:
    return tag("Structure", every, bounds, *(inside or (DAY,)))


def old(*inside: str, space: str = M16) -> bytes:
    return tag("Dosage", *inside, xmlns=space).encode()


def fixed(*periods: str) -> bytes:
    return old(UNITS, tag("StructuresFixed", *periods))


def new(*periods: str, start: date | None = START) -> bytes:
    return tag("Dosage", tag("Precondition", each("ValidFrom", start)), UNITS,
               *(tag("DosagePeriod", p) for p in periods), xmlns=FMK160).encode()  # fmt: skip


def refused(text: bytes) -> str:
    with pytest.raises(NotUnderstood) as refusal:
        read_fmk_xml(text)
    return "; ".join(refusal.value.reasons)


@given(structured() | worded)
def test_json_and_146_say_the_same(dosage: Dosage) -> None:
    assert read_fmk_xml(xml_146(dosage)) == dosage == read_fmk_json(json_of(dosage))


@given(sequences())
def test_160_says_the_same(dosage: Dosage) -> None:
    assert read_fmk_xml(xml_160(dosage)) == dosage


@given(structured(), st.randoms(use_true_random=False))
def test_the_order_of_periods_does_not_matter(dosage: Dosage, chance: Random) -> None:
    said = json_of(dosage)
    chance.shuffle(said["structures"]["structures"])
    shuffled = read_fmk_json(said)
    for later in range(0, 200, 7):
        today = dosage.periods[0].start + timedelta(days=later)
        assert sorted(map(str, doses_of_day(shuffled, today))) == sorted(map(str, doses_of_day(dosage, today)))


def test_144_says_of_each_dose_whether_it_is_as_needed() -> None:
    pn = tag("Dose", each("Quantity", 2), "<IsAccordingToNeed/>")
    said = tag("Structures", UNITS, structure(tag("Day", each("Number", 1), DOSE, pn)), "")
    (period,) = read_fmk_xml(old(said, space=M15)).periods
    assert [line.as_needed for line in period.days[1]] == [False, True]
    assert "IsAccordingToNeed" in refused(fixed(structure(tag("Day", each("Number", 1), pn))))


def test_an_extension_has_its_own_namespace_for_its_own() -> None:
    inside = UNITS + tag("StructuresFixed", structure())
    extended = f'<e:Dosage xmlns:e="{M16}/E2" xmlns="{M16}">{inside}</e:Dosage>'
    assert read_fmk_xml(extended.encode()) == read_fmk_xml(old(inside))
    assert "not a dosage" in refused(extended.replace("/E2", "/E9").encode())
    assert "not an element" in refused(old(inside.replace("<Structure>", f'<Structure xmlns="{M15}">')))


def test_hours_and_dates_as_xml_has_them() -> None:
    morning = tag("Dose", each("Time", "morning"), each("Quantity", "+1.50"))
    clock = tag("Dose", each("Time", "08:05:30.000"), each("MinimalQuantity", ".5"), each("MaximalQuantity", "1."))
    bounds = each("StartDate", " 2026-03-02+01:00 ") + each("EndDate", "2026-07-01+02:00")
    (period,) = read_fmk_xml(fixed(structure(tag("Day", each("Number", 1), morning, clock), bounds=bounds))).periods
    assert period == Period(START, {1: (
        DayDose(Decimal("1.5"), part=PartOfDay.MORNING),
        DayDose(Decimal("0.5"), Decimal(1), at=time(8, 5, 30)),
    )}, date(2026, 7, 1))  # fmt: skip


def test_what_an_answer_has_besides_is_left() -> None:
    words = tag("DosageTranslation", each("ShortText", "1 ml"), each("LongText", "1 ml hver dag"))
    assert read_fmk_xml(fixed(structure(DAY, words))) == read_fmk_xml(fixed(structure()))
    said = tag("StructuresFixed", structure())
    assert "Type" in refused(old(UNITS, said, each("Type", "efter behov")))
    assert read_fmk_xml(old(UNITS, said, each("Type", "fast"))).periods


def test_free_text_that_began_before_fmk() -> None:
    said = tag("FreeText", "<DosageStartedPreviously/><DosageEndingUndetermined/>", each("Text", "efter aftale"))
    assert read_fmk_xml(old(said)) == Dosage((), "", "", free_text="efter aftale")
    assert "Previously: not an element" in refused(fixed(structure(bounds="<DosageStartedPreviously/>")))


def test_fmks_own_words() -> None:
    def words(*texts: str) -> str:
        return "".join(tag("DosageTranslation", each("LongText", text)) for text in texts)

    assert words_in(fixed(structure(DAY, words("a")), structure(DAY, words("b")))) == "a\nb"
    whole = tag("DosageTranslationCombined", each("LongText", "c"))
    assert words_in(fixed(structure(DAY, words("a")), whole)) == "c"
    assert words_in(old(tag("FreeText", BOUNDS, each("Text", "d")))) == "d"
    assert (words_in(fixed(structure())), words_in(b"<")) == ("", "")


def weeks(*labels: str, every: int | None = 1, start: date = START, **fields: str) -> bytes:
    """One week a label, or several labels in it."""
    said = (tag("Week", *(tag("Weekday", each("Label", one), tag("Dosage", TWICE)) for one in label.split()))
            for label in labels)  # fmt: skip
    return new(tag("Fixed", each("IterationInterval", every), *said), start=start)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sets(st.integers(0, 6), min_size=1))
def test_weekdays_come_on_their_days_wherever_it_starts(start: date, days: set[int]) -> None:
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    dosage = read_fmk_xml(weeks(" ".join(names[d] for d in days), start=start))
    month = [start + timedelta(days=n) for n in range(30)]
    assert [d for d in month if [*doses_of_day(dosage, d)]] == [d for d in month if d.weekday() in days]


def test_weeks_that_could_mean_two_things_are_not_understood() -> None:
    (period,) = read_fmk_xml(weeks("Monday", "Friday", every=2)).periods
    assert (period.repeat_days, period.days.keys()) == (14, {1, 12})
    assert read_fmk_xml(weeks("Friday", every=4)).periods[0].repeat_days == 28
    assert read_fmk_xml(weeks("Monday Friday", every=None)).periods[0].repeat_days == 0
    thursday = START + timedelta(days=3)
    assert read_fmk_xml(weeks("Friday", "Sunday", every=2, start=thursday)).periods[0].days.keys() == {2, 11}
    assert "the first week begins on a Thursday" in refused(weeks("Friday", "Monday", every=2, start=thursday))
    assert "the first week begins on a Thursday" in refused(weeks("Monday", every=None, start=thursday))
    assert "7, with 1 weeks" in refused(weeks("Monday", every=7)), "every week, or every seventh?"
    assert "1, with 2 weeks" in refused(weeks("Monday", "Friday", every=1))
    assert "is there twice" in refused(weeks("Monday Monday"))
    assert "not a weekday" in refused(weeks("mandag"))


def unlimited(most: int | None = None) -> str:
    return tag("Dosage", tag("UnlimitedDayDosage", each("Quantity", 1), each("MaximumDailyDose", most)))


def test_160_has_mosts_and_least_times_between() -> None:
    def prn(*inside: str, days: str = tag("UnspecifiedDay", unlimited(6))) -> Period:
        return read_fmk_xml(new("".join(inside) + tag("PRN", each("MinimumDurationBetweenDoses", 240), days))).periods[
            0
        ]

    found = prn()
    assert (found.days[0][0], found.daily_max, found.interval_min) == (DayDose(Decimal(1), as_needed=True), 6, 240)
    assert prn(each("MaximumDailyDose", 4)).daily_max == 4, "of two mosts the lesser"
    assert prn(days=tag("UnspecifiedDay", unlimited())).daily_max is None
    draft = tag("Restriction", each("MaximumDailyDose", 3), each("MinimumDurationBetweenDoses", 300))
    (period,) = read_fmk_xml(new(tag("PRN", draft, tag("UnspecifiedDay", unlimited(6))))).periods
    assert (period.daily_max, period.interval_min) == (3, 300)
    assert prn(days=draft + tag("UnspecifiedDay", unlimited())).interval_min == 300, "of two least times the longer"
    several = (tag("Day", each("Index", n), unlimited(most)) for n, most in ((1, 6), (2, None)))
    assert "not every day has the same" in refused(new(tag("PRN", *several)))
    assert "together" in refused(new(each("MaximumDailyDose", 8) + FIXED + FIXED.replace("Fixed", "PRN")))
    assert "as often as one likes" in refused(new(tag("Fixed", tag("UnspecifiedDay", unlimited()))))


def test_160_reckons_an_end_that_must_be_the_same() -> None:
    def ends(day: str, length: int | None = 10) -> bytes:
        return new(each("PeriodLength", length) + FIXED + tag("EndDate", each("CalculatedEndDate", day)))

    assert read_fmk_xml(ends("2026-03-11")).periods[0].end == date(2026, 3, 11)
    assert read_fmk_xml(ends("2026-03-20", None)).periods[0].end == date(2026, 3, 20)
    assert "by its length it ends 2026-03-11" in refused(ends("2026-03-12"))
    assert read_fmk_xml(new(FIXED + tag("EndDate", "<Unknown/>"))).periods[0].end is None


def before(**inside: str) -> bytes:
    """With something more in its Precondition."""
    more = "".join(tag(name, text) for name, text in inside.items())
    return new(FIXED).replace(b"</ValidFrom>", f"</ValidFrom>{more}".encode())


ONE = each("Quantity", 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (new(FIXED, start=None), "$.Precondition.ValidFrom: missing"),
        (new(FIXED, FIXED), "$.DosagePeriod[1]: begins when the one before it ends, and that is not said"),
        (new(each("PeriodLengthFreeText", "til jul") + FIXED), "$.DosagePeriod[0].PeriodLengthFreeText: a length"),
        (new("<Unspecified/>"), "$.DosagePeriod[0].Unspecified: nobody has said"),
        (new(""), "$.DosagePeriod[0]: says neither"),
        (new("<Empty/>" + FIXED), "$.DosagePeriod[0]: is empty, and is not"),
        (new(FIXED.replace(ONE, each("AccordingToParameterSchema", "INR"))), "AccordingToParameterSchema: a dose that"),
        (new(FIXED.replace(ONE, ONE + tag("Infusion", each("InfusionRate", 2)))), "Infusion: an infusion"),
        (before(PRNTrigger="ved feber"), "$.Precondition.PRNTrigger: taken when something happens"),
        (before(EpisodicTreatment=""), "$.Precondition.EpisodicTreatment: a course"),
        (
            before(UpdateValidFromUponHandover=""),
            "Handover: begins when it is handed over",
        ),
        (new(FIXED).replace(b"<DosagePeriod>", b"<Parameter/><DosagePeriod>"), "$.Parameter: a dose that depends"),
        (new(FIXED.replace("</Dosage>", tag("PartOfDayDosage", tag("Noon", ONE)) + "</Dosage>")), "must have one of"),
        (new(FIXED.replace("<Day>", each("MinimumDurationBetweenDoses", 1441) + "<Day>")), "from 1 to 1440"),
        (new(FIXED.replace(TWICE, "<PartOfDayDosage/>")), ".PartOfDayDosage: has no dose"),
        (new(*[each("PeriodLength", 1) + FIXED] * 101), "must have 1-100 periods, has 101"),
    ],
)
def test_what_the_model_cannot_hold_exactly_is_not_understood(text: bytes, reason: str) -> None:
    assert reason in refused(text)


def test_a_hundred_periods_follow_each_other() -> None:
    dosage = read_fmk_xml(new(*[each("PeriodLength", 2) + FIXED] * 99, FIXED))
    assert (dosage.periods[-1].start, dosage.periods[-1].end) == (START + timedelta(days=198), None)
    assert read_fmk_xml(before(UpdateValidFromUponHandover="false")).periods[0].start == START


def test_160_has_free_text_and_schemas_elsewhere_too() -> None:
    until = each("StartDate", START) + each("EndDate", "2026-04-01")
    said = tag("Dosage", tag("FreeText", until, each("Text", "efter aftale")), xmlns=FMK160).encode()
    assert read_fmk_xml(said) == Dosage((), "", "", "efter aftale", False, START, date(2026, 4, 1))
    elsewhere = tag("Dosage", tag("AdministrationAccordingToSchemaInLocalSystem", BOUNDS), xmlns=FMK160).encode()
    assert read_fmk_xml(elsewhere) == Dosage((), "", "", by_schema=True, start=START)
