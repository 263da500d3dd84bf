# make run: from a clean checkout to the page. make test: everything. make check: what is quick.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run
run: .venv/installed
	@exec $(BIN)/python manage.py serve

# The virtual environment, made again only when the lock has changed.
.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Stoa needs Python 3.11 or newer: $$($(PYTHON) --version) is too old. Name one: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python cannot make virtual environments here. First: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing what Stoa stands on into .venv (about half a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@
