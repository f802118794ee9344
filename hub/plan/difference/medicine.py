"""What becomes of one medicine in another plan, in the words a nurse uses."""

from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.domain.plan import Ordination, OrdinationId, Outside, Plan, Verdict
from hub.plan.difference.facts import Effect, Entry, Share
from hub.plan.difference.plans import Change, Kind
from hub.plan.difference.values import Values
from hub.plan.dosage_text import long_text, short_text

_APART = ("verdict", "dosage", "handout", "urgent_stop")  # fields with a sentence of their own


class ToldChange(Struct, frozen=True):
    """One ordination: which, and what has become of it ("Metformin 500 mg: ændret"), and the sentences about it."""

    ordination: OrdinationId
    title: str
    sentences: tuple[str, ...]


def told_change(change: Change, values: Values, today: date) -> ToldChange:
    """An ordination's change; `today` is the home day from which the difference is looked at."""
    entry = change.after or change.before
    strength = entry.medicine.strength if isinstance(entry, Ordination) else entry.strength if entry else ""
    title = f"{' '.join(filter(None, (change.name, strength)))}: {values.say.values[change.kind]}"
    return ToldChange(change.ordination, title, (*_sentences(change, values), _effect(change, values, today)))


def _sentences(change: Change, values: Values) -> Iterator[str]:
    before, after = change.before, change.after
    yield from _where(before, after, values)
    if isinstance(after, Ordination) and not isinstance(before, Ordination):
        yield from _begins(after, values)
    yield from _doses(change, values)
    yield from _fields(change, values)


def _where(before: Entry | None, after: Entry | None, values: Values) -> Iterator[str]:
    """Outside the box, or no longer."""
    if after is None:
        yield values.say("missing")
    elif isinstance(after, Outside):
        yield values.say(f"is_{after.verdict}")
        if after.text and not isinstance(before, Outside):
            yield values.say("text_is", text=values.value(after.text))
        if after.verdict is Verdict.NOT_UNDERSTOOD and not isinstance(before, Outside):
            yield values.say("because", text=values.value(after.reason))
    elif isinstance(before, Outside):
        yield values.say(f"was_{before.verdict}")


def _begins(ordination: Ordination, values: Values) -> Iterator[str]:
    """What one says that was not scheduled: FMK's own words where the plan brings them."""
    if ordination.text:
        yield values.say("text_is", text=values.value(ordination.text))
    elif text := _text(ordination):
        yield values.say("dosage_is", text=values.value(text))
    if ordination.as_needed:
        yield values.say("as_needed_is", dose=values.as_needed(ordination.as_needed, ordination.dosage))


def _doses(change: Change, values: Values) -> Iterator[str]:
    """What it gives on the first home day that differs: all of that day, or what moved."""
    was, now = change.doses_before, change.doses_after
    if change.day is None or was == now:
        return
    moved = change.kind is Kind.MOVED
    if moved:
        was, now = (tuple(s for s in mine if s not in other) for mine, other in ((was, now), (now, was)))
    before = _shares(was, change.before, values, values.old, moved)
    after = _shares(now, change.after, values, values.new, moved)
    if before != after:
        sentence = "gives" if change.before is None else "gone" if change.after is None else "from_to"
        day = values.say.day(change.day)
        yield values.say(sentence, day=f"{day[0].upper()}{day[1:]}", before=before, after=after)
    elif moved:
        yield values.say("renamed")


def _shares(shares: Iterable[Share], entry: Entry | None, values: Values, plan: Plan, clocks: bool) -> str:
    units = (entry.dosage.unit, entry.dosage.units) if isinstance(entry, Ordination) else ("", "")
    return values.say.listed(
        f"{values.say.amount(dose.quantity, dose.quantity_max, *units)} {_when(share, values, plan, clocks)}"
        for share in shares
        for dose in share.doses
    )


def _when(share: Share, values: Values, plan: Plan, clock: bool) -> str:
    """The round, or the clock time; both where the clock is what matters."""
    part = next(slot.part for slot in plan.slots if slot.id == share.slot)
    at = values.value(share.at.astimezone(ZoneInfo(plan.settings.zone)).time())
    if part is None:
        return at
    return f"{values.say(f'in_{part}')} {at}" if clock else values.say(f"in_{part}")


def _fields(change: Change, values: Values) -> Iterator[str]:
    before, after, fields = change.before, change.after, change.fields
    if "dosage" in fields and change.doses_before == change.doses_after:
        yield values.say("dosage")
    if isinstance(after, Ordination) and isinstance(before, Ordination):
        if "dosage" in fields and "text" not in fields and _text(before) != _text(after):
            yield values.say.label("dosage", "", values.value(_text(before)), values.value(_text(after)))
        if "handout" in fields:
            yield values.say(after.handout.value)
        for field in (f for f in fields if f not in _APART):
            yield values.say.label(field, "", values.field(field, before), values.field(field, after))
    elif isinstance(after, Outside) and isinstance(before, Outside):
        for field in (f for f in fields if f not in _APART):
            yield values.say.label(field, "", *(values.value(getattr(e, field)) for e in (before, after)))
    if "urgent_stop" in fields:
        yield values.say("urgent_stop")


def _text(ordination: Ordination) -> str:
    return short_text(ordination.dosage) or long_text(ordination.dosage)


def _effect(change: Change, values: Values, today: date) -> str:
    if change.from_date:
        return values.say("from_date", day=values.say.day(change.from_date))
    if change.effect is Effect.AT_ONCE and change.day and change.day > today:
        return values.say("filled", day=values.say.day(change.day))
    return values.say(change.effect.value)
