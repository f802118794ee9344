"""`medhub devices`: how each device is and what it measured last, live until Ctrl-C; `--once` for scripts."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from hub import protocol as p
from hub.client import Client, HubUnreachable
from medhub.staff_ask import Refused, ask

EVERY_S = 1.0  # so often the hub looks, too
CLEAR = "\x1b[H\x1b[J"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, required=True, metavar="PATH", help="the hub's staff.sock")
    parser.add_argument("--once", action="store_true", help="once; exit 1 where something is wrong")


def main(args: argparse.Namespace) -> int:
    """0 when every device is well, 1 when one is not, 2 when the hub could not be asked."""
    try:
        with Client(args.socket) as client:
            devices = _devices(client)
            while not args.once:
                print(CLEAR + "\n".join(table(devices)), flush=True)
                time.sleep(EVERY_S)
                devices = _devices(client)
    except (Refused, HubUnreachable, OSError) as error:
        print(f"medhub devices: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(devices)))
    return int(any(device.problem for device in devices))


def table(devices: tuple[p.DeviceReport, ...]) -> Iterator[str]:
    """A line each: what it is, how it is, what it said."""
    for d in devices:
        yield f"{d.device:<12} {'WRONG' if d.problem else 'well':<6} {d.problem or d.figure or 'nothing yet'}"


def _devices(client: Client) -> tuple[p.DeviceReport, ...]:
    status = ask(client, p.Status())
    if not isinstance(status, p.StatusReport):
        raise Refused("The hub's answer is not a status; hub and command are not of the same release.")
    return status.devices
