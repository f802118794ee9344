"""The demo's papers: the plan signed by the municipality, a hub enrolled with it, and a settings file a process."""

from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from hub.plan.envelope import sign_plan, understand
from hub.plan.jsontext import write_json
from medhub.enrol import Enrolment, enrol, person
from medhub.plan_files import read_file
from medhub.testca import make_test_ca
from sync.gateway.config import load
from sync.gateway.gateway import open_gateway
from sync.gateway.hubs import admit_hub, put_plan
from sync.gateway.keys import make_keys
from sync.gateway.people import add_user

OUR_CITIZEN = Path(__file__).parent.parent / "samples" / "everyday.json"
# The demo is in a hurry: sync asks several times a second for what it would ask for every few seconds in a home.
SYNC_PACE = "poll_s = 0.1\ndownload_s = 0.3\nheartbeat_s = 1.0\nbackoff_max_s = 0.5\n"


class Papers:
    """Writes everything below `home`; nothing of it outlives the demo."""

    def __init__(self, home: Path, hub: str, gateway_port: int, router_port: int, sockets: Path) -> None:
        self._home, self._hub, self._sockets = home, hub, sockets
        self._gateway_port, self._url = gateway_port, f"https://127.0.0.1:{router_port}"
        self.gateway_config, self.hub_config = home / "gateway.toml", home / "hub.toml"
        self.sync_config = home / "sync" / "sync.toml"
        self.password = "en lang adgangskode"
        made = make_test_ca(home / "ca")
        self.ca, self._certificate, self._certificate_key = made

    def prepare(self, plan: Path | None, day: date, language: str | None) -> tuple[Path, str]:
        """Read the plan to be lived through; where it lies as an envelope, and its home zone."""
        self._envelope = read_file((plan or OUR_CITIZEN).read_bytes(), hub=self._hub, day=day).envelope
        if language is not None:
            self._envelope["settings"]["language"] = language
        written = self._home / "plan.json"
        written.write_bytes(write_json(self._envelope))
        return written, str(self._envelope["settings"].get("zone", "Europe/Copenhagen"))

    def enrol(self, nurse: tuple[str, str, str], started: datetime) -> None:
        """Gateway and hub get their keys where they live, and each other's public ones; the plan is signed."""
        issued = started - timedelta(days=1)
        keys = make_keys(self._home / "keys", "demo")
        for name in ("issued", "valid_from"):
            self._envelope[name] = issued.isoformat()
        self.gateway_config.write_text(
            f'url = "{self._url}"\nport = {self._gateway_port}\ndatabase = "sqlite:///{self._home}/gateway.db"\n'
            f'certificate = "{self._certificate}"\ncertificate_key = "{self._certificate_key}"\nkeys = "keys"\n'
            "watch_s = 0.5\n"
        )
        state = self._home / "hub"
        self.hub_config.write_text(f'state_dir = "{state}"\nsocket_dir = "{self._sockets}"\ndevelopment = true\n')
        enrolled = enrol(
            Enrolment(
                hub=self._hub, citizen=self._envelope["citizen"], name="demo", gateway=self._url, ca=self.ca,
                gateway_keys=keys.public, staff=(person(*nurse),), state_dir=state, sync_dir=self._home / "sync",
                socket=self._sockets / "sync.sock",
            )
        )  # fmt: skip
        with self.sync_config.open("a") as settings:
            settings.write(SYNC_PACE)
        gateway = open_gateway(load(self.gateway_config), lambda: started)
        try:
            admit_hub(gateway, msgspec.structs.replace(enrolled, name=understand(self._envelope, "").plan.name))
            add_user(gateway, nurse[1], nurse[0], self.password)
            put_plan(gateway, self._hub, sign_plan(self._envelope, keys.plan))
        finally:
            gateway.store.dispose()
