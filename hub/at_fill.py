"""Guided filling at the hub's edge: what scanner and scale say between two counts becomes what the core is told (H10).

All of it on the deciding thread. The core decides what is begun, filled and ended; what is kept here until it is told
is gone with the process, and the core then takes the contents for unknown (R7).
"""

import time
from collections.abc import Callable
from functools import partial
from threading import Event

from msgspec.structs import replace

from hub import protocol as p
from hub.domain import commands as c
from hub.domain.decide import decide
from hub.domain.due import SETTLE_S
from hub.domain.events import Counted, Device
from hub.domain.filling import fillable
from hub.domain.intake import Dose
from hub.domain.reading import Reading
from hub.domain.refusal import Reason, Refusal, Refused
from hub.domain.state import Filling
from hub.filling_evidence import Evidence, Unclear, begun, count_of, forgotten, matched, next_of, scanned, with_count
from hub.loop import Loop
from hub.ports import Scan, ScanRefused
from hub.snapshot import dose_view

REST_S = 4.0  # so long a count waits for the scale; then whoever counts is asked to leave the box alone
LOOK_S = 0.1
OF_ONE_COUNT = frozenset({Reason.WRONG_PACKAGE, Reason.WEIGHT_DIFFERS})  # the rest is judged when all are counted
Answered = p.Answer | p.Error | None
Reply = Callable[[Answered], None]
Later = Callable[[Reply], None]
Guiding = p.BeginFilling | p.Identify | p.Count


class _NotSo(Exception):
    """What was scanned or put in does not count."""

    def __init__(self, *reasons: str) -> None:
        self.error = p.Error(p.Problem.REFUSED, reasons)


class AtFill:
    """`new_id` gives an id for a filling; `real_s` is the machine's monotonic clock, for patience alone."""

    def __init__(self, loop: Loop, new_id: Callable[[], str], real_s: Callable[[], float] = time.monotonic) -> None:
        self._loop, self._new_id, self._real_s = loop, new_id, real_s
        self._kept: Evidence | None = None

    def scanned(self, scan: Scan | ScanRefused) -> None:
        """From the scanner's thread, at once. Outside a filling it is nobody's."""
        self._loop.submit(partial(self._scanned, scan))

    def report(self) -> p.FillingReport | None:
        """The filling under way, as staff are told of it."""
        going, evidence = self._loop.state.filling, self._evidence()
        if going is None or evidence is None:
            return None
        return p.FillingReport(
            compartment=going.compartment, intake=going.intake, opened=going.opened, scanned=evidence.package,
            doses=tuple(_put_in(dose, counted) for dose, counted in matched(evidence, self._doses(going))),
        )  # fmt: skip

    def answer(self, message: Guiding, by: str) -> Answered | Later:
        """What a named person asks while they fill."""
        if isinstance(message, p.Count):
            return self._count(message, by)
        try:
            return self._begin(message, by) if isinstance(message, p.BeginFilling) else self._identify(message, by)
        except _NotSo as refused:
            return refused.error

    def order(self, message: p.Fill, by: str, second: str) -> c.Command:
        """The fill that the core is asked for: as counted, where a filling is under way."""
        evidence = self._evidence()
        contents_mg, counted = (evidence.contents_mg, evidence.counted) if evidence else (message.contents_mg, ())
        return c.FillCompartment(message.compartment, message.intake, contents_mg, by, counted, second)

    # -- what is asked -------------------------------------------------------------------------------------------------

    def _begin(self, message: p.BeginFilling, by: str) -> Answered:
        if not self._loop.has_compartment(message.compartment):
            raise _NotSo(Reason.NO_SUCH)
        if self._loop.state.filling is None:
            self._kept = None
        sensed = self._loop.sensed()
        result = self._loop.execute(c.BeginFilling(message.compartment, message.intake, self._new_id(), sensed, by))
        if isinstance(result, Refusal):
            raise _NotSo(*result.reasons)
        return self.report()

    def _identify(self, message: p.Identify, by: str) -> Answered:
        """A wrong package is told before anything of it lies in the compartment."""
        going, evidence, dose = self._next(message.ordination)
        self._judge(going, evidence, Counted(dose.ordination, dose.quantity, evidence.package), by)
        return self.report()

    def _count(self, message: p.Count, by: str) -> Later:
        """What answers it, in a thread of its own: the deciding one looks until the scale is at rest, or will not be.
        Only what was weighed after it was asked for was weighed after it was put in (R13)."""
        since_s = self._loop.clock.now().monotonic_s + SETTLE_S

        def wait(reply: Reply) -> None:
            answered, until_s = Event(), self._real_s() + REST_S

            def look() -> None:
                answer = None if answered.is_set() else self._counted(message, by, since_s, self._real_s() >= until_s)
                if answer is not None:
                    answered.set()
                    reply(answer)

            while not answered.wait(LOOK_S) and self._real_s() < until_s + REST_S:
                self._loop.submit(look)

        return wait

    # -- one count ---------------------------------------------------------------------------------------------------

    def _counted(self, message: p.Count, by: str, since_s: float, last: bool) -> Answered:
        """None: not at rest yet."""
        try:
            going, evidence, dose = self._next(message.ordination)
            weighs = not message.unweighed and Device.SCALE not in self._loop.state.lost
            reading = self._at_rest_since(since_s) if weighs else None
            if weighs and reading is None:
                if last:
                    raise _NotSo(Reason.WEIGHT_UNSTABLE)
                return None
            counted = count_of(evidence, dose, reading)
            if not message.as_it_is:
                self._judge(going, evidence, counted, by)
        except _NotSo as refused:
            return refused.error
        self._kept = with_count(evidence, counted, reading)
        return self.report()

    def _next(self, ordination: str) -> tuple[Filling, Evidence, Dose]:
        """The dose that is to be counted next, and what it is from."""
        going, evidence = self._loop.state.filling, self._evidence()
        if going is None or evidence is None:
            raise _NotSo(Reason.NOT_NOW)
        doses = self._doses(going)
        dose = next_of(evidence, doses, ordination)
        if dose is None:
            raise _NotSo(Reason.ALREADY if any(d.ordination == ordination for d in doses) else Reason.NO_SUCH)
        if isinstance(evidence.package, Unclear):
            self._kept = forgotten(evidence)  # it is scanned anew
            raise _NotSo(evidence.package)
        return going, evidence, dose

    def _judge(self, going: Filling, evidence: Evidence, counted: Counted, by: str) -> None:
        """What the core would say of this count, were the rest of it right: told while it can still be put right."""
        blank = [Counted(dose.ordination, dose.quantity) for dose in self._doses(going)]
        blank.remove(Counted(counted.ordination, counted.quantity))
        order = c.FillCompartment(going.compartment, going.intake, None, by, (counted, *blank))
        said = decide(replace(self._loop.state, open_lids=frozenset()), order, self._loop.clock.now())
        reasons = [r for r in said.reasons if r in OF_ONE_COUNT] if isinstance(said, Refusal) else []
        if Reason.WRONG_PACKAGE in reasons:
            self._kept = forgotten(evidence)
        if reasons:
            raise _NotSo(*reasons)

    def _at_rest_since(self, since_s: float) -> Reading | None:
        reading = self._loop.sensed().reading
        return reading if reading and reading.stable and reading.at_s >= since_s else None

    # -- what is known -----------------------------------------------------------------------------------------------

    def _scanned(self, scan: Scan | ScanRefused) -> None:
        evidence = self._evidence()
        if evidence is not None:
            self._kept = scanned(evidence, scan)

    def _evidence(self) -> Evidence | None:
        """Of the filling under way; what was kept of another one is gone."""
        going = self._loop.state.filling
        if going is None:
            self._kept = None
        elif self._kept is None or self._kept.filling != going.id:
            self._kept = begun(going)
        return self._kept

    def _doses(self, going: Filling) -> tuple[Dose, ...]:
        """None where another plan has come by which it is not to be filled any more; the core says so in the end."""
        try:
            return fillable(going.compartment, going.intake, self._loop.state)[1]
        except Refused:
            return ()


def _put_in(dose: Dose, counted: Counted | None) -> p.PutIn:
    if counted is None:
        return p.PutIn(dose.ordination, dose_view(dose))
    return p.PutIn(dose.ordination, dose_view(dose), True, counted.item, counted.weight_mg)
