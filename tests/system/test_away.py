"""A real hub in a real world while somebody else has the medicine: through its sockets, and over a crash (H27, R9)."""

from datetime import timedelta

from hub import protocol as p
from hub.domain.leave import LeaveKind
from tests.drivers.worlds import wait_for
from tests.system.home import Home, home_time, intake_id


def test_on_a_weekend_no_lock_moves_over_a_crash_until_the_citizen_is_home_again(eight: Home) -> None:
    begins, ends = home_time("7.30"), home_time("8.00") + timedelta(days=2)
    said = {"kind": LeaveKind.WEEKEND, "begins_at": begins, "ends_at": ends}
    assert eight.act(p.BeginLeave, **said) == ("staff_only",), "nobody has said yes"
    assert eight.act(p.BeginLeave, **said, responsible="Karen") == ()
    assert "on_leave" in eight.open("morning")
    eight.kill_hub()
    eight.start_hub()
    seen: list[p.Snapshot] = []
    eight.screen(seen.append)
    wait_for("the screen to say so", lambda: bool(seen) and seen[-1].leave is not None)
    assert "on_leave" in eight.open("morning")
    assert eight.pulses() == []
    assert eight.touch(p.HomeAgain()) == ()
    assert eight.ready("morning").open("morning") == ()
    eight.take_all(eight.until_open("morning"))
    eight.until("morning", "taken")
    assert eight.on_disk().count("LeaveEnded") == 1


def test_what_somebody_brings_stays_shut_over_a_crash_until_they_hand_it_back(eight: Home) -> None:
    give = {"intake": intake_id("morning"), "give_by": home_time("8.45")}
    assert eight.act(p.Promise, **give) == ()
    assert eight.open("morning") == ("promised",)
    eight.kill_hub()
    eight.start_hub()
    assert eight.intake("morning").promised_by == "Sanne Holm"
    assert "promised" in eight.open("morning")
    assert eight.pulses() == []
    assert eight.act(p.HandBack, intake=intake_id("morning")) == ()
    assert eight.ready("morning").open("morning") == ()
    eight.until_open("morning")
