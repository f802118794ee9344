"""Where everything on a screen is: pure geometry in pixels from the top left, from the panel's millimetres.

`compose` places a view whole; the kv screens draw what it says, and `action_rects` is the same for whoever taps.
What does not fit is paged. Nothing shrinks below the limits in `ui.tokens`, and nothing is cut.
"""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from ui.flow import BASELINE, Block, Line, Placed, Setting, blocks_of, paginate, place, settings, todays_row
from ui.measure import balanced, line_height, width
from ui.panel import Panel, Rect
from ui.tokens import BUTTON_SIZES, CLOCK, CLOCK_LARGE, HEADING, LEAST
from ui.view import Action, View


class Measures(Struct, frozen=True):
    """Millimetres that differ between a 7" panel and a larger one."""

    margin: float
    top: float
    foot: float
    gap: float
    band: float  # of the coloured band below the heading
    button: float
    back: float
    help: float
    gutter: float  # between buttons beside each other
    rail: float
    secondary: tuple[float, float]  # a side action's width beside one, and beside two others
    clock: float


SMALL = Measures(
    margin=4, top=1.2, foot=3, gap=1.4, band=0.6, button=21, back=26.4, help=21.6, gutter=3, rail=20,
    secondary=(34, 24.6), clock=CLOCK,
)  # fmt: skip
LARGE = Measures(
    margin=8, top=4, foot=7, gap=4, band=3, button=24, back=32, help=27, gutter=4, rail=27,
    secondary=(46, 32), clock=CLOCK_LARGE,
)  # fmt: skip
STRIP = LEAST * 1.75  # a line of the least text, in mm


class Button(Struct, frozen=True):
    action: Action
    rect: Rect
    text: str  # in lines
    caps_px: int
    kind: str  # main, other, choice, side


class Sheet(Struct, frozen=True):
    """A view, placed. `items` are on the page shown; `pages` is how many there are."""

    heading: tuple[Placed, ...]
    band: Rect
    strip: Rect | None
    content: Rect
    items: tuple[Placed, ...]
    buttons: tuple[Button, ...]
    figure: Rect | None
    pages: int


def action_rects(panel: Panel, view: View) -> dict[str, Rect]:
    """Every button's place by its action's name: exactly where a touch counts."""
    return {b.action.name: b.rect for b in compose(panel, view).buttons}


def page_count(panel: Panel, view: View) -> int:
    return compose(panel, view).pages


class _Try(Struct, frozen=True):
    """A view placed one way. `parted`: a row goes on on another page; `broken`: a line of text takes two."""

    sheet: Sheet
    parted: bool
    broken: bool


@lru_cache(maxsize=32)
def compose(panel: Panel, view: View) -> Sheet:
    """On one page, best with each text on one line; else on pages with the rows whole; else with rows parted."""
    if panel.small and len(view.rows) > 1:
        return _row_by_row(panel, view)
    largest = None
    for setting in settings(panel, view):
        placed = _try(panel, view, setting, rail=False)
        if placed.sheet.pages == 1 and not placed.broken:
            return placed.sheet
        if placed.sheet.pages == 1 and largest is None:
            largest = placed.sheet
    return largest or _paged(panel, view)


def _paged(panel: Panel, view: View) -> Sheet:
    for setting in settings(panel, view):
        placed = _try(panel, view, setting, rail=True)
        if not placed.parted:
            break
    return placed.sheet


def _row_by_row(panel: Panel, view: View) -> Sheet:
    """A 7" panel: one medicine a page, each set as well as it can be; the lines come after the last."""
    alone = [replace(view, rows=(row,), lines=(), page=0) for row in view.rows]
    if view.lines:
        alone.append(replace(view, rows=(), page=0))
    pages = [replace(one, page=n) for one in alone for n in range(_paged(panel, one).pages)]
    return replace(_paged(panel, pages[min(view.page, len(pages) - 1)]), pages=len(pages))


def _try(panel: Panel, view: View, setting: Setting, rail: bool) -> _Try:
    m = SMALL if panel.small else LARGE
    top = m.top + (STRIP if setting.strip else 0)
    strip = _rect(panel, m.margin, m.top, panel.width_mm - 2 * m.margin, STRIP) if setting.strip else None
    heading = _heading(panel, m, view, setting, top)
    below = panel.y(m.band) + max(p.rect.bottom for p in heading)
    actions_top = panel.height_px - panel.y(m.foot) - panel.y(m.button)
    content = Rect(
        panel.x(m.margin), below + panel.y(m.gap), panel.width_px - 2 * panel.x(m.margin),
        actions_top - below - 2 * panel.y(m.gap),
    )  # fmt: skip
    text, figure, more = _divide(panel, m, view, content, rail)
    buttons = _buttons(panel, m, view, content, actions_top, more)
    if view.choices:
        text = _between(panel, m, actions_top)
    today = todays_row(panel, view, text)
    room = Rect(text.x, text.y, text.width, text.height - sum({p.rect.height for p in today}))
    one_each = rail and panel.small
    low = more is not None and content.height < more.height + panel.y(10)  # no room for a shape above "more"
    blocks = blocks_of(panel, view, setting, room.width, indented=not one_each or low)
    pages = paginate(blocks, room.height, single=one_each and bool(view.rows)) or [[]]
    shown = pages[min(view.page, len(pages) - 1)]
    sheet = Sheet(
        heading=heading, band=Rect(0, 0, panel.width_px, below), strip=strip, content=content, buttons=buttons,
        items=place(panel, shown, room, centred=view.choices or view.figure == "tick") + today, figure=figure,
        pages=len(pages),
    )  # fmt: skip
    parted = any(block.parted for page in pages for block in page)
    return _Try(sheet, parted, broken=not view.rows and _broken(blocks, setting))


def _broken(blocks: list[Block], setting: Setting) -> bool:
    """A text on two lines; but two larger lines are better than one of the least size."""
    return setting.body_mm == LEAST or any(len(block.lines) > 1 for block in blocks)


def _heading(panel: Panel, m: Measures, view: View, setting: Setting, top: float) -> tuple[Placed, ...]:
    room = panel.width_px - 2 * panel.x(m.margin)
    if not view.clock:
        return (_placed(panel, "heading", view.heading, setting.heading_mm, panel.x(m.margin), panel.y(top), room),)
    if not panel.small:
        day = _placed(panel, "heading", view.heading, HEADING, panel.x(m.margin), panel.y(top), room)
        clock = _placed(panel, "heading", view.clock, m.clock, panel.x(m.margin), day.rect.bottom, room)
        return day, clock
    beside = panel.y(top + BASELINE * (m.clock - HEADING))
    day = _placed(panel, "heading", view.heading, HEADING, panel.x(m.margin), beside, room)
    start = day.rect.x + width(view.heading, "display", day.line.caps_px) + panel.x(4)
    end = panel.width_px - panel.x(m.margin)
    return day, _placed(panel, "heading", view.clock, m.clock, start, panel.y(top), end - start)


def _placed(panel: Panel, role: str, text: str, caps_mm: float, x: int, y: int, room: int) -> Placed:
    caps = panel.y(caps_mm)
    lines = balanced(text, "display", caps, room)
    line = Line(text="\n".join(lines), role=role, face="display", caps_px=caps, count=len(lines))
    return Placed(line=line, rect=Rect(x, y, room, line.height))


def _divide(panel: Panel, m: Measures, view: View, content: Rect, rail: bool) -> tuple[Rect, Rect | None, Rect | None]:
    """The content's text, figure and "more" parts."""
    if rail:
        wide = panel.x(m.rail)
        text = Rect(content.x, content.y, content.width - wide - panel.x(3), content.height)
        high = min(content.height, max(panel.y(20), panel.y(m.button)))
        return text, None, Rect(content.right - wide, content.bottom - high, wide, high)
    if view.figure == "box":
        wide = int(content.width * 0.56)
        text = Rect(content.x, content.y, content.width - wide - panel.x(4), content.height)
        return text, Rect(content.right - wide, content.y, wide, content.height), None
    if view.figure:
        high = min(content.height, panel.y(32))
        wide = high * panel.x(100) // panel.y(100)
        text = Rect(content.x + wide + panel.x(6), content.y, content.width - wide - panel.x(6), high)
        return text, Rect(content.x, content.y, wide, high), None
    return content, None, None


def _between(panel: Panel, m: Measures, top: int) -> Rect:
    """The bottom row between back and help."""
    left = panel.x(m.margin) + panel.x(m.back) + panel.x(m.gutter)
    right = panel.width_px - panel.x(m.margin) - panel.x(m.help) - panel.x(m.gutter)
    return Rect(left, top, right - left, panel.y(m.button))


def _buttons(panel: Panel, m: Measures, view: View, content: Rect, top: int, more: Rect | None) -> tuple[Button, ...]:
    between = _between(panel, m, top)
    places = _stack(panel, content, len(view.actions)) if view.choices else _row(panel, m, between, view.actions)
    kinds = ["choice"] * 3 if view.choices else ["main", "other", "other"]
    left, right = panel.x(m.margin), panel.width_px - panel.x(m.margin)
    wide = panel.x(m.help)
    wanted = [
        *zip(view.actions, places, kinds, strict=False),
        (view.back, Rect(left, top, panel.x(m.back), between.height), "side"),
        (view.help, Rect(right - wide, top, wide, between.height), "side"),
        (view.more, more, "side"),
    ]
    there = [(action, rect, kind) for action, rect, kind in wanted if action is not None and rect is not None]
    sizes = {kind: min(_size(panel, a, r, k) for a, r, k in there if k == kind) for _, _, kind in there}
    return tuple(_button(panel, action, rect, kind, sizes[kind]) for action, rect, kind in there)


def _row(panel: Panel, m: Measures, between: Rect, actions: tuple[Action, ...]) -> Iterable[Rect]:
    """The main action is first, always begins in the same place, and is as wide as can be."""
    if not actions:
        return []
    others = len(actions) - 1
    wide = panel.x(m.secondary[max(0, others - 1)])
    main = between.width - others * (wide + panel.x(m.gutter))
    rects = [Rect(between.x, between.y, main, between.height)]
    for _ in range(others):
        rects.append(Rect(rects[-1].right + panel.x(m.gutter), between.y, wide, between.height))
    return rects


def _stack(panel: Panel, content: Rect, count: int) -> Iterable[Rect]:
    """Equals: one under the other where there is height for it, else side by side."""
    gap = panel.y(4)
    high = (content.height - (count - 1) * gap) // count
    if high >= panel.y(20):
        high = min(high, panel.y(26))
        return [Rect(content.x, content.y + i * (high + gap), content.width, high) for i in range(count)]
    wide = (content.width - (count - 1) * panel.x(4)) // count
    return [Rect(content.x + i * (wide + panel.x(4)), content.y, wide, content.height) for i in range(count)]


def _size(panel: Panel, action: Action, rect: Rect, kind: str) -> float:
    """The largest capital height on one line; else the largest in lines that keeps the words whole."""
    most, one_line = {"main": (8.6, 7.0), "choice": (8.6, 7.0), "other": (6.2, 5.0), "side": (5.4, 5.0)}[kind]
    sizes = [s for s in BUTTON_SIZES if s <= most]
    for most_lines, size in [*((1, s) for s in sizes if s >= one_line), *((3, s) for s in sizes)]:
        lines = _lines(panel, action, rect, size)
        fits = len(lines) <= most_lines and len(lines) * line_height("display", panel.y(size)) <= rect.height - 2
        if fits and " ".join(lines) == action.text:
            return size
    return LEAST


def _lines(panel: Panel, action: Action, rect: Rect, size: float) -> tuple[str, ...]:
    return balanced(action.text, "display", panel.y(size), rect.width - 2 * panel.x(0.6))


def _button(panel: Panel, action: Action, rect: Rect, kind: str, size: float) -> Button:
    text = "\n".join(_lines(panel, action, rect, size))
    return Button(action=action, rect=rect, text=text, caps_px=panel.y(size), kind=kind)


def _rect(panel: Panel, x: float, y: float, wide: float, high: float) -> Rect:
    return Rect(panel.x(x), panel.y(y), int(wide * panel.width_px / panel.width_mm), panel.y(high))
