# Every command of the project. Set-up runs by itself: once, and again when a lock file changes.
# Paths are relative and tools run as modules, so that a checkout may stand in a folder with spaces.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
BENCH := .venv/.bench-installed
GOAL := $(firstword $(MAKECMDGOALS))

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
# Random schedules of the simulator: a thousand take half a minute on two cores. CI runs 2,000.
SCHEDULES ?= 500
# Four at a time, a module's tests together: most of them wait for a bot of their own.
TESTS := $(VENV_PYTHON) -m pytest -q --numprocesses=4 --dist=loadscope --hypothesis-profile=thorough \
	--schedules=$(SCHEDULES)
# What Python compiles is kept, whatever the machine says: a run of the tests starts a hundred processes from it.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo run unit test bench fuzz torture check format lock clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1@\2/p' Makefile | awk -F@ '{ printf "  %-12s %s\n", $$1, $$2 }'

demo: $(RUNTIME) ## try Easel in terminal and browser, without an account and without a network
	@$(VENV_PYTHON) -m sandbox --once
	@$(VENV_PYTHON) -m sandbox

run: $(RUNTIME) ## run the bot with the settings in .env
	@$(VENV_PYTHON) -m bot

unit: $(DEV) ## run the tests that need no process and no socket, in seconds
	@$(VENV_PYTHON) -m pytest -q -m "not e2e" tests/core tests/oxen tests/service tests/cogs tests/test_*.py

test: $(DEV) ## run every test
	@$(TESTS)

bench: $(BENCH) ## measure the bot beside its floors and rivals, in about three minutes
	@$(VENV_PYTHON) -m bench

fuzz: $(DEV) ## try what holds for every input on very many, in about three minutes, and count them
	@$(VENV_PYTHON) -m pytest -q --numprocesses=2 --dist=worksteal -m fuzz --hypothesis-profile=fuzz

torture: $(DEV) ## kill the real bot hundreds of times on both databases and count every job (ARGS="--scale 0.1")
	@$(VENV_PYTHON) -m sandbox.torture $(ARGS)

check: $(DEV) ## what a change must pass: format, lint, types, tests
	@$(VENV_PYTHON) -m ruff format --check --quiet .
	@$(VENV_PYTHON) -m ruff check --quiet .
	@$(VENV_PYTHON) -m basedpyright
	@$(TESTS)

format: $(DEV) ## format the code and mend what the linter can mend
	@$(VENV_PYTHON) -m ruff check --quiet --fix . ; $(VENV_PYTHON) -m ruff format .

lock: ## for maintainers: resolve the lock files again (newer versions: make lock UPGRADE=--upgrade)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	@$(LOCK) $(UPGRADE) pyproject.toml -o requirements.lock
	@$(LOCK) $(UPGRADE) --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(LOCK) $(UPGRADE) --group bench -c requirements-dev.lock pyproject.toml -o requirements-bench.lock

clean: ## remove .venv and the tools' caches; data and .env stay
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis

$(RUNTIME): requirements.lock
	@sh scripts/setup.sh "$(PYTHON)" $< $@ $(GOAL)

$(DEV): requirements-dev.lock $(RUNTIME)
	@sh scripts/setup.sh "$(PYTHON)" $< $@ $(GOAL)

$(BENCH): requirements-bench.lock $(DEV)
	@sh scripts/setup.sh "$(PYTHON)" $< $@ $(GOAL)
