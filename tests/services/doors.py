"""Who comes in where, what is answered there, what each service is left with. Each check returns its figure."""

import grp
import json
import os
import socket
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from drivers.world_protocol import What
from hub.protocol import FRAME_LIMIT, Role
from tests.services.stage import SOCKETS, STATE, SYNC, WITNESS, ServicesStage
from tests.services.units import ROLES, Unit, acting_as

# Who tries, and with which group: a member of a role's group who is not named in hub.toml passes the file's mode.
CALLERS = [
    ("medhub-ui", "medhub-ui"), ("medhub-sync", "medhub-sync"), ("root", "root"), (WITNESS, "medhub-ui"),
    ("medhub-hub", "medhub-hub"), ("nobody", "nogroup"), ("nobody", "medhub-ui"), ("nobody", "medhub-sync"),
    ("nobody", "medhub-staff"), ("medhub-ui", "medhub-sync"), ("medhub-sync", "medhub-ui"),
]  # fmt: skip
WELCOME = {
    (Role.UI, "medhub-ui", "medhub-ui"), (Role.UI, WITNESS, "medhub-ui"), (Role.STAFF, "root", "root"),
    (Role.SYNC, "medhub-sync", "medhub-sync"),
}  # fmt: skip
ASKS = {Role.UI: "Shown", Role.SYNC: "GetHeartbeat", Role.STAFF: "Status"}
MESSAGES: dict[str, dict[str, Any]] = {
    "Shown": {"screen": "home", "snapshot": 1}, "GetHeartbeat": {}, "Status": {}, "Open": {"intake": "x"},
    "Fill": {"person": "sanne", "pin": "2468", "compartment": 1, "intake": "x"}, "OfferPlan": {"jws": "x"},
    "ReadJournal": {"after": 0}, "EventsAfter": {"lane": "alarms"}, "Unheard": {},
}  # fmt: skip
OF = {"Shown": Role.UI, "Open": Role.UI, "GetHeartbeat": Role.SYNC, "OfferPlan": Role.SYNC, "EventsAfter": Role.SYNC,
      "Status": Role.STAFF, "Fill": Role.STAFF, "ReadJournal": Role.STAFF}  # fmt: skip


class Line:
    """A connection of `user`'s in `group`, a frame at a time. Raises PermissionError where the path's mode forbids."""

    def __init__(self, role: Role, user: str, group: str) -> None:
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.settimeout(10)
        with acting_as(user, group):
            self._sock.connect(str(SOCKETS / f"{role}.sock"))
        self._lines = self._sock.makefile("rb")

    def ask(self, frame: bytes) -> dict[str, Any] | None:
        """The reply, past what is pushed; None where the hub has hung up."""
        try:
            self._sock.sendall(frame + b"\n")
            while line := self._lines.readline():
                reply: dict[str, Any] = json.loads(line)
                if reply["type"] == "Reply":
                    return reply
        except (BrokenPipeError, ConnectionResetError):
            pass
        return None

    def close(self) -> None:
        self._lines.close()
        self._sock.close()


def frame(name: str) -> bytes:
    return json.dumps({"ref": 1, "message": {"type": name, **MESSAGES[name]}}).encode()


def three_uids(stage: ServicesStage) -> str:
    """Each role's uid gets in on its own socket and on no other; the mode stops most, the uid the rest."""
    found = {(role, *who): _tries(role, *who) for who in CALLERS for role in Role}
    let_in = {who for who, how in found.items() if how == "in"}
    assert let_in == WELCOME, let_in ^ WELCOME
    stopped = Counter(found.values())
    assert stopped["mode"]
    assert stopped["uid"]
    return (
        f"{len(CALLERS)} callers at 3 sockets: {len(let_in)} let in, {stopped['mode']} stopped by the mode, "
        f"{stopped['uid']} by the uid"
    )


def _tries(role: Role, user: str, group: str) -> str:
    try:
        line = Line(role, user, group)
    except PermissionError:
        return "mode"
    try:
        return "in" if line.ask(frame(ASKS[role])) is not None else "uid"
    finally:
        line.close()


def forbidden(stage: ServicesStage) -> str:
    """Other roles' messages, unknown ones, nonsense and what is too large: a typed error, and the line goes on."""
    said = 0
    for role, user, group in ((Role.UI, WITNESS, "medhub-ui"), (Role.SYNC, "medhub-sync", "medhub-sync"),
                              (Role.STAFF, "root", "root")):  # fmt: skip
        line = Line(role, user, group)
        others = [frame(name) for name in MESSAGES if OF.get(name) is not role]
        large = b'{"ref":1,"message":' + b" " * FRAME_LIMIT[role] + b"}"
        for sent in (*others, b"{", b"\xff\xfe", b"[]", b'{"ref":1,"message":{"type":"Shown","more":1}}', large):
            reply = line.ask(sent)
            assert reply is not None, f"{role}: the line was cut at {sent[:60]!r}"
            assert reply["error"], f"{role}: {sent[:60]!r} was taken"
            said += 1
        assert line.ask(frame(ASKS[role])) is not None, f"{role}: the line is dead"
        line.close()
    assert not [entry for entry in stage.world.ledger() if entry.what is What.PULSE], "a lock moved"
    return f"{said} refused in words, no line cut, no lock moved"


def left_with(stage: ServicesStage) -> str:
    """What the running processes have: no capability, no new privileges, a filter of calls, and no more to see."""
    for role in ROLES:
        pid = Unit(role).main_pid
        status = dict(
            line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
        )
        assert int(status["CapBnd"], 16) == int(status["CapEff"], 16) == 0, role
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2"
        mounts = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
        assert any(m.split()[4] == "/" and "ro" in m.split()[5].split(",") for m in mounts), f"{role} may write"
        alone = os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
        assert alone is (role != "sync"), f"{role}: network"
        if alone:
            nets = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
            assert [line.split(":")[0].strip() for line in nets] == ["lo"]
    for role in ("ui", "sync"):
        for hidden in (
            STATE / "journal.db",
            STATE / "trust.json",
            *([SYNC / "login-key.json"] if role == "ui" else []),
        ):
            assert not _can_read(role, hidden), f"{role} reads {hidden}"
    devices = os.listdir(Path("/proc", str(Unit("sync").main_pid), "root", "dev"))
    assert not [d for d in devices if d.startswith(("tty", "gpio", "i2c", "sd", "vd", "mem", "dri", "input", "console"))
                and d != "tty"], devices  # fmt: skip
    return (
        "3 processes without capability, without write to /; hub and ui without network; "
        f"sync sees {len(devices)} names in /dev"
    )


def _can_read(role: str, path: Path) -> bool:
    """As the service's user, in its mount namespace."""
    user = f"medhub-{role}"
    ids = subprocess.run(("id", "-u", user), capture_output=True, text=True, check=True).stdout.strip()
    inside = ("nsenter", "-t", str(Unit(role).main_pid), "-m", "-S", ids, "-G", str(grp.getgrnam(user).gr_gid))
    return subprocess.run((*inside, "test", "-r", str(path)), check=False).returncode == 0


def modes(stage: ServicesStage) -> str:
    """What is on the disk and in /run, whose it is, and that nobody else may."""
    wanted = {
        SOCKETS: "drwxr-xr-x medhub-hub medhub-hub", STATE: "drwx------ medhub-hub medhub-hub",
        SYNC: "drwx------ medhub-sync medhub-sync", SOCKETS / "ui.sock": "srw-rw---- medhub-hub medhub-ui",
        SOCKETS / "sync.sock": "srw-rw---- medhub-hub medhub-sync",
        SOCKETS / "staff.sock": "srw-rw---- medhub-hub medhub-staff",
        STATE / "journal.db": "-rw------- medhub-hub medhub-hub",
        STATE / "trust.json": "-rw------- medhub-hub medhub-hub",
        SYNC / "login-key.json": "-rw------- medhub-sync medhub-sync",
        Path("/run/medhub-broker.sock"): "srw-rw---- root medhub-hub",
    }  # fmt: skip
    for path, owner in wanted.items():
        found = subprocess.run(("stat", "-c", "%A %U %G", str(path)), capture_output=True, text=True, check=True)
        assert found.stdout.strip() == owner, f"{path}: {found.stdout.strip()}, not {owner}"
    return f"{len(wanted)} paths as they should be"
