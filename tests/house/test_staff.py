"""`medhub staff` over a real socket, against a hub that answers what the test says and keeps what it was asked."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from hub import protocol as p
from hub.clock_model import RULES, State
from hub.domain.leave import LeaveKind
from hub.domain.refusal import Reason
from medhub.cli import main

NOW = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
DOSE = p.DoseView("Panodil", "500 mg", "2", "tabletter", True)
STATUS = p.StatusReport(
    now=NOW, trusted=True, hub="hub-7", plan_version=3, next_look=NOW, busy=False, seq=41, cursors={},
    intakes=(p.IntakeView("2026-11-20/evening", "due", NOW, NOW, NOW + timedelta(hours=1), (), compartment=3),),
    alarms=(p.AlarmView("not_taken/2026-11-20/noon", "not_taken", "high", NOW, p.Help.SEEN, seen_by="Sanne"),),
    compartments=(p.CompartmentReport(3, False, "2026-11-20/evening", True), p.CompartmentReport(4, True, None, True),
                  p.CompartmentReport(5, False, "2026-11-21/noon", False, "lid_opened")),
    filling=p.FillingReport(6, "2026-11-22/noon", True, (p.PutIn("1", DOSE, True), p.PutIn("2", DOSE))),
    to_fill=("2026-11-20/evening", "2026-11-20/night", "2026-11-21/morning", "as-needed/para"),
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
    for fact in ("hub-7", "plan version 3", "2026-11-20/evening", "due in 3", "compartment 4   empty, lid open",
                 "compartment 5   2026-11-21/noon (not vouched for: lid_opened)",
                 "filling 6 with 2026-11-22/noon: 1 of 2 counted", "to fill: 2026-11-20/evening, night\n",
                 "to fill: 2026-11-21/morning\n", "to fill: as-needed/para\n"):  # fmt: skip
        assert fact in told
    assert "not_taken/2026-11-20/noon since 18:05, high, seen by Sanne" in told


def test_status_says_who_is_away_what_is_stopped_and_who_comes_with_what(hub: FakeHub, capsys: Any) -> None:
    (intake,) = STATUS.intakes
    promised = replace(intake, promised_by="Sanne Holm", give_by=NOW + timedelta(minutes=30))
    leave = p.LeaveView("weekend", NOW + timedelta(days=2), "Karen")
    hub.answers[p.Status] = [replace(STATUS, intakes=(promised,), leave=leave, stopped=("9100002",))]
    assert staff(hub, "status") == 0
    told = capsys.readouterr().out
    for fact in ("away: weekend until 2026-11-22 18:05, Karen has the medicine", "stopped urgently: 9100002",
                 "due in 3, Sanne Holm gives it by 18:35"):  # fmt: skip
        assert fact in told


ACTS = {
    "fill 3 2026-11-20/evening --by-word --contents-mg 1500": p.Fill(
        person="sanne", pin="4711", compartment=3, intake="2026-11-20/evening", contents_mg=1500
    ),
    "fill 3 2026-11-20/evening --by-word": p.Fill(
        person="sanne", pin="4711", compartment=3, intake="2026-11-20/evening"
    ),
    "verify 3": p.Verify(person="sanne", pin="4711", compartment=3),
    "empty 3": p.Empty(person="sanne", pin="4711", compartment=3),
    "resolve i taken": p.Resolve(person="sanne", pin="4711", intake="i", outcome=p.Resolution.TAKEN),
    "resolve i due --minutes 90": p.Resolve(
        person="sanne", pin="4711", intake="i", outcome=p.Resolution.DUE, latest_at=NOW + timedelta(minutes=90)
    ),
    "correct i missed wrong-person": p.Correct(
        person="sanne", pin="4711", intake="i", state="missed", reason="wrong-person"
    ),
    "early i": p.HandOutEarly(person="sanne", pin="4711", intake="i"),
    "promise i --minutes 60": p.Promise(person="sanne", pin="4711", intake="i", give_by=NOW + timedelta(hours=1)),
    "hand-back i": p.HandBack(person="sanne", pin="4711", intake="i"),
    "begin-leave hospital": p.BeginLeave(person="sanne", pin="4711", kind=LeaveKind.HOSPITAL, begins_at=NOW),
    "begin-leave weekend --from 2026-11-21T10:00 --until 2026-11-22T18:00+01:00 --responsible Karen": p.BeginLeave(
        person="sanne",
        pin="4711",
        kind=LeaveKind.WEEKEND,
        begins_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        ends_at=datetime(2026, 11, 22, 17, tzinfo=UTC),
        responsible="Karen",
    ),
    "end-leave": p.EndLeave(person="sanne", pin="4711"),
    "confirm-journal": p.ConfirmJournal(person="sanne", pin="4711"),
    "set-journal-aside": p.SetJournalAside(person="sanne", pin="4711"),
    "restart-screen": p.RestartScreen(person="sanne", pin="4711"),
    "reboot": p.Reboot(person="sanne", pin="4711"),
    "acknowledge help/9": p.Acknowledge(person="sanne", pin="4711", alarm="help/9"),
}


def test_every_message_of_staffs_has_a_word() -> None:
    others = {p.Status, p.ReadJournal, p.SetTime, p.LowerMark, p.JoinWifi, p.SelfTest}  # the last: `medhub selftest`
    others |= {p.BeginFilling, p.Identify, p.Count, p.EndFilling}  # test_staff_fill.py
    assert {type(message) for message in ACTS.values()} | others == set(get_args(p.STAFF_MESSAGES))


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


# -- the clock -----------------------------------------------------------------------------------------------------

AT_HOME = replace(STATUS, zone="Europe/Copenhagen", clock=State.TOLD, now=datetime(2026, 7, 20, 18, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("2026-07-20T20:05", "2026-07-20T18:05+00:00"),
        ("2026-11-20 20:05:30", "2026-11-20T19:05:30+00:00"),  # the offset is that of the time told, not of today
        ("2026-11-20T20:05+00:00", "2026-11-20T20:05+00:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30+00:00"),
    ],
)
def test_the_time_told_is_the_homes(hub: FakeHub, pin_file: Path, told: str, utc: str, capsys: Any) -> None:
    hub.answers[p.Status] = [AT_HOME] * 3
    assert staff(hub, "set-time", told, "--as", "sanne", "--pin-file", pin_file) == 0
    (message,) = (m for m in hub.asked if isinstance(m, p.SetTime))
    assert (message.person, message.pin) == ("sanne", "4711")
    assert timedelta() <= message.wall - datetime.fromisoformat(utc) < timedelta(seconds=20)
    said = capsys.readouterr().out
    assert "Monday 2026-07-20 20:05 in Europe/Copenhagen" in said
    assert next(rule.when for rule in RULES if rule.state is State.TOLD) in said


def test_the_time_it_took_to_give_the_pin_is_counted(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [1000.0]

    def typed(prompt: str) -> str:
        now_s[0] += 90
        return "4711"

    monkeypatch.setattr("getpass.getpass", typed)
    monkeypatch.setattr("medhub.staff_acts.time.monotonic", lambda: now_s[0])
    assert staff(hub, "set-time", "2026-11-20T14:05Z", "--as", "sanne") == 0
    (message,) = (m for m in hub.asked if isinstance(m, p.SetTime))
    assert message.wall == datetime(2026, 11, 20, 14, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("told", ["2026-10-25T02:30", "2026-03-29T02:30"])
def test_an_hour_that_comes_twice_or_never_needs_its_offset(
    hub: FakeHub, pin_file: Path, told: str, capsys: Any
) -> None:
    hub.answers[p.Status] = [AT_HOME]
    assert staff(hub, "set-time", told, "--as", "sanne", "--pin-file", pin_file) == 1
    assert "add the offset" in capsys.readouterr().err
    assert [type(m) for m in hub.asked] == [p.Status]


@pytest.mark.parametrize("told", ["soon", "14:05", "2026-11-20", "2026-13-20T14:05"])
def test_what_is_no_time_is_not_sent(hub: FakeHub, told: str) -> None:
    with pytest.raises(SystemExit):
        staff(hub, "set-time", told, "--as", "sanne")
    assert hub.asked == []


def test_a_networks_password_is_asked_for_or_read_and_on_no_command_line(
    hub: FakeHub, pin_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = p.JoinWifi(person="sanne", pin="4711", ssid="hjem", passphrase="hemmelig 1")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "hemmelig 1" if "hjem" in prompt else "")
    assert staff(hub, "join-wifi", "hjem", "--as", "sanne", "--pin-file", pin_file) == 0
    (tmp_path / "password").write_text("hemmelig 1\n")
    (tmp_path / "password").chmod(0o600)
    words = ("join-wifi", "hjem", "--as", "sanne", "--pin-file", pin_file, "--password-file", tmp_path / "password")
    assert staff(hub, *words) == 0
    assert hub.asked == [wanted, wanted]


def test_two_persons_lower_the_mark(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "4711" if "sanne" in prompt else "2580")
    assert staff(hub, "lower-mark", "--as", "sanne", "--second", "ole") == 0
    assert hub.asked[0] == p.LowerMark(person="sanne", pin="4711", second_person="ole", second_pin="2580")


@pytest.mark.parametrize("state", [state for state in State if state is not State.TRUSTED])
def test_status_says_what_is_wrong_with_the_clock_and_the_way_out(hub: FakeHub, state: State, capsys: Any) -> None:
    hub.answers[p.Status] = [replace(AT_HOME, clock=state)]
    assert staff(hub, "status") == 0
    rule = next(rule for rule in RULES if rule.state is state)
    said = capsys.readouterr().out
    assert rule.when in said
    assert rule.way_out in said
    assert "2026-07-20 20:05" in said
