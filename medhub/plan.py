"""`medhub plan`: what a plan means, and what another one changes, before anybody signs it."""

import argparse

from medhub import plan_check, plan_diff

ACTS = {
    "check": (plan_check, "what the hub understands of a plan, day by day and in words, and what it does not"),
    "diff": (plan_diff, "what another plan changes, in the words a nurse uses"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    for name, (module, help_) in ACTS.items():
        act = acts.add_parser(name, help=help_, description=help_)
        module.add_arguments(act)
        act.set_defaults(run=module.main)


def main(args: argparse.Namespace) -> int:
    """Whatever the act answers."""
    return int(args.run(args))
