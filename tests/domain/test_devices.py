"""A device absent, lost or back is a state with one alarm; what can still be done is done (R9, R12, R13)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.alarms import DEVICE_CRITICALITY
from hub.domain.decide import decide
from hub.domain.events import Device
from hub.domain.intake import Life
from hub.domain.plan import Criticality
from tests.domain.play import DAY, Play

MORNING = f"{DAY}/morning"


def sense(play: Play, **devices: str) -> Play:
    """From now on this is what is wrong with each; "" is well."""
    play.devices = {Device(name): text for name, text in devices.items()}
    play.tick()
    return play


@pytest.mark.parametrize("device", Device)
def test_lost_is_one_event_and_one_alarm_and_back_ends_both(day, device):
    for _ in range(3):
        sense(day, **{device: f"{device}: does not answer"})
    assert day.said(e.DeviceLost) == [e.DeviceLost(device=device, text=f"{device}: does not answer")]
    assert day.state.lost == {device}
    [raised] = day.said(e.AlarmRaised)
    assert (raised.alarm, raised.code, raised.criticality) == (
        f"device/{device}", e.AlarmCode.DEVICE, DEVICE_CRITICALITY[device],
    )  # fmt: skip
    for _ in range(3):
        sense(day, **{device: ""})
    assert day.said(e.DeviceBack) == [e.DeviceBack(device=device)]
    assert day.said(e.AlarmEnded) == [e.AlarmEnded(alarm=f"device/{device}")]
    assert (day.state.lost, day.alarms()) == (frozenset(), set())


def test_its_alarm_is_as_critical_as_what_it_stops():
    assert {d for d in Device if DEVICE_CRITICALITY[d] is Criticality.HIGH} == {"lids", "locks", "scale"}
    assert {d for d in Device if DEVICE_CRITICALITY[d] is Criticality.MEDIUM} == {"sounder", "power"}


def test_another_text_is_the_same_trouble(day):
    sense(day, scale="scale: does not answer")
    sense(day, scale="scale: at its limit")
    assert len(day.said(e.DeviceLost)) == 1


def test_two_at_once_are_told_each(day):
    sense(day, scale="scale: gone", lids="lids: gone")
    assert day.alarms() == {"device/scale", "device/lids"}
    sense(day, scale="", lids="lids: gone")
    assert day.alarms() == {"device/lids"}


def test_of_what_is_not_known_nothing_follows(day):
    """A hub that has just begun has asked nobody yet: what was lost before stays so."""
    sense(day, scale="scale: gone")
    sense(day)
    assert day.state.lost == {Device.SCALE}
    assert not day.said(e.DeviceBack)


def test_its_alarm_escalates_until_a_named_human_has_it_and_its_end_is_told_all_the_same(day):
    sense(day, scale="scale: gone")
    day.minutes(10)
    assert day.said(e.AlarmEscalated) == [e.AlarmEscalated(alarm="device/scale", level=2)]
    day.do(c.Acknowledge("device/scale", "Sanne"))
    day.minutes(30)
    assert len(day.said(e.AlarmEscalated)) == 1
    sense(day, scale="")
    assert day.said(e.AlarmEnded) == [e.AlarmEnded(alarm="device/scale")]
    sense(day, scale="scale: gone again")
    assert day.alarms() == {"device/scale"}, "a new loss is told anew"


@pytest.mark.parametrize(("device", "reason"), [(Device.SCALE, "scale_missing"), (Device.LIDS, "lids_unseen")])
def test_nothing_opens_while_it_is_lost_though_it_answers_for_a_moment(day, device, reason):
    """R12, R13: a loose plug comes and goes."""
    day.at("8.00")
    sense(day, **{device: "a loose plug"})
    assert day.sensed().reading is not None
    assert day.open("morning") == (reason,)
    assert day.life("morning") is Life.DUE
    assert not day.said(e.PulseRequested)
    sense(day, **{device: ""})
    assert day.open("morning") == ()


def test_nothing_opens_while_a_lock_may_be_on_by_itself(day):
    """R12, H13; and what is due stays due: it may be off again in time."""
    day.at("8.00")
    on = replace(day.sensed(), locks_off=False)
    assert day.do(c.RequestOpening(f"{DAY}/morning", "o1", on)) == ("lock_not_off",)
    assert day.do(c.BeginFilling(9, f"{DAY + timedelta(days=1)}/morning", "f1", on, "Sanne")) == ("lock_not_off",)
    assert day.life("morning") is Life.DUE
    assert day.open("morning") == ()


@pytest.mark.parametrize("device", sorted(set(Device) - {Device.SCALE, Device.LIDS}))
def test_what_can_still_be_done_is_done(day, device):
    day.at("8.00")
    sense(day, **{device: "gone"})
    assert day.open("morning") == ()
    day.take(1, 1)
    assert day.life("morning") is Life.TAKEN


def test_without_scale_what_is_due_is_told_and_missed_and_never_taken(day):
    sense(day, scale="scale: gone")
    day.at("8.00")
    assert day.life("morning") is Life.DUE
    day.at("9.00")
    assert day.life("morning") is Life.MISSED
    assert {"not_taken/morning", "device/scale"} <= day.alarms()
    assert not day.said(e.IntakeTaken)


def test_on_a_doubted_clock_a_device_is_lost_all_the_same(day):
    day.trust(False)
    sense(day, scale="scale: gone")
    assert "device/scale" in day.alarms()


def test_a_self_test_is_in_the_journal_by_name_and_moves_nothing(day):
    result = e.DeviceTested(device=Device.SCALE, figure="20000 mg, at rest", limit="at rest")
    assert decide(day.state, c.RecordSelfTest("Sanne", (result,)), day.now) == [
        e.SelfTested(by="Sanne", results=(result,))
    ]
    before = replace(day.state, seq=0)
    day.do(c.RecordSelfTest("Sanne", (result,)))
    assert replace(day.state, seq=0) == before


def test_known_before_the_first_loss_nothing_is_said(day):
    sense(day, **dict.fromkeys(Device, ""))
    assert not day.said(e.DeviceBack)
    day.wait(timedelta(minutes=1))
    assert day.state.lost == frozenset()


@pytest.mark.parametrize("opened", [False, True])
def test_lids_lost_in_an_opening_make_it_uncertain_whatever_the_scale_says(day, opened):
    """R12: the lid may be up and nobody sees it. Withheld as a jam, it might be given once more by hand."""
    day.at("8.00").open("morning")
    if opened:
        day.lid(1, True)
    sense(day, lids="lids: gone")
    assert (day.life("morning"), day.record("morning").reason) == (Life.UNCERTAIN, "lids_unseen")
    assert {"uncertain/morning", "device/lids"} <= day.alarms()
    day.weight_mg -= 500
    day.lid(1, False)
    day.minutes(1)
    assert day.life("morning") is Life.UNCERTAIN


def test_lids_lost_once_it_was_sensed_shut_take_no_word_away(day):
    day.at("8.00").open("morning")
    day.stable = False
    day.lid(1, True)
    day.lid(1, False)
    day.seconds(11)
    sense(day, lids="lids: gone")
    assert day.life("morning") is Life.OPEN
    assert day.do(c.Say(MORNING, True)) == ()
    assert day.life("morning") is Life.TAKEN


@pytest.mark.parametrize("device", sorted(set(Device) - {Device.LIDS}))
def test_what_else_is_lost_in_an_opening_does_not_end_it(day, device):
    day.at("8.00").open("morning")
    sense(day, **{device: "gone"})
    assert day.life("morning") is Life.OPENING


def test_while_nobody_sees_the_lids_no_further_pulse_and_no_verdict(day):
    """R1, R12: in the seconds before they are lost. What the scale says then, another lid may have had a part in."""
    day.at("8.00").open("morning")
    unseen = replace(day.sensed(), open_lids=None)
    day.now = replace(day.now, monotonic_s=day.now.monotonic_s + 4, wall=day.now.wall + timedelta(seconds=4))
    reading = replace(unseen.reading, at_s=day.now.monotonic_s)
    assert decide(day.state, c.Tick(replace(unseen, reading=reading)), day.now) == []
    day.lid(1, True)
    day.weight_mg -= 500
    day.do(c.MoveLid(1, False))
    day.now = replace(day.now, monotonic_s=day.now.monotonic_s + 2, wall=day.now.wall + timedelta(seconds=2))
    reading = replace(day.sensed().reading, at_s=day.now.monotonic_s)
    assert decide(day.state, c.Tick(replace(unseen, reading=reading)), day.now) == []


def test_a_box_that_is_about_to_put_itself_off_opens_nothing(day):
    """H21: it would go off in the middle, and nobody would know what was taken."""
    day.at("8.00").mains_are(False)
    day.do(c.Tick(replace(day.sensed(), charge_pct=8)))
    assert day.said(e.PoweredOff)
    assert day.open("morning") == ("another_opening",)
