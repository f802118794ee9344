"""Whether anybody carries for the hub is known at the box: on the screen as a mark, and to staff in words."""

import pytest

from hub import protocol as p
from medhub.cli import main
from tests.drivers.worlds import wait_for
from tests.system.home import Home


def test_nobody_there_then_one_who_does_not_get_through_then_one_who_does(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[p.Snapshot] = []
    home.screen(seen.append)

    def told() -> str:
        assert main(["staff", "--socket", str(home.sockets / "staff.sock"), "status"]) == 0
        return capsys.readouterr().out

    wait_for("the screen", lambda: bool(seen))
    assert not seen[-1].network_ok
    assert home.status().network == "silent"
    assert "journalctl -u medhub-sync" in told()

    home.sync.call(p.GetHeartbeat())
    assert home.status().network == "down"
    assert "the municipality does not answer" in told()
    assert not seen[-1].network_ok

    home.sync.call(p.NetworkSeen(up=True))
    assert home.status().network == "up"
    assert "network" not in told()
    wait_for("the screen to have no mark", lambda: seen[-1].network_ok)
