"""The day of `medhub demo`, its box's processes being services. Run within the proof's machine, as root."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medhub.demo import add_arguments
from medhub.demo.play import run
from tests.services.stage import ServicesStage


@contextmanager
def on_display() -> Iterator[None]:
    """An X11 display that other users may draw on; and folders elsewhere than in /tmp, for each service has its own."""
    folder = Path("/srv/proof")
    folder.mkdir(exist_ok=True)
    tempfile.tempdir = str(folder)
    read, write = os.pipe()
    command = ("Xvfb", "-displayfd", str(write), "-ac", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as display:
        os.close(write)
        with os.fdopen(read) as answer:
            os.environ["DISPLAY"] = f":{answer.readline().strip()}"
        try:
            yield
        finally:
            display.terminate()


def main() -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with on_display():
        return run(parser.parse_args(), ServicesStage)


if __name__ == "__main__":
    sys.exit(main())
