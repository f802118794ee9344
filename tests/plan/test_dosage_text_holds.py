"""What must hold of any dosage text: it agrees with the daily dose, and leaves nothing out."""

import re
from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.domain.plan import Dosage, PartOfDay
from hub.plan.daily_dose import Amount, daily_dose
from hub.plan.dosage_text import SHORT, long_text, short_text
from tests.plan.dosages import DAY, dosage, period

quantities = st.sampled_from([Decimal(q) for q in ("0.25", "0.5", "1", "1.5", "2", "10", "0.028")])
PARTS = [*PartOfDay]


@st.composite
def a_day(draw: st.DrawFn) -> str:
    """Some doses of a day, fixed: in parts of the day, or so many times, or at clock times."""
    if draw(st.booleans()):
        parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, unique=True))
        one = draw(st.none() | quantities)
        return ", ".join(f"{one or draw(quantities)} {part}" for part in parts)
    low = draw(quantities)
    high = draw(st.just("") | quantities.map(lambda q: f"-{low + q}"))
    return f"{low}{high} {draw(st.sampled_from(['x1', 'x2', 'x3', '8:00', '21:30']))}"


def summed(text: str) -> Amount:
    """What a simple text adds up to a day, read from its words alone."""
    low = high = Decimal(0)
    each = (Decimal(0), Decimal(0))
    for item in re.split(r", | og ", text):
        found = re.match(r"([\d,]+)(?: ?- ?([\d,]+))? tablet", item)
        if found:
            one = Decimal(found[1].replace(",", "."))
            each = (one, Decimal(found[2].replace(",", ".")) if found[2] else one)
        times = re.search(r"(\d+) gange", item)
        low += each[0] * int(times[1] if times else 1)
        high += each[1] * int(times[1] if times else 1)
    return Amount(low, high)


@given(a_day())
def test_text_and_daily_dose_agree(day: str) -> None:
    said = dosage(period(day))
    assert summed(long_text(said).split("\n")[1]) == daily_dose(said)
    short = short_text(said)
    assert short is None or summed(short) == daily_dose(said)


@st.composite
def any_dosage(draw: st.DrawFn) -> Dosage:
    """Periods one after the other, of any kind."""
    start = DAY
    periods = []
    for _ in range(draw(st.integers(1, 3))):
        repeat = draw(st.sampled_from([0, 1, 2, 3, 5, 7, 14, 28, 30, 60]))
        numbers = draw(st.sampled_from([(), (1,), (0,), (2,), (1, 2, 3), (1, 8, 15), (2, 5), tuple(range(1, 8))]))
        same = draw(st.none() | a_day())
        days = {n: (same or draw(a_day())) + draw(st.sampled_from(["", "", " pn", ", 1 x2 pn"])) for n in numbers}
        end = start + timedelta(days=draw(st.integers(0, 30)))
        note = draw(st.sampled_from(["", "med vand", "1 i hvert øje"]))
        periods.append(period(days, repeat, start, draw(st.sampled_from([end, end, None])), note))
        start = end + timedelta(days=1)
    return dosage(*periods)


@given(any_dosage())
def test_a_short_text_is_short_and_there_is_always_a_long_one(said: Dosage) -> None:
    assert len(short_text(said) or "") <= SHORT
    assert long_text(said).count("Dosering ") == len(said.periods)


@given(any_dosage(), st.randoms())
def test_the_order_of_periods_does_not_matter(said: Dosage, random: Random) -> None:
    shuffled = list(said.periods)
    random.shuffle(shuffled)
    assert long_text(replace(said, periods=tuple(shuffled))) == long_text(said)


@given(a_day(), st.sampled_from([1, 2, 3, 7, 14, 30]))
def test_a_short_text_names_every_quantity(day: str, repeat: int) -> None:
    """None is left out, and none is there that the long text has not."""
    said = dosage(period(day, repeat))
    long, short = (
        re.findall(r"[\d,]+(?= tablet)|[\d,]+(?: ?- ?)[\d,]+", t or "") for t in (long_text(said), short_text(said))
    )
    assert not short or {q.replace(" ", "") for q in short} == {q.replace(" ", "") for q in long}
