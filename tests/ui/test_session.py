"""The screen's moment: what a touch may do now, and what is shown when the hub is away. Time is given."""

import pytest
from msgspec.structs import replace

from hub.protocol import Error, Open, Problem, Reply, Shown
from tests.ui.scenes import DUE, SNAPSHOTS
from ui.panel import PANELS
from ui.present import TIMEOUT_S
from ui.session import BUSY_S, SETTLE_S, UNHEARD_S, Session
from ui.view import Action, View

OPEN = "open"


@pytest.fixture
def session() -> Session:
    """Has heard that a medicine is due, at 10 s, and has settled by 11."""
    made = Session(PANELS["10.1"], now_s=9.0)
    made.link(True, 9.5)
    made.heard(DUE)
    made.view(10.0)
    return made


def action(view: View, name: str) -> Action:
    return next(a for a in view.touchable if a.name == name)


def test_a_touch_waits_for_its_answer(session: Session) -> None:
    assert session.press(action(session.view(11.0), OPEN), 11.0) == Open(intake="2025-11-20/18")
    assert not session.ready(11.0 + BUSY_S / 2)
    assert session.wakes_in(11.0 + BUSY_S / 2) == pytest.approx(BUSY_S / 2)
    session.answered(action(session.view(11.2), OPEN), Reply(ref=1), 11.2)
    assert session.ready(11.0 + SETTLE_S)


def test_the_second_half_of_a_double_tap_does_not_count_however_soon_the_answer_was(session: Session) -> None:
    """Between the answer and the screen that follows from it, the button is still there."""
    session.press(action(session.view(11.0), OPEN), 11.0)
    session.answered(action(session.view(11.05), OPEN), Reply(ref=1), 11.05)
    assert not session.ready(11.0 + SETTLE_S / 2)


def test_an_answer_that_never_comes_does_not_shut_the_screen(session: Session) -> None:
    session.press(action(session.view(11.0), OPEN), 11.0)
    assert session.ready(11.0 + BUSY_S)


def test_a_screen_just_come_takes_no_touch(session: Session) -> None:
    """The second half of a double tap must not hit what came up under the finger."""
    assert not session.ready(10.0 + SETTLE_S / 2)
    assert session.wakes_in(10.0) == pytest.approx(SETTLE_S)
    assert session.ready(10.0 + SETTLE_S)
    session.heard(SNAPSHOTS["rest"])
    session.view(20.0)
    assert not session.ready(20.1)


def test_the_same_screen_again_takes_touches_at_once(session: Session) -> None:
    session.heard(replace(DUE, version=4, now=DUE.now.replace(minute=1)))
    session.view(12.0)
    assert session.ready(12.0)


def test_the_same_screen_for_another_intake_is_another_screen(session: Session) -> None:
    """A finger on its way to open one medicine does not open the next."""
    assert DUE.current is not None
    session.heard(replace(DUE, version=4, current=replace(DUE.current, id="2025-11-20/20")))
    session.view(12.0)
    assert not session.ready(12.0 + SETTLE_S / 2)


def test_a_refusal_is_told_and_left_again(session: Session) -> None:
    opening = action(session.view(11.0), OPEN)
    session.press(opening, 11.0)
    session.answered(opening, Reply(ref=1, error=Error(Problem.REFUSED, ("lid_open",))), 11.1)
    view = session.view(11.1)
    assert view.screen == "notice"
    assert session.press(action(view, "fine"), 12.0) is None
    assert session.view(12.0).screen == "due"


def test_a_place_left_alone_gives_way(session: Session) -> None:
    session.press(action(session.view(11.0), "decline"), 11.0)
    assert session.view(11.0 + TIMEOUT_S - 1).screen == "decline"
    session.touched(11.0 + TIMEOUT_S - 1)
    assert session.view(11.0 + TIMEOUT_S + 1).screen == "decline"
    assert session.view(11.0 + 2 * TIMEOUT_S).screen == "due"


def test_the_hub_away_is_told_after_a_moment_and_forgotten_when_it_is_back(session: Session) -> None:
    session.link(False, 20.0)
    session.link(False, 21.0)  # it is the first that counts
    assert session.view(20.0 + UNHEARD_S / 2).screen == "due"
    away = session.view(20.0 + UNHEARD_S)
    assert away.screen == "link"
    assert "12 34 56 78" in away.lines[-1].replace("\xa0", " ")
    session.link(True, 23.0)
    assert session.view(23.0).screen == "due"


def test_before_the_hub_was_ever_heard() -> None:
    session = Session(PANELS["10.1"], now_s=5.0)
    assert session.view(5.1).tone == "plain"
    assert session.view(5.0 + UNHEARD_S).tone == "alarm"
    assert session.shown(session.view(8.0)) == Shown(screen="link", snapshot=0)


def test_what_is_shown_names_the_snapshot(session: Session) -> None:
    assert session.shown(session.view(11.0)) == Shown(screen="due", snapshot=DUE.version)
