"""Away, promised, stopped, as needed: what is shown, where each touch leads, and what is never offered."""

import pytest
from msgspec.structs import replace

from hub.protocol import AskAsNeeded, Decline, Error, HomeAgain, LeaveView, Open, Problem, Reply, Snapshot
from tests.ui.scenes import (
    DUE,
    MEDICINES,
    PARA,
    PINEMOL,
    PROMISED,
    SEVERAL,
    SNAPSHOTS,
    WHEN_NEEDED,
    as_needed,
    at,
    intake,
    snapshot,
)
from ui.panel import PANELS
from ui.present import after, present
from ui.scene import key_of
from ui.view import HERE, Action, Nav, View

PANEL = PANELS["10.1"]


def show(said: Snapshot, nav: Nav = HERE) -> View:
    return present(said, nav, PANEL)


def press(said: Snapshot, view: View, name: str) -> View:
    does = action(view, name).does
    assert isinstance(does, Nav)
    return show(said, does)


def action(view: View, name: str) -> Action:
    return next(a for a in view.touchable if a.name == name)


def names(view: View) -> set[str]:
    return {a.name for a in view.actions}


# -- away -------------------------------------------------------------------------------------------------------------


def test_a_weekend_says_who_has_the_medicine_and_the_way_home() -> None:
    view = show(SNAPSHOTS["away-weekend"])
    assert (view.heading, view.lines) == ("Du er på weekend", ("Karen har medicinen til søndag kl.\u00a018.",))
    assert action(view, "home_again").does == HomeAgain()


def test_what_is_due_at_home_is_not_asked_of_who_is_away() -> None:
    away = replace(DUE, leave=LeaveView("outing", at(20)))
    assert show(away).screen == "away"
    home = press(away, show(away), "back")
    assert home.lines == ("Næste medicin: kl.\u00a022",), "nothing waits"
    assert names(home) == {"return", "medicine"}
    assert press(away, home, "return").screen == "away"


def test_an_open_lid_and_a_fault_come_before_that_somebody_is_away() -> None:
    leave = LeaveView("outing", at(20))
    for name, screen in (("open", "open"), ("ask", "ask"), ("clock", "fault"), ("journal", "fault")):
        assert show(replace(SNAPSHOTS[name], leave=leave)).screen == screen


def test_out_of_hospital_only_staff_let_the_box_be_used() -> None:
    view = show(SNAPSHOTS["away-hospital"])
    assert view.actions == ()
    assert view.lines[-1] == "Hjemmeplejen åbner den, når du er hjemme."


def test_a_leave_that_begins_or_ends_leaves_the_place_that_was_chosen() -> None:
    nav = Nav(place="decline", key=key_of(DUE))
    away = replace(DUE, leave=LeaveView("outing", at(20)))
    assert show(DUE, nav).screen == "decline"
    assert show(away, nav).screen == "away"


# -- somebody else gives it -------------------------------------------------------------------------------------------


def test_who_comes_and_by_when_and_no_button_to_open_it() -> None:
    view = show(SNAPSHOTS["promised"])
    assert view.lines[0] == "Sanne kommer med den inden kl.\u00a020."
    assert view.actions == ()


@pytest.mark.parametrize("state", ["missed", "withheld", "declined", "not_known", "uncertain"])
def test_that_somebody_comes_stands_before_what_else_became_of_it(state: str) -> None:
    assert show(snapshot(replace(PROMISED, state=state))).screen == "promised"


def test_past_the_time_it_is_not_said_that_they_come() -> None:
    for name in ("not-given-trying", "not-given-none"):
        view = show(SNAPSHOTS[name])
        assert view.heading == "Medicinen er ikke kommet endnu"
        assert "Ring selv på" in view.lines[-1]
        assert "kommer" not in " ".join(view.lines)
    late_and_missed = snapshot(replace(PROMISED, state="missed"), hour=20, minute=5)
    assert show(late_and_missed).screen == "missed"


@pytest.mark.parametrize("said", [s for name, s in SNAPSHOTS.items() if name.startswith("stopped-")])
def test_a_stopped_medicine_is_told_calmly_with_whom_to_call(said: Snapshot) -> None:
    view = show(said)
    assert (view.heading, view.tone) == ("Medicinen kl.\u00a018 er stoppet", "attention")
    assert view.lines[0] == "Tag den ikke."
    assert sum("12\u00a034\u00a056\u00a078" in line for line in view.lines) == 1


# -- as needed --------------------------------------------------------------------------------------------------------


def wanting(*offers: str, **more: object) -> Snapshot:
    medicines = tuple(m for name in offers for m in WHEN_NEEDED[name])
    return snapshot(hour=14, medicines=medicines, **more)


def offer_of(said: Snapshot) -> View:
    return press(said, show(said, Nav(place="medicine", key=key_of(said))), "as_needed")


def test_what_can_be_had_is_shown_and_one_touch_asks_for_it() -> None:
    said = wanting("now")
    view = offer_of(said)
    assert [row.text for row in view.rows] == ["2\u00a0tabletter Paracetamol 500\u00a0mg"]
    assert action(view, "take").does == AskAsNeeded(ordination="Paracetamol")
    assert after(action(view, "take"), Reply(ref=1), said) == HERE
    refused = Reply(ref=1, error=Error(Problem.REFUSED, ("most_taken",)))
    assert show(said, after(action(view, "take"), refused, said)).heading == "Det er nok for nu"


@pytest.mark.parametrize(
    ("name", "heading", "line"),
    [
        ("soon", "Det er for tidligt", "Du kan tage den fra kl.\u00a022."),
        ("enough", "Det er nok for nu", "Du kan tage den fra i morgen kl.\u00a09.30."),
        ("empty", "Rummet er ikke fyldt", "Hjemmeplejen skal fylde boksen."),
        ("away", "Du er ikke hjemme", "Sig først, at du er hjemme igen."),
    ],
)
def test_what_cannot_be_had_now_says_from_when_or_what_is_in_the_way(name: str, heading: str, line: str) -> None:
    view = offer_of(wanting(name))
    assert (view.heading, view.lines[1]) == (heading, line)
    assert not any(isinstance(a.does, AskAsNeeded) for a in view.touchable)
    assert names(view) == ({"call"} if name == "empty" else {"fine"})


def test_a_box_that_shakes_still_offers_it() -> None:
    shaken = snapshot(medicines=(as_needed(PARA, "weight_unstable"),))
    assert "take" in names(offer_of(shaken))


def test_of_several_the_first_that_can_be_had_comes_first_and_all_are_reached() -> None:
    late = as_needed(PINEMOL, "interval", possible_at=at(22))
    said = snapshot(medicines=(late, *SEVERAL[:2]))
    view, seen = offer_of(said), []
    for _ in range(4):
        seen.append(view.rows[0].text if view.rows else view.lines[0])
        view = press(said, view, "another")
    assert len(set(seen)) == 3
    assert "Paracetamol" in seen[0]
    assert seen[3] == seen[0]


def test_where_open_is_no_touch_leads_to_it() -> None:
    """Whoever touches twice where "When needed" or "Another one" was has asked for nothing."""
    early = as_needed(PINEMOL, "interval", possible_at=at(22))
    said = snapshot(medicines=(*SEVERAL[:1], early))
    listed = show(said, Nav(place="medicine", key=key_of(said)))
    offer = press(said, listed, "as_needed")
    refused = press(said, offer, "another")
    assert [view.actions[0].name for view in (listed, offer, refused)] == ["fine", "take", "fine"]
    assert press(said, refused, "another") == offer


def test_without_any_there_is_no_way_to_it_and_one_that_is_gone_is_not_offered() -> None:
    said = snapshot(medicines=MEDICINES)
    assert show(said, Nav(place="medicine", key=key_of(said))).actions == ()
    view = show(said, Nav(place="as_needed", intake="Paracetamol", key=key_of(said)))
    assert view.actions == ()


def test_the_list_says_when_it_can_be_had() -> None:
    said = wanting("soon")
    row = show(said, Nav(place="medicine", key=key_of(said))).rows[0]
    assert row.note.startswith("Du kan tage den fra kl.\u00a022. · mod smerter\n")


def test_one_put_back_may_be_had_again_or_not_and_there_is_no_reason_to_give() -> None:
    view = show(SNAPSHOTS["put-back"])
    assert view.heading == "Har du stadig brug for den?"
    assert action(view, "open").does == Open(intake="2025-11-20/18")
    assert action(view, "no_thanks").does == Decline(intake="2025-11-20/18", reason="no_need")
    shut = snapshot(intake(as_needed=True, refusals=("clock",)))
    assert show(shut).screen == "fault"
