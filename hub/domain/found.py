"""What was found, piece by piece, as the events that tell of it hold it."""

from decimal import Decimal

from msgspec import Struct

from hub.domain.codes import Device
from hub.domain.plan import OrdinationId


class DeviceTested(Struct, frozen=True, forbid_unknown_fields=True):
    """`figure` as measured, `limit` what it should be; `problem` is "" where it passed."""

    device: Device
    figure: str
    limit: str
    problem: str = ""


class Counted(Struct, frozen=True, forbid_unknown_fields=True):
    """One dose as it was put in. `item`: the GTIN that was scanned, "" for none. `weight_mg`: what it added, None where
    not weighed."""

    ordination: OrdinationId
    quantity: Decimal
    item: str = ""
    weight_mg: int | None = None
