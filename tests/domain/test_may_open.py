"""Every rule that may object to an opening, and every reason it gives; all reasons at once."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.decide import decide
from hub.domain.intake import Life
from hub.domain.may_open import RULES, may_open
from hub.domain.plan import Criticality, Handout
from hub.domain.reading import Reading, Sensed
from tests.domain.play import DAY, MORNING, NOON, TARE_MG, Play, ordination, plan_of

MORNING_ID = f"{DAY}/morning"


def test_no_objection(day):
    assert may_open(day.state, day.at("8.00").record("morning"), day.now, day.sensed()) == ()


def test_every_objection_is_told_at_once(day):
    """R5, R12, R13, H17: not just the first."""
    day.at("7.30")
    day.lids, day.stable = frozenset({4}), False
    day.do(c.MoveLid(4, True))
    day.do(c.DoubtJournal("new"))
    day.trust(False)
    record = day.record("noon")
    assert may_open(day.state, record, day.now, day.sensed()) == (
        "clock", "journal", "too_early", "lid_open", "weight_unstable",
    )  # fmt: skip


def test_the_rules_are_these():
    assert [rule.__name__ for rule in RULES] == [
        "clock_is_trusted", "journal_is_whole", "intake_is_waiting", "window_is_open", "interval_is_kept",
        "most_is_not_taken", "citizen_is_at_home", "nobody_else_gives_it",
        "board_is_commissioned", "lids_are_shut", "locks_are_off", "no_other_opening", "weight_is_stable",
        "fill_is_right",
    ]  # fmt: skip


def test_no_such_intake(day):
    assert day.open("breakfast") == ("no_such",)


@pytest.mark.parametrize("in_state", [True, False], ids=["told before", "this very moment"])
def test_clock_not_trusted(day, in_state):
    """R5."""
    day.at("8.00")
    day.now = replace(day.now, trusted=False)
    if in_state:
        day.tick()
        day.now = replace(day.now, trusted=True)
    result = may_open(day.state, day.record("morning"), day.now, day.sensed())
    assert result == ("clock",)


def test_journal_doubted_until_a_named_person_confirms(day):
    """R11."""
    day.at("8.00").do(c.DoubtJournal("shortened"))
    assert day.open("morning") == ("journal",)
    assert day.alarms() == {"journal/hub"}
    assert day.do(c.DoubtJournal("shortened")) == ()
    assert len(day.said(e.JournalDoubted)) == 1
    assert day.do(c.ConfirmJournal("Sanne")) == ()
    assert day.alarms() == set()
    assert day.open("morning") == ()
    assert day.do(c.ConfirmJournal("Sanne")) == ("not_now",)


def commissioned(day: Play, was_walked: bool) -> Play:
    """The hub begins anew, on a board that was walked or not."""
    day._apply(decide(day.state, c.Boot("test", day.sensed(), was_walked), day.now))
    day.tick()
    return day


def test_a_board_that_nobody_walked_opens_nothing_and_is_filled_by_nobody(day):
    """R12, H34: told once each time the hub begins on it, also where somebody has seen it before."""
    commissioned(day.at("8.00"), False)
    assert day.open("morning") == ("not_commissioned",)
    assert day.alarms() == {"not_commissioned/hub"}
    assert day.state.alarms["not_commissioned/hub"].criticality is Criticality.HIGH
    assert day.empty(2) == (), "the walk wants the box empty"
    assert day.fill("noon", 2) == ("not_commissioned",)
    commissioned(day, False)
    assert len(day.said(e.AlarmRaised)) == 1
    day.do(c.Acknowledge("not_commissioned/hub", "Ole"))
    commissioned(day, False)
    assert day.alarms() == {"not_commissioned/hub"}


def test_once_it_is_walked_it_opens_and_the_alarm_is_over(day):
    commissioned(commissioned(day.at("8.00"), False), True)
    assert [b.commissioned for b in day.said(e.Booted)] == [False, True]
    assert day.alarms() == set()
    assert day.fill("noon", 5) == ("occupied",)
    assert day.open("morning") == ()
    commissioned(day, True)
    assert len(day.said(e.AlarmEnded)) == 1


@pytest.mark.parametrize(("lids", "was_walked", "life"), [
    ((), True, Life.DUE), ((), False, Life.UNCERTAIN), ((1,), True, Life.OPEN), ((1,), False, Life.UNCERTAIN),
])  # fmt: skip
def test_an_opening_cut_short_on_a_board_that_is_another_now_is_uncertain(day, lids, was_walked, life):
    """R1, R12: what lids say that nobody has walked says nothing of this one."""
    assert day.at("8.00").open("morning") == ()
    for number in lids:
        day.lid(number, True)
    commissioned(day, was_walked)
    assert day.life("morning") is life


def test_a_journal_from_before_there_were_walks_goes_on():
    old = msgspec.json.decode(b'{"type": "Booted", "release": "0.1.0"}', type=e.Booted)
    assert old == e.Booted(release="0.1.0", commissioned=True)


def test_a_seen_journal_alarm_is_not_seen_twice(day):
    day.do(c.DoubtJournal("shortened"))
    day.do(c.Acknowledge("journal/hub", "Ole"))
    day.do(c.ConfirmJournal("Sanne"))
    assert [b.by for b in day.said(e.AlarmAcknowledged)] == ["Ole"]


def test_too_early(day):
    assert day.at("6.59").open("morning") == ("too_early",)
    assert day.at("7.00").open("morning") == ()


def test_too_late(day):
    day.at("9.00")
    assert day.life("morning") is Life.MISSED
    assert "too_late" in day.open("morning")


def test_at_the_windows_last_instant_it_is_over(day):
    """H17: the rule itself says so, before any tick has."""
    day.at("8.59")
    later = replace(day.now, wall=day.now.wall + timedelta(minutes=1))
    assert "too_late" in may_open(day.state, day.record("morning"), later, day.sensed())


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (Life.TAKEN, "handed_out"), (Life.HANDED_OUT_EARLY, "handed_out"), (Life.GIVEN_BY_STAFF, "handed_out"),
        (Life.TAKEN_ELSEWHERE, "handed_out"), (Life.DECLINED, "not_now"), (Life.WITHHELD, "not_now"),
        (Life.WITHDRAWN, "not_now"), (Life.MISSED, "not_now"), (Life.UNCERTAIN, "not_now"),
        (Life.NOT_KNOWN, "not_now"), (Life.OPENING, "not_now"), (Life.OPEN, "not_now"), (Life.PLANNED, "too_early"),
        (Life.DUE, None), (Life.PARTLY_TAKEN, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("early", [False, True])
def test_each_state(day, state, reason, early):
    """R2: handed out once. Staff's early hand-out changes that for what is planned alone."""
    record = replace(day.at("8.00").record("morning"), state=state)
    expected = () if reason is None or (early and state is Life.PLANNED) else (reason,)
    assert may_open(day.state, record, day.now, day.sensed(), early) == expected


def test_over_a_correction_nothing_is_opened(day):
    """What is left is not offered where a named person has written that it was taken."""
    record = replace(day.at("8.00").record("morning"), state=Life.PARTLY_TAKEN, corrected=Life.TAKEN)
    assert may_open(day.state, record, day.now, day.sensed()) == ("not_now",)


def test_interval(play):
    """R2."""
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, interval_min=300)))
    play.fill("morning", 1)
    play.fill("noon", 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    left = may_open(play.at("12.30").state, replace(play.record("noon"), state=Life.DUE), play.now, play.sensed())
    assert left == ("interval",)


def test_a_lid_is_open(day):
    day.at("8.00").lid(2, True)
    assert "lid_open" in day.open("morning")


def test_a_lid_nobody_can_see_is_not_shut(day):
    """R12."""
    day.at("8.00")
    sensed = Sensed(None, day.sensed().reading, True)
    assert day.do(c.RequestOpening(MORNING_ID, "o", sensed)) == ("lid_open",)


def test_a_lid_the_journal_knows_open_is_not_shut_by_a_look(day):
    day.at("8.00")
    state = replace(day.state, open_lids=frozenset({9}))
    assert may_open(state, day.record("morning"), day.now, day.sensed()) == ("lid_open",)


def test_another_opening(day):
    """R12: one lock at a time, and a double touch is one opening."""
    day.at("8.00").open("morning")
    assert day.open("morning") == ("not_now", "another_opening")
    assert "another_opening" in day.open("noon")
    assert len(day.said(e.OpeningRequested)) == 1


@pytest.mark.parametrize(
    ("reading", "reason"), [(None, "scale_missing"), (Reading(TARE_MG, False, 900, 0), "weight_unstable")]
)
def test_weight(day, reading, reason):
    """R12, R13: an unstable reading is no reading."""
    day.at("8.00")
    assert day.do(c.RequestOpening(MORNING_ID, "o", Sensed(frozenset(), reading, True))) == (reason,)


def test_nothing_boxed(play):
    play.accept(plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED)))
    assert play.at("8.00").open("morning") == ("nothing_boxed",)


def test_not_filled(day):
    """R7."""
    day.at("8.00").empty(1)
    assert day.open("morning") == ("not_filled",)


def test_fill_doubted(day):
    """R7, H23: a key was used; nothing opens it until a named person has verified."""
    day.at("8.00").lid(1, True)
    day.lid(1, False)
    assert day.open("morning") == ("fill_doubted",)


@pytest.mark.parametrize("change", [{"quantity": 2}, {"drug": "substitute"}, {"oid": "other"}])
def test_contents_changed(day, change):
    """R7, H11, H37: another quantity, another package or another ordination is not what lies there."""
    changed = ordination(change.get("oid", "metformin"), MORNING, quantity=change.get("quantity", 1))
    if "drug" in change:
        changed = replace(changed, medicine=replace(changed.medicine, drug_id="substitute"))
    day.at("8.00").accept(plan_of(changed, version=2))
    assert day.open("morning") == ("contents_changed",)


def test_early_needs_a_name_and_then_only_time_gives_way(day):
    assert day.at("6.30").open("evening") == ("too_early",)
    assert day.open("evening", early_by="Sanne") == ()
    assert day.open("noon", early_by="Sanne") == ("another_opening",)
