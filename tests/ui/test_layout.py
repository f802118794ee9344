"""Geometry: everything within the glass, apart, and where the finger expects it."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ui.scenes import DUE, LANGUAGES, intake, snapshot, views
from ui.layout import action_rects, compose
from ui.measure import width, wrap
from ui.panel import PANELS, Panel, Rect
from ui.present import present
from ui.tokens import HEADING, LEAST, MEDICINE, MEDICINE_LONG, TARGET
from ui.view import HERE

ALL = [(panel, language) for panel in PANELS.values() for language in LANGUAGES]


def apart(a: Rect, b: Rect, across: int, down: int) -> bool:
    beside = a.right + across <= b.x or b.right + across <= a.x
    return beside or a.bottom + down <= b.y or b.bottom + down <= a.y


def within(rect: Rect, panel: Panel) -> bool:
    return rect.x >= 0 and rect.y >= 0 and rect.right <= panel.width_px and rect.bottom <= panel.height_px


@pytest.mark.parametrize(("panel", "language"), ALL)
def test_buttons_are_large_enough_apart_and_on_the_glass(panel: Panel, language: str) -> None:
    for name, view in views(panel, language):
        rects = list(action_rects(panel, view).values())
        assert len(rects) == len(view.touchable), name
        assert all(within(r, panel) for r in rects), name
        assert all(r.width >= panel.x(TARGET) and r.height >= panel.y(TARGET) for r in rects), name
        assert all(apart(a, b, panel.x(2.5), panel.y(1.3)) for a, b in combinations(rects, 2)), name


@pytest.mark.parametrize(("panel", "language"), ALL)
def test_text_is_clear_of_the_buttons_and_of_the_heading(panel: Panel, language: str) -> None:
    for name, view in views(panel, language):
        sheet = compose(panel, view)
        for item in sheet.items:
            assert within(item.rect, panel), (name, item)
            assert item.rect.y >= sheet.band.bottom, (name, item)
            assert all(apart(item.rect, b.rect, 0, 0) for b in sheet.buttons), (name, item)
            if item.shape_rect is not None:
                assert all(apart(item.shape_rect, b.rect, 0, 0) for b in sheet.buttons), (name, item)


@pytest.mark.parametrize(("panel", "language"), ALL)
def test_what_the_box_says_of_itself_fits_beside_the_sign_of_no_network(panel: Panel, language: str) -> None:
    for name, view in views(panel, language):
        strip = compose(panel, view).strip
        if strip is not None and view.strip.banner:
            assert width(view.strip.banner, "body", panel.y(LEAST)) <= strip.width - panel.x(14), name


@pytest.mark.parametrize(("panel", "language"), ALL)
def test_capital_heights(panel: Panel, language: str) -> None:
    """8.6 mm for headings and medicines; a 7" panel's long names 7 mm, and then the heading gives way to them."""
    for name, view in views(panel, language):
        sheet = compose(panel, view)
        names = [i.line.caps_px for i in sheet.items if i.line.role == "name"]
        least = MEDICINE_LONG if panel.small else MEDICINE
        assert all(caps >= panel.y(least) for caps in names), name
        assert all(i.line.caps_px >= panel.y(LEAST) for i in sheet.items), name
        assert all(b.caps_px >= panel.y(LEAST) for b in sheet.buttons), name
        gave_way = panel.small and ((names and max(names) < panel.y(MEDICINE)) or view.screen == "medicine")
        assert gave_way or all(p.line.caps_px >= panel.y(HEADING) for p in sheet.heading), name


@pytest.mark.parametrize(("panel", "language"), ALL)
def test_no_row_is_parted_but_a_text_longer_than_the_glass(panel: Panel, language: str) -> None:
    for name, view in views(panel, language):
        if view.screen != "medicine":
            assert not any(i.parted for i in compose(panel, view).items), name


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_back_help_and_the_main_action_stay_in_their_places(panel: Panel) -> None:
    found: dict[str, set[tuple[int, int]]] = {"back": set(), "help": set(), "main": set()}
    for _name, view in views(panel, "da"):
        rects = action_rects(panel, view)
        for name in ("back", "help"):
            if name in rects:
                found[name].add((rects[name].x, rects[name].y))
        if view.actions and not view.choices:
            main = rects[view.actions[0].name]
            found["main"].add((main.x, main.y))
            assert all(main.width >= rects[a.name].width for a in view.actions[1:])
    assert all(len(places) == 1 for places in found.values()), found


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30), min_size=1),
    st.sampled_from(list(PANELS.values())),
)
def test_a_name_of_any_kind_is_shown_whole(words: list[str], panel: Panel) -> None:
    name = " ".join(words)[:120].strip()
    dose = replace(intake().doses[0], name=name, strength="", unit="stk")
    nav, kept = HERE, ""
    view = present(snapshot(intake(doses=(dose,))), nav, panel)
    while True:
        lines = [i.line.text for i in compose(panel, view).items if i.line.role == "name"]
        kept += "".join(lines)
        if view.more is None:
            break
        view = present(snapshot(intake(doses=(dose,))), view.more.does, panel)
    assert plain(kept) == plain(f"2 stk {name}")


def plain(text: str) -> str:
    """Without what breaking lines adds or takes."""
    return "".join(text.replace("-", "").split())


def test_lines_are_never_wider_than_the_room() -> None:
    assert wrap("", "body", 30, 100) == ()
    assert wrap("et to tre", "body", 10, 10_000) == ("et to tre",)
    assert len(wrap("et to tre", "body", 10, 30)) == 3


def test_a_tap_in_the_middle_of_a_button_is_inside_it() -> None:
    for panel in PANELS.values():
        for rect in action_rects(panel, present(DUE, HERE, panel)).values():
            x, y = rect.centre
            assert rect.x < x < rect.right
            assert rect.y < y < rect.bottom
