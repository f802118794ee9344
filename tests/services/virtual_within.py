"""Within the virtual machine: each part's findings, a line of JSON each, on the console."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.services import kiosk_within, wifi_within

# Each with the unit whose journal tells why it failed.
PARTS: dict[str, tuple[Callable[[Callable[..., None]], None], str]] = {
    "bare display": (kiosk_within.main, "medhub-ui.service"),
    "Wi-Fi": (wifi_within.main, "NetworkManager.service"),
}


def say(part: str, check: str, figure: str, **more: Any) -> None:
    print(json.dumps({"check": f"{part}: {check}", "figure": figure, **more}), flush=True)


def main() -> int:
    wrong = 0
    for part, (prove, unit) in PARTS.items():
        if part not in (sys.argv[1:] or PARTS):
            continue
        try:
            prove(partial(say, part))
        except Exception as error:  # noqa: BLE001 - told on the console, and the other part goes on
            wrong += 1
            subprocess.run(("journalctl", "-q", "-o", "cat", "-n", "50", "-u", unit), check=False)
            say(part, "failed", f"{type(error).__name__}: {error}", ok=False)
    print(json.dumps({"check": "end"}), flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
