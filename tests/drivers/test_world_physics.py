"""The world's physics alone: no process, no socket, the time in the hand."""

from decimal import Decimal
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.load_cell import CREEP, HYSTERESIS, NOISE_MG, RAIL, TRAY_MG, ZERO_MG_PER_K
from drivers.world_cell import CREEP_TAU_S, PRESS_MOST_MG, ROOM_S, SETTLE_S, WorldLoadCell, as_commissioned
from drivers.world_compartment import LATCH_S, ONE_SHOT_S, POP_S, NotPossible
from drivers.world_protocol import Item, ScaleFault, Trap, TrapAt, What
from drivers.world_state import World
from hub.ports import PULSE_S, Tone

HALF = Decimal("0.5")
ITEMS = (Item("Pinemol", Decimal("1.5"), 600), Item("Hjerdyl", Decimal(2), 100))


class Hands:
    """A world and its time. `killed` are the processes that a trap took."""

    def __init__(self, compartments: int = 3) -> None:
        self.killed: list[int] = []
        self.world = World(compartments, seed=1, kill=self.killed.append)
        self.now = 100.0
        self.world.advance(self.now)

    def wait(self, seconds: float) -> "Hands":
        self.now += seconds
        self.world.advance(self.now)
        return self

    def line(self, number: int, on: bool) -> "Hands":
        self.world.lock_line(number, on, self.now)
        return self

    def pulse(self, number: int, seconds: float = PULSE_S) -> "Hands":
        return self.line(number, True).wait(seconds).line(number, False)

    def filled(self, number: int = 1, label: str = "2026-03-12/evening") -> "Hands":
        self.world.fill(number, label, ITEMS, self.now)
        return self

    def opened(self, number: int = 1) -> "Hands":
        return self.pulse(number).wait(POP_S)

    def whats(self) -> list[What]:
        return [entry.what for entry in self.world.ledger]


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_the_hardwares_limit_is_just_above_the_codes() -> None:
    assert LATCH_S < PULSE_S < ONE_SHOT_S <= 2 * PULSE_S


# -- latch and lid -------------------------------------------------------------------------------------------------


def test_a_pulse_opens_its_own_lid_and_no_other(hands: Hands) -> None:
    hands.line(2, True).wait(LATCH_S + POP_S - 0.001)
    assert not hands.world.compartments[2].lid_open
    hands.wait(0.002)
    assert [n for n, box in hands.world.compartments.items() if box.lid_open] == [2]
    assert hands.whats() == [What.PULSE, What.LID_OPENED]


def test_a_pulse_that_is_too_short_opens_nothing_and_is_counted(hands: Hands) -> None:
    hands.pulse(1, LATCH_S - 0.001).wait(10)
    assert not hands.world.compartments[1].lid_open
    assert hands.world.compartments[1].counters.pulses == 1


def test_a_line_stuck_high_gives_one_pulse(hands: Hands) -> None:
    """R12: the one-shot ends it, and the lid once shut stays shut."""
    hands.line(1, True).wait(ONE_SHOT_S - 0.001)
    assert hands.world.compartments[1].energised
    hands.wait(0.002)
    assert not hands.world.compartments[1].energised
    hands.world.shut_lid(1, hands.now)
    hands.wait(3600).line(1, True).wait(3600)
    assert hands.world.compartments[1].line_on
    assert not hands.world.compartments[1].lid_open
    assert hands.world.compartments[1].counters.pulses == 1


def test_a_lid_shut_while_energised_pops_again_and_not_before_it_was_shut(hands: Hands) -> None:
    hands.line(1, True).wait(LATCH_S + POP_S)
    hands.world.shut_lid(1, hands.now)
    shut_at = hands.now
    hands.wait(POP_S)
    assert hands.world.compartments[1].lid_open
    assert hands.world.ledger[-1].at_s == shut_at + POP_S


def test_a_jammed_lid_stays_until_freed_by_hand_or_by_itself(hands: Hands) -> None:
    hands.world.set_jam(1, True)
    hands.opened().wait(60)
    assert not hands.world.compartments[1].lid_open
    hands.world.open_lid(1, hands.now)
    assert hands.world.compartments[1].lid_open
    hands.world.shut_lid(1, hands.now)
    hands.opened().world.set_jam(1, False)
    hands.wait(0)
    assert hands.world.compartments[1].lid_open


def test_a_latched_lid_does_not_yield_and_a_key_opens_it(hands: Hands) -> None:
    with pytest.raises(NotPossible, match="latched"):
        hands.world.open_lid(1, hands.now)
    hands.world.key_open(1, hands.now)
    counters = hands.world.compartments[1].counters
    assert (counters.pulses, counters.openings, counters.key_openings) == (0, 1, 1)
    hands.world.shut_lid(1, hands.now)
    with pytest.raises(NotPossible, match="latched"):
        hands.world.open_lid(1, hands.now)


def test_lids_move_only_from_where_they_are(hands: Hands) -> None:
    with pytest.raises(NotPossible, match="shut already"):
        hands.world.shut_lid(1, hands.now)
    hands.opened()
    with pytest.raises(NotPossible, match="open already"):
        hands.world.open_lid(1, hands.now)
    with pytest.raises(NotPossible, match="open already"):
        hands.world.key_open(1, hands.now)
    with pytest.raises(NotPossible, match="no compartment 9"):
        hands.line(9, True)


def test_time_passing_at_once_or_in_steps_is_the_same() -> None:
    at_once, in_steps = Hands(), Hands()
    for each in (at_once, in_steps):
        each.line(1, True).wait(0.02).line(2, True)
    at_once.wait(2)
    for _ in range(2000):
        in_steps.wait(0.001)
    assert [(e.what, e.compartment, round(e.at_s, 6)) for e in at_once.world.ledger] == [
        (e.what, e.compartment, round(e.at_s, 6)) for e in in_steps.world.ledger
    ]


# -- tablets -------------------------------------------------------------------------------------------------------


def test_half_tablets_are_counted_and_weighed(hands: Hands) -> None:
    hands.filled().opened()
    assert hands.world.contents_mg == 1100
    assert hands.world.take(1, {"Pinemol": HALF}, hands.now) == {"Pinemol": HALF}
    assert hands.world.contents_mg == 800
    assert hands.world.take(1, None, hands.now) == {"Pinemol": Decimal(1), "Hjerdyl": Decimal(2)}
    assert hands.world.contents_mg == 0
    label = hands.world.labels["2026-03-12/evening"]
    assert label.taken == {"Pinemol": Decimal("1.5"), "Hjerdyl": Decimal(2)}
    assert (label.pulses, label.openings) == (1, 1)


def test_only_what_was_taken_can_be_put_back(hands: Hands) -> None:
    hands.filled().opened().world.take(1, {"Pinemol": Decimal(1)}, hands.now)
    for wrong in ({"Pinemol": Decimal("1.5")}, {"Hjerdyl": Decimal(1)}, {"Smertenix": Decimal(1)}):
        with pytest.raises(NotPossible, match="is not out of"):
            hands.world.put_back(1, wrong, hands.now)
    assert hands.world.put_back(1, None, hands.now) == {"Pinemol": Decimal(1)}
    assert hands.world.contents_mg == 1100
    with pytest.raises(NotPossible, match="is not out of"):
        hands.world.put_back(1, {"Pinemol": HALF}, hands.now)


@pytest.mark.parametrize("count", ["0", "-1", "NaN", "Infinity", "0.0001", "1001"])
def test_what_is_no_number_of_tablets_is_refused(hands: Hands, count: str) -> None:
    with pytest.raises(NotPossible, match="not a number of tablets"):
        hands.world.fill(1, "a", (Item("Pinemol", Decimal(count), 600),), hands.now)
    hands.filled().opened()
    with pytest.raises(NotPossible):
        hands.world.take(1, {"Pinemol": Decimal(count)}, hands.now)
    assert hands.world.contents_mg == 1100


def test_a_refused_act_changes_nothing(hands: Hands) -> None:
    hands.filled()
    before = hands.world.view()
    with pytest.raises(NotPossible, match="lid 1 is shut"):
        hands.world.take(1, None, hands.now)
    with pytest.raises(NotPossible, match="is not empty"):
        hands.filled()
    with pytest.raises(NotPossible, match="same name"):
        hands.world.fill(2, "b", ITEMS * 2, hands.now)
    hands.opened()
    with pytest.raises(NotPossible, match="does not hold"):
        hands.world.take(1, {"Hjerdyl": Decimal(1), "Pinemol": Decimal(2)}, hands.now)
    assert hands.world.view().compartment(1).items == before.compartment(1).items


def test_tablets_are_put_into_an_open_compartment_kind_by_kind(hands: Hands) -> None:
    one = Item("Pinemol", Decimal(1), 500)
    with pytest.raises(NotPossible, match="lid 1 is shut"):
        hands.world.put_in(1, "a", one, hands.now)
    hands.opened()
    for item in (one, one, Item("Hjerdyl", Decimal("0.5"), 100)):
        assert hands.world.put_in(1, "a", item, hands.now) == {item.name: item.count}
    assert hands.world.contents_mg == 1050
    assert hands.world.labels["a"].filled == {"Pinemol": Decimal(2), "Hjerdyl": Decimal("0.5")}
    with pytest.raises(NotPossible, match="holds 'a'"):
        hands.world.put_in(1, "b", one, hands.now)
    with pytest.raises(NotPossible, match="weighs 500 mg"):
        hands.world.put_in(1, "a", Item("Pinemol", Decimal(1), 400), hands.now)
    hands.world.take(1, None, hands.now)
    hands.world.put_in(1, "b", Item("Pinemol", Decimal(1), 400), hands.now)
    assert hands.world.contents_mg == 400


def test_a_label_s_count_outlives_its_fill(hands: Hands) -> None:
    hands.filled(1, "first").opened().world.take(1, {"Hjerdyl": Decimal(1)}, hands.now)
    assert hands.world.empty(1, hands.now) == {"Pinemol": Decimal("1.5"), "Hjerdyl": Decimal(1)}
    hands.filled(1, "second").world.take(1, None, hands.now)
    assert hands.world.labels["first"].taken == {"Hjerdyl": Decimal(1)}
    assert hands.world.labels["first"].emptied == {"Pinemol": Decimal("1.5"), "Hjerdyl": Decimal(1)}
    assert hands.world.labels["second"].openings == 0
    assert hands.world.compartments[1].counters.taken == {"Pinemol": Decimal("1.5"), "Hjerdyl": Decimal(3)}


ACT = st.tuples(
    st.sampled_from(
        ["take", "put_back", "fill", "put_in", "empty", "pulse", "key_open", "open_lid", "shut_lid", "wait", "jam"]
    ),
    st.integers(1, 2),
    st.sampled_from([None, "0.5", "1", "1.5", "2"]),
    st.sampled_from(["Pinemol", "Hjerdyl"]),
)


@given(st.lists(ACT, max_size=60))
def test_tablets_are_conserved_whatever_hands_do(acts: list[tuple[str, int, str | None, str]]) -> None:
    hands = Hands(2)
    for act, number, count, name in acts:
        try:
            _do(hands, act, number, count, name)
        except NotPossible:
            continue
    filled = sum(sum(e.counts.values()) for e in hands.world.ledger if e.what is What.FILLED)
    inside = sum(item.count for box in hands.world.view().compartments for item in box.items)
    out = sum(
        sum(c.taken.values()) - sum(c.put_back.values()) + sum(c.emptied.values()) for c in hands.world.labels.values()
    )
    assert filled == inside + out
    assert all(item.count >= 0 for box in hands.world.compartments.values() for item in box.items.values())
    for box in hands.world.compartments.values():
        assert box.counters.openings >= box.counters.key_openings
        assert box.counters.openings or not box.counters.taken


def _do(hands: Hands, act: str, number: int, count: str | None, name: str) -> None:
    counts = None if count is None else {name: Decimal(count)}
    world, now = hands.world, hands.now
    match act:
        case "take":
            world.take(number, counts, now)
        case "put_back":
            world.put_back(number, counts, now)
        case "fill":
            world.fill(number, f"intake-{name}", (Item(name, Decimal(count or 1), 300),), now)
        case "put_in":
            world.put_in(number, f"intake-{name}", Item(name, Decimal(count or 1), 300), now)
        case "empty":
            world.empty(number, now)
        case "pulse":
            hands.pulse(number)
        case "wait":
            hands.wait(float(count or "0.07"))
        case "jam":
            world.set_jam(number, count is None)
        case _:
            getattr(world, act)(number, now)


# -- scale, sound, mains ---------------------------------------------------------------------------------------------


def samples(hands: Hands, count: int = 50) -> list[int]:
    """What lies in the tray, by the converter's counts."""
    return [as_commissioned().weight_mg(hands.world.weigh(hands.now)) for _ in range(count)]


def mean(weights: list[int]) -> float:
    return sum(weights) / len(weights)


def test_the_scale_shows_what_lies_in_the_tray_with_the_data_sheets_noise(hands: Hands) -> None:
    hands.filled().wait(SETTLE_S)
    weights = samples(hands, 500)
    assert abs(mean(weights) - 1100) <= PRESS_MOST_MG * HYSTERESIS + ZERO_MG_PER_K + 3
    assert stdev(weights) == pytest.approx(NOISE_MG, rel=0.15)


@pytest.mark.parametrize("act", ["key_open", "empty"])
def test_the_scale_swings_after_a_lid_or_a_hand(hands: Hands, act: str) -> None:
    hands.wait(SETTLE_S)
    getattr(hands.world, act)(1, hands.now)
    hands.wait(SETTLE_S - 0.01)
    assert all(abs(weight) > 150 for weight in samples(hands))
    hands.wait(0.02)
    assert all(abs(weight) < 150 for weight in samples(hands))


def test_a_hand_leaves_a_trace_that_goes(hands: Hands) -> None:
    """Hysteresis: half a thousandth of what fingers weighed on the tray."""
    traces = []
    for _ in range(20):
        hands.wait(4 * CREEP_TAU_S)
        before = mean(samples(hands, 200))
        hands.world.cell.touch(hands.now)
        hands.wait(SETTLE_S)
        traces.append(mean(samples(hands, 200)) - before)
    assert -5 <= min(traces) <= 10
    assert 10 <= max(traces) <= PRESS_MOST_MG * HYSTERESIS + 5


def test_a_tray_that_was_out_creeps_for_minutes(hands: Hands) -> None:
    """By 0.05 % of what it weighs."""
    cell = hands.world.cell
    at_rest = mean(samples(hands, 200))
    cell.put(-TRAY_MG, hands.now)
    hands.wait(4 * ROOM_S)
    cell.put(0, hands.now)
    back = mean(samples(hands, 200))
    assert at_rest - back == pytest.approx(CREEP * TRAY_MG, abs=5)
    hands.wait(2 * ROOM_S)
    assert mean(samples(hands, 200)) == pytest.approx(at_rest, abs=5)


def test_a_room_that_warms_up_moves_the_zero(hands: Hands) -> None:
    weights = [mean(samples(hands.wait(ROOM_S / 12), 100)) for _ in range(12)]
    assert max(weights) - min(weights) == pytest.approx(2 * ZERO_MG_PER_K, abs=5)


def test_each_fault_is_what_it_is_called(hands: Hands) -> None:
    cell = hands.world.cell
    cell.break_down(ScaleFault.NOISY, hands.now)
    assert max(samples(hands)) - min(samples(hands)) > 400
    last = hands.world.weigh(hands.now)
    cell.break_down(ScaleFault.STUCK, hands.now)
    assert {hands.world.weigh(hands.now) for _ in range(9)} == {last}
    cell.break_down(ScaleFault.SATURATED, hands.now)
    assert hands.world.weigh(hands.now) == RAIL
    cell.break_down(ScaleFault.NONSENSE, hands.now)
    assert max(samples(hands)) - min(samples(hands)) > 1_000_000
    cell.break_down(ScaleFault.CREEPING, hands.now)
    before = mean(samples(hands))
    assert mean(samples(hands.wait(13 * 60))) - before == pytest.approx(2000, abs=60)
    cell.break_down(ScaleFault.UNPLUGGED, hands.now)
    with pytest.raises(NotPossible, match="unplugged"):
        hands.world.weigh(hands.now)
    cell.break_down(None, hands.now)
    assert abs(mean(samples(hands))) < 50


def test_the_same_seed_gives_the_same_samples_and_another_others() -> None:
    def lived(seed: int) -> list[int]:
        cell = WorldLoadCell(seed)
        cell.touch(1.0)
        cell.put(700, 2.0)
        return [cell.sample(2.0 + count / 10) for count in range(50)]

    assert lived(1) == lived(1) != lived(2)


def test_a_tone_ends_by_itself_or_is_cut_short(hands: Hands) -> None:
    tone = Tone("medium", pulses=3, pulse_ms=200, gap_ms=200, hertz=400, volume=0.5)
    hands.world.play(tone, 100.0)
    assert hands.world.tones[0].until_s == 101.0
    hands.world.play(tone, 100.4)
    hands.world.play(None, 110.0)
    assert [(played.at_s, played.until_s) for played in hands.world.tones] == [(100.0, 100.4), (100.4, 101.4)]
    assert hands.whats() == [What.TONE, What.TONE]


def test_mains_and_network_are_written_down_when_they_change(hands: Hands) -> None:
    for on in (True, False, False, True):
        hands.world.set_mains(on, hands.now)
        hands.world.set_network(on, hands.now)
    assert hands.whats() == [What.MAINS_OFF, What.NETWORK_CUT, What.MAINS_ON, What.NETWORK_RESTORED]


# -- traps -----------------------------------------------------------------------------------------------------------


def test_before_the_pulse_nothing_is_energised(hands: Hands) -> None:
    hands.world.set_trap(Trap(TrapAt.BEFORE_PULSE, 1, 4711))
    hands.line(2, True)
    assert hands.killed == []
    hands.line(1, True).wait(1)
    assert hands.killed == [4711]
    assert not hands.world.compartments[1].lid_open
    assert not hands.world.compartments[1].line_on
    assert hands.world.compartments[1].counters.pulses == 0


def test_during_the_pulse_the_one_shot_ends_it_and_the_lid_opens(hands: Hands) -> None:
    hands.world.set_trap(Trap(TrapAt.DURING_PULSE, 1, 4711))
    hands.line(1, True)
    assert (hands.killed, hands.world.compartments[1].energised) == ([4711], True)
    hands.wait(1)
    assert not hands.world.compartments[1].energised
    assert hands.world.compartments[1].lid_open
    assert hands.world.compartments[1].counters.pulses == 1


def test_with_the_lid_open_it_springs_as_the_lid_pops(hands: Hands) -> None:
    hands.world.set_trap(Trap(TrapAt.LID_OPEN, 1, 4711))
    hands.line(1, True).wait(LATCH_S)
    assert hands.killed == []
    hands.wait(POP_S)
    assert hands.killed == [4711]
    assert hands.whats() == [What.PULSE, What.LID_OPENED, What.TRAP_SPRUNG]


def test_one_trap_at_a_time_and_each_springs_once(hands: Hands) -> None:
    trap = Trap(TrapAt.BEFORE_PULSE, 1, 4711)
    hands.world.set_trap(trap)
    with pytest.raises(NotPossible, match="set already"):
        hands.world.set_trap(trap)
    hands.line(1, True).opened()
    assert hands.killed == [4711]
    assert (hands.world.view().trap, hands.world.view().sprung) == (None, (trap,))
    assert hands.world.compartments[1].lid_open
