"""The demo's hub at an appliance's pace: the same process, one tick a second."""

import sys

from hub.loop import TICK_S
from medhub.demo import hub_process

if __name__ == "__main__":
    hub_process.TICK_S = TICK_S
    sys.exit(hub_process.main())
