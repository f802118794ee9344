"""A hub's desk with a box, on a real journal, and whatever signs for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from hub import protocol as p
from hub.desk import Desk
from hub.documents import AcknowledgeAlarm, Command, KeyRotation, NextKey, Receipt, UrgentStop
from hub.domain.events import Device
from hub.enrolment import Person, Trust, hash_pin
from hub.journal import Journal
from hub.lane import Lane
from hub.plan.envelope import sign_plan
from hub.signed import ROTATION, Key, Purpose, new_key, sign, sign_bytes
from tests.hub.box import EIGHT, Box, HandClock, RunningLoop
from tests.hub.made import PAIRING, wait_for
from tests.plan.build import sample

NOW = EIGHT
HUB, CITIZEN = PAIRING.split("/")
PURPOSES = (Purpose.COMMAND, Purpose.STOP, Purpose.RECEIPT, Purpose.PLAN, Purpose.ROOT)
KEYS = {purpose: new_key(f"gw-{purpose}", purpose) for purpose in PURPOSES}
DEVICE = new_key("hub-7-1", Purpose.HEARTBEAT)
SANNE = Person("sanne", "Sanne Holm", hash_pin("4711"))
OLE = Person("ole", "Ole Juul", hash_pin("2580"))
TRUST = Trust(HUB, CITIZEN, tuple(key.public for key in KEYS.values()), (SANNE, OLE))
WHO = {"person": "sanne", "pin": "4711"}


class Hub(RunningLoop):
    """`say` is what a socket would; somebody has asked for help, and that is an alarm."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, Box(HandClock()), tick_s=60)
        self.desk = Desk(self.loop, TRUST, DEVICE, lambda n: bytes(n))
        self.clock = self.box.clock
        self.start()
        self.say(p.AskForHelp())
        self.alarm = next(alarm for alarm in self.loop.state.alarms if alarm.startswith("help/"))

    def say(self, message: Any) -> Any:
        """Its answer, as the server's thread is given it."""
        answers: list[Any] = []
        self.ask(lambda: self.desk.on_request(p.Role.STAFF, message, answers.append))
        wait_for(lambda: bool(answers))  # some are answered by a thread of their own
        return answers[0]

    def mains(self, on: bool) -> None:
        """The power comes or goes, and the hub has noticed."""
        self.box.mains = on
        self.ask(self.devices.looks[Device.POWER].once)
        self.ask(self.loop._settle)

    def vouched_for(self, trusted: bool) -> None:
        """Somebody vouches for the time, or nobody does any more, and the hub has noticed."""
        self.clock.moment = replace(self.clock.moment, trusted=trusted)
        self.ask(self.loop._settle)

    def plan(self, **changes: Any) -> p.OfferPlan:
        """The everyday citizen's plan, for this hub."""
        return p.OfferPlan(sign_plan(sample() | {"hub": HUB} | changes, KEYS[Purpose.PLAN]))

    def receipt(self, **changes: Any) -> p.Acked:
        seq, head = self.loop.journal.head
        receipt = replace(Receipt(HUB, Lane.ALARMS, seq, head, NOW), **changes)
        return p.Acked(sign(receipt, KEYS[Purpose.RECEIPT]))

    def command(self, purpose: Purpose = Purpose.COMMAND, **changes: Any) -> p.OfferCommand:
        order = AcknowledgeAlarm(self.alarm)
        command = Command("command-1", HUB, CITIZEN, NOW, NOW + timedelta(hours=1), "Ole Juul", order)
        return p.OfferCommand(sign(replace(command, **changes), KEYS[purpose]))

    def stop(self, *ordinations: str, key: Key = KEYS[Purpose.STOP], **changes: Any) -> p.OfferStop:
        stop = UrgentStop("stop-0001", HUB, CITIZEN, NOW, "Ole Juul", ordinations or ("pinemol",), "allergi")
        return p.OfferStop(sign(replace(stop, **changes), key))

    def rotation(self, new: Key, by: Key | None = None, **changes: Any) -> p.OfferKey:
        """`new` after the pinned key of its purpose, in its own word or `by`'s; 60 days later that one is out."""
        before = KEYS[new.purpose]
        key = NextKey(new.kid, str(new.purpose), new.jwk["x"])
        day = timedelta(days=1)
        rotation = KeyRotation("rotation-1", HUB, CITIZEN, NOW, NOW + day, key, before.kid, NOW + 60 * day)
        return p.OfferKey(sign_bytes(msgspec.json.encode(replace(rotation, **changes)), by or before, ROTATION))

    @property
    def help(self) -> tuple[p.Help, str]:
        """What the screen was last told of the help that was asked for."""
        return self.shown[-1].asked_for_help, self.shown[-1].asked_help_seen_by


@contextmanager
def at_desk(path: Path) -> Iterator[Hub]:
    with Journal.open(path, pairing=PAIRING) as journal:
        hub = Hub(journal)
        try:
            yield hub
        finally:
            hub.close()
