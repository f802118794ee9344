"""What sync is told to use is looked at before it begins; what is wrong is a line that names it and says what to do."""

import subprocess
from os import EX_CONFIG
from pathlib import Path

import msgspec
import pytest
from joserfc.jwk import ECKey

from sync.config import ConfigRefused, load
from sync.login import public
from tests.sync.bed import Home, process


@pytest.mark.parametrize(
    ("line", "named"), [("poll_s = 0.001", "poll_s"), ("pol_s = 2", "pol_s"), ('gateway = "http://a"', "gateway")]
)
def test_settings_it_cannot_use_are_named(home: Home, line: str, named: str) -> None:
    with pytest.raises(ConfigRefused, match=named):
        load(_with_line(home, line))


def test_it_does_not_start_with_settings_it_cannot_use(home: Home) -> None:
    with process("sync", "--config", str(_with_line(home, "pol_s = 2")), stderr=subprocess.PIPE) as running:
        assert running.wait(timeout=10) == EX_CONFIG
        assert running.stderr
        (line,) = running.stderr.read().splitlines()
        assert "sync.toml: " in line
        assert "pol_s" in line
        assert "by itself" in line, "what to do"


def test_not_enrolled_it_says_so_in_a_line(tmp_path: Path) -> None:
    with process("sync", "--config", str(tmp_path / "sync.toml"), stderr=subprocess.PIPE) as running:
        assert running.wait(timeout=10) == EX_CONFIG
        assert running.stderr
        (line,) = running.stderr.read().splitlines()
        assert f"{tmp_path}/sync.toml is missing" in line


P256 = msgspec.json.encode(ECKey.generate_key("P-256", private=True).as_dict(private=True) | {"kid": "a"})


@pytest.mark.parametrize(
    ("name", "spoilt"),
    [
        ("ca", b""), ("ca", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), ("ca", None),
        ("login_key", b"{"), ("login_key", b"{}"), ("login_key", b'{"kty":"EC","kid":"a"}'), ("login_key", P256),
        ("login_key", b"\xff"), ("login_key", None), ("sync.toml", b"\xff"), ("sync.toml", b"[" * 9000),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_named_before_anybody_is_knocked_at(home: Home, name: str, spoilt: bytes | None) -> None:
    """A CA of no use would let sync knock for ever; what a key holds is in no log (R15)."""
    settings = home.settings()
    path = settings if name == "sync.toml" else home.sync / msgspec.toml.decode(settings.read_bytes())[name]
    if spoilt is None:
        path.unlink()
    else:
        path.write_bytes(spoilt)
    with pytest.raises(ConfigRefused) as refused:
        load(settings)
    assert str(settings) in str(refused.value)
    assert name == "sync.toml" or f"{name}: {path}: " in str(refused.value)


def test_a_public_key_logs_nobody_in(home: Home) -> None:
    path = home.sync / "login-key.json"
    path.write_bytes(msgspec.json.encode(public(msgspec.json.decode(path.read_bytes()))))
    with pytest.raises(ConfigRefused, match="login_key"):
        load(home.settings())


def _with_line(home: Home, line: str) -> Path:
    path = home.sync / "sync.toml"
    kept = [old for old in path.read_text().splitlines() if not old.startswith(line.split(" ")[0])]
    path.write_text("\n".join([*kept, line]))
    return path
