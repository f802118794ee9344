"""The municipality as seen from a desk: signs in at the gateway's page, takes alarms, reads what it received."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import requests

from medhub.demo.accounts import Found, Key
from medhub.demo.person import Broken

TIMEOUT_S = 10.0


class Municipality:
    """A named person's session with the gateway, over HTTPS with the demo's own CA."""

    def __init__(self, url: str, ca: Path, hub: str, login: str, password: str) -> None:
        self._url, self._hub, self._login, self._password = url, hub, login, password
        self._session = requests.Session()
        self._session.trust_env = False  # a CA bundle in the environment would stand above ours
        self._session.verify = str(ca)

    def close(self) -> None:
        self._session.close()

    def is_up(self) -> bool:
        """Whether the gateway answers; signs in the first time it does."""
        try:
            answer = self._session.post(
                f"{self._url}/login", data={"login": self._login, "password": self._password}, timeout=TIMEOUT_S
            )
        except requests.ConnectionError:
            return False
        return answer.ok

    def takes_alarm(self, alarm: str) -> None:
        """Press "Jeg tager den" beside this alarm on the page."""
        page = self._get("/alarms").text
        form = next((f for f in re.findall(r"<form.*?</form>", page, re.S) if f'value="{alarm}"' in f), None)
        if form is None:
            raise Broken(f"the gateway's page shows no alarm {alarm}")
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        action = re.findall(r'action="([^"]+)"', form)
        answer = self._session.post(f"{self._url}{action[0]}", data=fields, timeout=TIMEOUT_S)
        answer.raise_for_status()

    def outcomes(self, days: list[date]) -> dict[Key, Found]:
        """What the gateway has received of each dose, read over HTTP."""
        rows = [row for day in days for row in self._get(f"/hubs/{self._hub}/outcomes?day={day}").json()]
        return {
            (row["intake"], row["ordination"]): Found(
                Decimal(row["quantity"]) if row["state"] == "taken" else Decimal(), row["state"]
            )
            for row in rows
        }

    def _get(self, path: str) -> requests.Response:
        answer = self._session.get(f"{self._url}{path}", timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer
