"""A judge of its own: it imports nothing of the hub, and believes nothing the hub says without looking.

Hands and tablets tell it what was done, and the journal's JSON what the hub says; it goes by paper and a true clock."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from heapq import heappop, heappush

from tests.heart.heard import AT_ONCE, LATE, NOTHING, OPENED, OUTCOMES, PARTLY, QUIET, Heard
from tests.heart.ledger import CLOCK, Ledger, as_on_paper, drugs_of, never
from tests.heart.papers import WINDOW, Table, home_day

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LIMIT = CLOCK + timedelta(minutes=1)  # past its window a miss is told within this, while there is power and time
OPENING = timedelta(minutes=15)  # weighed in 10 s, a word waited for 10 minutes: by then an opening has an end
PULSES, PULSED = 3, timedelta(minutes=1)  # so many an opening, all of them within a minute of the touch


class Oracle:
    """Tell it what is done, read it what is written, move its clock; it raises Broken."""

    def __init__(self, true: datetime) -> None:
        self.true, self.stirred = true, true  # `stirred`: when a lid last moved, or the power came
        self.sent: dict[int, Table] = {}  # every plan that was ever sent, by version
        self.touched: dict[str, datetime] = {}  # the opening last asked for at the screen
        self.lids, self.took = set[int](), ""  # what is open; the opening in which a tablet last left
        self.moved = Counter[str]()  # pulses a lock was really given, by opening
        self.under: dict[str, tuple[Table, dict[str, datetime]]] = {}  # the plan and the stops it was opened under
        self.out: defaultdict[str, Counter[str]] = defaultdict(Counter)  # tablets by intake, then by ordination
        self.left: defaultdict[str, Counter[str]] = defaultdict(Counter)  # tablets by day, then by substance
        self.most: dict[str, Counter[str]] = {}  # what may leave for a day: what its plans ask for
        self.eased: set[str] = set()  # days on which a named person gave time beyond the plan's
        self.paper: dict[str, Table] = {}  # the plan each intake was last asked for by
        self.ledger = Ledger()
        self.restored([])

    def restored(self, lines: list[bytes]) -> None:
        """All that was read is forgotten but these lines; what was seen stays."""
        self.heard, self.lines = Heard(), lines.copy()
        for line in lines:
            self.heard.hear(json.loads(line))
        self.heard.fresh.clear()
        self.table = self.sent.get(self.heard.version, Table({}, {}, self.true))
        self.looked, self.seen = self.heard.day or home_day(self.true), ("", self.table)
        self.until: dict[str, datetime] = {}  # by when each planned intake must have an end
        self.queue: list[tuple[datetime, str]] = []

    # -- what is physically done -----------------------------------------------------------------------------------

    def pulse(self, opening: str, label: str) -> None:
        """A lock is energised, of the compartment that was filled for the intake on the label."""
        self.moved[opening] += 1
        never(self.moved[opening] > self.heard.pulses[opening], "a lock moved and no intent was written", opening)
        intake = self.heard.opened_for
        right = f"as-needed/{self.heard.needed[intake][0]}" if intake in self.heard.needed else intake
        never(self.heard.opening != opening or label != right, "another compartment was opened", label, right)

    def hand(self, intake: str, tablets: list[str]) -> None:
        """A hand takes tablets, named by ordination, out of what the hub opened for the intake."""
        day, needed, (table, stops) = intake[:10], intake in self.heard.needed, self.under[intake]
        self.out[intake].update(tablets)
        self.took = self.heard.opening
        wanted = Counter([*drugs_of(intake, table, self.heard.needed)]) if needed else table.boxed(intake)
        never(not self.out[intake] <= wanted, "not what was planned left", intake, self.out[intake], wanted)
        never(stops.keys() & {*tablets}, "it was stopped, and left the box", intake, stops)
        self.left[day].update(table.drugs[o].substance for o in tablets if not needed)
        twice = day not in self.eased and not needed and not self.left[day] <= self.most[day]
        never(twice, "handed out twice", day, self.left[day], self.most.get(day))
        self.swallow(intake, table)

    def swallow(self, intake: str, table: Table | None = None) -> None:
        """Taken, by word or given: it counts against what comes after it (R2)."""
        self.ledger.note(self.true, intake, table or self.paper.get(intake, self.table), self.heard.needed)

    def far_enough(self, intake: str) -> None:
        self.ledger.far_enough(self.true, intake, self.table, self.heard.needed)

    # -- what is written -------------------------------------------------------------------------------------------

    def reread(self, lines: list[bytes]) -> None:
        """The journal after a restart: all that was acknowledged, and what was being written or nothing of it."""
        never(lines[: len(self.lines)] != self.lines, "acknowledged and lost", len(self.lines), len(lines))
        for line in lines[len(self.lines) :]:
            self.read(line)

    def read(self, line: bytes) -> None:
        self.lines.append(line)
        event, heard = json.loads(line), self.heard
        body, kind, intake = event["body"], event["body"]["type"], event["body"].get("intake", "")
        never(event["seq"] != len(self.lines), "a gap in the journal", event["seq"])
        left = (self.took, intake) == (heard.opening, heard.opened_for)
        if not body.get("by"):
            never(kind in OUTCOMES and intake in heard.over, "it was over, and then", intake, kind)
            never(kind in NOTHING and left, "nothing is said to have left, and it did", intake, kind)
        if kind == "CommandCarriedOut":
            never(heard.orders.get(body["id"], "") > event["wall"], "an order was carried out again", body["id"])
        elif kind == "LeaveEnded" and body["by"] is None:
            never(datetime.fromisoformat(heard.leave["ends_at"]) > self.true + CLOCK, "the leave ended early")
        heard.hear(event)
        as_on_paper(body.get("intakes", ()), self.table)
        if kind == "PulseRequested":
            self._unlocked(intake, body["opening"], body["number"], event["wall"])
        elif kind == "PlanAccepted":
            self._accepted(self.sent[heard.version])
        elif kind == OPENED:
            self.under[intake] = (self.table, heard.stops.copy())
        elif kind == "AsNeededAsked":
            self.out.pop(body["asked"]["id"], None)  # a journal that was put back counts anew
        elif kind in LATE:
            self.eased.update([intake[:10]] if kind == "IntakeReleased" else [])
            self._end_by(intake, heard.late[intake])

    def _unlocked(self, intake: str, opening: str, number: int, wall: str) -> None:
        """Before each pulse. Nothing from afar opens a lock: somebody touches the screen, and it opens that second."""
        touched, heard, leave = self.touched.get(opening), self.heard, self.heard.leave
        late = touched is None or self.true - touched > (SECOND if number == 1 else PULSED)
        never(late, "unlocked and nobody asked for it now", intake, opening)
        never(heard.pulses[opening] > PULSES, "pulses", opening, number)
        wrong = heard.doubts or abs(datetime.fromisoformat(wall) - self.true) > CLOCK
        never(wrong, "unlocked on a time or a journal nobody vouches for", heard.doubts, wall)
        if number == 1:
            drugs = drugs_of(intake, self.table, heard.needed)
            never(heard.stops.keys() & drugs.keys(), "unlocked, and it is stopped", intake)
            never(intake in heard.promised, "unlocked, and somebody else gives it", intake)
            away = leave and datetime.fromisoformat(leave["begins_at"]) + CLOCK < self.true
            home = leave and leave["ends_at"] and datetime.fromisoformat(leave["ends_at"]) - CLOCK < self.true
            never(away and not home, "unlocked on leave", intake, leave)
        self.far_enough(intake)

    def _accepted(self, table: Table) -> None:
        """From now on another plan; what has left the box counts under it, and so does what an open lid offers."""
        if not self.table.drugs:  # it had none: what was asked for before this one came is not its to tell
            self.looked = max(self.looked, home_day(self.true - DAY))
        self.table, heard, going = table, self.heard, Counter[str]()
        today, night = home_day(self.true), home_day(self.true - DAY)
        if heard.last.get(heard.opened_for, ("",))[0] == OPENED and heard.opened_for not in heard.needed:
            old = self.under[heard.opened_for][0]
            for o, n in (old.boxed(heard.opened_for) - self.out[heard.opened_for]).items():
                going[old.drugs[o].substance] += n
        if late := [s for s in table.hours if table.when(f"{night}/{s}") + WINDOW > self.true]:
            self.most[night] = self.left[night] + going + table.wanted(night, *late)
        self.most[today] = table.wanted(today) | (self.left[today] + going)

    # -- what must be so, once the hub has done all that it has to do at this moment -------------------------------

    def check(self) -> None:
        heard = self.heard
        for intake in heard.fresh:
            kind, since = heard.last[intake]
            drugs = drugs_of(intake, self.table, heard.needed).values()
            refused = kind == "IntakeDeclined" and any(d.critical for d in drugs)
            never(
                (refused or kind in AT_ONCE) and not self._known(intake, since), "nobody was told at once", intake, kind
            )
        heard.fresh.clear()
        never(not all(heard.told(d, n) for d, n in heard.doubts.items()), "nobody was told of a doubt", heard.doubts)
        if "clock" not in heard.doubts:
            if self.seen != (home_day(self.true), self.table):
                self._look()
            while self.queue and self.queue[0][0] + LIMIT <= self.true:
                self._ended(heappop(self.queue)[1])

    def _known(self, intake: str, since: int) -> bool:
        """An alarm of it lives or was taken by a named human since; or one has promised to give it."""
        give_by = self.heard.promised.get(intake, (self.true - DAY, 0))[0]
        return self.heard.told(intake, since) or give_by + LIMIT > self.true

    def _look(self) -> None:
        """Note what the plan asks for on each day until today, and by when it must have an end."""
        table, today, looked = self.table, home_day(self.true), self.looked
        day = date.fromisoformat(min(looked, home_day(self.true - DAY)))
        while str(day) <= today:
            self.most.setdefault(str(day), table.wanted(str(day)))
            for intake in (f"{day}/{slot}" for slot in table.slots(str(day))):
                new = table.when(intake) >= table.issued and (str(day) > looked or str(day) == today)
                if new or intake in self.until:
                    self._end_by(intake, max(table.when(intake) + WINDOW, self.heard.late.get(intake, table.issued)))
                    if self.until[intake] > self.true or intake not in self.paper:
                        self.paper[intake] = table
            day += DAY
        self.looked, self.seen = today, (today, table)

    def _end_by(self, intake: str, at: datetime) -> None:
        self.until[intake] = max(at, self.until.get(intake, at))
        heappush(self.queue, (self.until[intake], intake))

    def _ended(self, intake: str) -> None:
        """Past its time: a last word, or somebody knows that there is none."""
        heard = self.heard
        kind, since = heard.last.get(intake, ("", 0))
        if kind == OPENED and heard.opened_for == intake:
            named = any(heard.opening in alarm for alarm in heard.alarms["lid_left_open"])
            never(not named if self.lids else self.true - self.stirred > OPENING, "an opening without an end", intake)
            return heappush(self.queue, (self.true, intake))
        give_by, promised = heard.promised.get(intake, (self.true, 0))
        never(promised and give_by + LIMIT < self.true and heard.raised[intake] < promised, "not given", intake)
        long_off = not kind and self.true - self.until[intake] > 6 * DAY and heard.told("not_taken", -1)
        ended = kind in QUIET or (kind in (*AT_ONCE, PARTLY) and self._known(intake, since))
        never(not ended and not long_off and self.until[intake] + LIMIT <= self.true, "in silence", intake, kind)
