"""Which locks failed before this start, by the journal: another lock's good pulse does not say that these are well."""

from hub.domain import events as e
from hub.pulses import NOT_GIVEN


class DoubtedLocks:
    """Fed by `take`, event after event. `why` says of each what is wrong; none where the locks are not lost.

    A lock is doubted from a pulse that its driver could not give, or that did not end before the locks were lost, until
    a pulse of its own has opened its lid, or the hub itself has said that they are back.
    """

    def __init__(self) -> None:
        self._why: dict[int, str] = {}
        self._pulsed: int | None = None  # the last one, whose lid has not opened since
        self._filling = False
        self._lost = False

    @property
    def why(self) -> dict[int, str]:
        return dict(self._why) if self._lost else {}

    def take(self, body: e.AnyBody) -> None:
        match body:
            case e.PulseRequested() | e.FillingBegun():
                self._pulsed, self._filling = body.compartment, isinstance(body, e.FillingBegun)
            case e.FillingEnded():
                self._filling = False
            case e.PulseFailed() if self._pulsed is not None and not body.reason.startswith(NOT_GIVEN):
                self._why[self._pulsed] = body.reason
            case e.LidOpened() if body.intake is not None or (self._filling and body.compartment == self._pulsed):
                self._why.pop(body.compartment, None)
                self._pulsed = None
            case e.DeviceLost(device=e.Device.LOCKS):
                self._lost = True
                if self._pulsed is not None:
                    self._why.setdefault(self._pulsed, body.text)
            case e.DeviceBack(device=e.Device.LOCKS):
                self._why, self._lost = {}, False
