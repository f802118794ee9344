"""`medhub staff fill`: the hub unlocks one compartment, and each dose is scanned, put in, counted and weighed (H10).

Step by step with whoever stands at the box; the hub judges each. However it ends short of a fill, the hub is told, and
the person whether the compartment must be emptied. docs/filling.md has the whole of it.
"""

import argparse
import signal
import time
from collections.abc import Iterator
from functools import partial

from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.domain.refusal import Reason
from hub.filling_evidence import Unclear
from hub.pins import WRONG
from medhub.staff_acts import COMPARTMENT, INTAKE, SECOND, SECOND_PIN, Who
from medhub.staff_ask import Refused, ask, pin_of, report

HELP = "fill a compartment: it is unlocked, and each dose is scanned, put in, counted and weighed"
REST_S, LID_S, LOOK_S = 5.0, 3.0, 0.2  # for the scale to come to rest, for a lid to open
FOR_TWO = frozenset({Reason.SECOND_PERSON, Reason.WRONG_PACKAGE, Reason.WEIGHT_DIFFERS})
SCAN_AGAIN = frozenset({Unclear.TWO_PACKAGES, Unclear.CODE_NOT_READ, Reason.WRONG_PACKAGE})
KEEP, UNWEIGHED = "k", "u"
WEIGH_AGAIN = f"  Weigh again: Enter ({UNWEIGHED}: go on without a weight): "
say = partial(print, flush=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for names, options in (COMPARTMENT, INTAKE, SECOND, SECOND_PIN):
        parser.add_argument(*names, **options)
    parser.add_argument("--by-word", action="store_true",
                        help="no lock, no scan, no scale: it is filled already, because you say so")  # fmt: skip
    parser.add_argument("--contents-mg", type=int, metavar="MG", help="by word: what the contents weigh")


def run(client: Client, args: argparse.Namespace) -> Iterator[str]:
    """What there is to say when it is filled. Refused where it is not."""
    if args.contents_mg is not None and not args.by_word:
        raise Refused("--contents-mg is for --by-word; otherwise the box itself weighs.")
    guide = Guide(client, args, {"person": args.person, "pin": pin_of(args.person, args.pin_file)})
    if args.by_word:
        guide.fill()
    else:
        guide.through()
    yield f"Compartment {args.compartment} holds {args.intake}. It is in the journal."


class Guide:
    """One filling, from the unlocked lid to the fill."""

    def __init__(self, client: Client, args: argparse.Namespace, who: Who) -> None:
        self._client, self._args, self._who = client, args, who
        self._number: int = args.compartment

    def through(self) -> None:
        doses = None
        try:
            doses = self._begin()
            self._wait_for_lid()
            for number, dose in enumerate(doses, start=1):
                say(f"{number} of {len(doses)}: {words(dose.dose)}")
                self._count(dose)
            self._shut_and_fill()
        except (KeyboardInterrupt, EOFError):
            say(f"\n{self._ended()}")
            raise KeyboardInterrupt from None
        except (Refused, HubUnreachable) as error:
            if doses is None and isinstance(error, Refused):  # nothing has begun
                raise
            raise Refused(f"{error}\n  {self._ended()}") from error

    def fill(self) -> None:
        """As counted, or by word; with a second person where one is named, or asked for one where it takes one."""
        second, unweighed = self._args.second, False
        while True:
            try:
                return self._fill(second, unweighed)
            except Refused as refused:
                unstable = Reason.WEIGHT_UNSTABLE in refused.reasons
                takes_two = second is None and set(refused.reasons) <= FOR_TWO
                mistyped = second and WRONG in refused.reasons and self._args.second_pin_file is None
                if self._args.by_word or not (unstable or takes_two or mistyped):
                    raise
                say(f"  {refused}")
                if unstable:
                    unweighed = _typed(WEIGH_AGAIN) == UNWEIGHED
                elif takes_two:
                    second = input("  Id of the second person, who looks now (only Enter: it is not filled): ").strip()
                    if not second:
                        raise

    def _fill(self, second: str | None, unweighed: bool) -> None:
        pin = pin_of(second, self._args.second_pin_file) if second else None
        ask(self._client, p.Fill(
            **self._who, compartment=self._number, intake=self._args.intake, contents_mg=self._args.contents_mg,
            second_person=second, second_pin=pin, unweighed=unweighed,
        ))  # fmt: skip

    # -- the steps ---------------------------------------------------------------------------------------------------

    def _begin(self) -> tuple[p.PutIn, ...]:
        begun, until_s = None, time.monotonic() + REST_S
        while begun is None:
            try:
                begun = ask(self._client, p.BeginFilling(
                    **self._who, compartment=self._number, intake=self._args.intake
                ))  # fmt: skip
            except Refused as refused:
                if refused.reasons != (Reason.WEIGHT_UNSTABLE,) or time.monotonic() > until_s:
                    raise
                time.sleep(LOOK_S)
        if not isinstance(begun, p.FillingReport):
            raise Refused("The hub's answer is not a filling; hub and command are not of the same release.")
        say(f"Compartment {self._number} opens, and its lamp is lit.")
        return begun.doses

    def _wait_for_lid(self) -> None:
        until_s = time.monotonic() + LID_S
        while not self._opened():
            if time.monotonic() < until_s:
                time.sleep(LOOK_S)
                continue
            input(f"The lid of compartment {self._number} has not opened. Press it gently, then Enter to try again: ")
            if not self._opened():
                self._pulse_again()
            until_s = time.monotonic() + LID_S

    def _pulse_again(self) -> None:
        try:
            self._begin()
        except Refused as refused:
            if Reason.NOT_NOW not in refused.reasons:
                raise
            raise Refused("The lid has not opened, and there is no further pulse; call the technician.") from refused

    def _opened(self) -> bool:
        going = report(self._client).filling
        if going is None:
            raise Refused("The filling has ended: `medhub staff journal` says why.")
        return going.opened

    def _scan(self, dose: p.PutIn) -> bool:
        """Whether the package is to count although the hub knows it as another medicine's."""
        prompt = "  Scan its package, then Enter (without a scan: only Enter): "
        while _typed(prompt) != KEEP:
            try:
                ask(self._client, p.Identify(**self._who, ordination=dose.ordination))
                return False
            except Refused as refused:
                if not set(refused.reasons) <= SCAN_AGAIN:
                    raise
                say(f"  {refused}")
                if Reason.WRONG_PACKAGE in refused.reasons:
                    prompt = f"  Scan the right one, then Enter ({KEEP}: it is right; scan it once more, then {KEEP}): "
        return True

    def _count(self, dose: p.PutIn) -> None:
        as_it_is, unweighed = self._scan(dose), False
        input(f"  Put in exactly {dose.dose.quantity} {dose.dose.unit}, then Enter: ")
        while True:
            try:
                ask(self._client, p.Count(
                    **self._who, ordination=dose.ordination, as_it_is=as_it_is, unweighed=unweighed
                ))  # fmt: skip
                return
            except Refused as refused:
                say(f"  {refused}")
                if Reason.WEIGHT_UNSTABLE in refused.reasons:
                    unweighed = _typed(WEIGH_AGAIN) == UNWEIGHED
                elif SCAN_AGAIN & set(refused.reasons):
                    as_it_is = self._scan(dose)
                elif Reason.WEIGHT_DIFFERS in refused.reasons:
                    as_it_is = _typed(f"  Put right: Enter ({KEEP}: it is right, a second person looks): ") == KEEP
                else:
                    raise

    def _shut_and_fill(self) -> None:
        while True:
            input("Shut the lid, then Enter: ")
            try:
                return self.fill()
            except Refused as refused:
                if refused.reasons != (Reason.LID_OPEN,):
                    raise
                say(f"  {refused}")

    def _ended(self) -> str:
        """The hub is told, however impatient somebody is, and what is to be done is said."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        emptied = f"Take everything out of compartment {self._number}, then `medhub staff empty {self._number}`."
        try:
            going = report(self._client).filling
            if going and (going.compartment, going.intake) == (self._number, self._args.intake):
                ask(self._client, p.EndFilling(**self._who))
            left = any(c.compartment == self._number and c.doubted for c in report(self._client).compartments)
        except (Refused, HubUnreachable):
            return f"Whether the hub knows is not certain. {emptied}"
        finally:
            signal.signal(signal.SIGINT, before)
        return f"It is not filled. {emptied}" if left else "It is not filled; its lid was not opened."


def words(dose: p.DoseView) -> str:
    """ "2 tabletter Panodil 500 mg"."""
    return " ".join(part for part in (dose.quantity, dose.unit, dose.name, dose.strength) if part)


def _typed(prompt: str) -> str:
    return input(prompt).strip().lower()
