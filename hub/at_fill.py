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
Guiding = p.BeginFilling | p.Identify | p.Count | p.Fill


class _NotSo(Exception):
    """What was scanned or put in does not count."""

    def __init__(self, *reasons: str) -> None:
        self.error = p.Error(p.Problem.REFUSED, reasons)


class _NotYet(Exception):
    """The scale is not at rest."""


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

    def answer(self, message: Guiding, by: str, second: str) -> Answered | Later:
        """What a named person asks while they fill; or what answers it, once the scale is at rest."""
        try:
            match message:
                case p.BeginFilling():
                    return self._begin(message, by)
                case p.Identify():
                    return self._identify(message, by)
                case p.Count():
                    self._next(message.ordination)
                    counted = partial(self._count, message, by)
                    return counted(None) if message.unweighed else self._at_rest(counted)
                case p.Fill():
                    filled = partial(self._fill, message, by, second)
                    return self._at_rest(filled) if self._weighs(message) else filled(None)
        except _NotSo as refused:
            return refused.error

    # -- what is asked -------------------------------------------------------------------------------------------------

    def _begin(self, message: p.BeginFilling, by: str) -> Answered:
        if not self._loop.has_compartment(message.compartment):
            raise _NotSo(Reason.NO_SUCH)
        if self._loop.state.filling is None:
            self._kept = None
        sensed = self._loop.sensed()
        self._done(c.BeginFilling(message.compartment, message.intake, self._new_id(), sensed, by))
        return self.report()

    def _identify(self, message: p.Identify, by: str) -> Answered:
        """A wrong package is told before anything of it lies in the compartment."""
        going, evidence, dose = self._next(message.ordination)
        self._judge(going, evidence, Counted(dose.ordination, dose.quantity, evidence.package), by)
        return self.report()

    def _count(self, message: p.Count, by: str, reading: Reading | None) -> Answered:
        going, evidence, dose = self._next(message.ordination)
        counted = count_of(evidence, dose, reading)
        if not message.as_it_is:
            self._judge(going, evidence, counted, by)
        self._kept = with_count(evidence, counted, reading)
        return self.report()

    def _fill(self, message: p.Fill, by: str, second: str, reading: Reading | None) -> Answered:
        """As counted, where a filling is under way; else by word alone."""
        if not self._loop.has_compartment(message.compartment):
            raise _NotSo(Reason.NO_SUCH)
        going, evidence = self._loop.state.filling, self._evidence()
        contents_mg, counted = (None, evidence.counted) if evidence else (message.contents_mg, ())
        if going and reading:
            contents_mg = reading.weight_mg - going.weight_before_mg
        self._done(c.FillCompartment(message.compartment, message.intake, contents_mg, by, counted, second))
        return None

    def _weighs(self, message: p.Fill) -> bool:
        """Whether what was counted is weighed once more, as it lies there with the lid shut: something may have been
        put in or taken out since the last count. Not what was not weighed then, nor under an open lid."""
        evidence = self._evidence()
        weighed = evidence is not None and evidence.counted and all(n.weight_mg is not None for n in evidence.counted)
        return bool(weighed) and not message.unweighed and not self._loop.state.open_lids

    def _done(self, command: c.Command) -> None:
        result = self._loop.execute(command)
        if isinstance(result, Refusal):
            raise _NotSo(*result.reasons)

    # -- the scale -----------------------------------------------------------------------------------------------------

    def _at_rest(self, then: Callable[[Reading | None], Answered]) -> Later:
        """`then` on the deciding thread, which looks until the scale is at rest, or will not be; with None where it is
        lost. Only what was weighed after it was asked for was weighed after it was put in (R13)."""
        since_s, filling = self._loop.clock.now().monotonic_s + SETTLE_S, self._loop.state.filling

        def looked(last: bool) -> Answered:
            now, reading = self._loop.state, self._loop.sensed().reading
            if now.filling is None or filling is None or now.filling.id != filling.id:
                raise _NotSo(Reason.NOT_NOW)
            if reading is not None and reading.stable and reading.at_s >= since_s:
                return then(reading)
            if Device.SCALE in now.lost:
                return then(None)
            if last:
                raise _NotSo(Reason.WEIGHT_UNSTABLE)
            raise _NotYet

        def wait(reply: Reply) -> None:
            over, until_s = Event(), self._real_s() + REST_S

            def look() -> None:
                if over.is_set():
                    return
                try:
                    answer = looked(self._real_s() >= until_s)
                except _NotYet:
                    return
                except _NotSo as refused:
                    answer = refused.error
                over.set()
                reply(answer)

            while not over.wait(LOOK_S) and self._real_s() < until_s + REST_S:
                self._loop.submit(look)

        return wait

    # -- one count ---------------------------------------------------------------------------------------------------

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
        """What the core would say of this count, were the rest of it right: told while it can still be put right. What
        it would say anyhow of those before it, two have taken on them."""
        before = self._said_of(going, evidence.counted, by)
        reasons = [r for r in self._said_of(going, (*evidence.counted, counted), by) if r not in before]
        if Reason.WRONG_PACKAGE in reasons:
            self._kept = forgotten(evidence)
        if reasons:
            raise _NotSo(*reasons)

    def _said_of(self, going: Filling, counted: tuple[Counted, ...], by: str) -> list[Reason]:
        rest = [Counted(dose.ordination, dose.quantity) for dose in self._doses(going)]
        for one in counted:
            rest.remove(Counted(one.ordination, one.quantity))
        order = c.FillCompartment(going.compartment, going.intake, None, by, (*counted, *rest))
        shut = replace(self._loop.state, open_lids=frozenset(), filling=replace(going, opened=True))
        said = decide(shut, order, self._loop.clock.now())
        return [r for r in said.reasons if r in OF_ONE_COUNT] if isinstance(said, Refusal) else []

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
