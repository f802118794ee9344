"""Codes as a scanner sends them: good ones, drawn at random, and the same spoilt."""

from datetime import date, timedelta
from random import Random

SEPARATOR = b"\x1d"
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
GS1_KINDS = ("]d2", "]C1", "]e0", "]Q3")
SPOILING = "0123456789]dCeQE!~ Aa,.-kg\r\n\x1d\x00\x7f\x80\xff"


def with_check_digit(body: str) -> str:
    """GS1's own words: from the right, multiply by 3 and 1 in turn, add up, take what is missing to a ten."""
    total, weight = 0, 3
    for digit in body[::-1]:
        total, weight = total + weight * int(digit), 4 - weight
    return body + str(-total % 10)


def digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def text(random: Random, most: int) -> str:
    return "".join(random.choices(SET_82, k=random.randint(1, most)))


def gtin14(random: Random) -> str:
    if random.random() < 0.5:
        return with_check_digit("0704626" + digits(random, 6))
    return with_check_digit(random.choice("01") + str(random.randint(1, 9)) + digits(random, 11))


def six_digits(random: Random) -> str:
    day = date(2024, 1, 1) + timedelta(days=random.randrange(4000))
    return day.strftime("%y%m") + random.choice((day.strftime("%d"), "00"))


def element_strings(random: Random) -> bytes:
    """One of our elements each, in any order, the GTIN among them; separated as they must be, at times also as they
    may be."""
    elements = {"01": gtin14(random)}
    for ai, content in (
        ("10", text(random, 20)), ("11", six_digits(random)), ("15", six_digits(random)), ("17", six_digits(random)),
        ("21", text(random, 20)), ("30", digits(random, random.randint(1, 8))), ("240", text(random, 30)),
        (random.choice(("710", "711", "712", "713", "714", "715")), text(random, 20)),
    ):  # fmt: skip
        if random.random() < 0.5:
            elements[ai] = content
    order = random.sample(sorted(elements), len(elements))
    made = b""
    for number, ai in enumerate(order):
        made += (ai + elements[ai]).encode()
        fixed = ai in ("01", "11", "15", "17")
        if (number < len(order) - 1 and not fixed) or random.random() < 0.1:
            made += SEPARATOR
    return random.choice(GS1_KINDS).encode() + made


def frame(random: Random) -> bytes:
    """A code that is to be read."""
    kind = random.random()
    if kind < 0.7:
        return element_strings(random)
    if kind < 0.8:
        return b"]E0" + with_check_digit(str(random.randint(1, 9)) + digits(random, 11)).encode()
    if kind < 0.85:
        return b"]E4" + with_check_digit(str(random.randint(1, 9)) + digits(random, 6)).encode()
    if kind < 0.9:
        return b"]C0" + with_check_digit(str(random.randint(1, 9)) + digits(random, random.choice((11, 12)))).encode()
    return b"]Q1MEDHUB:" + text(random, 200).encode()


def spoilt(random: Random, good: bytes, other: bytes) -> bytes:
    """One to three of: a byte changed, lost or put in, a piece lost or repeated, the other's end."""
    made = bytearray(good)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(made) + 1)
        end = at + random.randint(1, 8)
        match random.randrange(6):
            case 0:
                made[at : at + 1] = random.choice(SPOILING).encode("latin-1")
            case 1:
                del made[at : at + 1]
            case 2:
                made[at:at] = random.choice(SPOILING).encode("latin-1")
            case 3:
                del made[at:end]
            case 4:
                made[at:at] = made[at:end]
            case 5:
                made[at:] = other[at:]
    return bytes(made)
