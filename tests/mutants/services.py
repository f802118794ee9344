"""Mistakes in the services: who is listened to, what pets a watchdog, what is braked, and what leads out of the screen."""

# ruff: noqa: E501 - quoted source is as long as it is, and a mutant is read best in two lines or three

from tests.mutants.mutant import of

broker = of("hub/broker/main.py", "hub/test_broker.py")
verbs = of("hub/broker/verbs.py", "hub/test_broker.py")
acts = of("hub/broker/acts.py", "hub/test_broker.py")
brake = of("hub/broker/brake.py", "hub/test_broker.py")
carrier = of("hub/carrier.py", "hub/test_carrier.py")
journal = of("hub/journal.py", "system/test_read_only.py")
config = of("hub/config.py", "hub/test_config.py")
desk = of("hub/desk.py", "hub/test_desk_machine.py")
named = of("hub/domain/named.py", "domain/test_fill.py")
sync = of("sync/main.py", "sync/test_watchdog.py")
screen = of("ui/app.py", "ui/test_kiosk.py")
press = of("ui/press.py", "ui/test_kiosk.py")

MUTANTS = (
    broker("H31", "the broker listens to anyone", "if uid == allowed_uid else", "if uid >= 0 else"),
    verbs("H31", "a password may bring a line of its own", r'pattern=r"^[ -~]*\Z"', 'pattern=r"^[ -~]*$"'),
    acts("H31", "a network's name is written as it comes", 'ssid = "".join(f"{byte};" for byte in verb.ssid.encode()[:32])',
         "ssid = verb.ssid"),
    acts("R5", "the broker sets a clock that the network has set", "if synchronised.exists():", "if False:"),
    acts("R10", "a network that cannot be joined costs the one before", "            _go_back(before, file, run)\n", "            pass\n"),
    carrier("R9", "one that is heard no more carries on", "if quiet or not self._there:", "if not self._there:"),
    carrier("R9", "what was said before the silence still counts", "self._up = self._warned = False\n        self._there, self", "self._warned = False\n        self._there, self"),
    journal("R11", "a disk made writable underneath is not found out", "if self._disk_was_read_only and takes_writes(self.path.parent):", "if False:"),
    journal("R11", "a view that stays read-only is a loop of starts", " and not takes_writes(path.parent)\n", "\n"),
    brake("R16", "reboots without end", "if before >= MOST:", "if False:"),
    brake("R16", "a count nobody can read allows a reboot", "    except (OSError, ValueError):\n        return MOST", "    except (OSError, ValueError):\n        return 0"),
    brake("R16", "settings gone wrong are met with a reboot", "and status != str(os.EX_CONFIG) ", ""),
    config("H31", "one group for two roles", "if list(groups.values()).count(gid) > 1:", "if False:"),
    desk("R1", "the machine is asked before it is in the journal", "            command = self._act(message, person.name)\n",
         "            command = self._act(message, person.name)\n            if isinstance(command, c.AskMachine):\n                self._ask_broker(_verb(message))\n"),
    named("R1", "a reboot in the middle of an opening", "    refuse_if((state.opening or state.filling, Reason.ANOTHER_OPENING))\n    return [e.MachineAsked", "    return [e.MachineAsked"),
    sync("R16", "a heartbeat alone keeps sync alive", "        if others():\n", "        if signals:\n"),
    sync("R16", "a thread that is stuck gets on", "return since_s is None or time.monotonic() - since_s < STUCK_S", "return True"),
    screen("R16", "a screen that the hub does not answer is alive", "        if reply is not None and reply.error is None:\n            self._on_alive()", "        self._on_alive()"),
    screen("H26", "a key leads out of the screen", "        return False\n\n    def refresh", "        return bool(super().open_settings(*_args))\n\n    def refresh"),
    press("H26", "a touch of the panel is no press", 'in (None, "left")', '== "left"'),
)  # fmt: skip
