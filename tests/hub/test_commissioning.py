"""The walk through the locks (R12, H34): only a lock that moves its own lid and no other has passed."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.compartments import TwinCompartments
from hub import commissioning
from hub.commissioning import Finding, Report, Walked, commission, finding
from hub.ports import DeviceError, LidMoved
from tests.drivers.worlds import RunningWorld, running_world

F = Finding
NONE: frozenset[int] = frozenset()
LIDS = st.none() | st.frozensets(st.integers(1, 4))


@pytest.mark.parametrize(("walk", "found"), [
    (Walked(1, NONE, frozenset({1}), frozenset({1})), F.PASSED),
    (Walked(1, None), F.NOT_SEEN),
    (Walked(1, frozenset({3})), F.NOT_ALL_SHUT),
    (Walked(1, frozenset({1})), F.NOT_ALL_SHUT),
    (Walked(1, NONE, NONE, NONE), F.NOTHING_MOVED),
    (Walked(1, NONE, NONE, NONE, "the chip is gone"), F.PULSE_FAILED),
    (Walked(1, NONE, frozenset({1}), frozenset({1}), "its line stays high"), F.PULSE_FAILED),
    (Walked(1, NONE, frozenset({2}), frozenset({2})), F.WRONG_LID),
    (Walked(1, NONE, NONE, frozenset({2})), F.WRONG_LID),
    (Walked(1, NONE, frozenset({2}), NONE, "its line stays high"), F.WRONG_LID),
    (Walked(1, NONE, frozenset({1, 2}), frozenset({1, 2})), F.OTHERS_TOO),
    (Walked(1, NONE, frozenset({1}), frozenset({1, 2})), F.OTHERS_TOO),
    (Walked(1, NONE, frozenset({1, 2}), frozenset({1})), F.OTHERS_TOO),
    (Walked(1, NONE, frozenset({1}), NONE), F.SHUT_AGAIN),
    (Walked(1, NONE, frozenset({1}), None), F.NOT_SEEN),
])  # fmt: skip
def test_what_the_facts_say(walk: Walked, found: Finding) -> None:
    assert finding(walk) is found


@given(st.integers(1, 4), LIDS, st.frozensets(st.integers(1, 4)), LIDS, st.none() | st.just("gone"))
def test_only_exactly_its_own_lid_passes(
    number: int, before: frozenset[int] | None, moved: frozenset[int], after: frozenset[int] | None, problem: str | None
) -> None:
    passed = finding(Walked(number, before, moved, after, problem)) is F.PASSED
    own = frozenset({number})
    assert passed is (before == NONE and moved <= own and after == own and problem is None)


def test_a_box_without_a_compartment_has_not_passed() -> None:
    assert not Report(()).passed


# -- on the twin -----------------------------------------------------------------------------------------------------


class Person:
    """Shuts what they are asked to, but not `lazy` ones."""

    def __init__(self, world: RunningWorld, lazy: frozenset[int] = NONE) -> None:
        self.world, self.lazy, self.asked = world, lazy, list[frozenset[int]]()

    def ask(self, lids: frozenset[int]) -> None:
        self.asked.append(lids)
        for number in lids - self.lazy:
            self.world.client.shut_lid(number)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commissioning, "MOVES_S", 0.5)
    monkeypatch.setattr(commissioning, "STILL_S", 0.1)


def walked(world: RunningWorld, closing: ExitStack, person: Person, shut_s: float = 10.0) -> Report:
    box = TwinCompartments(world.socket)
    closing.callback(box.close)
    return commission(box, person.ask, shut_s)


@pytest.fixture
def closing() -> ExitStack:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def world(closing: ExitStack) -> RunningWorld:
    return closing.enter_context(running_world())


def test_a_good_box_passes_and_is_left_shut_and_dark(world: RunningWorld, closing: ExitStack) -> None:
    person = Person(world)
    world.client.key_open(3)
    report = walked(world, closing, person)
    assert report.passed
    assert list(report.findings) == [1, 2, 3, 4]
    assert person.asked == [frozenset({n}) for n in (3, 1, 2, 3, 4)]
    seen = world.client.look().compartments
    assert not any(c.lid_open or c.lamp or c.line_on for c in seen)
    assert [c.counters.pulses for c in seen] == [1, 1, 1, 1]


def test_a_lid_that_sticks_fails_alone(world: RunningWorld, closing: ExitStack) -> None:
    world.client.set_jam(2, True)
    report = walked(world, closing, Person(world))
    assert report.findings == {1: F.PASSED, 2: F.NOTHING_MOVED, 3: F.PASSED, 4: F.PASSED}
    assert not report.passed


def test_no_lock_is_pulsed_while_a_lid_stays_open(world: RunningWorld, closing: ExitStack) -> None:
    person = Person(world, lazy=frozenset({1}))
    report = walked(world, closing, person, shut_s=0.1)
    assert list(report.findings.values()) == [F.PASSED, F.NOT_ALL_SHUT, F.NOT_ALL_SHUT, F.NOT_ALL_SHUT]
    assert [c.counters.pulses for c in world.client.look().compartments] == [1, 0, 0, 0]


# -- what a world cannot do --------------------------------------------------------------------------------------------


class Crossed:
    """A box whose locks move the lids that `wires` says; `gone` is what its driver cannot do."""

    numbers = (1, 2, 3)

    def __init__(self, wires: dict[int, tuple[int, ...]], gone: str = "") -> None:
        self.wires, self.gone, self.open = wires, gone, set[int]()
        self.pulses: list[int] = []

    def pulse(self, number: int) -> None:
        if self.gone == f"lock {number}":
            raise DeviceError("lock: chip more: Remote I/O error")
        self.pulses.append(number)
        for lid in self.wires[number]:
            self.open.add(lid)
            self.moved(lid, True)

    def lid_open(self, number: int) -> bool:
        if self.gone == "lids":
            raise DeviceError("lid: chip more: Remote I/O error")
        return number in self.open

    def lamp(self, number: int, lit: bool) -> None:
        if self.gone == "lamps":
            raise DeviceError("lamp: chip more: Remote I/O error")

    def watch_lids(self, moved: LidMoved) -> None:
        self.moved = moved

    def close(self) -> None:
        pass

    def shut(self, lids: frozenset[int]) -> None:
        self.open -= lids


@pytest.mark.parametrize(("wires", "found"), [
    ({1: (2,), 2: (1,), 3: (3,)}, [F.WRONG_LID, F.WRONG_LID, F.PASSED]),
    ({1: (1, 2), 2: (2,), 3: (3,)}, [F.OTHERS_TOO, F.PASSED, F.PASSED]),
    ({1: (2,), 2: (2,), 3: ()}, [F.WRONG_LID, F.PASSED, F.NOTHING_MOVED]),
    ({1: (2,), 2: (3,), 3: (1,)}, [F.WRONG_LID] * 3),
])  # fmt: skip
def test_crossed_wires_are_found(wires: dict[int, tuple[int, ...]], found: list[Finding]) -> None:
    box = Crossed(wires)
    assert list(commission(box, box.shut).findings.values()) == found


@pytest.mark.parametrize(("gone", "found", "pulses"), [
    ("lamps", [F.PASSED] * 3, [1, 2, 3]),
    ("lock 2", [F.PASSED, F.PULSE_FAILED, F.PASSED], [1, 3]),
    ("lids", [F.NOT_SEEN] * 3, []),
])  # fmt: skip
def test_what_the_driver_cannot_do_is_a_finding(gone: str, found: list[Finding], pulses: list[int]) -> None:
    box = Crossed({n: (n,) for n in (1, 2, 3)}, gone)
    report = commission(box, box.shut)
    assert list(report.findings.values()) == found
    assert box.pulses == pulses
    assert all((walk.problem is None) is (walk.compartment != 2 or gone != "lock 2") for walk in report.walked)
