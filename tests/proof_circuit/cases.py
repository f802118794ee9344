"""What must hold of the circuit, each case with its judge; and the same with a control taken out, which must not hold.

A coil is *on* while it draws more than half of what it draws at rest, and *not on at all* is below 50 mA: a tenth of
what a lock of 0.5 A needs.
"""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from tests.proof_circuit.netlist import Points, Scene
from tests.proof_circuit.parts import HCT08_MOST_A, LOCK_RATED_V, OPEN, RAIL_K_PER_W, RAIL_OHM, Parts
from tests.proof_circuit.spice import Waves

UP_S = 0.8  # when a line rises: the supervisor has let go by then
LEAST_S, MOST_S = 0.265, 0.34  # one pulse, by R 1 %, C 5 % and the chip's typical 5 %
LEAST_EVER_S, MOST_EVER_S = 0.24, 0.37  # the chip at three times that
NOTHING_A = 0.05
WELL = Parts()
LOOSE = Parts(high=0.8)  # an input as easily high as promised not to be
HEAVY = Parts(coil_r=10.0)


class Verdict(Struct, frozen=True):
    good: bool
    figure: str


Judge = Callable[[Parts, Waves], Verdict]


class Case(Struct, frozen=True):
    name: str
    parts: Parts
    scene: Scene
    judge: Judge


class Without(Struct, frozen=True):
    """A control that is not there: the case named must fail of it."""

    what: str
    case: str
    changes: dict[str, object]


def steps(*at: float) -> Points:
    """Low, then the other level from each moment on."""
    points, level = [(0.0, 0.0)], 0.0
    for s in at:
        points.append((s, level))
        level = 1.0 - level
        points.append((s + 1e-6, level))
    return tuple(points)


def dips(*at: float, to: float, for_s: float = 0.05) -> Points:
    """The 5 V, and how they fall for a while each time."""
    points = [(0.0, 5.0)]
    for s in at:
        points += [(s, 5.0), (s + 0.005, to), (s + for_s, to), (s + for_s + 0.005, 5.0)]
    return tuple(points)


# -- judges ----------------------------------------------------------------------------------------------------------


def on(parts: Parts, waves: Waves, n: int = 1) -> list[tuple[float, float]]:
    return waves.on(f"i(vsol{n})", parts.twelve / parts.coil_r / 2)


def nothing(parts: Parts, waves: Waves) -> Verdict:
    most = waves.most("i(vsol1)")
    return Verdict(most < NOTHING_A, f"{most * 1000:.1f} mA at most; the line at {waves.most('line1'):.2f} V")


def once(least_s: float, most_s: float) -> Judge:
    def judge(parts: Parts, waves: Waves) -> Verdict:
        pulses = [end - begin for begin, end in on(parts, waves)]
        good = len(pulses) == 1 and least_s <= pulses[0] <= most_s
        return Verdict(good, _pulses(pulses))

    return judge


def at_most_once(not_before_s: float, from_s: float = 0.0) -> Judge:
    """From a moment on: none, or one of bounded length that begins no earlier than that."""

    def judge(parts: Parts, waves: Waves) -> Verdict:
        pulses = [(begin, end) for begin, end in on(parts, waves) if end > from_s]
        good = not pulses or (
            len(pulses) == 1 and pulses[0][0] >= not_before_s and pulses[0][1] - pulses[0][0] <= MOST_S
        )
        lengths = [end - begin for begin, end in pulses]
        return Verdict(good, _pulses(lengths))

    return judge


def rail_with_its_pulse(parts: Parts, waves: Waves) -> Verdict:
    gate, rail = waves.on("y1", 2.5), waves.on("rail", 6.0)
    longer = rail[0][1] - gate[0][1] if len(rail) == len(gate) == 1 else float("inf")
    return Verdict(0 <= longer <= 0.005, f"off {longer * 1e3:.2f} ms after the gate")


def only_with_the_rail(parts: Parts, waves: Waves) -> Verdict:
    pulses = [end - begin for begin, end in on(parts, waves)]
    return Verdict(
        len(pulses) == 1 and pulses[0] <= MOST_S,
        f"on for {_listed(pulses) or 0} s; the other lock's pulse is all there is",
    )


def for_ever(parts: Parts, waves: Waves) -> Verdict:
    pulses = on(parts, waves)
    amps = waves["i(vfuse)"][-1]
    good = len(pulses) == 1 and pulses[0][1] == waves.at[-1]
    return Verdict(good, f"on until the end: {amps:.2f} A, {amps * parts.twelve:.0f} W; the 2 A fuse holds")


def lets_go_gently(parts: Parts, waves: Waves) -> Verdict:
    most = max(waves.most("d1"), waves.most("d2"))
    return Verdict(most < LOCK_RATED_V / 2, f"{most:.1f} V at the drain, rated {LOCK_RATED_V:.0f} V")


def rail_stays_cool(parts: Parts, waves: Waves) -> Verdict:
    joule = waves.integral(lambda now: (now["v12"] - now["rail"]) * now["i(vfuse)"])
    amps = parts.twelve / parts.coil_r
    kelvin = amps**2 * RAIL_OHM * RAIL_K_PER_W
    heat = f"{joule * 1000:.0f} mJ a pulse in the rail's transistor; at {amps:.1f} A without end {kelvin:.0f} K warmer"
    return Verdict(joule < 0.2 and kelvin < 40, heat)


def gate_current(parts: Parts, waves: Waves) -> Verdict:
    most = max(abs(a) for a in waves["i(vy1)"])
    return Verdict(
        most < HCT08_MOST_A, f"{most * 1000:.0f} mA from the 74HCT08 at most, rated {HCT08_MOST_A * 1000:.0f}"
    )


def after(from_s: float) -> Judge:
    """For how long in all something flows after that moment."""

    def judge(parts: Parts, waves: Waves) -> Verdict:
        whole = sum(end - max(begin, from_s) for begin, end in waves.on("i(vsol1)", NOTHING_A) if end > from_s)
        return Verdict(whole <= MOST_S, f"more than {NOTHING_A * 1000:.0f} mA for {whole * 1000:.0f} ms")

    return judge


def each_bounded(parts: Parts, waves: Waves) -> Verdict:
    lengths = [end - begin for begin, end in on(parts, waves) if begin > DIPS[0]]
    share = sum(lengths) / (len(DIPS) * (DIPS[1] - DIPS[0]))
    good = len(lengths) == len(DIPS) and max(lengths) <= MOST_S
    return Verdict(good, f"{len(lengths)} pulses of {max(lengths):.3f} s at most: on for {share:.0%} of the time")


def _pulses(lengths: list[float]) -> str:
    if not lengths:
        return "none"
    return f"{len(lengths)} pulse{'s' * (len(lengths) != 1)} of {_listed(lengths)} s"


def _listed(lengths: list[float]) -> str:
    return ", ".join(f"{length:.3f}" for length in lengths)


# -- cases -----------------------------------------------------------------------------------------------------------

GOOD = steps(UP_S, UP_S + 0.2)
STUCK = steps(UP_S)
ALWAYS = ((0.0, 1.0),)
FLUTTER = tuple(1.5 + 0.1 * i for i in range(10))  # faster than the supervisor's least 0.15 s
DIPS = (1.5, 2.0, 2.5, 3.0)  # slower than that: each may be a pulse
FREE = replace(LOOSE, held_s=0.15)
UNCERTAIN = Parts(high=0.8, lock_on=1.0, pilot_on=0.8, rail_on=2.0, undefined_below=2.0, held_s=0.15)

CASES = (
    Case("a good pulse of 0.2 s", WELL, Scene(1.3, GOOD), once(0.19, 0.21)),
    Case("a good pulse, a coil of 1.2 A", HEAVY, Scene(1.3, GOOD), once(0.19, 0.21)),
    Case("a line stuck high for 5 s", WELL, Scene(UP_S + 5, STUCK), once(LEAST_S, MOST_S)),
    Case("an open line beside a lock that is pulsed", LOOSE, Scene(1.6, None, GOOD), nothing),
    Case("a line that only a Pi's pull-up holds, 33 kΩ", LOOSE, Scene(1.6, None, pull_up=33e3), nothing),
    Case("a line that only an expander's pull-up holds, 100 kΩ", LOOSE, Scene(1.6, None, pull_up=100e3), nothing),
    Case("5 V come in 20 ms, the line high", FREE, Scene(1.2, ALWAYS, five=((0, 0), (0.02, 5))), at_most_once(0.15)),
    Case("5 V come in 1 s, the line high", FREE, Scene(2.2, ALWAYS, five=((0, 0), (1, 5))), at_most_once(0.85 + 0.15)),
    Case("5 V dip to 3.5 V in a pulse, the line stuck", replace(FREE, works=2.0),
         Scene(2.2, STUCK, five=dips(UP_S + 0.1, to=3.5)), at_most_once(UP_S + 0.3, UP_S + 0.12)),
    Case("5 V flutter ten times in a second, the line stuck", FREE,
         Scene(3.2, STUCK, five=dips(*FLUTTER, to=2.5)), at_most_once(2.5, 1.5)),
    Case("5 V end in 20 ms, logic undefined below 2 V", UNCERTAIN,
         Scene(1.2, ALWAYS, five=((0, 5), (0.8, 5), (0.82, 0))), after(0.7)),
    Case("5 V dip every 0.5 s, the line stuck: not controlled", FREE,
         Scene(3.6, STUCK, five=dips(*DIPS, to=2.5)), each_bounded),
    Case("a lock's transistor failed short", WELL, Scene(1.6, line2=GOOD, lock1_short=True), only_with_the_rail),
    Case("the same, the other line stuck", WELL, Scene(3, line2=STUCK, lock1_short=True), only_with_the_rail),
    Case("the rail's transistor failed short, a good pulse", WELL, Scene(1.3, GOOD, rail_short=True), once(0.19, 0.21)),
    Case("the rail's failed short, the logic unplugged, 12 V come at once", replace(WELL, lock_on=1.0),
         Scene(1.0, rail_short=True, unplugged=True, twelve=((0, 0), (0.1, 0), (0.100001, 12))), nothing),
    Case("both failed short: not controlled", WELL, Scene(3, lock1_short=True, rail_short=True), for_ever),
    Case("the rail goes off with the pulse", HEAVY, Scene(1.3, GOOD), rail_with_its_pulse),
    Case("the coil is let go, 1.2 A", HEAVY, Scene(1.3, GOOD), lets_go_gently),
    Case("the rail's transistor, 1.2 A, the line stuck", HEAVY, Scene(1.6, STUCK), rail_stays_cool),
    Case("the 74HCT08's output", WELL, Scene(1.3, GOOD), gate_current),
)  # fmt: skip
BY_NAME = {case.name: case for case in CASES}

WITHOUT = (
    Without("the line's pull-down", "an open line beside a lock that is pulsed", {"line_down": OPEN}),
    Without("the 4.7 kΩ: 10 kΩ as drawn before", "a line that only a Pi's pull-up holds, 33 kΩ", {"line_down": 10e3}),
    Without("the one-shot", "a line stuck high for 5 s", {"one_shot": False}),
    Without("the supervisor's reset", "5 V flutter ten times in a second, the line stuck", {"reset": False}),
    Without("the supervisor's reset", "5 V come in 1 s, the line high", {"reset": False}),
    Without("the gate's pull-down", "the rail's failed short, the logic unplugged, 12 V come at once",
            {"gate_down": OPEN}),
    Without("the rail's switch", "a lock's transistor failed short", {"rail_switch": False}),
    Without("the 2N7000's pull-down, as drawn before", "the rail goes off with the pulse", {"pilot_down": OPEN}),
    Without("the IRF9540N's pull-up, as drawn before", "the rail goes off with the pulse", {"rail_up": OPEN}),
    Without("the diode across the coil", "the coil is let go, 1.2 A", {"flyback": False}),
)  # fmt: skip


def without(one: Without) -> Case:
    case = BY_NAME[one.case]
    return replace(case, parts=replace(case.parts, **one.changes))


def corners() -> Iterator[Case]:
    """A stuck line with R, C, chip, thresholds and supply at their ends, all together."""
    for r, c, chip, high in product((-0.01, 0.01), (-0.05, 0.05), (-0.05, 0.05), (0.8, 2.0)):
        parts = _off(r, c, chip, high=high, five=4.75 if high > 1 else 5.25)
        yield Case("corner", parts, Scene(1.6, STUCK), once(LEAST_S, MOST_S))
    for sign in (-1, 1):
        parts = _off(sign * 0.01, sign * 0.05, sign * 0.15)
        yield Case("the chip at three times its typical 5 %", parts, Scene(1.6, STUCK), once(LEAST_EVER_S, MOST_EVER_S))


def drawn(seed: int, count: int) -> Iterator[tuple[Case, Case]]:
    """Boxes with every part somewhere in its bounds: a good pulse and a stuck line of each."""
    draw = Random(seed)
    for _ in range(count):
        parts = _off(
            draw.uniform(-0.01, 0.01), draw.uniform(-0.05, 0.05), draw.uniform(-0.05, 0.05),
            high=draw.uniform(0.8, 2.0), five=draw.uniform(4.75, 5.25), twelve=draw.uniform(11.0, 13.0),
            held_s=draw.uniform(0.15, 0.7), trip=draw.uniform(4.25, 4.5), lock_on=draw.uniform(1.0, 2.0),
            pilot_on=draw.uniform(0.8, 3.0), rail_on=draw.uniform(2.0, 4.0), coil_r=draw.uniform(10.0, 24.0),
            coil_l=draw.uniform(20e-3, 100e-3),
        )  # fmt: skip
        yield (
            Case("a good pulse", parts, Scene(1.2, GOOD), once(0.19, 0.21)),
            Case("a stuck line", parts, Scene(1.5, STUCK), once(LEAST_S, MOST_S)),
        )


def _off(r: float, c: float, chip: float, **others: float) -> Parts:
    return replace(WELL, timing_r=WELL.timing_r * (1 + r), timing_c=WELL.timing_c * (1 + c), chip=chip, **others)
