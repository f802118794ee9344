"""The screen's own trouble: it cannot reach the hub. Nothing can be asked of it, so the number is what there is."""

from datetime import datetime

from hub.protocol import Snapshot
from ui.measure import NBSP
from ui.tokens import is_night
from ui.view import Strip, View
from ui.words import phone_number, words


def view(last: Snapshot | None, waited: bool) -> View:
    """`waited`: long enough to say so; before that, a calm moment. `last` is what was heard last, if anything."""
    _ = words(last.language if last else "da")
    if not waited:
        return _view(last, _("One moment"), (_("The box is starting."),), "plain")
    phone = last.phone if last else ""
    call = (
        _("Call {phone} if you need help.", phone=phone_number(phone).replace(" ", NBSP))
        if phone
        else _("Call home care for help.")
    )
    return _view(last, _("The screen has no contact with the box"), (_("We will try again."), call), "alarm")


def _view(last: Snapshot | None, heading: str, lines: tuple[str, ...], tone: str) -> View:
    now: datetime | None = last.now if last else None
    return View(
        screen="link", heading=heading, lines=lines, tone=tone, strip=Strip(text=last.hub if last else ""),
        night=now is not None and is_night(now),
    )  # fmt: skip
