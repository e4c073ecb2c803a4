.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types layers bench docs clean

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
HOME_DIR ?= reassort-demo
NAME   ?= all

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready  ## Make the virtual environment with every dependency at its locked version

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: setup  ## Build the demo retailer, write its briefs and open the service on it
	$(BIN)/reassort demo --home $(HOME_DIR)

# A worker that dies fails the run at once: with one in its place, xdist 3.8 waits for ever (its issue 1378).
test: setup  ## Run the tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

check: lint types layers  ## Lint, types and import layers

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

bench: setup  ## Run a benchmark: make bench NAME=search
	$(BIN)/python -m benchmarks $(NAME) --json

docs: setup  ## Write the reference pages anew from the code
	$(BIN)/python -m tests.docs.reference

clean:  ## Remove the virtual environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
