"""One load cell on an HX711: how it sits in the box, and what the data sheets promise of it (sources: docs/scale.md).

**The geometry.** The tray with all cups hangs on one single-point cell of 500 g and touches nothing else; lids, locks
and their wires belong to the housing. A cell under the whole box carries kilos: its creep alone is heavier than a
tablet. Weights are mg; counts are the HX711's, signed, 24 bits.
"""

CAPACITY_MG = 500_000
TRAY_MG = 250_000  # the empty tray, at most; with 150 g of tablets a hand may still lean 100 g on it

# The cell: 500 g, 0.5 mV/V; creep in 30 minutes, hysteresis, and zero per 10 °C each 0.05 % of full scale.
OUTPUT_V_PER_V = 0.5e-3
CREEP = HYSTERESIS = 0.05e-2
ZERO_MG_PER_K = 0.05e-2 * CAPACITY_MG / 10

# The HX711: channel A, gain 128, ten samples a second; the usual board makes 4.3 V for cell and converter.
GAIN = 128
AVDD_V = 4.3
NOISE_V = 50e-9  # rms, at its input
RAIL = 0x7FFFFF  # the largest count; the least is -RAIL - 1
SAMPLE_S = 0.1

COUNTS_PER_MG = (
    OUTPUT_V_PER_V * GAIN * 2**24 / CAPACITY_MG
)  # 2.15: the converter measures against the cell's own supply
NOISE_MG = NOISE_V / (OUTPUT_V_PER_V * AVDD_V / CAPACITY_MG)  # 11.6, rms
