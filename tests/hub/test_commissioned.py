"""What was walked is kept, and a hub opens nothing on any other board (R12, H34)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub import board_file, commissioned
from hub.board import Board, Chip, Compartment, Line
from hub.commissioned import FILE, Commissioned, fingerprint, forget, is_walked, keep
from hub.config import load
from hub.loop import Loop
from hub.main import Board as Box
from hub.main import bootstrap
from tests.house.tree import ROOT
from tests.hub.box import Box as Devices
from tests.hub.box import HandClock
from tests.hub.test_main import Home

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
WALKED = Commissioned("board-1", "Sanne Holm", AT)


@pytest.fixture(scope="module")
def board() -> Board:
    return board_file.load(ROOT / "docs" / "examples" / "board-4.toml")


def test_what_is_kept_is_that_board_and_no_other(tmp_path: Path) -> None:
    assert not is_walked(tmp_path, "board-1")
    keep(tmp_path, WALKED)
    assert commissioned.load(tmp_path) == WALKED
    assert is_walked(tmp_path, "board-1")
    assert not is_walked(tmp_path, "board-2")
    forget(tmp_path)
    forget(tmp_path)
    assert not is_walked(tmp_path, "board-1")


def test_twins_need_no_walk(tmp_path: Path) -> None:
    assert is_walked(tmp_path, None)


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"\xff", b'{"board": "board-1", "by": "Sanne Holm"', b'["board-1"]'])
def test_what_cannot_be_read_was_not_walked(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / FILE).write_bytes(spoilt)
    assert not is_walked(tmp_path, "board-1")


def test_a_file_that_may_not_be_read_was_not_walked(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert not is_walked(tmp_path, "board-1")


def test_any_other_line_chip_or_pulse_is_another_board(board: Board) -> None:
    one, two = board.compartments[1], board.compartments[2]
    others = [
        replace(board, compartments={**board.compartments, 1: Compartment(two.lock, one.lid, one.lamp),
                                     2: Compartment(one.lock, two.lid, two.lamp)}),
        replace(board, compartments={**board.compartments, 1: two, 2: one}),
        replace(board, compartments={**board.compartments, 1: replace(one, lamp=Line(one.lamp.chip, 63))}),
        replace(board, compartments={n: c for n, c in board.compartments.items() if n != 4}),
        replace(board, chips={**board.chips, one.lock.chip: Chip("another")}),
        replace(board, chips={**board.chips, "more": Chip("another")}),
        replace(board, solenoid=replace(board.solenoid, pulse_ms=board.solenoid.pulse_ms + 10)),
    ]  # fmt: skip
    assert len({fingerprint(each) for each in (board, *others)}) == len(others) + 1


def test_order_and_what_moves_no_lid_make_no_other_board(board: Board) -> None:
    same = replace(
        board, compartments=dict(reversed(board.compartments.items())), chips=dict(reversed(board.chips.items())),
        scale=replace(board.scale, kind="none", at=None), rtc=None, backlight=None,
    )  # fmt: skip
    assert fingerprint(same) == fingerprint(board)


# -- the hub -----------------------------------------------------------------------------------------------------------


def begun(home: Home, fingerprint: str | None) -> Loop:
    """A hub that began on this board, and has ended."""
    box = Devices(HandClock())
    made = bootstrap(load(home.config), lambda config: Box(*box.parts(), fingerprint=fingerprint), box.clock)
    made.stop()
    made.run()
    return made.loop


def test_a_hub_opens_only_on_the_board_that_was_walked(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Home(tmp_path_factory.mktemp("h"))
    keep(home.state, WALKED)
    for board, walked in (("board-1", True), ("board-2", False), ("board-2", False), (None, True)):
        state = begun(home, board).state
        assert state.commissioned is walked
        assert [a.id for a in state.living_alarms()] == ([] if walked else ["not_commissioned/hub"])
