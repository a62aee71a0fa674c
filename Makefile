# Two commands for a stranger:  make demo   and   make test.   `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test lint types logic branches parts slow deep fuzz bench hil hil-guest mutants system lock voice clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.run  ## the whole station with a simulated person: no hardware, no root, no broker needed
	@$(BIN)/desk-station demo

test: $(VENV)/.test system lint types branches parts slow  ## lint, types and every test

lint: $(VENV)/.test  ## ruff: style and common mistakes
	@echo "== lint"; $(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.test  ## mypy, strict
	@echo "== types"; $(BIN)/mypy

logic: $(VENV)/.test  ## the core's tests: pure, in virtual time, seconds
	@echo "== logic"; $(BIN)/python -m pytest -m "not slow and not benchmark" tests/core

branches: $(VENV)/.test  ## the same, and every branch of the core must be walked (twice the time: it is traced)
	@echo "== logic, every branch"; $(BIN)/python -m coverage run --source=station/core -m pytest -m "not slow and not benchmark" tests/core
	@$(BIN)/python -m coverage report --fail-under=100 --show-missing --skip-covered

parts: $(VENV)/.test  ## drivers, outputs, sounds and commands, as far as they are quick
	@echo "== parts"; $(BIN)/python -m pytest -n 2 -m "not slow and not benchmark" --ignore tests/core

slow: $(VENV)/.test  ## tests with a real broker, real processes and captured sound
	@echo "== real processes and broker, four at a time"; \
	  $(BIN)/python -m pytest -n 4 --dist loadfile -m "slow and not alone and not benchmark"
	@echo "== captured sound and real clocks, one at a time"; $(BIN)/python -m pytest -m "alone and not benchmark"

mutants: $(VENV)/.test  ## mutate the measuring core, and count what the tests notice (a quarter of an hour)
	@$(PIP) "mutmut>=3.3" && $(BIN)/python -m mutmut run --max-children 1 && $(BIN)/python -m mutmut results

deep: $(VENV)/.test  ## what always holds, tried with 500 examples each instead of 20 (minutes)
	@$(BIN)/python -m pytest -m "not slow and not benchmark" --hypothesis-profile=deep tests/core

fuzz: $(VENV)/.test  ## a fuzzer on commands, context and configuration, two minutes each
	@$(PIP) atheris && for what in commands context configuration; do $(BIN)/python -P tests/fuzz_inputs.py $$what \
	  -max_total_time=120 -artifact_prefix=.fuzz/ .fuzz/$$what || exit 1; done

bench: $(VENV)/.test  ## print the measured figures
	@$(BIN)/python -m pytest -m "benchmark and not hil" -s

hil: $(VENV)/.test  ## the station on a kernel that looks like a Pi's, where `make hil-guest` has been (tests/README.md)
	@$(BIN)/python -m pytest -m hil -s -rs tests/hil

hil-guest: $(VENV)/.test
	@PYTHON=$(BIN)/python sh tests/hil/make_guest.sh

system:  ## what the tests need from the system: mosquitto, chromium, umockdev
	@sh tests/system-packages.sh

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Desk Station needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@echo "Making $(VENV) ..."; $(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is missing. On Debian or Raspberry Pi OS:  sudo apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "Installing the station into $(VENV) (once, about a minute) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python requirements-test.lock pyproject.toml
	@echo "Installing the station and what its tests need into $(VENV) (once, about a minute) ..."
	@$(PIP) --require-hashes -r requirements-test.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

# One hashed lock per use; no registry addresses in the repository.
LOCK := --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
        --strip-extras --allow-unsafe --no-header --no-annotate
lock: $(VENV)/.test  ## write requirements*.lock anew
	@$(PIP) pip-tools
	@$(BIN)/pip-compile $(LOCK) --extra demo -o requirements.lock pyproject.toml
	@$(BIN)/pip-compile $(LOCK) --extra demo --extra test -c requirements.lock -o requirements-test.lock pyproject.toml

# The bill of materials is of the lock, so it names what is installed, by hash; the tool itself is no dependency.
sbom:  ## write what the station is made of (CycloneDX) to dist/sbom.cdx.json
	@mkdir -p dist && $(PYTHON) -m venv dist/.sbom && dist/.sbom/bin/python -m pip install --quiet --disable-pip-version-check "cyclonedx-bom>=7"
	@dist/.sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
	  --of JSON -o dist/sbom.cdx.json && rm -rf dist/.sbom && echo "dist/sbom.cdx.json"

voice:  ## render the voice clips that changed (needs the `voice` extra; see sounds/README.md)
	@$(BIN)/python -m sounds.voice

clean:  ## remove what was built
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage mutants tests/out
