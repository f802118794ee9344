"""The gateway's pages as somebody with a browser uses them: forms found and sent, what was ordered read."""

import html
import re
from typing import Any

import requests

from tests.sync.bed import Municipality


class Desk:
    """A logged-in person at one hub's pages."""

    def __init__(self, town: Municipality, browser: requests.Session, hub: str) -> None:
        self._browser, self._root, self.hub = browser, town.url, f"{town.url}/hubs/{hub}"

    def read(self, url: str = "") -> str:
        """A page's text; of the hub where none is named."""
        answer = self._browser.get(url or self.hub, timeout=10)
        assert answer.ok, answer.text
        return html.unescape(answer.text)

    def alarms(self) -> str:
        """What the page of alarms says of this hub."""
        said = re.findall(r"<article.*?</article>", self.read(f"{self._root}/alarms"), re.S)
        return "".join(a for a in said if self.hub.rpartition("/")[2] in a)

    def intake(self, intake: str) -> str:
        return self.read(f"{self.hub}/intake?id={intake}")

    def fields(self, text: str, order: str) -> dict[str, str]:
        """The form that orders this, as the page filled it in; of the stop's page for ""."""
        forms = re.findall(r"<form.*?</form>", text, re.S)
        wanted = f'name="order" value="{order}"' if order else 'name="once"'
        found = next(f for f in forms if wanted in f)
        return dict(re.findall(r'<input type="(?:hidden|datetime-local)" name="([\w-]+)" value="([^"]*)"', found))

    def send(self, fields: dict[str, str], to: str = "order") -> requests.Response:
        return self._browser.post(f"{self.hub}/{to}", data=fields, timeout=10)

    def orders(self, order: str, intake: str = "", **filled: str) -> requests.Response:
        """Fill in the page's form and send it, as whoever double-clicks does: twice."""
        fields = self.fields(self.intake(intake) if intake else self.read(), order) | filled
        self.send(fields)
        return self.send(fields)

    def stops(self, *ordinations: str, reason: str = "") -> requests.Response:
        fields = self.fields(self.read(f"{self.hub}/stop"), "") | {f"stop-{o}": "1" for o in ordinations}
        self.send(fields | {"reason": reason}, "stop")
        return self.send(fields | {"reason": reason}, "stop")

    def sent(self) -> list[Any]:
        """Newest first, as JSON."""
        answer = self._browser.get(f"{self.hub}/orders", timeout=10)
        assert answer.ok
        return list(answer.json())

    def states(self) -> dict[str, str]:
        return {order["kind"]: order["state"] for order in self.sent()}
