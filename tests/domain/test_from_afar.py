"""Orders from afar: each once, only those that may be, and none of them opens a lock (R14, H20)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.decide import REMOTE, decide
from hub.domain.intake import Life
from hub.domain.leave import Leave, LeaveKind
from hub.domain.refusal import Refusal
from tests.domain.play import DAY, Play, codes, plan_of

HOUR = timedelta(hours=1)
ID = f"{DAY}/morning"


def order(play: Play, what: c.Command, name: str = "order-1", lasts: timedelta = HOUR) -> tuple[str, ...]:
    return play.do(c.Signed(name, "Sanne", play.now.wall + lasts, what))


def every(play: Play) -> dict[type[c.Command], c.Command]:
    """One of each command there is."""
    wall, sensed = play.now.wall, play.sensed()
    key = e.KeyAccepted(kid="k2", purpose="command", x="x", replaces="k1", until=wall + 60 * 24 * HOUR)
    commands = (
        c.Tick(sensed), c.Boot("test", sensed), c.OfferPlan("d", plan_of(version=9)),
        c.RequestOpening(ID, "o9", sensed), c.AskAsNeeded("para", "o9", sensed), c.Snooze(ID),
        c.Decline(ID, "no"), c.ChangeMind(ID), c.Say(ID, True),
        c.SayTakenElsewhere(ID), c.AskForHelp(), c.PulseEnded("o9", 1, "broken"), c.MoveLid(1, True),
        c.FillCompartment(9, ID, 500, "Sanne"), c.EmptyCompartment(1, "Sanne"), c.VerifyFill(1, "Sanne"),
        c.BeginFilling(9, ID, "f9", sensed, "Sanne"), c.EndFilling("Sanne"),
        c.Resolve(ID, Life.DUE, "Sanne", wall + HOUR), c.Correct(ID, Life.TAKEN, "Sanne", "seen"),
        c.Promise(ID, wall + HOUR, "Sanne"), c.HandBack(ID, "Sanne"),
        c.BeginLeave(Leave("l1", LeaveKind.OUTING, wall, "Sanne", wall + HOUR)), c.EndLeave("Sanne", True),
        c.StopOrdinations(("metformin",), wall, "Dr. Holm", ""), c.SetTime(wall, "Sanne"), c.LowerMark("Sanne", "Bo"),
        c.AcceptKey(key), c.Signed("order-9", "Sanne", wall + HOUR, c.Acknowledge("x", "Sanne")),
        c.Acknowledge(f"not_taken/{ID}", "Sanne"), c.DoubtJournal("shortened"), c.ConfirmJournal("Sanne"),
        c.Park("rest", 1, "refused"), c.AskMachine("Reboot", "Sanne"), c.RecordSelfTest("Sanne", ()),
    )  # fmt: skip
    return {type(command): command for command in commands}


def test_one_of_each_is_all_there_are(day):
    assert set(every(day)) == set(c.Command.__subclasses__())


# -- each once --------------------------------------------------------------------------------------------------------


def test_the_order_is_written_with_what_it_brings_about(day):
    """R14: in one commit, so neither is there without the other."""
    day.at("9.00")
    ordered = c.Signed("order-1", "Sanne", day.now.wall + HOUR, c.Acknowledge(f"not_taken/{ID}", "Sanne"))
    bodies = decide(day.state, ordered, day.now)
    assert codes(bodies) == ["CommandCarriedOut", "AlarmAcknowledged"]
    assert (bodies[0].id, bodies[0].by, bodies[0].expires) == ("order-1", "Sanne", day.now.wall + HOUR)


def test_repeated_it_is_one(day):
    day.at("9.00")
    released = c.Resolve(ID, Life.DUE, "Sanne", day.now.wall + HOUR)
    assert order(day, released) == ()
    assert order(day, released) == ("already",)
    assert len(day.said(e.IntakeReleased)) == 1


def test_under_one_name_another_order_is_refused_too(day):
    day.at("9.00")
    assert order(day, c.Promise(ID, day.now.wall + HOUR, "Sanne")) == ()
    assert order(day, c.HandBack(ID, "Sanne")) == ("already",)
    assert order(day, c.HandBack(ID, "Sanne"), "order-2") == ()


def test_late_and_again_it_releases_nothing_a_second_time(day):
    """H20: the same message, an hour later on a slow line: what was missed anew stays missed."""
    day.at("9.00")
    released = c.Signed("order-1", "Sanne", day.now.wall + 4 * HOUR,
                        c.Resolve(ID, Life.DUE, "Sanne", day.now.wall + 3 * HOUR))  # fmt: skip
    assert day.do(released) == ()
    day.do(c.SayTakenElsewhere(ID))
    assert day.at("10.00").do(released) == ("already",)
    assert day.life("morning") is Life.TAKEN_ELSEWHERE


def test_it_is_remembered_over_a_restart(day):
    day.at("9.00")
    order(day, c.Promise(ID, day.now.wall + HOUR, "Sanne"))
    day.die("boot-2")
    assert order(day, c.HandBack(ID, "Sanne")) == ("already",)


def test_as_long_as_it_could_be_carried_out_and_no_longer(day):
    day.at("9.00")
    order(day, c.Promise(ID, day.now.wall + HOUR, "Sanne"), lasts=2 * HOUR)
    order(day.at("10.30"), c.HandBack(ID, "Sanne"), "order-2")
    assert set(day.state.commands) == {"order-1", "order-2"}
    order(day.at("11.00"), c.EndLeave("Sanne", True), "order-3")  # refused: nothing is written, nothing let go
    assert set(day.state.commands) == {"order-1", "order-2"}
    order(day, c.Promise(ID, day.now.wall + HOUR, "Sanne"), "order-4")
    assert set(day.state.commands) == {"order-2", "order-4"}


def test_on_a_time_nobody_vouches_for_none_is_let_go(day):
    """A clock gone astray into the future would let each order be carried out once more when it is mended."""
    day.at("9.00")
    order(day, c.Promise(ID, day.now.wall + HOUR, "Sanne"))
    day.step_wall(timedelta(days=400), trusted=False)
    order(day, c.StopOrdinations(("statin",), day.now.wall, "Dr. Holm", ""), "order-2")
    assert set(day.state.commands) == {"order-1", "order-2"}


def test_refused_it_is_not_used_up_and_changes_nothing(day):
    """The sender mends the cause and sends it again."""
    before = day.state
    assert order(day, c.HandBack(ID, "Sanne")) == ("not_now",)
    assert day.state is before
    day.do(c.Promise(ID, day.now.wall + HOUR, "Sanne"))
    assert order(day, c.HandBack(ID, "Sanne")) == ()


# -- which, and what they cannot do -----------------------------------------------------------------------------------


def test_only_what_allows_or_forbids(day):
    """Neither filling, nor emptying, nor opening, nor the clock, nor the journal, nor a plan's place (R5, R7, R11)."""
    assert {
        c.Acknowledge, c.Resolve, c.Correct, c.Promise, c.HandBack, c.BeginLeave, c.EndLeave, c.StopOrdinations,
        c.AcceptKey,
    } == REMOTE  # fmt: skip
    day.at("8.00")
    for kind, command in every(day).items():
        if kind not in REMOTE:
            before = day.state
            assert order(day, command, f"order-{kind.__name__}") == ("staff_only",)
            assert day.state is before


def test_an_order_within_an_order_is_none(day):
    inner = c.Signed("inner", "Sanne", day.now.wall + HOUR, c.RequestOpening(ID, "o9", day.sensed()))
    assert order(day, inner) == ("staff_only",)


@pytest.mark.parametrize("clock", ["6.00", "8.00", "9.30", "12.00", "23.00"])
@pytest.mark.parametrize("kind", sorted(REMOTE, key=lambda k: k.__name__))
def test_nothing_from_afar_opens_a_lock(day, kind, clock):
    """R14: at once or after, whatever it finds: an opening needs a touch at home."""
    day.at(clock)
    for n, slot in enumerate(("morning", "noon", "evening", "night")):
        for m, outcome in enumerate((Life.DUE, Life.MISSED, Life.TAKEN, Life.GIVEN_BY_STAFF)):
            command = every(day)[kind]
            if isinstance(command, c.Resolve):
                command = c.Resolve(f"{DAY}/{slot}", outcome, "Sanne", day.now.wall + HOUR)
            elif hasattr(command, "intake"):
                command = replace(command, intake=f"{DAY}/{slot}")
            order(day, command, f"order-{n}-{m}")
    for _ in range(10):
        day.minutes(7)
    assert not day.said(e.PulseRequested)
    assert not day.said(e.OpeningRequested)


def test_what_it_released_opens_by_a_touch(day):
    """It allows; the touch opens."""
    day.at("9.00")
    order(day, c.Resolve(ID, Life.DUE, "Sanne", day.now.wall + HOUR))
    assert not day.said(e.PulseRequested)
    assert day.open("morning") == ()
    assert len(day.said(e.PulseRequested)) == 1


def test_a_key_handed_on_is_kept(day):
    key = every(day)[c.AcceptKey].key
    assert order(day, c.AcceptKey(key)) == ()
    assert day.state.keys == (key,)


def test_a_stop_from_afar_stops(day):
    order(day.at("8.00"), c.StopOrdinations(("metformin",), day.now.wall, "Dr. Holm", "INR"))
    assert day.life("morning") is Life.WITHHELD
    assert isinstance(decide(day.state, c.RequestOpening(ID, "o9", day.sensed()), day.now), Refusal)
