"""The whole physical world: compartments, load cell, mains and battery, sounder, traps, and a ledger of it all.

No I/O and no clock: the time is an argument and killing a process is a callable, so the physics are tested alone.
"""

from collections.abc import Callable
from decimal import Decimal

from drivers.tones import length_ms
from drivers.world_around import Surroundings
from drivers.world_battery import WorldBattery
from drivers.world_cell import WorldLoadCell
from drivers.world_compartment import Compartment, NotPossible
from drivers.world_protocol import Counters, Counts, Entry, Item, Played, ScaleFault, Trap, TrapAt, What, WorldView
from hub.ports import Tone


class World:
    """`kill` ends a process by SIGKILL and returns when it is gone. Call `advance` before each act at a time."""

    def __init__(self, compartments: int, seed: int, kill: Callable[[int], None]) -> None:
        self.compartments = {n: Compartment(n) for n in range(1, compartments + 1)}
        self.labels: dict[str, Counters] = {}
        self.ledger: list[Entry] = []
        self.tones: list[Played] = []
        self.mains = self.network = True
        self.scanner_unplugged = False
        self.cell = WorldLoadCell(seed)
        self.battery = WorldBattery()
        self.around = Surroundings()
        self.router_port: int | None = None
        self.trap: Trap | None = None
        self.sprung: list[Trap] = []
        self.kill = kill
        self._now_s = float("-inf")

    # -- time -----------------------------------------------------------------------------------------------------

    def next_step_s(self) -> float | None:
        """When something will happen by itself; None: never."""
        return min((t for c in self.compartments.values() if (t := c.next_step_s()) is not None), default=None)

    def advance(self, now_s: float) -> None:
        """Let everything happen that is due by `now_s`, each at its own time and in order."""
        while (due_s := self.next_step_s()) is not None and due_s <= now_s:
            at_s = max(due_s, self._now_s)  # a lid shut on an energised latch: not before it was shut
            for box in self.compartments.values():
                if box.step(at_s):
                    self._lid_opened(box, at_s)
                    self._springs(TrapAt.LID_OPEN, box, at_s)
        self._now_s = now_s

    # -- the wires ------------------------------------------------------------------------------------------------

    def lock_line(self, number: int, on: bool, now_s: float) -> None:
        box = self._box(number)
        rises = on and not box.line_on
        if rises and self._springs(TrapAt.BEFORE_PULSE, box, now_s):
            return  # who would have raised the line is dead
        box.line(on, now_s)
        if rises:
            self._pulsed(box, now_s)
            self._springs(TrapAt.DURING_PULSE, box, now_s)

    def lamp_line(self, number: int, on: bool) -> None:
        self._box(number).lamp = on

    def weigh(self, now_s: float) -> int:
        """One sample of the load cell, in counts."""
        if self.cell.fault is ScaleFault.UNPLUGGED:
            raise NotPossible("the scale is unplugged")
        return self.cell.sample(now_s)

    @property
    def contents_mg(self) -> int:
        return round(sum((box.contents_mg for box in self.compartments.values()), Decimal(0)))

    def play(self, tone: Tone | None, now_s: float) -> None:
        """Sound `tone` from now; whatever sounded is cut short. None is silence."""
        if self.tones:
            self.tones[-1].until_s = min(self.tones[-1].until_s, now_s)
        if tone is not None:
            self.tones.append(Played(now_s, now_s + length_ms(tone) / 1000, tone))
            self._write(now_s, What.TONE, note=tone.name)

    def say(self, text: str, now_s: float) -> None:
        self._write(now_s, What.SAID, note=text)

    # -- a person's hands -----------------------------------------------------------------------------------------

    def open_lid(self, number: int, now_s: float) -> None:
        box = self._box(number)
        box.pull_open()
        self._lid_opened(box, now_s)

    def key_open(self, number: int, now_s: float) -> None:
        box = self._box(number)
        box.key_open()
        for counters in self._counters(box):
            counters.key_openings += 1
        self._write(now_s, What.KEY_TURNED, box)
        self._lid_opened(box, now_s)

    def shut_lid(self, number: int, now_s: float) -> None:
        box = self._box(number)
        box.shut()
        self._touched(now_s, What.LID_SHUT, box)

    def take(self, number: int, counts: Counts | None, now_s: float) -> Counts:
        box = self._open_box(number)
        taken = box.remove(counts)
        return self._handled(now_s, What.TAKEN, box, taken)

    def put_back(self, number: int, counts: Counts | None, now_s: float) -> Counts:
        """Only what was taken of this label and is still out can be put back."""
        box = self._open_box(number)
        out = self._out(box)
        wanted = out if counts is None else counts
        for name, count in wanted.items():
            if count > out.get(name, Decimal(0)):
                raise NotPossible(f"{count} of {name!r} is not out of compartment {number}")
        box.add(wanted)
        return self._handled(now_s, What.PUT_BACK, box, wanted)

    def fill(self, number: int, label: str, items: tuple[Item, ...], now_s: float) -> Counts:
        box = self._box(number)
        return self._handled(now_s, What.FILLED, box, box.fill(label, items))

    def put_in(self, number: int, label: str, item: Item, now_s: float) -> Counts:
        box = self._open_box(number)
        return self._handled(now_s, What.FILLED, box, box.put_in(label, item))

    def empty(self, number: int, now_s: float) -> Counts:
        box = self._box(number)
        gone = self._handled(now_s, What.EMPTIED, box, box.remove(None))
        box.label, box.items = None, {}
        return gone

    def hold_code(self, code: bytes, now_s: float) -> None:
        if self.scanner_unplugged:
            raise NotPossible("the scanner is unplugged")
        self._write(now_s, What.SCANNED, note=code.decode("latin-1"))

    # -- what surrounds the box -----------------------------------------------------------------------------------

    def set_mains(self, on: bool, now_s: float) -> None:
        if on != self.mains:
            self.mains = on
            self.battery.mains(on, now_s)
            self._write(now_s, What.MAINS_ON if on else What.MAINS_OFF)

    def set_network(self, up: bool, now_s: float) -> None:
        if up != self.network:
            self.network = up
            self._write(now_s, What.NETWORK_RESTORED if up else What.NETWORK_CUT)

    def set_jam(self, number: int, on: bool) -> None:
        self._box(number).jam = on

    def hold_line(self, number: int, on: bool, now_s: float) -> None:
        """A line that rises by a short gives a pulse as any other."""
        box = self._box(number)
        rises = on and not box.line_on
        box.hold(on, now_s)
        if rises:
            self._pulsed(box, now_s)

    def set_trap(self, trap: Trap) -> None:
        self._box(trap.compartment)
        if self.trap is not None:
            raise NotPossible("a trap is set already")
        self.trap = trap

    def view(self) -> WorldView:
        return WorldView(
            tuple(box.view() for box in self.compartments.values()), self.labels, self.contents_mg, self.mains,
            self.network, self.router_port, self.cell.fault, self.scanner_unplugged, self.around.light_pct,
            tuple(self.tones), self.trap, tuple(self.sprung), len(self.ledger),
        )  # fmt: skip

    # -- writing it down ------------------------------------------------------------------------------------------

    def _box(self, number: int) -> Compartment:
        if number not in self.compartments:
            raise NotPossible(f"there is no compartment {number}")
        return self.compartments[number]

    def _open_box(self, number: int) -> Compartment:
        box = self._box(number)
        if not box.lid_open:
            raise NotPossible(f"lid {number} is shut")
        return box

    def _counters(self, box: Compartment) -> tuple[Counters, ...]:
        """The compartment's own, and its label's."""
        return (box.counters,) if box.label is None else (box.counters, self.labels.setdefault(box.label, Counters()))

    def _out(self, box: Compartment) -> Counts:
        """What left under this label, belongs here and was not put back."""
        label = self.labels.get(box.label or "", Counters())
        out = {n: label.taken.get(n, Decimal(0)) - label.put_back.get(n, Decimal(0)) for n in box.items}
        return {name: count for name, count in out.items() if count > 0}

    def _handled(self, now_s: float, what: What, box: Compartment, counts: Counts) -> Counts:
        """Tablets were moved: counted under the field of `Counters` that has the act's name."""
        for counters in self._counters(box):
            tally: Counts = getattr(counters, what.value)
            for name, count in counts.items():
                tally[name] = tally.get(name, Decimal(0)) + count
        self._touched(now_s, what, box, counts)
        return counts

    def _pulsed(self, box: Compartment, now_s: float) -> None:
        for counters in self._counters(box):
            counters.pulses += 1
        self._write(now_s, What.PULSE, box)

    def _lid_opened(self, box: Compartment, now_s: float) -> None:
        for counters in self._counters(box):
            counters.openings += 1
        self._touched(now_s, What.LID_OPENED, box)

    def _touched(self, now_s: float, what: What, box: Compartment, counts: Counts | None = None) -> None:
        self.cell.put(self.contents_mg, now_s)
        self.cell.touch(now_s)
        self._write(now_s, what, box, counts)

    def _springs(self, at: TrapAt, box: Compartment, now_s: float) -> bool:
        trap = self.trap
        if trap is None or (trap.at, trap.compartment) != (at, box.number):
            return False
        self.trap = None
        self.sprung.append(trap)
        self.kill(trap.pid)
        self._write(now_s, What.TRAP_SPRUNG, box, note=at.value)
        return True

    def _write(
        self, now_s: float, what: What, box: Compartment | None = None, counts: Counts | None = None, note: str = ""
    ) -> None:
        number, label = (box.number, box.label) if box else (None, None)
        self.ledger.append(Entry(len(self.ledger) + 1, now_s, what, number, label, counts or {}, note))
