"""`medhub staff` over a real socket, against a hub that answers what the test says and keeps what it was asked."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import msgspec
import pytest

from hub import protocol as p
from hub.domain.refusal import Reason
from medhub.cli import main

NOW = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
STATUS = p.StatusReport(
    now=NOW, trusted=True, hub="hub-7", plan_version=3, next_look=NOW, busy=False, seq=41, cursors={},
    intakes=(p.IntakeView("2026-11-20/evening", "due", NOW, NOW, NOW + timedelta(hours=1), (), compartment=3),),
    alarms=(p.AlarmView("not_taken/2026-11-20/noon", "not_taken", "high", NOW, p.Help.SEEN, seen_by="Sanne"),),
    compartments=(p.CompartmentReport(3, False, "2026-11-20/evening", True), p.CompartmentReport(4, True, None, True)),
)  # fmt: skip


class FakeHub:
    """Answers each message from `answers` (by the message's class), and otherwise says that it is done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: list[Any] = []
        self.answers: dict[type, list[p.Error | p.Answer]] = {p.Status: [STATUS] * 9}
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as frames:
                for frame in frames:
                    frames.write(msgspec.json.encode(self._reply(frame)) + b"\n")
                    frames.flush()

    def _reply(self, frame: bytes) -> p.Reply:
        request = msgspec.json.decode(frame, type=p.Request)
        message = msgspec.json.decode(request.message, type=p.STAFF_MESSAGES)
        self.asked.append(message)
        planned = self.answers.get(type(message), [])
        answer = planned.pop(0) if planned else None
        if isinstance(answer, p.Error):
            return p.Reply(ref=request.ref, error=answer)
        return p.Reply(ref=request.ref, answer=answer)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    fake = FakeHub(tmp_path / "staff.sock")
    yield fake
    fake.close()


@pytest.fixture
def pin_file(tmp_path: Path) -> Path:
    path = tmp_path / "pin"
    path.write_text("4711\n")
    path.chmod(0o600)
    return path


def staff(hub: FakeHub, *words: object) -> int:
    return main(["staff", "--socket", str(hub.path), *map(str, words)])


def test_status_says_where_the_hub_is(hub: FakeHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert staff(hub, "status") == 0
    told = capsys.readouterr().out
    for fact in ("hub-7", "plan version 3", "2026-11-20/evening", "due in 3", "compartment 4   empty, lid open"):
        assert fact in told
    assert "not_taken/2026-11-20/noon since 18:05, high, seen by Sanne" in told


ACTS = {
    "fill 3 2026-11-20/evening --contents-mg 1500": p.Fill(
        person="sanne", pin="4711", compartment=3, intake="2026-11-20/evening", contents_mg=1500
    ),
    "fill 3 2026-11-20/evening": p.Fill(person="sanne", pin="4711", compartment=3, intake="2026-11-20/evening"),
    "empty 3": p.Empty(person="sanne", pin="4711", compartment=3),
    "resolve i taken": p.Resolve(person="sanne", pin="4711", intake="i", outcome=p.Resolution.TAKEN),
    "resolve i due --minutes 90": p.Resolve(
        person="sanne", pin="4711", intake="i", outcome=p.Resolution.DUE, latest_at=NOW + timedelta(minutes=90)
    ),
    "correct i missed wrong-person": p.Correct(
        person="sanne", pin="4711", intake="i", state="missed", reason="wrong-person"
    ),
    "early i": p.HandOutEarly(person="sanne", pin="4711", intake="i"),
    "confirm-journal": p.ConfirmJournal(person="sanne", pin="4711"),
    "acknowledge help/9": p.Acknowledge(person="sanne", pin="4711", alarm="help/9"),
}


def test_every_message_of_staffs_has_a_word() -> None:
    assert {type(message) for message in ACTS.values()} | {p.Status, p.ReadJournal} == set(get_args(p.STAFF_MESSAGES))


@pytest.mark.parametrize("line", ACTS)
def test_an_act_is_one_message_by_a_named_person(hub: FakeHub, pin_file: Path, line: str) -> None:
    assert staff(hub, *line.split(), "--as", "sanne", "--pin-file", pin_file) == 0
    assert hub.asked[-1] == ACTS[line]


def test_the_pin_is_asked_for(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "0815" if "sanne" in prompt else "")
    assert staff(hub, "empty", 3, "--as", "sanne") == 0
    assert hub.asked == [p.Empty(person="sanne", pin="0815", compartment=3)]


def test_a_pin_that_others_may_read_is_not_used(hub: FakeHub, pin_file: Path, capsys: Any) -> None:
    pin_file.chmod(0o644)
    assert staff(hub, "empty", 3, "--as", "sanne", "--pin-file", pin_file) == 1
    assert "chmod 600" in capsys.readouterr().err
    assert hub.asked == []


def test_a_refusal_says_every_reason_and_what_to_do(hub: FakeHub, pin_file: Path, capsys: Any) -> None:
    hub.answers[p.Empty] = [p.Error(p.Problem.REFUSED, (Reason.LID_OPEN, "something new"))]
    assert staff(hub, "empty", 3, "--as", "sanne", "--pin-file", pin_file) == 1
    told = capsys.readouterr().err
    assert "shut all lids first" in told
    assert "something new" in told


def test_the_whole_journal_is_read_page_by_page(hub: FakeHub, capsys: Any) -> None:
    pages = [(b'{"seq":8}', b'{"seq":9}'), (b'{"seq":10}',), ()]
    ends = (9, 10, 10)
    hub.answers[p.ReadJournal] = [
        p.EventBatch("all", tuple(map(msgspec.Raw, page)), end, "") for page, end in zip(pages, ends, strict=True)
    ]
    assert staff(hub, "journal", "--after", 7) == 0
    assert capsys.readouterr().out == '{"seq":8}\n{"seq":9}\n{"seq":10}\n'
    assert [m.after for m in hub.asked] == [7, 9, 10]


def test_no_hub_is_one_line(tmp_path: Path, capsys: Any) -> None:
    assert main(["staff", "--socket", str(tmp_path / "none.sock"), "status"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("minutes", ["4", "721", "-5", "soon", "1e2"])
def test_minutes_are_bounded(hub: FakeHub, minutes: str) -> None:
    with pytest.raises(SystemExit):
        staff(hub, "resolve", "i", "due", "--as", "sanne", f"--minutes={minutes}")
    assert hub.asked == []
