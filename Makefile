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

.PHONY: demo
demo: setup ## Play a believable program and serve it on 127.0.0.1:8000 (PORT= for another)
	@$(BIN)/python manage.py demo

.PHONY: demo-reset
demo-reset: setup ## Begin the demo anew
	@$(BIN)/python manage.py demo --reset

.PHONY: test
test: setup lint types imports migrations rules ## Everything that CI runs, on real servers started for it
	$(BIN)/pytest -n 2 --dist worksteal

.PHONY: lint
lint: setup ## House style, and banned calls that teach
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: setup ## Types; strict on the pure modules and on the client that pharmacies copy
	$(BIN)/mypy
	$(BIN)/mypy --strict --config-file= docs/client

.PHONY: imports
imports: setup ## Which module may import which
	@$(BIN)/lint-imports --no-logo

.PHONY: migrations
migrations: setup ## The models and their migrations agree, and production settings pass Django's own check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --settings config.settings_test
	@echo "manage.py check --deploy --fail-level WARNING"
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		ALLOWED_HOSTS=pledge.invalid DATABASE_URL=postgresql://pledge@database/pledge REDIS_URL=redis://redis/0 \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

.PHONY: rules
rules: setup ## The pure rules alone, every branch of them
	$(BIN)/pytest tests/rules --cov=pledge.rules --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

.PHONY: coverage
coverage: setup ## Which branches of what decides, writes and answers no test has taken
	$(BIN)/pytest -n 2 --dist worksteal --cov=pledge.rules --cov=pledge.actions --cov=pledge.access --cov=pledge.api \
		--cov-branch --cov-report=term-missing:skip-covered

.PHONY: mutants
mutants: setup ## Break the rules on purpose and see whether a test notices
	rm -rf mutants
	@$(BIN)/mutmut run | awk 'BEGIN { RS = "\r" } NR % 300 == 1 { print; fflush() } END { print }'
	$(BIN)/mutmut export-cicd-stats
	$(BIN)/python -m tests.mutants mutants/mutmut-cicd-stats.json

.PHONY: attack
attack: setup ## Besiege the pharmacies' contract as everyone, with more than 10,000 cases, and measure what timing tells
	ATTACK_EXAMPLES=150 $(BIN)/pytest tests/attacks/test_contract.py -q -s
	$(BIN)/pytest tests/attacks/timing.py -q -s

.PHONY: bench
bench: setup ## Statements, instructions and requests per second against a bare view (SIZE=1000000 for all)
	$(BIN)/python -m tests.benchmarks $(SIZE)

.PHONY: races
races: setup ## Race by chance at a real web server (ROUNDS=1000 of every race)
	@$(BIN)/python -m tests.faults.rounds $(or $(ROUNDS),1000)

.PHONY: launch-day
launch-day: setup ## One machine's share of the launch, every clinic and pharmacy at once (SIZE=1000000 MINUTES=5)
	$(BIN)/python -m tests.benchmarks.launch_day $(or $(SIZE),10000) $(or $(MINUTES),3)

.PHONY: docs
docs: setup ## Write what docs/ holds of rules, states, access and the pharmacies' API from what it describes
	$(BIN)/python manage.py rulebook
	$(BIN)/python -m tests.access.pages

.PHONY: words
words: setup ## Gather the signers' pages' words, and compile their Spanish
	$(BIN)/python -m tests.words

.PHONY: lock
lock: setup ## Compile requirements/*.in into pins with hashes
	@for name in base dev; do \
		echo "lock: requirements/$$name.txt"; \
		$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
			requirements/$$name.in --output-file requirements/$$name.txt; \
	done
