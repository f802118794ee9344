"""What must hold of one intake, whatever was killed or hung: from the world's ledger and the hub's journal alone."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from drivers.world_protocol import Entry, What
from hub.domain import events as e
from hub.domain.due import PULSES

UNSURE = (e.IntakeUncertain, e.IntakeNotKnown)
TOLD = (
    e.OpeningAbandoned, e.OpeningFailed, e.PulseFailed, e.IntakeUncertain, e.IntakeNotKnown, e.IntakeWithheld,
    e.IntakeReleased, e.IntakePutBack, e.IntakePartlyTaken, e.IntakeTaken, e.IntakeMissed,
)  # fmt: skip


class Facts(Struct, frozen=True):
    """`held`: the tablets that lay in the compartment; `touches`: fingers on Åbn; `ended`: it was lived to its end."""

    intake: str
    held: Decimal
    ignored: bool
    touches: int
    ledger: Sequence[Entry]
    bodies: Sequence[e.AnyBody]
    ended: bool = True

    def count(self, what: What) -> int:
        return sum(entry.what is what for entry in self.ledger)

    def of(self, *kinds: type[e.Body]) -> list[e.AnyBody]:
        return [body for body in self.bodies if isinstance(body, kinds)]


def problems(facts: Facts) -> Iterator[str]:
    """One sentence for each promise that was broken."""
    pulses, lids = facts.count(What.PULSE), facts.count(What.LID_OPENED)
    openings, asked = facts.of(e.OpeningRequested), facts.of(e.PulseRequested)
    if facts.ignored and (pulses or lids or openings):
        yield "ignored, and yet something moved"
    if len(openings) > facts.touches:
        yield f"{len(openings)} openings for {facts.touches} touches"
    if pulses > len(asked):
        yield f"{pulses} pulses in the world, {len(asked)} intents in the journal (R1)"
    if lids > pulses:
        yield f"{lids} lids opened by {pulses} pulses"
    yield from _bounded(asked)
    yield from _once(facts)
    if facts.of(*UNSURE) and not facts.of(e.AlarmRaised):
        yield "uncertain, and no alarm (R9)"


def _bounded(asked: Sequence[e.AnyBody]) -> Iterator[str]:
    """R1: pulses of one opening are numbered from 1, each once, and bounded."""
    numbers: dict[str, list[int]] = {}
    for body in asked:
        if isinstance(body, e.PulseRequested):
            numbers.setdefault(body.opening, []).append(body.number)
    for given in numbers.values():
        if given != list(range(1, len(given) + 1)) or len(given) > PULSES:
            yield f"pulses of one opening: {given}"


def _once(facts: Facts) -> Iterator[str]:
    """R2: what lay there left once, and nothing moved afterwards."""
    gone = Decimal()
    for entry in facts.ledger:
        if gone >= facts.held and entry.what in (What.PULSE, What.LID_OPENED):
            yield f"{entry.what} after everything was handed out: HANDED OUT TWICE"
        if entry.what is What.TAKEN:
            gone += sum(entry.counts.values())
    if facts.ended and gone != (0 if facts.ignored else facts.held):
        yield f"{gone} left the compartment of the {facts.held} in it"


def became(facts: Facts) -> str:
    """The way it went, in the journal's own words."""
    return ", ".join(dict.fromkeys(_word(body) for body in facts.of(*TOLD)))


def _word(body: e.AnyBody) -> str:
    name = type(body).__name__.removeprefix("Intake")
    name = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    why = getattr(body, "reason", "") or (f"by {body.by}" if getattr(body, "by", None) else "")
    return f"{name} ({why})" if why else name
