"""The real-time clock, as the kernel has it: what it tells, and whether its battery will last. What time it is for
the hub is a matter of `hub.clock`, which looks for itself whether such a one has set the machine's clock (R5)."""

import fcntl
import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from drivers.world_client import WorldClient
from drivers.world_line import device
from hub.ports import DeviceError

CLOCKS, NODES = Path("/sys/class/rtc"), Path("/dev")
LEAST_YEAR = 2026  # a clock whose battery was out tells 1970 or 2000, where its driver lets it
ON_I2C = re.compile(r"\d+-[0-9a-f]{4}")
VL_READ = 0x80047013  # RTC_VL_READ of linux/rtc.h, and its answers
DATA_INVALID, BACKUP_LOW, BACKUP_EMPTY = 1, 2, 4


def flags(node: Path) -> int:
    """What the clock says of its voltage; 0 where it says nothing, or we may not ask."""
    try:
        with node.open("rb") as clock:
            return int(struct.unpack("I", fcntl.ioctl(clock, VL_READ, bytes(4)))[0])
    except OSError:
        return 0


class KernelRtc:
    """`hub.ports.Rtc`: the one at `address` on I2C, as "1-0068"; without one the Pi's own, the only one that is not on
    I2C. Looked for at every call."""

    def __init__(
        self, address: str | None = None, clocks: Path = CLOCKS, nodes: Path = NODES, ask: Callable[[Path], int] = flags
    ) -> None:
        self._address, self._clocks, self._nodes, self._ask = address, clocks, nodes, ask

    def time(self) -> datetime:
        folder = self._find()
        try:
            told = datetime.fromtimestamp(int((folder / "since_epoch").read_text()), UTC)
        except (OSError, ValueError, OverflowError) as error:  # most drivers refuse once the battery was out
            raise DeviceError(f"rtc: {folder.name} tells no time: {error}") from error
        said = self._ask(self._nodes / folder.name)
        if said & DATA_INVALID or told.year < LEAST_YEAR:
            raise DeviceError(f"rtc: {folder.name} has lost the time: its battery was out")
        if said & (BACKUP_LOW | BACKUP_EMPTY):
            raise DeviceError(f"rtc: the battery of {folder.name} is low")
        return told

    def close(self) -> None:
        """Nothing is held."""

    def _find(self) -> Path:
        found = [folder for folder in sorted(self._clocks.glob("rtc[0-9]*")) if self._is_ours(folder)]
        if len(found) != 1:
            raise DeviceError(f"rtc: {len(found) or 'no'} clock at {self._address or 'the Pi itself'}")
        return found[0]

    def _is_ours(self, folder: Path) -> bool:
        """By its name, which ends with the device's."""
        try:
            address = (folder / "name").read_text().split()[-1]
        except (OSError, IndexError, ValueError):
            return False
        return address == self._address if self._address else not ON_I2C.fullmatch(address)


class TwinRtc:
    """`hub.ports.Rtc` in the world at `path`, which says how far it is ahead of `wall`."""

    def __init__(self, path: Path, wall: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._world, self._wall = WorldClient(path), wall

    def time(self) -> datetime:
        with device("rtc"):
            return self._wall() + self._world.rtc_ahead()

    def close(self) -> None:
        self._world.close()
