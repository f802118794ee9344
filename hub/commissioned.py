"""Which board was walked through, by whom and when: `commissioned.json` beside the journal (R12, H34).

The walk is `hub.commissioning`'s. A fingerprint knows one board file from another; it does not know of a wire that was
moved since. After work on locks, lids or their wires the box is walked through again.
"""

import hashlib
import logging
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.board import Board
from hub.files import replace, sync_folder

FILE = "commissioned.json"
log = logging.getLogger("hub.commissioned")


class Commissioned(Struct, frozen=True, forbid_unknown_fields=True):
    """`board` is the fingerprint of what was walked. `at`: in UTC, as this machine's clock said, vouched for or not."""

    board: str
    by: str
    at: datetime


def fingerprint(board: Board) -> str:
    """SHA-256 (hex) of all in a board file that has a say in which lid a lock opens, and whether it does: the chips,
    each compartment's lines, the pulse. As it is read: neither order nor remarks count."""
    walked = (sorted(board.chips.items()), sorted(board.compartments.items()), board.solenoid.pulse_ms)
    return hashlib.sha256(msgspec.json.encode(walked, order="deterministic")).hexdigest()


def load(state_dir: Path) -> Commissioned | None:
    """What is kept; None where nothing is, or it cannot be read: then nobody is known to have walked it."""
    try:
        return msgspec.json.decode((state_dir / FILE).read_bytes(), type=Commissioned)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError, msgspec.MsgspecError) as error:
        log.error("%s: %s", FILE, error)
        return None


def is_walked(state_dir: Path, board: str | None) -> bool:
    """Whether the board of this fingerprint was; one of twins (None) has no wires to cross."""
    if board is None:
        return True
    kept = load(state_dir)
    return kept is not None and kept.board == board


def keep(state_dir: Path, walked: Commissioned) -> None:
    """On the disk when this returns. Raises OSError."""
    replace(state_dir / FILE, msgspec.json.encode(walked))


def forget(state_dir: Path) -> None:
    """From now on no board counts as walked, also after a power cut. Raises OSError."""
    (state_dir / FILE).unlink(missing_ok=True)
    sync_folder(state_dir)
