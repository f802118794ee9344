"""What a device does wrong stops no other, and nothing is unlocked on what was so a moment ago (R1, R12)."""

import threading
from collections.abc import Iterator

import pytest

from hub.device_states import HANG_S, LOST_S, WELL_S, DeviceStates
from hub.devices import Devices
from hub.domain import commands as c
from hub.domain.events import Device
from hub.domain.plan import Criticality
from hub.domain.reading import Sensed
from hub.outputs import Outputs
from hub.ports import DeviceError
from hub.pulses import PULSE_OLD_S, Pulse
from hub.seen_weight import UNREST_S
from tests.hub.box import Box, HandClock
from tests.hub.made import wait_for

OPENING = Outputs(opening="o1", lamp=1)


class Bench:
    """Devices on a box, with what they post and the machine's time in the test's hand."""

    def __init__(self) -> None:
        self.box = Box(HandClock())
        self.real_s = 50.0
        self.posted: list[c.Command] = []
        self.looks = 0
        self.devices = self.box.devices(self.posted.append, lambda: self.real_s, self.look)

    def look(self) -> None:
        self.looks += 1

    def start(self) -> Devices:
        self.devices.start()
        return self.devices

    def look_again(self) -> Sensed:
        """Let a second pass and a whole look be taken."""
        return self.wait(1.0)

    def wait(self, seconds: float, but: tuple[Device, ...] = ()) -> Sensed:
        """Let time pass, and every device answer after it, but these."""
        self.real_s += seconds
        asked = set(self.devices.looks) - set(but)
        wait_for(lambda: all(self.devices.looks[device].said_s == self.real_s for device in asked))
        return self.devices.sensed

    @property
    def ended(self) -> list[str | None]:
        return [command.problem for command in self.posted if isinstance(command, c.PulseEnded)]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.box.broken.clear()
    made.devices.close()


def test_the_first_decision_knows_lids_weight_and_mains(bench: Bench) -> None:
    bench.box.lids, bench.box.weight_mg, bench.box.mains = {2}, 21_000, False
    sensed = bench.start().sensed
    assert (sensed.open_lids, sensed.mains) == ({2}, False)
    assert sensed.devices == dict.fromkeys((Device.LIDS, Device.LOCKS, Device.SCALE, Device.POWER), "")
    assert sensed.reading is not None
    assert sensed.reading.weight_mg == 21_000


def test_an_edge_is_known_and_posted_at_once(bench: Bench) -> None:
    devices = bench.start()
    bench.box.move_lid(3, True)
    assert devices.sensed.open_lids == {3}
    assert bench.posted == [c.MoveLid(3, True)]


def test_a_lost_edge_is_found_by_the_next_look(bench: Bench) -> None:
    bench.start()
    bench.box.lids = {1}
    assert bench.look_again().open_lids == {1}


def test_a_lid_that_moved_while_we_looked_is_newer_than_what_we_saw(bench: Bench) -> None:
    devices = bench.start()
    moving = threading.Event()

    def move_once() -> None:
        if not moving.is_set():
            moving.set()
            bench.box.moved(1, True)

    bench.box.on_look = move_once
    bench.look_again()
    assert devices.sensed.open_lids == {1}


def test_lids_that_cannot_be_seen_are_not_shut_whatever_one_of_them_does(bench: Bench) -> None:
    devices = bench.start()
    bench.box.broken.add("lids")
    assert bench.look_again().open_lids is None
    bench.box.move_lid(2, False)
    assert devices.sensed.open_lids is None, "one lid's edge says nothing about the others"
    bench.box.broken.clear()
    assert bench.look_again().open_lids == frozenset()


@pytest.mark.parametrize("name", ["sounder", "lamp", "power", "scale"])
def test_trouble_with_one_device_stops_no_other(bench: Bench, name: str, caplog: pytest.LogCaptureFixture) -> None:
    devices = bench.start()
    bench.box.broken.add(name)
    devices.show(Outputs(opening="o1", lamp=2, tone=Criticality.HIGH, beat="first"))
    bench.box.move_lid(1, True)
    sensed = bench.look_again()
    assert sensed.open_lids == {1}
    assert (sensed.reading is None) is (name == "scale")
    assert (sensed.mains is None) is (name == "power")
    wait_for(lambda: name == "lamp" or (2, True) in bench.box.lamps)
    wait_for(lambda: name == "sounder" or bench.box.tones == ["high"])
    bench.look_again()
    assert len([r for r in caplog.records if f"trouble: {name}" in r.getMessage()]) == 1, "told once"
    assert devices.alive


@pytest.mark.parametrize(("name", "done"), [("lamp", "lamps"), ("sounder", "tones")])
def test_a_signal_that_failed_is_given_when_it_can_be(bench: Bench, name: str, done: str) -> None:
    devices = bench.start()
    bench.box.broken.add(name)
    wanted = Outputs(opening="o1", lamp=2, tone=Criticality.LOW, beat="first")
    devices.show(wanted)
    bench.look_again()
    bench.box.broken.clear()
    for _ in range(3):
        devices.show(wanted)
    wait_for(lambda: len(getattr(bench.box, done)) == 1)
    devices.show(wanted)
    bench.look_again()
    assert (bench.box.lamps, bench.box.tones) == ([(2, True)], ["low"]), "each once, however often it is shown"


def test_the_lamp_goes_from_one_to_the_next_and_out(bench: Bench) -> None:
    devices = bench.start()
    for lamp, lamps in ((1, 1), (2, 3), (None, 4)):
        devices.show(Outputs(lamp=lamp))
        wait_for(lambda lamps=lamps: len(bench.box.lamps) == lamps)
    assert bench.box.lamps == [(1, True), (1, False), (2, True), (2, False)]


def test_a_beat_that_has_passed_is_silence(bench: Bench) -> None:
    devices = bench.start()
    devices.show(Outputs(tone=Criticality.MEDIUM, beat="first"))
    wait_for(lambda: bench.box.tones == ["medium"])
    devices.show(OPENING)
    wait_for(lambda: bench.box.tones == ["medium", ""])


# -- pulses ----------------------------------------------------------------------------------------------------------


def test_a_pulse_is_given_once_and_its_end_posted(bench: Bench) -> None:
    devices = bench.start()
    devices.pulse(Pulse("o1", 2, 1))
    wait_for(lambda: bool(bench.posted))
    assert bench.box.pulses == [2]
    assert bench.posted == [c.PulseEnded("o1", 1, None)]


def test_what_the_driver_says_goes_with_the_end(bench: Bench) -> None:
    bench.box.broken.add("lock")
    bench.start().pulse(Pulse("o1", 2, 1))
    wait_for(lambda: bench.ended == ["lock: does not answer"])


@pytest.mark.parametrize("lids", ["open", "unseen"])
def test_no_pulse_while_not_every_lid_is_sensed_shut(bench: Bench, lids: str) -> None:
    devices = bench.start()
    if lids == "open":
        bench.box.lids = {3}  # and its edge was lost
    else:
        bench.box.broken.add("lids")
    devices.pulse(Pulse("o1", 2, 1))
    wait_for(lambda: bench.ended == ["not given: not every lid is sensed shut"])
    assert bench.box.pulses == []


def test_lids_that_could_not_be_seen_at_a_pulse_are_well_when_they_are_seen_again(bench: Bench) -> None:
    """Nothing opens while they are lost (R12): what only the next pulse could mend would never be."""
    devices = bench.start()
    bench.box.broken.add("lids")
    devices.pulse(Pulse("o1", 2, 1))
    wait_for(lambda: len(bench.ended) == 1)
    bench.box.broken.clear()
    bench.look_again()
    assert bench.wait(WELL_S + LOST_S).devices[Device.LIDS] == ""


# -- lines -----------------------------------------------------------------------------------------------------------


def test_a_lock_that_is_not_seen_off_is_lost_without_a_pulse_and_back_without_one(bench: Bench) -> None:
    """R12, H13: nobody waits for the next opening to know it."""
    bench.start()
    assert bench.devices.sensed.devices[Device.LOCKS] == ""
    bench.box.broken.add("lines")
    bench.look_again()
    assert bench.wait(LOST_S).devices[Device.LOCKS] == "lines: does not answer"
    bench.box.broken.clear()
    bench.look_again()
    assert bench.wait(WELL_S).devices[Device.LOCKS] == ""
    assert bench.box.pulses == []


def test_no_lock_is_pulsed_while_one_is_not_seen_off(bench: Bench) -> None:
    devices = bench.start()
    bench.box.broken.add("lines")
    devices.pulse(Pulse("o1", 2, 1))
    wait_for(lambda: bench.ended == ["not given: lines: does not answer"])
    bench.box.broken.clear()
    devices.pulse(Pulse("o1", 2, 2))
    wait_for(lambda: bench.ended[1:] == [None])
    assert bench.box.pulses == [2]


def test_a_look_at_the_locks_that_hangs_is_a_device_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    devices, let_go, hanging = bench.start(), threading.Event(), threading.Event()
    monkeypatch.setattr(devices._compartments, "check_locks", lambda: (hanging.set(), let_go.wait(5))[0], raising=False)
    bench.real_s += 1.0
    assert hanging.wait(5)
    assert bench.wait(HANG_S + 1, but=(Device.LOCKS,)).devices[Device.LOCKS] == "no answer for 5 s"
    assert not devices.alive
    let_go.set()


def test_locks_are_off_when_they_were_seen_to_be(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: the core opens nothing otherwise; also while nobody knows."""
    devices, high, hang, let_go = bench.start(), threading.Event(), threading.Event(), threading.Event()

    def check_locks() -> None:
        if hang.is_set():
            let_go.wait(10)
        if high.is_set():
            raise DeviceError("compartment 2: its line is high")

    monkeypatch.setattr(devices._compartments, "check_locks", check_locks, raising=False)
    assert bench.wait(1).locks_off
    high.set()
    assert not bench.wait(1).locks_off
    high.clear()
    assert bench.wait(1).locks_off
    hang.set()
    assert not bench.wait(HANG_S + 1, but=(Device.LOCKS,)).locks_off
    let_go.set()


def test_a_look_before_a_pulse_that_hangs_is_a_device_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """R16: else every opening from now on would fail, and nobody know why."""
    devices, let_go, hanging = bench.start(), threading.Event(), threading.Event()
    look = devices._compartments.lid_open

    def lid_open(number: int) -> bool:
        if threading.current_thread().name == "pulse":
            hanging.set()
            let_go.wait(10)
        return look(number)

    monkeypatch.setattr(devices._compartments, "lid_open", lid_open, raising=False)
    devices.pulse(Pulse("o1", 1, 1))
    assert hanging.wait(5)
    assert bench.wait(HANG_S + 1).devices[Device.LOCKS] == "no answer for 5 s"
    let_go.set()


class Stuck:
    """A lock that takes its time: the first pulse lasts until `let_go`."""

    def __init__(self, bench: Bench) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()
        bench.box.on_pulse = self._pulse

    def _pulse(self, number: int) -> None:
        if not self.begun.is_set():
            self.begun.set()
            self.let_go.wait(5)


@pytest.fixture
def stuck(bench: Bench) -> Iterator[Stuck]:
    """A first pulse is under way and a second waits behind it."""
    made = Stuck(bench)
    bench.start().pulse(Pulse("o1", 2, 1))
    assert made.begun.wait(5)
    bench.devices.pulse(Pulse("o1", 2, 2))
    yield made
    made.let_go.set()


def test_a_pulse_that_waited_is_given_while_it_is_fresh(bench: Bench, stuck: Stuck) -> None:
    bench.real_s += PULSE_OLD_S
    stuck.let_go.set()
    wait_for(lambda: len(bench.ended) == 2)
    assert bench.box.pulses == [2, 2]


def test_a_pulse_that_waited_too_long_is_not_given(bench: Bench, stuck: Stuck) -> None:
    bench.real_s += PULSE_OLD_S + 0.1
    stuck.let_go.set()
    wait_for(lambda: bench.ended == [None, "not given: the lock was busy for too long"])
    assert bench.box.pulses == [2]


def test_a_pulse_of_an_opening_that_has_ended_is_not_given(bench: Bench, stuck: Stuck) -> None:
    bench.devices.show(OPENING)
    bench.devices.show(Outputs())
    stuck.let_go.set()
    wait_for(lambda: bench.ended == [None, "not given: the opening has ended"])
    assert bench.box.pulses == [2]


def test_after_close_no_pulse_is_given(bench: Bench, stuck: Stuck) -> None:
    closing = threading.Thread(target=bench.devices.close)
    closing.start()
    wait_for(lambda: bench.box.closed[:1] == ["compartments"])
    stuck.let_go.set()
    closing.join(5)
    assert bench.box.pulses == [2]


# -- health ------------------------------------------------------------------------------------------------------------


def test_a_drivers_bug_ends_its_thread_and_the_hubs_health(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    devices = bench.start()
    assert devices.alive

    def bug(number: int) -> None:
        raise KeyError("levodopa")

    bench.box.on_pulse = bug
    devices.pulse(Pulse("o1", 2, 1))
    wait_for(lambda: not devices.alive)
    assert "the pulse thread has ended: KeyError at test_devices.py" in caplog.text
    assert "levodopa" not in caplog.text


def test_a_look_that_hangs_knows_nothing_and_is_not_healthy(bench: Bench) -> None:
    devices = bench.start()
    looking, let_go = threading.Event(), threading.Event()

    def hang() -> None:
        looking.set()
        let_go.wait(5)

    bench.box.on_look = hang
    bench.real_s += 1.0
    assert looking.wait(5)
    wait_for(lambda: devices.looks[Device.SCALE].said_s == bench.real_s)
    assert devices.alive
    bench.real_s += HANG_S + 0.1
    assert devices.sensed.open_lids is None
    assert not devices.alive
    let_go.set()
    wait_for(lambda: devices.alive)


def test_everything_is_let_go_whatever_one_of_them_says(bench: Bench) -> None:
    bench.start()
    bench.box.broken |= {"close scale", "close sounder"}
    bench.devices.close()
    assert bench.box.closed == ["compartments", "scale", "sounder", "power"]
    assert not bench.devices.alive


# -- states -----------------------------------------------------------------------------------------------------------


def test_what_is_in_trouble_for_long_is_lost_and_says_why(bench: Bench) -> None:
    bench.start()
    bench.box.broken.add("scale")
    assert Device.SCALE not in bench.wait(1.0).devices, "a moment of trouble is neither lost nor well"
    assert bench.wait(LOST_S).devices[Device.SCALE] == "scale: does not answer"
    assert bench.devices.sensed.devices[Device.LIDS] == ""


def test_what_has_not_answered_yet_is_neither_well_nor_lost() -> None:
    """A hub that begins while a device takes its time does not tell that it is back."""
    states = DeviceStates(lambda: 50.0)
    with states.asking(Device.SCALE):
        assert states.troubles == {}
    assert states.troubles == {Device.SCALE: ""}


def test_a_moment_of_trouble_is_not_lost(bench: Bench) -> None:
    bench.start()
    bench.box.broken.add("scale")
    bench.wait(1.0)
    bench.box.broken.clear()
    bench.wait(1.0)
    assert bench.wait(WELL_S).devices[Device.SCALE] == ""


def test_a_plug_that_comes_and_goes_is_lost_until_it_stays(bench: Bench) -> None:
    bench.start()
    lost = []
    for second in range(60):
        (bench.box.broken.add if second % 3 else bench.box.broken.discard)("scale")
        lost.append(bool(bench.wait(1.0).devices.get(Device.SCALE)))
    assert lost == sorted(lost), "once lost it was not back in between"
    assert lost[-1]
    bench.box.broken.clear()
    bench.look_again()
    assert bench.wait(WELL_S - 1).devices[Device.SCALE]
    assert bench.wait(2.0).devices[Device.SCALE] == ""


def test_a_device_that_hangs_is_lost_alone(bench: Bench) -> None:
    devices, let_go = bench.start(), threading.Event()
    hanging = threading.Event()

    def hang() -> None:
        hanging.set()
        let_go.wait(5)

    bench.box.on_look = hang
    bench.real_s += 1.0
    assert hanging.wait(5)
    sensed = bench.wait(HANG_S + 1, but=(Device.LIDS,))
    others = dict.fromkeys((Device.LOCKS, Device.SCALE, Device.POWER), "")
    assert sensed.devices == others | {Device.LIDS: "no answer for 5 s"}
    assert (sensed.open_lids, sensed.mains) == (None, True)
    assert sensed.reading is not None
    let_go.set()
    wait_for(lambda: devices.sensed.open_lids == frozenset())


def test_a_device_that_never_answers_holds_up_no_boot_and_is_no_reason_to_begin_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R16: a start that mends nothing is not tried again and again; what else the box can do goes on."""
    monkeypatch.setattr("hub.devices.FIRST_S", 0.05)
    let_go = threading.Event()
    bench.box.on_look = lambda: let_go.wait(5) and None
    devices = bench.start()
    assert devices.sensed.open_lids is None
    assert bench.wait(HANG_S + 1, but=(Device.LIDS,)).devices[Device.LIDS] == "no answer for 5 s"
    assert devices.alive
    let_go.set()


def test_a_lock_is_lost_until_that_lock_has_had_its_pulse(bench: Bench) -> None:
    devices = bench.start()
    bench.box.broken.add("lock")
    devices.pulse(Pulse("o1", 2, 1))
    wait_for(lambda: len(bench.ended) == 1)
    assert bench.wait(LOST_S).devices[Device.LOCKS] == "lock: does not answer"
    bench.box.broken.clear()
    for lock, lost in ((1, True), (2, False)):
        devices.pulse(Pulse("o1", lock, 2))
        wait_for(lambda lock=lock: bench.box.pulses[-1:] == [lock])
        assert bool(bench.wait(WELL_S + 1).devices[Device.LOCKS]) is lost


def test_what_only_has_to_be_there_is_looked_at_and_tells_its_figure() -> None:
    box, real_s = Box(HandClock()), [50.0]

    def scanner() -> str:
        box.ask("scanner")
        return "no scan yet"

    devices = box.devices(lambda command: None, lambda: real_s[0], checks={Device.SCANNER: scanner})
    devices.start()
    assert devices.sensed.devices[Device.SCANNER] == ""
    assert [r.figure for r in devices.states.reports() if r.device is Device.SCANNER] == ["no scan yet"]
    box.broken.add("scanner")
    real_s[0] += 1
    wait_for(lambda: Device.SCANNER not in devices.sensed.devices)
    real_s[0] += LOST_S
    assert devices.sensed.devices[Device.SCANNER] == "scanner: does not answer"
    devices.close()


def test_a_scale_that_never_comes_to_rest_is_lost_while_no_lid_is_open(bench: Bench) -> None:
    """It keeps the box shut as one that is gone does; a hand in an open compartment is nothing of that."""
    bench.box.stable = False
    bench.start()
    bench.box.lids = {2}
    bench.look_again()
    assert bench.wait(2 * UNREST_S).devices[Device.SCALE] == ""
    bench.box.lids = set()
    bench.look_again()
    assert bench.wait(UNREST_S - 2).devices[Device.SCALE] == ""
    bench.wait(5.0)
    sensed = bench.wait(LOST_S)
    assert sensed.devices[Device.SCALE] == "scale: not at rest for 3 min"
    assert sensed.reading is None
    bench.box.stable = True
    assert bench.look_again().reading is not None


# -- the verdict -------------------------------------------------------------------------------------------------------


def test_a_weight_at_rest_after_a_lid_shut_is_told_at_once(bench: Bench) -> None:
    bench.box.stable = False
    bench.start()
    bench.box.move_lid(1, True)
    bench.box.move_lid(1, False)
    bench.look_again()
    assert bench.looks == 0, "nothing is at rest"
    bench.box.stable = True
    wait_for(lambda: bench.looks > 0)


def test_without_a_lid_that_shut_nobody_is_told(bench: Bench) -> None:
    bench.start()
    bench.look_again()
    bench.box.move_lid(1, True)
    bench.look_again()
    assert bench.looks == 0
    bench.box.move_lid(1, False)
    wait_for(lambda: bench.looks > 0)
    bench.wait(3.0)
    bench.look_again()
    told = bench.looks
    bench.look_again()
    assert bench.looks == told, "and not for ever"


# -- a weight that changed ---------------------------------------------------------------------------------------------


def _rest(bench: Bench, seconds: int) -> list[int | None]:
    return [bench.look_again().moved_mg for _ in range(seconds)]


def test_what_was_taken_out_past_the_lids_is_sensed_for_some_seconds(bench: Bench) -> None:
    """R7, H23."""
    bench.start()
    assert not any(_rest(bench, 6))
    bench.box.weight_mg -= 300
    told = _rest(bench, 16)
    assert set(told) == {None, -300}
    assert told[-1] is None


def test_what_is_taken_through_a_lid_is_not(bench: Bench) -> None:
    bench.start()
    _rest(bench, 6)
    bench.box.move_lid(2, True)
    bench.box.weight_mg -= 300
    bench.box.move_lid(2, False)
    assert not any(_rest(bench, 16))
    bench.box.broken.add("lids")
    bench.box.weight_mg -= 300
    assert not any(_rest(bench, 3))
    bench.box.broken.clear()
    assert not any(_rest(bench, 16))


def test_what_is_taken_while_nobody_looks_at_the_lids_is_not(bench: Bench) -> None:
    bench.start()
    _rest(bench, 6)
    hanging, let_go = threading.Event(), threading.Event()
    bench.box.on_look = lambda: (hanging.set(), let_go.wait(5))[0]
    bench.real_s += 1
    assert hanging.wait(5)
    bench.wait(HANG_S + 1, but=(Device.LIDS,))
    bench.box.weight_mg -= 300
    assert not any(bench.wait(1.0, but=(Device.LIDS,)).moved_mg for _ in range(6))
    let_go.set()
