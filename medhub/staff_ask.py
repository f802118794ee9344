"""What every act at the hub's own command line shares: asking the hub, and asking for a PIN."""

import getpass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub import protocol as p
from hub.client import Client
from medhub.staff_words import SENTENCES

ANSWER_S = 5.0
SLOWLY_S = 50.0  # a Wi-Fi takes its time to be joined, a self-test or a scale less; longer than the hub waits for it
SLOW = p.JoinWifi | p.SelfTest | p.Count | p.Fill


class Refused(Exception):
    """The hub did not do it; the text says why, a line a reason. `reasons`: the codes."""

    def __init__(self, text: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.reasons = reasons


def explain(error: p.Error) -> str:
    """The hub's error in plain words."""
    sentences = [SENTENCES.get(reason, reason) for reason in error.reasons]
    return "\n  ".join(sentences) or f"The hub answers: {error.problem}."


def ask(client: Client, message: p.Message) -> p.Answer | None:
    """The hub's answer; Refused where it would not."""
    reply = client.call(message, timeout_s=SLOWLY_S if isinstance(message, SLOW) else ANSWER_S)
    if reply.error is not None:
        raise Refused(explain(reply.error), reply.error.reasons)
    return reply.answer


def report(client: Client) -> p.StatusReport:
    answer = ask(client, p.Status())
    if not isinstance(answer, p.StatusReport):
        raise Refused("The hub's answer is not a status; hub and command are not of the same release.")
    return answer


def at_home(status: p.StatusReport) -> datetime:
    """The hub's time, as a clock in the home shows it."""
    return status.now.astimezone(ZoneInfo(status.zone))


def pin_of(person: str, file: Path | None) -> str:
    """Asked for, or read."""
    return secret(f"PIN of {person}: ", file)


def secret(prompt: str, file: Path | None) -> str:
    if file is None:
        return getpass.getpass(prompt)
    if file.stat().st_mode & 0o077:
        raise Refused(f"{file} may be read by others; chmod 600 {file}")
    return file.read_text().strip()
