# Every target does its own set-up, on a machine with nothing but Python 3.11 (or newer) and make.
#   make demo DATA=folder    the same path on a folder in the shape of MovieLens (ratings, movies, tags)
#   make test PYTHON=python3.13

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# One target after the other, except where set-up says otherwise.
ifndef TOGETHER
.NOTPARALLEL:
endif

STARTED := $(shell date +%s)
BIN := .venv/bin
# What is imported is compiled then, once: a tenth of what comes with JupyterLab, Ray and botocore.
INSTALL := pip --quiet --disable-pip-version-check install --no-compile
JS := tests/local/js/node_modules
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
# More than there are processors: most tests wait for a server, a kernel or a clock.
WORKERS ?= 3
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# Outputs are compared to the letter, so time stands still and each notebook has a home of its own.
STILL := PDPREP_DISPLAY=html PDPREP_CLOCK=2026-01-01T00:00:00Z PDPREP_LOCAL_LINGER=2 TZ=UTC

.PHONY: help demo test check types types-of-windows docs outputs deep matrix dist bench lab aws setup suite notebooks chromium

help: ## list these commands
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: .venv/lab ## run the quickstart notebook on the local Personalize and say what it did
	@$(BIN)/python notebooks/run.py $(if $(DATA),notebooks/01-movielens.ipynb --data "$(DATA)",notebooks/00-quickstart.ipynb)

test: setup check ## run everything that CI runs
	@$(MAKE) -j 2 TOGETHER=1 suite notebooks
	@echo "make test: all green, $$(( $$(date +%s) - $(STARTED) )) s with set-up"

check: .venv/test ## lint, check the format and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) -j 2 TOGETHER=1 types types-of-windows

types: .venv/test
	$(BIN)/mypy

types-of-windows: .venv/test
	$(BIN)/mypy --platform win32 --cache-dir=.mypy_cache/win32 pdprep

docs: .venv/test ## build the documentation into build/docs, and look for dead links
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs --quiet build
	@$(BIN)/python -m tests.project.links build/docs
	@echo "make docs: open build/docs/index.html"

deep: ## run the same tests at full size, and the Binder recipe
	@PDPREP_DEEP=1 $(MAKE) test
	binder/check.sh

outputs: .venv/lab ## run the example notebooks again and keep their outputs
	@for notebook in $(NOTEBOOKS); do \
	  rm -rf /tmp/pdprep-home; \
	  env -u PDPREP_DATA $(STILL) PDPREP_HOME=/tmp/pdprep-home $(BIN)/python notebooks/run.py "$$notebook" --save; \
	done

matrix: .venv-awscli/ready $(JS)/ready chromium ## run the tests on every Python here, and with the oldest packages (TESTS=...)
	@.ci/matrix $(TESTS)

dist: ## build wheel and sdist, check them, use the wheel
	@.ci/dist

bench: .venv/bench chromium ## run the benchmarks
	@shopt -s nullglob; scripts=(benchmarks/*_bench.py); \
	for script in "$${scripts[@]}"; do $(BIN)/python "$$script"; done; \
	echo "make bench: $${#scripts[@]} benchmarks ran"

lab: .venv/lab ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=notebooks

aws: .venv/test ## run the journey and the probes of assumptions on a real AWS account; asks first (PROFILE=name)
	@$(BIN)/python -m tests.aws --profile "$(PROFILE)" $(if $(CLEAN),--clean "$(CLEAN)")

# What the tests need, two installers at once: together they take half as long.
setup: | .venv/bin/python
	@$(MAKE) -j 2 TOGETHER=1 .venv/test .venv-awscli/ready $(JS)/ready chromium

# nbval, which every process would load for two seconds, is for the notebooks.
suite: setup
	$(BIN)/python -m pytest -p no:nbval -n $(WORKERS) --dist loadfile --durations=20

# Two at once, each with a home and a server of its own.
notebooks: .venv/test
	@printf '%s\n' $(NOTEBOOKS) | xargs -P 2 -I {} bash -euo pipefail -c ' \
	  home=$$(mktemp -d); trap "rm -rf $$home" EXIT; \
	  said=$$(env -u PDPREP_DATA $(STILL) PDPREP_HOME="$$home" \
	    $(BIN)/python -m pytest --nbval --nbval-current-env -p no:cacheprovider {} 2>&1) || \
	    { printf "nbval %s\n%s\n" {} "$$said"; exit 1; }; \
	  printf "nbval %s\n%s\n" {} "$$said"'

.venv/bin/python:
	@.ci/venv .venv $(PYTHON)

.venv/lab: pyproject.toml | .venv/bin/python
	@echo "Installing pdprep and JupyterLab into .venv"
	@$(BIN)/python -m $(INSTALL) -e ".[lab]"
	@touch $@

.venv/test: pyproject.toml | .venv/bin/python
	@echo "Installing pdprep and what its tests need into .venv"
	@$(BIN)/python -m $(INSTALL) -e ".[test]"
	@touch $@ .venv/lab

.venv/bench: pyproject.toml .venv/test
	@echo "Installing what pdprep is measured beside into .venv"
	@$(BIN)/python -m $(INSTALL) -e ".[bench]"
	@touch $@

# The AWS CLI pins its own botocore, so it lives apart. The tests drive the local Personalize with it.
.venv-awscli/ready: | .venv/bin/python
	@echo "Installing the AWS CLI into .venv-awscli"
	@$(BIN)/python -m venv --clear .venv-awscli
	@.venv-awscli/bin/python -m $(INSTALL) awscli
	@touch $@

# The JavaScript SDK drives the local Personalize too.
$(JS)/ready: tests/local/js/package-lock.json | .venv/bin/python
	@.ci/javascript tests/local/js
	@touch $@

chromium:
	@command -v chromium >/dev/null || .ci/debian chromium fonts-dejavu-core
