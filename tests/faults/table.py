"""Every device, every fault of it, every state of an intake: played, and what came of it in words."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from hub.device_states import LOST_S
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.events import Device
from hub.seen_weight import UNREST_S
from tests.domain.play import DAY
from tests.faults.home import INTAKE, Home

BEFORE_S = 12  # from the fault to what the screen shows: a device is lost by then
ACTS_S = (BEFORE_S, BEFORE_S + 18, BEFORE_S + 40)  # the person tries, and tries again
END_S = BEFORE_S + 60


class Fault(NamedTuple):
    """`begin` once; `second` each second from then on, with how many have passed."""

    device: Device
    name: str
    begin: Callable[[Home], None] = lambda home: None
    second: Callable[[Home, int], None] = lambda home, passed: None


def _comes_and_goes(device: Device, home: Home, passed: int) -> None:
    (home.mend if passed % 5 < 2 else home.lose)(device)


def _back(device: Device, home: Home, passed: int) -> None:
    if passed == BEFORE_S:
        home.mend(device)


def _set(name: str, value: object, home: Home) -> None:
    setattr(home.box, name, value)


def _jams(home: Home) -> None:
    home.springs = False


def _line_rises(home: Home) -> None:
    home.box.broken.add("lines")


def _lid_reads_open(home: Home) -> None:
    home.move_lid(2, True)


def _battery_empties(home: Home) -> None:
    home.box.mains, home.box.charge_pct = False, 8


def faults() -> Iterator[Fault]:
    for d in Device:
        yield Fault(d, "lost", partial(Home.lose, device=d))
        yield Fault(d, "hangs", partial(Home.hang, device=d))
        yield Fault(d, "comes and goes", second=partial(_comes_and_goes, d))
        yield Fault(d, "lost, then back", partial(Home.lose, device=d), partial(_back, d))
    yield Fault(Device.LIDS, "another lid reads open", _lid_reads_open)
    yield Fault(Device.LOCKS, "a line is high with no pulse", _line_rises)
    yield Fault(Device.LOCKS, "pulsed, and the lid stays shut", _jams)
    yield Fault(Device.SCALE, "never at rest", partial(_set, "stable", False))
    yield Fault(Device.TEMPERATURE, "too warm for a day", partial(Home.warm, degrees=31, for_s=24 * 3600.0))
    yield Fault(Device.POWER, "mains out", partial(_set, "mains", False))
    yield Fault(Device.POWER, "mains out, battery nearly empty", _battery_empties)


# -- states ------------------------------------------------------------------------------------------------------------


def _planned(home: Home) -> None:
    home.at("6.30")


def _due(home: Home) -> None:
    home.at("8.00")
    home.second()


def _opening(home: Home) -> None:
    """The bolt is drawn, and the lid takes its time."""
    _due(home)
    home.springs = False
    assert home.touch_open() == ()
    home.show()


def _open(home: Home) -> None:
    _due(home)
    assert home.touch_open() == ()
    home.second()


def _shut(home: Home) -> None:
    """Both tablets taken, and the lid shut this moment: no verdict yet."""
    _open(home)
    home.take(2)
    home.move_lid(1, False)
    home.hear()


def _partly(home: Home) -> None:
    _open(home)
    home.take(1)
    home.move_lid(1, False)
    home.second(5)


def _declined(home: Home) -> None:
    _due(home)
    home.do(c.Decline(INTAKE, "feels_ill"))


def _missed(home: Home) -> None:
    home.at("9.00")
    home.second()


def _taken(home: Home) -> None:
    _shut(home)
    home.second(30)


def _filling(home: Home) -> None:
    """It is due, and staff have compartment 3 open to fill it with tomorrow's. They give up at the fault."""
    _due(home)
    tomorrow = f"{DAY + timedelta(days=1)}/morning"
    assert home.do(c.BeginFilling(3, tomorrow, "f1", home.sensed(), "Sanne")) == ()
    home.second()
    assert 3 in home.box.lids


STATES: dict[str, Callable[[Home], None]] = {
    "planned": _planned, "due": _due, "opening": _opening, "open": _open, "shut, not weighed": _shut,
    "partly taken": _partly, "declined": _declined, "missed": _missed, "taken": _taken,
    "due, box being filled": _filling,
}  # fmt: skip


# -- a cell ------------------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """What one fault in one state came to. `broke`: rules that were not kept."""

    device: Device
    fault: str
    state: str
    screen: str
    municipality: str
    journal: str
    end: str
    alarms: tuple[str, ...]
    bodies: tuple[e.AnyBody, ...]
    taken: float  # tablets that really left, in all
    broke: tuple[str, ...]


def play(fault: Fault, state: str) -> Cell:
    """Reach the state, let the fault begin, see what the screen shows, let the person act, and the window end."""
    home = Home()
    STATES[state](home)
    before = home.state.seq
    fault.begin(home)
    moving = fault.name != "pulsed, and the lid stays shut"
    for passed in range(1, END_S + 1):
        fault.second(home, passed)
        if passed == 2 and state == "opening" and moving and home.box.pulses:
            home.move_lid(1, True)
            home.springs = True
        if passed == BEFORE_S:
            screen = home.view()
            if state == "planned":  # and is still so when its time comes
                home.at("8.00")
        if passed in ACTS_S:
            _act(home, moving)
        home.second()
    home.skip(UNREST_S + 1).second(LOST_S + 2).until_window_ends()  # also what takes minutes to be called a fault
    bodies = tuple(home.events_since(before))
    lines = " ".join(str(line) for line in screen.lines)
    return Cell(
        fault.device, fault.name, state, f"**{screen.heading}** {lines}".strip().replace("\u00a0", " "),
        _alarms(bodies), _journal(bodies), str(home.state.records[INTAKE].state),
        tuple(b.alarm for b in bodies if isinstance(b, e.AlarmRaised)), bodies, home.removed, tuple(home.broke),
    )  # fmt: skip


def _act(home: Home, lids_move: bool) -> None:
    """The person opens where the screen lets them, takes what they find, and shuts every lid."""
    names = {action.name for action in home.view().actions}
    if "open" in names:
        home.touch_open()
        home.hear()
    if "yes" in names:
        home.do(c.Say(INTAKE, True))
    left = 2 - home.removed
    if 1 in home.box.lids:
        home.take(left)
    for lid in sorted(home.box.lids):
        if lids_move:
            home.move_lid(lid, False)
    home.hear()
    if home.state.filling:
        home.do(c.EndFilling("Sanne"))


def _alarms(bodies: tuple[e.AnyBody, ...]) -> str:
    raised = [f"{b.alarm.replace(f'/{INTAKE}', '')} ({b.criticality})" for b in bodies if isinstance(b, e.AlarmRaised)]
    return ", ".join(dict.fromkeys(raised)) or "no alarm"


def _journal(bodies: tuple[e.AnyBody, ...]) -> str:
    """In order, each kind once in a row; alarms have a column of their own."""
    told: list[str] = []
    for body in bodies:
        name = type(body).__name__
        if name.startswith("Alarm") or (told and told[-1] == name):
            continue
        told.append(name)
    return " · ".join(told) or "nothing"


def cells() -> Iterator[Cell]:
    for fault in faults():
        for state in STATES:
            yield play(fault, state)
