# `make run` starts everything; `make test` proves everything. Each installs what it needs.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test quick setup setup-dev chromium format lock bench clean

run: setup
	$(BIN)/hutong up --demo

test: setup-dev chromium lint
	$(BIN)/python -m pytest

quick: setup-dev lint
	$(BIN)/python -m pytest -q -m "not browser and not slow"

.PHONY: lint
lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet hutong
	$(BIN)/lint-imports

setup: .venv/.runs
setup-dev: .venv/.tests

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runs: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv/.tests: .venv/.runs requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

bench: setup-dev
	$(BIN)/python -m bench

.PHONY: docs
docs: setup
	$(BIN)/python -m hutong.project.handbook
