# Needs Python 3.11 to 3.13 and make. Everything is installed into .venv from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Tests build dozens of warehouses and run histories: in memory where there is room, which is twice as fast as a slow disk.
IN_MEMORY := $(if $(shell test -w /dev/shm && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 4000000'),TMPDIR=/dev/shm)

# Compiled once, not at every start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run ui dev test systemtest check audit format docs docsite lock bench faults clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(RUN): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else "Python 3.11 to 3.13 is needed, this is %d.%d; call make PYTHON=python3.12" % v)'
	@echo "Setting up $(VENV) (once, about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock requirements-oldest.lock $(RUN)
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@rm -rf $(VENV)/oldest-duckdb
	@$(PIP) install --no-deps --require-hashes --only-binary :all: --target $(VENV)/oldest-duckdb -r requirements-oldest.lock
	@touch $@

setup: $(RUN) ## install what running needs

run: $(RUN) ## build and publish warehouse/g60.duckdb, show the headline
	@$(BIN)/g60 build

ui: $(RUN) ## open the Dagster UI on 127.0.0.1:3000
	@$(BIN)/g60 ui

dev: $(RUN) ## open Dagster's own `dagster dev` on the run history of `make ui`
	@home="$$($(BIN)/python -m g60_pipeline.orchestration.instance)" && DAGSTER_HOME="$$home" $(BIN)/dagster dev -w workspace.yaml

# Two workers keep two cores busy: a second thread in each would only wait for the other.
PYTEST := $(IN_MEMORY) POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: $(DEV) ## run the tests that need nothing but Python
	@$(PYTEST) -m "not system"

systemtest: $(DEV) ## run those that need Chromium, Java, Postgres, Redis, zsh and fish, which .ci/run installs
	@$(PYTEST) -m system

check: $(DEV) ## format, lint, types, layers: the gate
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

audit: $(DEV) ## look the locked packages up among known vulnerabilities
	@$(BIN)/python .ci/audit.py

format: $(DEV) ## put the code into form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(RUN) ## write the data dictionary from the contracts
	@$(BIN)/python -m g60_pipeline.publish.dictionary > warehouse/README.md

docsite: $(DEV) ## write the site of guides, dictionary and docstrings into docs/site
	@rm -rf docs/site
	@$(BIN)/python docs/docsite.py docs/site

lock: ## renew the lock files from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group build -o requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group build --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml

bench: $(DEV) ## measure builds against the bare arithmetic, starts, engines, what bounds cover, and the reading of documents
	@$(BIN)/python benchmarks/compare.py
	@$(BIN)/python benchmarks/engines.py
	@$(BIN)/python benchmarks/bounds.py
	@$(BIN)/python benchmarks/communiques.py

faults: $(DEV) ## break inputs, builds and files thousands of times: hours, see docs/faults.md
	@$(IN_MEMORY) POLARS_MAX_THREADS=1 $(BIN)/python benchmarks/faults.py

clean: ## remove what was built, not what was entered
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis warehouse/tables warehouse/report warehouse/*.duckdb warehouse/last_build.json warehouse/publication.json
