"""What is done to the services, and how they are back. Each check returns its figure, real seconds."""

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers.world_protocol import What
from hub import protocol as p
from hub.carrier import Network
from hub.client import HubUnreachable
from medhub.demo.person import wait_for
from tests.services.doors import Line
from tests.services.stage import STATE, SYNC, WITNESS, ServicesStage
from tests.services.units import ROLES, drop_in, systemctl

PATIENCE_S = 40.0
PROOF = Path("/run/systemd/system/medhub-hub.service.d/proof.conf")  # the twins in the devices' place
WHOLE, AWAY = "whole", "no answer"  # what the hub says of its journal while it is well; it says nothing


def well(stage: ServicesStage) -> bool:
    """All three run, the hub answers, and the screen has told what it shows of this hub's."""
    try:
        answer = stage.staff.call(p.Status()).answer
    except HubUnreachable:
        return False
    assert isinstance(answer, p.StatusReport)
    shown = answer.shown_snapshot == answer.snapshot and answer.shown_screen not in ("", "none")
    return shown and answer.journal == WHOLE and all(unit_runs(role) for role in ROLES)


def shows(role: str, what: str) -> str:
    return systemctl("show", "--value", "-p", what, f"medhub-{role}.service")


def unit_runs(role: str) -> bool:
    return shows(role, "SubState") == "running"


def pids() -> dict[str, int]:
    return {role: int(shows(role, "MainPID")) for role in ROLES}


def back(stage: ServicesStage, was: dict[str, int], fallen: tuple[str, ...], patience_s: float = PATIENCE_S) -> float:
    """Wait until all is well again with new processes for the fallen; how long it took. The others were not touched."""
    begun = time.monotonic()
    what = f"{', '.join(fallen)} to be back"
    wait_for(what, lambda: all(pids()[role] not in (0, was[role]) for role in fallen) and well(stage), patience_s)
    now = pids()
    assert all(now[role] == was[role] for role in ROLES if role not in fallen), "another one fell with it"
    return time.monotonic() - begun


def killed(stage: ServicesStage) -> str:
    """SIGKILL of each, of each pair, of all three."""
    took = {}
    for number in (1, 2, 3):
        for fallen in itertools.combinations(ROLES, number):
            was = pids()
            for role in fallen:
                os.kill(was[role], signal.SIGKILL)
            took[" and ".join(fallen)] = back(stage, was, fallen)
    return "back after " + ", ".join(f"{who} {seconds:.1f} s" for who, seconds in took.items())


def hung(role: str, patience_s: float) -> Callable[[ServicesStage], str]:
    """SIGSTOP: the watchdog kills it, it is started again, and only it."""

    def check(stage: ServicesStage) -> str:
        was = pids()
        os.kill(was[role], signal.SIGSTOP)
        try:
            seconds = back(stage, was, (role,), patience_s)
        finally:
            if pids()[role] == was[role]:
                os.kill(was[role], signal.SIGCONT)
        told = subprocess.run(("journalctl", "-q", "-o", "cat", "-u", f"medhub-{role}"), capture_output=True, text=True,
                              check=True).stdout  # fmt: skip
        assert "Watchdog timeout" in told
        return f"killed by its watchdog and back after {seconds:.1f} s"

    return check


# -- the disk ----------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(stage: ServicesStage) -> Iterator[None]:
    """The hub's state on a disk of its own of 4 MiB, from its next start."""
    systemctl("stop", "medhub-hub")
    kept = Path("/srv/state")
    subprocess.run(("cp", "-a", str(STATE), str(kept)), check=True)
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(STATE)), check=True)
    subprocess.run(("cp", "-aT", str(kept), str(STATE)), check=True)
    try:
        yield
    finally:
        systemctl("stop", "medhub-hub")
        subprocess.run(("rm", "-r", str(kept)), check=True)
        subprocess.run(("cp", "-a", str(STATE), str(kept)), check=True)  # an older journal would be doubted (R11)
        subprocess.run(("umount", str(STATE)), check=True)
        subprocess.run(("cp", "-aT", str(kept), str(STATE)), check=True)
        subprocess.run(("rm", "-r", str(kept)), check=True)
        systemctl("start", "medhub-hub")
        wait_for("all to be well on the old disk", lambda: well(stage), PATIENCE_S)


def journal_of(stage: ServicesStage) -> str:
    try:
        answer = stage.staff.call(p.Status()).answer
    except HubUnreachable:
        return AWAY
    assert isinstance(answer, p.StatusReport)
    return answer.journal


def pulses(stage: ServicesStage) -> int:
    return sum(entry.what is What.PULSE for entry in stage.world.ledger())


def full_disk(stage: ServicesStage) -> str:
    """Nothing opens, the screen says so, no loop of restarts; with room it goes on by itself."""
    before = pulses(stage)
    with small_disk(stage):
        systemctl("start", "medhub-hub")
        wait_for("all to be well", lambda: well(stage), PATIENCE_S)
        filler = STATE / "filler"
        subprocess.run(("dd", "if=/dev/zero", f"of={filler}", "bs=4k"), check=False, capture_output=True)
        assert os.statvfs(STATE).f_bavail == 0
        asks_for_help(stage)
        wait_for("the hub to say that it cannot write", lambda: journal_of(stage) not in (WHOLE, AWAY), PATIENCE_S)
        time.sleep(40)  # longer than the watchdog: a hub that only said so once would be killed by now
        restarts = int(shows("hub", "NRestarts"))
        said = journal_of(stage)
        assert said not in (WHOLE, AWAY)
        assert restarts <= 2, f"{restarts} restarts: a loop"
        filler.unlink()
        begun = time.monotonic()
        wait_for("the hub to go on by itself", lambda: journal_of(stage) == WHOLE, 120)
        took = time.monotonic() - begun
        wait_for("all to be well", lambda: well(stage), PATIENCE_S)
    assert pulses(stage) == before
    return f"said ({said}), {restarts} restart in 40 s, {took:.0f} s after there was room it went on; no lock moved"


def asks_for_help(stage: ServicesStage) -> None:
    """Something that must be written down."""
    line = Line(p.Role.UI, WITNESS, "medhub-ui")
    line.ask(b'{"ref":1,"message":{"type":"AskForHelp"}}')
    line.close()


def read_only_disk(stage: ServicesStage) -> str:
    """From boot on: the hub is there, says whom to call, opens nothing; once the disk is writable it begins anew by
    itself. (A service's own view of a disk keeps what it was mounted with, so it takes that start, and only one.)"""
    before = pulses(stage)
    with small_disk(stage):
        subprocess.run(("mount", "-o", "remount,ro", str(STATE)), check=True)
        systemctl("start", "medhub-hub")
        wait_for("the hub to say that it cannot write", lambda: journal_of(stage) not in (WHOLE, AWAY), PATIENCE_S)
        said = journal_of(stage)
        time.sleep(20)
        assert int(shows("hub", "NRestarts")) == 0, "restarted"
        assert unit_runs("ui")
        subprocess.run(("mount", "-o", "remount,rw", str(STATE)), check=True)
        begun = time.monotonic()
        wait_for("the hub to begin anew by itself", lambda: well(stage), 90)
        took = time.monotonic() - begun
        assert int(shows("hub", "NRestarts")) == 1
    assert pulses(stage) == before
    return f"said ({said}), no restart in 20 s; {took:.0f} s after it was writable it went on by itself; no lock moved"


# -- the clock ---------------------------------------------------------------------------------------------------


def clock_of_1970(stage: ServicesStage) -> str:
    """The machine's clock at the epoch, as after a power cut without a real-time clock: the hub is up and doubts it."""
    before = pulses(stage)
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    arguments = PROOF.read_text().rpartition("medhub.demo.hub_process ")[2].strip()
    hub = f"/opt/medhub/venv/bin/python -I /src/tests/services/hub_on_machine_time.py {arguments}"
    epoch = f'LD_PRELOAD={library} "FAKETIME=@1970-01-01 00:00:20" FAKETIME_DONT_FAKE_MONOTONIC=1'
    drop_in("hub", f"ExecStart=\nExecStart={hub}\nEnvironment={epoch}", "zz-1970")
    try:
        systemctl("restart", "medhub-hub")
        wait_for("the hub to answer", lambda: journal_of(stage) == WHOLE, PATIENCE_S)
        status = stage.staff.call(p.Status()).answer
        assert isinstance(status, p.StatusReport)
        assert status.now.year == 1970, status.now
        assert not status.trusted
        assert any(alarm.id.startswith("clock") for alarm in status.alarms), status.alarms
        time.sleep(20)
        assert int(shows("hub", "NRestarts")) == 0, "restarted"
    finally:
        drop_in("hub", "", "zz-1970")
        systemctl("restart", "medhub-hub")
    wait_for("all to be well in the right time", lambda: well(stage), PATIENCE_S)
    assert pulses(stage) == before
    return f"up, says {status.clock}, an alarm, no lock moved, no restart"


# -- loops -------------------------------------------------------------------------------------------------------


def settings_gone_wrong(stage: ServicesStage) -> str:
    """EX_CONFIG, by the installed unit and the settings as installed, which name no lines: no loop of restarts and no
    reboot; tried each minute, so that whoever mends the settings need do no more."""
    twins = PROOF.read_text()
    drop_in("hub", "")
    try:
        subprocess.run(("systemctl", "restart", "medhub-hub"), check=False, capture_output=True)
        wait_for("the hub to be given up for a while", lambda: shows("hub", "ActiveState") == "failed", PATIENCE_S)
        assert shows("hub", "ExecMainStatus") == str(os.EX_CONFIG)
        assert shows("hub", "NRestarts") == "0"
        assert unit_runs("ui"), "the screen is not there to say so"
    finally:
        PROOF.write_text(twins)
        systemctl("daemon-reload")
    begun = time.monotonic()
    wait_for("the hub to be tried again", lambda: well(stage), 90)
    took = time.monotonic() - begun
    return f"no restart, no reboot; with the settings mended it was back after {took:.0f} s by itself"


def settings_of_sync_gone_wrong(stage: ServicesStage) -> str:
    """The same of sync; and the hub knows that nobody carries for it, and says so to the screen and to staff."""
    file = SYNC / "sync.toml"
    right = file.read_text()
    file.write_text(right.replace("https://", "http://"))
    try:
        for role in ("sync", "hub"):  # the hub too: what it was told before is forgotten
            subprocess.run(("systemctl", "restart", f"medhub-{role}"), check=False, capture_output=True)
        wait_for("sync to be given up for a while", lambda: shows("sync", "ActiveState") == "failed", PATIENCE_S)
        assert shows("sync", "ExecMainStatus") == str(os.EX_CONFIG)
        assert shows("sync", "NRestarts") == "0"
        wait_for("the hub to answer", lambda: journal_of(stage) == WHOLE, PATIENCE_S)
        assert network_of(stage) == Network.SILENT
        told = journal_since("sync", begun_s=30)
        (line,) = [line for line in told if "ERROR" in line]
        assert f"{file}: " in line, line
        assert "gateway" in line, line
        assert "mended" in line, line
    finally:
        file.write_text(right)
    begun = time.monotonic()
    wait_for("sync to be tried again, and to get through", lambda: network_of(stage) == Network.UP, 90)
    took = time.monotonic() - begun
    wait_for("all to be well", lambda: well(stage), PATIENCE_S)
    return (
        f"no restart; the hub says that nobody carries, systemd's journal in one line which file and key; "
        f"with it mended all got through after {took:.0f} s by itself"
    )


def network_of(stage: ServicesStage) -> str:
    answer = stage.staff.call(p.Status()).answer
    assert isinstance(answer, p.StatusReport)
    return answer.network


def journal_since(role: str, begun_s: int) -> list[str]:
    words = ("journalctl", "-q", "-o", "cat", "-u", f"medhub-{role}", "--since", f"-{begun_s}s")
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
