"""The whole way: a hub's socket, the sync process, HTTPS, the gateway process, and back."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from msgspec.structs import replace

from hub import documents
from hub.domain import events as e
from hub.domain.plan import Criticality
from medhub.testca import make_test_ca
from sync.gateway import orders
from sync.gateway.hubs import find_hub
from tests.sync import examples as x
from tests.sync.bed import Home, Municipality, ScriptedHub, process, until
from tests.sync.wire import Wire

RSS_LIMIT_KB = 50 * 1024


@contextmanager
def syncing(home: Home, **changes: Any) -> Iterator["subprocess.Popen[str]"]:
    with process("sync", "--config", str(home.settings(**changes)), stderr=subprocess.PIPE) as running:
        yield running


def get(town: Municipality, browser: requests.Session, path: str) -> Any:
    answer = browser.get(f"{town.url}{path}", timeout=10)
    answer.raise_for_status()
    return answer.json()


def taken(removed_mg: int = 405) -> e.IntakeTaken:
    return e.IntakeTaken(intake=x.NOON, evidence=e.Evidence.REMOVED, removed_mg=removed_mg)


ALARM = e.AlarmRaised(alarm=x.ALARM, code=e.AlarmCode.NOT_TAKEN, criticality=Criticality.HIGH, intake=x.NOON)


def test_a_day_gets_there_and_the_outcome_can_be_read(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    hub.happens(e.Booted(release="0.1.0"), e.IntakeDue(intake=x.NOON), ALARM, taken())
    with syncing(home), town.browser() as browser:
        until(hub.delivered)
        doses = get(town, browser, f"/hubs/{home.hub}/outcomes?day=2026-11-20")
        health = until(lambda: _heard(get(town, browser, f"/hubs/{home.hub}/health")))
        until(lambda: True in hub.seen_up)
    half, drops = doses
    assert (half["ordination"], half["quantity"], half["state"]) == ("9100002", "0.5", "taken")
    assert (half["status"], half["handed_out"], drops["handed_out"]) == ("completed", "completed", None)
    assert health["lanes"] == {"alarms": 3, "clinical": 4, "rest": 1}
    assert health["plan_running"] == 7
    assert not hub.parked
    assert hub.seen_up[0] is True


def _heard(health: Any) -> Any:
    return health if health["heard_at"] else None


def test_an_alarm_is_taken_by_name_and_the_hub_can_check_who(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    hub.happens(ALARM)
    with syncing(home), town.browser() as browser:
        until(hub.delivered)
        page = browser.get(f"{town.url}/alarms", timeout=10).text
        form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if _form_of(town, browser, home, f))
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        for _ in range(2):  # a double click is one command
            answer = browser.post(f"{town.url}/alarms/acknowledge", data=fields, timeout=10)
            assert answer.ok
        command = until(lambda: hub.commands)[0]
        assert (command.by, command.hub, command.citizen, command.order.alarm) == (x.BY, home.hub, x.CPR, x.ALARM)
        assert command.expires > command.issued
        [waiting] = get(town, browser, f"/hubs/{home.hub}/alarms")
        assert (waiting["alive"], waiting["asked_by"]) == (True, x.BY)
        hub.happens(
            e.CommandCarriedOut(id=command.id, by=command.by, expires=command.expires),
            e.AlarmAcknowledged(alarm=x.ALARM, by=command.by),
            wall=datetime.now(UTC),  # the gateway shows it for a day, by the machine's clock
        )
        [seen] = until(lambda: [a for a in get(town, browser, f"/hubs/{home.hub}/alarms") if a["seen_by"]])
        until(lambda: [o["state"] for o in get(town, browser, f"/hubs/{home.hub}/orders")] == ["carried_out"])
    assert (seen["seen_by"], seen["alive"]) == (x.BY, False)
    assert len(hub.commands) == 1


def _form_of(town: Municipality, browser: requests.Session, home: Home, form: str) -> bool:
    [alarm] = get(town, browser, f"/hubs/{home.hub}/alarms")
    return f'name="id" value="{alarm["id"]}"' in form


def test_a_plan_is_brought_once_until_there_is_another(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    first = town.plan(home.hub, 7)
    with syncing(home):
        until(lambda: hub.plans == [first])
        second = town.plan(home.hub, 8)
        until(lambda: len(hub.plans) > 1)
    assert hub.plans == [first, second]


def test_poison_is_found_and_set_aside_and_the_rest_goes_on(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    """One event sync cannot read, and one the server will not have: a quantity that is no number."""
    hub.happens(*(e.IntakeDue(intake=x.NOON) for _ in range(11)))
    hub.log[6] = (x.event(7, taken()), replace(x.INTAKE, doses=(replace(x.HALF, quantity=Decimal("NaN")),)))
    hub.spoilt = {3}
    with syncing(home), town.browser() as browser:
        until(hub.delivered)
        health = get(town, browser, f"/hubs/{home.hub}/health")
    assert [(parked.lane, parked.seq) for parked in hub.parked] == [("clinical", 3), ("clinical", 7)]
    assert "400" in hub.parked[1].reason
    assert health["events"] == 11  # a note stands in the place of each, so that the numbers have no hole
    assert health["lanes"] == {"clinical": 11}


def test_a_wire_cut_in_the_middle_loses_nothing_and_doubles_nothing(
    town: Municipality, home: Home, hub: ScriptedHub, wire: Wire
) -> None:
    hub.happens(e.IntakeDeclined(intake=x.NOON, reason="later"))
    with syncing(home, timeout_s=1.0) as running, town.browser() as browser:
        until(hub.delivered)
        wire.cut()
        hub.happens(e.DeclineWithdrawn(intake=x.NOON), taken(), ALARM)
        until(lambda: hub.seen_up[-1:] == [False])
        assert not hub.delivered()
        wire.mend()
        until(hub.delivered)
        until(lambda: hub.seen_up[-1:] == [True])
        assert running.poll() is None
        doses = get(town, browser, f"/hubs/{home.hub}/outcomes?day=2026-11-20")
        assert {dose["state"] for dose in doses} == {"taken"}
        assert get(town, browser, f"/hubs/{home.hub}/health")["events"] == 4


def test_an_answer_lost_on_the_way_is_asked_for_again(
    town: Municipality, home: Home, hub: ScriptedHub, wire: Wire
) -> None:
    """The gateway has committed; the receipt never came. The same batch changes nothing and moves the cursor."""
    with syncing(home, timeout_s=1.0), town.browser() as browser:
        until(lambda: hub.seen_up)
        wire.swallow_answers()
        hub.happens(ALARM)
        until(lambda: get(town, browser, f"/hubs/{home.hub}/health")["events"] == 1)
        assert not hub.delivered()
        wire.mend()
        until(hub.delivered)
        assert len(get(town, browser, f"/hubs/{home.hub}/alarms")) == 1


def test_another_ca_is_refused(town: Municipality, home: Home, hub: ScriptedHub, tmp_path: Path) -> None:
    other = make_test_ca(tmp_path / "other")
    hub.happens(ALARM)
    with syncing(home, ca=str(other.ca)) as running:
        until(lambda: hub.seen_up)
        running.send_signal(signal.SIGTERM)
        said = running.stderr.read() if running.stderr else ""
    assert hub.seen_up[0] is False
    assert "SSLError" in said
    assert not hub.delivered()


def test_it_stops_when_told_and_says_nothing_about_health(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    hub.happens(e.Booted(release="0.1.0"), taken(), ALARM)
    with syncing(home, gateway="https://127.0.0.1:9") as running:
        until(lambda: hub.seen_up)
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
        said = running.stderr.read() if running.stderr else ""
    for secret in (x.CPR, "Provodopa", "9100002", x.NOON, "not_taken"):
        assert secret not in said


def test_it_is_small(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    hub.happens(*(taken() for _ in range(120)))
    with syncing(home) as running:
        until(hub.delivered)
        status = Path(f"/proc/{running.pid}/status").read_text()
    rss_kb = int(re.findall(r"VmRSS:\s+(\d+)", status)[0])
    assert rss_kb < RSS_LIMIT_KB, rss_kb


def test_a_stop_is_offered_until_the_hub_has_it(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    """A hub whose journal is not whole can write nothing down: that it was told once is not enough (R6)."""
    hub.refuses = ("journal",)
    town.plan(home.hub)
    with town.gateway() as gateway, syncing(home):
        known = find_hub(gateway, home.hub)
        assert known
        orders.stop(gateway, known, x.COMMAND, ("9100002",), x.BY, "")
        until(lambda: hub.offered.count("stop") > 2)
        assert [o.state for o in orders.sent(gateway, home.hub)] == ["queued"]
        hub.refuses = ()
        until(lambda: [o.state for o in orders.sent(gateway, home.hub)] == ["accepted"])
        offered = len(hub.offered)
        second = town.plan(home.hub, 8)
        until(lambda: hub.plans[-1:] == [second])
    assert [stop.by for stop in hub.stops] == [x.BY]
    assert "stop" not in hub.offered[offered:]


def test_what_the_hub_refuses_for_good_is_offered_once(town: Municipality, home: Home, hub: ScriptedHub) -> None:
    hub.refuses = ("too_late",)
    with town.gateway() as gateway:
        known = find_hub(gateway, home.hub)
        assert known
        orders.stop(gateway, known, str(uuid4()), ("9100002",), x.BY, "")
        orders.send(gateway, known, str(uuid4()), documents.HandBackIntake(x.NOON), x.BY)
        with syncing(home):
            until(lambda: [o.reason for o in orders.sent(gateway, home.hub)] == ["too_late", "too_late"])
            town.plan(home.hub)
            until(lambda: hub.plans)
        assert [o.state for o in orders.sent(gateway, home.hub)] == ["refused", "refused"]
    assert hub.offered == ["stop", "command", "plan"]
