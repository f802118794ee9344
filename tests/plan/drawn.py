"""FHIR dosages drawn at will: about as often read as not, and all of shapes that the oracle knows too."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from hub.plan.fhir.repeat import ABBREVIATION
from tests.plan.build import Json, dosage

DAY = timedelta(days=1)
START = date(2026, 3, 20)  # a Friday
UCUM = "http://unitsofmeasure.org"

parts = st.lists(st.sampled_from(["MORN", "NOON", "EVE", "NIGHT"]), min_size=1, max_size=4, unique=True)
clocks = st.lists(st.sampled_from(["16:00:00", "02:30:00", "08:00:00"]), min_size=1, max_size=3, unique=True)
moments = st.one_of(
    st.builds(lambda when: {"when": when}, parts),
    st.builds(lambda at: {"timeOfDay": at}, clocks),
    st.just({}),
)
weekdays = st.lists(
    st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, max_size=3, unique=True
)
patterns = st.one_of(
    st.just({"period": 1, "periodUnit": "d"}),
    st.builds(lambda n: {"period": n, "periodUnit": "d"}, st.integers(2, 5)),
    st.builds(lambda d: {"period": 1, "periodUnit": "d", "dayOfWeek": d}, weekdays),
    st.builds(lambda d: {"period": 1, "periodUnit": "wk", "dayOfWeek": d}, weekdays),
    st.builds(
        lambda n, d: {"period": n, "periodUnit": "wk", "dayOfWeek": [d]},
        st.integers(2, 3),
        st.sampled_from(["fri", "sat", "sun", "wed"]),
    ),
)
bare = st.one_of(  # HL7 says of both how often they come
    st.builds(lambda at: {"timeOfDay": at}, clocks),
    st.builds(lambda d, at: {"dayOfWeek": d} | at, weekdays, moments),
)
odd = st.sampled_from([
    *([{}] * 20), *({"frequency": n} for n in (1, 1, 1, 2, 3, 5)),
    {"when": ["HS"]}, {"offset": 10}, {"period": Decimal("0.5")}, {"periodUnit": "mo"}, {"periodUnit": "wk"},
    {"period": 2}, {"frequencyMax": 9}, {"dayOfWeek": ["fri", "sat"]},
])  # fmt: skip

quantities = st.sampled_from(["1", "0.5", "2", "1", "2", "10", "0.028", "13.6", "11"])
units = st.sampled_from([["tablet", "tabletter"], ["tabletter"], ["stk"], ["mg"], ["dråber"], ["tablet", "stk"]])
forms = st.sampled_from([("TAB", "tabletter"), ("BRUTAB", "brusetabletter"), ("ORALDRB", "orale dråber")])
kinds = st.sampled_from([
    *([[("FAST", False)]] * 8), [("EFTER_BEHOV", True)], [("FAST", False), ("EFTER_BEHOV", True)],
    [("KOMBINERET", True), ("KOMBINERET", False)],
])  # fmt: skip
orders = st.sampled_from([(1, 2, 3), (1, 2, 2), (1, 1, 2), (4, 4, 4), (1, 3, 2), (2, 1, 1), (None, 1, 1)])
effective_periods = st.sampled_from([
    *([{"start": f"{START}"}] * 3), {}, {"start": "2026-01-01"}, {"start": f"{START}", "end": "2026-03-31"},
])  # fmt: skip


@st.composite
def bounds(draw: st.DrawFn) -> Json:
    first = {"start": f"{draw(st.sampled_from([START, START, START, START + 5 * DAY]))}T00:00:00+00:00"}
    last = {"end": f"{START + draw(st.integers(8, 24)) * DAY}"}
    length = {"value": draw(st.integers(1, 5)), "code": draw(st.sampled_from(["d", "wk"]))}
    spans = [{"boundsPeriod": first}, {"boundsPeriod": first | last}, {"boundsPeriod": last}, {}]
    return draw(st.sampled_from([*spans, {"boundsDuration": length}]))


@st.composite
def timings(draw: st.DrawFn) -> Json:
    """A timing that may well be read; now and then one that is not."""
    shape = draw(st.sampled_from(range(8)))
    said = draw(bounds()) | draw(st.sampled_from([{}, {}, {}, {}, {"count": 6}, {"count": 12}, {"count": 4}]))
    if shape == 0:
        code = draw(st.sampled_from(["QD", "BID", "TID"]))
        return {"code": {"coding": [{"system": ABBREVIATION, "code": code}]}, "repeat": said}
    if shape == 1:
        return {"repeat": said | draw(bare)}
    said = said | draw(patterns) | draw(moments)
    days = len(said["dayOfWeek"]) if said["periodUnit"] == "wk" else 1
    moments_a_day = len(said.get("when", said.get("timeOfDay", [1])))
    each = 1 if said["period"] > 1 else moments_a_day
    said["frequency"] = draw(st.sampled_from([days * each, days * each, days]))
    return {"repeat": said | draw(odd)}


@st.composite
def dosages(draw: st.DrawFn) -> list[Json]:
    """The elements of one statement. A sequence is drawn where all are to be taken: the oracle reads no other."""
    kind, words = draw(kinds), draw(units)
    said = []
    for timing in draw(st.lists(timings(), min_size=1, max_size=3)):
        code, needed = draw(st.sampled_from(kind))
        quantity, unit = Decimal(draw(quantities)), draw(st.sampled_from(words))
        said.append(dosage(None, quantity, unit, code, asNeededBoolean=needed, timing=timing))
    if draw(st.sampled_from([False] * 4 + [True])):
        most = {"value": draw(st.integers(1, 9)), "unit": draw(st.sampled_from(words))}
        said[0]["maxDosePerPeriod"] = {"numerator": most, "denominator": {"value": 1, "system": UCUM, "code": "d"}}
    if kind == [("FAST", False)] and len(said) > 1 and draw(st.booleans()):
        in_order(said, draw(orders), draw(st.sampled_from([5, 6, 6, 7])))
    return said


def in_order(said: list[Json], order: tuple[int | None, ...], days: int) -> None:
    """Week by week, with numbers that say so or do not; each until so many days later."""
    for n, (element, number) in enumerate(zip(said, order, strict=False)):
        start = START + 7 * n * DAY
        repeat = element["timing"]["repeat"]
        repeat.pop("boundsDuration", None)
        repeat["boundsPeriod"] = {"start": f"{start}", "end": f"{start + days * DAY}"}
        if number is not None:
            element["sequence"] = number
