# Everything here needs make and a Python from 3.11 to 3.14, nothing else: the bootstrap brings the rest.
MAKEFLAGS += --no-print-directory
PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$candidate >/dev/null 2>&1 \
	&& $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& echo $$candidate && break; done)
BOOTSTRAP = $(if $(PYTHON),$(PYTHON),$(error Python 3.11 to 3.14 is needed: install one, or run make PYTHON=/path/to/python3)) -m deploy.local.bootstrap

.DEFAULT_GOAL := help
.PHONY: help up test check audit reset campaign bench generate lock install clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

up: ## Start the whole platform on http://127.0.0.1:8000 (PRS_PORT); Ctrl-C stops it. LOGS=1 shows the services' logs
	@$(BOOTSTRAP) --then deploy.local.up $(if $(LOGS),logs,up)

install: ## Install all that tests and checks need, and build the app
	@$(BOOTSTRAP) --dev --then deploy.local.check prepare

test: ## Run every test, the browser's included. PYTEST_ARGS="-k words" narrows it
	@$(BOOTSTRAP) --dev --then deploy.local.check test $(PYTEST_ARGS)

check: ## Style, types, import rules, unused dependencies, locks, drift of generated files
	@$(BOOTSTRAP) --dev --then deploy.local.check check

audit: ## Ask for known vulnerabilities of what production installs; needs the internet
	@$(BOOTSTRAP) --dev --then deploy.local.check audit

campaign: ## The long proofs (kill -9, faults, races, leaks) and every end-to-end test behind nginx on two API processes
	@$(BOOTSTRAP) --dev --then deploy.local.check campaign $(PYTEST_ARGS)

bench: ## Measure us and the references; results as JSON under .data/bench
	@$(BOOTSTRAP) --dev --then deploy.local.check bench $(PYTEST_ARGS)

generate: ## Write the OpenAPI document and the client made from it
	@$(BOOTSTRAP) --dev --then deploy.local.check generate

lock: ## Renew uv.lock and the hashed requirement files from pyproject.toml
	@$(BOOTSTRAP) --dev --then deploy.local.locks

reset: ## Remove all data of `make up`
	@$(BOOTSTRAP) --then deploy.local.up reset

clean: ## Remove what was installed and built; the data stays
	rm -rf .venv .boot frontend/node_modules frontend/dist deploy/local/browser/node_modules tests/peers/oidc/node_modules tests/peers/lighthouse/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
