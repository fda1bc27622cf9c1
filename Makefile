.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/installed-from-dev.txt

.PHONY: help
help: ## Show what make can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(STAMP) ## Make the virtual environment in .venv and install the pinned packages

# The stamp is a copy of the pins, so a changed pin (and nothing else) installs again.
$(STAMP): requirements/dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "make setup: $(PYTHON) is not on the PATH; install Python 3.11 or say make PYTHON=..." >&2; exit 1; }
	@if [ -x $(BIN)/python ] && cmp -s requirements/dev.txt $(STAMP); then touch $(STAMP); exit 0; fi; \
	if [ ! -x $(BIN)/python ]; then echo "setup: making .venv with $$($(PYTHON) --version)"; $(PYTHON) -m venv .venv; fi; \
	echo "setup: installing $$(grep -c '^[a-z].*==' requirements/dev.txt) pinned packages (a minute or two the first time)"; \
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements/dev.txt 2>.venv/pip-errors.txt \
		| awk '/^Collecting/ { if (++seen % 20 == 0) { print "setup: " seen " packages looked up"; fflush() } } /^Installing/ { print "setup: unpacking"; fflush() }' \
		|| { cat .venv/pip-errors.txt >&2; exit 1; }; \
	cp requirements/dev.txt $(STAMP); \
	echo "setup: ready in .venv"

.PHONY: lock
lock: setup ## Compile requirements/*.in into pins with hashes
	@for name in base dev; do \
		echo "lock: requirements/$$name.txt"; \
		$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
			requirements/$$name.in --output-file requirements/$$name.txt; \
	done
