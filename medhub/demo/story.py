"""What the beats act on: the stage, time, the citizen, and what each account says afterwards."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from drivers.world_protocol import Item, Trap, TrapAt
from hub import protocol as p
from hub.domain.apply import apply
from hub.domain.state import State
from medhub.demo.accounts import Accounts, Found, Key, Want
from medhub.demo.beats import CUT_AT_SLOT, ON_TIME, RESTORED_AT_SLOT, SCRIPT, Beat
from medhub.demo.director import Director
from medhub.demo.nurse import fill_by_word, fill_guided
from medhub.demo.person import Broken, Citizen, wait_for
from medhub.demo.stage import NURSE, PIN, Stage
from medhub.demo.telling import Journal, Teller
from medhub.oracle import Wanted


class Demo:
    """What the beats act on."""

    def __init__(self, stage: Stage, console: Console, bar: Progress, intakes: int) -> None:
        self._bar, self._task = bar, bar.add_task("intakes", total=intakes)
        self.stage, self.world, self.municipality = stage, stage.world, stage.municipality
        self.journal = Journal(stage.staff)
        self.teller = Teller(console, stage.zone, lambda: stage.origin.wall())
        self.director = Director(stage.director, stage.staff, self.journal, self.teller)
        self.citizen = Citizen(stage.ui_socket, stage.staff, stage.finger, stage.world, stage.panel, stage.pictures)
        self._compartments: dict[str, int] = {}

    # -- what beats ask for -----------------------------------------------------------------------------------------

    def remark_events(self) -> None:
        self.teller.tell(self.journal.read_on())

    def remark(self, text: str, style: str = "bold") -> None:
        self.remark_events()
        self.teller.remark(text, style)

    def intake(self, intake_id: str) -> p.IntakeView:
        found = next((i for i in self.director.status().intakes if i.id == intake_id), None)
        if found is None:
            raise Broken(f"the hub knows no intake {intake_id} today")
        return found

    def until(self, intake_id: str, condition: Callable[[p.IntakeView], bool], what: str) -> None:
        wait_for(f"{intake_id}: {what}", lambda: condition(self.intake(intake_id)))
        self.remark_events()

    def compartment_of(self, intake_id: str) -> int:
        return self._compartments[intake_id]

    def go_to(self, wall: datetime) -> None:
        self.director.go_to(wall)

    def go_minutes(self, minutes: int) -> None:
        self.director.go_to(self.director.status().now + timedelta(minutes=minutes))

    def until_lids_shut(self) -> None:
        wait_for("every lid shut", lambda: not any(c.lid_open for c in self.director.status().compartments))

    def act(self, message: p.Act) -> None:
        """Something a named person does at the hub, over the staff socket."""
        reply = self.stage.staff.call(message)
        if reply.error is not None:
            raise Broken(f"{type(message).__name__} was refused: {', '.join(reply.error.reasons)}")

    def staff_resolves(self, intake: str, outcome: p.Resolution, latest_at: datetime | None = None) -> None:
        self.remark(f"Sanne Holm looks at the compartment and writes: {outcome}")
        self.act(p.Resolve(person=NURSE, pin=PIN, intake=intake, outcome=outcome, latest_at=latest_at))

    def hub_dies(self, at: TrapAt, compartment: int, touch: Callable[[], object]) -> None:
        """SIGKILL at a physical moment, sent by the world; then the hub is started again, as systemd would."""
        self.world.set_trap(Trap(at, compartment, self.stage.hub.pid))
        touch()
        self.stage.wait_for_hub_death()
        self._hub_starts_again(str(at).replace("_", " "))

    def hub_is_killed(self, meanwhile: Callable[[], None]) -> None:
        """SIGKILL now; something happens while there is no hub; then it is started again."""
        self.stage.hub.kill()
        self.stage.wait_for_hub_death()
        meanwhile()
        self._hub_starts_again("with the lid open")

    def _hub_starts_again(self, when: str) -> None:
        self.teller.remark(f"SIGKILL to the hub, {when}; started again", "bold magenta")
        self.stage.start_hub()
        self.citizen.looks_again()

    # -- the days -----------------------------------------------------------------------------------------------------

    def fill(self, days: list[date], wants: list[Wanted]) -> None:
        """One intake a compartment: the first as the hub leads through it, the rest by a named person's word."""
        boxed = sorted({(w.at, w.intake) for w in wants if w.boxed})
        for number, (_, intake) in enumerate(boxed, start=1):
            items = tuple(
                Item(w.ordination, w.quantity, self.stage.tablet_mg(w.ordination))
                for w in wants
                if w.intake == intake and w.boxed
            )
            self._compartments[intake] = number
            if number == 1 and self.stage.scanner:
                fill_guided(self, number, intake, items)
                continue
            fill_by_word(self, number, intake, items)

    def intakes_of(self, day: date) -> list[p.IntakeView]:
        """Come to a new day; its intakes as the hub plans them, in order of time."""
        self.go_to(datetime.combine(day, time(0, 5), tzinfo=ZoneInfo(self.stage.zone)))
        wait_for("the day's intakes", lambda: self.director.status().day == day)
        return sorted(self.director.status().intakes, key=lambda i: i.at)

    def play_day(self, day: date, script: tuple[Beat, ...] | None) -> dict[str, Beat]:
        """Live through one day; which beat each intake had."""
        played: dict[str, Beat] = {}
        for index, intake in enumerate(self.intakes_of(day)):
            beat = script[index] if script is not None and index < len(script) else ON_TIME
            self._network(script is SCRIPT[0], index)
            self.go_to(intake.at)
            self.remark(f"— {intake.id}: {beat.name}", "bold cyan")
            beat.act(self, intake)
            played[intake.id] = beat
            self._bar.advance(self._task)
        return played

    def _network(self, cutting: bool, index: int) -> None:
        if cutting and index == CUT_AT_SLOT:
            self.director.settle()
            self.world.set_network(False)
            self.director.network = False
            self.remark("The network is cut", "bold yellow")
        if cutting and index == RESTORED_AT_SLOT:
            self.world.set_network(True)
            self.director.network = True
            self.remark("The network is back", "bold yellow")

    # -- the accounts -------------------------------------------------------------------------------------------

    def accounts(self, wants: list[Wanted], played: dict[str, Beat]) -> Accounts:
        """All four, each from its own source."""
        beats = {w.intake: played.get(w.intake, ON_TIME) for w in wants}
        return Accounts(
            wanted={(w.intake, w.ordination): Want(w.name, w.quantity * beats[w.intake].share, beats[w.intake].state,
                                                   w.boxed) for w in wants},
            left=self._left(),
            journal=self._journal_account(),
            municipality=self.municipality.outcomes(sorted({date.fromisoformat(w.intake[:10]) for w in wants})),
        )  # fmt: skip

    def _left(self) -> dict[Key, Decimal]:
        """The world's own count, by what each compartment was filled for."""
        return {
            (label, name): count - counters.put_back.get(name, Decimal())
            for label, counters in self.world.look().labels.items()
            for name, count in counters.taken.items()
        }

    def _journal_account(self) -> dict[Key, Found]:
        """What the events, read one by one, say became of each dose."""
        self.journal.read_on()
        state = State()
        for event in self.journal.events:
            state = apply(state, event)
        return {
            (record.intake.id, dose.ordination): Found(
                dose.quantity if record.state == "taken" else Decimal(0), record.state
            )
            for record in state.records.values()
            for dose in record.intake.doses
            if record.state != "planned"
        }

    def physical_problems(self, played: dict[str, Beat]) -> list[str]:
        """Pulses and lid openings, as the world counted them, against what each beat allows."""
        counts = {label: (seen.pulses, seen.openings) for label, seen in self.world.look().labels.items()}
        return [
            f"{intake}: the world counted {counts[intake]} pulses and lid openings, {beat.name!r} allows {allowed}"
            for intake, beat in played.items()
            if intake in self._compartments and counts[intake] != (allowed := (beat.pulses, beat.lids))
        ]
