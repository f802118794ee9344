"""What may be logged of an error: its kind and where it came from, never its text, which may hold health data (R15)."""

import traceback
from pathlib import Path


def told(error: BaseException) -> str:
    """As "KeyError at apply.py:63 < loop.py:171": the innermost place first, then the same for what caused it."""
    places = (f"{Path(f.filename).name}:{f.lineno}" for f in reversed(traceback.extract_tb(error.__traceback__)))
    here = f"{type(error).__name__} at {' < '.join(places)}"
    return f"{here}; from {told(error.__cause__)}" if error.__cause__ else here
