"""The gateway's own promises, asked over HTTPS as a hub's sync would, and as somebody who is not one."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from msgspec.structs import replace

from hub import documents
from hub import protocol as p
from hub.domain import events as e
from hub.domain.plan import Criticality
from hub.plan.reasons import PlanUnreadable
from hub.signed import Purpose, SignatureRefused, new_key, sign, verify
from sync import fhir
from sync.config import load
from sync.gateway.hubs import PlanNotPut, put_plan
from sync.gateway.tokens import LoginRefused, give_token
from sync.login import ASSERTION_TYPE, Login, assertion, new_login_key
from sync.resources import Source
from sync.server import Batch, Refused, Server, Unreachable
from tests.sync import examples as x
from tests.sync.bed import Home, Municipality, ScriptedHub, signed_plan

HEAD = "ab" * 32
ALARM = e.AlarmRaised(alarm=x.ALARM, code=e.AlarmCode.NOT_TAKEN, criticality=Criticality.HIGH, intake=x.NOON)


@pytest.fixture
def server(home: Home) -> Any:
    made = Server(load(home.settings()))
    yield made
    made.close()


def batch(home: Home, *events: e.Event, lane: str = "alarms", after: int = 0, citizen: str = x.CPR) -> Batch:
    logged = [fhir.read(x.item(event)) for event in events]
    made = [entry for one in logged for entry in fhir.entries(one, Source(home.hub, citizen))]
    return Batch(lane, after, events[-1].seq, HEAD, fhir.bundle(made))


def receipt_of(town: Municipality, jws: str) -> documents.Receipt:
    return msgspec.json.decode(verify(jws, town.ring.public, Purpose.RECEIPT), type=documents.Receipt)


def test_a_receipt_says_what_is_there(town: Municipality, home: Home, server: Server) -> None:
    receipt = receipt_of(town, server.post(batch(home, x.event(4, ALARM))))
    assert (receipt.hub, receipt.lane, receipt.seq, receipt.head) == (home.hub, "alarms", 4, HEAD)


def test_only_the_owner_may_read_the_store(town: Municipality, server: Server) -> None:
    kept = list(town.home.glob("gateway.db*"))
    assert kept
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_sent_twice_nothing_changes_and_the_receipt_is_the_same(town: Municipality, home: Home, server: Server) -> None:
    sent = batch(home, x.event(4, ALARM), x.event(5, e.AlarmEscalated(alarm=x.ALARM, level=2)))
    first, again = (receipt_of(town, server.post(sent)) for _ in range(2))
    assert replace(again, issued=first.issued) == first
    with town.browser() as browser:
        alarms = browser.get(f"{town.url}/hubs/{home.hub}/alarms", timeout=10).json()
    assert [(a["alarm"], a["level"]) for a in alarms] == [(x.ALARM, 2)]


def test_an_old_batch_again_does_not_bring_back_what_was(town: Municipality, home: Home, server: Server) -> None:
    declined = batch(home, x.event(1, e.IntakeDeclined(intake=x.NOON, reason="later")), lane="clinical")
    given = batch(home, x.event(2, e.IntakeGivenByStaff(intake=x.NOON, by=x.BY)), lane="clinical", after=1)
    for sent in (declined, given, declined):
        server.post(sent)
    with town.browser() as browser:
        doses = browser.get(f"{town.url}/hubs/{home.hub}/outcomes?day=2026-11-20", timeout=10).json()
        link = doses[0]["resources"][0]
        kept = browser.get(f"{town.url}/hubs/{home.hub}/fhir/{link}", timeout=10).json()
    assert {(dose["state"], dose["by"]) for dose in doses} == {("given_by_staff", x.BY)}
    assert (kept["resourceType"], kept["status"], kept["id"]) == (*link.split("/")[:1], "completed", link.split("/")[1])


def test_a_correction_stands_over_the_hubs_word(town: Municipality, home: Home, server: Server) -> None:
    taken = x.event(1, e.IntakeTaken(intake=x.NOON, evidence=e.Evidence.REMOVED))
    wrong = x.event(2, e.IntakeCorrected(intake=x.NOON, state="missed", by=x.BY, reason="found"))
    right = x.event(3, e.IntakeCorrected(intake=x.NOON, state="given_by_staff", by="Ib Ø", reason="asked again"))
    for n, event in enumerate((taken, wrong, right)):
        server.post(batch(home, event, lane="clinical", after=n))
    with town.browser() as browser:
        doses = browser.get(f"{town.url}/hubs/{home.hub}/outcomes?day=2026-11-20", timeout=10).json()
    assert {(dose["state"], dose["status"], dose["by"]) for dose in doses} == {("given_by_staff", "completed", "Ib Ø")}


def test_a_gap_is_refused_and_nothing_of_it_kept(town: Municipality, home: Home, server: Server) -> None:
    server.post(batch(home, x.event(4, ALARM)))
    with pytest.raises(Refused) as refused:
        server.post(batch(home, x.event(9, e.AlarmEscalated(alarm=x.ALARM, level=2)), after=7))
    assert refused.value.status == 409
    with town.browser() as browser:
        health = browser.get(f"{town.url}/hubs/{home.hub}/health", timeout=10).json()
    assert (health["events"], health["lanes"]) == (1, {"alarms": 4})


def test_another_event_under_the_same_number_is_refused_and_the_hub_told_what_is_there(
    town: Municipality, home: Home, server: Server
) -> None:
    """A journal restored or replaced would overwrite what was told (R11); the furthest of all lanes tells it so."""
    server.post(batch(home, x.event(4, ALARM)))
    server.post(batch(home, x.event(6, e.IntakeDeclined(intake=x.NOON, reason="later")), lane="clinical"))
    with pytest.raises(Refused) as refused:
        server.post(batch(home, replace(x.event(4, ALARM), id="019f0000-0000-7000-8000-ffffffffffff")))
    assert refused.value.status == 409
    held = receipt_of(town, refused.value.receipt)
    assert (held.hub, held.lane, held.seq, held.head) == (home.hub, "clinical", 6, HEAD)


def spoilt(home: Home, **changes: Any) -> Batch:
    good = batch(home, x.event(4, ALARM))
    return good._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"body": b"{"}, 400),
        ({"body": b'{"resourceType":"Bundle","type":"batch","entry":[]}'}, 400),
        ({"body": b'{"resourceType":"Bundle","type":"transaction","entry":[]}'}, 422),
        ({"lane": "others"}, 400),
        ({"head": "no head"}, 400),
        ({"seq": 5}, 422),
        ({"after": 4}, 422),
        ({"body": b" " * (4 * 1024 * 1024 + 1)}, 413),
    ],
)  # fmt: skip
def test_what_is_not_a_part_of_the_log_is_refused(
    home: Home, server: Server, changes: dict[str, Any], status: int
) -> None:
    with pytest.raises(Refused) as refused:
        server.post(spoilt(home, **changes))
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (x.CPR.encode(), b"0201609995"),  # another citizen
        (b'"url":"DetectedIssue"', b'"url":"Patient"'),
        (b"ifNoneExist\":\"identifier=", b"ifNoneExist\":\"_id="),
        (b'"valuePositiveInt":4', b'"valuePositiveInt":3'),
        (b'"method":"POST"', b'"method":"DELETE"'),
    ],
)  # fmt: skip
def test_a_resource_that_is_not_what_it_says_is_refused(home: Home, server: Server, old: bytes, new: bytes) -> None:
    good = batch(home, x.event(4, ALARM))
    with pytest.raises(Refused) as refused:
        server.post(good._replace(body=good.body.replace(old, new)))
    assert refused.value.status == 422


def test_a_plan_is_sent_once(town: Municipality, home: Home, server: Server) -> None:
    assert server.plan("") is None
    jws = town.plan(home.hub)
    found = server.plan("")
    assert found
    assert found[0] == jws
    assert server.plan(found[1]) is None
    assert server.plan('"another"') == found


def test_only_a_newer_plan_for_this_hub_is_put(town: Municipality, home: Home) -> None:
    town.plan(home.hub, 7)
    with town.gateway() as gateway:
        with pytest.raises(PlanNotPut, match="not newer"):
            put_plan(gateway, home.hub, signed_plan(town.ring.plan, home.hub, 7))
        with pytest.raises(PlanUnreadable, match="another hub"):
            put_plan(gateway, home.hub, signed_plan(town.ring.plan, "hub-else", 8))
        forged = sign({"version": 9}, new_key(town.ring.plan.kid, Purpose.PLAN))
        with pytest.raises(PlanUnreadable, match="signature"):
            put_plan(gateway, home.hub, forged)
        with pytest.raises(PlanNotPut, match="a hub takes"):
            put_plan(gateway, home.hub, forged + "x" * p.PLAN_LIMIT)
        with pytest.raises(PlanNotPut, match="no hub"):
            put_plan(gateway, "hub-else", forged)


def test_a_heartbeat_is_the_hubs_own_and_never_an_old_one(home: Home, hub: ScriptedHub, server: Server) -> None:
    first, second = hub.heartbeat(), hub.heartbeat()
    server.heartbeat(second)
    forged = sign({"hub": home.hub}, new_key(f"{home.hub}-heartbeat-1", Purpose.HEARTBEAT))
    another = hub.heartbeat(hub="hub-else")
    for wrong in (first, second, forged, another, "nonsense"):
        with pytest.raises(Refused) as refused:
            server.heartbeat(wrong)
        assert refused.value.status == 409
    server.heartbeat(hub.heartbeat(seq=1, tick=1))  # booted: the journal has grown, the tick began anew


def test_one_hubs_token_opens_no_other(town: Municipality, home: Home, tmp_path: Path) -> None:
    other = town.enrolled(tmp_path / "other", f"{home.hub}-other")
    settings = load(home.settings())
    stranger = Server(replace(settings, hub=other.hub))
    stranger._login = Server(settings)._login
    for ask in (
        lambda: stranger.plan(""),
        stranger.commands,
        lambda: stranger.post(batch(other, x.event(1, ALARM))),
        lambda: stranger.heartbeat("x"),
        lambda: stranger.drop("x", "accepted"),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.status == 403
    stranger.close()


def test_a_token_that_is_no_longer_good_is_renewed(town: Municipality, home: Home, server: Server) -> None:
    server.commands()
    with town.gateway() as gateway, gateway.store.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tokens")
    assert server.commands() == []


def test_without_a_token_nothing_opens(town: Municipality, home: Home) -> None:
    for path in ("plan", "commands"):
        for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
            answer = requests.get(f"{town.url}/hubs/{home.hub}/{path}", headers=header, verify=str(town.ca), timeout=10)
            assert answer.status_code == 401


def login(town: Municipality, home: Home, **changes: Any) -> str:
    """An assertion, with what a forger might change."""
    key = msgspec.json.decode((home.sync / "login-key.json").read_bytes(), type=dict[str, str])
    values = {"client": home.hub, "audience": f"{town.config.url}/token", "key": key, "now_s": time.time()}
    return assertion(**values | changes)


def test_an_assertion_is_good_once_at_one_place_for_a_while(town: Municipality, home: Home) -> None:
    good = login(town, home)
    forged = new_login_key(f"{home.hub}-login-1")
    with town.gateway() as gateway:
        assert give_token(gateway, "client_credentials", ASSERTION_TYPE, good).expires_in > 0
        for wrong in (
            good,  # again
            login(town, home, audience="https://elsewhere/token"),
            login(town, home, client="hub-else"),
            login(town, home, key=forged),
            login(town, home, now_s=time.time() - 3600),
            login(town, home, now_s=time.time() + 3600),
            "a.b.c",
            "",
        ):
            with pytest.raises(LoginRefused):
                give_token(gateway, "client_credentials", ASSERTION_TYPE, wrong)
        with pytest.raises(LoginRefused):
            give_token(gateway, "password", ASSERTION_TYPE, login(town, home))


def test_a_token_is_kept_until_it_runs_out() -> None:
    clock = [1000.0]
    asked: list[str] = []

    def ask(url: str, form: dict[str, str]) -> bytes:
        asked.append(form["client_assertion"])
        return b'{"access_token":"t%d","token_type":"bearer","expires_in":300}' % len(asked)

    made = Login("hub-7", "https://a/token", new_login_key("k"), ask, lambda: clock[0])
    assert [made.token(), made.token()] == ["t1", "t1"]
    clock[0] += 269
    assert made.token() == "t1"
    clock[0] += 2
    assert made.token() == "t2"
    made.forget()
    assert made.token() == "t3"
    assert len(set(asked)) == 3


def test_a_forged_receipt_can_be_told(town: Municipality) -> None:
    forged = new_key(town.ring.receipt.kid, Purpose.RECEIPT)
    with pytest.raises(SignatureRefused):
        verify(sign({"seq": 9}, forged), town.ring.public, Purpose.RECEIPT)


def test_a_gateway_that_is_not_there_is_unreachable(home: Home) -> None:
    gone = Server(load(home.settings(gateway="https://127.0.0.1:9")))
    with pytest.raises(Unreachable):
        gone.commands()
    gone.close()
