"""Writes the lock files: what the extras of setup.cfg resolve to today, pinned exactly. `make lock` runs it.

pip resolves (`pip install --dry-run --report`) with whatever index the machine's own pip configuration names. There are
no hashes: the same lock serves x86-64 and the appliance's aarch64, whose wheels differ. What only one kind of machine
needs keeps its marker. pip itself is left out (sqlite-utils asks for it; every virtual environment has one).
"""

import json
import re
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
APPLIANCE = "hub,ui,sync"
EVERYTHING = "hub,ui,sync,gateway,demo,test"


def marked(extras: str) -> list[tuple[str, str]]:
    """The extras' own requirements that only some machines have: (requirement, marker)."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = [line for name in extras.split(",") for line in config["options.extras_require"][name].split("\n")]
    return [(what.strip(), marker.strip()) for what, found, marker in (line.partition(";") for line in lines) if found]


def resolve(*wanted: str) -> dict[str, str]:
    """Canonical name → version of all that `wanted` needs."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    report = subprocess.run([*command, *wanted], check=True, stdout=subprocess.PIPE).stdout
    found = (item["metadata"] for item in json.loads(report)["install"])
    pins = {re.sub(r"[-_.]+", "-", data["name"]).lower(): data["version"] for data in found}
    return {name: version for name, version in sorted(pins.items()) if name not in {"medhub", "pip"}}


def write(name: str, extras: str, pins: dict[str, str]) -> None:
    head = f"# Made by `make lock` from setup.cfg's extras {extras}; not edited by hand.\n"
    lines = [f"{package}=={version}" for package, version in pins.items()]
    for requirement, marker in marked(extras):
        lines += [f"{package}=={version}; {marker}" for package, version in resolve("--no-deps", requirement).items()]
    (HERE / name).write_text(
        head + "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line.split("==")[0]))
    )
    print(f"{name}: {len(lines)} packages")


def main() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    everything = resolve(f"{ROOT}[{EVERYTHING}]", *build)
    appliance = resolve(f"{ROOT}[{APPLIANCE}]", f"setuptools=={everything['setuptools']}")
    write("all.txt", EVERYTHING, everything)
    write("appliance.txt", APPLIANCE, {name: everything[name] for name in appliance})


if __name__ == "__main__":
    main()
