"""The parts of docs/wiring.md's lock channel as figures of their data sheets: nominal, and as bad as they may be.

Sources, by maker and part. 74HCT221 and 74HCT08: Nexperia, TTL levels (low to 0.8 V, high from 2.0 V), t = 0.7 R C,
pulse width "typically" within 5 %, inputs leak 1 µA at most. MCP130-450: Microchip DS11184, 4.25 to 4.50 V, reset held
150 to 700 ms. IRLZ44N, IRF9540N: International Rectifier (Infineon); 2N7000: onsemi; 1N4007, 1N4148: Vishay. A Pi 4's
pull-ups are 33 to 73 kΩ, its lines leak 10 µA at most: Raspberry Pi's documentation, GPIO. A PCA9535 has no pull-ups, a
PCA9555 some 100 kΩ: NXP. The lock is an assumption: a coil of 24 Ω (0.5 A) or, at the worst that board files here
name, of 10 Ω (1.2 A), with 50 mH.
"""

from msgspec import Struct

OPEN = 1e9  # ohm: a part that is missing


class Parts(Struct, frozen=True):
    """One box's parts; every case runs on one of these. Ohm, farad, henry, volt, second."""

    line_down: float = 4.7e3
    timing_r: float = 430e3
    timing_c: float = 1e-6
    chip: float = 0.0  # by how much of 0.7 R C the one-shot is off
    high: float = 1.4  # from which voltage an input is high: 0.8 to 2.0
    works: float = 3.0  # from which supply the logic works at all; promised is 4.5
    trip: float = 4.375
    held_s: float = 0.35  # how long the supervisor holds its reset
    gate_r: float = 220.0
    gate_down: float = 10e3
    lock_on: float = 1.5  # thresholds: IRLZ44N 1.0 to 2.0, 2N7000 0.8 to 3.0, IRF9540N 2.0 to 4.0
    pilot_on: float = 2.1
    rail_on: float = 3.0
    pilot_down: float = 10e3  # from the 2N7000's gate to ground
    rail_up: float = 10e3  # from the IRF9540N's gate to 12 V
    coil_r: float = 24.0
    coil_l: float = 50e-3
    five: float = 5.0
    twelve: float = 12.0
    one_shot: bool = True
    reset: bool = True
    flyback: bool = True
    rail_switch: bool = True
    undefined_below: float = 0.0  # V of supply below which the logic's output is taken for its supply


LOCK_RATED_V = 55.0  # IRLZ44N, drain to source
RAIL_OHM, RAIL_K_PER_W = 0.117, 62.0  # IRF9540N, at −10 V and 25 °C; without a heat sink
HCT08_MOST_A = 25e-3  # a 74HCT08's output, absolute maximum
FUSE_A = 2.0

MODELS = """
.model IRLZ44N vdmos(nchan vto={lock_on} kp=20 rd=8m rs=3m rg=3 cgs=1.55n cgdmax=0.8n cgdmin=0.1n a=0.3 cjo=0.6n
+ is=1p n=1.1 rb=5m bv=55 ibv=250u)
.model IRF9540N vdmos(pchan vto=-{rail_on} kp=5 rd=70m rs=15m rg=3 cgs=1.06n cgdmax=1.2n cgdmin=0.2n a=0.3 cjo=1n
+ is=1p n=1.1 rb=10m bv=100 ibv=250u)
.model 2N7000 vdmos(nchan vto={pilot_on} kp=0.25 rd=1.2 rs=0.3 rg=10 cgs=40p cgdmax=20p cgdmin=4p a=0.3 cjo=25p
+ is=1p n=1.1 rb=0.1 bv=60 ibv=10u)
.model 1N4007 d(is=7n n=1.8 rs=40m bv=1000 ibv=5u cjo=15p tt=5u)
.model 1N4148 d(is=2.5n n=1.75 rs=0.6 bv=100 ibv=5u cjo=4p tt=6n)
.model closed sw(vt=0.5 vh=0.1 ron=20 roff=1g)
.model adc adc_bridge(in_low=0.45 in_high=0.55)
.model dac dac_bridge(out_low=0 out_high=1 t_rise=100n t_fall=100n)
.model dand d_and(rise_delay=10n fall_delay=10n)
* an edge arrives after the reset is lifted: at the worst, lifting it with B high is an edge
.model dlate d_and(rise_delay=1u fall_delay=10n)
.model dor d_or(rise_delay=10n fall_delay=10n)
.model dinv d_inverter(rise_delay=10n fall_delay=10n)
.model dff d_dff(clk_delay=20n set_delay=20n reset_delay=20n ic=0 rise_delay=1n fall_delay=1n)
.model up d_pullup
.model down d_pulldown
"""
