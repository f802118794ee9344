"""The demo's hub, but on the machine's own clock."""

import argparse
import logging
import sys
from functools import partial
from pathlib import Path

from hub.clock import system_clock
from hub.config import load
from hub.main import bootstrap, run
from medhub.demo.hub_process import twin_board
from medhub.origin import SharedClock


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("config", "origin", "world"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--scale", type=Path)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    config = load(args.config)
    board = partial(twin_board, args.world, SharedClock(args.origin), None, scale=args.scale)
    return run(bootstrap(config, board, system_clock(config.state_dir)))


if __name__ == "__main__":
    sys.exit(main())
