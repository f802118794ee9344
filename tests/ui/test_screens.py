"""Every screen, drawn for real in both languages on both panels: nothing cut, everything large enough, as placed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ui
from tests.ui.render import read
from tests.ui.scenes import LANGUAGES, views
from ui.panel import PANELS, Panel
from ui.tokens import LEAST, TARGET

DRAWN = (("7-classic", "inter"), ("10.1", "inter"), ("7-classic", "roboto"))
Screens = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module", params=DRAWN, ids="-".join)
def drawn(request: pytest.FixtureRequest) -> tuple[Panel, Screens]:
    """What is on the glass of one panel, by language and name. Pictures go to MEDHUB_PICTURES, where that is set."""
    kept = os.environ.get("MEDHUB_PICTURES")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.render", *request.param, *([kept] if kept else [])],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = {(one["language"], one["name"]): one for one in read(done.stdout)}
    return PANELS[request.param[0]], found


def test_every_screen_was_drawn_in_both_languages(drawn: tuple[Panel, Screens]) -> None:
    """Every view; their further pages may be others where the face is another."""
    panel, screens = drawn
    wanted = {(language, name) for language in LANGUAGES for name, view in views(panel, language) if view.page == 0}
    assert wanted <= set(screens)
    kivy_files = {path.stem for path in (Path(ui.__file__).parent / "screens").glob("*.kv")}
    assert kivy_files <= {one["screen"] for one in screens.values()}


def test_no_text_is_cut(drawn: tuple[Panel, Screens]) -> None:
    panel, screens = drawn
    for where, screen in screens.items():
        for word in screen["words"]:
            assert word["drawn"][0] <= word["room"][0], (where, word)
            assert word["drawn"][1] <= word["room"][1], (where, word)
            left, top, right, bottom = word["at"]
            assert left >= 0, (where, word)
            assert top >= 0, (where, word)
            assert right <= panel.width_px, (where, word)
            assert bottom <= panel.height_px, (where, word)


def test_no_text_lies_on_another(drawn: tuple[Panel, Screens]) -> None:
    _panel, screens = drawn
    for where, screen in screens.items():
        boxes = [word["at"] for word in screen["words"] if word["text"].strip()]
        for n, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[n + 1 :]:
                across = min(right, other[2]) - max(left, other[0])
                down = min(bottom, other[3]) - max(top, other[1])
                one_line = min(bottom - top, other[3] - other[1])
                assert across <= 1 or down <= 0.35 * one_line, (where, screen["words"])


def test_capitals_are_large_enough(drawn: tuple[Panel, Screens]) -> None:
    panel, screens = drawn
    for where, screen in screens.items():
        for word in screen["words"]:
            assert word["capital"] >= int(LEAST * panel.height_px / panel.height_mm), (where, word)


def test_headings_and_medicines_are_as_tall_as_was_asked(drawn: tuple[Panel, Screens]) -> None:
    _panel, screens = drawn
    for where, screen in screens.items():
        capitals = {(w["text"], w["room"][0]): w["capital"] for w in screen["words"]}
        for text, wide, caps in screen["tall"]:
            assert capitals[text, wide] >= caps - 1, (where, text)


def test_buttons_are_where_the_layout_says_and_large_enough(drawn: tuple[Panel, Screens]) -> None:
    panel, screens = drawn
    for where, screen in screens.items():
        assert screen["buttons"] == screen["rects"], where
        for _x, _y, wide, high in screen["rects"].values():
            assert wide >= TARGET * panel.width_px / panel.width_mm
            assert high >= TARGET * panel.height_px / panel.height_mm
