"""`medhub commission`, over jumpered pins of gpiozero and over twins: what it says, what it keeps, what it refuses."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from drivers.compartments import TwinCompartments
from hub import commissioned
from hub.commissioned import Commissioned, is_walked
from hub.domain import events as e
from hub.journal import Journal
from hub.journal_errors import JournalBusy
from hub.main import Board
from hub.ports import Compartments, DeviceError
from medhub.at_box import NOT_BEGUN, NOT_PASSED, PASSED, Terminal
from medhub.commission import EMPTY, main
from tests.drivers.rigs import JumperRig, one_mock
from tests.drivers.worlds import running_world
from tests.hub.box import Box, HandClock
from tests.hub.made import PAIRING, event
from tests.hub.test_main import Home

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
BEFORE = Commissioned("board-1", "Ole Juul", NOW.replace(year=2025))
FILLED = e.CompartmentFilled(
    compartment=2, intake="2026-11-20/noon", doses=(), contents_mg=None, plan_version=1, by="Sanne"
)  # fmt: skip


class SprungRig(JumperRig):
    """Its lids have springs: lock `n` lets go of the lid that `springs` says."""

    springs = {1: 1, 2: 2}  # noqa: RUF012

    def _rose(self, number: int) -> None:
        super()._rose(number)
        if number in self.springs:
            self.move_lid(self.springs[number], True)


class Person:
    """At the box: has a PIN and a word, and shuts the lids that they are asked to."""

    def __init__(self, shut: Callable[[int], None], pin: str = "4711", word: str = EMPTY) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self._shut, self._answers = shut, {"PIN of sanne: ": pin, f"If all of them are empty, type {EMPTY}: ": word}

    @property
    def terminal(self) -> Terminal:
        return Terminal(self.answer, self.answer, self.hear)

    def answer(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self._answers[prompt]

    def hear(self, line: str) -> None:
        self.said.append(line)
        if line.startswith("Shut lid"):
            for number in line.removeprefix("Shut lids ").removeprefix("Shut lid ").rstrip(".").split(", "):
                self._shut(int(number))


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.commissioning.MOVES_S", 0.4)
    monkeypatch.setattr("hub.commissioning.STILL_S", 0.1)


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("h"))
    commissioned.keep(made.state, BEFORE)
    return made


@pytest.fixture
def rig(closing: ExitStack, monkeypatch: pytest.MonkeyPatch) -> SprungRig:
    monkeypatch.setattr("drivers.one_lock.PULSE_S", 0.01)
    return SprungRig(*one_mock(), closing)


def commission(home: Home, locks: Compartments | None, person: Person, board: str | None = "board-1") -> int:
    """With these locks, and other devices that are of no matter; None: no device may be touched."""

    def made(config: object) -> Board:
        assert locks is not None, "it has begun"
        return Board(locks, *Box(HandClock()).parts()[1:], fingerprint=board)

    return main(Namespace(config=home.config, person="sanne"), made, person.terminal, lambda: NOW)


def shut(rig: SprungRig) -> Callable[[int], None]:
    return lambda number: rig.move_lid(number, False)


def write(home: Home, *bodies: e.AnyBody) -> None:
    with Journal.open(home.state / "journal.db", pairing=PAIRING) as journal:
        journal.append([event(seq, body) for seq, body in enumerate(bodies, start=1)])


def test_all_locks_pass_and_it_is_kept_by_whom(home: Home, rig: SprungRig) -> None:
    person = Person(shut(rig))
    assert commission(home, rig.connect(), person) == PASSED
    assert commissioned.load(home.state) == Commissioned("board-1", "Sanne Holm", NOW)
    assert [number for number, _ in rig.pulses()] == [1, 2]
    assert person.said[1:] == [
        "Shut lid 1.", "Shut lid 2.", "  compartment 1   passed", "  compartment 2   passed",
        "Passed: each of 2 locks opens its own lid and no other. The hub may be started.",
    ]  # fmt: skip


def test_on_twins(home: Home, closing: ExitStack) -> None:
    world = closing.enter_context(running_world())
    person = Person(world.client.shut_lid)
    world.client.key_open(3)
    assert commission(home, TwinCompartments(world.socket), person) == PASSED
    assert is_walked(home.state, "board-1")


@pytest.mark.parametrize(("springs", "said"), [
    ({1: 2, 2: 1}, ["WRONG LID: lid 2 moved instead", "WRONG LID: lid 1 moved instead"]),
    ({1: 1}, ["passed", "NOTHING MOVED: look at the lock"]),
])  # fmt: skip
def test_one_that_does_not_pass_takes_back_what_was_kept(
    home: Home, rig: SprungRig, springs: dict[int, int], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """H34: what passed once and does not now, opens nothing any more."""
    rig.springs = springs
    person = Person(shut(rig))
    assert commission(home, rig.connect(), person) == NOT_PASSED
    assert not is_walked(home.state, "board-1")
    lines = [line for line in person.said if line.startswith("  compartment")]
    assert all(
        line.startswith(f"  compartment {n}   {words}")
        for n, (line, words) in enumerate(zip(lines, said, strict=True), 1)
    )
    assert "nothing opens" in capsys.readouterr().err


def test_lids_that_tell_nobody_have_not_passed(
    home: Home, rig: SprungRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*args: object) -> None:
        raise DeviceError("lids: their chip is gone")

    monkeypatch.setattr(box := rig.connect(), "watch_lids", gone)
    assert commission(home, box, Person(shut(rig))) == NOT_PASSED
    assert "their chip is gone" in capsys.readouterr().err
    assert rig.pulses() == []
    assert not is_walked(home.state, "board-1")


def test_what_cannot_be_kept_has_not_passed(
    home: Home, rig: SprungRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*args: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("hub.commissioned.replace", full)
    assert commission(home, rig.connect(), Person(shut(rig))) == NOT_PASSED
    assert "no space left" in capsys.readouterr().err
    assert not is_walked(home.state, "board-1")


def test_cut_short_in_the_middle_nothing_is_kept(home: Home, rig: SprungRig) -> None:
    def leave(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commission(home, rig.connect(), Person(leave))
    assert not is_walked(home.state, "board-1")


@pytest.mark.parametrize(("person", "why"), [
    (Person(int, pin="4712"), "no such person with this PIN"),
    (Person(int, word="no"), "the box must be empty"),
    (Person(int, word=""), "the box must be empty"),
])  # fmt: skip
def test_nobody_else_and_nothing_in_it(
    home: Home, person: Person, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    not_begun(home, person, why, capsys)


def not_begun(home: Home, person: Person, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No device was touched, what was kept stands, and the reason is one line."""
    assert commission(home, None, person) == NOT_BEGUN
    assert why in capsys.readouterr().err
    assert commissioned.load(home.state) == BEFORE


def test_not_while_the_hub_has_the_journal(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with Journal.open(home.state / "journal.db", pairing=PAIRING):
        not_begun(home, Person(int), "the hub is running", capsys)


def test_no_hub_begins_meanwhile(home: Home, rig: SprungRig) -> None:
    looked: list[int] = []

    def look(number: int) -> None:
        with pytest.raises(JournalBusy):
            Journal.open(home.state / "journal.db", pairing=PAIRING)
        looked.append(number)
        rig.move_lid(number, False)

    assert commission(home, rig.connect(), Person(look)) == PASSED
    assert looked == [1, 2]


def test_not_while_a_compartment_is_filled(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write(home, FILLED)
    not_begun(home, person := Person(int), "filled: 2", capsys)
    assert person.asked == ["PIN of sanne: "]


def test_emptied_it_may(home: Home, rig: SprungRig) -> None:
    write(home, FILLED, e.CompartmentEmptied(compartment=2, by="Sanne"))
    assert commission(home, rig.connect(), Person(shut(rig))) == PASSED


def test_not_on_a_journal_that_cannot_be_followed(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write(home, e.IntakeTaken(intake="2026-11-20/noon", evidence=e.Evidence.SELF))
    not_begun(home, Person(int), "tells of what cannot be", capsys)


def test_a_hub_that_is_not_enrolled(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    (home.state / "trust.json").unlink()
    not_begun(home, Person(int), "not enrolled", capsys)


def test_as_another_user(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Root's files would keep the hub from starting."""
    monkeypatch.setattr("os.geteuid", lambda: home.state.stat().st_uid + 1)
    not_begun(home, Person(int), "runuser -u", capsys)


def test_with_no_devices_or_no_board(home: Home, rig: SprungRig, capsys: pytest.CaptureFixture[str]) -> None:
    def gone(config: object) -> Board:
        raise DeviceError("GPIO: chip pi: not there")

    assert main(Namespace(config=home.config, person="sanne"), gone, Person(int).terminal) == NOT_BEGUN
    assert commission(home, rig.connect(), Person(int), board=None) == NOT_BEGUN
    assert "no board" in capsys.readouterr().err
    assert commissioned.load(home.state) == BEFORE
    assert rig.pulses() == []
