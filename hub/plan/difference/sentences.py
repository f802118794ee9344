"""The words of a difference of two plans, in Danish and English: tables, and how a number, a day and a time are said.

A unit is the plan's own Danish word; in English the common ones are translated.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from hub.plan.numbers import danish, plain

DAYS = {
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "da": ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
           "december"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip
UNITS = {
    "tablet": "tablet", "tabletter": "tablets", "kapsel": "capsule", "kapsler": "capsules", "dråbe": "drop",
    "dråber": "drops", "pust": "puff", "sug": "puff", "enhed": "unit", "enheder": "units", "plaster": "patch",
    "plastre": "patches",
}  # fmt: skip

# What a value is called; by the values of the plan's own enumerations, and what the words need besides.
VALUES: dict[str, dict[str, str]] = {
    "da": {
        "morning": "morgen", "noon": "middag", "evening": "aften", "night": "nat",
        "low": "lav", "medium": "middel", "high": "høj", "True": "ja", "False": "nej",
        "new": "ny", "changed": "ændret", "moved": "flyttet", "paused": "pauseret", "stopped": "stoppet",
        "restarted": "genoptaget", "not_understood": "ikke forstået",
        "and": "og", "nothing": "intet", "none": "ikke angivet",
        "home_care": "hjemmeplejen", "relative": "pårørende", "da": "dansk", "en": "engelsk",
    },
    "en": {
        "morning": "morning", "noon": "noon", "evening": "evening", "night": "night",
        "low": "low", "medium": "medium", "high": "high", "True": "yes", "False": "no",
        "new": "new", "changed": "changed", "moved": "moved", "paused": "paused", "stopped": "stopped",
        "restarted": "restarted", "not_understood": "not understood",
        "and": "and", "nothing": "nothing", "none": "not given",
        "home_care": "home care", "relative": "relative", "da": "Danish", "en": "English",
    },
}  # fmt: skip

# A field that differs, of an ordination or of the plan: "label: after (before: before)".
LABELS: dict[str, dict[str, str]] = {
    "da": {
        "name": "Navn", "strength": "Styrke", "form": "Form", "atc": "Indholdsstof (ATC-kode)",
        "drug_id": "Pakning (lægemiddelnummer)", "unit": "Enhed", "start": "Første dag", "end": "Sidste dag",
        "text": "Doseringstekst", "note": "Vejledning", "purpose": "Formål", "criticality": "Vigtighed",
        "interval_min": "Mindste tid mellem to doser", "ask_word": "Borgeren skal selv sige, at den er taget",
        "dosage": "Dosering", "dosage.note": "Supplerende tekst", "dosage.postfix": "Tekst efter hver dags doser",
        "dosage.interval_min": "Mindste antal minutter mellem to doser ifølge ordinationen",
        "dosage.daily_max": "Højst på en dag", "as_needed": "Efter behov", "reason": "Hubbens begrundelse",
        "settings.zone": "Tidszone", "settings.language": "Skærmens sprog", "settings.calm": "Rolig skærm",
        "settings.second_person": "To personer, hvor boksen ikke selv har scannet og vejet",
        "settings.snooze_min": "Minutter, en påmindelse kan udsættes",
        "settings.word_min": "Minutter, før et ubesvaret spørgsmål er en alarm",
        "settings.lid_open_min": "Minutter, før et åbent låg er en alarm",
        "settings.times_per_day": "{key} gange dagligt", "limits.plan_age_days": "Dage, før en gammel plan er en alarm",
        "defaults": "Antaget, fordi ingen har bestemt det",
        "slot.time": "Tidspunktet {key}: klokkeslæt", "slot.part": "Tidspunktet {key}: tid på dagen",
        "slot.early_min": "Tidspunktet {key}: minutter, der kan åbnes før",
        "slot.window_min": "Tidspunktet {key}: minutter, der kan tages efter",
        "slot.next_day": "Tidspunktet {key}: ligger efter midnat",
    },
    "en": {
        "name": "Name", "strength": "Strength", "form": "Form", "atc": "Substance (ATC code)",
        "drug_id": "Package (drug number)", "unit": "Unit", "start": "First day", "end": "Last day",
        "text": "Dosage text", "note": "Instruction", "purpose": "Purpose", "criticality": "Criticality",
        "interval_min": "Least time between two doses", "ask_word": "The citizen must say that it is taken",
        "dosage": "Dosering", "dosage.note": "Supplementary text", "dosage.postfix": "Text after each day's doses",
        "dosage.interval_min": "Least minutes between two doses by the prescription",
        "dosage.daily_max": "At most on a day", "as_needed": "As needed", "reason": "The hub's reason",
        "settings.zone": "Time zone", "settings.language": "Language of the screen", "settings.calm": "Calm screen",
        "settings.second_person": "Two persons where the box itself has not scanned and weighed",
        "settings.snooze_min": "Minutes a reminder can be put off",
        "settings.word_min": "Minutes until a question without an answer is an alarm",
        "settings.lid_open_min": "Minutes until an open lid is an alarm",
        "settings.times_per_day": "{key} times a day", "limits.plan_age_days": "Days until an old plan is an alarm",
        "defaults": "Assumed, because nobody has decided it",
        "slot.time": "The time {key}: clock", "slot.part": "The time {key}: part of the day",
        "slot.early_min": "The time {key}: minutes it may be opened before",
        "slot.window_min": "The time {key}: minutes it may be taken after",
        "slot.next_day": "The time {key}: lies after midnight",
    },
}  # fmt: skip

SENTENCES: dict[str, dict[str, str]] = {
    "da": {
        "label": "{label}: {after} (før: {before}).",
        "from_to": "{day}: fra {before} til {after}.", "gives": "{day}: {after}.", "gone": "{day}: {before} udgår.",
        "needed": "{dose}, højst {most} gange i døgnet", "needed_once": "{dose}, højst 1 gang i døgnet",
        "from": "fra {day}", "until": "til og med {day}",
        "in_morning": "morgen", "in_noon": "middag", "in_evening": "aften", "in_night": "nat",
        "range": "{low}-{high}", "at": "kl. {time}", "on": "{day} kl. {time}",
        "day": "{weekday} den {n}. {month} {year}",
        "minutes": "{n} minutter", "hours": "{n} timer", "hour": "1 time",
        "compartment": "Ligger nu i boksen; før blev der kun mindet om den.",
        "reminded": "Ligger ikke længere i boksen; der mindes kun om den.",
        "text_is": "Teksten er: »{text}«.", "dosage_is": "Dosering: {text}.",
        "because": "Hubbens begrundelse: {text}.",
        "as_needed_is": "Efter behov: {dose}.",
        "urgent_stop": "Det akutte stop ophører: den nye plan er udstedt efter det.",
        "renamed": "Hører nu til et andet tidspunkt på planen; klokkeslættet er det samme.",
        "dosage": "Doseringen er skrevet på en anden måde; det, der skal tages, er det samme.",
        "missing": "Står ikke længere på planen.",
        "is_on_hold": "Er pauseret og gives ikke.", "is_stopped": "Er seponeret og gives ikke.",
        "is_ended": "Er afsluttet og gives ikke.", "is_as_needed": "Er kun efter behov og ligger uden for boksen.",
        "is_not_understood": "Hubben forstår den ikke og giver den ikke. Personalet skal tage stilling.",
        "was_on_hold": "Var pauseret.", "was_stopped": "Var seponeret.", "was_ended": "Var afsluttet.",
        "was_as_needed": "Var kun efter behov og lå uden for boksen.", "was_not_understood": "Var ikke forstået.",
        "at_once": "Gælder straks.", "from_next_fill": "Gælder fra næste fyldning.", "from_date": "Gælder fra {day}.",
        "filled": "Gælder straks, for det er allerede fyldt i boksen. Første gang er {day}.",
        "same": "Planerne siger det samme.", "valid": "Den nye plan gælder først fra {when}.",
        "first": "Det første, der er fyldt og ikke kan gives fra boksen, er til {when} ({names}).",
        "visit": "Der skal komme nogen senest {by}: boksen kan ikke give det, der skal tages {when} ({names}).",
        "visit_now": "Der skal komme nogen med det samme: boksen kan ikke give det, der skal tages {when} ({names}).",
        "no_visit": "Ingen behøver komme for ændringernes skyld før næste fyldning.",
        "unknown": "Hvad der er fyldt i boksen, vides ikke her. Derfor kan det ikke siges, hvilke rum der låses, og "
        "hvornår nogen skal komme.",
        "if_filled": "Er boksen fyldt efter den gamle plan, skal der komme nogen senest {by}: boksen kan ikke give "
        "det, der skal tages {when} ({names}).",
        "if_filled_all": "Er boksen fyldt efter den gamle plan, kan alt i den stadig gives.",
        "contents_changed": "Rum {n} låses: det, der er fyldt til {when}, er ikke længere det rigtige ({names}).",
        "no_such": "Rum {n} låses: der skal ikke længere tages noget {when} ({names}).",
        "nothing_boxed": "Rum {n} låses: intet af det, der skal tages {when}, ligger længere i boksen ({names}).",
        "too_late": "Rum {n} låses: efter den nye plan er tiden for {when} forbi ({names}).",
        "when_needed": "efter behov",
        "slots_new": "Nyt tidspunkt: {after}.", "slots_gone": "Tidspunktet {before} findes ikke længere.",
        "slots_order": "Tidspunkterne står i en anden rækkefølge: {after} (før: {before}).",
        "contacts_new": "Ny kontakt: {after}.", "contacts_gone": "Kontakten {before} findes ikke længere.",
        "contacts_order": "Kontakterne står i en anden rækkefølge; den første er den, skærmen viser.",
        "hub": "Den nye plan er til en anden hub.", "citizen": "Den nye plan er til en anden borger.",
    },
    "en": {
        "label": "{label}: {after} (before: {before}).",
        "from_to": "{day}: from {before} to {after}.", "gives": "{day}: {after}.", "gone": "{day}: {before} ends.",
        "needed": "{dose}, at most {most} times in 24 hours", "needed_once": "{dose}, at most once in 24 hours",
        "from": "from {day}", "until": "until {day}",
        "in_morning": "in the morning", "in_noon": "at noon", "in_evening": "in the evening", "in_night": "at night",
        "range": "{low}-{high}", "at": "at {time}", "on": "{day} at {time}",
        "day": "{weekday} {n} {month} {year}",
        "minutes": "{n} minutes", "hours": "{n} hours", "hour": "1 hour",
        "compartment": "Now lies in the box; before it was only reminded of.",
        "reminded": "No longer lies in the box; it is only reminded of.",
        "text_is": "The text is: »{text}«.", "dosage_is": "Dosage: {text}.",
        "because": "The hub's reason: {text}.",
        "as_needed_is": "As needed: {dose}.",
        "urgent_stop": "The urgent stop ends: the new plan was issued after it.",
        "renamed": "Now belongs to another of the plan's times; the clock time is the same.",
        "dosage": "The dosage is written in another way; what is to be taken is the same.",
        "missing": "Is no longer in the plan.",
        "is_on_hold": "Is paused and not given.", "is_stopped": "Is stopped and not given.",
        "is_ended": "Has ended and is not given.", "is_as_needed": "Is only as needed and lies outside the box.",
        "is_not_understood": "The hub does not understand it and does not give it. Staff must decide.",
        "was_on_hold": "Was paused.", "was_stopped": "Was stopped.", "was_ended": "Had ended.",
        "was_as_needed": "Was only as needed and lay outside the box.", "was_not_understood": "Was not understood.",
        "at_once": "Counts at once.", "from_next_fill": "Counts from the next fill.", "from_date": "Counts from {day}.",
        "filled": "Counts at once, for it is already filled in the box. The first time is {day}.",
        "same": "The plans say the same.", "valid": "The new plan does not count before {when}.",
        "first": "The first that is filled and the box cannot give is for {when} ({names}).",
        "visit": "Somebody must come by {by}: the box cannot give what is to be taken {when} ({names}).",
        "visit_now": "Somebody must come at once: the box cannot give what is to be taken {when} ({names}).",
        "no_visit": "Nobody need come because of the changes before the next fill.",
        "unknown": "What is filled in the box is not known here. So it cannot be said which compartments lock and when "
        "somebody must come.",
        "if_filled": "If the box is filled by the old plan, somebody must come by {by}: the box cannot give what is to "
        "be taken {when} ({names}).",
        "if_filled_all": "If the box is filled by the old plan, all that is in it can still be given.",
        "contents_changed": "Compartment {n} locks: what is filled for {when} is no longer right ({names}).",
        "no_such": "Compartment {n} locks: nothing is to be taken {when} any longer ({names}).",
        "nothing_boxed": "Compartment {n} locks: nothing to be taken {when} lies in the box any longer ({names}).",
        "too_late": "Compartment {n} locks: by the new plan the time for {when} is over ({names}).",
        "when_needed": "as needed",
        "slots_new": "New time: {after}.", "slots_gone": "The time {before} is no more.",
        "slots_order": "The times come in another order: {after} (before: {before}).",
        "contacts_new": "New contact: {after}.", "contacts_gone": "The contact {before} is no more.",
        "contacts_order": "The contacts come in another order; the first is the one the screen shows.",
        "hub": "The new plan is for another hub.", "citizen": "The new plan is for another citizen.",
    },
}  # fmt: skip


class Words:
    """One of the two languages."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.values: Mapping[str, str] = VALUES[language]
        self._sentences, self._labels = SENTENCES[language], LABELS[language]

    def __call__(self, sentence: str, /, **parts: object) -> str:
        return self._sentences[sentence].format(**parts)

    def label(self, field: str, key: str, before: str, after: str) -> str:
        """A field that differs."""
        return self("label", label=self._labels[field].format(key=key), before=before, after=after)

    def number(self, value: Decimal) -> str:
        return danish(value) if self.language == "da" else str(plain(value))

    def amount(self, low: Decimal, high: Decimal | None, one: str, more: str) -> str:
        """A quantity and its unit in the right number; "1-2 tabletter"."""
        number = self.number(low)
        if high is not None and high != low:
            number = self("range", low=number, high=self.number(high))
        unit = one if (high or low) <= 1 else more
        return f"{number} {unit if self.language == 'da' else UNITS.get(unit, unit)}"

    def clock(self, at: time) -> str:
        if self.language == "en":
            return f"{at:%H:%M}"
        return f"{at.hour}.{at:%M}" if at.minute else f"{at.hour}"

    def day(self, day: date) -> str:
        """ "torsdag den 12. marts 2026"."""
        weekday, month = DAYS[self.language][day.weekday()], MONTHS[self.language][day.month - 1]
        return self("day", weekday=weekday, n=day.day, month=month, year=day.year)

    def moment(self, at: datetime) -> str:
        """A day and a time, of a moment in home time."""
        return self("on", day=self.day(at.date()), time=self.clock(at.time()))

    def minutes(self, n: int) -> str:
        hours, rest = divmod(n, 60)
        return self("minutes", n=n) if rest or not n else self("hour") if hours == 1 else self("hours", n=hours)

    def listed(self, words: Iterable[str]) -> str:
        """ "a, b og c"; what nothing is called, where there is none."""
        *first, last = [*words] or [self.values["nothing"]]
        return f"{', '.join(first)} {self.values['and']} {last}" if first else last
