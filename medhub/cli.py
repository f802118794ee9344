"""The `medhub` command. Each subcommand is a module with `add_arguments(parser)` and `main(args) -> int`.

Only the module asked for is imported, so the appliance can carry this command without the packages of the others.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple


class Command(NamedTuple):
    module: str
    help: str
    extras: str  # of setup.cfg: what must be installed for it


COMMANDS = {
    "demo": Command("medhub.demo", "play a citizen's two days through the real processes", "hub,ui,sync,gateway,demo"),
    "simulate": Command("medhub.simulate", "live a plan through the core alone, as fast as it goes", "hub,demo"),
    "plan": Command("medhub.plan", "check a plan, or what another one changes, before it is signed", "hub,demo"),
    "staff": Command("medhub.staff", "at the hub: status, fill, resolve, acknowledge, journal", "hub"),
    "devices": Command("medhub.devices", "at the hub: how each device is, live", "hub"),
    "selftest": Command("medhub.selftest", "at the hub: try every device, move no lock, and keep the report", "hub"),
    "commission": Command("medhub.commission", "at the empty box: each lock must move its own lid and no other", "hub"),
    "calibrate": Command("medhub.calibrate", "at the empty box: what the scale weighs, by a known weight", "hub"),
    "emergency": Command("medhub.emergency", "the sheet that hangs by the box for the day it does not work", "hub"),
    "enrol": Command("medhub.enrol", "make a hub and a gateway known to each other by a file", "hub,sync"),
    "hub": Command("hub.main", "run the hub: plan, journal, locks", "hub"),
    "ui": Command("ui.main", "run the screen", "ui"),
    "sync": Command("sync.main", "run the way to the municipality", "sync"),
    "gateway": Command("sync.gateway.main", "run the municipality's end", "gateway"),
}
OURS = ("hub", "drivers", "ui", "sync", "medhub")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="medhub", description="A medication hub for the home.")
    choices = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, command in COMMANDS.items():
        sub = choices.add_parser(name, help=command.help, description=command.help)
        if name == asked:
            try:
                module = import_module(command.module)
            except ModuleNotFoundError as error:
                return _not_installed(name, command, error)
            module.add_arguments(sub)
    args = parser.parse_args(words)
    try:
        return int(module.main(args))
    except KeyboardInterrupt:
        return 130


def _not_installed(name: str, command: Command, error: ModuleNotFoundError) -> int:
    """One line for a package that is not installed; an error of ours keeps its traceback."""
    if error.name is None or error.name.split(".")[0] in OURS:
        raise error
    print(
        f"medhub {name}: the package {error.name} is not installed; pip install 'medhub[{command.extras}]'",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
