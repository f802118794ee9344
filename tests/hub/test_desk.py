"""What comes from outside changes something only where it is signed for this hub, in time, once (R9, R14); PINs too."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import msgspec.inspect as mi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub import desk as desk_module
from hub import protocol as p
from hub.desk import Desk
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.refusal import Reason
from hub.from_afar import MOST_REFUSED
from hub.lane import Lane
from hub.loop import CoreFailed
from hub.signed import Purpose, verify
from tests.hub.at_desk import DEVICE, NOW, SANNE, TRUST, WHO, Hub, at_desk
from tests.hub.made import values, wait_for


@pytest.fixture
def hub(path: Path) -> Iterator[Hub]:
    with at_desk(path) as made:
        yield made


def refused(*reasons: str) -> p.Error:
    return p.Error(p.Problem.REFUSED, reasons)


def test_the_screen_promises_only_what_has_answered(hub: Hub) -> None:
    assert hub.help == (p.Help.TRYING, "")
    assert hub.say(p.NetworkSeen(up=True)) is None
    hub.say(p.EventsAfter(lane="alarms"))
    assert hub.help == (p.Help.TRYING, ""), "sync's word alone says nothing about help"
    assert hub.say(hub.receipt()) is None
    assert hub.help == (p.Help.DELIVERED, "")
    assert hub.say(hub.command()) is None
    assert hub.help == (p.Help.SEEN, "Ole Juul")


@pytest.mark.parametrize(
    "changes", [{"hub": "hub-8"}, {"lane": "gossip"}, {"head": "0" * 64}, {"seq": 99}], ids=lambda c: next(iter(c))
)
def test_a_receipt_for_something_else_moves_nothing(hub: Hub, changes: dict[str, Any]) -> None:
    assert isinstance(hub.say(hub.receipt(**changes)), p.Error)
    assert hub.help == (p.Help.TRYING, "")
    assert hub.loop.journal.cursor(Lane.ALARMS) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"hub": "hub-8"},
        {"citizen": "0201609995"},
        {"expires": NOW},
        {"issued": NOW + timedelta(minutes=6)},
        {"purpose": Purpose.RECEIPT},
        {"purpose": Purpose.PLAN},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_command_for_someone_else_too_late_or_by_another_key_is_refused(hub: Hub, changes: dict[str, Any]) -> None:
    before = hub.loop.state.seq
    answer = hub.say(hub.command(**changes))
    assert isinstance(answer, p.Error)
    assert answer.problem is p.Problem.REFUSED
    assert answer.reasons
    assert hub.loop.state.seq == before


def test_a_command_is_not_carried_out_on_a_time_nobody_vouches_for(hub: Hub) -> None:
    hub.clock.moment = replace(hub.clock.moment, trusted=False)
    assert isinstance(hub.say(hub.command()), p.Error)
    assert hub.loop.state.alarms[hub.alarm].seen_by is None


def test_a_command_repeated_is_one(hub: Hub) -> None:
    command = hub.command()
    assert hub.say(command) is None
    after = hub.loop.state.seq
    assert hub.say(command) == refused("already")
    assert hub.loop.state.seq == after


def test_a_command_is_once_also_for_a_later_alarm_of_the_same_name(hub: Hub) -> None:
    hub.alarm = "mains_lost/hub"
    command = hub.command()
    hub.mains(False)
    assert hub.say(command) is None
    hub.mains(True)
    hub.mains(False)
    assert hub.loop.state.alarms[hub.alarm].alive, "it is a new alarm"
    assert hub.say(command) == refused("already")
    assert hub.loop.state.alarms[hub.alarm].alive


def test_a_command_carried_out_is_known_after_a_restart(path: Path) -> None:
    with at_desk(path) as hub:
        command = hub.command()
        assert hub.say(command) is None
        assert [b.id for b in hub.bodies(e.CommandCarriedOut)] == ["command-1"]
    with at_desk(path) as hub:
        assert hub.say(command) == refused("already")


def test_a_tampered_command_is_refused(hub: Hub) -> None:
    head, payload, signature = hub.command().jws.split(".")
    other = hub.command(by="Somebody Else").jws.split(".")[1]
    assert payload != other
    assert isinstance(hub.say(p.OfferCommand(".".join((head, other, signature)))), p.Error)
    assert hub.loop.state.alarms[hub.alarm].seen_by is None


@pytest.mark.parametrize(("person", "pin"), [("sanne", "4712"), ("nobody", "4711"), ("sanne", "00:00")])
def test_an_act_needs_its_persons_pin(hub: Hub, person: str, pin: str) -> None:
    assert hub.say(p.Acknowledge(person=person, pin=pin, alarm=hub.alarm)) == refused("person")
    assert hub.loop.state.alarms[hub.alarm].seen_by is None


def test_an_act_is_done_in_its_persons_name(hub: Hub) -> None:
    assert hub.say(p.Acknowledge(person="sanne", pin="4711", alarm=hub.alarm)) is None
    assert hub.help == (p.Help.SEEN, "Sanne Holm")


def test_the_pin_is_nowhere_on_disk(hub: Hub, path: Path) -> None:
    hub.say(p.Acknowledge(person="sanne", pin="4711", alarm=hub.alarm))
    assert "4711" not in SANNE.pin
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    assert b"Sanne Holm" in stored
    assert b'"pin"' not in stored


def test_a_screen_that_says_nothing_is_not_alive(hub: Hub) -> None:
    def alive() -> bool:
        heartbeat = hub.say(p.GetHeartbeat())
        return b'"screen_alive":true' in _payload(heartbeat.jws)

    assert not alive()
    hub.say(p.Shown(screen="home", snapshot=1))
    assert alive()
    hub.clock.wait(31)
    assert not alive()


# -- staff's acts ------------------------------------------------------------------------------------------------------


def test_guessing_a_pin_costs_a_rest(hub: Hub) -> None:
    act = p.Acknowledge(**WHO, alarm=hub.alarm)
    for wrong in range(5):
        assert hub.say(p.Acknowledge(person="sanne", pin=f"000{wrong}", alarm=hub.alarm)) == refused("person")
    assert hub.say(act) == refused("pin_rest")
    hub.clock.wait(60)
    assert hub.say(act) is None


@pytest.mark.parametrize("act", [p.Fill(**WHO, compartment=9, intake="2026-03-12/morning")])
def test_a_compartment_the_box_has_not_is_not_filled(hub: Hub, act: p.Act) -> None:
    hub.say(hub.plan())
    assert hub.say(act) == refused("no_such")
    assert hub.say(p.Fill(**WHO, compartment=3, intake=act.intake)) is None


def test_a_correction_to_nonsense_is_a_typed_error(hub: Hub) -> None:
    answer = hub.say(p.Correct(**WHO, intake="2026-03-12/morning", state="swallowed", reason="?"))
    assert answer.problem is p.Problem.MALFORMED
    assert hub.say(p.Correct(**WHO, intake="2026-03-12/morning", state="taken", reason="?")) == refused("no_such")


def test_while_nobody_vouches_for_the_time_staff_may_empty_and_take_alarms_and_no_more(hub: Hub) -> None:
    hub.say(hub.plan())
    intake = "2026-03-12/noon"
    assert hub.say(p.Fill(**WHO, compartment=1, intake=intake)) is None
    hub.clock.moment = replace(hub.clock.moment, trusted=False)
    for act in (
        p.Fill(**WHO, compartment=2, intake="2026-03-12/evening"),
        p.Resolve(**WHO, intake=intake, outcome=p.Resolution.GIVEN_BY_STAFF),
        p.Correct(**WHO, intake=intake, state="taken", reason="?"),
        p.HandOutEarly(**WHO, intake=intake),
        p.ConfirmJournal(**WHO),
    ):
        assert hub.say(act) == refused("clock"), type(act).__name__
    assert hub.say(p.Acknowledge(**WHO, alarm="clock/hub")) is None
    assert hub.say(p.Empty(**WHO, compartment=1)) is None


def test_a_named_person_confirms_a_doubted_journal_for_good(path: Path) -> None:
    with at_desk(path):
        pass
    path.unlink()
    with at_desk(path) as hub:
        assert hub.shown[-1].journal_ok is False
        assert hub.say(p.ConfirmJournal(**WHO)) is None
        assert hub.shown[-1].journal_ok is True
    with at_desk(path) as hub:
        assert hub.shown[-1].journal_ok is True
        assert hub.say(p.ConfirmJournal(**WHO)) == refused("not_now")


# -- plans -------------------------------------------------------------------------------------------------------------


def test_a_plan_is_accepted_once_and_offered_again_is_nothing(hub: Hub) -> None:
    offer = hub.plan()
    assert hub.say(offer) is None
    assert hub.loop.state.plan is not None
    after = hub.loop.state.seq
    assert hub.say(offer) is None
    assert hub.loop.state.seq == after


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda hub: p.OfferPlan(hub.plan(version=9).jws[:-8] + "AAAAAAAA"), "signature"),
        (lambda hub: hub.plan(version=9, hub="hub-8"), "hub"),
        (lambda hub: hub.plan(version=1), "not newer"),
        (lambda hub: p.OfferPlan("not a plan"), "signature"),
    ],
    ids=["signature", "hub", "older", "nonsense"],
)
def test_a_bad_plan_is_refused_with_every_reason_and_told_and_the_running_one_stands(
    hub: Hub, spoil: Any, said: str
) -> None:
    assert hub.say(hub.plan(version=2)) is None
    running = hub.loop.state.plan
    answer = hub.say(spoil(hub))
    assert answer.problem is p.Problem.REFUSED
    assert said in "; ".join(answer.reasons)
    assert hub.loop.state.plan == running
    assert [b.reasons for b in hub.bodies(e.PlanRefused)] == [answer.reasons]
    assert [b.code for b in hub.bodies(e.AlarmRaised) if b.alarm.startswith("plan_")] == [e.AlarmCode.PLAN_REFUSED]


def test_a_plan_ahead_of_its_time_waits_over_a_restart_and_everybody_is_told(path: Path) -> None:
    begins = NOW + timedelta(hours=4)
    with at_desk(path) as hub:
        assert hub.say(hub.plan(version=2)) is None
        assert hub.say(hub.plan(version=3, valid_from=begins.isoformat())) is None
    with at_desk(path) as hub:
        status = hub.say(p.Status())
        assert (status.plan_version, status.next_plan_version, status.next_plan_from) == (2, 3, begins)
        beat = msgspec.json.decode(verify(hub.say(p.GetHeartbeat()).jws, (DEVICE.public,), Purpose.HEARTBEAT))
        assert (beat["plan_version"], beat["next_plan_version"]) == (2, 3)
        hub.clock.moment = replace(hub.clock.moment, wall=begins, monotonic_s=hub.clock.moment.monotonic_s + 14_400)
        hub.ask(hub.loop._settle)
        status = hub.say(p.Status())
        assert (status.plan_version, status.next_plan_version) == (3, None)


def test_a_flood_of_plans_nobody_can_read_fills_nothing(hub: Hub) -> None:
    for number in range(MOST_REFUSED + 3):
        assert hub.say(p.OfferPlan(f"nonsense {number}")).problem is p.Problem.REFUSED
    assert len(hub.bodies(e.PlanRefused)) == MOST_REFUSED
    assert hub.say(hub.plan()) is None, "a good one gets through"


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_a_bug_in_answering_costs_the_answer_and_no_more(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(*_: object) -> None:
        raise KeyError("levodopa")

    monkeypatch.setattr(desk_module.status, "report", bug)
    assert hub.say(p.Status()) == refused("the hub could not answer")
    assert "Status could not be answered: KeyError at test_desk.py" in caplog.text
    assert "levodopa" not in caplog.text
    assert hub.say(p.Snooze(intake="2026-03-12/never")) == refused("no_such")


def test_a_bug_in_the_core_is_no_answer(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.loop.decide", lambda *_: 1 / 0)
    hub.loop.submit(lambda: hub.desk.on_request(p.Role.UI, p.AskForHelp(), lambda answer: None))
    wait_for(lambda: not hub.running)
    assert isinstance(hub.failed, CoreFailed)


def test_a_number_no_table_can_hold_is_a_typed_error(hub: Hub) -> None:
    assert hub.say(p.ReadJournal(after=2**70)).problem is p.Problem.REFUSED
    assert isinstance(hub.say(p.Status()), p.StatusReport)


@pytest.fixture(scope="module")
def any_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with at_desk(tmp_path_factory.mktemp("hub") / "journal.db") as made:
        assert made.say(made.plan()) is None
        yield made


@given(st.one_of([values(mi.type_info(kind)) for union in p.ALLOWED.values() for kind in get_args(union)]))
def test_any_message_gets_an_answer_or_a_typed_error_and_the_hub_lives(any_hub: Hub, message: p.Message) -> None:
    if isinstance(message, p.Act):
        message = replace(message, **WHO)
    answer = any_hub.say(message)
    assert answer is None or isinstance(answer, p.Error | p.Answer)
    assert answer != refused("the hub could not answer")
    assert not isinstance(answer, p.Error) or answer.problem in (p.Problem.REFUSED, p.Problem.MALFORMED)
    assert any_hub.running


def test_without_a_journal_to_follow_only_the_state_of_things_is_told(hub: Hub) -> None:
    hub.loop.follows = False
    for message in (p.AskForHelp(), p.GetHeartbeat(), p.EventsAfter(lane="rest"), p.ConfirmJournal(**WHO), hub.plan()):
        assert hub.say(message) == refused("journal")
    assert isinstance(hub.say(p.Status()), p.StatusReport)
    assert hub.say(p.Shown(screen="fault", snapshot=1)) is None


def test_a_tick_that_was_not_good_makes_no_heartbeat(hub: Hub) -> None:
    assert isinstance(hub.say(p.GetHeartbeat()), p.Heartbeat)
    hub.loop.good = False
    assert hub.say(p.GetHeartbeat()) == refused("journal")


def test_the_journal_is_read_in_order(hub: Hub) -> None:
    hub.ask(lambda: hub.loop.execute(c.MoveLid(2, True)))
    batch = hub.say(p.ReadJournal(after=1, limit=2))
    assert [event["seq"] for event in map(decoded, batch.events)] == [2, 3]
    assert (batch.after, batch.last_seq, batch.head) == (1, 3, hub.loop.journal.head_at(3))


def _payload(jws: str) -> bytes:
    return verify(jws, (DEVICE.public,), Purpose.HEARTBEAT)


def decoded(event: msgspec.Raw) -> Any:
    return msgspec.json.decode(bytes(event))


@pytest.mark.parametrize(("waited_s", "reason"), [(2.0, Reason.NO_SUCH), (2.1, Reason.NOT_NOW)])
def test_a_touch_that_waited_for_a_slow_disk_opens_nothing(hub: Hub, waited_s: float, reason: Reason) -> None:
    """R1, H13: the screen has said by then that the box does not answer."""
    desk = Desk(hub.loop, TRUST, DEVICE, bytes, real_s=iter([0.0, waited_s]).__next__)
    answers: list[Any] = []
    hub.ask(lambda: desk.on_request(p.Role.UI, p.Open(intake="2026-03-12/none"), answers.append))
    hub.ask(lambda: None)
    assert answers == [refused(reason)]
