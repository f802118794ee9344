"""The words medicine is counted in, and whether so many of them can lie in a compartment."""

from decimal import Decimal

from hub.plan.reasons import NotUnderstood

# One and more. FMK gives one or both words; a word not here is used for one and for more alike.
UNITS = (
    ("tablet", "tabletter"), ("depottablet", "depottabletter"), ("enterotablet", "enterotabletter"),
    ("brusetablet", "brusetabletter"), ("smeltetablet", "smeltetabletter"), ("tyggetablet", "tyggetabletter"),
    ("sugetablet", "sugetabletter"), ("kapsel", "kapsler"), ("pille", "piller"), ("stk", "stk"),
    ("dråbe", "dråber"), ("sug", "sug"), ("pust", "pust"), ("dosis", "doser"), ("enhed", "enheder"), ("IE", "IE"),
    ("injektionspen", "injektionspenne"), ("ampul", "ampuller"), ("hætteglas", "hætteglas"), ("brev", "breve"),
    ("plaster", "plastre"), ("stikpille", "stikpiller"), ("vagitorie", "vagitorier"), ("skefuld", "skefulde"),
    ("ml", "ml"), ("mg", "mg"), ("g", "g"),
)  # fmt: skip
_BY_WORD = {word.lower(): pair for pair in UNITS for word in pair}

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


def is_solid(code: str, name: str) -> bool:
    """Whether a drug form is a tablet or capsule that may lie in a compartment."""
    return code in SOLID_CODES or name.split(",")[0].strip().lower() in SOLID_NAMES


def check_boxable(quantity: Decimal, unit: str, code: str, name: str) -> None:
    """NotUnderstood where `quantity` of it cannot lie in a compartment."""
    reasons = []
    if unit not in COUNTABLE:
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
        if unit.endswith(word) and name and form not in name.lower():
            raise NotUnderstood([f'the dose is in "{unit}" but the form is "{name}"'])
