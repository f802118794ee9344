"""Ways through the screens, as data: what is touched, and where it leads."""

import pytest

from hub.protocol import ChangeMind, Decline, Message, Open, Reply, Say, Snooze, TakenElsewhere
from tests.ui.scenes import DUE, SNAPSHOTS
from ui.panel import PANELS, Panel
from ui.present import REASONS, after, present
from ui.view import HERE, Nav, View

ID = "2025-11-20/18"

FLOWS: dict[str, tuple[str, list[str], str, Message | None]] = {
    # from a snapshot, touching these, one ends on this screen, having sent this
    "open": ("due", ["open"], "due", Open(intake=ID)),
    "snooze": ("due", ["snooze"], "due", Snooze(intake=ID)),
    "snoozed": ("snoozed", ["open"], "snoozed", Open(intake=ID)),
    "sick": ("due", ["decline", "reason_nausea"], "due", Decline(intake=ID, reason="nausea")),
    "other": (
        "due", ["decline", "other_reasons", "other_reasons", "reason_other"], "due", Decline(intake=ID, reason="other"),
    ),
    "mind": ("declined", ["change_mind"], "declined", ChangeMind(intake=ID)),
    "elsewhere": (
        "due", ["decline", "other_reasons", "have_taken", "taken_elsewhere"], "due", TakenElsewhere(intake=ID),
    ),
    "not elsewhere": ("due", ["decline", "other_reasons", "have_taken", "not_taken"], "due", None),
    "back from a page": ("due", ["decline", "other_reasons", "back"], "decline", None),
    "back from reasons": ("due", ["decline", "back"], "due", None),
    "yes": ("ask", ["yes"], "ask", Say(intake=ID, all_taken=True)),
    "not all": ("ask", ["not_all"], "ask", Say(intake=ID, all_taken=False)),
    "second opening": ("rest", ["open"], "rest", Open(intake=ID)),
    "leave the rest": ("rest", ["leave"], "home", None),
    "home and back": ("due", ["back", "return"], "due", None),
    "medicine": ("home", ["medicine", "back"], "home", None),
    "help": ("due", ["help", "back"], "due", None),
}  # fmt: skip


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
@pytest.mark.parametrize("name", FLOWS)
def test_flow(name: str, panel: Panel) -> None:
    start, touches, screen, sent = FLOWS[name]
    view, messages = walk(start, touches, panel)
    assert view.screen == screen
    assert messages == ([sent] if sent else [])


def walk(start: str, touches: list[str], panel: Panel) -> tuple[View, list[Message]]:
    """The hub says yes to everything, and stands still: what is left is the screen's own doing."""
    said, nav, sent = SNAPSHOTS[start], HERE, list[Message]()
    for touch in touches:
        found = {a.name: a for a in present(said, nav, panel).touchable}
        does = found[touch].does
        if isinstance(does, Nav):
            nav = does
        else:
            sent.append(does)
            nav = after(found[touch], Reply(ref=1), said)
    return present(said, nav, panel), sent


def test_every_reason_can_be_reached() -> None:
    found, view, nav = [], present(DUE, HERE, PANELS["10.1"]), HERE
    step = "decline"
    while step:
        nav = next(a.does for a in view.actions if a.name == step)
        assert isinstance(nav, Nav)
        view = present(DUE, nav, PANELS["10.1"])
        found += [a.does.reason for a in view.actions if isinstance(a.does, Decline)]
        step = next((a.name for a in view.actions if a.name == "other_reasons"), "")
    assert found == [code for code, _text in REASONS]


def test_from_every_screen_back_leads_home() -> None:
    for said in SNAPSHOTS.values():
        view, nav = present(said, HERE, PANELS["7-classic"]), HERE
        for _ in range(10):
            if view.back is None:
                break
            assert isinstance(view.back.does, Nav)
            nav = view.back.does
            view = present(said, nav, PANELS["7-classic"])
        assert view.screen == "home"
