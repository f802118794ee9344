"""UUIDv7 (RFC 9562), which Python has from 3.14 only."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def uuid7(wall: datetime, random: bytes) -> str:
    """The id of something that happened at `wall` (aware), made unique by ten random bytes, of which 74 bits count.

    A name and no evidence of time (R5): in a journal the sequence number is the order.
    """
    bits = int.from_bytes(random[:10])
    value = (wall - _EPOCH) // _MILLISECOND << 80 | 0x7 << 76 | (bits >> 62 & 0xFFF) << 64
    return str(UUID(int=value | 0b10 << 62 | bits & (1 << 62) - 1))
