"""Enrolment by the real commands: keys stay where they are made, and what comes out lets a hub in."""

import stat
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import requests

from hub.enrolment import Enrolled, load_device_key, load_trust
from hub.signed import Key
from medhub.cli import main
from medhub.testca import make_test_ca
from sync.config import load
from sync.server import Server
from tests.sync import examples as x
from tests.sync.bed import PASSWORD, Municipality, free_port, process, signed_plan, until


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def medhub(*words: object, said: str = "") -> Done:
    """`medhub …` with `said` piped in."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "stdin", StringIO(said))
        return Done(main([str(word) for word in words]), out.getvalue(), err.getvalue())


def enrol(home: Path, town: Path, out: Path) -> Done:
    return medhub(
        "enrol", "--hub", "hub-e", "--citizen", x.CPR, "--name", "Aase Lindgaard", "--gateway", "https://127.0.0.1:8443",
        "--ca", town / "ca.pem", "--gateway-keys", town / "keys" / "public.json", "--state-dir", home / "state",
        "--sync-dir", home / "sync", "--socket", home / "sync.sock", "--staff", f"sanne={x.BY}", "--out", out,
        said="2468\n",
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A municipality's directory with settings and no keys yet."""
    make_test_ca(tmp_path)
    (tmp_path / "gateway.toml").write_text(
        'url = "https://127.0.0.1:8443"\nkeys = "keys"\n'
        'certificate = "server.pem"\ncertificate_key = "server-key.pem"\n'
        f'database = "sqlite:///{tmp_path}/gateway.db"\n'
    )
    assert medhub("gateway", "--config", tmp_path / "gateway.toml", "keys").returncode == 0
    return tmp_path


def test_private_keys_stay_where_they_are_made(place: Path) -> None:
    out = place / "enrolled-hub.json"
    home = place / "home"
    done = enrol(home, place, out)
    assert done.returncode == 0, done.stderr
    private = [home / "state" / "device-key.json", home / "sync" / "login-key.json", *place.glob("keys/*-key.json")]
    for path in (*private, home / "state" / "trust.json", home / "sync" / "sync.toml", out):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    told = msgspec.json.decode(out.read_bytes(), type=Enrolled)
    assert "d" not in told.login | told.heartbeat.jwk
    assert "d" in load_device_key(home / "state").jwk
    trust = load_trust(home / "state")
    assert [key.purpose for key in trust.keys] == ["plan", "command", "stop", "receipt"]
    assert not any("d" in key.jwk for key in trust.keys)
    found = trust.person("sanne", "2468")
    assert found
    assert found.name == x.BY
    assert load(home / "sync" / "sync.toml").citizen == x.CPR


def test_a_key_is_never_written_over(place: Path) -> None:
    home = place / "home"
    assert enrol(home, place, place / "first.json").returncode == 0
    before = (home / "state" / "device-key.json").read_bytes()
    again = enrol(home, place, place / "second.json")
    assert again.returncode == 1
    assert "device-key.json" in again.stderr
    assert (home / "state" / "device-key.json").read_bytes() == before
    assert medhub("gateway", "--config", place / "gateway.toml", "keys").returncode == 1


@pytest.mark.parametrize("purpose", ["plan", "command", "stop", "receipt"])
def test_a_hub_that_would_know_no_key_for_something_is_not_enrolled(place: Path, purpose: str) -> None:
    public = place / "keys" / "public.json"
    keys = msgspec.json.decode(public.read_bytes(), type=tuple[Key, ...])
    public.write_bytes(msgspec.json.encode([key for key in keys if key.purpose != purpose]))
    done = enrol(place / "home", place, place / "enrolled-hub.json")
    assert done.returncode == 1
    assert f"lack one for: {purpose}" in done.stderr
    assert not (place / "home").exists()


def test_the_gateways_acts(place: Path) -> None:
    out, config = place / "enrolled-hub.json", place / "gateway.toml"
    assert enrol(place / "home", place, out).returncode == 0
    assert medhub("gateway", "--config", config, "admit", out).returncode == 0
    assert medhub("gateway", "--config", config, "admit", out).returncode == 1  # once
    assert medhub("gateway", "--config", config, "user", "sanne", x.BY, said=f"{PASSWORD}\n").returncode == 0
    assert medhub("gateway", "--config", config, "user", "ib", "Ib", said="kort\n").returncode == 1
    key = msgspec.json.decode((place / "keys" / "plan-key.json").read_bytes(), type=Key)
    plan = place / "plan.jws"
    plan.write_text(signed_plan(key, "hub-e", 3))
    put = medhub("gateway", "--config", config, "plan", "hub-e", plan)
    assert (put.returncode, put.stdout) == (0, "Version 3 waits for hub-e\n")
    refused = medhub("gateway", "--config", config, "plan", "hub-e", plan)
    assert refused.returncode == 1
    assert "not newer" in refused.stderr


def test_a_pin_that_is_none_is_refused(place: Path) -> None:
    done = medhub(
        "enrol", "--hub", "h", "--citizen", x.CPR, "--name", "A", "--gateway", "https://a", "--ca", place / "ca.pem",
        "--gateway-keys", place / "keys/public.json", "--state-dir", place / "s", "--sync-dir", place / "y",
        "--socket", place / "k", "--staff", "sanne=Sanne", said="12\n",
    )  # fmt: skip
    assert done.returncode == 1
    assert "4 to 12 digits" in done.stderr
    assert not (place / "s").exists()


def test_two_gateways_side_by_side_are_one(town: Municipality, tmp_path: Path) -> None:
    """No state in memory: logged in at one, at work at the other."""
    home = town.enrolled(tmp_path, "hub-both")
    port = free_port()
    config = town.home / "second.toml"
    config.write_text(town.config_file.read_text().replace(f"port = {town.port}", f"port = {port}"))
    second = f"https://127.0.0.1:{port}"
    with process("gateway", "--config", str(config)), town.browser() as browser:
        until(lambda: _answers(browser, second))
        cookie = browser.cookies["medhub_session"]
        answer = browser.get(f"{second}/hubs/{home.hub}/health", cookies={"medhub_session": cookie}, timeout=10)
        assert answer.json()["hub"] == home.hub
        here = Server(load(home.settings()))
        here.commands()
        there = Server(load(home.settings(gateway=second)))
        there._login = here._login
        assert there.commands() == []
        here.close()
        there.close()


def _answers(browser: requests.Session, url: str) -> bool:
    try:
        return browser.get(f"{url}/login", timeout=5).ok
    except requests.ConnectionError:
        return False
