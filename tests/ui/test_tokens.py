"""Colours and sizes against the limits: WCAG 2 contrast, EN 301 549's capital heights."""

from math import atan, degrees

import pytest

from tests.ui.scenes import at
from ui import tokens
from ui.tokens import DAY, NIGHT, Palette, contrast, is_night


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_every_pair_has_seven(palette: Palette) -> None:
    for ink in (palette.plain, palette.main, palette.attention, palette.done, palette.alarm):
        assert contrast(ink.ground, ink.ink) >= 7
    assert contrast(palette.plain.ground, palette.quiet) >= 7
    assert contrast(palette.sunk, palette.plain.ink) >= 7
    assert contrast(palette.plain.ink, palette.plain.ground) >= 7  # a button while it is pressed


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_what_is_not_text_has_three(palette: Palette) -> None:
    """WCAG 1.4.11: button edges, shapes, and the main button's ground."""
    for colour in (palette.quiet, palette.main.ground, palette.done.ground, palette.plain.ink):
        assert contrast(palette.plain.ground, colour) >= 3


def test_sizes() -> None:
    assert degrees(atan(tokens.HEADING / 700)) >= 0.7  # at 70 cm
    assert tokens.MEDICINE >= 8.6
    assert tokens.CLOCK >= 12
    assert min(tokens.BODY_SIZES + tokens.BUTTON_SIZES) >= 4.5
    assert tokens.TARGET >= 20


@pytest.mark.parametrize(("hour", "night"), [(21, False), (22, True), (23, True), (0, True), (5, True), (6, False)])
def test_night_is_from_22_to_6(hour: int, night: bool) -> None:
    assert is_night(at(hour)) is night
