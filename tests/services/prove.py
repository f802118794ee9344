"""`make prove-services`: the three services under a real systemd, installed as on a box, and what is done to them.

`python -m tests.services.prove NAME…` takes only the steps whose name begins so, and writes nothing.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

from tests.services.machine import ROOT, Machine, NoMachine, machine
from tests.services.virtual import findings

PAGE = ROOT / "docs" / "proofs" / "services.md"
BEGIN, END = "<!-- written by make prove-services -->", "<!-- to here -->"
UNITS = "/usr/local/lib/systemd/system"
RESULTS = "/srv/results.jsonl"
REBOOTS = "/var/lib/medhub-broker/reboots"
OURS = ("broker", "drivers", "hub", "medhub", "sync", "systemd", "ui", "tests/services")
UNTIMED = -1.0  # s: it took what the step took


class Row(Struct):
    check: str
    ok: bool
    figure: str
    seconds: float = UNTIMED


def main() -> int:
    rows: list[Row] = []
    commit = _commit()  # of the tree as it is copied now
    try:
        with machine() as made:
            for name, prove in STEPS.items():
                if not name.startswith(tuple(sys.argv[1:]) or ("",)):
                    continue
                begun = time.monotonic()
                try:
                    told = prove(made)
                except (AssertionError, OSError, subprocess.CalledProcessError) as error:
                    told = [Row(name, False, _said(error))]
                for row in told:
                    if row.seconds == UNTIMED:
                        row.seconds = round(time.monotonic() - begun, 1)
                    print(f"{'✓' if row.ok else '✗'} {row.check}: {row.figure} ({row.seconds:.0f} s)", flush=True)
                rows += told
    except NoMachine as error:
        print(f"prove-services: {error}", file=sys.stderr)
        return 2
    if len(sys.argv) == 1:  # all of it
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), rows, commit), encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


def _said(error: Exception) -> str:
    words = f"{type(error).__name__}: {error} {getattr(error, 'stderr', '') or ''}"
    return " ".join(words.split())[-400:]


def passed(check: str, figure: str) -> list[Row]:
    return [Row(check, True, figure)]


# -- the steps -------------------------------------------------------------------------------------------------------


def installed(made: Machine) -> list[Row]:
    """As an administrator does it, twice; the wheels come from a folder, for there is no network."""
    made.run("sh", "-c", "rm -rf /srv/src && cp -r /src /srv/src")
    for _ in range(2):
        said = made.run("sh", "-c", "cd /srv/src && PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels make install")
    assert "medhub commission" in said, "what is to be done next is not told"
    packages = made.run("sh", "-c", "ls -d /opt/medhub/venv/lib/python3*/site-packages/*.dist-info | wc -l")
    verified = made.run("sh", "-c", f"systemd-analyze verify {UNITS}/medhub* 2>&1")
    assert not verified, verified
    debug = "SYSTEMD_LOG_LEVEL=debug udevadm test --action=add $(ls -d /sys/class/tty/tty[SA]* | head -n 1) 2>&1"
    udev = made.run("sh", "-c", debug, check=False)
    told = [line for line in udev.splitlines() if "/72-medhub.rules:" in line]
    group = made.run("id", "-g", "medhub-hub")
    assert any(line.endswith(f"GROUP {group}") for line in told), udev[-2000:]
    figure = f"{packages} packages of its own; verify has nothing to say; udev gives a serial port to medhub-hub"
    return passed("make install, twice", figure)


def exposed(made: Machine) -> list[Row]:
    """Of the units as they are on the machine."""
    figures = []
    for name, most in (("hub", 1.0), ("sync", 1.3), ("ui", 2.0)):
        judged = made.run(
            "systemd-analyze", "security", "--no-pager", "--offline=true", f"{UNITS}/medhub-{name}.service"
        )
        figure = float(judged.rpartition("medhub-")[2].split()[1])
        assert figure <= most, f"{name}: {figure}"
        figures.append(f"{name} {figure} (at most {most})")
    return passed("exposure", ", ".join(figures))


def day(made: Machine) -> list[Row]:
    code = made.python("tests.services.day", "--out", "/srv/out")
    return [Row("two days of the demo, three deaths in them", code == 0, f"the four accounts agree, exit {code}")]


def done_to(made: Machine) -> list[Row]:
    made.run("sh", "-c", f": > {RESULTS}")
    made.python("tests.services.within", "--out", "/srv/out", "--results", RESULTS)
    lines = made.run("cat", RESULTS).splitlines()
    return [Row(**json.loads(line)) for line in lines]


def braked(made: Machine) -> list[Row]:
    """A hub that ends at once, again and again: three reboots and no more, and it is still tried."""
    folder = "/etc/systemd/system/medhub-hub.service.d"
    made.run("mkdir", "-p", folder)
    made.run("sh", "-c", f"printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > {folder}/x.conf")
    made.run("rm", "-f", REBOOTS)
    made.run("systemctl", "daemon-reload")
    made.run("systemctl", "--no-block", "start", "medhub-hub.service")
    boots, leader, until = 0, made.leader, time.monotonic() + 300
    while boots < 3 or made.run("systemctl", "is-active", "medhub-brake@medhub-hub", check=False) != "activating":
        assert time.monotonic() < until, f"{boots} reboots, and then nothing"
        time.sleep(0.2)
        if made.off:
            made.boot()
        if made.leader not in (0, leader):
            boots, leader = boots + 1, made.leader
    assert made.run("cat", REBOOTS) == "3"
    count = ("sh", "-c", "journalctl -q -o cat -u medhub-hub | grep -c Starting")
    before = int(made.run(*count))
    time.sleep(75)
    assert made.leader == leader, "a fourth reboot"
    assert int(made.run(*count)) > before, "given up"
    while made.run("systemctl", "is-active", "medhub-brake@medhub-hub", check=False) != "activating":
        time.sleep(0.2)
    made.run("systemctl", "stop", "medhub-hub.service")
    assert made.run("systemctl", "is-active", "medhub-brake@medhub-hub", check=False) == "inactive", "it would be back"
    made.run("rm", f"{folder}/x.conf")
    figure = (
        "3 reboots, each after 10 starts in a row; no fourth, but other starts; stopped by a person, no more of them"
    )
    return passed("a hub that does not stay up", figure)


def taken_away(made: Machine) -> list[Row]:
    made.run("sh", "-c", "cd /srv/src && make uninstall")
    places = "/etc /usr /opt /var/lib /run /lib"
    left = made.run("sh", "-c", f"find {places} -xdev -name '*medhub*' -not -path '/run/systemd/*'").split()
    wanted = {"/etc/medhub", "/var/lib/medhub", "/var/lib/medhub-sync"}
    assert set(left) <= wanted | {"/etc/systemd/system/medhub-hub.service.d"}, left
    journal = made.run("stat", "-c", "%U %s", "/var/lib/medhub/journal.db")
    assert journal.startswith("medhub-hub "), journal
    units = made.run("systemctl", "list-units", "--all", "--no-legend", "medhub*")
    assert not units, units
    kept = ", ".join(sorted(set(left) & wanted))
    return passed("make uninstall", f"left: {kept}; the journal is there, {journal.split()[1]} bytes")


def in_a_virtual_machine(made: Machine) -> list[Row]:
    """The screen's unit untouched, with a display's driver; the broker's, with a real NetworkManager and its radio."""
    began, rows = time.monotonic(), []
    for one in findings(ROOT / "out"):
        now = time.monotonic()
        rows.append(Row(one["check"], one.get("ok", True), one["figure"], round(now - began, 1)))
        began = now
    return rows or [Row("virtual machine", False, "it said nothing")]


STEPS: dict[str, Callable[[Machine], list[Row]]] = {
    "make install, twice": installed,
    "exposure": exposed,
    "the demo's days": day,
    "what is done to them": done_to,
    "a hub that does not stay up": braked,
    "make uninstall": taken_away,
    "virtual machine": in_a_virtual_machine,
}


# -- the page --------------------------------------------------------------------------------------------------------


def written(page: str, rows: list[Row], commit: str) -> str:
    """The page with this run's rows in place of the last one's."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    wrong = sum(not row.ok for row in rows)
    minutes, seconds = divmod(round(sum(row.seconds for row in rows)), 60)
    told = (
        f"**Figure.** `make prove-services` · {commit} · {datetime.now(UTC).date()} · {os.cpu_count()} cores, "
        f"{_systemd()}, Linux {platform.release().split('-')[0]}: {len(rows)} proofs, {wrong} failed; "
        f"{minutes} min {seconds} s. Nothing is drawn by chance, so there is no seed."
    )
    table = ["| what | figure | s |", "| --- | --- | --- |"]
    table += [f"| {row.check} | {'' if row.ok else '**failed:** '}{row.figure} | {row.seconds:.0f} |" for row in rows]
    return "\n".join([before + BEGIN, told, "", *table, END + after])


def _systemd() -> str:
    return " ".join(
        subprocess.run(["systemctl", "--version"], capture_output=True, text=True, check=True).stdout.split()[:2]
    )


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--", *OURS)
    return f"commit {git('rev-parse', '--short', 'HEAD')}{' with changes' if changed else ''}"


if __name__ == "__main__":
    sys.exit(main())
