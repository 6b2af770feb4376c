PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo run test slow soak lint audit lock bench clean

demo: $(VENV)/run.stamp     ## the main job on embedded defaults: http://127.0.0.1:8787
	$(BIN)/etfbot demo

run: $(VENV)/run.stamp      ## the service, configured by etfbot.toml and ETFBOT_…
	$(BIN)/etfbot run

lint: $(VENV)/dev.stamp     ## format, style, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint                  ## everything that CI checks
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report= tests/signals
	$(BIN)/coverage report --fail-under=100
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --ignore=tests/signals

# One more than there are processors: most of these tests wait for something more than they compute.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

slow: $(VENV)/dev.stamp     ## the tests that take long, too
	$(BIN)/pytest -n auto --dist worksteal -m slow

soak: $(VENV)/dev.stamp     ## thirty trading days with all their faults in some minutes, a line for each day
	$(BIN)/pytest -q -s -n 0 -m slow tests/delivery/test_soak.py

audit: $(VENV)/dev.stamp    ## known vulnerabilities of what requirements.lock pins
	$(BIN)/python -m tools.audit

bench: $(VENV)/run.stamp    ## speed beside pandas, and polars and vectorbt where installed: docs/benchmarks.md
	$(BIN)/python -m benchmarks --write

lock: $(VENV)/dev.stamp     ## renew both lock files on purpose
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev $(LOCK) -o requirements-dev.lock

LOCK = --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet --upgrade

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "etf-flow-bot needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@ $(VENV)/run.stamp

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage build dist
