# What a person needs: make demo, make test, make run. The rest is for those who change mailproc.
PYTHON ?= python3
BIN := .venv/bin
# Tests run side by side. A third of their time is waiting for servers and processes, so that two cores have
# work for three; a debugger wants make test WORKERS=0.
WORKERS ?= 3
# Python keeps what it has compiled, whatever the environment says: the tests start it often.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install wheel deb container demo run test lint types layers bench crash fuzz mutants year pictures docs clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

install: .venv/installed  ## makes .venv with .venv/bin/mailproc

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "mailproc needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv \
		|| { echo "no virtual environment could be made (Debian: apt install python3-venv)" >&2; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

demo: install  ## the main job for real in a throw-away folder, within a minute; KEEP=1 goes on running
	$(BIN)/mailproc demo $(if $(KEEP),--stay)

run: install  ## the service on config.toml
	$(BIN)/mailproc --config config.toml run

test: install  ## every test; what needs Dovecot or PostgreSQL names the package where it is missing
	$(BIN)/pytest -n $(WORKERS)

lint: install  ## ruff: style and form
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install  ## mypy, strict
	$(BIN)/mypy

layers: install  ## who may import whom
	$(BIN)/lint-imports

bench: install  ## speed against yardsticks in the same run
	$(BIN)/python -m bench

crash: install  ## a thousand kills over 20,000 letters, two hundred on PostgreSQL: about an hour
	CRASH_KILLS=1000 CRASH_LETTERS=20000 CRASH_KILLS_POSTGRESQL=200 MODEL_EXAMPLES=300 REQUIRE_ALL=1 \
		$(BIN)/pytest -n $(WORKERS) tests/acceptance/test_crash.py tests/flow/test_model.py tests/flow/test_database_restarts.py

fuzz: install  ## a million damaged letters over every reader, a quarter of an hour; finds become samples
	$(BIN)/python -m fuzz

mutants: install  ## changes one thing at a time and sees whether a test notices; MUTANTS="run --seed 7 --count 100" draws others
	@test -f .mutants/seconds.json || $(BIN)/python -m mutants map
	$(BIN)/python -m mutants $(or $(MUTANTS),run)

year: install  ## 5,000 requests of a simulated year through the real stations, some minutes; YEAR="--seed 2" plays another
	$(BIN)/python -m year $(YEAR)

wheel: install  ## dist/mailproc_ill-….whl: all that another machine needs (pipx install FILE)
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

deb:  ## dist/mailproc_….deb, for the Debian release of this machine (docs/install.md)
	debian/build dist

# docker knows all of it but --format: that of podman has no HEALTHCHECK otherwise.
container:  ## the image localhost/mailproc; needs podman (docs/install.md)
	podman build --format docker --tag localhost/mailproc $(PODMAN_OPTIONS) .

pictures: install  ## pictures of the desk for the documents, taken in Chromium
	WRITE_PICTURES=1 $(BIN)/pytest -q tests/web/test_pictures.py

docs: install  ## writes the generated pages again
	$(BIN)/mailproc states --markdown > docs/states.md
	$(BIN)/mailproc templates --markdown > templates/README.md
	$(BIN)/python -m mailproc.cli.manual > docs/mailproc.1

clean:  ## takes .venv away; var/ (the store!) stays
	rm -rf .venv
