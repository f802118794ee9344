"""`medhub gateway`: serve, and the few acts of municipality IT that need no page."""

import argparse
import getpass
import logging
import signal
import sys
from pathlib import Path

import msgspec
import uvicorn
from sqlalchemy.exc import IntegrityError

from hub.enrolment import Enrolled
from hub.plan.reasons import PlanUnreadable
from sync.gateway.app import create_app
from sync.gateway.config import Config, ConfigRefused, load
from sync.gateway.gateway import Clock, Gateway, open_gateway, utc_now
from sync.gateway.hubs import PlanNotPut, admit_hub, put_plan
from sync.gateway.keys import PUBLIC, make_keys
from sync.gateway.people import add_user

STOP_S = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`medhub gateway --config FILE [serve | keys | admit | plan | user]`."""
    parser.add_argument("--config", type=Path, required=True, help="gateway.toml")
    acts = parser.add_subparsers(dest="act", metavar="ACT")
    acts.add_parser("serve", help="answer hubs and staff until SIGTERM (what is done without an act)")
    keys = acts.add_parser("keys", help="make the signing keys, once")
    keys.add_argument("--name", default="gateway", help="begins the keys' names")
    admit = acts.add_parser("admit", help="let in a hub that was enrolled")
    admit.add_argument("enrolled", type=Path, help="enrolled-hub.json, as medhub enrol wrote it")
    plan = acts.add_parser("plan", help="put a signed plan for a hub to fetch")
    plan.add_argument("hub")
    plan.add_argument("jws", type=Path)
    user = acts.add_parser("user", help="a login for a named person; the password is asked for, or read from a pipe")
    user.add_argument("login")
    user.add_argument("name", help="as it is shown to the citizen: Sanne Holm")


def main(args: argparse.Namespace) -> int:
    """0 where it was done, 1 where it could not be, 2 where the settings cannot be used."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        config = load(args.config)
    except (ConfigRefused, OSError) as error:
        print(f"medhub gateway: {error}", file=sys.stderr)
        return 2
    try:
        return _act(args, config)
    except (OSError, IntegrityError, msgspec.MsgspecError, PlanUnreadable, PlanNotPut, ValueError) as error:
        print(f"medhub gateway {args.act or 'serve'}: {error}", file=sys.stderr)
        return 1


def serve(config: Config, clock: Clock = utc_now) -> None:
    """Answer until SIGTERM or SIGINT; what is under way is finished first."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn stops, then raises the signal again: here it ends well
    make_server(config, clock).run()


def make_server(config: Config, clock: Clock) -> uvicorn.Server:
    """The gateway as a server that is not yet running."""
    settings = uvicorn.Config(
        create_app(config, clock), host=config.address, port=config.port, ssl_certfile=config.certificate,
        ssl_keyfile=config.certificate_key, http="h11", ws="none", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=STOP_S,
    )  # fmt: skip
    return uvicorn.Server(settings)


def _act(args: argparse.Namespace, config: Config) -> int:
    if args.act == "keys":
        make_keys(Path(config.keys), args.name)
        print(f"A hub is enrolled with {Path(config.keys) / PUBLIC}")
    elif args.act in (None, "serve"):
        serve(config)
    else:
        gateway = open_gateway(config)
        try:
            _in_store(args, gateway)
        finally:
            gateway.store.dispose()
    return 0


def _in_store(args: argparse.Namespace, gateway: Gateway) -> None:
    match args.act:
        case "admit":
            admit_hub(gateway, msgspec.json.decode(args.enrolled.read_bytes(), type=Enrolled))
        case "plan":
            plan = put_plan(gateway, args.hub, args.jws.read_text().strip())
            print(f"Version {plan.version} waits for {args.hub}")
        case "user":
            asked = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
            add_user(gateway, args.name, args.login, asked)
