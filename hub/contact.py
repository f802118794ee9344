"""Whom to call, kept beside the journal: the screen must say it also where the journal cannot (R11).

A phone number of home care and a language, nothing of anybody's health (R15).
"""

import logging
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.domain.plan import Plan
from hub.files import replace

log = logging.getLogger("hub.contact")


class Contact(Struct, frozen=True):
    phone: str = ""  # home care's; "" is not known
    language: str = "da"


def contact_of(plan: Plan) -> Contact:
    """Home care's number, as the plan has it, and the language the screen speaks."""
    phone = next((c.phone for c in plan.contacts if c.role == "home_care"), "")
    return Contact(phone, plan.settings.language)


class ContactFile:
    """Read at boot; written when a plan says otherwise. It decides nothing, so trouble with it stops nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = self.read()

    def read(self) -> Contact:
        """The last one kept; nobody's where there is none, or it cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Contact)
        except (OSError, msgspec.MsgspecError, UnicodeError):
            return Contact()

    def keep(self, contact: Contact) -> None:
        if contact == self._kept:
            return
        try:
            replace(self._path, msgspec.json.encode(contact))
            self._kept = contact
        except OSError as error:
            log.warning("whom to call was not kept: %s", error)
