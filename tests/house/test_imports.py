"""Imports go one way. A rule is: modules under `who` import, of ours, only what lies under `allowed`."""

import ast

import pytest

from tests.house.tree import PACKAGES, imports, modules, parsed

EVENT_TYPES = ("hub.domain.events", "hub.domain.intake", "hub.domain.plan")
RULES = {
    "hub.domain": ("hub.domain",),
    "hub.plan": ("hub.plan", "hub.domain", "hub.signed"),  # the signature is checked before a plan is read; no I/O
    "hub": ("hub",),
    "hub.main": ("hub", "drivers"),  # the one place where the hub's process is wired
    "drivers": ("drivers", "hub.ports"),
    "hub.broker": ("hub.broker", "hub.clock_model", "hub.files"),
    "ui": ("ui", "hub.protocol", "hub.client", "hub.notify"),
    "sync": ("sync", "hub.protocol", "hub.client", "hub.notify", "hub.lane", *EVENT_TYPES),
    "sync.gateway": ("sync", "hub.protocol", "hub.domain", "hub.plan", "hub.signed", "hub.documents", "hub.enrolment"),
    "medhub": PACKAGES,
    "medhub.oracle": ("medhub.oracle_fhir", "medhub.oracle_fmk"),  # it says what is wanted without asking the hub
    "medhub.oracle_fhir": (),
    "medhub.oracle_fmk": (),
}
# What the pure core may use of others: values and types, nothing that reads, writes or asks the time of a machine.
PURE = {"datetime", "decimal", "enum", "typing", "collections", "zoneinfo", "functools", "itertools", "dataclasses",
        "math", "bisect", "msgspec", "__future__"}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}


def under(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def rule(module: str) -> tuple[str, ...]:
    """The most particular rule for a module."""
    return RULES[max((who for who in RULES if under(module, who)), key=len)]


def ours(module: str) -> list[str]:
    return [name for name in imports(module) if name.split(".")[0] in PACKAGES]


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_go_one_way(module: str) -> None:
    wrong = {name for name in ours(module) if not any(under(name, allowed) for allowed in rule(module))}
    assert not wrong, f"{module} imports {sorted(wrong)}; it may import {rule(module)}"


@pytest.mark.parametrize("module", sorted(m for m in modules() if under(m, "sync") and not under(m, "sync.gateway")))
def test_the_appliances_sync_does_not_know_the_gateway(module: str) -> None:
    assert not [name for name in ours(module) if under(name, "sync.gateway")]


@pytest.mark.parametrize("module", sorted(m for m in modules() if under(m, "hub.domain")))
def test_the_core_does_no_io(module: str) -> None:
    outside = {name for name in imports(module) if not under(name, "hub.domain")}
    assert {name.split(".")[0] for name in outside} <= PURE, outside


@pytest.mark.parametrize("module", sorted(m for m in modules() if under(m, "hub.domain") or under(m, "hub.plan")))
def test_the_core_reads_no_clock(module: str) -> None:
    read = [n for n in ast.walk(parsed(modules()[module])) if isinstance(n, ast.Attribute) and n.attr in CLOCKS]
    assert not read, [f"{module}:{n.lineno}" for n in read]


def test_the_command_imports_nothing_of_ours_until_asked() -> None:
    assert ours("medhub.cli") == []


def test_the_reader_of_imports_sees_every_form() -> None:
    assert {"hub.domain.events", "hub.domain.intake"} <= set(imports("hub.domain.life"))
    assert "hub.domain.reading" in set(imports("hub.ports"))


def test_every_package_is_looked_at() -> None:
    assert {name.split(".")[0] for name in modules()} == set(PACKAGES)
    assert "hub.domain" in modules()
