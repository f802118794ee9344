"""Nothing that comes from afar energises a lock, whatever it says and however the box stands (R14)."""

from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec.inspect as mi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import documents as d
from hub import protocol as p
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.decide import REMOTE
from hub.domain.intake import AS_NEEDED, Life
from hub.domain.plan import OrdinationId
from hub.domain.state import State
from hub.orders import command_of
from hub.signed import Purpose, new_key
from tests.domain.play import DAY, EVENING, MORNING, NOON, TABLET_MG, Play, ordination, plan_of
from tests.domain.test_as_needed import para
from tests.hub.at_desk import CITIZEN, HUB, WHO, at_desk
from tests.hub.made import values

MOVES = (e.PulseRequested, e.OpeningRequested, e.AsNeededAsked)


def everything_waits() -> Play:
    """One is due and may be opened, one is missed, one is withheld, one is promised, a dose as needed can be had."""
    play = Play()
    given_ = (ordination("ramipril", MORNING), ordination("levodopa", NOON), ordination("statin", EVENING))
    assert not play.accept(plan_of(*given_, para()))
    for number, slot in enumerate(("morning", "noon", "evening"), start=1):
        assert not play.fill(slot, number)
    assert not play.do(c.FillCompartment(4, f"{AS_NEEDED}para", TABLET_MG, "Sanne"))
    play.weight_mg += TABLET_MG
    play.at("12.00")
    assert not play.do(c.Promise(f"{DAY}/morning", play.now.wall + timedelta(hours=1), "Sanne"))
    return play


WAITING = everything_waits()
INTAKES = st.sampled_from((*WAITING.state.records, f"{DAY}/never", f"{AS_NEEDED}para", ""))
INSTANTS = st.one_of(
    st.integers(-3000, 3000).map(lambda minutes: WAITING.now.wall + timedelta(minutes=minutes)),
    st.sampled_from((datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC))),
)
NEAR = {
    "intake": INTAKES, "give_by": INSTANTS, "latest_at": st.none() | INSTANTS, "begins_at": INSTANTS,
    "ends_at": st.none() | INSTANTS, "state": st.sampled_from([str(life) for life in Life]),
    "alarm": st.sampled_from((*WAITING.state.alarms, "help/1")),
}  # fmt: skip


def any_order(kind: type[d.Order]) -> st.SearchStrategy[Any]:
    """Anything such a document can say, mostly about what there is."""
    fields = {field.name: values(field.type) for field in mi.type_info(kind).fields}
    return st.builds(kind, **{name: NEAR.get(name, said) for name, said in fields.items()})


@given(order=st.one_of([any_order(kind) for kind in get_args(d.Orders)]))
def test_no_order_moves_a_lock_nor_does_what_follows_from_it(order: Any) -> None:
    signed = d.Command("command-1", HUB, CITIZEN, WAITING.now.wall, WAITING.now.wall, "Ole Juul", order)
    assert not moved_by(command_of(signed))


@given(which=st.lists(st.sampled_from(("ramipril", "levodopa", "statin", "para", "x")), min_size=1), issued=INSTANTS)
def test_no_stop_moves_a_lock(which: list[OrdinationId], issued: datetime) -> None:
    stop = c.StopOrdinations(tuple(which), issued, "Ole Juul", "")
    assert not moved_by(c.Signed("stop-0001", "Ole Juul", WAITING.now.wall, stop))


def moved_by(command: c.Command) -> list[e.AnyBody]:
    """What of all that follows would move a lock, now and for the next hours."""
    play = copy(WAITING)
    play.log, play.events = [], []
    play.do(command)
    for _ in range(8):
        play.minutes(30)
    return [body for body in play.log if isinstance(body, MOVES)]


def test_a_touch_would() -> None:
    """Else the two above would prove nothing."""
    assert moved_by(c.RequestOpening(f"{DAY}/noon", "o1", WAITING.sensed()))
    assert moved_by(c.AskAsNeeded("para", "o1", WAITING.sensed()))


def test_what_may_come_signed_is_listed_and_a_touch_is_not_on_the_list() -> None:
    touches = {c.RequestOpening, c.AskAsNeeded, c.FillCompartment, c.EmptyCompartment, c.SetTime, c.LowerMark}
    assert not REMOTE & (touches | {c.ConfirmJournal, c.Signed, c.Boot, c.Tick, c.MoveLid})
    play = copy(WAITING)
    for command in (
        c.RequestOpening(f"{DAY}/noon", "o1", play.sensed()),
        c.AskAsNeeded("para", "o1", play.sensed()),
        c.Signed("command-2", "Ole", play.now.wall, c.RequestOpening(f"{DAY}/noon", "o1", play.sensed())),
    ):
        assert play.do(c.Signed("command-1", "Ole", play.now.wall, command)) == ("staff_only",)


INTAKE = "2026-03-12/morning"


def test_every_message_of_syncs_on_a_box_that_a_touch_would_open(path: Path) -> None:
    with at_desk(path) as hub:
        assert hub.say(hub.plan(version=2)) is None
        assert hub.say(p.Fill(**WHO, compartment=1, intake=INTAKE, contents_mg=TABLET_MG)) is None
        messages = (
            p.EventsAfter(lane="alarms"), hub.receipt(), p.Parked(lane="rest", seq=1, reason="422"),
            hub.stop("of-another"), hub.plan(version=3), hub.command(), hub.rotation(new_key("next", Purpose.PLAN)),
            p.GetHeartbeat(), p.NetworkSeen(up=True),
        )  # fmt: skip
        assert {type(message) for message in messages} == set(get_args(p.SYNC_MESSAGES))
        for message in messages:
            assert not isinstance(hub.say(message), p.Error), message
            assert not moved(hub.loop.state)
        assert hub.box.pulses == []
        assert hub.say(p.Open(intake=INTAKE)) is None
        assert moved(hub.loop.state), "and a touch does"


def moved(state: State) -> bool:
    return state.opening is not None


@pytest.mark.parametrize("kind", get_args(p.SYNC_MESSAGES))
def test_sync_has_no_word_for_a_touch_or_an_act(kind: type) -> None:
    assert not issubclass(kind, p.Act)
    assert kind not in get_args(p.UI_MESSAGES)
