"""A box's two lock channels and their rail as an ngspice netlist. Nodes end in the channel's number.

What no drawing has is in it too: 12 µA of leakage into a line, 20 pF from the neighbour's drain, 50 pF to
ground, and 1 GΩ of dirt from 12 V to each gate.
"""

from math import exp
from textwrap import dedent

from msgspec import Struct
from msgspec.structs import asdict

from tests.proof_circuit.parts import MODELS, OPEN, Parts

Points = tuple[tuple[float, float], ...]  # (s, level), straight lines between
SAVED = ("v12", "v5", "line1", "y1", "g1", "y2", "d1", "d2", "rail", "i(vsol1)", "i(vsol2)", "i(vfuse)", "i(vy1)")


class Scene(Struct, frozen=True):
    """What happens to the box. Lines are levels from 0 to 1 of what drives them; None: nothing is connected."""

    for_s: float
    line1: Points | None = ((0.0, 0.0),)
    line2: Points | None = ((0.0, 0.0),)
    pull_up: float = OPEN  # ohm from line 1 to 3.3 V and 5 % more
    five: Points | None = None  # the 5 V by time; None: on from the start
    twelve: Points | None = None
    lock1_short: bool = False
    rail_short: bool = False
    unplugged: bool = False  # the logic's board, from its transistors


def text(parts: Parts, scene: Scene) -> str:
    """The netlist; the run ends by itself and leaves `out.raw`."""
    five = scene.five or ((0.0, parts.five),)
    twelve = scene.twelve or ((0.0, parts.twelve),)
    return "\n".join(
        (
            "* two lock channels and their rail",
            MODELS.format(**asdict(parts)),
            f"vfive v5 0 {_pwl(five)}",
            f"vtwelve v12s 0 {_pwl(twelve)}",
            "vfuse v12s v12f 0\nrfuse v12f v12 50m",
            _supervisor(parts),
            _channel(1, parts, scene, scene.line1, scene.pull_up),
            _channel(2, parts, scene, scene.line2, OPEN),
            _rail(parts, scene),
            f".save {' '.join(SAVED)}",
            f".tran 1m {scene.for_s} 0 1m uic",
            ".options method=gear reltol=2m itl4=200",
            ".end\n",
        )
    )


def _pwl(points: Points) -> str:
    return "pwl(" + " ".join(f"{at:.9g} {level:.9g}" for at, level in points) + ")"


def _supervisor(p: Parts) -> str:
    """Its reset is lifted once the 5 V have been well for `held_s`: a timer of a volt a second."""
    lifted = f"v(tmr) > {p.held_s} ? 1 : 0" if p.reset else "1"
    return dedent(f"""
        btmr 0 tmr i = v(v5) > {p.trip} ? (v(tmr) < 2 ? 1u : 0) : -1m*v(tmr)
        ctmr tmr 0 1u ic=0
        rtmr tmr 0 1g
        brst rst 0 v = {lifted}
        bworks works 0 v = v(v5) > {p.works} ? 1 : 0
        asup [rst works] [drst dworks] adc
        aok [drst dworks] dok dand
        anok dok dnok dinv
        ahigh dhigh up
        alow dlow down
    """)


def _channel(n: int, p: Parts, scene: Scene, line: Points | None, pull_up: float) -> str:
    """Line, one-shot, gate, transistor, coil. The one-shot: an edge of B with its reset lifted, or, at the worst, its
    reset lifted while B is high, starts it unless it runs; R C up to 1 − e^−0.7 of the supply ends it."""
    end = 1 - exp(-0.7 * (1 + p.chip))
    shot = f"v(q{n})" if p.one_shot else "1"
    undefined = f"v(v5) < {p.undefined_below} ? v(v5) : " if p.undefined_below else ""
    drives = 1e9 if line is None else 50.0
    return dedent(f"""
        vcmd{n} cmd{n} 0 {_pwl(line or ((0.0, 0.0),))}
        bline{n} src{n} 0 v = v(cmd{n})*min(3.3, v(v5))
        rline{n} src{n} line{n} {drives}
        rdown{n} line{n} 0 {p.line_down}
        bpull{n} pull{n} 0 v = min(3.465, v(v5))
        rpull{n} pull{n} line{n} {pull_up}
        rleak{n} v5 line{n} 400k
        cline{n} line{n} 0 50p
        cnear{n} line{n} d{3 - n} 20p
        bhigh{n} h{n} 0 v = v(line{n}) > {p.high} ? 1 : 0
        bdone{n} done{n} 0 v = v(cx{n}) > {end:.6f}*v(v5) ? 1 : 0
        ain{n} [h{n} done{n}] [dh{n} ddone{n}] adc
        aclk{n} [dh{n} dok] dclk{n} dlate
        aend{n} [dnok ddone{n}] dend{n} dor
        aff{n} dhigh dclk{n} dlow dend{n} dq{n} dnq{n} dff
        aout{n} [dq{n} dnq{n}] [q{n} nq{n}] dac
        rext{n} v5 cx{n} {p.timing_r}
        cext{n} cx{n} 0 {p.timing_c} ic=0
        shold{n} cx{n} 0 nq{n} 0 closed
        by{n} y{n} 0 v = {undefined}v(h{n})*{shot}*v(v5)
        vy{n} y{n} yi{n} 0
        ry{n} yi{n} yo{n} 60
        rplug{n} yo{n} gp{n} {OPEN if scene.unplugged else 0.01}
        rgate{n} gp{n} g{n} {p.gate_r}
        rgdown{n} g{n} 0 {p.gate_down}
        rdirt{n} v12 g{n} 1g
        ml{n} d{n} g{n} 0 irlz44n
        {"rshort" + str(n) + f" d{n} 0 20m" if n == 1 and scene.lock1_short else ""}
        vsol{n} rail coil{n} 0
        rsol{n} coil{n} mid{n} {p.coil_r}
        lsol{n} mid{n} d{n} {p.coil_l} ic=0
        {f"dfly{n} d{n} rail 1n4007" if p.flyback else ""}
        dor{n} yo{n} pilot 1n4148
    """)


def _rail(p: Parts, scene: Scene) -> str:
    around = "rails v12 rail 20m" if scene.rail_short or not p.rail_switch else ""
    return dedent(f"""
        rpilot pilot 0 {p.pilot_down}
        rdirt v12 pilot 1g
        mpilot rgate pilot 0 2n7000
        rup v12 rgate {p.rail_up}
        mrail rail rgate v12 irf9540n
        rrail rail 0 1meg
        {around}
    """)
