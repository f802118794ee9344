"""The hub process: everything is wired here, once. `medhub hub --config hub.toml`."""

import argparse
import logging
import secrets
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from hub import notify
from hub.chores import Chores
from hub.clock import Clock
from hub.config import ConfigRefused, HubConfig, load
from hub.desk import Desk
from hub.devices import Devices
from hub.domain.events import Lane
from hub.domain.plan import Criticality
from hub.enrolment import load_device_key, load_trust
from hub.journal import Journal
from hub.loop import TICK_S, Loop
from hub.ports import Compartments, Power, Scale, Sounder, Tone
from hub.protocol import Role
from hub.server import Server
from hub.snapshot import Context


class Board:
    """The devices of one box, made by whoever knows the hardware (or the world of the demo)."""

    def __init__(
        self, compartments: Compartments, scale: Scale, sounder: Sounder, power: Power,
        tones: Mapping[Criticality, Tone],
    ) -> None:  # fmt: skip
        self.compartments, self.scale, self.sounder, self.power, self.tones = compartments, scale, sounder, power, tones


class Hub:
    """A wired hub. `run` blocks until `stop`, which any thread or signal may call."""

    def __init__(self, journal: Journal, loop: Loop, devices: Devices, server: Server, chores: Chores) -> None:
        self.journal, self.loop = journal, loop
        self._devices, self._server, self._chores = devices, server, chores

    def run(self) -> None:
        """Decide until stopped; then everything off, sockets gone, journal shut."""
        try:
            self._chores.start()
            self.loop.run(self._devices, started=self._server.start)
        finally:
            notify.status("stopping")
            self._chores.stop()
            self._server.close()
            self._devices.close()
            self.journal.close()

    def stop(self) -> None:
        self.loop.stop()


def bootstrap(
    config: HubConfig,
    board: Callable[[HubConfig], Board],
    clock: Clock,
    open_journal: Callable[..., Journal] = Journal.open,
    tick_s: float = TICK_S,
) -> Hub:
    """Wire one hub. Every dependency that a test or the demo may want to be another is an argument."""
    trust = load_trust(config.state_dir)
    key = load_device_key(config.state_dir)
    journal = open_journal(config.state_dir / "journal.db", pairing=f"{trust.hub}/{trust.citizen}")
    context = Context(hub=trust.hub, delivered=journal.cursor(Lane.ALARMS))
    loop = Loop(journal, clock, context, push=lambda snapshot: server.push(snapshot), tick_s=tick_s)
    desk = Desk(loop, trust, key, secrets.token_bytes)
    server = Server(
        {role: config.socket_dir / f"{role}.sock" for role in Role}, desk.on_request, allowed_uids=config.uids()
    )
    made = board(config)
    devices = Devices(made.compartments, made.scale, made.sounder, made.power, made.tones, loop.post)
    return Hub(journal, loop, devices, server, Chores(journal, config.state_dir / "backup"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, help="hub.toml")


def main(args: argparse.Namespace) -> int:
    """Run the hub of this machine until SIGTERM. Refuses to start on a config that is wrong, and says where."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        config = load(args.config)
    except ConfigRefused as error:
        logging.getLogger("hub").error("%s", error)
        return 78  # EX_CONFIG
    from hub.clock import system_clock

    return run(bootstrap(config, gpio_board, system_clock(config.state_dir)))


def gpio_board(config: HubConfig) -> Board:
    """This machine's own devices, on the lines the config names; ConfigRefused where it names none."""
    from drivers import compartments, power, scale, sounder
    from drivers.chips import factory_of

    wiring = config.board
    if wiring is None:
        raise ConfigRefused("board: this hub has no devices; the lines must be named")
    factory = factory_of(wiring.chip)
    wires = {n: compartments.Wiring(w.lock, w.lid, w.lamp) for n, w in wiring.compartments.items()}
    return Board(
        compartments.GpioCompartments(factory, wires), scale.NoScale(), sounder.GpioSounder(factory, wiring.buzzer),
        power.GpioPower(factory, wiring.mains), {c: sounder.TONES[c] for c in Criticality},
    )  # fmt: skip


def run(hub: Hub) -> int:
    """Until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hub.stop())
    hub.run()
    return 0
