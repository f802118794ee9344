"""The hub's config: everything wrong is named, and nothing else ever comes out of `load`."""

from grp import getgrnam
from pathlib import Path
from pwd import getpwnam

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.config import ConfigRefused, load
from hub.protocol import Role

GOOD = """
state_dir = "/var/lib/medhub"
socket_dir = "/run/medhub"
board = "/etc/medhub/board.toml"
[allowed_uids]
ui = [995]
sync = [996]
staff = [0, 1000]
"""
SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hub.toml"


def test_a_good_config_is_what_it_says(file: Path) -> None:
    file.write_text(GOOD)
    config = load(file)
    assert (config.state_dir, config.socket_dir) == (Path("/var/lib/medhub"), Path("/run/medhub"))
    assert config.uids() == {Role.UI: {995}, Role.SYNC: {996}, Role.STAFF: {0, 1000}}
    assert config.board == Path("/etc/medhub/board.toml")


NAMED = """
state_dir = "/var/lib/medhub"
socket_dir = "/run/medhub"
[allowed_uids]
ui = ["daemon"]
sync = ["bin", 4711]
staff = ["root"]
[socket_groups]
ui = "daemon"
staff = "root"
"""


def test_users_and_groups_may_be_named(file: Path) -> None:
    file.write_text(NAMED)
    config = load(file)
    uid = {name: getpwnam(name).pw_uid for name in ("daemon", "bin", "root")}
    assert config.uids() == {Role.UI: {uid["daemon"]}, Role.SYNC: {uid["bin"], 4711}, Role.STAFF: {uid["root"]}}
    assert config.groups == {Role.UI: getgrnam("daemon").gr_gid, Role.STAFF: getgrnam("root").gr_gid}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"bin"', '"no-such-user"', "allowed_uids.sync: this machine has no user no-such-user"),
        ('"bin"', '"daemon"', "allowed_uids.sync: uid"),
        ('"bin"', '"0"', "allowed_uids.sync[0]: "),
        ('"bin"', '"../bin"', "allowed_uids.sync[0]: "),
        ("4711", str(getpwnam("root").pw_uid), "allowed_uids.staff: uid 0 is sync's already"),
        ('ui = "daemon"', 'ui = "no-such-group"', "socket_groups.ui: this machine has no group no-such-group"),
        ('ui = "daemon"', 'ui = "root"', "socket_groups.ui: another role has the same group"),
        ('ui = "daemon"', "ui = 4", "socket_groups.ui: "),
        ('ui = "daemon"', 'gateway = "daemon"', "socket_groups"),
    ],
)
def test_a_name_that_is_wrong_is_named(file: Path, old: str, new: str, named: str) -> None:
    assert old in NAMED
    file.write_text(NAMED.replace(old, new))
    with pytest.raises(ConfigRefused) as refused:
        load(file)
    assert named in str(refused.value)


def test_in_development_whoever_runs_it_may_come_in(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4711)
    file.write_text('state_dir = "/a"\nsocket_dir = "/b"\ndevelopment = true\nallowed_uids.staff = [5]')
    assert load(file).uids() == {Role.UI: {4711}, Role.SYNC: {4711}, Role.STAFF: {4711, 5}}


def test_an_appliance_refuses_development(file: Path, tmp_path: Path) -> None:
    marker = tmp_path / "appliance"
    file.write_text('state_dir = "/a"\nsocket_dir = "/b"\ndevelopment = true')
    assert load(file, appliance=marker).development
    marker.touch()
    with pytest.raises(ConfigRefused, match="development"):
        load(file, appliance=marker)
    file.write_text(GOOD)
    assert not load(file, appliance=marker).development


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('state_dir = "/var/lib/medhub"', "", "state_dir"),
        ('"/var/lib/medhub"', '"var/lib/medhub"', "state_dir: "),
        ('"/var/lib/medhub"', "7", "state_dir: "),
        ('"/var/lib/medhub"', '"/a\\u0000b"', "state_dir: "),
        ('"/run/medhub"', f'"/{"x" * 100}"', "socket_dir: "),
        ("[allowed_uids]", "stat_dir = 1\n[allowed_uids]", "stat_dir"),
        ("[allowed_uids]", "development = 1\n[allowed_uids]", "development: "),
        ("ui = [995]", "", "allowed_uids.ui: "),
        ("ui = [995]", "ui = []", "allowed_uids.ui: "),
        ("ui = [995]", "ui = [-1]", "allowed_uids.ui[0]: "),
        ("ui = [995]", "ui = [4294967295]", "allowed_uids.ui[0]: "),
        ("ui = [995]", "ui = [996]", "allowed_uids.sync: uid 996"),
        ("staff = [0, 1000]", "staff = [995]", "allowed_uids.staff: uid 995"),
        ('"/etc/medhub/board.toml"', '"board.toml"', "board: "),
        ('"/etc/medhub/board.toml"', "{ mains = 5 }", "board: "),
    ],
)
def test_what_is_wrong_is_named(file: Path, old: str, new: str, named: str) -> None:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigRefused) as refused:
        load(file)
    assert named in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, Path("a\0b")):
        with pytest.raises(ConfigRefused):
            load(path)


@SETTINGS
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="replace"))))
@example(b"a = " + b"[" * 5000)
@example(b"a = " + b"9" * 5000)
@example(b"a = 9999-99-99")
@example(b"\xff\xfe")
def test_nothing_but_a_refusal_comes_out(file: Path, text: bytes) -> None:
    file.write_bytes(text)
    with pytest.raises(ConfigRefused):
        load(file)


@SETTINGS
@given(st.data())
def test_a_good_config_changed_anywhere_is_refused_or_whole(file: Path, data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    value = st.sampled_from(["-1", "0", "17", "1.5", "true", '"x"', "[]", "{}", "{a=1}", "1979-05-27", "'/'"])
    lines[at] = (
        f"{lines[at].split('=')[0]} = {data.draw(value)}" if "=" in lines[at] else data.draw(st.text(max_size=9))
    )
    file.write_bytes("\n".join(lines).encode(errors="replace"))
    try:
        config = load(file)
    except ConfigRefused:
        return
    assert config.state_dir.is_absolute()
    assert all(config.uids().values())
