"""The sync process: one thread carries the log and what is signed, one the heartbeat; neither waits for the other."""

import argparse
import logging
import signal
import threading
import time
from collections.abc import Callable
from os import EX_CONFIG
from pathlib import Path

from hub import notify
from hub import protocol as p
from hub.client import Client, HubUnreachable
from sync.backoff import Backoff
from sync.config import Config, ConfigRefused, load
from sync.download import Download
from sync.resources import Source
from sync.server import Server, ServerError
from sync.upload import Hub, Upload

PET_S = 30.0  # the unit's WatchdogSec is ten times as long: a round of the heartbeat may wait for several time limits
STUCK_S = 600.0  # no batch takes so long, and no round of what comes in
log = logging.getLogger("sync")


class Signals:
    """Stop and wake-up, for both threads."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._wake = threading.Event()

    def stop(self, *_: object) -> None:
        """End both threads soon."""
        self._stop.set()
        self._wake.set()

    def stopping(self) -> bool:
        return self._stop.is_set()

    def wake(self) -> None:
        """The network is back: do not wait out the pause."""
        self._wake.set()

    def pause(self, seconds: float) -> None:
        """Wait, until woken."""
        self._wake.wait(seconds)
        self._wake.clear()

    def rest(self, seconds: float) -> None:
        """Wait, until stopped."""
        self._stop.wait(seconds)


class Carrier:
    """The log out and signed things in."""

    def __init__(self, config: Config, hub: Hub, server: Server, signals: Signals) -> None:
        self._config, self._hub, self._signals = config, hub, signals
        self._upload = Upload(hub, server, Source(config.hub, config.citizen), self._stopping)
        self._download = Download(hub, server)
        self._backoff = Backoff(config.backoff_max_s)
        self._ask_again_s = 0.0
        self._busy_since_s: float | None = None

    def run(self) -> None:
        """Until stopped."""
        while not self._signals.stopping():
            self._busy_since_s = time.monotonic()
            pause_s = self.once()
            self._busy_since_s = None
            self._signals.pause(pause_s)

    def gets_on(self) -> bool:
        """Whether it rests between rounds, or a batch was done not long ago; from any thread."""
        since_s = self._busy_since_s
        return since_s is None or time.monotonic() - since_s < STUCK_S

    def _stopping(self) -> bool:
        """Asked before each batch."""
        self._busy_since_s = time.monotonic()
        return self._signals.stopping()

    def once(self, now_s: Callable[[], float] = time.monotonic) -> float:
        """One round; how long to wait before the next."""
        try:
            through = self._round(now_s)
        except HubUnreachable:
            log.warning("the hub does not answer")
            return self._backoff.after_failure()
        if through is not None and not self._tell(through):
            return self._backoff.after_failure()
        if through is not False:
            self._backoff.reset()
            return self._config.poll_s
        return self._backoff.after_failure()

    def _round(self, now_s: Callable[[], float]) -> bool | None:
        """Whether all got through (None: there was nothing to carry). An urgent stop does not wait for the log out,
        nor the log for what comes in: a server that takes one and not the other holds up no more than it must."""
        tried = [self._fetched(now_s), self._tried(self._upload.run)]
        return None if tried == [None, None] else False not in tried

    def _fetched(self, now_s: Callable[[], float]) -> bool | None:
        if now_s() < self._ask_again_s:
            return None
        done = self._tried(self._download.run)
        if done:
            self._ask_again_s = now_s() + self._config.download_s
        return done

    def _tried(self, carry: Callable[[], bool | None]) -> bool | None:
        try:
            return carry()
        except ServerError as error:
            log.warning("nothing gets through: %s", error)
            return False

    def _tell(self, up: bool) -> bool:
        """Advice to the hub, each time it is known: a hub that restarted has forgotten it."""
        try:
            self._hub.call(p.NetworkSeen(up=up))
        except HubUnreachable:
            return False
        return True


def beat(config: Config, hub: Hub, server: Server, signals: Signals, others: Callable[[], bool] = lambda: True) -> None:
    """Carry the hub's heartbeat until stopped (R10). A hub that does not answer has none: the gateway alarms.

    However it ends, it ends the process with it: sync must not look alive without a heartbeat. Between two the watchdog
    is petted, while the `others` get on too (R16).
    """
    try:
        _carry_beats(config, hub, server, signals, others)
    finally:
        signals.stop()


def _carry_beats(config: Config, hub: Hub, server: Server, signals: Signals, others: Callable[[], bool]) -> None:
    through = True
    while not signals.stopping():
        try:
            answer = hub.call(p.GetHeartbeat()).answer
            if isinstance(answer, p.Heartbeat):
                server.heartbeat(answer.jws)
                if not through:
                    signals.wake()
                through = True
        except ServerError as error:
            through = False
            log.warning("no heartbeat gets through: %s", error)
        except HubUnreachable:
            log.warning("no heartbeat: the hub does not answer")
        _rest(config.heartbeat_s, signals, others)


def _rest(seconds: float, signals: Signals, others: Callable[[], bool]) -> None:
    until_s = time.monotonic() + seconds
    while not signals.stopping() and (left_s := until_s - time.monotonic()) > 0:
        if others():
            notify.watchdog()
        signals.rest(min(left_s, PET_S))


def run(config: Config, signals: Signals) -> None:
    """Both threads, until stopped."""
    hubs = [Client(Path(config.socket)) for _ in range(2)]
    servers = [Server(config) for _ in range(2)]
    carrier = Carrier(config, hubs[0], servers[0], signals)
    work = (config, hubs[1], servers[1], signals, carrier.gets_on)
    beating = threading.Thread(target=beat, args=work, name="heartbeat")
    beating.start()
    notify.ready()
    try:
        carrier.run()
    finally:
        signals.stop()
        beating.join()
        for hub, server in zip(hubs, servers, strict=True):
            hub.close()
            server.close()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`medhub sync --config FILE`."""
    parser.add_argument("--config", type=Path, required=True, help="sync.toml, as medhub enrol writes it")


def main(args: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT. EX_CONFIG where the settings cannot be used or are not there: no start mends them,
    and the unit is not started again at once but each minute; the hub says meanwhile that nobody carries for it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings carry addresses and are ours to give
    try:
        config = load(args.config)
    except FileNotFoundError:
        log.error(
            "sync is not enrolled: %s is missing; medhub enrol makes it, and sync starts by itself then", args.config
        )
        return EX_CONFIG
    except ConfigRefused as error:
        log.error("%s; once that is mended a box starts sync by itself within a minute", error)
        return EX_CONFIG
    signals = Signals()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signals.stop)
    run(config, signals)
    return 0
