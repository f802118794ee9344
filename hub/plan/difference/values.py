"""How a value of a plan, and a time of the citizen's home, are said in a difference of two plans."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.intake import Intake
from hub.domain.plan import AsNeeded, Contact, Dosage, Ordination, OrdinationId, Plan, Slot
from hub.plan.difference.sentences import Words


class Values:
    """What is said of two plans' values, in one language."""

    def __init__(self, say: Words, old: Plan, new: Plan) -> None:
        self.say, self.old, self.new = say, old, new
        self._zone = ZoneInfo(new.settings.zone)
        self._names = {o.id: o.name for plan in (old, new) for o in plan.outside}
        self._names |= {o.id: o.medicine.name for plan in (old, new) for o in plan.ordinations}
        self._slots = {s.id: s for plan in (new, old) for s in plan.slots}  # as the old one has it, where it does

    def at_home(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def moment(self, at: datetime) -> str:
        return self.say.moment(self.at_home(at))

    def of(self, intake: Intake) -> dict[str, str]:
        """When an intake is, and what lies in its compartment."""
        names = dict.fromkeys(dose.name for dose in intake.boxed)
        return {"when": self.moment(intake.at), "names": self.say.listed(names)}

    def names(self, ordinations: tuple[OrdinationId, ...]) -> str:
        return self.say.listed(dict.fromkeys(self._names.get(o, o) for o in ordinations))

    def slot(self, ident: str) -> str:
        """The round's own word, or the clock time."""
        slot = self._slots.get(ident)
        return ident if slot is None else self.say.values[slot.part] if slot.part else self.value(slot.time)

    def value(self, value: Any) -> str:
        """A value as a person reads it; a text of several lines in one."""
        match value:
            case None | "" | ():
                return self.say.values["none"]
            case StrEnum() | bool():
                return self.say.values[str(value)]
            case Decimal():
                return self.say.number(value)
            case Slot():
                return f"{self.slot(value.id)} {self.value(value.time)}" if value.part else self.value(value.time)
            case Contact():
                return f"{value.name} ({self.say.values.get(value.role, value.role)}), {value.phone}"
            case date():
                return self.say.day(value)
            case time():
                return self.say("at", time=self.say.clock(value))
            case tuple():
                return self.say.listed(self.value(v) for v in value)
        return "; ".join(line.strip() for line in str(value).replace(":\n", ": ").splitlines() if line)

    def as_needed(self, needed: AsNeeded, dosage: Dosage) -> str:
        amount = self.say.amount(needed.quantity, None, dosage.unit, dosage.units)
        parts = [self.say("needed_once" if needed.most == 1 else "needed", dose=amount, most=needed.most)]
        parts += [self.say(k, day=self.say.day(d)) for k, d in (("from", needed.start), ("until", needed.end)) if d]
        return ", ".join(parts)

    def field(self, field: str, ordination: Ordination) -> str:
        """What an ordination says in one of the fields of a `Change`."""
        dosage, medicine = ordination.dosage, ordination.medicine
        if field == "unit":
            return f"{dosage.unit}/{dosage.units}"
        if field.startswith("dosage."):
            said = (getattr(period, field.removeprefix("dosage.")) for period in dosage.periods)
            return self.value(tuple(dict.fromkeys(value for value in said if value not in (None, ""))))
        if field == "interval_min" and ordination.interval_min is not None:
            return self.say.minutes(ordination.interval_min)
        if field == "as_needed" and ordination.as_needed:
            return self.as_needed(ordination.as_needed, dosage)
        return self.value(getattr(medicine if field in medicine.__struct_fields__ else ordination, field))
