"""Named people at the page: who comes in, what they see, what they can do there."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from hub.domain import events as e
from hub.domain.events import AlarmCode
from hub.domain.plan import Criticality
from sync.config import load
from sync.gateway import config, people, watch, words
from sync.gateway.config import ConfigRefused
from sync.gateway.people import FAILURES, PAUSE_S, SESSION_S, add_user, log_in, session_of
from sync.server import Refused, Server
from tests.sync import examples as x
from tests.sync.bed import PASSWORD, Home, Municipality
from tests.sync.test_gateway import ALARM, batch


def raised(town: Municipality, home: Home, *bodies: e.AnyBody, wall: datetime | None = None) -> None:
    """`wall`: when they happened, where that counts: a gateway in a process of its own goes by the machine's clock."""
    server = Server(load(home.settings()))
    server.post(batch(home, *(x.event(n, body, wall) for n, body in enumerate(bodies or (ALARM,), 1))))
    server.close()


def page(town: Municipality, browser: requests.Session) -> str:
    return browser.get(f"{town.url}/alarms", timeout=10).text


def fields_of(text: str, alarm_id: int) -> dict[str, str]:
    forms = re.findall(r"<form.*?</form>", text, re.S)
    form = next(f for f in forms if f'name="id" value="{alarm_id}"' in f)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def alarms(town: Municipality, browser: requests.Session, home: Home) -> list[Any]:
    return list(browser.get(f"{town.url}/hubs/{home.hub}/alarms", timeout=10).json())


@pytest.mark.parametrize("path", ["/alarms", "/hubs"])
def test_a_stranger_is_led_to_the_login(town: Municipality, path: str) -> None:
    answer = requests.get(f"{town.url}{path}", verify=str(town.ca), timeout=10)
    assert answer.url == f"{town.url}/login"
    assert "Log ind" in answer.text


@pytest.mark.parametrize("path", ["outcomes?day=2026-11-20", "alarms", "health", "fhir/AuditEvent/x"])
def test_a_stranger_reads_nothing(town: Municipality, home: Home, path: str) -> None:
    answer = requests.get(f"{town.url}/hubs/{home.hub}/{path}", verify=str(town.ca), timeout=10)
    assert answer.status_code == 401


@pytest.mark.parametrize(("login", "password"), [("sanne", "forkert adgangskode"), ("ingen", PASSWORD), ("", "")])
def test_a_wrong_password_does_not_come_in(town: Municipality, login: str, password: str) -> None:
    with town.browser("sanne"):  # forgets the wrong ones in a row
        pass
    form = {"login": login, "password": password}
    answer = requests.post(f"{town.url}/login", data=form, verify=str(town.ca), timeout=10)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "forkert" in answer.text


def test_guessing_makes_the_login_rest(quiet_town: Municipality) -> None:
    clock = [1000.0]
    with quiet_town.gateway(real_s=lambda: clock[0]) as gateway:
        add_user(gateway, x.BY, "sanne", PASSWORD)
        for _ in range(FAILURES):
            assert log_in(gateway, "sanne", "forkert") is None
        assert log_in(gateway, "sanne", PASSWORD) is None
        clock[0] += PAUSE_S + 1
        token = log_in(gateway, "sanne", PASSWORD)
        assert token
        assert session_of(gateway, token) is not None
        clock[0] += SESSION_S
        assert session_of(gateway, token) is None


def test_guessing_all_at_once_is_guessing(quiet_town: Municipality) -> None:
    everybody = threading.Barrier(2 * FAILURES)

    def at_once() -> float:
        everybody.wait(timeout=20)  # each has looked at the password before any is counted
        return 1000.0

    with quiet_town.gateway() as gateway:
        add_user(gateway, x.BY, "sanne", PASSWORD)
        guesses = ["forkert"] * (2 * FAILURES - 1) + [PASSWORD]
        with ThreadPoolExecutor(len(guesses)) as hands:
            list(hands.map(lambda guess: log_in(gateway._replace(real_s=at_once), "sanne", guess), guesses))
        assert log_in(gateway._replace(real_s=lambda: 1001.0), "sanne", PASSWORD) is None


def test_a_new_password_ends_the_sessions_of_the_old(quiet_town: Municipality) -> None:
    with quiet_town.gateway() as gateway:
        add_user(gateway, x.BY, "sanne", PASSWORD)
        token = log_in(gateway, "sanne", PASSWORD)
        assert token
        add_user(gateway, x.BY, "sanne", "en helt anden adgangskode")
        assert session_of(gateway, token) is None
        assert log_in(gateway, "sanne", PASSWORD) is None
        with pytest.raises(ValueError, match=str(people.SHORTEST)):
            add_user(gateway, x.BY, "sanne", "kort")


def test_a_form_from_elsewhere_does_nothing(town: Municipality, home: Home) -> None:
    raised(town, home)
    with town.browser() as browser:
        [alarm] = alarms(town, browser, home)
        fields = fields_of(page(town, browser), alarm["id"])
        for csrf in ("", "x" * 43):
            answer = browser.post(f"{town.url}/alarms/acknowledge", data={**fields, "csrf": csrf}, timeout=10)
            assert answer.status_code == 403
        assert alarms(town, browser, home)[0]["asked_by"] is None
        for nobodys in ("99999999", "9" * 30, "9" * 5000, "-1", "x", ""):
            answer = browser.post(f"{town.url}/alarms/acknowledge", data={**fields, "id": nobodys}, timeout=10)
            assert answer.status_code == 404
        assert browser.post(f"{town.url}/logout", data={"csrf": "x"}, timeout=10).status_code == 403
        assert browser.post(f"{town.url}/logout", data=fields, timeout=10).url == f"{town.url}/login"
        assert browser.get(f"{town.url}/hubs/{home.hub}/alarms", timeout=10).status_code == 401


def test_the_page_says_what_whose_since_and_whether_it_can_be_opened(town: Municipality, home: Home) -> None:
    can_open = e.AlarmRaised(
        alarm="partly_taken/2026-11-20/noon", code=AlarmCode.PARTLY_TAKEN, criticality=Criticality.MEDIUM,
        intake=x.NOON, can_open=True,
    )  # fmt: skip
    raised(town, home, ALARM, e.AlarmEscalated(alarm=x.ALARM, level=3), can_open)
    with town.browser() as browser:
        text = page(town, browser)
    shown = [a for a in re.findall(r"<article.*?</article>", text, re.S) if f"boks {home.hub} " in a]
    assert "Medicin ikke taget" in shown[0]
    assert "Høj" in shown[0]
    assert "trin 3" in shown[0]
    assert "dosis 20.11. middag" in shown[0]
    assert "siden 20.11. kl. 12.00" in shown[0]
    assert "kan ikke åbnes" in shown[0]
    assert "Dosen kan stadig åbnes i hjemmet." in shown[1]
    assert all("Aase Lindgaard" in a and "<button>Jeg tager den</button>" in a for a in shown)


def test_what_came_from_outside_is_shown_as_text(town: Municipality, home: Home, tmp_path: Any) -> None:
    bold = town.enrolled(tmp_path / "bold", f"{home.hub}-bold", name="<script>alert(1)</script>")
    odd = e.AlarmRaised(
        alarm='tamper/"><img src=x>', code=AlarmCode.TAMPER, criticality=Criticality.HIGH, intake='"><b>2026/x'
    )  # fmt: skip
    raised(town, bold, odd, e.AlarmAcknowledged(alarm=odd.alarm, by="<i>Ib</i>"), wall=datetime.now(UTC))
    raised(town, home, odd)
    with town.browser() as browser:
        answer = browser.get(f"{town.url}/alarms", timeout=10)
        hubs = browser.get(f"{town.url}/hubs", timeout=10).text
    for tag in ("<script", "<img", "<i>", "<b>2026"):
        assert tag not in answer.text + hubs
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_cookie_stays_with_the_page(town: Municipality) -> None:
    form = {"login": "sanne", "password": PASSWORD}
    answer = requests.post(f"{town.url}/login", data=form, verify=str(town.ca), timeout=10, allow_redirects=False)
    said = answer.headers["Set-Cookie"].lower()
    assert all(word in said for word in ("httponly", "secure", "samesite=strict"))


def test_a_refused_acknowledgement_lets_the_alarm_live_and_be_taken_again(town: Municipality, home: Home) -> None:
    raised(town, home)
    server = Server(load(home.settings()))
    with town.browser() as browser:
        for _ in range(2):
            [alarm] = alarms(town, browser, home)
            fields = fields_of(page(town, browser), alarm["id"])
            browser.post(f"{town.url}/alarms/acknowledge", data=fields, timeout=10)
            [queued] = server.commands()
            server.drop(queued.id, "refused", "clock")
            assert server.commands() == []
            [alarm] = alarms(town, browser, home)
            assert (alarm["alive"], alarm["asked_by"], alarm["refused"]) == (True, None, "clock")
        assert "Alarmen gælder stadig" in page(town, browser)
        with pytest.raises(Refused, match="400"):
            server.drop(queued.id, "maybe")
    server.close()


@pytest.mark.parametrize("code", [*AlarmCode, *watch.CODES])
def test_every_alarm_has_words(code: str) -> None:
    assert words.in_words(code) != code


def test_a_newer_hubs_alarm_is_shown_all_the_same() -> None:
    assert words.in_words("flooded") == "flooded"


def test_an_alarms_name_may_say_more_than_its_code() -> None:
    assert words.in_words("tamper", "tamper/3") == words.in_words("tamper")
    assert "Vægten" in words.in_words("tamper", "tamper/scale")
    assert "lås" in words.in_words("device", "device/locks")


@pytest.mark.parametrize(
    ("intake", "said"),
    [
        ("2026-11-20/noon", "20.11. middag"),
        ("2026-11-20/t1600", "20.11. kl. 16.00"),
        ("2026-11-20/tea", "20.11. tea"),
        ("odd", "odd"),
        ("2026-13-45/noon", "2026-13-45/noon"),
    ],
)
def test_a_dose_is_named_as_people_name_it(intake: str, said: str) -> None:
    assert words.dose(intake) == said


@pytest.mark.parametrize(("line", "named"), [("watch_s = 0", "watch_s"), ("watc = 1", "watc"), ("port = 0", "port")])
def test_settings_it_cannot_use_are_named(quiet_town: Municipality, line: str, named: str) -> None:
    kept = [old for old in quiet_town.config_file.read_text().splitlines() if not old.startswith(line.split(" ")[0])]
    quiet_town.config_file.write_text("\n".join([*kept, line]))
    with pytest.raises(ConfigRefused, match=named):
        config.load(quiet_town.config_file)
