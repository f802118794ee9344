"""The log out: whole batches within their limit, a cursor that only a receipt or one parked event moves (R9, R11)."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub import protocol as p
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.plan import AsNeeded
from hub.journal_files import JournalState
from hub.lane import LANE, Lane
from hub.lanes import MOST_PARKED
from tests.domain.play import ordination, plan_of
from tests.hub.at_desk import HUB, WHO, Hub, at_desk
from tests.hub.box import kinds, offer
from tests.plan.build import sample


@pytest.fixture
def hub(path: Path) -> Iterator[Hub]:
    with at_desk(path) as made:
        yield made


@pytest.fixture
def busy(hub: Hub) -> Hub:
    """A few hundred events."""
    assert hub.say(hub.plan()) is None
    for _ in range(4):
        hub.ask(lambda: [hub.loop._carry_out(c.MoveLid(3, is_open)) for is_open in (True, False) * 25])
    return hub


def events_of(batch: p.EventBatch) -> list[Any]:
    return [msgspec.json.decode(bytes(event)) for event in batch.events]


def drained(hub: Hub, lane: str, limit: int) -> list[int]:
    """Every event of a lane, asked for batch by batch and receipted each time."""
    got: list[int] = []
    while (batch := hub.say(p.EventsAfter(lane=lane, limit=limit))).events:
        seqs = [event["event"]["seq"] for event in events_of(batch)]
        assert batch.after == (got[-1] if got else 0)
        assert batch.last_seq == seqs[-1]
        assert batch.head == hub.loop.journal.head_at(seqs[-1])
        got += seqs
        assert hub.say(hub.receipt(lane=lane, seq=batch.last_seq, head=batch.head)) is None
    return got


@pytest.mark.parametrize("lane", list(Lane))
def test_a_lane_drained_is_each_event_once_in_order(busy: Hub, lane: Lane) -> None:
    wanted = [event.seq for event in busy.loop.journal.replay() if LANE[type(event.body)] is lane]
    assert wanted
    assert drained(busy, lane, 37) == wanted
    assert busy.loop.state.seq >= wanted[-1]
    assert not busy.loop.state.journal_doubted


def test_a_batch_with_all_around_it_is_within_its_limit(busy: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an event grows by on its way counts too: the intake that goes with it."""
    monkeypatch.setattr(p, "BATCH_LIMIT", 8 * p.KiB)
    busy.clock.wait(3600 * 7)
    busy.ask(busy.loop._settle)
    for lane in Lane:
        batch = busy.say(p.EventsAfter(lane=lane, limit=200))
        assert len(batch.events) > 1 or lane is Lane.REST
        if len(batch.events) > 1:
            assert len(msgspec.json.encode(p.Reply(2**63 - 1, answer=batch))) <= 8 * p.KiB
    wrapped = [event for event in events_of(busy.say(p.EventsAfter(lane="clinical", limit=200))) if event["intake"]]
    assert wrapped


def test_one_event_larger_than_a_batch_gets_out_alone(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(p, "BATCH_LIMIT", 2 * p.KiB)
    assert hub.say(hub.plan()) is None
    seqs = drained(hub, "rest", 200)
    assert seqs == [event.seq for event in hub.loop.journal.replay() if LANE[type(event.body)] is Lane.REST]
    assert max(len(bytes(row)) for _, row in hub.loop.journal.after(0, 99, 10**9)[0]) > 2 * p.KiB


def test_an_event_goes_with_its_intake_as_it_was_planned_then(hub: Hub) -> None:
    hub.say(hub.plan())
    intake = "2026-03-12/morning"
    hub.say(p.Fill(**WHO, compartment=1, intake=intake))
    before = hub.loop.state.records[intake].intake
    changed = hub.plan(version=2, rounds=[r | {"window_min": 90} for r in sample()["rounds"]])
    assert hub.say(changed) is None
    assert hub.loop.state.records[intake].intake != before
    found = {e_["event"]["body"]["type"]: e_ for e_ in events_of(hub.say(p.EventsAfter(lane="clinical")))}
    sent = found["CompartmentFilled"]["intake"]
    assert msgspec.convert(sent, type(before)) == before
    assert {e_["intake"] is None for e_ in events_of(hub.say(p.EventsAfter(lane="rest")))} == {True}


def test_a_dose_as_needed_goes_with_the_intake_it_made(hub: Hub) -> None:
    """No day's plan knows it (R10): what was asked for says what it was."""
    pn = ordination("pamol", as_needed=AsNeeded(Decimal(1), 3), interval_min=240)
    fill = c.FillCompartment(3, "as-needed/pamol", 500, "Sanne")
    hub.do(offer(plan_of(pn)), fill, c.AskAsNeeded("pamol", "opening-1", hub.ask(hub.loop.sensed)))
    found = {event["event"]["body"]["type"]: event for event in events_of(hub.say(p.EventsAfter(lane="clinical")))}
    assert found["OpeningRequested"]["intake"]["id"] == "2026-03-12/as-needed.1"
    assert found["OpeningRequested"]["intake"]["doses"][0]["ordination"] == "pamol"


def test_an_intake_nobody_planned_goes_without(hub: Hub) -> None:
    assert hub.say(hub.plan()) is None
    assert hub.say(p.Fill(**WHO, compartment=1, intake="2026-03-14/morning")) is None
    (filled,) = [e_ for e_ in events_of(hub.say(p.EventsAfter(lane="clinical"))) if e_["event"]["body"].get("by")]
    assert filled["intake"] is None


@pytest.mark.parametrize("message", [p.EventsAfter(lane="gossip"), p.Parked(lane="gossip", seq=1, reason="?")])
def test_a_lane_that_is_none_is_a_typed_error(hub: Hub, message: p.Message) -> None:
    before = kinds(hub.loop.journal)
    assert hub.say(message) == p.Error(p.Problem.MALFORMED, ("no lane 'gossip'",))
    assert kinds(hub.loop.journal) == before


# -- receipts ------------------------------------------------------------------------------------------------------


def test_an_older_receipt_moves_nothing_back(hub: Hub) -> None:
    older = hub.receipt()
    hub.ask(lambda: hub.loop.execute(c.MoveLid(2, True)))
    assert hub.say(hub.receipt()) is None
    at = hub.loop.journal.cursor("alarms")
    assert hub.say(older) is None
    assert hub.loop.journal.cursor("alarms") == at


@pytest.mark.parametrize("changes", [{"seq": 2, "head": "0" * 64}, {"seq": 99}], ids=["another chain", "longer"])
def test_a_receipt_of_another_chain_doubts_the_journal_at_once(path: Path, changes: dict[str, Any]) -> None:
    """R11: the municipality has what this journal has not."""
    with at_desk(path) as hub:
        assert hub.say(hub.receipt(**changes)).problem is p.Problem.REFUSED
        assert [b.reason for b in hub.bodies(e.JournalDoubted)] == ["shortened"]
        assert hub.shown[-1].journal_ok is False
        assert {a.id for a in hub.loop.state.living_alarms()} >= {"journal/hub"}
        assert hub.say(hub.receipt(**changes)).problem is p.Problem.REFUSED
        assert len(hub.bodies(e.JournalDoubted)) == 1
    with at_desk(path) as hub:
        assert hub.loop.journal.state is JournalState.SHORTENED
        assert hub.shown[-1].journal_ok is False, "and over restarts"
        assert hub.say(p.ConfirmJournal(**WHO)) is None
        assert hub.shown[-1].journal_ok is True
        assert hub.say(hub.receipt(**changes)).problem is p.Problem.REFUSED
        assert hub.shown[-1].journal_ok is True, "a named person has answered for that chain"
        further = hub.receipt(seq=10**6, head="0" * 64)
        assert hub.say(further).problem is p.Problem.REFUSED
        assert hub.shown[-1].journal_ok is False, "not for one that went further"


def test_a_receipt_for_another_hub_doubts_nothing(hub: Hub) -> None:
    assert hub.say(hub.receipt(hub="hub-8", head="0" * 64)).problem is p.Problem.REFUSED
    assert not hub.bodies(e.JournalDoubted)
    assert hub.say(hub.receipt(hub=HUB)) is None


# -- parking -------------------------------------------------------------------------------------------------------


def next_of(hub: Hub, lane: str) -> int:
    return events_of(hub.say(p.EventsAfter(lane=lane, limit=1)))[0]["event"]["seq"]


def test_only_the_very_next_event_is_parked(busy: Hub) -> None:
    """Sync's word alone must not skip what nobody has."""
    seq = next_of(busy, "clinical")
    for wrong in (seq + 1, busy.loop.state.seq, 0, -1, 2**62):
        assert busy.say(p.Parked(lane="clinical", seq=wrong, reason="422")).problem is p.Problem.REFUSED
    assert busy.loop.journal.cursor("clinical") == 0
    assert busy.say(p.Parked(lane="clinical", seq=seq, reason="422")) is None
    assert busy.loop.journal.cursor("clinical") == seq
    assert [(b.lane, b.seq) for b in busy.bodies(e.EventParked)] == [("clinical", seq)]


def test_a_server_that_takes_nothing_does_not_empty_a_lane(busy: Hub) -> None:
    for _ in range(MOST_PARKED):
        assert busy.say(p.Parked(lane="clinical", seq=next_of(busy, "clinical"), reason="400")) is None
    refused = busy.say(p.Parked(lane="clinical", seq=next_of(busy, "clinical"), reason="400"))
    assert "nobody has looked" in refused.reasons[0]
    parked = next(a.id for a in busy.loop.state.living_alarms() if a.code is e.AlarmCode.PARKED)
    assert busy.say(p.Acknowledge(**WHO, alarm=parked)) is None
    assert busy.say(p.Parked(lane="clinical", seq=next_of(busy, "clinical"), reason="400")) is None


def test_an_alarm_that_was_parked_is_never_said_to_have_got_there(path: Path) -> None:
    """R9: the screen goes on trying, also when later alarms are receipted, and after a restart."""
    with at_desk(path) as hub:
        raised = next_of(hub, "alarms")
        assert hub.help[0] is p.Help.TRYING
        assert hub.say(p.Parked(lane="alarms", seq=raised, reason="422")) is None
        assert hub.help[0] is p.Help.TRYING
        assert hub.say(hub.receipt()) is None
        assert hub.help[0] is p.Help.TRYING
    with at_desk(path) as hub:
        assert hub.help[0] is p.Help.TRYING
        assert hub.say(hub.command()) is None
        assert hub.help[0] is p.Help.SEEN
