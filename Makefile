# Everything a person needs: make demo, make test, make run. The rest is for those who change mailproc.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test run lint types layers bench docs clean

install: .venv/installed

.venv/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

demo: install
	$(BIN)/mailproc demo

run: install
	$(BIN)/mailproc --config config.toml run

test: install lint types layers
	$(BIN)/pytest

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

layers: install
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m bench

docs: install
	$(BIN)/mailproc states --markdown > docs/states.md
	$(BIN)/mailproc templates --markdown > templates/README.md

clean:
	rm -rf .venv var
