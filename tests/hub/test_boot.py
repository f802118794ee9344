"""docs/boot.md is what a real boot does, in that order."""

import re
import sys
import threading
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from hub.config import load
from hub.main import Board, bootstrap
from tests.hub.box import Box, HandClock
from tests.hub.made import wait_for
from tests.hub.test_main import Home

PAGE = Path(__file__).parents[2] / "docs" / "boot.md"
STEPS = re.findall(r"^\| \d+ \| .* \| `([\w.]+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def code_of(name: str) -> CodeType:
    """What runs for a dotted name: the longest module in it, then what is inside."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found.__code__
    raise AssertionError(name)


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_there(step: str) -> None:
    assert code_of(step).co_name == step.split(".")[-1]


def test_a_real_boot_goes_step_by_step(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each by the first time it is begun, on the thread that boots; on a journal that has been lived on before."""
    home = Home(tmp_path_factory.mktemp("b"))
    assert recorded(home) == STEPS
    assert recorded(home) == STEPS


def recorded(home: Home) -> list[str]:
    wanted = {code_of(step): step for step in STEPS}
    order: list[str] = []
    hubs: list[Any] = []

    def note(frame: FrameType, kind: str, _: object) -> None:
        step = wanted.get(frame.f_code)
        if kind == "call" and step is not None and step not in order:
            order.append(step)

    def boot() -> None:
        sys.setprofile(note)
        try:
            box = Box(HandClock())
            hub = bootstrap(load(home.config), lambda config: Board(*box.parts()), box.clock, tick_s=0.02)
            hubs.append(hub)
            hub.run()
        finally:
            sys.setprofile(None)

    thread = threading.Thread(target=boot, daemon=True)
    thread.start()
    wait_for(lambda: len(order) == len(STEPS) or not thread.is_alive())
    for hub in hubs:
        hub.stop()
    thread.join(10)
    return order


def test_the_steps_are_numbered_and_not_a_few() -> None:
    numbers = re.findall(r"^\| (\d+) \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert numbers == [str(n) for n in range(1, len(STEPS) + 1)]
    assert len(STEPS) > 15
