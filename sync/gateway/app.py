"""The gateway as an application: its routes, and the rounds that run beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from sync.gateway import care_routes, hub_routes, staff_routes
from sync.gateway.config import Config
from sync.gateway.gateway import Clock, open_gateway, utc_now
from sync.gateway.rounds import Rounds


def create_app(config: Config, clock: Clock = utc_now) -> Starlette:
    """The whole gateway; `clock` is that of its deadlines. Rounds and database live as long as the application."""
    gateway = open_gateway(config, clock)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        rounds = Rounds(gateway)
        rounds.start()
        try:
            yield
        finally:
            await run_in_threadpool(rounds.stop)
            gateway.store.dispose()

    parts = (hub_routes, staff_routes, care_routes)
    return Starlette(routes=[r for part in parts for r in part.routes(gateway)], lifespan=lifespan)
