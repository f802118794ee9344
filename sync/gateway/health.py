"""How each hub is: when it was last heard, which plan it runs, which it was sent."""

from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from sync.gateway.gateway import Gateway
from sync.gateway.heartbeats import last_heard
from sync.gateway.hubs import Hub, all_hubs
from sync.gateway.tables import events, lanes, plans


class Health(Struct, frozen=True):
    """`heard_at` is None for a hub never heard; `lanes`: how far each lane has come; `events`: how many are here."""

    hub: str
    citizen_name: str
    heard_at: datetime | None
    plan_running: int | None
    plan_waiting: int | None  # at the hub, for its `valid_from`
    plan_sent: int | None
    time_trusted: bool | None
    screen_alive: bool | None
    mains: bool | None
    journal_seq: int | None
    lanes: dict[str, int]
    events: int

    @property
    def plan_is_current(self) -> bool:
        return self.plan_sent is None or self.plan_running == self.plan_sent


def health_of(gateway: Gateway, hub: Hub) -> Health:
    heard = last_heard(gateway, hub.id)
    body = heard.body if heard else None
    with gateway.reads.connect() as connection:
        sent = connection.scalar(sa.select(sa.func.max(plans.c.version)).where(plans.c.hub == hub.id))
        far = connection.execute(sa.select(lanes.c.lane, lanes.c.seq).where(lanes.c.hub == hub.id)).all()
        count = connection.scalar(sa.select(sa.func.count()).select_from(events).where(events.c.hub == hub.id))
    return Health(
        hub=hub.id,
        citizen_name=hub.name,
        heard_at=heard.at if heard else None,
        plan_running=body.plan_version if body else None,
        plan_waiting=body.next_plan_version if body else None,
        plan_sent=sent,
        time_trusted=body.trusted if body else None,
        screen_alive=body.screen_alive if body else None,
        mains=body.mains if body else None,
        journal_seq=body.seq if body else None,
        lanes={row.lane: row.seq for row in far},
        events=count or 0,
    )


def health_of_all(gateway: Gateway) -> list[Health]:
    return [health_of(gateway, hub) for hub in all_hubs(gateway)]
