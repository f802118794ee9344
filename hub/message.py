"""What every message on the hub's sockets is made from: its root, and fields with their bounds."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(max_length=200)]
Id = Annotated[str, Meta(min_length=1, max_length=80)]
Instant = Annotated[datetime, Meta(tz=True)]
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Contents = Annotated[int, Meta(ge=0, le=10_000_000)]  # mg; more than a whole box holds
Pin = Annotated[str, Meta(min_length=4, max_length=12)]


class Message(Struct, frozen=True, tag=True, kw_only=True, forbid_unknown_fields=True):
    """Root of all requests; the JSON `type` is the class's name."""
