"""What a screen says and where each touch leads, as plain values. `ui.present` makes them, `ui.layout` places them."""

from msgspec import Struct

from hub.protocol import Message


class Nav(Struct, frozen=True):
    """Where the person is on the screen, beyond where the hub is. Ephemeral: `key` is what it was chosen on.

    `place` "" is where the hub is. `lasting` places stay until the hub moves; the others time out.
    """

    place: str = ""
    page: int = 0
    key: str = ""
    intake: str = ""
    asked: str = ""
    reasons: tuple[str, ...] = ()
    lasting: bool = False


HERE = Nav()


class Action(Struct, frozen=True):
    """Something to touch. `does` is sent to the hub or is the next place; `then`: the place once the hub said yes."""

    name: str
    text: str
    does: Message | Nav
    then: Nav = HERE


class Row(Struct, frozen=True):
    """A dose, a medicine, or one of today's intakes. Its shape carries its meaning along with the colour."""

    shape: str  # waiting, taken, missed, along, outside, or none
    text: str
    note: str = ""


class Strip(Struct, frozen=True):
    """The line at the top."""

    text: str
    banner: str = ""  # no power, an old plan: in few words
    offline: bool = False  # drawn, no words: the citizen need not care


class View(Struct, frozen=True, kw_only=True):
    """One screen whole. Texts are in the citizen's language."""

    screen: str
    strip: Strip
    heading: str
    clock: str = ""  # beside or under the heading, large
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    keep_notes: bool = False  # the rows' notes are what the screen is for
    today: tuple[Row, ...] = ()
    actions: tuple[Action, ...] = ()  # the first is the main one; at most three
    choices: bool = False  # the actions are equals, laid out in the content
    more: Action | None = None
    back: Action | None = None
    help: Action | None = None
    page: int = 0
    tone: str = "plain"
    figure: str = ""  # "box", "tick"
    compartment: int | None = None
    compartments: int = 0
    columns: int = 0
    night: bool = False
    still: bool = False  # nothing moves ("rolig")

    @property
    def touchable(self) -> tuple[Action, ...]:
        """Everything that can be touched, in reading order."""
        extra = (self.more, self.back, self.help)
        return self.actions + tuple(a for a in extra if a is not None)
