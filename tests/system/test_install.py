"""make install into a folder: every path, twice, and away again. Whole and for real: `make prove-services`."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SCRIPT = ROOT / "systemd" / "install.sh"
LIB = Path("usr/local/lib")
PATHS = {
    "etc/medhub/hub.toml", "etc/medhub/ui.toml", "etc/sysctl.d/medhub.conf",
    "etc/systemd/system/ctrl-alt-del.target", "etc/systemd/system/getty@tty1.service",
    "etc/systemd/system/multi-user.target.wants/medhub.target", "usr/local/bin/medhub",
    *(f"usr/local/lib/systemd/system/{name}" for name in (
        "medhub.target", "medhub-hub.service", "medhub-ui.service", "medhub-sync.service", "medhub-broker.socket",
        "medhub-broker@.service", "medhub-brake@.service")),
    "usr/local/lib/systemd/system.conf.d/medhub.conf", "usr/local/lib/systemd/logind.conf.d/medhub.conf",
    "usr/local/lib/modules-load.d/medhub.conf", "usr/local/lib/sysusers.d/medhub.conf",
    "usr/local/lib/tmpfiles.d/medhub.conf", "usr/local/lib/udev/rules.d/72-medhub.rules",
}  # fmt: skip
pytestmark = pytest.mark.skipif(shutil.which("systemctl") is None, reason="systemctl is not on this machine")


def install(root: Path, what: str = "files") -> str:
    """Run by a person with a careful umask."""
    done = subprocess.run(
        ["sh", str(SCRIPT), what], env={**os.environ, "DESTDIR": str(root)}, umask=0o077,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


def paths(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_symlink() or path.is_file()}


def test_every_path_is_there_for_everybody_to_read(tmp_path: Path) -> None:
    install(tmp_path)
    assert paths(tmp_path) == PATHS
    for path in tmp_path.rglob("*"):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if not path.is_symlink():
            assert mode == (0o755 if path.is_dir() or path.name == "medhub" else 0o644), path
    assert (tmp_path / "etc/systemd/system/ctrl-alt-del.target").readlink() == Path("/dev/null")
    assert str((tmp_path / "etc/systemd/system/multi-user.target.wants/medhub.target").readlink()).startswith("/usr/")


def test_what_is_installed_is_what_is_here(tmp_path: Path) -> None:
    install(tmp_path)
    for path in (tmp_path / LIB / "systemd/system").iterdir():
        assert path.read_text() == (ROOT / "systemd" / path.name).read_text()


def test_a_second_time_changes_nothing_and_never_somebodys_settings(tmp_path: Path) -> None:
    install(tmp_path)
    (tmp_path / "etc/medhub/hub.toml").write_text("mine")
    (tmp_path / LIB / "sysusers.d/medhub.conf").write_text("an older release")
    install(tmp_path)
    assert paths(tmp_path) == PATHS
    assert (tmp_path / "etc/medhub/hub.toml").read_text() == "mine"
    assert (tmp_path / LIB / "sysusers.d/medhub.conf").read_text() == (ROOT / "systemd/sysusers.conf").read_text()


def test_what_is_left_to_do_is_told_in_the_order_in_which_it_works() -> None:
    """Without the walk a real box opens nothing (R12); a hub that runs has the journal the walk needs."""
    told = SCRIPT.read_text().partition("whats_next() {")[2].partition("\nEOT\n")[0]
    steps = ("/etc/medhub/board.toml", "/etc/medhub/hub.toml", "medhub enrol ", "systemctl stop medhub-hub",
             "medhub commission ", "systemctl start medhub.target")  # fmt: skip
    places = [told.index(step) for step in steps]
    assert places == sorted(places)
    page = (ROOT / "docs" / "services.md").read_text().partition("## What happens when")[0]
    for step in ("medhub enrol ", "systemctl stop medhub-hub", "medhub commission ", "systemctl start medhub.target"):
        assert step in page


def test_uninstalled_nothing_is_left_but_what_is_somebodys(tmp_path: Path) -> None:
    install(tmp_path)
    journal = tmp_path / "var/lib/medhub/journal.db"
    journal.parent.mkdir(parents=True)
    journal.write_text("kept")
    (tmp_path / "etc/medhub/hub.toml").write_text("mine")
    (tmp_path / "var/lib/medhub-broker").mkdir()
    (tmp_path / "var/lib/medhub-broker/reboots").write_text("3")
    said = install(tmp_path, "uninstall")
    assert paths(tmp_path) == {"var/lib/medhub/journal.db", "etc/medhub/hub.toml"}
    assert "/var/lib/medhub" in said
    assert "/etc/medhub" in said
    install(tmp_path, "uninstall")
