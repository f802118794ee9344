"""The real screen in a real window, touched with X events: one tap is one press, and nothing is pressed by sliding."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.protocol import Decline, Open, Shown
from tests.ui.fake_hub import FakeHub, fake_hub, refuse
from tests.ui.glass import Finger, screen, x_display
from tests.ui.scenes import DUE, SNAPSHOTS, intake, snapshot
from ui.layout import action_rects
from ui.panel import PANELS, Rect
from ui.present import present
from ui.scene import key_of
from ui.tokens import DAY
from ui.view import HERE, Nav

PANEL = PANELS["7-classic"]
DUE_ID = DUE.current.id if DUE.current else ""


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_display(PANEL.width_px, PANEL.height_px) as name:
        yield name


@pytest.fixture
def finger(display: str) -> Iterator[Finger]:
    made = Finger(display)
    yield made
    made.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ui.toml"
    path.write_text(f'socket = "{tmp_path / "ui.sock"}"\npanel = "7-classic"\nfullscreen = false\n')
    return path


@pytest.fixture
def hub(tmp_path: Path, display: str, config: Path) -> Iterator[FakeHub]:
    """A hub with a medicine due, and the screen showing it."""
    with fake_hub(tmp_path / "ui.sock", DUE) as made, screen(display, config):
        made.wait_shown("due")
        yield made


def button(name: str, nav: Nav = HERE) -> Rect:
    return action_rects(PANEL, present(DUE, nav, PANEL))[name]


def test_one_tap_is_one_press_at_once_and_later(hub: FakeHub, finger: Finger) -> None:
    finger.tap(button("open"))
    hub.wait(lambda hub: bool(hub.heard))
    hub.frames_go_by(snapshot(intake("open", lid_open=True)))
    hub.frames_go_by(snapshot(intake("open", lid_open=True)))
    assert hub.heard == [Open(intake=DUE_ID)]


def test_a_trembling_double_tap_is_one_press(hub: FakeHub, finger: Finger) -> None:
    for _ in range(3):
        finger.tap(button("open"))
    hub.wait(lambda hub: bool(hub.heard))
    hub.show(snapshot(intake("partly_taken")))  # a main action comes up in the same place
    finger.tap(button("open"))
    hub.frames_go_by(snapshot(intake("partly_taken")))
    assert [m for m in hub.heard if isinstance(m, Open)].count(Open(intake=DUE_ID)) == 1


def test_sliding_off_cancels_also_when_the_finger_comes_back(hub: FakeHub, finger: Finger) -> None:
    finger.press(*button("open").centre)
    hub.frames_go_by(DUE)  # so the screen has seen each place the finger was in
    finger.move(PANEL.width_px // 2, 100)
    hub.frames_go_by(DUE)
    finger.move(*button("open").centre)
    finger.release()
    finger.press(*button("snooze").centre)
    hub.frames_go_by(DUE)
    finger.move(PANEL.width_px // 2, 100)
    finger.release()
    hub.frames_go_by(DUE)
    assert hub.heard == []


def test_it_acts_when_the_finger_leaves(hub: FakeHub, finger: Finger) -> None:
    finger.press(*button("decline").centre)
    hub.frames_go_by(DUE)
    finger.release()
    hub.wait_shown("decline")


BAND = (2, 2)  # the heading's ground, in every picture of a screen
BLOCKED = snapshot(intake(refusals=("not_filled",)))


def test_a_screen_that_was_away_for_a_moment_is_told_when_its_buttons_can_be_touched_again(
    hub: FakeHub, finger: Finger
) -> None:
    """Due, a fault, due: the first was drawn, and must not be told while the last takes no touch yet."""
    for version in (2000, 2010, 2020):
        hub.show(SNAPSHOTS["home"])
        hub.wait_shown("home")
        for ground, said in (DAY.attention, DUE), (DAY.alarm, BLOCKED), (DAY.attention, DUE):
            version += 1
            hub.show(replace(said, version=version))
            finger.waits_to_see(ground.ground, *BAND)
        hub.wait(lambda hub, last=version: hub.shown[-1] == Shown(screen="due", snapshot=last))
        before = len(hub.heard)
        finger.tap(button("open"))
        hub.wait(lambda hub, before=before: len(hub.heard) > before)


def test_a_button_asleep_looks_so_and_wakes(hub: FakeHub, finger: Finger) -> None:
    """A touch that would not count is not invited: shaky hands need not guess."""
    main = button("open")
    place = main.x + main.width // 10, main.centre[1]
    finger.waits_to_see(DAY.main.ground, *place)
    hub.show(SNAPSHOTS["home"])
    hub.wait_shown("home")
    hub.show(DUE)
    finger.waits_to_see(DAY.sunk, *place)
    assert hub.shown[-1].screen == "home"
    finger.waits_to_see(DAY.main.ground, *place)
    hub.wait(lambda hub: hub.shown[-1].screen == "due")


def test_a_button_waits_for_its_answer_as_if_asleep(hub: FakeHub, finger: Finger) -> None:
    main = button("open")
    place = main.x + main.width // 10, main.centre[1]
    finger.waits_to_see(DAY.main.ground, *place)
    finger.tap(main)
    finger.waits_to_see(DAY.sunk, *place)
    finger.waits_to_see(DAY.main.ground, *place)
    assert hub.heard == [Open(intake=DUE_ID)]


def test_a_button_that_went_from_under_the_finger_is_not_pressed(hub: FakeHub, finger: Finger) -> None:
    finger.press(*button("open").centre)
    hub.frames_go_by(DUE)
    hub.frames_go_by(SNAPSHOTS["missed-trying"])  # "Bed om opkald" comes up there
    finger.release()
    hub.frames_go_by(SNAPSHOTS["missed-trying"])
    assert hub.heard == []


def test_no_thanks_leads_to_a_reason(hub: FakeHub, finger: Finger) -> None:
    finger.tap(button("decline"))
    hub.wait_shown("decline")
    finger.tap(button("reason_nausea", Nav(place="decline", key=key_of(DUE))))
    hub.wait(lambda hub: bool(hub.heard))
    assert hub.heard == [Decline(intake=DUE_ID, reason="nausea")]


def test_a_refusal_is_told(hub: FakeHub, finger: Finger) -> None:
    hub.answer = refuse("lid_open")
    finger.tap(button("open"))
    hub.wait_shown("notice")
    finger.tap(button("fine", Nav(place="notice", key=key_of(DUE), reasons=("lid_open",))))
    hub.wait_shown("due")


@pytest.mark.parametrize("name", ["rest", "missed-trying", "ask"])
def test_killed_and_started_again_it_comes_back_where_the_hub_is(
    name: str, tmp_path: Path, display: str, config: Path
) -> None:
    said = SNAPSHOTS[name]
    expected = present(said, HERE, PANEL).screen
    with fake_hub(tmp_path / "ui.sock", said) as hub:
        with screen(display, config) as process:
            hub.wait_shown(expected)
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        with screen(display, config):
            hub.wait_shown(expected)


def test_without_the_hub_it_waits_and_comes_back(tmp_path: Path, display: str, config: Path) -> None:
    path = tmp_path / "ui.sock"
    with screen(display, config):
        with fake_hub(path, DUE) as hub:
            hub.wait_shown("due")
        with fake_hub(path, SNAPSHOTS["missed-seen"]) as hub:
            hub.wait_shown("missed")
