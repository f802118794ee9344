"""The words medicine is counted in, and whether so many of them can lie in a compartment."""

from decimal import Decimal

from hub.plan.reasons import NotUnderstood

# One and more, as FMK's dosage texts know its own units; one that is not here has one word for both there.
FMK_UNITS = (
    ("IE", "IE"), ("L", "L"), ("ampul", "ampuller"), ("applikatordosis", "applikatordoser"), ("beholder", "beholdere"),
    ("behandling", "behandlinger"), ("brev", "breve"), ("brusetablet", "brusetabletter"), ("bukkalfilm", "bukkalfilm"),
    ("doseringssprøjte", "doseringssprøjter"), ("dosis", "doser"), ("dråbe", "dråber"), ("engangspen", "engangspenne"),
    ("engangssprøjte", "engangssprøjter"), ("enkeltdosisbeholder", "enkeltdosisbeholdere"), ("hætteglas", "hætteglas"),
    ("hætteglas+brev", "hætteglas+breve"), ("implantat", "implantater"), ("indgnidning", "indgnidninger"),
    ("indsprøjtning", "indsprøjtninger"), ("inhalationskapsel", "inhalationskapsler"), ("injektor", "injektorer"),
    ("injektionssprøjte", "injektionssprøjter"), ("kapsel", "kapsler"), ("liter", "liter"), ("mg", "mg"), ("ml", "ml"),
    ("kapsel med inhalationspulver", "kapsler med inhalationspulver"), ("måleske", "måleskeer"),
    ("oral sprøjte", "orale sprøjter"), ("pensling", "penslinger"), ("plaster", "plastre"),
    ("plastflaske", "plastflasker"), ("pudring", "pudringer"), ("pulver+solvens", "pulver+solvens"), ("pump", "pump"),
    ("pust", "pust"), ("påsmøring", "påsmøringer"), ("rektal stikpille", "rektale stikpiller"),
    ("rektalsprøjte", "rektalsprøjte"), ("rektaltube", "rektaltuber"), ("resoriblet", "resoribletter"),
    ("skylning", "skylninger"), ("spiral", "spiraler"), ("streg", "streger"), ("stribe", "striber"),
    ("strømpe", "strømper"), ("sug", "sug"), ("sugetablet", "sugetabletter"), ("sæt breve A+B", "sæt breve A+B"),
    ("tablet", "tabletter"), ("tablet til rektal anvendelse", "tabletter til rektal anvendelse"),
    ("tablet+opløsningsvæske", "tabletter+opløsningsvæsker"), ("tryk", "tryk"), ("tube", "tuber"),
    ("tubule", "tubuler"), ("tyggegummi", "tyggegummier"), ("tykt lag", "tykke lag"), ("tyndt lag", "tynde lag"),
    ("vaginalindlæg", "vaginalindlæg"), ("vaginalkapsel", "vaginalkapsler"), ("vaginaltablet", "vaginaltabletter"),
    ("vagitorie", "vagitorier"), ("vask", "vaske"), ("øjenlamel", "øjenlamel"), ("øjenskylning", "øjenskylninger"),
)  # fmt: skip
# Others that cards are counted in. FMK gives one or both words; a word not here is used for one and for more alike.
UNITS = (
    *FMK_UNITS, ("depottablet", "depottabletter"), ("enterotablet", "enterotabletter"),
    ("smeltetablet", "smeltetabletter"), ("tyggetablet", "tyggetabletter"), ("pille", "piller"), ("stk", "stk"),
    ("enhed", "enheder"), ("injektionspen", "injektionspenne"), ("stikpille", "stikpiller"), ("skefuld", "skefulde"),
    ("g", "g"),
)  # fmt: skip
_BY_WORD = {word.lower(): pair for pair in UNITS for word in pair}
_FMK_BY_WORD = {word: pair for pair in FMK_UNITS for word in pair}

COUNTABLE = {"tablet", "depottablet", "enterotablet", "kapsel", "pille", "stk"}

# Solid forms that stand being kept in a compartment: by LMS22 code, or by the Danish name where the code is not here.
SOLID_CODES = {"TAB", "TABFILM", "TABMOD", "TABENT", "TABDEPOT", "KAPS"}
SOLID_NAMES = {
    "tabletter", "filmovertrukne tabletter", "overtrukne tabletter", "tabletter med modificeret udløsning",
    "depottabletter", "enterotabletter", "kapsler", "bløde kapsler", "hårde kapsler", "depotkapsler", "enterokapsler",
}  # fmt: skip

STEP = Decimal("0.25")  # a scored tablet is broken in quarters at the least
MOST = 10  # of one medicine in one intake; more is a slip of the pen ("222 tablet") or no longer fits


def unit_words(word: str) -> tuple[str, str]:
    """The unit for one and for more."""
    return _BY_WORD.get(word.strip().lower(), (word.strip(), word.strip()))


def unit_beside(number: Decimal, unit: str, units: str) -> str:
    """The unit's word beside a number, as in FMK's dosage text: "0,5 tablet", "1 tablet", "2 tabletter", "0 tabletter".

    One word given for one and more is bent only where FMK knows it, spelled as FMK spells it.
    """
    one, more = _FMK_BY_WORD.get(unit, (unit, units)) if unit == units else (unit, units)
    return more if number > 1 or not number else one


def is_solid(code: str, name: str) -> bool:
    """Whether a drug form is a tablet or capsule that may lie in a compartment."""
    return code in SOLID_CODES or name.split(",")[0].strip().lower() in SOLID_NAMES


def check_boxable(quantity: Decimal, unit: str, code: str, name: str) -> None:
    """NotUnderstood where `quantity` of it cannot lie in a compartment."""
    reasons = []
    if unit_words(unit)[0] not in COUNTABLE:
        reasons.append(f'"{unit}" cannot be counted into a compartment')
    elif quantity % STEP or not STEP <= quantity <= MOST:
        reasons.append(f"{quantity} {unit} cannot lie in a compartment (quarters, at most {MOST})")
    if (code or name) and not is_solid(code, name):
        reasons.append(f'the form "{name or code}" is not kept in a compartment')
    if reasons:
        raise NotUnderstood(reasons)


def check_agrees(unit: str, name: str) -> None:
    """NotUnderstood where the dose is counted in tablets or capsules and the form is something else."""
    for word, form in (("tablet", "tablet"), ("kapsel", "kaps")):
        if unit_words(unit)[0].endswith(word) and name and form not in name.lower():
            raise NotUnderstood([f'the dose is in "{unit}" but the form is "{name}"'])
