"""The link to the hub over a real socket: it finds the hub again, and no touch is ever sent late."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Event

import pytest
from msgspec.structs import replace

from hub.client import HubUnreachable
from hub.protocol import Error, Message, Open, Problem, Reply, Shown, Snapshot
from tests.ui.fake_hub import fake_hub, refuse
from tests.ui.scenes import DUE
from ui.link import Link

WAIT_S = 10.0


class Heard:
    """The screen's thread: runs what the link posts, and keeps what came."""

    def __init__(self) -> None:
        self.work: Queue[Callable[[], None]] = Queue()
        self.snapshots: list[Snapshot] = []
        self.up: list[bool] = []
        self.replies: list[Reply | None] = []

    def until(self, true: Callable[[], bool]) -> None:
        while not true():
            try:
                self.work.get(timeout=WAIT_S)()
            except Empty:
                raise AssertionError((len(self.snapshots), self.up, self.replies)) from None


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ui.sock"


@pytest.fixture
def link(heard: Heard, path: Path) -> Iterator[Link]:
    made = Link(path, heard.snapshots.append, heard.up.append, heard.work.put)
    yield made
    made.close()


def test_snapshots_come_and_messages_are_answered(link: Link, heard: Heard, path: Path) -> None:
    with fake_hub(path, DUE) as hub:
        link.start()
        heard.until(lambda: heard.snapshots == [DUE])
        link.send(Open(intake="x"), heard.replies.append)
        heard.until(lambda: bool(heard.replies))
        assert hub.heard == [Open(intake="x")]
        hub.answer = refuse("clock", "lid_open")
        link.send(Open(intake="y"), heard.replies.append)
        heard.until(lambda: len(heard.replies) == 2)
        hub.show(replace(DUE, version=8))
        heard.until(lambda: heard.snapshots[-1].version == 8)
    assert heard.up == [True]
    first, second = heard.replies
    assert first is not None
    assert first.error is None
    assert second is not None
    assert second.error == Error(Problem.REFUSED, ("clock", "lid_open"))


def test_it_finds_a_hub_that_comes_back(link: Link, heard: Heard, path: Path) -> None:
    with fake_hub(path, DUE):
        link.start()
        heard.until(lambda: bool(heard.snapshots))
    link.send(Shown(screen="due", snapshot=1), heard.replies.append)
    heard.until(lambda: heard.up[-1:] == [False])
    assert heard.replies == [None]
    with fake_hub(path, replace(DUE, version=9)):
        heard.until(lambda: heard.snapshots[-1].version == 9)
    assert heard.up == [True, False, True]


def test_a_touch_while_the_hub_is_away_is_never_sent_late(link: Link, heard: Heard, path: Path) -> None:
    link.start()
    link.send(Open(intake="x"), heard.replies.append)
    heard.until(lambda: heard.replies == [None])
    with fake_hub(path, DUE) as hub:
        heard.until(lambda: bool(heard.snapshots))
        link.send(Shown(screen="due", snapshot=3), heard.replies.append)
        heard.until(lambda: len(heard.replies) == 2)
        assert hub.heard == []
        assert hub.shown == [Shown(screen="due", snapshot=3)]


def test_a_touch_that_waited_behind_a_slow_answer_is_not_sent(link: Link, heard: Heard, path: Path) -> None:
    def slowly(_message: Message) -> None:
        Event().wait(1.5)

    with fake_hub(path, DUE) as hub:
        link.start()
        heard.until(lambda: bool(heard.snapshots))
        hub.answer = slowly
        link.send(Open(intake="x"), heard.replies.append)
        link.send(Open(intake="y"), heard.replies.append)
        heard.until(lambda: len(heard.replies) == 2)
        assert hub.heard == [Open(intake="x")]
        assert heard.replies[1] is None


def test_it_can_be_closed_without_ever_having_found_the_hub(link: Link) -> None:
    link.start()


def test_a_hub_that_hangs_is_not_there(heard: Heard, path: Path) -> None:
    """H26: its socket can still be connected to, and nothing comes."""
    connected = Event()

    class Hung:
        def __init__(self, path: Path, push: Callable[[Snapshot], None]) -> None:
            connected.set()

        def call(self, message: Message, timeout_s: float = 5.0) -> Reply:
            raise HubUnreachable("it hangs")

        def close(self) -> None:
            """Nothing to let go of."""

    link = Link(path, heard.snapshots.append, heard.up.append, heard.work.put, connect=Hung)
    link.start()
    try:
        for _ in range(2):
            assert connected.wait(WAIT_S)
            connected.clear()
            link.send(Shown(screen="due", snapshot=1), heard.replies.append)
            heard.until(lambda: bool(heard.replies))
            heard.replies.clear()
    finally:
        link.close()
    assert heard.up == []
