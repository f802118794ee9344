"""Time in the demo: jumps from one due moment to the next, walks while anything moves, and waits for the others."""

from datetime import datetime, timedelta

from hub import protocol as p
from hub.client import Client
from hub.lane import Lane
from medhub.demo.person import Broken, wait_for
from medhub.demo.telling import Journal, Teller
from medhub.origin import OriginDirector

SYNC_PATIENCE_S = 30.0
HOPS = 500  # more looks than a day can need is a hub that never comes to rest


class Director:
    """Moves the demo's clock. A jump moves everybody's wall and monotonic time alike, so it is no step."""

    def __init__(self, origin: OriginDirector, staff: Client, journal: Journal, teller: Teller) -> None:
        self._origin, self._staff, self._journal, self._teller = origin, staff, journal, teller
        self.network = True

    def status(self) -> p.StatusReport:
        answer = self._staff.call(p.Status()).answer
        if not isinstance(answer, p.StatusReport):
            raise Broken("the hub gives no status")
        return answer

    def go_to(self, wall: datetime) -> None:
        """Let time pass until `wall`, stopping wherever the hub has something to do."""
        for _ in range(HOPS):
            self.settle()
            status = self.status()
            if status.now >= wall:
                return
            if status.busy:
                raise Broken("time cannot jump while a compartment is open")
            self._hop(max(min(wall, status.next_look), status.now + timedelta(seconds=1)))
        raise Broken(f"the hub never comes to rest before {wall}")

    def _hop(self, wall: datetime) -> None:
        self._origin.jump_to(wall)
        wait_for("the hub to live through a jump", lambda: self.status().now >= wall)

    def settle(self) -> None:
        """Until the hub has nothing more to say, and the municipality has it where there is a network."""
        seq = -1
        while seq != (status := self.status()).seq or (self.network and not self._delivered(status)):
            if seq != status.seq:
                seq, since = status.seq, status.now
                self._teller.tell(self._journal.read_on())
            wait_for("the hub's next tick", lambda since=since: self.status().now > since)
            if self.network:
                wait_for("the municipality to have it all", lambda: self._delivered(self.status()), SYNC_PATIENCE_S)

    def _delivered(self, status: p.StatusReport) -> bool:
        self._teller.tell(self._journal.read_on())
        return all(status.cursors[lane] >= self._journal.last_of_lane.get(lane, 0) for lane in Lane)
