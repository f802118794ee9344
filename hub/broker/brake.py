"""The brake on loops: `medhub-brake@NAME` runs it when a service has ended so often that it is not started again.

The hub that does not stay up is given a reboot, which mends what hangs in the machine, but three at most in a row: then
none until the box has been up for a day. Otherwise the service is tried again each minute, for ever: a box that has
given up tells nobody anything (R10). Boots are counted and not timed: the clock may say 1970.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hub.files import replace

FILE = Path("/var/lib/medhub-broker/reboots")
MOST = 3
RELEASE_S = 24 * 3600.0
AGAIN_S = 60.0
REBOOTS = ("medhub-hub",)  # a screen or a network that does not come up is no reason to stop the hub
log = logging.getLogger("broker.brake")


def system_up_s() -> float:
    """How long the system's first process runs (proc(5)): a boot's age whatever the clock says."""
    ticks = Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(ticks) / os.sysconf("SC_CLK_TCK")


def may_reboot(file: Path, release_s: float, up_s: Callable[[], float] = system_up_s) -> bool:
    """Whether one more reboot is no loop; counted before this returns. A box up for `release_s` begins anew."""
    before = 0 if up_s() >= release_s else _count(file)
    if before >= MOST:
        return False
    replace(file, f"{before + 1}\n".encode())
    return True


def _count(file: Path) -> int:
    """A count nobody can read stops reboots rather than allows them."""
    try:
        return int(file.read_text())
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        return MOST


def after_failure(
    service: str, status: str, run: Callable[[Sequence[str]], object], wait: Callable[[float], None] = time.sleep,
    file: Path = FILE,
) -> None:  # fmt: skip
    """What follows when `service` is not started again by itself. `status`: how it ended, as systemd names it: settings
    gone wrong are mended by no reboot. (systemd 252 says nowhere that it was the limit on starts.)"""
    try:
        if service in REBOOTS and status != str(os.EX_CONFIG) and may_reboot(file, RELEASE_S):
            log.error("%s does not stay up: the box is started anew", service)
            run(("systemctl", "reboot", "--no-block"))
            return
    except OSError as error:
        log.error("no reboot, for it could not be counted: %s", error)
    log.error("%s does not stay up (%s): once more in %.0f s", service, status, AGAIN_S)
    wait(AGAIN_S)
    run(("systemctl", "reset-failed", f"{service}.service"))
    run(("systemctl", "start", "--no-block", f"{service}.service"))


def main(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    status = environment.get("MONITOR_EXIT_STATUS", "unknown")
    after_failure(words[0], status, lambda command: subprocess.run(command, check=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
