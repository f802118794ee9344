"""What each request does to the world. No I/O and no clock, so that what was done can be done again, the same."""

from drivers import world_protocol as w
from drivers.world_state import World

# These change nothing but the load cell's noise.
LOOKS = (w.Weigh, w.AskLines, w.AskCharge, w.AskRtc, w.AskCelsius, w.Watch, w.Look, w.ReadLedger)
Answered = w.Weight | w.Lines | w.Charge | w.Ahead | w.Warmth | w.Handled | w.WorldView | w.Ledger | None


def act(world: World, request: w.Request, now_s: float) -> Answered:
    """Do it at `now_s`, to which the world has been advanced. Raises NotPossible, and then nothing changed."""
    match request:
        case w.LockLine(number, on):
            world.lock_line(number, on, now_s)
        case w.LampLine(number, on):
            world.lamp_line(number, on)
        case w.PlayTone(tone):
            world.play(tone, now_s)
        case w.LightScreen(pct):
            world.around.light_pct = pct
        case w.SayText(text):
            world.say(text, now_s)
        case w.Look():
            return world.view()
        case w.ReadLedger(after):
            return w.Ledger(tuple(world.ledger[after:]))
        case _:
            done = _measure(world, request, now_s) or _hand(world, request, now_s)
            _surround(world, request, now_s)
            return done
    return None


def _measure(world: World, request: w.Request, now_s: float) -> Answered:
    match request:
        case w.Weigh():
            return w.Weight(world.weigh(now_s))
        case w.AskLines():
            return w.Lines(frozenset(n for n, box in world.compartments.items() if box.line_on))
        case w.AskCharge():
            return w.Charge(world.battery.charge_pct(now_s))
        case w.AskRtc():
            return w.Ahead(world.around.rtc_ahead())
        case w.AskCelsius():
            return w.Warmth(world.around.warmth())
    return None


def _hand(world: World, request: w.Request, now_s: float) -> w.Handled | None:
    match request:
        case w.OpenLid(number):
            world.open_lid(number, now_s)
        case w.ShutLid(number):
            world.shut_lid(number, now_s)
        case w.KeyOpen(number):
            world.key_open(number, now_s)
        case w.Take(number, counts):
            return w.Handled(world.take(number, counts, now_s))
        case w.PutBack(number, counts):
            return w.Handled(world.put_back(number, counts, now_s))
        case w.Fill(number, label, items):
            return w.Handled(world.fill(number, label, items, now_s))
        case w.PutIn(number, label, item):
            return w.Handled(world.put_in(number, label, item, now_s))
        case w.Empty(number):
            return w.Handled(world.empty(number, now_s))
        case w.HoldCode(code):
            world.hold_code(code, now_s)
    return None


def _surround(world: World, request: w.Request, now_s: float) -> None:
    match request:
        case w.SetMains(on):
            world.set_mains(on, now_s)
        case w.SetBattery(charge_pct, unplugged):
            world.battery.put(charge_pct, unplugged, now_s)
        case w.SetRtc(fault, ahead_s):
            world.around.rtc_fault, world.around.rtc_ahead_s = fault, ahead_s
        case w.SetCelsius(celsius):
            world.around.celsius = celsius
        case w.SetJam(number, on):
            world.set_jam(number, on)
        case w.HoldLine(number, on):
            world.hold_line(number, on, now_s)
        case w.SetScale(fault):
            world.cell.break_down(fault, now_s)
        case w.SetScanner(unplugged):
            world.scanner_unplugged = unplugged
        case w.SetNetwork(up):
            world.set_network(up, now_s)
        case w.SetTrap(trap):
            world.set_trap(trap)
        case w.ClearTrap():
            world.trap = None
