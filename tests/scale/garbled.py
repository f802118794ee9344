"""Lines of the serial scale with a byte changed, lost or put in. OpenScale has no checksum: how much that matters."""

from random import Random
from typing import NamedTuple

from drivers.load_cell import COUNTS_PER_MG, NOISE_MG, RAIL
from drivers.scale_serial import Lines
from drivers.weighing import SPREADS
from drivers.world_scale_line import line

NOTICED_MG = SPREADS * NOISE_MG  # a sample so far from the others makes the reading unstable


class Garbled(NamedTuple):
    """Of so many lines: read as they were, as another count, and of those as one too near to be noticed."""

    lines: int
    as_they_were: int
    as_another: int
    unnoticed: int
    worst_unnoticed_mg: float


def garble(sent: bytes, draw: Random) -> bytes:
    place = draw.randrange(len(sent))
    match draw.randrange(3):
        case 0:
            return sent[:place] + bytes([draw.randrange(256)]) + sent[place + 1 :]
        case 1:
            return sent[:place] + sent[place + 1 :]
        case _:
            return sent[:place] + bytes([draw.randrange(256)]) + sent[place:]


def garbled(seed: str, lines: int) -> Garbled:
    """Each between two whole lines. AssertionError where a whole line is lost with it, or what is read is no count."""
    draw = Random(seed)
    same = other = unnoticed = 0
    worst_mg = 0.0
    for number in range(lines):
        counts = draw.randrange(550_000, 900_000)
        whole = line(counts + 1, 1.0)
        reader = Lines()
        found = reader.receive(b"\n" + whole + garble(line(counts, number / 10), draw) + whole + whole)
        assert found[:1] == [counts + 1] == found[-1:]
        assert all(-RAIL - 1 <= each <= RAIL for each in found)
        read = [each for each in found if each != counts + 1]
        same += counts in read
        for each in read:
            if each != counts:
                other += 1
                off_mg = abs(each - counts) / COUNTS_PER_MG
                if off_mg < NOTICED_MG:
                    unnoticed, worst_mg = unnoticed + 1, max(worst_mg, off_mg)
    return Garbled(lines, same, other, unnoticed, worst_mg)
