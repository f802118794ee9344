"""Lines of the serial scale, and what one means, read a second way."""

from random import Random

RAIL = 2**23


def line(random: Random) -> bytes:
    counts = random.choice((random.randrange(-RAIL, RAIL), random.randrange(500_000, 600_000)))
    kilograms = random.uniform(-1, 1) * 10 ** random.randrange(4)
    return f"{random.randrange(2**32)},{kilograms:.4f},kg,{counts},".encode() + random.choice((b"\r", b""))


def meant(sent: bytes) -> int | None:
    """Milliseconds, kilograms with four decimals, their unit, the converter's 24 bits; None: not one of its lines."""
    fields = (sent[:-1] if sent.endswith(b"\r") else sent).split(b",")
    if len(fields) != 5 or fields[2] != b"kg" or fields[4] != b"":
        return None
    whole, point, decimals = fields[1].removeprefix(b"-").partition(b".")
    counts = fields[3].removeprefix(b"-")
    numbers = ((fields[0], 10), (whole, 7), (decimals, 4), (counts, 7))
    if not point or len(decimals) != 4 or any(not n.isdigit() or len(n) > most for n, most in numbers):
        return None
    value = int(fields[3])
    return value if -RAIL <= value < RAIL else None
