"""Ids are UUIDv7 as RFC 9562 has them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.ids import uuid7

WALLS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds


def test_the_standards_own_example() -> None:
    """RFC 9562, appendix A.6."""
    wall = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert uuid7(wall, (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(WALLS, st.binary(min_size=10, max_size=10))
def test_every_one_is_a_version_7_of_its_time(wall: datetime, random: bytes) -> None:
    made = UUID(uuid7(wall, random))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == (wall - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_74_bits_tell_two_apart(one: bytes, other: bytes) -> None:
    wall = datetime(2026, 11, 20, tzinfo=UTC)
    same = int.from_bytes(one) & (1 << 74) - 1 == int.from_bytes(other) & (1 << 74) - 1
    assert (uuid7(wall, one) == uuid7(wall, other)) is same
