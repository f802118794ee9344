"""What every screen is made from: the hub's snapshot, the place on the screen, the words; and what screens share."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from hub.protocol import AskForHelp, DoseView, Help, IntakeView, Snapshot
from ui.measure import NBSP
from ui.tokens import is_night
from ui.view import HERE, Action, Nav, Row, Strip, View
from ui.words import Words, phone_number

BOX = (28, 7)  # compartments and columns of the drawing, where nothing else is configured

SHAPES = {  # of an intake that is not waiting any more, by its state
    "taken": "taken", "given_by_staff": "taken", "partly_taken": "missed", "missed": "missed", "declined": "missed",
    "withheld": "missed", "withdrawn": "missed", "uncertain": "missed", "not_known": "missed",
    "handed_out_early": "along", "taken_elsewhere": "along",
}  # fmt: skip


def key_of(snapshot: Snapshot) -> str:
    """Changes when the hub has moved on: a place chosen before that is left."""
    now, away = snapshot.current, snapshot.leave
    is_now = f"{now.id} {now.state} {now.asks} {now.lid_open} {now.promised_by}" if now else ""
    filling = f"filling {snapshot.filling}" if snapshot.filling else ""
    return " ".join(part for part in (is_now, away.kind if away else "", filling) if part)


class Scene(Struct, frozen=True):
    snapshot: Snapshot
    nav: Nav
    words: Words
    box: tuple[int, int] = BOX

    @property
    def current(self) -> IntakeView:
        """The one thing that is now; only for screens that are shown because there is one."""
        assert self.snapshot.current is not None
        return self.snapshot.current

    def go(self, place: str, **more: Any) -> Nav:
        return Nav(place=place, key=key_of(self.snapshot), **more)

    def view(self, screen: str, heading: str, **parts: Any) -> View:
        """A view with what all have: the strip, a way to a human, and a way back (from home there is none)."""
        _ = self.words
        parts.setdefault("back", None if screen == "home" else self.back())
        if screen != "help":
            parts.setdefault("help", Action("help", _("Help"), self.go("help")))
        return View(
            screen=screen, heading=heading, strip=self.strip(screen), page=self.nav.page,
            night=is_night(self.snapshot.now), still=self.snapshot.calm, **parts,
        )  # fmt: skip

    def back(self) -> Action:
        """From a place chosen on the screen to where the hub is; from there to home."""
        return Action("back", self.words("Back"), HERE if self.nav.place else self.go("home"))

    def strip(self, screen: str) -> Strip:
        _, s = self.words, self.snapshot
        text = _.date(s.now.date()) if screen == "home" else f"{_.weekday(s.now.date())} {_.face(s.now)}"
        if screen == "help":
            text = f"{s.citizen} · {s.hub}" if s.citizen else s.hub  # H9
        banner = _("Running on battery") if not s.mains_ok else _("The plan is old") if s.plan_old else ""
        if screen == "home" and not s.mains_ok:
            text, banner = "", _("The power is out. Running on battery.")
            if s.battery_until is not None:
                clock = _("{time}", time=_.time(s.battery_until)).replace(" ", NBSP)
                banner = _("The power is out. Battery until {clock}.", clock=clock)
        return Strip(text=text, banner=banner, offline=not s.network_ok)

    def when(self, at: datetime) -> str:
        """A time in a sentence, with the day where it is not today."""
        _, time = self.words, self.words.time(at)
        days = (at.date() - self.snapshot.now.date()).days
        clock = _("{time}", time=time).replace(" ", NBSP)
        if days == 0:
            return clock
        return _("tomorrow {clock}", clock=clock) if days == 1 else f"{_.within(at.date())} {clock}"

    def ring(self) -> str:
        phone = self.snapshot.phone
        return self.words("Call {phone} yourself.", phone=phone_number(phone).replace(" ", NBSP)) if phone else ""

    def human(self, help: Help, seen_by: str) -> tuple[str, ...]:
        """R9: never more than what has been answered; where nobody has it yet, the number to call."""
        _ = self.words
        if help is Help.SEEN:
            return (_("{name} has seen it.", name=seen_by) if seen_by else _("Someone has seen it."),)
        if help is Help.DELIVERED:
            return (_("Home care has been told."),)
        trying = (_("We are trying to tell home care."),) if help is Help.TRYING else ()
        return (*trying, *([self.ring()] if self.ring() else []))

    def alone(self) -> tuple[str, ...]:
        """R9: what a hub that can write nothing down can promise, and the number to call."""
        _ = self.words
        return (_("It cannot tell anyone itself."), self.ring() or _("Call home care for help."))

    def urgency(self, help: Help) -> str:
        """Red only while someone must act: not once a named human has it."""
        return "attention" if help is Help.SEEN else "alarm"

    def ask_for_call(self) -> tuple[Action, ...]:
        """The main action where a human must come; none once asked, for the answer is on the help screen, nor where
        nothing can be written down, for nobody would be told."""
        if self.snapshot.journal_code:
            return ()
        if self.snapshot.asked_for_help is not Help.NONE:
            return (Action("asked", self.words("You have asked for a call"), self.go("help")),)
        return (Action("call", self.words("Ask for a call"), AskForHelp(), then=self.go("help")),)

    def dose_rows(self, doses: tuple[DoseView, ...], shape: str = "waiting") -> tuple[Row, ...]:
        return tuple(
            Row(shape=shape if d.boxed else "outside", text=self.dose(d), note=self.dose_note(d)) for d in doses
        )

    def dose(self, dose: DoseView) -> str:
        _ = self.words
        quantity = _.number(dose.quantity)
        if dose.quantity_max:
            quantity = f"{quantity}–{_.number(dose.quantity_max)}"
        amount = NBSP.join(p for p in (quantity, _.unit(dose.unit)) if p)
        return " ".join(p for p in (amount, dose.name, dose.strength.replace(" ", NBSP)) if p)

    def dose_note(self, dose: DoseView) -> str:
        outside = "" if dose.boxed else self.words("Outside the box")
        return " · ".join(p for p in (outside, dose.purpose) if p)
