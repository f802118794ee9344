"""`medhub calibrate`, over the load cell's twin: what it keeps, what it refuses, and that a hub then weighs by it."""

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from drivers.calibration import FILE, load
from drivers.load_cell import COUNTS_PER_MG, NOISE_MG, SAMPLE_S
from drivers.world_cell import WorldLoadCell
from hub.domain import events as e
from hub.journal import Journal
from hub.ports import DeviceError
from medhub.at_box import NOT_BEGUN, NOT_PASSED, PASSED, CannotBegin, Terminal
from medhub.calibrate import STEPS, main
from tests.hub.made import PAIRING, event
from tests.hub.test_main import Home

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
GRAMS = 100
FILLED = e.CompartmentFilled(
    compartment=2, intake="2026-11-20/noon", doses=(), contents_mg=None, plan_version=1, by="Sanne"
)  # fmt: skip


class Bench:
    """A cell that is sampled, and a person who puts on it what they are told to."""

    def __init__(self, pin: str = "4711") -> None:
        self._cell, self.now_s, self._pin = WorldLoadCell(seed=5), 0.0, pin
        self.said: list[str] = []
        self.asked: list[str] = []
        self.mg = {STEPS[0]: 0, STEPS[1].format(grams=GRAMS): GRAMS * 1000, STEPS[2]: 0}
        self.left_mg = 0  # what the cell does not come back by
        self.gone_at: int | None = None
        self.closed = False

    @property
    def terminal(self) -> Terminal:
        return Terminal(lambda prompt: self._pin, self.answer, self.said.append)

    def answer(self, prompt: str) -> str:
        self.asked.append(prompt)
        self._cell.put(self.mg[prompt.removesuffix("; then Enter: ")], self.now_s)
        self.now_s += 1800
        return ""

    def sample(self) -> int:
        if self.gone_at == len(self.asked):
            raise DeviceError("not at /dev/medhub/scale: it hung up")
        return self._cell.sample(self.now_s) + round(self.left_mg * COUNTS_PER_MG) * (len(self.asked) == 3)

    def pause(self, seconds: float) -> None:
        self.now_s += SAMPLE_S

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("h"))


def calibrate(home: Home, bench: Bench, grams: int = GRAMS) -> int:
    asked = Namespace(config=home.config, person="sanne", grams=grams)
    return main(asked, lambda config: bench, bench.terminal, lambda: NOW, bench.pause)


def test_what_was_weighed_is_kept_by_whom(home: Home) -> None:
    bench = Bench()
    assert calibrate(home, bench) == PASSED
    found = load(home.state / FILE)
    assert (found.loaded_mg, found.at, found.by) == (GRAMS * 1000, NOW, "Sanne Holm")
    assert abs(found.noise_mg - NOISE_MG) <= 3
    assert abs(found.weight_mg(round(found.zero_counts + 600 * COUNTS_PER_MG)) - 600) <= 2
    assert bench.asked[0].startswith("The empty tray in its place")
    assert len(bench.asked) == len(STEPS)
    assert "noise" in bench.said[-1]
    assert bench.closed


def _heavier(bench: Bench) -> None:
    bench.mg[STEPS[1].format(grams=GRAMS)] = GRAMS * 10


def _worn(bench: Bench) -> None:
    bench.left_mg = 150


def _goes(bench: Bench) -> None:
    bench.gone_at = 2


@pytest.mark.parametrize(("fault", "why"), [
    (_heavier, "no cell of 500 g"), (_worn, "empty again it is"), (_goes, "it hung up"),
])  # fmt: skip
def test_what_cannot_be_right_is_not_kept(
    home: Home, fault: Callable[[Bench], None], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(home, Bench()) == PASSED
    before = (home.state / FILE).read_bytes()
    fault(bench := Bench())
    assert calibrate(home, bench) == NOT_PASSED
    assert why in capsys.readouterr().err
    assert (home.state / FILE).read_bytes() == before
    assert bench.closed


@pytest.mark.parametrize("why", ["no such person with this PIN", "filled: 2", "the hub is running", "no scale"])
def test_it_does_not_begin(home: Home, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench(pin="4712" if "PIN" in why else "4711")
    with Journal.open(home.state / "journal.db", pairing=PAIRING) as journal:
        if "filled" in why:
            journal.append([event(1, FILLED)])
        if "running" in why:
            assert calibrate(home, bench) == NOT_BEGUN
    if "no scale" in why:

        def none(config: object) -> Bench:
            raise CannotBegin("the board file says that there is no scale")

        asked = Namespace(config=home.config, person="sanne", grams=GRAMS)
        assert main(asked, none, bench.terminal, lambda: NOW, bench.pause) == NOT_BEGUN
    elif "running" not in why:
        assert calibrate(home, bench) == NOT_BEGUN
    assert why in capsys.readouterr().err
    assert bench.asked == []
    assert not (home.state / FILE).exists()


def test_a_hub_without_a_board_has_nothing_to_weigh_with(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    asked = Namespace(config=home.config, person="sanne", grams=GRAMS)
    assert main(asked, person=Bench().terminal) == NOT_BEGUN
    assert "no board" in capsys.readouterr().err
