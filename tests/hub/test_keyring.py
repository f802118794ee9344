"""Keys handed on (R14): within a purpose, once, by who may, with time to spare; only sure time retires one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub import protocol as p
from hub.documents import NextKey
from hub.domain.events import KeyAccepted
from hub.keyring import in_force
from hub.signed import Key, Purpose, new_key
from tests.hub.at_desk import KEYS, NOW, Hub, at_desk

DAY = timedelta(days=1)
PINNED = tuple(key.public for key in KEYS.values())
ROOT = KEYS[Purpose.ROOT]
SECOND, THIRD = new_key("gw-command-2", Purpose.COMMAND), new_key("gw-command-3", Purpose.COMMAND)


@pytest.fixture
def hub(path: Path) -> Iterator[Hub]:
    with at_desk(path) as made:
        yield made


def accepted(key: Key, replaces: str, days: int = 60) -> KeyAccepted:
    return KeyAccepted(
        kid=key.kid, purpose=key.purpose, x=key.jwk["x"], replaces=replaces, until=NOW + days * DAY
    )  # fmt: skip


def kids(*since: KeyAccepted, days: float | None) -> set[str]:
    found = in_force(PINNED, since, None if days is None else NOW + days * DAY)
    return {key.kid for key in found if key.purpose is Purpose.COMMAND}


def test_both_count_until_the_day_and_then_the_successor_alone() -> None:
    since = accepted(SECOND, "gw-command")
    assert kids(days=0) == {"gw-command"}
    assert kids(since, days=59.9) == {"gw-command", "gw-command-2"}
    assert kids(since, days=60) == {"gw-command-2"}


def test_on_a_time_nobody_vouches_for_no_key_is_retired() -> None:
    assert kids(accepted(SECOND, "gw-command"), days=None) == {"gw-command", "gw-command-2"}


def test_a_chain_of_keys_ends_with_the_last() -> None:
    chain = accepted(SECOND, "gw-command"), accepted(THIRD, "gw-command-2", 120)
    assert kids(*chain, days=61) == {"gw-command-2", "gw-command-3"}
    assert kids(*chain, days=121) == {"gw-command-3"}


def test_a_key_of_the_same_name_for_another_purpose_stays() -> None:
    found = in_force((*PINNED, new_key("gw-command", Purpose.PLAN)), (accepted(SECOND, "gw-command"),), NOW + 61 * DAY)
    assert [k.purpose for k in found if k.kid == "gw-command"] == [Purpose.PLAN]


def test_an_accepted_key_verifies_as_a_pinned_one_does() -> None:
    (found,) = (k for k in in_force(PINNED, (accepted(SECOND, "gw-command"),), NOW) if k.kid == SECOND.kid)
    assert found == SECOND.public


# -- at the desk -------------------------------------------------------------------------------------------------------


def test_the_root_key_hands_on_for_one_that_is_lost(hub: Hub) -> None:
    assert hub.say(hub.rotation(SECOND, by=ROOT)) is None
    assert SECOND.public in hub_keys(hub)


def test_the_successor_hands_itself_on_in_its_turn_also_after_a_restart(path: Path) -> None:
    with at_desk(path) as hub:
        assert hub.say(hub.rotation(SECOND)) is None
    with at_desk(path) as hub:
        assert hub.say(hub.rotation(THIRD, by=SECOND, replaces=SECOND.kid, id="rotation-2")) is None
        assert [key.kid for key in hub.loop.state.keys] == [SECOND.kid, THIRD.kid]


def test_the_gateways_key_for_urgent_stops_is_handed_on_and_stops(hub: Hub) -> None:
    new = new_key("gw-stop-2", Purpose.STOP)
    assert hub.say(hub.rotation(new)) is None
    assert hub.say(hub.stop(key=new)) is None
    assert set(hub.loop.state.stops) == {"pinemol"}


NEW_PLAN = new_key("gw-plan-2", Purpose.PLAN)
USED = NextKey("gw-command-9", "command", KEYS[Purpose.PLAN].jwk["x"])
SPARE = SECOND.jwk["x"][:-1] + chr(ord(SECOND.jwk["x"][-1]) + 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": NOW + 60 * DAY - timedelta(seconds=1)}, "60 days more"),
        ({"replaces": "gw-unknown"}, "in force"),
        ({"replaces": "gw-plan"}, "in force"),
        ({"replaces": "gw-root", "by": ROOT}, "in force"),
        ({"by": KEYS[Purpose.PLAN]}, "cannot vouch"),
        ({"key": NextKey("gw-plan", "command", SECOND.jwk["x"])}, "in use"),
        ({"key": NextKey("gw-root", "command", SECOND.jwk["x"])}, "in use"),
        ({"key": USED}, "in use"),
        ({"key": NextKey(SECOND.kid, "command", SPARE)}, "written"),
        ({"key": NextKey(NEW_PLAN.kid, "plan", NEW_PLAN.jwk["x"])}, "in force"),
        ({"key": NextKey(SECOND.kid, "root", SECOND.jwk["x"])}, "root"),
        ({"key": NextKey(SECOND.kid, "heartbeat", SECOND.jwk["x"])}, "heartbeat"),
        ({"key": NextKey(SECOND.kid, "command", "AAAA")}, "$.key.x"),
    ],
)  # fmt: skip
def test_a_key_is_handed_on_within_its_purpose_by_itself_or_the_root(
    hub: Hub, changes: dict[str, Any], said: str
) -> None:
    answer = hub.say(hub.rotation(SECOND, **changes))
    assert isinstance(answer, p.Error)
    assert said in answer.reasons[0]
    assert hub.loop.state.keys == ()


def test_a_key_is_handed_on_once_and_nobody_retired_hands_on(hub: Hub) -> None:
    """Whoever stole the old one cannot name an heir of their own beside the true one."""
    assert hub.say(hub.rotation(SECOND)) is None
    assert "successor already" in str(hub.say(hub.rotation(THIRD, id="rotation-2")))
    hub.clock.wait(60 * DAY.total_seconds())
    now = hub.clock.now().wall
    late = {"id": "rotation-3", "issued": now, "expires": now + DAY, "until": now + 60 * DAY}
    assert "not trusted" in str(hub.say(hub.rotation(THIRD, **late)))
    assert "in force" in str(hub.say(hub.rotation(THIRD, by=ROOT, **late)))
    assert "in use" in str(hub.say(hub.rotation(SECOND, by=ROOT, replaces=SECOND.kid, **late)))


def test_on_a_time_nobody_vouches_for_no_key_is_accepted(hub: Hub) -> None:
    hub.clock.moment = replace(hub.clock.moment, trusted=False)
    assert hub.say(hub.rotation(SECOND)) == p.Error(p.Problem.REFUSED, ("clock",))
    hub.ask(hub.loop._settle)
    hub.clock.moment = replace(hub.clock.moment, trusted=True)
    assert hub.say(hub.rotation(SECOND)) is None


def test_a_stop_is_carried_out_on_any_time_also_by_a_key_retired_by_it(hub: Hub) -> None:
    """Whether a key is over nobody knows then; a stop only ever locks."""
    new = new_key("gw-stop-2", Purpose.STOP)
    assert hub.say(hub.rotation(new)) is None
    hub.clock.wait(61 * DAY.total_seconds())
    hub.clock.moment = replace(hub.clock.moment, trusted=False)
    assert hub.say(hub.stop()) is None
    assert set(hub.loop.state.stops) == {"pinemol"}


def hub_keys(hub: Hub) -> tuple[Key, ...]:
    return in_force(PINNED, hub.loop.state.keys, hub.clock.now().wall)
