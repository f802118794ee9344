"""One compartment as matter: a spring latch behind a line, a lid, and counted tablets. No I/O, no clock.

The line's rising edge starts one energised pulse; it ends when the line falls or the hardware one-shot does (R12).
Energised for `LATCH_S` the latch is released, `POP_S` later the lid pops. Shutting the lid latches it again.
"""

from decimal import Decimal

from msgspec.structs import replace

from drivers.world_protocol import CompartmentView, Counters, Counts, Item

LATCH_S = 0.05  # solenoids need 50-100 ms of inrush before the bolt is home
ONE_SHOT_S = 0.3  # the hardware's last limit, above the code's 0.2 s
POP_S = 0.1


class NotPossible(Exception):
    """The world does not work like that. The text says why; nothing changed."""


class Compartment:
    """`line`, `step` and the hands return whether something moved or was energised; the world writes it down."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.label: str | None = None
        self.items: dict[str, Item] = {}  # a kind that is all gone stays, with count 0: it may be put back
        self.lid_open = self.released = self.jam = self.lamp = False
        self._driven = self._held = False  # what makes the line high: the driver, a short
        self.counters = Counters()
        self._energised_at: float | None = None
        self._pops_at: float | None = None

    # -- lock and lid ---------------------------------------------------------------------------------------------

    @property
    def energised(self) -> bool:
        return self._energised_at is not None

    @property
    def line_on(self) -> bool:
        return self._driven or self._held

    def line(self, on: bool, now_s: float) -> None:
        """Raise or lower the line. A line that is already high gives no second pulse."""
        before, self._driven = self.line_on, on
        self._edge(before, now_s)

    def hold(self, on: bool, now_s: float) -> None:
        """A short to the supply comes, or goes."""
        before, self._held = self.line_on, on
        self._edge(before, now_s)

    def _edge(self, before: bool, now_s: float) -> None:
        if not self.line_on:
            self._energised_at = None
        elif not before:
            self._energised_at = now_s

    def next_step_s(self) -> float | None:
        """When something will happen by itself."""
        times = [] if self._pops_at is None or self.jam else [self._pops_at]
        if self._energised_at is not None:
            waits_for_latch = not self.released and not self.lid_open
            times.append(self._energised_at + (LATCH_S if waits_for_latch else ONE_SHOT_S))
        return min(times, default=None)

    def step(self, now_s: float) -> bool:
        """Let what is due at `now_s` happen; whether the lid popped open."""
        if self._energised_at is not None:
            if not self.released and not self.lid_open and now_s >= self._energised_at + LATCH_S:
                self.released, self._pops_at = True, now_s + POP_S
            if now_s >= self._energised_at + ONE_SHOT_S:
                self._energised_at = None
        if self._pops_at is None or self.jam or now_s < self._pops_at:
            return False
        self._open()
        return True

    def pull_open(self) -> None:
        """By hand; frees a jammed lid whose latch is released."""
        if self.lid_open:
            raise NotPossible(f"lid {self.number} is open already")
        if not self.released:
            raise NotPossible(f"lid {self.number} is latched")
        self._open()

    def key_open(self) -> None:
        if self.lid_open:
            raise NotPossible(f"lid {self.number} is open already")
        self._open()

    def shut(self) -> None:
        if not self.lid_open:
            raise NotPossible(f"lid {self.number} is shut already")
        self.lid_open = self.released = False

    def _open(self) -> None:
        self.lid_open, self._pops_at = True, None

    # -- tablets --------------------------------------------------------------------------------------------------

    @property
    def contents_mg(self) -> Decimal:
        return sum((item.count * item.weight_mg for item in self.items.values()), Decimal(0))

    def inside(self) -> Counts:
        return {name: item.count for name, item in self.items.items() if item.count}

    def fill(self, label: str, items: tuple[Item, ...]) -> Counts:
        if self.inside():
            raise NotPossible(f"compartment {self.number} is not empty")
        if len({item.name for item in items}) < len(items):
            raise NotPossible("the same name twice")
        for item in items:
            tablets(item.count)
        self.label, self.items = label, {item.name: item for item in items}
        return self.inside()

    def put_in(self, label: str, item: Item) -> Counts:
        """Some more of one kind, tablet by tablet the same."""
        tablets(item.count)
        lies = self.items.get(item.name)
        if self.inside() and label != self.label:
            raise NotPossible(f"compartment {self.number} holds {self.label!r}")
        if lies and lies.count and lies.weight_mg != item.weight_mg:
            raise NotPossible(f"{item.name!r} lies there already, and weighs {lies.weight_mg} mg")
        kept = self.items if label == self.label else {}
        before = lies.count if lies and label == self.label else Decimal(0)
        self.label, self.items = label, {**kept, item.name: replace(item, count=before + item.count)}
        return {item.name: item.count}

    def remove(self, counts: Counts | None) -> Counts:
        """Take `counts` out, or all; halves are halves of a tablet."""
        wanted = self.inside() if counts is None else counts
        for name, count in wanted.items():
            if tablets(count) > self.inside().get(name, Decimal(0)):
                raise NotPossible(f"compartment {self.number} does not hold {count} of {name!r}")
        for name, count in wanted.items():
            self._change(name, -count)
        return wanted

    def add(self, counts: Counts) -> None:
        """Put tablets of a kind that lay here back in."""
        for name, count in counts.items():
            if name not in self.items:
                raise NotPossible(f"no {name!r} came from compartment {self.number}")
            tablets(count)
        for name, count in counts.items():
            self._change(name, count)

    def _change(self, name: str, count: Decimal) -> None:
        self.items[name] = replace(self.items[name], count=self.items[name].count + count)

    def view(self) -> CompartmentView:
        return CompartmentView(
            self.number, self.label, tuple(item for item in self.items.values() if item.count), self.lid_open,
            self.released, self.line_on, self.energised, self.lamp, self.jam, self.counters,
        )  # fmt: skip


def tablets(count: Decimal) -> Decimal:
    """A number of tablets a hand can hold: above 0, at most 1000, to a thousandth."""
    if not count.is_finite() or not 0 < count <= 1000 or count != round(count, 3):
        raise NotPossible(f"{count} is not a number of tablets")
    return count
