"""A process that appends for ever and says after each commit how far it is: what the crash test kills."""

import sys
from pathlib import Path

from hub.journal import Journal
from tests.hub.made import PAIRING, events


def main(path: Path, batch: int) -> None:
    with Journal.open(path, pairing=PAIRING) as journal:
        while True:
            seq = journal.head[0]
            journal.append(events(seq + 1, seq + batch))
            print(seq + batch, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
