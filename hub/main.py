"""The hub process: everything is wired here, once. `medhub hub --config hub.toml`."""

import argparse
import logging
import secrets
import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from os import EX_CONFIG, EX_SOFTWARE, EX_TEMPFAIL, EX_UNAVAILABLE
from pathlib import Path
from typing import Any

import msgspec

from hub import commissioned, notify
from hub.board import Board as Parts
from hub.board import Line
from hub.board_file import load as load_board
from hub.checks import rtc_check, warmth_check
from hub.chores import Chores
from hub.clock import Clock, boottime_s, system_clock
from hub.config import ConfigRefused, HubConfig, load
from hub.desk import Desk
from hub.device_states import Check
from hub.devices import Devices
from hub.domain.events import Device
from hub.domain.plan import Criticality
from hub.enrolment import load_device_key, load_trust
from hub.failure import told
from hub.journal import Journal, JournalError
from hub.journal_errors import JournalBusy
from hub.loop import MEND_S, TICK_S, CoreFailed, Loop
from hub.ports import Backlight, Compartments, DeviceError, Power, Scale, Scanner, Sounder, Tone, Voice
from hub.protocol import Role
from hub.replay import Replay
from hub.server import Server
from hub.snapshot import Context

log = logging.getLogger("hub")


class Board:
    """The devices of one box, made by whoever knows the hardware (or the world of the demo). `fingerprint`: of the
    board whose locks a person must have walked through (`hub.commissioned`); None where there are no wires to cross."""

    def __init__(
        self, compartments: Compartments, scale: Scale, sounder: Sounder, power: Power,
        tones: Mapping[Criticality, Tone], checks: Mapping[Device, Check] | None = None, voice: Voice | None = None,
        backlight: Backlight | None = None, fingerprint: str | None = None, scanner: Scanner | None = None,
    ) -> None:  # fmt: skip
        self.compartments, self.scale, self.sounder, self.power, self.tones = compartments, scale, sounder, power, tones
        self.checks, self.voice, self.backlight = checks or {}, voice, backlight
        self.fingerprint, self.scanner = fingerprint, scanner


class Hub:
    """A wired hub. `run` blocks until `stop`, which any thread or signal may call."""

    def __init__(self, journal: Journal, loop: Loop, devices: Devices, server: Server, chores: Chores) -> None:
        self.journal, self.loop = journal, loop
        self._devices, self._server, self._chores = devices, server, chores

    def run(self) -> None:
        """Decide until stopped; then everything off first, sockets gone, journal shut, whatever else goes wrong."""
        with ExitStack() as closing:
            for close in (self.journal.close, self._server.close, self._chores.stop, self._devices.close):
                closing.callback(close)
            closing.callback(notify.status, "stopping")
            self._chores.start()
            self.loop.run(self._devices, started=self._server.start)

    def stop(self) -> None:
        self.loop.stop()


def bootstrap(
    config: HubConfig,
    board: Callable[[HubConfig], Board],
    clock: Clock,
    open_journal: Callable[..., Journal] = Journal.open,
    tick_s: float = TICK_S,
    mend_s: float = MEND_S,
) -> Hub:
    """Wire one hub, in the order of docs/boot.md. Every dependency that a test or the demo may want to be another is an
    argument."""
    trust = load_trust(config.state_dir)
    key = load_device_key(config.state_dir)
    with ExitStack() as made:
        box = board(config)
        for device in (box.power, box.sounder, box.scale, *([box.scanner] if box.scanner else ()), box.compartments):
            made.callback(device.close)
        replay = Replay()
        journal = made.enter_context(_journal(open_journal, config.state_dir, f"{trust.hub}/{trust.citizen}", replay))
        loop = Loop(
            journal, clock, Context(hub=trust.hub), push=lambda snapshot: server.push(snapshot),
            healthy=lambda: server.alive and devices.alive, tick_s=tick_s, replay=replay, mend_s=mend_s,
            commissioned=commissioned.is_walked(config.state_dir, box.fingerprint),
        )  # fmt: skip
        desk = Desk(loop, trust, key, secrets.token_bytes)
        server = Server(
            {role: config.socket_dir / f"{role}.sock" for role in Role}, desk.on_request, config.uids(), config.groups
        )
        devices = Devices(
            box.compartments, box.scale, box.sounder, box.power, box.tones, loop.post, look=loop.look,
            checks=box.checks, voice=box.voice, backlight=box.backlight, scanner=box.scanner,
            scanned=desk.at_fill.scanned,
        )  # fmt: skip
        made.pop_all()  # they are the hub's to close now
    return Hub(journal, loop, devices, server, Chores(journal, config.state_dir / "backup"))


def _journal(open_journal: Callable[..., Journal], folder: Path, pairing: str, replay: Replay) -> Journal:
    """R11: a hub that cannot have its journal hands nothing out, but its screen must say whom to call."""
    path = folder / "journal.db"
    try:
        return open_journal(path, pairing=pairing, follower=replay)
    except JournalBusy:
        raise  # another hub is at work: its screen is the right one
    except (JournalError, OSError, sqlite3.Error) as error:
        log.critical("the hub goes on without its journal: %s", error)
        return Journal.without(path, pairing=pairing, error=error)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, help="hub.toml")


def main(args: argparse.Namespace) -> int:
    """Run the hub of this machine until SIGTERM; the exit codes are sysexits.h's.

    Refuses to start on a config that is wrong, and names the key; a device, key or journal that is not there, or the
    core going wrong, ends it with one line, and the service manager starts it anew.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        config = load(args.config)
        return run(bootstrap(config, gpio_board, system_clock(config.state_dir)))
    except ConfigRefused as error:
        log.error("%s; once that is mended a box starts its hub by itself within a minute", error)
        return EX_CONFIG
    except FileNotFoundError as error:  # enrolled in part or not at all: no start and no reboot brings it
        log.error("the hub is not enrolled: %s is missing; medhub enrol makes it, and the hub starts", error.filename)
        return EX_CONFIG
    except (DeviceError, JournalError, OSError, sqlite3.Error, msgspec.MsgspecError) as error:
        log.critical("the hub cannot start: %s", error)
        return EX_UNAVAILABLE


def gpio_board(config: HubConfig) -> Board:
    """This machine's own devices, on the lines its board file names; ConfigRefused where there is none.

    A chip that is not there is looked for until it is; with none of them this is another machine: DeviceError.
    """
    from drivers import backlight, battery, compartments, power, scanner, tones
    from drivers.chip_pins import ChipFactory
    from drivers.chips import open_chip

    if config.board is None:
        raise ConfigRefused("board: this hub has no devices; its board file must be named")
    parts = load_board(config.board)
    chips = {name: ChipFactory(name, partial(open_chip, c.label, c.device)) for name, c in parts.chips.items()}
    if all(chip.lost for chip in chips.values()):
        raise DeviceError("GPIO: " + "; ".join(chip.lost for chip in chips.values() if chip.lost))

    def wire(line: Line) -> compartments.Wire:
        return compartments.Wire(chips[line.chip], line.line)

    wires = {n: compartments.Wiring(wire(c.lock), wire(c.lid), wire(c.lamp)) for n, c in parts.compartments.items()}
    mains, gauge, panel = wire(parts.power.mains), parts.power.battery, parts.backlight
    sound, voice = _sound(parts, wire(parts.sounder.buzzer), config.state_dir)
    return Board(
        compartments.GpioCompartments(wires, parts.solenoid.pulse_ms / 1000), _scale(parts, config.state_dir), sound,
        power.GpioPower(mains.factory, mains.line, battery.Battery(gauge) if gauge else None),
        {c: tones.TONES[c] for c in Criticality}, _checks(parts), voice,
        backlight.KernelBacklight(panel.name) if panel else None, commissioned.fingerprint(parts),
        scanner.SerialScanner(Path(parts.scanner.at), boottime_s) if parts.scanner else None,
    )  # fmt: skip


def _sound(parts: Parts, buzzer: Any, state_dir: Path) -> tuple[Sounder, Voice | None]:
    """The buzzer; or a loudspeaker with the buzzer behind it, and then a voice."""
    from drivers import aplay, loudspeaker, sounder, speech

    alone = sounder.GpioSounder(buzzer.factory, buzzer.line)
    if parts.sounder.alsa is None:
        return alone, None
    loud = loudspeaker.Loudspeaker(aplay.Aplay(parts.sounder.alsa), alone, speech.Speech(state_dir / "speech"))
    return loud, loud


def _scale(parts: Parts, state_dir: Path) -> Scale:
    """Of the board's kind, with the calibration in the hub's state; without one it weighs nothing and says so."""
    from drivers import calibration, scale

    cell = load_cell(parts)
    if cell is None:
        return scale.NoScale()
    return scale.LoadCellScale(cell, lambda: calibration.load(state_dir / calibration.FILE), boottime_s)


def load_cell(parts: Parts) -> Any:
    """The `drivers.scale.Cell` of the board; None where it has none."""
    from drivers import scale_iio, scale_serial

    if parts.scale.kind == "none":
        return None
    serial = parts.scale.at
    return scale_iio.IioCell() if serial is None else scale_serial.SerialCell(Path(serial))


def _checks(parts: Parts) -> dict[Device, Check]:
    """What only has to be there."""
    from drivers import rtc, temperature

    checks: dict[Device, Check] = {}
    if parts.rtc is not None:
        checks[Device.RTC] = rtc_check(rtc.KernelRtc(parts.rtc.device), lambda: datetime.now(UTC))
    if parts.temperature is not None:
        store = temperature.KernelThermometer(Path(parts.temperature.at))
        checks[Device.TEMPERATURE] = warmth_check(store, time.monotonic)
    return checks


def run(hub: Hub) -> int:
    """Until SIGTERM or SIGINT, or until the core goes wrong: then it is not gone on with. EX_TEMPFAIL asks the
    service manager for another start at once: the journal is mended, or set aside by a named person."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hub.stop())
    try:
        hub.run()
    except CoreFailed as error:
        log.critical("the hub ends: %s", told(error))
        return EX_SOFTWARE
    return EX_TEMPFAIL if hub.loop.again else 0
