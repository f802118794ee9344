"""What goes wrong: each fault is something a person, a device, a clock, a network or the power does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from hub.domain import commands as c
from hub.domain.due import next_look
from hub.domain.intake import Life
from hub.domain.leave import LeaveKind
from tests.heart.home import COMPARTMENTS, Home
from tests.heart.papers import CHANGES, without
from tests.heart.people import FILLS, People

SECOND, MINUTE, HOUR, YEAR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=365.25)
NUDGE_MOST = timedelta(minutes=4, seconds=30)  # R5 lets a clock be wrong by five minutes


class Faults:
    """`later(at, what, act)` puts what must follow on the day's agenda."""

    def __init__(
        self, home: Home, people: People, rng: Random, later: Callable[[datetime, str, Callable[[], object]], None]
    ) -> None:
        self.home, self.people, self.rng, self._later = home, people, rng, later

    def _in(self, span: timedelta, what: str, act: Callable[[], object]) -> None:
        self._later(self.home.oracle.true + span, what, act)

    def _one(self) -> str | None:
        """What is due, or else anything near."""
        some = self.people.ready() or self.people.near()
        return self.rng.choice(some) if some else None

    def _opened(self, how: str) -> None:
        if intake := self._one():
            self.people.takes(intake, how)

    # -- power, processes, time, the journal -----------------------------------------------------------------------

    def power_cut_at_a_commit(self) -> None:
        """Before it is stored or after, in an opening or in whatever comes."""
        self.home.cut_in = (self.rng.randrange(7), self.rng.random() < 0.5)
        self._opened(self.rng.choice(("all", "all", "one")))

    def darkness(self) -> None:
        """Hands go on in the dark: an open lid, or one whose lock was just given its pulse. Then the power is back."""
        home = self.home
        for n in sorted(home.by_hub):
            if n in home.lids or self.rng.random() < 0.5:
                home.lid(n, True, told=False)
                home.take_out(n, self.rng.choice((0, 1, 99)))
        for n in sorted(home.lids):
            if self.rng.random() < 0.7:
                home.lid(n, False, told=False)
        self.power_is_out()

    def power_is_out(self) -> None:
        span = self.rng.choice((20 * SECOND, 3 * MINUTE, 2 * HOUR, 9 * HOUR, 30 * HOUR))
        self.home.power_out(span + self.rng.random() * MINUTE)

    def power_is_out_for_days(self) -> None:
        self.home.power_out(self.rng.randrange(2, 10) * 24 * HOUR)

    def process_dies(self) -> None:
        self.home.dies()

    def process_dies_in_an_opening(self) -> None:
        self._opened("dies")

    def wakes_and_staff_set_the_time(self) -> None:
        """No network and a dead battery, and somebody with a watch."""
        self._in(20 * MINUTE, "staff set the time", lambda: self.home.set_time("Sanne"))
        self._in(9 * HOUR, "the network is back", self.home.time_is_right)
        self.home.power_out(MINUTE, network=False, rtc=False)

    def wakes_without_the_time(self) -> None:
        """No network and a dead battery: it wakes in 2000, in 1970, at the last time it knew, or years ahead."""
        true = self.home.oracle.true
        wall = self.rng.choice((datetime(1970, 1, 1, tzinfo=UTC), None, true, true + 30 * YEAR, true - 3 * HOUR))
        self._in(self.rng.choice((10 * MINUTE, 2 * HOUR, 9 * HOUR)), "the network is back", self.home.time_is_right)
        self.home.power_out(self.rng.choice((MINUTE, 2 * HOUR)), network=False, rtc=False, wall=wall)

    def clock_is_nudged(self) -> None:
        """By less than five minutes: nobody can see it."""
        self.home.step(self.rng.uniform(-1, 1) * NUDGE_MOST)
        self._opened("all")
        for _ in range(self.rng.randrange(8)):
            self._at_the_next_look()
        self._in(self.rng.choice((MINUTE, 3 * HOUR)), "the clock is right", self.home.time_is_right)

    def touches_as_soon_as_it_may(self) -> None:
        for _ in range(9):
            self._at_the_next_look()

    def _at_the_next_look(self) -> None:
        moment = self.home.now()
        self.home.wait(max(SECOND, min(HOUR, next_look(self.home.state, moment) - moment.wall)))
        for intake in self.people.ready():
            self.people.takes(intake, "all")

    def clock_is_stepped(self) -> None:
        """By minutes to 30 years, either way, once it has been right: before that there is nothing to see a step by."""
        self.home.time_is_right()
        span = self.rng.choice((6 * MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, 24 * HOUR, 40 * 24 * HOUR, YEAR, 30 * YEAR))
        self.home.step(span * self.rng.choice((-1, 1)))
        self._opened("all")
        after = self.rng.choice((20 * SECOND, 20 * MINUTE, 3 * HOUR))
        self._in(after, "the clock is right", self.home.time_is_right)

    def journal_is_put_back(self) -> None:
        """An earlier copy in its place: doubted, until a named person has answered for it."""
        self._put_back()

    def journal_is_put_back_over_what_was_just_taken(self) -> None:
        """The copy knows of the fill, and not that it was taken."""
        self.home.shelf.copy()
        self._opened("all")
        self._put_back()

    def _put_back(self) -> None:
        self.home.restore()
        self._opened("all")
        self._in(self.rng.choice((MINUTE, 2 * HOUR)), "a named person answers for the journal", self._answered)

    def _answered(self) -> None:
        self.people.shuts_lids()
        if not self.home.now().trusted or self.home.state.opening:
            self._in(HOUR, "a named person answers for the journal", self._answered)
            return
        self.home.send(self.home.version)
        for order in self.people.orders:  # the gateway sends again what it has no receipt for
            if isinstance(order.order, c.StopOrdinations):
                self.home.do(order)
        self.people.answers_for()
        self.people.serve()

    # -- hands, lids, scale ----------------------------------------------------------------------------------------

    def lock_jams(self) -> None:
        self._opened("jam")

    def takes_one_only(self) -> None:
        self._opened("one")

    def takes_nothing(self) -> None:
        self._opened("none")

    def edges_lost(self) -> None:
        self._opened("lost")

    def edges_swapped(self) -> None:
        self._opened("swapped")

    def lid_left_open(self) -> None:
        self._opened("leave")
        after = self.rng.choice((MINUTE, 7 * MINUTE, 90 * MINUTE))
        self._in(after, "the lid is shut", lambda: self.people.shuts_lids(self.rng.randrange(3)))

    def scale_is_unsteady(self) -> None:
        self.home.stable = False
        self._in(self.rng.choice((8 * SECOND, HOUR)), "the scale is steady", self._steady)
        self._opened("all")

    def _steady(self) -> None:
        self.home.stable = True
        self.home.settle()

    def something_lies_on_the_box(self) -> None:
        """From before an opening on: in the middle of one it may weigh just what was taken, and nobody could know."""
        if self.home.state.opening is None:
            self.home.loose_mg = self.rng.choice((0, 60, 500, 100_000))
        self._opened("all")

    def key_opens(self) -> None:
        self.people.key(self.rng.choice(COMPARTMENTS), self.rng.randrange(2))

    def key_opens_another_meanwhile(self) -> None:
        self._opened("leave")
        self.people.key(self.rng.choice(COMPARTMENTS), self.rng.randrange(2))
        self.people.shuts_lids(99)

    # -- the citizen and staff -------------------------------------------------------------------------------------

    def touches_twice(self) -> None:
        if intake := self._one():
            self.people.takes(intake, "all")
            self.people.takes(intake, "all")

    def touches_anything(self) -> None:
        for intake in self.people.near():
            self.people.takes(intake, self.rng.choice(("all", "none")))

    def taken_along(self) -> None:
        """Early, allowed by a named person; perhaps told, perhaps twice and not the same."""
        waits = [i for i, r in self.home.state.records.items() if r.state is Life.PLANNED]
        if waits and self.people.takes(
            intake := self.rng.choice(waits), self.rng.choice(("all", "one", "none")), "Sanne"
        ):
            for minutes in self.rng.choices((5, 60, 200), k=self.rng.randrange(3)):
                said = self.rng.random() < 0.7
                self._in(minutes * MINUTE, f"says {said}", lambda i=intake, s=said: self.people.says(i, s))

    def declines(self) -> None:
        if intake := self._one():
            self.home.do(c.Decline(intake, "other"))
            if self.rng.random() < 0.4:
                self._in(5 * MINUTE, "changes mind", lambda: self.home.do(c.ChangeMind(intake)))

    def snoozes(self) -> None:
        if intake := self._one():
            self.home.do(c.Snooze(intake))

    def forgets(self) -> None:
        """Nobody comes until what is due now is missed."""
        self.home.wait(95 * MINUTE)

    def took_it_elsewhere(self) -> None:
        if intake := self._one():
            self.people.took_elsewhere(intake)

    def says_anything(self) -> None:
        for intake in self.people.near():
            self.people.says(intake, self.rng.random() < 0.5)

    def staff_do_anything(self) -> None:
        """Fill and empty at any moment, resolve and correct."""
        for intake in self.people.near():
            self.people.fill(intake, self.rng.choice(COMPARTMENTS))
        self.people.clear(self.rng.choice(COMPARTMENTS))
        for intake in self.people.open_ended():
            self.people.resolve(intake, give=self.rng.random() < 0.5)
        if intake := self._one():
            self.home.do(c.Correct(intake, Life.TAKEN, "Sanne", "found out"))

    def filled_as_the_hub_unlocks_it(self) -> None:
        """What waits is taken out and put in again, elsewhere, with whatever comes between; the rest is staff's."""
        waits = [i for i, r in self.home.state.records.items() if r.state is Life.PLANNED]
        if waits and self.home.now().trusted and not self.home.state.opening:
            self.people.shuts_lids()
            if fill := self.home.state.fill_of(serves := self.rng.choice(waits)):
                self.people.clear(fill.compartment)
            self.people.fill_unlocked(serves, self.rng.choice(COMPARTMENTS), self.rng.choice(FILLS))
            self._opened("all")
            self._in(self.rng.choice((MINUTE, HOUR)), "the lid is shut", self._shut_and_served)

    def _shut_and_served(self) -> None:
        self.people.shuts_lids()
        self.people.serve()

    def weight_changes_with_the_lids_shut(self) -> None:
        """Somebody got at it, or knocked it: what it holds is nobody's word until staff have looked."""
        if not self.home.lids:
            self.home.moved_mg = self.rng.choice((-500, 300))
            self.home.settle()
            self.home.moved_mg = None
            self._opened("all")
            self._in(HOUR, "staff look at each fill", self._look_at_fills)

    def _look_at_fills(self) -> None:
        for n in list(self.home.state.fills):
            if self.home.inside.get(n) == self.people.tablets(self.home.label.get(n, "")):
                self.home.do(c.VerifyFill(n, "Sanne"))
        self.people.serve()

    def asks_as_needed(self) -> None:
        """Again and again, until the box says no."""
        needed = [o for o, d in self.home.paper.drugs.items() if d.most]
        for minutes in (0, 1, 130, 250, 370) if needed else ():
            name, how = self.rng.choice(needed), self.rng.choice(("all", "all", "none", "dies"))
            self._in(minutes * MINUTE, f"asks for {name}", lambda n=name, h=how: self._asks(n, h))

    def _asks(self, name: str, how: str) -> None:
        if self.home.now().trusted:
            self.people.serve()
        self.people.asks_for(name, how)

    # -- from afar, and away ---------------------------------------------------------------------------------------

    def promised_by_somebody(self) -> None:
        """I will give it: kept, handed back, or forgotten; and somebody touches the screen all the same."""
        if not (intake := self._one()):
            return
        wall, minutes = self.home.now().wall, self.rng.choice((20, 90, 200))
        if self.people.afar(c.Promise(intake, wall + minutes * MINUTE, "Ole")) != ():
            return
        self.people.takes(intake, "all")
        then = self.rng.choice(("kept", "handed back", "forgotten"))
        at = MINUTE * self.rng.randrange(1, minutes + 60)
        if then == "kept":
            self._in(at, then, lambda: self.people.resolve(intake, give=True))
        elif then == "handed back":
            self._in(at, then, lambda: self.people.afar(c.HandBack(intake, "Ole")))

    def stopped_urgently(self) -> None:
        """Over what waits, or over an open lid; a plan that says so comes later, or one that begins it again."""
        if self.rng.random() < 0.3:
            self._opened("leave")
            self._in(MINUTE, "the lid is shut", lambda: self.people.shuts_lids(99))
        table = self.home.paper
        name = self.rng.choice(sorted(table.drugs))
        issued = self.home.oracle.true
        self.people.afar(c.StopOrdinations((name,), issued, "Ole", "interaction"))
        self._opened("all")
        after = table if self.rng.random() < 0.5 else without(table, name)
        self._in(self.rng.choice((3, 20, 600)) * MINUTE, "a plan comes after the stop", lambda: self.home.bring(after))

    def goes_out(self) -> None:
        self.people.leaves(LeaveKind.OUTING, self.rng.randrange(3) * HOUR, self.rng.randrange(2, 9) * HOUR)
        self._opened("all")

    def away_for_the_weekend(self) -> None:
        self.people.leaves(LeaveKind.WEEKEND, self.rng.randrange(3) * HOUR, self.rng.choice((20, 48)) * HOUR)
        self._opened("all")
        if self.rng.random() < 0.3:
            self._in(9 * HOUR, "home again", lambda: self.home.do(c.EndLeave("Inge", named=False)))

    def taken_to_hospital(self) -> None:
        if self.people.leaves(LeaveKind.HOSPITAL, timedelta(), None):
            self._opened("all")
            self._in(self.rng.choice((5, 30)) * HOUR, "home from hospital", self._home_again)

    def _home_again(self) -> None:
        if self.home.state.leave is None:
            return
        self.home.do(c.EndLeave("Inge", named=False))
        if not self.home.now().trusted or self.people.afar(c.EndLeave("Sanne", named=True)) != ():
            self._in(HOUR, "home from hospital", self._home_again)
            return
        self._opened("all")
        self.people.serve()

    def orders_come_again(self) -> None:
        """All that was ever signed: late, twice, in another order."""
        for order in self.rng.sample(self.people.orders, len(self.people.orders)):
            if order.expires > self.home.now().wall and self.home.now().trusted:
                self.home.do(order)

    # -- messages --------------------------------------------------------------------------------------------------

    def messages_come_again(self) -> None:
        """The same plan, an old one, an old pulse's end, an alarm taken twice."""
        self.home.send(self.home.version)
        self.home.send(self.rng.randint(1, self.home.version))
        self.home.do(c.PulseEnded(f"o{self.home.openings}", self.rng.randint(1, 3), "no current"))
        for alarm in list(self.home.state.alarms)[-2:]:
            self.home.do(c.Acknowledge(alarm, "Ole"))
            self.home.do(c.Acknowledge(alarm, "Ole"))

    def pulse_fails(self) -> None:
        if (intake := self._one()) and self.people.touch(intake):
            self.home.do(c.PulseEnded(f"o{self.home.openings}", 1, "no current"))
            self.people.hand(self.rng.choice(("all", "jam")))

    def _changed(self) -> None:
        self.home.bring(self.rng.choice(CHANGES)(self.home.paper, self.rng))
        if self.rng.random() < 0.6:
            self.people.serve()

    def plan_changes(self) -> None:
        self._changed()

    def plan_changes_over_an_open_lid(self) -> None:
        self._opened("leave")
        self._changed()
        self.people.shuts_lids(99)

    def plan_changes_on_what_was_just_taken(self) -> None:
        self._opened("all")
        self._changed()
        if self.rng.random() < 0.5:
            self._changed()
        for intake in self.people.ready():
            self.people.takes(intake, "all")

    def plan_changes_and_back(self) -> None:
        table = self.home.paper
        self._changed()
        self._in(self.rng.choice((SECOND, HOUR)), "the old plan is back", lambda: self.home.bring(table))


FAULTS = tuple(name for name in vars(Faults) if not name.startswith("_") and name != "darkness")
