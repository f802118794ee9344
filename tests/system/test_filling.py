"""`medhub staff fill` as it is typed, with a real hub, scanner and load cell: hands do what it asks for (H10, R7)."""

import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from decimal import Decimal

import pytest

from drivers.world_protocol import Item
from hub import protocol as p
from tests.drivers.worlds import DEADLINE_S, ROOT, wait_for
from tests.system.home import TABLET_MG, Home, intake_id

PACKAGE = b"]d201070462612345661728063010A7\x1d21S1"
SCAN, PUT_IN, SHUT = "Scan its package", "Put in exactly 2", "Shut the lid"


class Typed:
    """The command, what it has said so far, and a keyboard."""

    def __init__(self, home: Home, *words: str) -> None:
        self.home, self.said, self._read = home, "", 0
        command = ["medhub.cli", "staff", "--socket", str(home.sockets / "staff.sock"), *words, "--as", "sanne"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "--pin-file", str(home.pin_file)], cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        home.closes(self.process)

    def until(self, text: str) -> "Typed":
        """Wait until it has said that, after what was waited for before."""
        assert self.process.stdout is not None
        until_s = time.monotonic() + 3 * DEADLINE_S
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            while text not in self.said[self._read :]:
                assert time.monotonic() < until_s, f"waited in vain for {text!r} in {self.said!r}"
                if ready.select(0.1):
                    more = os.read(self.process.stdout.fileno(), 4096).decode()
                    assert more, f"it ended without {text!r}: {self.said!r}"
                    self.said += more
        self._read = self.said.index(text, self._read) + len(text)
        return self

    def enter(self, line: str = "") -> "Typed":
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        return self

    def interrupted(self) -> int:
        """Ctrl-C, and once more where the first came just as it began to wait for a line; its exit code."""
        self.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.ends()

    def ends(self) -> int:
        """Its exit code; all it said is in `said`."""
        assert self.process.stdout is not None
        code = self.process.wait(3 * DEADLINE_S)
        self.said += self.process.stdout.read().decode()
        return code


@pytest.fixture
def home(home: Home) -> Home:
    """A plan, nothing filled yet, and the box at rest."""
    assert home.offer() == ()
    return home


def fill(home: Home, slot: str = "morning", number: int = 1) -> Typed:
    """As far as the scan of the first dose."""
    typed = Typed(home, "fill", str(number), intake_id(slot)).until(f"Compartment {number} opens")
    wait_for("the lid", lambda: home.world.look().compartment(number).lid_open)
    return typed.until("1 of 1: 2 tabletter").until(SCAN)


def scan(home: Home, code: bytes = PACKAGE) -> None:
    home.world.hold_code(code)
    wait_for("the hub to have read it", lambda: home.status().filling.scanned)  # type: ignore[union-attr]


def put_in(home: Home, tablets: int, slot: str = "morning", number: int = 1) -> None:
    home.world.put_in(number, intake_id(slot), Item("tablet", Decimal(tablets), TABLET_MG))


def filled(home: Home, slot: str = "morning", number: int = 1) -> None:
    typed = fill(home, slot, number)
    scan(home)
    typed.enter().until(PUT_IN)
    put_in(home, 2, slot, number)
    typed.enter().until(SHUT)
    home.world.shut_lid(number)
    wait_for("the hub to see the lid", lambda: not any(c.lid_open for c in home.status().compartments))
    assert typed.enter().ends() == 0, typed.said
    assert f"Compartment {number} holds {intake_id(slot)}" in typed.said


def doubted(home: Home) -> dict[int, str]:
    return {c.compartment: c.doubted for c in home.status().compartments}


def test_scanned_counted_weighed_and_then_taken_by_the_weight_that_was_learnt(home: Home) -> None:
    filled(home)
    assert doubted(home) == {1: ""}
    assert home.pulses() == [1]
    home.at("8.00").ready("morning")
    assert home.open("morning") == ()
    home.take_all(home.until_open("morning"))
    home.until("morning", "taken")


def test_one_too_few_is_seen_by_the_weight_of_the_fill_before(home: Home) -> None:
    filled(home)
    typed = fill(home, "noon", 2)
    scan(home)
    typed.enter().until(PUT_IN)
    put_in(home, 1, "noon", 2)
    typed.enter().until("does not weigh what so many").until("Put right: Enter")
    put_in(home, 1, "noon", 2)
    typed.enter().until(SHUT)
    home.world.shut_lid(2)
    wait_for("the hub to see the lid", lambda: not any(c.lid_open for c in home.status().compartments))
    assert typed.enter().ends() == 0, typed.said


def test_with_the_lid_still_open_it_is_asked_for_once_more(home: Home) -> None:
    typed = fill(home).enter().until(PUT_IN)
    put_in(home, 2)
    typed.enter().until(SHUT).enter().until("shut all lids first").until(SHUT)
    home.world.shut_lid(1)
    wait_for("the hub to see the lid", lambda: not any(c.lid_open for c in home.status().compartments))
    assert typed.enter().ends() == 0, typed.said


def test_two_packages_and_garbage_are_said_and_scanned_anew(home: Home) -> None:
    typed = fill(home)
    for code in (PACKAGE, b"]E05709876543219"):
        scan(home, code)
    wait_for("both to be read", lambda: home.status().filling.scanned == "two_packages")  # type: ignore[union-attr]
    typed.enter().until("Two packages were scanned").until(SCAN)
    for code in (b"\x00\xff no code at all", b"]d2garbage"):
        home.world.hold_code(code)
    wait_for("it to be refused", lambda: home.status().filling.scanned == "code_not_read")  # type: ignore[union-attr]
    typed.enter().until("could not be read").until(SCAN)
    scan(home, PACKAGE + b"2")  # another of the same kind
    typed.enter().until(PUT_IN)
    assert typed.interrupted() == 130


def test_given_up_it_says_that_the_compartment_must_be_emptied(home: Home) -> None:
    typed = fill(home).enter().until(PUT_IN)
    put_in(home, 1)
    assert typed.interrupted() == 130
    assert "Take everything out of compartment 1" in typed.said
    assert doubted(home) == {1: "given_up"}
    home.world.shut_lid(1)
    wait_for("the lid to be known shut", lambda: not home.status().busy)
    again = Typed(home, "fill", "1", intake_id("morning"))
    assert again.ends() == 1
    assert "empty it first" in again.said


def test_a_lid_that_sticks_is_tried_again_by_whoever_stands_there(home: Home) -> None:
    home.world.set_jam(1, True)
    typed = Typed(home, "fill", "1", intake_id("morning")).until("has not opened")
    typed.enter().until("has not opened")
    wait_for("two pulses", lambda: home.pulses() == [1, 1])
    home.world.set_jam(1, False)
    wait_for("the hub to see the lid", lambda: home.status().filling.opened)  # type: ignore[union-attr]
    typed.enter().until(SCAN)
    assert home.pulses() == [1, 1]
    assert typed.interrupted() == 130


def test_nothing_has_happened_where_the_lid_was_never_opened(home: Home) -> None:
    home.world.set_jam(1, True)
    typed = Typed(home, "fill", "1", intake_id("morning")).until("has not opened")
    assert typed.interrupted() == 130
    assert "its lid was not opened" in typed.said
    assert doubted(home) == {}


def test_the_hub_dies_in_the_middle_and_nobody_knows_what_lies_there(home: Home) -> None:
    """R7: SIGKILL between the count and the fill. The next one doubts the compartment, and staff are told."""
    typed = fill(home)
    scan(home)
    typed.enter().until(PUT_IN)
    put_in(home, 2)
    typed.enter().until(SHUT)
    home.kill_hub()
    home.world.shut_lid(1)
    assert typed.enter().ends() == 1
    assert "Take everything out of compartment 1" in typed.said
    home.start_hub()
    assert doubted(home) == {1: "restart"}
    assert home.status().filling is None
    assert home.on_disk().count("CompartmentFilled") == 0
    wait_for("the lid to be known shut", lambda: not home.status().busy)
    home.at("8.00")
    assert "cannot_serve/2026-03-12/morning" in home.alarms()
    home.world.empty(1)
    assert home.act(p.Empty, compartment=1) == ()
    filled(home)
    home.ready("morning")
