"""Text in blocks and pages: how rows and lines are set, and what goes on which page. Pure."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ui.measure import line_height, width, wrap
from ui.panel import Panel, Rect
from ui.tokens import BODY_SIZES, HEADING, LEAST, MEDICINE, MEDICINE_LONG
from ui.view import Row, View

BASELINE = 1.34  # of a line, in capital heights from its top (Inter Display 1.347, Inter 1.331)


class Line(Struct, frozen=True):
    """One or more lines of text in one size. `role` is its colour: heading, body, name, note."""

    text: str
    role: str
    face: str
    caps_px: int
    count: int = 1
    beside_px: int = 0  # stands on the line before it, this far in

    @property
    def height(self) -> int:
        return self.count * line_height(self.face, self.caps_px)

    @property
    def down(self) -> int:
        """How much further down the next line begins."""
        return 0 if self.beside_px else self.height


class Placed(Struct, frozen=True):
    """A line in its place; `shape` and its own place where a row begins. `parted`: its row goes on on another page."""

    line: Line
    rect: Rect
    shape: str = ""
    shape_rect: Rect | None = None
    parted: bool = False


class Block(Struct, frozen=True):
    """What is kept on one page if it can be."""

    lines: tuple[Line, ...]
    shape: str = ""
    indent: int = 0
    shape_px: tuple[int, int] = (0, 0)
    parted: bool = False

    @property
    def height(self) -> int:
        return sum(line.down for line in self.lines)


class Setting(Struct, frozen=True):
    """One way of setting a view; `settings` gives them, the best first."""

    body_mm: float
    medicine_mm: float = MEDICINE
    heading_mm: float = HEADING
    strip: bool = True
    notes: bool = True
    beside: bool = False  # a short note stands on the name's last line
    joined: bool = False  # all lines in one paragraph


def settings(panel: Panel, view: View) -> Iterator[Setting]:
    """The best first. A text as large as there is room for; what gives way first is named last in its line."""
    if view.rows:
        yield from _row_settings(panel, view)
        return
    strips = (True, False) if panel.small and not view.clock else (True,)
    yield from (Setting(body_mm=mm) for mm in (HEADING, *BODY_SIZES))
    yield from (Setting(body_mm=LEAST, joined=True, strip=strip) for strip in strips)


def _row_settings(panel: Panel, view: View) -> Iterator[Setting]:
    """Smaller notes; then a 7" panel gives up its strip, the purpose, and for a long name also the large heading."""
    bare = Setting(body_mm=LEAST, notes=False)
    if not panel.small:
        for beside in (False, True):
            yield from (Setting(body_mm=mm, beside=beside) for mm in BODY_SIZES[1:])
        yield from () if view.keep_notes else (bare,)
        return
    for mm in (MEDICINE, MEDICINE_LONG):
        for strip in (True, False):
            yield from (Setting(body_mm=LEAST, medicine_mm=mm, strip=strip, beside=b) for b in (False, True))
        if not view.keep_notes:
            yield from (replace(bare, medicine_mm=mm, strip=strip) for strip in (True, False))
    last = Setting(body_mm=LEAST, medicine_mm=MEDICINE_LONG, strip=False, heading_mm=LEAST, beside=True)
    yield last
    if not view.keep_notes:
        yield replace(last, notes=False)


def blocks_of(panel: Panel, view: View, setting: Setting, room: int, indented: bool) -> list[Block]:
    """`indented`: a row's shape stands before it; else above the page's own button, where a line needs the width."""
    caps = panel.y(setting.body_mm)
    rows = [_row(panel, row, setting, room, indented) for row in view.rows]
    lines = (" ".join(view.lines),) if setting.joined and view.lines else view.lines
    return rows + [Block(lines=_lines(text, "body", "body", caps, room)) for text in lines if text]


def _row(panel: Panel, row: Row, setting: Setting, room: int, indented: bool) -> Block:
    shape = 9.0 if not panel.small else 8.0
    indent = panel.x(shape + 3.5) if indented else 0
    name = _lines(row.text, "name", "display", panel.y(setting.medicine_mm), room - indent)
    note = _lines(row.note if setting.notes else "", "note", "body", panel.y(setting.body_mm), room - indent)
    if setting.beside and len(note) == 1:
        note = _beside_name(panel, name[-1], note[0], room - indent)
    return Block(lines=name + note, shape=row.shape, indent=indent, shape_px=(panel.x(shape), panel.y(shape)))


def _beside_name(panel: Panel, name: Line, note: Line, room: int) -> tuple[Line, ...]:
    """The note after the name's last line, where there is room for it."""
    start = width(name.text, name.face, name.caps_px) + panel.x(4)
    fits = start + width(note.text, note.face, note.caps_px) <= room
    return (replace(note, beside_px=start),) if fits else (note,)


def _lines(text: str, role: str, face: str, caps: int, room: int) -> tuple[Line, ...]:
    return tuple(
        Line(text=one, role=role, face=face, caps_px=caps)
        for paragraph in text.split("\n")
        for one in wrap(paragraph, face, caps, room)
    )


def paginate(blocks: list[Block], height: int, single: bool) -> list[list[Block]]:
    """Blocks on pages, whole where they can be; one higher than a page is parted between lines. `single`: one each."""
    pages: list[list[Block]] = []
    left = 0
    for block in (piece for whole in blocks for piece in _part(whole, height)):
        if not pages or single or block.height > left:
            pages.append([])
            left = height
        pages[-1].append(block)
        left -= block.height
    return pages


def _part(block: Block, height: int) -> Iterator[Block]:
    if block.height <= height:
        yield block
        return
    piece: tuple[Line, ...] = ()
    shape = block.shape
    for line in block.lines:
        if piece and sum(p.down for p in piece) + line.down > height:
            yield replace(block, lines=piece, shape=shape, parted=True)
            piece, shape = (), ""
        piece += (line,)
    yield replace(block, lines=piece, shape=shape, parted=True)


def place(panel: Panel, blocks: list[Block], room: Rect, centred: bool) -> tuple[Placed, ...]:
    """The page's blocks from the top of `room`, with air between them where there is any; or in its middle."""
    slack = max(0, room.height - sum(b.height for b in blocks))
    air = min(panel.y(4), slack // max(1, len(blocks)))
    y = room.y + (slack // 2 if centred else 0)
    items: list[Placed] = []
    for block in blocks:
        for number, line in enumerate(block.lines):
            rect = Rect(room.x + block.indent, y, room.width - block.indent, line.height)
            if line.beside_px and items:
                rect = _on_line(items[-1], line)
            first = number == 0 and block.shape
            items.append(Placed(
                line=line, rect=rect, shape=block.shape if first else "", parted=block.parted,
                shape_rect=_beside(rect, block, room) if first else None,
            ))  # fmt: skip
            y += line.down
        y += air
    return tuple(items)


def _on_line(before: Placed, line: Line) -> Rect:
    """On the same baseline as the line before."""
    lower = int(BASELINE * (before.line.caps_px - line.caps_px))
    left = before.rect.x + line.beside_px
    return Rect(left, before.rect.y + lower, before.rect.right - left, line.height)


def _beside(rect: Rect, block: Block, room: Rect) -> Rect:
    wide, high = block.shape_px
    x = room.x if block.indent else room.right + wide
    return Rect(x, rect.y + (rect.height - high) // 2, wide, high)


def todays_row(panel: Panel, view: View, room: Rect) -> tuple[Placed, ...]:
    """Today's intakes in one line at the foot of `room`: shape and time. The oldest give way where there are many."""
    caps = panel.y(LEAST if panel.small else BODY_SIZES[2])
    wide, high = panel.x(7 if panel.small else 9), panel.y(7 if panel.small else 9)
    size = Rect(0, 0, wide, max(high, line_height("body", caps)))
    widths = [wide + panel.x(2) + width(row.text, "body", caps) + panel.x(6) for row in view.today]
    rows = list(zip(view.today, widths, strict=True))
    while sum(w for _, w in rows) > room.width:
        rows.pop(0)
    x, y, items = room.x, room.bottom - size.height, []
    for row, w in rows:
        line = Line(text=row.text, role="body", face="body", caps_px=caps)
        rect = Rect(x + wide + panel.x(2), y, w - wide - panel.x(2), size.height)
        mark = Rect(x, y + (size.height - high) // 2, wide, high)
        items.append(Placed(line=line, rect=rect, shape=row.shape, shape_rect=mark))
        x += w
    return tuple(items)
