"""The day of `medhub demo`, its box's processes being services. Run within the proof's machine, as root."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from medhub.demo import add_arguments
from medhub.demo.play import run
from tests.services.stage import ServicesStage


def main() -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args()
    folder = Path("/srv/proof")  # not in /tmp: each service has its own
    folder.mkdir(exist_ok=True)
    tempfile.tempdir = str(folder)
    with subprocess.Popen(("Xvfb", ":7", "-ac", "-screen", "0", "1280x800x24", "-nolisten", "tcp")) as display:
        os.environ["DISPLAY"] = ":7"
        try:
            return run(args, ServicesStage)
        finally:
            display.terminate()


if __name__ == "__main__":
    sys.exit(main())
