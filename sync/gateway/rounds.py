"""The gateway's own look, again and again, network or not: every hub's plan against what was heard of it (R10)."""

import logging
import threading
from collections import defaultdict
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from sync.gateway import alarms, orders, told, watch
from sync.gateway.gateway import Gateway
from sync.gateway.heartbeats import last_heard
from sync.gateway.hubs import Hub, all_hubs, held_plans
from sync.gateway.outcomes import DoseOutcome, outcomes

log = logging.getLogger("gateway.rounds")


def look(gateway: Gateway) -> None:
    """One look at every hub."""
    for hub in all_hubs(gateway):
        alarms.settle(gateway, hub.id, _found(gateway, hub))


def _found(gateway: Gateway, hub: Hub) -> tuple[alarms.Found, ...]:
    now = watch.Now(gateway.clock(), gateway.real_s())
    silence = watch.Silence(timedelta(minutes=gateway.config.no_contact_min), gateway.config.silence_s)
    plans, last = held_plans(gateway, hub.id), last_heard(gateway, hub.id)
    days = watch.days_to_look(plans, now.at, alarms.standing_intakes(gateway, hub.id))
    answers: dict[str, list[DoseOutcome]] = defaultdict(list)
    for day in days:
        for dose in outcomes(gateway, hub.id, f"{day}/"):
            answers[dose.intake].append(dose)
    return (
        *watch.missing_outcomes(plans, answers, days, now.at, told.in_hospital(gateway, hub.id)),
        *watch.no_contact(last, hub.admitted_at, now, silence),
        *watch.plan_not_running(plans, last, now.at),
        *watch.stops_not_done(orders.standing_stops(gateway, hub.id), plans, last, now.at),
    )


class Rounds:
    """Looks every `watch_s` in a thread of its own, from `start` to `stop`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rounds")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the look under way has ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._gateway.config.watch_s):
            try:
                look(self._gateway)
            except SQLAlchemyError as error:  # the database is away or another gateway was first: look again
                log.error("could not look: %s", type(error).__name__)
