"""A real hub in a real world, through its sockets: touches, hands, keys, mains, plans and time."""

import socket
import threading
from pathlib import Path

from hub import protocol as p
from tests.drivers.worlds import wait_for
from tests.hub.box import heard, manager
from tests.system.home import Home, home_time, plan


def test_two_fingers_on_two_screens_are_one_opening(eight: Home) -> None:
    screens = [eight.screen(), eight.screen()]
    together = threading.Barrier(4)
    said: list[tuple[str, ...]] = []

    def tap(screen: int) -> None:
        together.wait()
        reply = screens[screen].call(p.Open(intake="2026-03-12/morning"))
        said.append(reply.error.reasons if reply.error else ())

    fingers = [threading.Thread(target=tap, args=(n % 2,)) for n in range(4)]
    for finger in fingers:
        finger.start()
    for finger in fingers:
        finger.join(5)
    assert sorted(map(bool, said)) == [False, True, True, True]
    eight.take_all(eight.until_open("morning"))
    eight.until("morning", "taken")
    assert "handed_out" in eight.open("morning")
    assert eight.pulses() == [1]
    assert eight.on_disk().count("OpeningRequested") == 1


def test_a_screen_that_goes_away_stops_nothing_and_the_other_sees_the_same(eight: Home) -> None:
    left: list[p.Snapshot] = []
    right: list[p.Snapshot] = []
    gone, stays = eight.screen(left.append), eight.screen(right.append)
    assert gone.call(p.Open(intake="2026-03-12/morning")).error is None
    wait_for("both to see the opening", lambda: all(s and s[-1].current for s in (left, right)))
    gone.close()
    eight.take_all(eight.until_open("morning"))
    eight.until("morning", "taken")
    wait_for("the other to see it taken", lambda: right[-1].done is not None)
    assert left[-1] in right
    assert stays.connected
    later: list[p.Snapshot] = []
    eight.screen(later.append)
    wait_for("a new screen to be where the hub is", lambda: bool(later) and later[-1] == right[-1])


def test_an_open_intake_finishes_under_its_plan(eight: Home) -> None:
    """R6, H6: the plan that comes meanwhile has another morning."""
    assert eight.open("morning") == ()
    number = eight.until_open("morning")
    rounds = [r | {"time": "09:00:00"} if r["id"] == "morning" else r for r in plan()["rounds"]]
    assert eight.offer(version=2, rounds=rounds) == ()
    status = eight.status()
    assert (status.plan_version, eight.intake("morning").state) == (2, "open")
    eight.take_all(number)
    eight.until("morning", "taken")
    assert eight.at("8.30").intake("morning").state == "taken"
    assert "handed_out" in eight.open("morning")
    assert eight.pulses() == [1]


def test_mains_lost_is_an_alarm_until_they_are_back(home: Home) -> None:
    seen: list[p.Snapshot] = []
    home.screen(seen.append)
    home.world.set_mains(False)
    wait_for("the alarm", lambda: "mains_lost/hub" in home.alarms())
    wait_for("the screen", lambda: bool(seen) and not seen[-1].mains_ok)
    home.world.set_mains(True)
    wait_for("its end", lambda: "mains_lost/hub" not in home.alarms())
    wait_for("the screen", lambda: seen[-1].mains_ok)
    assert home.on_disk()[-3:] == ["AlarmRaised", "MainsRestored", "AlarmEnded"]


def test_a_lid_opened_by_key_is_told_and_its_contents_are_not_handed_out(eight: Home) -> None:
    eight.world.key_open(1)
    wait_for("the alarm", lambda: "tamper/1" in eight.alarms())
    assert "lid_open" in eight.open("morning")
    eight.world.shut_lid(1)
    wait_for("the lid to be known shut", lambda: not eight.status().busy)
    wait_for("the scale to rest", lambda: eight.intake("morning").refusals == ("fill_doubted",))
    assert eight.open("morning") == ("fill_doubted",)
    assert eight.pulses() == []
    assert not next(c for c in eight.status().compartments if c.compartment == 1).verified


PASSED = ("morning", "noon")


def missed(home: Home) -> bool:
    states = {home.intake(slot).state for slot in PASSED}
    return states == {"missed"} and {f"not_taken/2026-03-12/{slot}" for slot in PASSED} <= home.alarms()


def test_a_jump_over_whole_windows_opens_nothing_and_tells_each(eight: Home) -> None:
    eight.at("17.30")
    wait_for("each to be missed", lambda: missed(eight))
    for slot in PASSED:
        assert "too_late" in eight.open(slot)
    assert eight.pulses() == []
    assert eight.at("18.00").intake("evening").state == "due"


def test_a_hub_off_over_whole_windows_tells_each_when_it_is_back(eight: Home) -> None:
    """H2: no alarm is lost by a power cut."""
    eight.kill_hub()
    eight.time.jump_to(home_time("17.30"))
    eight.start_hub()
    assert missed(eight), "before anybody is let in"
    assert eight.pulses() == []


def test_devices_gone_and_back(eight: Home) -> None:
    """The hub lives, says what it misses, opens nothing, and goes on by itself when they are back."""
    eight.world_process.kill()
    eight.world_process.wait(5)
    wait_for("the hub to say so", lambda: {"lid_open", "scale_missing"} <= set(eight.intake("morning").refusals))
    assert {"lid_open", "scale_missing"} <= set(eight.open("morning"))
    assert eight.touch(p.Snooze(intake="2026-03-12/morning")) == ()
    assert "device trouble: lids" in eight.log.read_text()
    eight.start_world()
    eight.ready("morning")
    assert eight.open("morning") == ()
    eight.until_open("morning")
    assert eight.pulses() == [1], "of the new world"


def test_the_service_manager_hears_when_it_is_up_and_at_each_good_tick(home: Home, tmp_path: Path) -> None:
    home.stop_hub()
    with manager(tmp_path / "notify") as systemd:
        home.env = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        home.start_hub()
        said = _until_watchdog(systemd)
        assert said[0] == "READY=1"
        home.stop_hub()
        assert heard(systemd)[-1] == "STATUS=stopping"


def _until_watchdog(systemd: socket.socket) -> list[str]:
    said: list[str] = []
    wait_for("the watchdog to be petted", lambda: "WATCHDOG=1" in said or said.extend(heard(systemd)))
    return said
