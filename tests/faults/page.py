"""docs/faults.md: what each device's faults come to, as played. `python -m tests.faults.page` writes it anew."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from hub.device_states import HANG_S, LOST_S, WELL_S
from hub.domain.alarms import DEVICE_CRITICALITY
from hub.domain.events import Device
from tests.faults.table import BEFORE_S, Cell, cells

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
HEAD = f"""# When a device fails

What the screen shows, what the municipality gets and what the journal says, for every device, every fault of it, and
every state an intake may be in. Made by playing each of them through the core and the hub's devices
(`python -m tests.faults.page`); a test holds page and play together, and every cell against the rules: a fault alone
never makes *taken*, and no lock is opened while lids or scale are unknown.

Each play: two tablets lie in one compartment, for 8.00. The intake reaches its state; the fault begins; {BEFORE_S}
seconds later the screen is looked at, and the person does what it lets them: opens, takes what is there, shuts the
lid, answers when asked; and tries again twice within a minute. Then nobody does anything until the window has ended, at
9.00. A planned one meets its fault at 6.30 and the person at 8.00. In *due, box being filled* staff have another
compartment open, and give up when they see the fault. Nobody in the municipality acts: each alarm lives, and
escalates.

A device is **lost** when it has been in trouble for {LOST_S:.0f} seconds, and **back** when it has been well for
{WELL_S:.0f}: a plug that comes and goes is one trouble and one alarm. A device that **hangs** (no answer for
{HANG_S:.0f} seconds) is lost alone; if it had worked, and nothing can be handed out without it, the hub begins anew,
once. What is only used now and then (lamps, sounder) is lost when it is used; so is a lock whose line does not rise,
while one that is high, or not seen, is lost without being used.
"""
FACTS = {
    Device.LIDS: "Lids that nobody sees are not shut: nothing opens, and an opening under way becomes uncertain.",
    Device.LOCKS: "A lock that fails fails locked. Three pulses at most, then the intake is withheld and told. While\n"
    "a line is high with no pulse, or cannot be seen, no lock at all is pulsed.",
    Device.LAMPS: "The lamp only shows which lid; the screen says it too.",
    Device.SCALE: "Without a weight nothing opens. What is open already is settled by the person's word.",
    Device.SCANNER: "For whoever fills; no intake waits for it.",
    Device.SOUNDER: "Nobody is called. The screen still shows what is due, and a missed dose is told as ever.",
    Device.POWER: "Whether the mains are on is not known. With the battery nearly empty the box stops in order.",
    Device.RTC: "Nothing now. After a power cut without network, nobody vouches for the time, and nothing opens.",
    Device.TEMPERATURE: "Too warm for a day, or not known: somebody is told, and no dose waits for it.",
}


def page(played: Iterable[Cell]) -> str:
    parts = [HEAD]
    for device, mine in groupby(played, key=lambda cell: cell.device):
        parts.append(
            f"## {device.title()} · {DEVICE_CRITICALITY[device]}\n\n{FACTS[device]}\n\n"
            + "\n".join(_table(mine))
            + "\n"
        )
    return "\n".join(parts)


def _table(played: Iterable[Cell]) -> Iterator[str]:
    """Faults that come to the same in a state share a row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for c in played:
        rows.setdefault((c.state, c.screen, c.municipality, c.journal, c.end), []).append(c.fault)
    yield "| fault | intake | screen | municipality | journal | in the end |"
    yield "| --- | --- | --- | --- | --- | --- |"
    order = {key: n for n, key in enumerate(rows)}
    for key in sorted(rows, key=lambda key: (" · ".join(rows[key]), order[key])):
        state, screen, municipality, journal, end = key
        yield f"| {' · '.join(rows[key])} | {state} | {screen} | {municipality} | {journal} | {end} |"


def in_order(played: Iterable[Cell]) -> list[Cell]:
    """Device by device, as they are listed."""
    return sorted(played, key=lambda cell: list(Device).index(cell.device))


if __name__ == "__main__":
    PAGE.write_text(page(in_order(cells())), encoding="utf-8")
