"""The demo's gateway process: the real gateway, whose deadlines follow the demo's clock (TLS and logins do not)."""

import argparse
import logging
import sys
from pathlib import Path

from medhub.origin import Origin
from sync.gateway.config import load
from sync.gateway.main import serve


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--origin", type=Path, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    serve(load(args.config), Origin(args.origin).wall)
    return 0


if __name__ == "__main__":
    sys.exit(main())
