"""What the screen says, as data: no window, no Kivy."""

import subprocess
import sys

import pytest
from msgspec.structs import replace

from hub.journal_errors import JournalState
from hub.protocol import AskForHelp, Error, Help, LeaveView, Open, Problem, Reply, Say, Snapshot
from tests.ui.scenes import (
    DUE,
    INSULIN,
    LANGUAGES,
    NIGHT,
    PINEMOL,
    SNAPSHOTS,
    alarm,
    at,
    intake,
    pages,
    snapshot,
    views,
)
from ui.layout import action_rects
from ui.panel import PANELS, Panel
from ui.present import HOME_TIMEOUT_S, TIMEOUT_S, after, present, settle
from ui.scene import key_of
from ui.screens import fault, notice
from ui.view import HERE, Action, Nav, View

SMALL, LARGE = PANELS["7-classic"], PANELS["10.1"]


def show(said: Snapshot, nav: Nav = HERE, panel: Panel = LARGE) -> View:
    return present(said, nav, panel)


def action(view: View, name: str) -> Action:
    return next(a for a in view.touchable if a.name == name)


def test_present_needs_no_kivy() -> None:
    check = "import sys, ui.present, ui.layout, ui.session; assert not any(m.startswith('kivy') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)


SCREENS = {
    "home": "home", "home-no-plan": "home", "due": "due", "due-insulin": "due", "snoozed": "snoozed", "open": "open",
    "opening": "open", "shut": "open", "rest": "rest", "ask": "ask", "ask-mixed": "ask", "done": "done",
    "declined": "declined", "missed-seen": "missed", "clock": "fault", "journal": "fault", "jam": "fault",
    "withheld": "fault", "withdrawn": "fault", "uncertain": "fault", "not-known": "fault", "blocked": "fault",
    "no-scale": "fault", "rest-no-scale": "fault", "no-lids": "fault", "not-commissioned": "fault",
}  # fmt: skip


@pytest.mark.parametrize(("name", "screen"), SCREENS.items())
def test_each_state_has_its_screen(name: str, screen: str) -> None:
    assert show(SNAPSHOTS[name]).screen == screen


@pytest.mark.parametrize("state", ["taken", "given_by_staff", "taken_elsewhere", "handed_out_early", "from_the_future"])
def test_what_is_over_or_unknown_is_home(state: str) -> None:
    assert show(snapshot(intake(state))).screen == "home"


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_keeps_to_the_brief(panel: Panel, language: str) -> None:
    """At most three main actions, a way back (home is where it leads) and a way to a human."""
    for name, view in views(panel, language):
        assert len(view.actions) <= 3, name
        if view.screen == "link":  # nothing can be asked: the words are the way
            assert not view.touchable
            continue
        assert view.back is not None or view.screen == "home", name
        assert view.help is not None or view.screen == "help", name
        names = [a.name for a in view.touchable]
        assert len(names) == len(set(names)), name


def test_nobody_is_promised_help_that_has_not_answered() -> None:
    """R9, H38."""
    said = {h: " ".join(show(SNAPSHOTS[f"missed-{h}"]).lines).replace("\xa0", " ") for h in Help}
    assert "12 34 56 78" in said[Help.NONE]
    assert "besked" not in said[Help.NONE]
    assert "Vi prøver at give besked. Ring selv på 12 34 56 78." in said[Help.TRYING]
    assert "Hjemmeplejen har fået besked." in said[Help.DELIVERED]
    assert "Sanne har set det." in said[Help.SEEN]
    assert all("Tag den ikke nu." in text for text in said.values())


@pytest.mark.parametrize(("code", "name"), [("clock", "clock"), ("journal", "journal")])
def test_a_fault_tells_how_far_its_own_alarm_has_come(code: str, name: str) -> None:
    said = replace(SNAPSHOTS[name], alarms=(alarm("not_taken", Help.SEEN, "x"), alarm(code, Help.DELIVERED)))
    assert "Hjemmeplejen har fået besked." in show(said).lines


def test_a_device_that_is_why_nothing_opens_tells_how_far_its_own_alarm_has_come() -> None:
    """R9: home care has been told of the scale, not of the thermometer."""
    assert show(SNAPSHOTS["no-scale"]).lines == ("Derfor åbner boksen ikke.", "Hjemmeplejen har fået besked.")
    ready = show(SNAPSHOTS["not-commissioned"])
    assert (ready.heading, ready.lines) == (
        "Boksen er ikke gjort klar til brug", ("Derfor åbner boksen ikke.", "Hjemmeplejen har fået besked."),
    )  # fmt: skip
    assert show(SNAPSHOTS["no-lids"]).lines == ("Derfor åbner boksen ikke.", "Sanne har set det.")


@pytest.mark.parametrize("code", fault.WITHOUT_JOURNAL)
def test_where_nothing_can_be_written_down_nobody_is_promised_only_the_number_is_there(code: str) -> None:
    """R9, R11: and no button that would ask for a call which nobody would hear of."""
    said = SNAPSHOTS[f"journal-{code}"]
    for view in (show(said), present(said, Nav(place="help", key=key_of(said)), LARGE)):
        text = " ".join(view.lines).replace("\xa0", " ")
        assert "Den kan ikke selv give besked. Ring selv på 12 34 56 78." in text
        assert "prøver" not in text
        assert not view.actions
    assert any(line.startswith("Sig: ") for line in show(said).lines)
    assert "Ring til hjemmeplejen, hvis du har brug for hjælp." in show(SNAPSHOTS["journal-no-phone"]).lines


def test_every_journal_that_takes_nothing_has_its_words() -> None:
    told_otherwise = {"whole", "new", "damaged", "shortened"}
    assert set(fault.WITHOUT_JOURNAL) == {str(state) for state in JournalState} - told_otherwise


def test_red_only_while_someone_must_act() -> None:
    assert show(SNAPSHOTS["missed-trying"]).tone == "alarm"
    assert show(SNAPSHOTS["missed-seen"]).tone == "attention"


def test_an_open_lid_comes_before_everything() -> None:
    said = snapshot(intake("open", lid_open=True), clock_ok=False, journal_ok=False, done=intake("taken", 8))
    assert show(said).screen == "open"


def test_while_the_box_is_filled_nothing_is_asked_of_the_citizen() -> None:
    due = show(SNAPSHOTS["filling-due"])
    assert (due.screen, due.actions, due.tone) == ("filling", (), "plain")
    assert (due.heading, due.lines) == ("Boksen bliver fyldt", ("Du kan tage din medicin, når det er gjort.",))
    assert show(SNAPSHOTS["filling"]).lines == ("Du skal ikke gøre noget.",)


def test_a_fault_comes_before_that_and_whoever_looks_at_help_is_brought_to_it() -> None:
    filled = SNAPSHOTS["filling"]
    assert show(replace(filled, clock_ok=False)).screen == "fault"
    assert show(replace(filled, leave=LeaveView("outing", at(20)))).screen == "filling"
    before = Nav(place="home", key=key_of(replace(filled, filling=None)))
    assert show(filled, before).screen == "filling"


def test_what_is_done_is_told_before_an_older_miss_but_not_before_what_is_due() -> None:
    old, done = intake("missed", 12), intake("taken")
    assert show(snapshot(old, done=done)).screen == "done"
    assert show(snapshot(intake("due", 22), done=done)).screen == "due"


def test_what_lies_outside_the_box_is_taken_by_word() -> None:
    view = show(SNAPSHOTS["due-insulin"])
    assert view.actions[0].does == Say(intake="2025-11-20/18", all_taken=True)
    assert [row.shape for row in view.rows] == ["outside"]
    mixed = show(snapshot(intake(doses=(PINEMOL, INSULIN))))
    assert mixed.actions[0].does == Open(intake="2025-11-20/18")
    assert [row.shape for row in show(SNAPSHOTS["ask-mixed"]).rows] == ["waiting", "outside"]


def test_an_early_dose_is_offered_only_where_the_hub_would_open() -> None:
    early = SNAPSHOTS["home-early"]
    assert show(early).actions[0].does == Open(intake="2025-11-20/18")
    assert early.next is not None
    refused = replace(early, next=replace(early.next, refusals=("interval",)))
    assert [a.name for a in show(refused).actions] == ["medicine"]
    assert [a.name for a in show(SNAPSHOTS["home"]).actions] == ["medicine"]


@pytest.mark.parametrize("code", [*notice.REFUSALS, "never_heard_of", ""])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_calm_sentence(code: str, language: str) -> None:
    said = replace(DUE, language=language)
    view = show(said, Nav(place="notice", key=key_of(said), reasons=(code,), intake="2025-11-20/18"))
    assert view.screen == "notice"
    assert view.heading
    assert all(line and "{" not in line and "_" not in line for line in view.lines)


@pytest.mark.parametrize("code", [*notice.REFUSALS, "never_heard_of"])
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_a_second_impatient_touch_of_open_asks_for_no_call(code: str, panel: Panel) -> None:
    """It comes when the notice does: where Åbn was, there is what asks nothing of anybody."""
    told = show(DUE, Nav(place="notice", key=key_of(DUE), reasons=(code,), intake="2025-11-20/18"), panel)
    x, y = action_rects(panel, show(DUE, HERE, panel))["open"].centre
    under = [n for n, r in action_rects(panel, told).items() if r.x <= x < r.right and r.y <= y < r.bottom]
    assert under == ["fine"]


def test_a_box_that_does_not_answer_is_not_asked_for_a_call_but_says_whom_to_ring() -> None:
    told = show(DUE, Nav(place="notice", key=key_of(DUE), reasons=("unreachable",)))
    assert [a.name for a in told.actions] == ["fine"]
    assert "12 34 56 78" in told.lines[-1].replace("\xa0", " ")


def test_a_refused_snooze_never_says_the_dose_is_lost() -> None:
    nav = Nav(place="notice", key=key_of(DUE), reasons=("too_late",), asked="snooze", intake="2025-11-20/18")
    assert "Du kan tage den indtil kl. 19." in show(DUE, nav).lines[0].replace("\xa0", " ")


def test_too_early_tells_from_when() -> None:
    nav = Nav(place="notice", reasons=("too_early",), intake=NIGHT.id)
    assert show(SNAPSHOTS["done"], nav).lines[0].replace("\xa0", " ") == "Du kan tage den fra kl. 21."


def test_a_place_is_left_when_the_hub_moves_on_or_nobody_touches() -> None:
    nav = Nav(place="decline", key=key_of(DUE))
    assert settle(nav, DUE, 0) == nav
    assert settle(nav, SNAPSHOTS["missed-none"], 0) == HERE
    assert settle(nav, DUE, TIMEOUT_S) == HERE
    assert settle(replace(nav, place="home"), DUE, HOME_TIMEOUT_S) == HERE
    assert settle(replace(nav, place="home", lasting=True), DUE, 10 * TIMEOUT_S).place == "home"
    assert show(SNAPSHOTS["missed-none"], nav).screen == "missed"


def test_an_answer_leads_on_and_a_refusal_is_told() -> None:
    call = action(show(SNAPSHOTS["missed-none"]), "call")
    said = SNAPSHOTS["missed-none"]
    assert call.does == AskForHelp()
    assert after(call, Reply(ref=1), said).place == "help"
    refused = after(call, Reply(ref=1, error=Error(Problem.REFUSED, ("already",))), said)
    assert (refused.place, refused.reasons) == ("notice", ("already",))
    assert after(call, None, said).reasons == ("unreachable",)
    assert after(call, Reply(ref=1, error=Error(Problem.MALFORMED)), said).place == "notice"


def test_four_medicines_on_a_small_panel_are_all_there_page_by_page() -> None:
    shown = dict(pages("four", SNAPSHOTS["due-four"], HERE, SMALL))
    assert len(shown) == 4
    last = list(shown.values())[-1]
    assert last.more is None
    assert last.back is not None
    assert isinstance(last.back.does, Nav)
    assert last.back.does.page == 2
    for name in ("due-three", "due-four-short"):
        assert len(dict(pages(name, SNAPSHOTS[name], HERE, LARGE))) == 1


def test_medicine_outside_the_box_is_shown_word_for_word() -> None:
    said = SNAPSHOTS["home"]
    rows = show(said, Nav(place="medicine")).rows
    for row, medicine in zip(rows, said.medicines, strict=True):
        assert medicine.text in row.note
        assert row.shape == ("waiting" if medicine.inside else "outside")


def test_numbers_units_and_times_are_as_people_say_them() -> None:
    row = show(SNAPSHOTS["due-long"]).rows[0].text.replace("\xa0", " ")
    assert row == "½ tablet Hydroxyzinhydrochlorid Orifarm Generics filmtabl. 25 mg"
    english = show(replace(DUE, language="en")).rows[0].text.replace("\xa0", " ")
    assert english == "2 tablets Pinemol 1000 mg"
    ranged = replace(PINEMOL, quantity="1.5", quantity_max="2.4")
    assert show(snapshot(intake(doses=(ranged,)))).rows[0].text.replace("\xa0", " ").startswith("1½–2,4 tabletter")
    assert show(SNAPSHOTS["home-night"]).lines[0].replace("\xa0", " ") == "Næste medicin: i morgen kl. 8"
