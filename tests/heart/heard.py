"""What the hub has said, as an auditor hears it: a plain account of the journal's JSON. Nothing of the hub is imported.

`Heard` judges nothing; `tests.heart.oracle` does.
"""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

WAITING, PARTLY, OPENED = "waiting", "IntakePartlyTaken", "OpeningRequested"
AT_ONCE = {"IntakeMissed", "IntakeWithheld", "OpeningFailed", "IntakeWithdrawn", "IntakeUncertain", "IntakeNotKnown",
           "IntakeTakenElsewhere"}  # fmt: skip
UNWANTED = "unwanted"  # a dose as needed that nobody wanted after all: nobody's plan
QUIET = {"IntakeTaken", "IntakeDeclined", "IntakeGivenByStaff", UNWANTED}
BACK = {"IntakePutBack", "OpeningAbandoned", "IntakeRestored"}
NOTHING = {"IntakePutBack", "OpeningAbandoned", "OpeningFailed"}  # nothing left the box in this opening
AGAIN = {"IntakeDue", "DeclineWithdrawn", "IntakeReleased"}
OUTCOMES = {*AT_ONCE, *QUIET, *BACK, *AGAIN, PARTLY, OPENED, "IntakeHandedOutEarly"}
DOUBTS = {"ClockDoubted": "clock", "JournalDoubted": "journal", "ClockTrusted": "clock", "JournalConfirmed": "journal"}
LATE = {"IntakeReleased": "latest_at", "IntakePromised": "give_by"}
KEPT = {"IntakeGivenByStaff", "IntakeReleased", "IntakeTaken", "IntakeHandedBack"}  # a word on what was promised
Said = dict[str, Any]


class Heard:
    """The account after what was heard; numbers are events'."""

    def __init__(self) -> None:
        self.version = 0
        self.day = ""  # last planned
        self.last: dict[str, tuple[str, int]] = {}  # what became of each intake, and since which event
        self.before: dict[str, tuple[str, int]] = {}
        self.over: set[str] = set()
        self.raised = Counter[str]()  # of whom or what → the last alarm
        self.alarms: defaultdict[str, dict[str, int]] = defaultdict(dict)  # of whom → alarm → taken when; 0: it lives
        self.pulses = Counter[str]()  # by opening
        self.opening = ""
        self.opened_for = ""
        self.doubts: dict[str, int] = {}
        self.orders: dict[str, str] = {}  # carried out, until they expire
        self.stops: dict[str, datetime] = {}
        self.promised: dict[str, tuple[datetime, int]] = {}
        self.late: dict[str, datetime] = {}  # until when a named person has given an intake time, or will give it
        self.leave: Said = {}
        self.needed: dict[str, tuple[str, datetime]] = {}  # what was asked for as needed: its ordination, and when
        self.fresh: set[str] = set()  # intakes something new was said of

    def hear(self, event: Said) -> None:
        """One more line of the journal."""
        body, seq = event["body"], event["seq"]
        kind = body["type"]
        if kind in OUTCOMES:
            self._outcome(kind, body, seq)
        if kind in KEPT:
            self.promised.pop(body["intake"], None)
        if kind in LATE:
            self.late[body["intake"]] = datetime.fromisoformat(body[LATE[kind]])
        if kind in DOUBTS:
            self.doubts.pop(DOUBTS[kind], None)
        if kind in ("ClockDoubted", "JournalDoubted"):
            self.doubts[DOUBTS[kind]] = seq
        if note := _NOTES.get(kind):
            note(self, body, seq)

    def told(self, of: str, since: int) -> bool:
        """Whether an alarm of it lives, or a named human took it after that event."""
        return any(taken == 0 or taken > since for taken in self.alarms[of].values())

    def _outcome(self, kind: str, body: Said, seq: int) -> None:
        intake = body["intake"]
        was = self.last.get(intake, (WAITING, seq))
        if was[0] in (WAITING, PARTLY):
            self.before[intake] = was
        now = (kind, seq)
        if kind in BACK:
            now = self.before.get(intake, (WAITING, seq))
        elif kind in AGAIN:
            now = (WAITING, seq)
            self.over.discard(intake)
        elif body.get("by") and kind in (*AT_ONCE, PARTLY):
            now = ("IntakeGivenByStaff", seq)  # a named person has said it
        elif kind in ("IntakeWithheld", "IntakeWithdrawn") and was[0] in AT_ONCE:
            now = (kind, was[1])  # for a second reason; told once is told
        if kind == "IntakeWithheld" and body["reason"] == "hospital" == self.leave.get("kind"):
            now = ("IntakeGivenByStaff", seq)  # others give it, and have agreed to
        elif kind == "IntakeWithdrawn" and was[0] == "IntakeGivenByStaff":
            now = was
        elif kind == "IntakeWithdrawn" and intake in self.needed:
            now = (UNWANTED, seq)
        if kind == OPENED:
            self.opening, self.opened_for = body["opening"], intake
        self.last[intake] = now
        self.fresh.add(intake)

    def _alarm(self, body: Said, seq: int) -> None:
        of = body["intake"] or body["code"]
        self.raised[of] = seq
        self.alarms[of][body["alarm"]] = 0

    def _alarm_ends(self, body: Said, seq: int) -> None:
        for of in (a for a in self.alarms.values() if body["alarm"] in a):
            of[body["alarm"]] = seq if body["type"] == "AlarmAcknowledged" else -1

    def _day(self, body: Said, seq: int) -> None:
        """Planned anew, what waits or was held back is not over."""
        self.day = body["day"]
        self.over -= {i for i in self.over if i[:10] == self.day and self.last[i][0] not in QUIET}
        for intake in body["intakes"]:
            self.last.setdefault(intake["id"], (WAITING, seq))

    def _plan(self, body: Said, seq: int) -> None:
        issued = datetime.fromisoformat(body["plan"]["issued"])
        self.version = body["plan"]["version"]
        self.stops = {o: at for o, at in self.stops.items() if at >= issued}

    def _needs(self, body: Said, seq: int) -> None:
        asked = body["asked"]
        self.needed[asked["id"]] = (asked["doses"][0]["ordination"], datetime.fromisoformat(asked["at"]))

    def _stop(self, body: Said, seq: int) -> None:
        self.stops |= dict.fromkeys(body["ordinations"], datetime.fromisoformat(body["issued"]))


_NOTES = {
    "WindowEnded": lambda h, b, n: h.over.add(b["intake"]),
    "PulseRequested": lambda h, b, n: h.pulses.update([b["opening"]]),
    "AlarmRaised": Heard._alarm,
    "AlarmAcknowledged": Heard._alarm_ends,
    "AlarmEnded": Heard._alarm_ends,
    "DayPlanned": Heard._day,
    "PlanAccepted": Heard._plan,
    "OrdinationsStopped": Heard._stop,
    "AsNeededAsked": Heard._needs,
    "IntakePromised": lambda h, b, n: h.promised.update({b["intake"]: (datetime.fromisoformat(b["give_by"]), n)}),
    "CommandCarriedOut": lambda h, b, n: h.orders.update({b["id"]: b["expires"]}),
    "LeaveBegun": lambda h, b, n: setattr(h, "leave", b["leave"]),
    "LeaveEnded": lambda h, b, n: setattr(h, "leave", {}),
}
