# Everything starts here; needs Python >= 3.11 and make, nothing else.

PYTHON ?= python3
BIN := .venv/bin
SYNC := $(BIN)/python -m uv sync --quiet --frozen --inexact --extra embedded
# Three on two processors: tests of servers and browsers wait much.
PYTEST ?= -n 3 --dist loadfile --no-loadscope-reorder
export UV_PYTHON := $(BIN)/python
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1

.PHONY: demo demo-reset test test-fast check advisories bench messages messages-update fmt clean chromium
.DEFAULT_GOAL := demo

demo: .venv/.installed messages
	@exec $(BIN)/steward demo

demo-reset: .venv/.installed messages
	@exec $(BIN)/steward demo --reset

test: .venv/.installed-dev messages chromium
	@$(BIN)/pytest $(PYTEST)

# Without the tests that start servers and browsers: some two minutes of two processors instead of ten.
test-fast: .venv/.installed-dev messages
	@$(BIN)/pytest -m "not system" $(PYTEST)

check: .venv/.installed-dev messages chromium
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint --check --lint src
	@$(BIN)/steward django makemigrations --check --dry-run
	@$(BIN)/python -m steward.project.messages check
	@$(BIN)/pytest $(PYTEST)

# Whether the libraries that are pinned have published holes; asks https://osv.dev, and says so when it cannot.
advisories: .venv/.installed
	@$(BIN)/python .ci/advisories

bench: .venv/.installed-dev messages
	@exec $(BIN)/steward bench

messages: .venv/.installed
	@$(BIN)/python -m steward.project.messages compile

# After texts were added or changed: bring the catalogues in step.
messages-update: .venv/.installed
	@$(BIN)/python -m steward.project.messages update

fmt: .venv/.installed-dev
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/djlint --quiet --reformat src || true

chromium: .venv/.installed-dev
	@.ci/chromium

clean:
	@rm -rf build dist bench-results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are younger than the lock, or it is done again: only what changed is downloaded.
.venv/.installed: uv.lock | .venv/.uv
	@echo "Installing Steward's libraries into .venv"
	@$(SYNC) --no-dev
	@touch $@

.venv/.installed-dev: uv.lock | .venv/.uv
	@echo "Installing Steward's libraries and the tools for developing into .venv"
	@$(SYNC)
	@touch $@ .venv/.installed

.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Steward needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@
