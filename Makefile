# Every target only calls run.py, so a machine without make can call it directly.
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
export SEED PORT PYTEST_ARGS ONLY

.DEFAULT_GOAL := help
.PHONY: help run serve demo test test-postgres storm check messages lock sbom clean

help: ## print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' \
	  | awk -F'|' '{printf "make %-14s %s\n", $$1, $$2}'
	@echo
	@echo 'Variables, none of them needed:'
	@echo '  SEED=7             another fictitious portfolio (demo, run)'
	@echo '  PORT=8001          another port (run)'
	@echo '  PYTEST_ARGS="-k x" more arguments for pytest (test, test-postgres)'
	@echo '  ONLY=mypy          one check alone (check)'
	@echo '  DATABASE_URL       sqlite:////abs/path or postgresql:///name?host=/socket; default var/db.sqlite3'
	@echo '  REDIS_URL          redis://host:port/0; absent: tasks run at once, in the process'
	@echo '  SECRET_KEY DEBUG ALLOWED_HOSTS   safe development defaults; must be given in production'
	@echo '  REFERENCE_DATA     folder of reference files, default ../shared; their tests skip without it'

run: ## install, migrate, load the demo, serve on http://127.0.0.1:8000
	@$(PYTHON) run.py run

demo: ## the same without serving; a second time duplicates nothing
	@$(PYTHON) run.py demo

serve: ## serve a small office: gunicorn, SQLite, production settings (docs/operations.md)
	@$(PYTHON) run.py serve

test: ## the whole suite on SQLite, without network
	@$(PYTHON) run.py test

test-postgres: ## what uses the database, on PostgreSQL and Redis started on free ports
	@$(PYTHON) run.py test-postgres

storm: ## kill workers, Redis and PostgreSQL under hundreds of jobs, on servers of its own
	@$(PYTHON) run.py storm

check: ## style, import contracts, types, templates, safety, licences, migrations, settings, OpenAPI
	@$(PYTHON) run.py check

messages: ## collect the strings to translate, then compile locale/
	@$(PYTHON) run.py install-dev
	@$(VENV_PYTHON) scripts/translations.py collect
	@$(VENV_PYTHON) scripts/translations.py compile

lock: ## lock requirements*.in again, keeping the versions that still fit
	@$(PYTHON) run.py install-dev
	@$(VENV_PYTHON) scripts/lock.py

sbom: ## write the list of components (var/sbom.cdx.json) and docs/dependencies.md
	@$(PYTHON) run.py install-dev
	@$(VENV_PYTHON) scripts/sbom.py

clean: ## remove .venv, the local database and the caches
	@rm -rf .venv .venv-semgrep var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
