"""A serial device's cable in the world: a pseudo-terminal whose far end appears under a name, as udev gives one."""

import os
from pathlib import Path


class SerialCable:
    """Unplugged at first. `link` is there while it is plugged in, and leads to a serial line."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._ends: tuple[int, int] | None = None  # the device's, and the line's, held so that it is there unread

    def plug(self, into: bool) -> None:
        """Put it in, or pull it out: whoever reads the line then finds it gone."""
        if into == (self._ends is not None):
            return
        self._link.unlink(missing_ok=True)
        if self._ends is None:
            self._ends = near, far = os.openpty()
            os.set_blocking(near, False)
            self._link.symlink_to(os.ttyname(far))
        else:
            for end in self._ends:
                os.close(end)
            self._ends = None

    def send(self, sent: bytes) -> int:
        """How much of it the line took: what nobody reads in time is lost, as on a real one."""
        if self._ends is None:
            return 0
        try:
            return os.write(self._ends[0], sent)
        except BlockingIOError:
            return 0
