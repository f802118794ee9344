"""What goes into a citizen's home: the hub, the screen and the way out. Never the municipality's end."""

import re
import subprocess
import sys
from configparser import ConfigParser
from importlib.metadata import packages_distributions, requires

import pytest

from tests.house.tree import PACKAGES, ROOT, imports, modules

GATEWAYS = {"starlette", "uvicorn", "sqlalchemy", "jinja2", "python-multipart"}
MACHINES = {
    "hub": ("hub",), "drivers": ("hub",), "ui": ("ui",), "sync": ("sync",),
    "sync.gateway": ("gateway",), "medhub": ("hub", "ui", "sync", "gateway", "demo"),
}  # fmt: skip
INSTALLED = packages_distributions()
PROCESSES = ("hub.main", "ui.main", "sync.main", "hub.broker.main")
LIST = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted({name.split(".")[0] for name in sys.modules} | {n for n in sys.modules if n.startswith("sync.")}))
"""


def canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement)[0]).lower()


def pinned(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / name).read_text().split("\n")
    return dict(line.partition(";")[0].split("==") for line in lines if line and not line.startswith("#"))


def extras(*names: str, here: bool = False) -> set[str]:
    """What the extras ask for by name, on any machine, or only what every machine has (`here`)."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = [config["options"]["install_requires"], *(config["options.extras_require"][name] for name in names)]
    lines = [line for block in listed for line in block.split("\n") if line.strip()]
    return {canonical(line) for line in lines if not (here and ";" in line)}


def closure(roots: set[str]) -> set[str]:
    """The roots and all they need, as installed here; without what only their own extras ask for."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [canonical(line) for line in requires(name) or () if ";" not in line]
    return seen


def test_the_appliances_extras_need_no_gateway() -> None:
    assert not closure(extras("hub", "ui", "sync", here=True)) & GATEWAYS


def test_the_closure_would_see_a_gateway() -> None:
    assert closure(extras("gateway")) >= GATEWAYS | {"anyio", "h11"}


def test_the_appliances_lock_carries_no_gateway_and_no_tests() -> None:
    carried = set(pinned("appliance.txt"))
    assert not carried & (GATEWAYS | {"pytest", "mypy", "rich", "python-xlib"})
    assert carried >= extras("hub", "ui", "sync")


def test_the_locks_pin_the_same_versions() -> None:
    everything = pinned("all.txt")
    assert pinned("appliance.txt").items() <= everything.items()
    assert set(everything) >= extras("hub", "ui", "sync", "gateway", "demo", "test")


@pytest.mark.parametrize("module", sorted(modules()))
def test_what_a_module_imports_is_in_its_machines_extras(module: str) -> None:
    """A package that is only by chance installed is missing in a clean clone."""
    machine = MACHINES[max((name for name in MACHINES if f"{module}.".startswith(f"{name}.")), key=len)]
    foreign = {name.split(".")[0] for name in imports(module)} - {*PACKAGES, *sys.stdlib_module_names}
    asked = extras(*machine)
    assert not [name for name in foreign if not {canonical(d) for d in INSTALLED.get(name, [name])} & asked]


@pytest.mark.parametrize("process", PROCESSES)
def test_an_appliances_process_loads_no_gateway(process: str) -> None:
    made = subprocess.run([sys.executable, "-c", LIST, process], check=True, capture_output=True, text=True, cwd=ROOT)
    loaded = set(made.stdout.split())
    assert process.split(".")[0] in loaded
    assert not loaded & (GATEWAYS | {"sync.gateway", "medhub", "pytest"})
