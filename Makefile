# Two commands matter: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help setup demo test lint types bench clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/.made:
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] <= (3, 13) else f"Shopkeeper needs Python 3.11 to 3.13, {sys.executable} is {v[0]}.{v[1]}: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.train: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing the service and training (about a minute)"
	$(PIP) -e '.[train]'
	@touch $@

$(VENV)/.dev: $(VENV)/.train
	@echo "Installing what the tests need"
	$(PIP) -e '.[train,postgres,test]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) -e '.[train,postgres,test,bench]'
	@touch $@

setup: $(VENV)/.dev  ## make .venv and install everything for development

demo: $(VENV)/.train  ## generate a shop, train on it, serve it on 127.0.0.1:$(PORT)
	$(BIN)/shopkeeper demo-store --out var/demo
	$(BIN)/shopkeeper train --config var/demo/shop.toml
	$(BIN)/shopkeeper keys demo --config var/demo/shop.toml
	SHOPKEEPER_KEYS__REQUIRED=$${SHOPKEEPER_KEYS__REQUIRED:-no} exec $(BIN)/shopkeeper serve --config var/demo/shop.toml --bind 127.0.0.1:$(PORT) --workers 2

test: $(VENV)/.dev  ## run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.dev  ## ruff, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy

bench: $(VENV)/.bench  ## every figure of docs/benchmarks.md
	$(BIN)/python -m benchmarks

clean:  ## remove .venv and var
	rm -rf $(VENV) var
