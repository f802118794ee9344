"""The broker over real sockets: who is listened to, which verbs there are, and that nothing of a request is run."""

import configparser
import os
import socket
import stat
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.broker import acts
from hub.broker import verbs as asks
from hub.broker.acts import ACTS, Refused
from hub.broker.brake import MOST, after_failure, may_reboot
from hub.broker.main import serve
from hub.broker.verbs import AnyVerb, Done, JoinWifi, PowerOff, Reboot, RestartScreen, SetClock

WIFI = JoinWifi("hjem æ;[x]", "en \\lang; kode#")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Asked:
    """The acts, which only say what they were asked."""

    def __init__(self, answer: Exception | None = None) -> None:
        self.verbs: list[Any] = []
        self._answer = answer

    def acts(self) -> dict[type, Callable[[Any], None]]:
        return dict.fromkeys(get_args(AnyVerb), self._do)

    def _do(self, verb: Any) -> None:
        self.verbs.append(verb)
        if self._answer is not None:
            raise self._answer


@contextmanager
def listening(path: Path, asked: Asked, uid: int) -> Iterator[None]:
    """What systemd does with the socket unit: each connection to a broker of its own."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def once() -> None:
            with listener.accept()[0] as peer:
                serve(peer, uid, asked.acts())

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        yield
        thread.join(10)
        assert not thread.is_alive()


def sent(tmp_path: Path, line: bytes, asked: Asked, uid: int) -> bytes:
    path = tmp_path / "broker.sock"
    path.unlink(missing_ok=True)
    with listening(path, asked, uid), socket.socket(socket.AF_UNIX) as to:
        to.connect(str(path))
        to.sendall(line)
        to.shutdown(socket.SHUT_WR)
        return to.makefile("rb").read()


@pytest.mark.parametrize(
    "verb", [WIFI, SetClock(NOON), RestartScreen(), Reboot(), PowerOff()], ids=lambda v: type(v).__name__
)
def test_each_verb_comes_through_as_it_was_asked(tmp_path: Path, verb: AnyVerb) -> None:
    asked = Asked()
    with listening(tmp_path / "b.sock", asked, os.getuid()):
        assert asks.ask(verb, tmp_path / "b.sock") == Done()
    assert asked.verbs == [verb]


def test_there_are_five_verbs_and_each_is_done_by_something() -> None:
    names = {kind.__name__ for kind in get_args(AnyVerb)}
    assert names == {"JoinWifi", "SetClock", "RestartScreen", "Reboot", "PowerOff"}
    assert set(ACTS) == set(get_args(AnyVerb))


def test_another_uid_is_not_listened_to(tmp_path: Path) -> None:
    asked = Asked()
    assert b"not the hub" in sent(tmp_path, b'{"type":"Reboot"}\n', asked, os.getuid() + 1)
    assert asked.verbs == []


@pytest.mark.parametrize("error", [Refused("too many reboots"), OSError(28, "No space left on device")])
def test_what_could_not_be_done_is_said(tmp_path: Path, error: Exception) -> None:
    answer = msgspec.json.decode(sent(tmp_path, b'{"type":"Reboot"}\n', Asked(error), os.getuid()), type=Done)
    assert answer.refused in {"too many reboots", "No space left on device"}


def test_its_log_has_the_verb_and_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    sent(tmp_path, msgspec.json.encode(WIFI) + b"\n", Asked(), os.getuid())
    assert "JoinWifi" in caplog.text
    assert "kode" not in caplog.text
    assert "hjem" not in caplog.text


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)))
@example(b'{"type":"Reboot","unit":"ssh.service"}')
@example(b'{"type":"RunCommand"}')
@example(b'{"type":"SetClock","wall":"2026-11-28T12:00:00"}')
@example(b'{"type":"JoinWifi","ssid":"a","passphrase":"1234567"}')
@example(b'{"type":"JoinWifi","ssid":"a","passphrase":"12345678\\n"}')
@example(b'{"type":"JoinWifi","ssid":"a","passphrase":"1234\\n5678"}')
@example(b'["Reboot"]')
@example(b"")
def test_nothing_else_is_a_verb(tmp_path_factory: pytest.TempPathFactory, line: bytes) -> None:
    asked = Asked()
    answer = sent(tmp_path_factory.mktemp("b"), line + b"\n", asked, os.getuid())
    assert msgspec.json.decode(answer, type=Done).refused == "no verb of the list"
    assert asked.verbs == []


def test_a_broker_that_is_not_there_has_refused(tmp_path: Path) -> None:
    assert asks.ask(Reboot(), tmp_path / "none.sock").refused


def test_one_that_answers_nonsense_or_nothing_has_refused(tmp_path: Path) -> None:
    for number, answer in enumerate((b"", b"done\n", b"{\n")):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(tmp_path / f"{number}.sock"))
            listener.listen()

            def hang_up(answer: bytes = answer, listener: socket.socket = listener) -> None:
                with listener.accept()[0] as peer:
                    peer.recv(2000)
                    peer.sendall(answer)

            thread = threading.Thread(target=hang_up, daemon=True)
            thread.start()
            assert asks.ask(Reboot(), tmp_path / f"{number}.sock").refused
            thread.join(5)


# -- what is done ---------------------------------------------------------------------------------------------------


def test_a_network_is_joined_by_a_file_of_roots_alone_and_no_secret_is_on_a_command_line(tmp_path: Path) -> None:
    file, ran = tmp_path / "medhub.nmconnection", []
    acts.join_wifi(WIFI, file, lambda *words: ran.append(words))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ran == [("nmcli", "connection", "reload"), ("nmcli", "connection", "up", "medhub")]


@pytest.mark.parametrize("before", [None, b"[connection]\nid=medhub\n"])
def test_a_network_that_cannot_be_joined_leaves_what_was_before(tmp_path: Path, before: bytes | None) -> None:
    """One wrong letter in a passphrase must not cost the box the network it had."""
    file, ran = tmp_path / "medhub.nmconnection", list[tuple[str, bytes | None]]()
    if before is not None:
        file.write_bytes(before)

    def run(*words: str) -> None:
        ran.append((" ".join(words), file.read_bytes() if file.exists() else None))
        if words[-2:] == ("up", "medhub"):
            raise Refused("nmcli failed")

    with pytest.raises(Refused, match="nmcli failed"):
        acts.join_wifi(WIFI, file, run)
    asked, back = acts.keyfile(WIFI), [("nmcli connection reload", before)]
    if before is not None:
        back.append(("nmcli --wait 0 connection up medhub", before))
    assert ran == [("nmcli connection reload", asked), ("nmcli connection up medhub", asked), *back]


def test_without_a_network_manager_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="NetworkManager"):
        acts.join_wifi(WIFI, tmp_path / "none" / "x", lambda *words: None)


PRINTABLE = st.text(string.ascii_letters + string.digits + string.punctuation + " ", min_size=8, max_size=63)


@given(st.text(min_size=1, max_size=32), PRINTABLE)
@example("[wifi]\nssid=x", "12345678\\n[ipv4]")
def test_nothing_in_a_name_or_a_password_is_another_line(ssid: str, passphrase: str) -> None:
    """Read again by a parser of such files; NetworkManager's own is GLib's, whose escapes are undone here by hand."""
    if len(ssid.encode(errors="replace")) > 32:
        return
    parser = configparser.RawConfigParser(strict=True, delimiters=("=",), comment_prefixes=("#",))
    verb = JoinWifi(ssid.encode(errors="replace").decode(), passphrase)
    parser.read_string(acts.keyfile(verb).decode())
    assert parser.sections() == ["connection", "wifi", "wifi-security", "ipv4", "ipv6"]
    assert bytes(map(int, parser["wifi"]["ssid"].strip(";").split(";"))) == verb.ssid.encode()
    read = parser["wifi-security"]["psk"].replace("\\\\", "\0").replace("\\s", " ").replace("\0", "\\")
    assert read == passphrase


def test_the_clock_is_not_set_against_the_network_nor_to_what_cannot_be(tmp_path: Path) -> None:
    set_to: list[tuple[int, float]] = []

    def ask(wall: datetime) -> None:
        acts.set_clock(SetClock(wall), tmp_path / "synchronized", lambda clock, s: set_to.append((clock, s)))

    ask(NOON)
    assert [seconds for _, seconds in set_to] == [NOON.timestamp()]
    for wall in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)):
        with pytest.raises(Refused, match="life"):
            ask(wall)
    (tmp_path / "synchronized").touch()
    with pytest.raises(Refused, match="network"):
        ask(NOON)
    assert len(set_to) == 1


def test_a_person_reboots_three_times_and_then_not_until_it_has_been_up_for_a_while(tmp_path: Path) -> None:
    ran: list[tuple[str, ...]] = []
    for _ in range(MOST):
        acts.reboot(Reboot(), lambda *words: ran.append(words), tmp_path / "count", up_s=lambda: 60.0)
    with pytest.raises(Refused, match="too many"):
        acts.reboot(Reboot(), lambda *words: ran.append(words), tmp_path / "count", up_s=lambda: 60.0)
    assert len(ran) == MOST
    acts.reboot(Reboot(), lambda *words: ran.append(words), tmp_path / "count", up_s=lambda: acts.AGAIN_S)
    assert len(ran) == MOST + 1


def test_what_fails_is_refused_without_what_it_said() -> None:
    with pytest.raises(Refused, match=r"^false failed$"):
        acts.run("false")
    with pytest.raises(Refused, match="is not on this machine"):
        acts.run("no-such-command-of-ours")


# -- the brake ------------------------------------------------------------------------------------------------------


def failing(service: str, status: str, file: Path) -> tuple[list[str], list[float]]:
    ran: list[str] = []
    waited: list[float] = []
    after_failure(service, status, lambda command: ran.append(command[1]), waited.append, file)
    return ran, waited


@given(st.lists(st.floats(0, 10_000), max_size=12))
def test_never_more_than_three_in_a_row_however_long_each_boot_lasts(
    tmp_path_factory: pytest.TempPathFactory, ups: list[float]
) -> None:
    """Held against a count of its own."""
    file, row = tmp_path_factory.mktemp("brake") / "count", 0
    for up_s in ups:
        row = 0 if up_s >= 600 else row
        assert may_reboot(file, 600, lambda up_s=up_s: up_s) is (row < MOST)
        row = min(row + 1, MOST)


def test_a_count_that_cannot_be_read_stops_reboots(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("three")
    assert not may_reboot(tmp_path / "count", 600, lambda: 1.0)


def test_one_that_cannot_be_written_is_no_reboot_but_another_try(tmp_path: Path) -> None:
    ran, waited = failing("medhub-hub", "1", tmp_path / "none" / "count")
    assert (ran, len(waited)) == (["reset-failed", "start"], 1)


def test_a_hub_that_does_not_stay_up_is_given_reboots_and_then_tries_for_ever(tmp_path: Path) -> None:
    did = [failing("medhub-hub", "1", tmp_path / "count")[0][0] for _ in range(6)]
    assert did == ["reboot"] * MOST + ["reset-failed"] * 3


@pytest.mark.parametrize(
    ("service", "status"), [("medhub-hub", str(os.EX_CONFIG)), ("medhub-ui", "KILL"), ("medhub-sync", "1")]
)
def test_settings_gone_wrong_or_another_than_the_hub_never_reboot(tmp_path: Path, service: str, status: str) -> None:
    ran, waited = failing(service, status, tmp_path / "count")
    assert (ran, waited) == (["reset-failed", "start"], [60.0])
    assert not (tmp_path / "count").exists()
