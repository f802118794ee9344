"""Errors of GPIO lines, said as the hub's."""

import contextlib
from collections.abc import Iterator

from hub.ports import DeviceError


@contextlib.contextmanager
def gpio(name: str) -> Iterator[None]:
    """Whatever a pin factory raises, as a DeviceError of the device `name`: each factory has errors of its own."""
    try:
        yield
    except DeviceError:
        raise
    except Exception as error:
        raise DeviceError(f"{name}: {error}") from error
