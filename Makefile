# make run: from a clean checkout to the page. make test: everything. make check: what is quick.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/pytest --quiet
PARTS := config accounts rooms moderation tests benchmarks
UNITS := not server and not browser
QUICK := $(UNITS) and not slow
# In the order of their names: by xdist's own, the files of few tests come last, and those are the long ones.
BY_FILE := --numprocesses 2 --dist loadfile --no-loadscope-reorder
SHELL := /bin/bash

# Tests (1), several at a time (2). What failed runs once more, alone, and counts if it fails again: a busy machine is no
# defect, one that stays is.
define twice
@$(1) $(2) || { echo "Once more, what failed:"; $(1) --last-failed --last-failed-no-failures none; }
endef

.PHONY: run install check test style types law pages units flows postgres kill truth fuzz bench soak screens messages lock tools

run: .venv/accelerated
	@exec $(BIN)/python manage.py serve

# What `make run` makes before it runs: for a service, and for a machine that runs media alone.
install: .venv/accelerated

# The virtual environment, made again only when the lock has changed.
.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Stoa needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.11 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make a virtual environment. First: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing what Stoa stands on into .venv (about half a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

# The relay's hot loop in C, where there is a compiler; says in one line which one runs.
.venv/accelerated: rooms/sfu/fanout.c rooms/sfu/fanout.h .venv/installed
	@$(BIN)/python -m rooms.sfu.build
	@touch $@

.venv/checked: requirements-dev.txt .venv/accelerated
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.package-lock.json: package-lock.json
	@npm ci --silent
	@touch $@

# Under two minutes: style, types, the import law, the pages' scripts, and every test that starts no server or browser.
check: style types law pages
	$(call twice,$(PYTEST) -m "$(QUICK)",--numprocesses auto)

style: .venv/checked
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: .venv/checked
	@$(BIN)/mypy $(PARTS)

law: .venv/checked
	@$(BIN)/lint-imports --no-cache --no-logo

pages: node_modules/.package-lock.json
	@npm run --silent check
	@npm test --silent > node_modules/.tests.log || { cat node_modules/.tests.log; exit 1; }
	@grep -E '^# (tests|pass|fail) ' node_modules/.tests.log

units: .venv/checked
	$(call twice,$(PYTEST) -m "$(UNITS)",--numprocesses auto)

# Everything: what needs no test to run, two at a time, and its installation too; all that starts no server on SQLite, what of it
# touches the database again on PostgreSQL, then real servers and real browsers.
test: tools
	@$(MAKE) --no-print-directory --jobs 2 --output-sync style types law pages
	@$(MAKE) --no-print-directory units postgres flows

postgres: .venv/checked
	$(call twice,$(BIN)/python -m tests.postgres $(PYTEST) -m "$(UNITS) and database",--numprocesses auto)

# Servers and browsers two files at a time; browsers that measure time, and the one Firefox, one after the other.
flows: .venv/checked node_modules/.package-lock.json
	$(call twice,$(PYTEST) -m "server and not browser",$(BY_FILE))
	$(call twice,$(PYTEST) -m "browser and not alone",$(BY_FILE))
	$(call twice,$(PYTEST) -m "browser and alone")

# The log's hardest test at full length, over ten minutes: ten thousand acts while everything is killed a hundred times.
kill: .venv/checked
	@STOA_G1_ACTIONS=10000 $(PYTEST) tests/flows/test_whole_log.py

# That the log's addresses are those of the wire, at full length: a thousand requests and sockets, and a thousand who hear.
truth: .venv/checked
	@STOA_G22_SESSIONS=1000 $(PYTEST) tests/flows/test_field_truth.py

# Coverage-guided fuzzing of every parser of what strangers send or hand over, so long each; wants atheris. TARGET="zip note" takes some alone.
fuzz: MINUTES ?= 60
fuzz: .venv/checked
	@$(BIN)/python -m tests.fuzz $(MINUTES) $(TARGET)

# Debian's packages that the tests use; only where they are missing, and only as root.
tools:
	@./.ci/tools

bench: .venv/checked
	@$(BIN)/python -m benchmarks

# People who come, speak and go at random for so long, at the whole product: memory and descriptors must stay, logs be clean.
soak: MINUTES ?= 30
soak: .venv/checked
	@$(BIN)/python -m benchmarks.soak $(MINUTES)

# A picture of every page, sheet and state: both sizes, themes and languages, into screens/ (not committed).
screens: .venv/checked
	@STOA_SCREENS=screens $(PYTEST) -m browser -k "every_page or gallery" tests/flows

# Strings for the translators; needs GNU gettext.
messages: .venv/checked
	@SECRET_KEY=$$(printf '%050d' 0) $(BIN)/python manage.py makemessages --locale zh_Hans --no-location --ignore .venv --ignore node_modules --ignore staticfiles --ignore tests --no-wrap
	@SECRET_KEY=$$(printf '%050d' 0) $(BIN)/python manage.py makemessages --locale zh_Hans --no-location --domain djangojs --ignore .venv --ignore node_modules --ignore staticfiles --ignore tests --no-wrap

lock: .venv/checked
	@$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --universal --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements.txt requirements.in
	@$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --universal --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --constraints requirements.txt --output-file requirements-dev.txt requirements-dev.in
