"""Four accounts of the same days, side by side: wanted, what left the compartments, the journal, the municipality."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct
from rich.table import Table

Key = tuple[str, str]  # intake id, ordination id


class Want(Struct, frozen=True):
    """What a beat should come to, from the oracle's plan: the intake's state and how much of the dose is handed out."""

    name: str
    quantity: Decimal
    state: str
    boxed: bool


class Found(Struct, frozen=True):
    """What an account says of one dose."""

    quantity: Decimal
    state: str


class Accounts(Struct):
    """`left` is the world's own count of what left the compartments; the others say state and quantity."""

    wanted: Mapping[Key, Want]
    left: Mapping[Key, Decimal]
    journal: Mapping[Key, Found]
    municipality: Mapping[Key, Found]

    def problems(self) -> list[str]:
        """Where the four do not agree, one sentence each; empty when they do."""
        found = [sentence for key in self._keys() for sentence in self._problems_of(key)]
        return [*found, *self._strays()]

    def _keys(self) -> list[Key]:
        return list(self.wanted)  # in order of time, as the oracle gives them

    def _problems_of(self, key: Key) -> Iterable[str]:
        want, left = self.wanted[key], self.left.get(key, Decimal())
        name = f"{want.name} at {key[0]}"
        if want.boxed and left != want.quantity:
            more = "HANDED OUT TWICE or too much: " if left > want.quantity else ""
            yield f"{more}{name}: {left} left the compartment, {want.quantity} wanted"
        for who, account in (("the hub's journal", self.journal), ("the municipality", self.municipality)):
            said = account.get(key)
            if said is None:
                yield f"{name}: {who} has no word of it"
            elif (said.state, said.quantity) != (want.state, want.quantity):
                yield f"{name}: {who} says {said.quantity} {said.state}, wanted {want.quantity} {want.state}"

    def _strays(self) -> Iterable[str]:
        """Something nobody wanted, in any of the other three."""
        for who, account in (("left a compartment", self.left), ("is in the journal", self.journal),
                             ("is at the municipality", self.municipality)):  # fmt: skip
            yield from (
                f"{key[1]} at {key[0]} {who}, and nobody wanted it" for key in sorted(set(account) - set(self.wanted))
            )

    def table(self) -> Table:
        """The four columns."""
        table = Table(title="Wanted and what became of it", title_justify="left")
        for column in ("intake", "medicine", "wanted", "left the compartments", "hub's journal", "municipality"):
            table.add_column(column)
        last = ""
        for key in self._keys():
            want = self.wanted[key]
            cells = [
                _cell(want.quantity, want.state),
                _number(self.left.get(key, Decimal())) if want.boxed else "not in the box",
                *(_cell(f.quantity, f.state) if (f := a.get(key)) else "[red]nothing[/]"
                  for a in (self.journal, self.municipality)),
            ]  # fmt: skip
            wrong = any(True for _ in self._problems_of(key))
            table.add_row(key[0] if key[0] != last else "", want.name, *cells, style="red" if wrong else "")
            last = key[0]
        return table


def _cell(quantity: Decimal, state: str) -> str:
    return f"{_number(quantity)} {state.replace('_', ' ')}"


def _number(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")
