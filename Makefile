# The ways into this project. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
BIN := .venv/bin
SETS := intake validator review publisher operations
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install everything that the other targets need; does nothing when it stands already
	@PYTHON="$(PYTHON)" bash local/setup.sh

.PHONY: demo
demo: setup ## Show the whole story on a platform of its own, with real files, then clean up
	@$(BIN)/python -m local.demo

.PHONY: up
up: setup ## Run the platform in the foreground until Ctrl-C
	@$(BIN)/results up

.PHONY: builder
builder:
	@bash deploy/builder.sh

.PHONY: images
images: setup builder ## Build every image without a daemon, look into each, list what is inside (ARGS=intake)
	@$$([[ $$EUID -eq 0 ]] || echo sudo -n) $(BIN)/python -m local.images $(ARGS)

.PHONY: test
test: setup builder ## Run every test, those on real servers included
	@$(BIN)/pytest $(ARGS)

.PHONY: fuzz
fuzz: setup ## A folder of hostile files, and 10,000 mutations (RESULTS_FUZZ_SEEDS=n, _FIRST=n): an answer to each, no bad one passes
	@RESULTS_FUZZ_SEEDS=$${RESULTS_FUZZ_SEEDS:-10000} $(BIN)/pytest -q -rP --timeout 3600 tests/component/validator/test_fuzz.py tests/component/validator/test_hostile_files.py

.PHONY: bench
bench: setup ## Measure, each figure beside its own reference
	@$(BIN)/python -m bench

.PHONY: eval
eval: setup ## Precision and recall of each detector of personal data on the labelled set
	@$(BIN)/python -m tests.eval $(ARGS)

.PHONY: lint
lint: setup ## Check format, style and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache | tail -n +11

.PHONY: types
types: setup ## Check types
	@$(BIN)/mypy

.PHONY: lock
lock: setup ## Lock the dependencies of pyproject.toml again (UPGRADE=--upgrade to move forward)
	@$(COMPILE) $(UPGRADE) --all-extras --output-file requirements/dev.txt
	@for set in $(SETS); do \
		$(COMPILE) $(UPGRADE) --extra $$set --constraint requirements/dev.txt --output-file requirements/$$set.txt; \
	done
	@echo setuptools | $(subst pyproject.toml,-,$(COMPILE)) $(UPGRADE) --output-file requirements/build.txt
	@awk '/^uv==/ { on = 1; print; next } on && !/^    --hash/ { exit } on' requirements/dev.txt | sed '$$ s/ \\$$//' > requirements/uv.txt

.PHONY: clean
clean: ## Remove the platform's state and every cache; the virtual environment stays
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
