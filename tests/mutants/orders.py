"""Mistakes with what is ordered from afar: the gateway's queue and watch, and what sync carries first."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

ORDERS, AWAY, THROUGH = "sync/test_orders.py", "sync/test_watch_away.py", "sync/test_through.py"

download = of("sync/download.py", "sync/test_download.py", "sync/test_main.py", THROUGH)
carrier = of("sync/main.py", "sync/test_main.py")
orders = of("sync/gateway/orders.py", ORDERS, AWAY)
told = of("sync/gateway/told.py", ORDERS, AWAY)
watch = of("sync/gateway/watch.py", AWAY)
forms = of("sync/gateway/care_routes.py", ORDERS)

MUTANTS = (
    download("R6", "a stop the hub could not write down is done with",
             "        if error is None or NOT_YET not in error.reasons:\n            self._had", "        if True:\n            self._had"),
    download("R6", "a new journal gets its plan without the stops over it", "self._server.stops(anew)", "self._server.stops(False)"),
    carrier("R6", "a stop waits for the whole log to get out",
            "tried = [self._fetched(now_s), self._tried(self._upload.run)]", "tried = [self._tried(self._upload.run), self._fetched(now_s)]"),
    orders("R6", "a stop is signed with the key of commands", "sign(made, gateway.keys.stop)", "sign(made, gateway.keys.command)"),
    orders("R6", "a stop is forgotten when the hub has had it once",
           "commands.c.purpose == Purpose.STOP, commands.c.issued >= since)",
           'commands.c.purpose == Purpose.STOP, commands.c.issued >= since, commands.c.state == "queued")'),
    orders("R10", "a stop sync says the hub has is no longer looked after",
           'commands.c.state != "carried_out")', 'commands.c.state == "queued")'),
    orders("R9", "a hand-back overtakes its promise",
           "where(place).order_by(commands.c.issued, commands.c.id)\n    with gateway.reads.connect() as connection:\n        return [Queued(row.id, row.jws) for row in connection.execute(asked)]\n\n\ndef stops_in_force",
           "where(place).order_by(commands.c.expires)\n    with gateway.reads.connect() as connection:\n        return [Queued(row.id, row.jws) for row in connection.execute(asked)]\n\n\ndef stops_in_force"),
    orders("R9", "a promise is sent after its time", "until or datetime.max.replace(tzinfo=now.tzinfo)", "datetime.max.replace(tzinfo=now.tzinfo)"),
    orders("R14", "sync's late word takes back what the hub's own event said",
           'commands.c.id == command, commands.c.state == "queued")', "commands.c.id == command)"),
    told("R14", "another hub's event carries out a command", "sa.and_(commands.c.hub == hub, commands.c.id == event.body.id)", "commands.c.id == event.body.id"),
    told("R10", "the hospital answers for ever", "(self.ends_at is None or at < self.ends_at)", "True"),
    told("R10", "any leave answers as a hospital does", "if a.leave.kind is LeaveKind.HOSPITAL)", "if True)"),
    watch("R10", "a hospital answers for a dose that could be had before", "away.covers(intake.opens_at)", "away.covers(intake.at)"),
    watch("R10", "any plan that runs answers for a stop", "running.issued > stop.issued", "running.version > 0"),
    forms("R14", "a stop is taken from a form that is not ours",
          "    checked(session, fields)\n    form = Form(fields, gateway.clock())\n    chosen", "    form = Form(fields, gateway.clock())\n    chosen"),
    forms("R4", "a form's time is taken as UTC", "to_utc(local.date(), local.time(), words.ZONE)", 'datetime.fromisoformat(said + "Z")'),
)  # fmt: skip
