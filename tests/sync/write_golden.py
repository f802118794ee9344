"""Writes the golden pairs that are missing: `python -m tests.sync.write_golden`. Read each before it is kept."""

import json

from sync import fhir
from tests.sync import examples as x
from tests.sync.test_fhir import GOLDEN


def main() -> None:
    for body in x.BODIES:
        path = GOLDEN / f"{type(body).__name__}.json"
        if not path.exists():
            item = x.item(x.event(41, body))
            made = [entry.written() for entry in fhir.entries(fhir.read(item), x.SOURCE)]
            pair = {"in": json.loads(item), "out": json.loads(fhir.ENCODER.encode(made))}
            path.write_text(json.dumps(pair, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
