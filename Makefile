# Runs on a fresh Debian 12 with nothing but make and git: the first target that needs it sets up system packages
# (requirements/debian.txt), a virtual environment and the pinned packages (requirements/all.txt). Afterwards the
# stamp files in .venv make that free.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help run play test lint types format bench mutants mutation-score prove-core prove-powercut prove-faults prove-scale prove-services
.PHONY: prove-parsers prove-gpio prove-circuit test-hardware install uninstall lock clean

help: ## What can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## A citizen's two days through the real processes, told as they happen
	@$(BIN)/medhub demo

play: $(READY) ## The same, with you at the screen
	@$(BIN)/medhub demo --play

test: lint types ## Lint, types, the core's coverage, then every test
	@$(BIN)/pytest tests/domain --cov=hub.domain --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered
	@$(BIN)/pytest -n 2

lint: $(READY) ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict, on hub, drivers and sync
	@$(BIN)/mypy

format: $(READY) ## Let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY) ## Speed and size, as a table of figures and limits
	@$(BIN)/python -m tests.bench.run

mutants: $(READY) ## Over 300 seeded mistakes in safety rules, one at a time: a test must fail for each
	@$(BIN)/python -u -m tests.mutants.run

mutation-score: $(VENV)/mutation/.ready ## mutmut over the whole core: every survivor must be explained
	@PYTHONPATH=$(CURDIR)/$(VENV)/mutation $(BIN)/python -u -m tests.mutants.score $(FILES)

prove-core: $(READY) ## A million dose-days through the core with a fault each home day, an oracle of its own beside it
	@$(BIN)/python -u -m tests.heart.prove

prove-powercut: $(READY) ## Thousands of power cuts under the real journal
	@$(BIN)/python -m tests.proof_powercut.prove

prove-faults: $(READY) ## A kill and a hang of every process at every step of an opening
	@$(BIN)/python -m tests.faultwalk.run

prove-scale: $(READY) ## How often the scale is wrong about an opening, or a shut box, by the weight of a tablet: makes the tables of docs/scale.md
	@$(BIN)/python -u -m tests.scale.prove
	@$(BIN)/python -u -m tests.scale.prove_still

prove-services: $(READY) ## The three services under a real systemd, as root: the demo's day, and everything that may be done to them
	@$(BIN)/python -u -m tests.services.prove

prove-parsers: $(READY) ## A million spoilt codes and as many spoilt lines of the scale, each judged by a second reading
	@$(BIN)/python -u -m tests.parsers.prove

prove-gpio: $(READY) ## Locks and lids on a kernel's real GPIO chips, in a machine of its own (qemu-system-x86, busybox-static)
	@$(BIN)/python -u -m tests.proof_gpio.prove

prove-circuit: $(READY) ## The lock's circuit as drawn, simulated: each fault, each control taken out, the parts' tolerances
	@$(BIN)/python -u -m tests.proof_circuit.prove

test-hardware: $(READY) ## On a Pi with six jumpers on its header: the same contract of locks and lids as in make test
	@MEDHUB_GPIO=pi $(BIN)/pytest tests/drivers/test_compartments.py tests/drivers/test_compartment_faults.py

install: ## On the box itself, as root: the three services, each its own user, with a private environment
	@systemd/install.sh install

uninstall: ## Take them away; the journal stays
	@systemd/install.sh uninstall

lock: $(READY) ## Resolve setup.cfg anew and pin it in requirements/
	@$(BIN)/python requirements/lock.py

clean: ## Remove the environment and everything made
	rm -rf $(VENV) out build dist *.egg-info .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.system: requirements/debian.txt requirements/system.sh
	@requirements/system.sh
	@mkdir -p $(VENV) && touch $@

$(VENV)/.python: $(VENV)/.system
	@for python in /usr/bin/python3 python3; do \
	    if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making the virtual environment with $$($$python --version)"; \
	        $$python -m venv $(VENV) && touch $@ && exit; fi; \
	done; echo "Python 3.11 or newer with venv is needed: apt-get install python3-venv" >&2; exit 1

$(VENV)/mutation/.ready: requirements/mutation.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(@D) --upgrade -r $<
	@touch $@

$(READY): $(VENV)/.python requirements/all.txt setup.cfg pyproject.toml
	@echo "Installing the pinned packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/all.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
