"""What people do at the box: the citizen, staff who are honest and look, and hands that do anything."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from hub.domain import commands as c
from hub.domain.events import Counted
from hub.domain.intake import AS_NEEDED, IntakeId, Life
from hub.domain.leave import Leave, LeaveKind
from hub.domain.refusal import Reason
from tests.heart.home import COMPARTMENTS, TABLET_MG, Home

STAFF = "Sanne"
FILLS = ("done", "done", "jam", "dies", "leave", "another", "gives up")
HANDS = ("all", "one", "none", "jam", "leave", "dies", "swapped", "lost")
WAITS = (Life.PLANNED, Life.DUE, Life.WITHHELD)
OPEN_ENDED = (Life.UNCERTAIN, Life.NOT_KNOWN, Life.MISSED, Life.WITHHELD, Life.HANDED_OUT_EARLY)


class People:
    """They act on one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.orders: list[c.Signed] = []  # all that were ever signed

    # -- the citizen ------------------------------------------------------------------------------------------------

    def ready(self) -> list[IntakeId]:
        """What the screen offers."""
        return [i for i, r in self.home.state.records.items() if r.state in (Life.DUE, Life.PARTLY_TAKEN)]

    def near(self) -> list[IntakeId]:
        """What is not over, and what was."""
        return sorted(self.home.state.records)[-12:]

    def touch(self, intake: IntakeId, early_by: str | None = None) -> bool:
        """Åbn."""
        home = self.home
        home.openings += 1
        opening = f"o{home.openings}"
        home.oracle.touched = {opening: home.oracle.true}
        sensed = home.sensed(home.now())
        return home.do(c.RequestOpening(intake, opening, sensed, early_by)) == ()

    def asks_for(self, ordination: str, how: str) -> bool:
        """One dose as needed."""
        home = self.home
        home.openings += 1
        opening = f"o{home.openings}"
        home.oracle.touched = {opening: home.oracle.true}
        sensed = home.sensed(home.now())
        if home.do(c.AskAsNeeded(ordination, opening, sensed)) == ():
            self.hand(how)
            return True
        return False

    def takes(self, intake: IntakeId, how: str, early_by: str | None = None) -> bool:
        """Touch, and what a hand does then."""
        if self.touch(intake, early_by):
            self.hand(how)
            return True
        return False

    def hand(self, how: str) -> None:
        home, opening = self.home, self.home.state.opening
        if opening is None:
            return
        n = opening.compartment
        if how == "jam":
            for _ in range(5):
                home.pause(3)
            home.by_hub.pop(n, None)
            return
        home.pause(2)
        if n not in home.by_hub or home.state.opening is None:
            return
        home.lid(n, True, told=how != "lost")
        home.pause(5)
        home.take_out(n, 1 if how == "one" else 0 if how == "none" else 99)
        if how == "dies":
            home.lid(n, False, told=False)
            home.dies()
        elif how == "swapped":  # shut, and the edges come in the wrong order
            home.lid(n, False, told=False)
            home.do(c.MoveLid(n, False))
            home.do(c.MoveLid(n, True))
        elif how != "leave":
            home.lid(n, False, told=how != "lost")
        home.pause(2)

    def shuts_lids(self, tablets: int = 0) -> None:
        for n in sorted(self.home.lids):
            self.home.take_out(n, tablets)
            self.home.lid(n, False)
        self.home.pause(2)

    def says(self, intake: IntakeId, all_taken: bool) -> bool:
        """A word: when asked, for what is only reminded, for what was handed out early."""
        home, record = self.home, self.home.state.records.get(intake)
        if home.do(c.Say(intake, all_taken)) != () or record is None:
            return False
        if record.state in (Life.DUE, Life.PARTLY_TAKEN):
            if "journal" not in home.oracle.heard.doubts:
                home.oracle.far_enough(intake)
            home.oracle.swallow(intake)
        elif record.state is Life.HANDED_OUT_EARLY and all_taken:
            home.oracle.swallow(intake)
        return True

    def took_elsewhere(self, intake: IntakeId) -> None:
        if self.home.do(c.SayTakenElsewhere(intake)) == ():
            self.home.oracle.swallow(intake)

    # -- staff --------------------------------------------------------------------------------------------------------

    def tablets(self, serves: IntakeId) -> list[str]:
        """What belongs in a compartment, by the plan on paper."""
        table = self.home.oracle.table
        if serves.startswith(AS_NEEDED):
            name = serves.removeprefix(AS_NEEDED)
            return [name] if name in table.drugs and table.drugs[name].most and table.drugs[name].boxed else []
        return sorted(table.boxed(serves).elements())

    def fill(self, serves: IntakeId, compartment: int) -> None:
        """An honest hand, an honest weight; on a time somebody vouches for, as the desk has it."""
        home, tablets = self.home, self.tablets(serves)
        before = home.inside.get(compartment, []), home.label.get(compartment, "")
        if tablets and compartment not in home.state.fills and home.now().trusted and not home.state.opening:
            home.by_hub.pop(compartment, None)  # what is taken out of it from now on is staff's doing
            home.inside[compartment], home.label[compartment] = tablets, serves
            if home.do(c.FillCompartment(compartment, serves, len(tablets) * TABLET_MG, STAFF)) != ():
                home.inside[compartment], home.label[compartment] = before

    def fill_unlocked(self, serves: IntakeId, compartment: int, how: str) -> None:
        """The hub unlocks it; they are put in, counted and weighed, and it is filled; or something comes between."""
        home, tablets = self.home, self.tablets(serves)
        if not tablets or home.inside.get(compartment) or not home.now().trusted:
            return
        home.openings += 1
        filling = f"f{home.openings}"
        home.oracle.touched = {filling: home.oracle.true}
        sensed = home.sensed(home.now())
        if home.do(c.BeginFilling(compartment, serves, filling, sensed, STAFF)) != () or how == "jam":
            return
        home.by_hub.pop(compartment, None)
        home.lid(compartment, True)
        home.inside[compartment], home.label[compartment] = tablets, serves
        if how == "dies":
            home.dies()
        if how == "leave":
            return
        if how == "another":
            self.key(next(n for n in COMPARTMENTS if n != compartment), 0)
        home.lid(compartment, False)
        home.pause(2)
        counted = tuple(Counted(o, Decimal(n), f"gtin-{o}", n * TABLET_MG) for o, n in Counter(tablets).items())
        if how == "gives up" or home.do(
            c.FillCompartment(compartment, serves, len(tablets) * TABLET_MG, STAFF, counted)
        ):
            home.do(c.EndFilling(STAFF))

    def clear(self, compartment: int) -> None:
        """Emptied, and then said; not while something is being opened and weighed."""
        if not self.home.state.opening:
            self.home.by_hub.pop(compartment, None)
            self.home.inside.pop(compartment, None)
            self.home.do(c.EmptyCompartment(compartment, STAFF))

    def serve(self) -> None:
        """Staff's round: what is over or doubted is emptied, what waits is filled."""
        home, records = self.home, self.home.state.records
        for n, fill in list(home.state.fills.items()):
            record = records.get(fill.intake)
            waits = fill.intake.startswith(AS_NEEDED) or (record and not record.final and record.state in WAITS)
            if fill.doubted or not waits or self.tablets(home.label.get(n, "")) != home.inside.get(n):
                self.clear(n)
        wanted = [i for i, r in records.items() if r.state in WAITS and not r.final and r.intake.boxed]
        wanted += [AS_NEEDED + o for o, d in home.oracle.table.drugs.items() if d.most]
        for serves in (s for s in wanted if not home.state.fill_of(s)):
            empty = next((n for n in COMPARTMENTS if n not in home.state.fills), None)
            if empty:
                self.fill(serves, empty)

    def key(self, compartment: int, tablets: int) -> None:
        """The staff key opens it mechanically."""
        home = self.home
        if compartment not in home.lids:
            home.by_hub.pop(compartment, None)
            home.lid(compartment, True)
            home.pause(3)
            home.take_out(compartment, tablets)
            home.lid(compartment, False)

    def whole(self, intake: IntakeId) -> bool:
        """Whether its compartment still holds all that was put there."""
        fill = self.home.state.fill_of(intake)
        inside = self.home.inside.get(fill.compartment) if fill else None
        return fill is not None and bool(inside) and inside == self.tablets(self.home.label[fill.compartment])

    def resolve(self, intake: IntakeId, give: bool) -> None:
        """A named person looks into the compartment and says what is so; gives time only where all is there."""
        home, oracle = self.home, self.home.oracle
        record = home.state.records.get(intake)
        if record is None or not home.now().trusted:  # as the desk has it
            return
        until = home.now().wall + timedelta(hours=1)
        if give and not self.unchanged(intake):
            return
        if give:
            outcome = Life.GIVEN_BY_STAFF
        elif self.whole(intake):
            outcome = Life.MISSED if until + timedelta(hours=1) > record.intake.at + timedelta(hours=5) else Life.DUE
        else:
            outcome = Life.TAKEN
        held = record.reason == Reason.HANDED_OUT and record.state is Life.WITHHELD
        if held and outcome is Life.DUE:
            return
        if home.do(c.Resolve(intake, outcome, STAFF, until)) == () and outcome is Life.GIVEN_BY_STAFF:
            oracle.swallow(intake)

    def afar(self, order: c.Command) -> tuple[str, ...]:
        """Signed for this hub and sent; what cannot wait for the time to be known is a stop alone (R5)."""
        home = self.home
        wall = home.now()
        if not wall.trusted and not isinstance(order, c.StopOrdinations):
            return ("clock",)
        self.orders.append(c.Signed(f"m{len(self.orders)}", "Ole", wall.wall + timedelta(hours=1), order))
        return home.do(self.orders[-1])

    def leaves(self, kind: LeaveKind, begins: timedelta, lasts: timedelta | None) -> bool:
        wall = self.home.now().wall
        ends = None if lasts is None else wall + begins + lasts
        return self.afar(c.BeginLeave(Leave(f"l{wall}", kind, wall + begins, STAFF, ends, "Ida"))) == ()

    def unchanged(self, intake: IntakeId) -> bool:
        """Whether the screen says of it what the paper said in its time; else nobody gives it late."""
        oracle, record = self.home.oracle, self.home.state.records[intake]
        if record.intake.as_needed:
            return True
        paper = oracle.paper.get(intake, oracle.table).at(intake)
        said = {(d.ordination, d.interval_min) for d in record.intake.doses}
        return said == {(o, d.interval_min) for o, d in paper.items()}

    def open_ended(self) -> list[IntakeId]:
        return [i for i, r in self.home.state.records.items() if r.state in OPEN_ENDED]

    def acknowledge(self) -> None:
        for alarm in [a.id for a in self.home.state.living_alarms()]:
            self.home.do(c.Acknowledge(alarm, "Ole"))

    def answers_for(self) -> None:
        """R11: a named person empties the box, says what was given as far as the empty blisters tell, and confirms."""
        home = self.home
        for n in list(home.state.fills):
            self.clear(n)
        home.inside.clear()
        home.label.clear()
        ledger, records = home.oracle.ledger, home.state.records
        ledger.gone = [g for g in ledger.gone if g.intake in records and self.unchanged(g.intake)]
        for gone in list(ledger.gone):  # the rest is theirs to know
            handed = records[gone.intake].handed_at
            if handed is None or handed.wall < gone.at - timedelta(minutes=5):
                home.do(c.Resolve(gone.intake, Life.GIVEN_BY_STAFF, STAFF))
        home.do(c.ConfirmJournal(STAFF))
        home.shelf.confirm()
