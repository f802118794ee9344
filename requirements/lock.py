"""Writes the lock files: what the extras of setup.cfg resolve to today, pinned exactly. `make lock` runs it.

pip resolves (`pip install --dry-run --report`) with whatever index the machine's own pip configuration names. There are
no hashes: the same lock serves x86-64 and the appliance's aarch64, whose wheels differ. pip itself is left out
(sqlite-utils asks for it; every virtual environment has one).
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
APPLIANCE = "hub,ui,sync"
EVERYTHING = "hub,ui,sync,gateway,demo,test"


def resolve(extras: str, also: list[str]) -> dict[str, str]:
    """Canonical name → version of all that `medhub[extras]` and `also` need."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    report = subprocess.run([*command, f"{ROOT}[{extras}]", *also], check=True, stdout=subprocess.PIPE).stdout
    found = (item["metadata"] for item in json.loads(report)["install"])
    pins = {re.sub(r"[-_.]+", "-", data["name"]).lower(): data["version"] for data in found}
    return {name: version for name, version in sorted(pins.items()) if name not in {"medhub", "pip"}}


def write(name: str, extras: str, pins: dict[str, str]) -> None:
    head = f"# Made by `make lock` from setup.cfg's extras {extras}; not edited by hand.\n"
    (HERE / name).write_text(head + "".join(f"{name}=={version}\n" for name, version in pins.items()))
    print(f"{name}: {len(pins)} packages")


def main() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    everything = resolve(EVERYTHING, build)
    appliance = resolve(APPLIANCE, [f"setuptools=={everything['setuptools']}"])
    write("all.txt", EVERYTHING, everything)
    write("appliance.txt", APPLIANCE, {name: everything[name] for name in appliance})


if __name__ == "__main__":
    main()
