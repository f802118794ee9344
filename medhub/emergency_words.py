"""What the emergency page says, in Danish and in English (H22): the front for who lives there, the back for staff.

Stated once: `medhub emergency` prints it, docs/emergency.md is made of it, and tests hold its commands against the
parsers and what it says the screen says against the screen. Neither the citizen's name nor a medicine is on it (R15):
it hangs in a home, where visitors read it; the box's number tells home care whose it is.
"""

from typing import NamedTuple

SOCKET = "--socket /run/medhub/staff.sock"  # … in what follows
STAFF = "medhub staff …"
INTAKE, ALARM = "2026-11-20/evening", "not_taken/2026-11-20/noon"
POISON_LINE = "82 12 12 12"  # Giftlinjen, Bispebjerg Hospital: round the clock, all of Denmark

# What is done at the box, by its key in `Words.acts`.
ACTS = {
    "status": f"{STAFF} status",
    "devices": "medhub devices … --once",
    "given": f"{STAFF} resolve {INTAKE} given_by_staff --as YOU",
    "taken": f"{STAFF} resolve {INTAKE} taken --as YOU",
    "missed": f"{STAFF} resolve {INTAKE} missed --as YOU",
    "due": f"{STAFF} resolve {INTAKE} due --minutes 60 --as YOU",
    "promise": f"{STAFF} promise {INTAKE} --minutes 60 --as YOU",
    "empty": f"{STAFF} empty 3 --as YOU",
    "fill": f"{STAFF} fill 3 {INTAKE} --by-word --as YOU",
    "acknowledge": f"{STAFF} acknowledge {ALARM} --as YOU",
    "time": f"{STAFF} set-time 2026-11-20T14:05 --as YOU",
    "screen": f"{STAFF} restart-screen --as YOU",
    "reboot": f"{STAFF} reboot --as YOU",
}


class Words(NamedTuple):
    """One language's. Pairs are what happens and what to do; “ ” is word for word what the screen says."""

    title: str
    under: str
    box: str
    rules: tuple[str, ...]
    numbers: dict[str, str]
    happens: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    staff_title: str
    staff_fields: tuple[str, ...]
    staff: tuple[tuple[str, str], ...]
    acts_title: str
    acts: dict[str, str]


DANISH = Words(
    title="Når boksen ikke virker",
    under="Hænger ved boksen. Til dig, dine pårørende og dem, der hjælper dig.",
    box="Boksens nummer. Sig det, når du ringer",
    rules=(
        "Tving aldrig en låge op.",
        "Tag aldrig dobbelt, fordi noget blev sprunget over.",
        "Er du i tvivl, så tag ikke mere: ring.",
    ),
    numbers={
        "112": "Livsfare, brand",
        "home_care": "Hjemmeplejen",
        "doctor": "Lægevagt / akuttelefon",
        "poison": "Giftlinjen",
        "relative": "Pårørende",
    },
    happens=(
        ("Skærmen er sort", "Rør ved den, og vent et minut. Se, om stikket sidder i. Stadig sort: ring til "
         "hjemmeplejen. Vent ikke, til det er over tiden for din medicin."),
        ("Boksen åbner ikke", "Luk alle låger helt. Læs, hvad der står, og prøv én gang til. Ellers ring."),
        ("Strømmen er gået", "Boksen kører på batteri; skærmen siger til hvornår. Åbn som du plejer. Er strømmen ikke "
         "tilbage inden næste medicin, så ring. Boksen slukker selv, før batteriet er tomt, og tænder selv igen, når "
         "strømmen er der. Har den ikke gjort det efter fem minutter: ring."),
        ("“Uret er ikke sikkert”", "Boksen åbner ikke, før personalet har stillet uret. Ring, og sig det."),
        ("Alarmen lyder, og ingen kommer", "“Hjemmeplejen har fået besked.” betyder, at beskeden er nået frem, ikke at "
         "nogen har læst den. Står der et navn, har den person set den. Kommer der ingen: ring selv. Bliver du "
         "dårlig: 112."),
        ("Nettet er væk", "Medicinen kommer, som den plejer. Men boksen kan ikke kalde på nogen. Ring selv, hvis du "
         "har brug for hjælp."),
        ("Der er taget for meget eller noget forkert", "Ring til Giftlinjen. Svarer personen ikke: 112. Hav "
         "medicinlisten ved telefonen."),
        ("Brand, røg, du skal ud", "Gå ud. Ring 112. Tag medicinlisten, ikke boksen. Ring så til hjemmeplejen: de "
         "skaffer din medicin. Tag intet fra en boks, der har været i brand, røg eller vand."),
    ),
    places=(
        "Medicinlisten på papir ligger",
        "Medicin til anfald og akut brug ligger aldrig i boksen, men her",
    ),
    staff_title="Til personalet ved boksen",
    staff_fields=(
        "Nøglen opbevares hos (aldrig synligt i hjemmet)",
        "Må bruge nøglen",
        "Tekniker på vagt, telefon",
        "Ansvarlig sygeplejerske, telefon",
        "Læge, telefon",
        "Udfyldt af, dato",
    ),
    staff=(
        ("Før du giver noget", "Se med status, hvad der sidst er udleveret, og hvornår. Kan boksen ikke svare, så "
         "regn det som taget, der kan være taget, og spørg en læge, før du giver det igen. Giv efter medicinlisten på "
         "papir eller FMK, aldrig efter hukommelsen."),
        ("Nøglen", "Den åbner lågerne mekanisk, også uden strøm. Er boksen tændt, ser den hver låge: det bliver en "
         "alarm, det står i journalen, og rummets indhold regnes ikke længere for sikkert. Er den slukket, ser den "
         "kun en låge, der stadig er åben, når den tænder: skriv selv tid, rum, hvad du tog, og dit navn."),
        ("Efter nøglen", "1. Se, hvad der er tilbage. 2. Skriv, hvad der blev af medicinen: given_by_staff, taken, "
         "missed. 3. Tøm rummet, og fyld det på ny. 4. Tag alarmen ved navn. 5. Luk alle låger: er én åben, åbner "
         "intet."),
        ("Boksen er død", "Giv af ny pakning eller fra apoteket, så længe det varer. Sig det til kommunens vagt: den "
         "hører ikke mere fra boksen. Når boksen er tilbage: skriv hver, du gav, som given_by_staff, før den næste "
         "gives."),
        ("Efter brand, røg, vand", "Intet derfra gives. Kassér det efter instruksen, bestil nyt, meld boksen tabt."),
    ),
    acts_title="På boksen: … er {socket}, YOU dit id. Tider og alarmer står i status; PIN-koden spørges der om",
    acts={
        "status": "Hvad boksen ved",
        "devices": "Hvad der er i stykker",
        "given": "Du gav den i hånden",
        "taken": "Den er taget",
        "missed": "Den er ikke taget",
        "due": "Indholdet er set: må tages i 60 min",
        "promise": "Du giver den inden 60 min",
        "empty": "Rum 3 er tomt nu",
        "fill": "Rum 3 er fyldt på ny",
        "acknowledge": "Du tager alarmen",
        "time": "Uret stilles efter dit ur",
        "screen": "Skærmen hænger",
        "reboot": "Hele boksen begynder forfra",
    },
)  # fmt: skip

ENGLISH = Words(
    title="When the box does not work",
    under="Hangs by the box. For you, your relatives and those who help you.",
    box="The box's number. Say it when you call",
    rules=(
        "Never force a lid.",
        "Never take double because one was missed.",
        "If in doubt take no more: call.",
    ),
    numbers={
        "112": "Danger to life, fire",
        "home_care": "Home care",
        "doctor": "Doctor on call",
        "poison": "Poison line",
        "relative": "Relative",
    },
    happens=(
        ("The screen is dark", "Touch it and wait a minute. See that the plug is in. Still dark: call home care. Do "
         "not wait until the time for your medicine is over."),
        ("The box does not open", "Shut all lids firmly. Read what it says, and try once more. Else call."),
        ("The power is out", "The box runs on battery; the screen says until when. Open as usual. If the power is not "
         "back before your next medicine, call. The box puts itself off before the battery is empty, and on again "
         "when the power is back. If it has not after five minutes: call."),
        ("“The clock is not certain”", "The box stays shut until staff have set its clock. Call, and say so."),
        ("It sounds, and nobody comes", "“Home care has been told.” means that the message has got there, not that "
         "anybody has read it. Where there is a name, that person has seen it. If nobody comes: call. If you feel "
         "ill: 112."),
        ("The network is gone", "The medicine comes as usual. But the box cannot call anybody. Call yourself if you "
         "need help."),
        ("Too much was taken, or something wrong", "Call the poison line. If the person does not answer you: 112. "
         "Have the list of medicines by the phone."),
        ("Fire, smoke, you must leave", "Get out. Call 112. Take the list of medicines, not the box. Then call home "
         "care: they get you your medicine. Take nothing from a box that was in fire, smoke or water."),
    ),
    places=(
        "The list of medicines on paper lies",
        "Medicine for attacks and emergencies never lies in the box, but here",
    ),
    staff_title="For staff at the box",
    staff_fields=(
        "The key is kept by (never in sight in the home)",
        "May use the key",
        "Technician on call, phone",
        "Nurse responsible, phone",
        "Doctor, phone",
        "Filled in by, date",
    ),
    staff=(
        ("Before you give anything", "See by status what was handed out last, and when. If the box cannot answer, "
         "count as taken what may have been taken, and ask a doctor before you give it again. Give by the list on "
         "paper or FMK, never from memory."),
        ("The key", "It opens the lids mechanically, without power too. A box that is on sees each lid: it is an "
         "alarm, it is in the journal, and what is in the compartment is no longer vouched for. One that is off sees "
         "only a lid that is still open when it comes on: write down the time, the compartment, what you took, and "
         "your name."),
        ("After the key", "1. See what is left. 2. Say what became of the medicine: given_by_staff, taken, missed. 3. "
         "Empty the compartment and fill it anew. 4. Take the alarm by name. 5. Shut all lids: while one is open "
         "nothing opens."),
        ("The box is dead", "Give from a new package or the pharmacy as long as it lasts. Tell the municipality's "
         "watch: it no longer hears from the box. When the box is back: enter each that you gave as given_by_staff "
         "before the next is given."),
        ("After fire, smoke, water", "Nothing from it is given. Dispose of it as instructed, order anew, report the "
         "box lost."),
    ),
    acts_title="At the box: … is {socket}, YOU your id. Times and alarms are in status; the PIN is asked for",
    acts={
        "status": "What the box knows",
        "devices": "What is broken",
        "given": "You gave it by hand",
        "taken": "It was taken",
        "missed": "It was not taken",
        "due": "Contents seen: may be taken for 60 min",
        "promise": "You will give it within 60 min",
        "empty": "Compartment 3 is empty now",
        "fill": "Compartment 3 is filled anew",
        "acknowledge": "You take the alarm",
        "time": "The clock is set by your watch",
        "screen": "The screen hangs",
        "reboot": "The whole box begins anew",
    },
)  # fmt: skip

WORDS = {"da": DANISH, "en": ENGLISH}
