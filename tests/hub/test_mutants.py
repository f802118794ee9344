"""What the loop, the desk and the devices keep of the rules: taken away, a scenario that keeps it must fail."""

import threading
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from hub import desk as desk_module
from hub import lanes as lanes_module
from hub import loop as loop_module
from hub import notify, pins
from hub import protocol as p
from hub.devices import Devices
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import apply
from hub.journal import Journal, NotJournalled
from hub.loop import Loop
from hub.outputs import Outputs
from hub.pulses import Pulse, Pulses
from hub.seen_lids import SeenLids
from tests.hub.at_desk import WHO, at_desk
from tests.hub.box import FILLED, Box, HandClock, RunningLoop, offer, running, touch_open, two_rounds
from tests.hub.made import PAIRING, wait_for

Scenario = Callable[[Path], None]
Mutation = Callable[[pytest.MonkeyPatch], None]


class Full(Journal):
    full = False

    def append(self, events: Sequence[e.Event]) -> None:
        if self.full:
            raise NotJournalled("disk is full")
        super().append(events)


# -- what must be so --------------------------------------------------------------------------------------------------


def what_is_not_written_moves_nothing(path: Path) -> None:
    asked: list[Pulse] = []
    with Full.open(path, pairing=PAIRING) as journal:
        hub = RunningLoop(journal, Box(HandClock()), tick_s=60).start()
        hub.do(offer(two_rounds()), *FILLED)
        hub.devices.pulse = asked.append
        hub.ask(lambda: setattr(journal, "full", True))
        hub.ask(lambda: touch_open(hub.loop))
        hub.close()
    assert asked == []


def replay_moves_nothing(path: Path) -> None:
    with running(path, tick_s=60) as hub:
        hub.ask(lambda: touch_open(hub.loop))
        wait_for(lambda: hub.box.pulses == [1])
    with running(path, Box(HandClock()), tick_s=60) as hub:
        hub.ask(lambda: None)
    assert hub.box.pulses == []


def a_tick_that_failed_is_not_petted_over(path: Path) -> None:
    petted: list[int] = []
    with pytest.MonkeyPatch.context() as patch, Full.open(path, pairing=PAIRING) as journal:
        patch.setattr(notify, "watchdog", lambda: petted.append(hub.loop.tick))
        hub = RunningLoop(journal, Box(HandClock())).start()
        hub.ticks()
        journal.full, hub.box.mains = True, False
        wait_for(lambda: not hub.loop.good)
        before = len(petted)
        for _ in range(5):
            hub.ask(lambda: None)
            threading.Event().wait(0.02)
        hub.close()
    assert len(petted) <= before + 1


def a_dead_thread_is_not_petted_over(path: Path) -> None:
    petted: list[int] = []
    with pytest.MonkeyPatch.context() as patch, Journal.open(path, pairing=PAIRING) as journal:
        patch.setattr(notify, "watchdog", lambda: petted.append(1))
        hub = RunningLoop(journal, Box(HandClock()), healthy=lambda: False).start()
        hub.ticks(3)
        hub.close()
    assert petted == []


def what_nobody_can_follow_is_never_written(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, running(path, tick_s=60) as hub:
        seq = hub.loop.journal.head[0]
        patch.setattr(loop_module, "decide", lambda *_: [e.IntakeDue(intake="2026-03-12/never")])
        hub.loop.post(c.AskForHelp())
        wait_for(lambda: not hub.running)
        assert hub.loop.journal.head[0] == seq


def a_core_gone_wrong_ends_the_hub(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, at_desk(path) as hub:
        patch.setattr(loop_module, "decide", lambda state, command, moment: _bug(command))
        hub.loop.submit(lambda: hub.desk.on_request(p.Role.UI, p.AskForHelp(), lambda answer: None))
        wait_for(lambda: not hub.running, 2)


def _bug(command: c.Command) -> list[Any]:
    if isinstance(command, c.AskForHelp):
        raise KeyError
    return []


def an_opening_that_has_ended_gets_no_pulse(path: Path) -> None:
    def ends(devices: Devices, box: Box) -> None:
        devices.show(Outputs())

    assert _pulses_after(ends) == [2]


def with_a_lid_open_no_pulse_is_given(path: Path) -> None:
    def opens(devices: Devices, box: Box) -> None:
        box.lids = {3}

    assert _pulses_after(opens) == [2]


def after_the_end_no_pulse_is_given(path: Path) -> None:
    def stops(devices: Devices, box: Box) -> None:
        devices.pulses.end()

    assert _pulses_after(stops) == [2]


def _pulses_after(meanwhile: Callable[[Devices, Box], None]) -> list[int]:
    """A pulse is under way, a second waits behind it, and something happens; those that were given."""
    box, ended = Box(HandClock()), list[c.Command]()
    begun, let_go = threading.Event(), threading.Event()
    box.on_pulse = lambda number: (begun.set(), let_go.wait(5))[0]
    devices = box.devices(ended.append)
    devices.start()
    devices.pulse(Pulse("o1", 2, 1))
    begun.wait(5)
    devices.pulse(Pulse("o1", 2, 2))
    meanwhile(devices, box)
    let_go.set()
    wait_for(lambda: len(ended) == 2)
    devices.close()
    return box.pulses


def lids_unseen_are_not_shut(path: Path) -> None:
    box = Box(HandClock())
    box.broken.add("lids")
    devices = box.devices(lambda command: None)
    devices.start()
    box.moved(2, False)
    seen = devices.sensed.open_lids
    devices.close()
    assert seen is None


def another_chain_unlocks_nothing(path: Path) -> None:
    with at_desk(path) as hub:
        hub.say(hub.receipt(head="0" * 64))
        assert hub.loop.state.journal_doubted


def what_was_parked_is_not_delivered(path: Path) -> None:
    with at_desk(path) as hub:
        seq = next(a.seq for a in hub.loop.state.alarms.values())
        hub.say(p.Parked(lane="alarms", seq=seq, reason="422"))
        assert hub.help[0] is p.Help.TRYING


def sync_skips_nothing(path: Path) -> None:
    with at_desk(path) as hub:
        hub.ask(lambda: hub.loop.execute(c.MoveLid(3, True)))
        hub.ask(lambda: hub.loop.execute(c.MoveLid(3, False)))
        hub.say(p.Parked(lane="clinical", seq=hub.loop.state.seq, reason="?"))
        assert hub.loop.journal.cursor("clinical") == 0


def a_pin_is_not_guessed(path: Path) -> None:
    with at_desk(path) as hub:
        for guess in range(5):
            hub.say(p.Acknowledge(person="sanne", pin=f"000{guess}", alarm=hub.alarm))
        assert hub.say(p.Acknowledge(**WHO, alarm=hub.alarm)) is not None


def a_hub_that_cannot_write_has_no_heartbeat(path: Path) -> None:
    with at_desk(path) as hub:
        hub.loop.good = False
        assert isinstance(hub.say(p.GetHeartbeat()), p.Error)


# -- what is taken away -----------------------------------------------------------------------------------------------


class Mutant(NamedTuple):
    name: str
    breaks: Scenario
    mutate: Mutation


def acts_first(patch: pytest.MonkeyPatch) -> None:
    commit = Loop._commit

    def mutated(self: Loop, bodies: list[e.AnyBody], moment: Any) -> Any:
        self._effects(bodies)
        return commit(self, bodies, moment)

    patch.setattr(Loop, "_commit", mutated)


def acts_on_replay(patch: pytest.MonkeyPatch) -> None:
    def mutated(self: Loop) -> None:
        for event in self.journal.replay():
            self.state = apply(self.state, event)
            self._effects([event.body])

    patch.setattr(Loop, "_replay", mutated)


def pets_first(patch: pytest.MonkeyPatch) -> None:
    look = Loop._look_at_time

    def mutated(self: Loop) -> None:
        notify.watchdog()
        look(self)

    patch.setattr(Loop, "_look_at_time", mutated)


def writes_first(patch: pytest.MonkeyPatch) -> None:
    def mutated(self: Loop, bodies: list[e.AnyBody], moment: Any) -> Any:
        events = tuple(self._stamp(bodies, moment))
        self.journal.append(events)
        self.state = reduce(apply, events, self.state)
        return tuple(bodies)

    patch.setattr(Loop, "_commit", mutated)


def always_healthy(patch: pytest.MonkeyPatch) -> None:
    init = Loop.__init__
    patch.setattr(
        Loop, "__init__",
        lambda self, journal, clock, context, push, _, tick_s: init(self, journal, clock, context, push, tick_s=tick_s),
    )  # fmt: skip


def one_edge_knows_all(patch: pytest.MonkeyPatch) -> None:
    def mutated(self: SeenLids, compartment: int, is_open: bool) -> None:
        lids = self.open or frozenset()
        self.open = lids | {compartment} if is_open else lids - {compartment}

    patch.setattr(SeenLids, "_told", mutated)


def parks_anything(patch: pytest.MonkeyPatch) -> None:
    def mutated(self: lanes_module.Lanes, message: p.Parked) -> None:
        self._loop.execute(c.Park(message.lane, message.seq, message.reason))
        self._journal.move_cursor(message.lane, message.seq, "parked")

    patch.setattr(lanes_module.Lanes, "park", mutated)


def asks_not(reason: str) -> Mutation:
    """The pulse thread asks everything but this."""
    not_to_be_given = Pulses._not_to_be_given

    def mutated(self: Pulses, pulse: Pulse, since_s: float) -> str | None:
        said = not_to_be_given(self, pulse, since_s)
        return None if said and reason in said else said

    return lambda patch: patch.setattr(Pulses, "_not_to_be_given", mutated)


MUTANTS = (
    Mutant("R1 acts before the append", what_is_not_written_moves_nothing, acts_first),
    Mutant("R1 acts on replay", replay_moves_nothing, acts_on_replay),
    Mutant("R1 a stale pulse is given", an_opening_that_has_ended_gets_no_pulse, asks_not("ended")),
    Mutant("R1 a pulse after the end", after_the_end_no_pulse_is_given, asks_not("ended")),
    Mutant("R9 parked is delivered", what_was_parked_is_not_delivered,
           lambda m: m.setattr("hub.loop.parked", lambda body: frozenset())),
    Mutant("R10 a heartbeat whatever the tick", a_hub_that_cannot_write_has_no_heartbeat,
           lambda m: m.setattr(Loop, "good", property(lambda self: True, lambda self, good: None), raising=False)),
    Mutant("R11 writes what it cannot follow", what_nobody_can_follow_is_never_written, writes_first),
    Mutant("R11 believes no receipt", another_chain_unlocks_nothing,
           lambda m: m.setattr(Journal, "head_at", lambda self, seq: "0" * 64)),
    Mutant("R11 sync may skip", sync_skips_nothing, parks_anything),
    Mutant("R12 pulses over an open lid", with_a_lid_open_no_pulse_is_given, asks_not("sensed shut")),
    Mutant("R12 one edge knows all lids", lids_unseen_are_not_shut, one_edge_knows_all),
    Mutant("R14 a PIN may be guessed", a_pin_is_not_guessed, lambda m: m.setattr(pins, "TRIES", 10**6)),
    Mutant("R16 petted first", a_tick_that_failed_is_not_petted_over, pets_first),
    Mutant("R16 petted over a dead thread", a_dead_thread_is_not_petted_over, always_healthy),
    Mutant("a core gone wrong is gone on with", a_core_gone_wrong_ends_the_hub,
           lambda m: m.setattr(desk_module, "CoreFailed", ZeroDivisionError)),
)  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_rule_is_kept_and_its_mutant_is_killed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    for mutated in (False, True):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "journal.db"
            if not mutated:
                mutant.breaks(path)
                mutant.mutate(monkeypatch)
                continue
            with pytest.raises(AssertionError):
                mutant.breaks(path)
