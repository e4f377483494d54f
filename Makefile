# Vignette: `make subtitles` captions what lies in media/, `make test` proves that it works. Works in GNU make 3.81.

MEDIA ?=
Q ?=
MODEL ?=
# What people wrote reaches commands by the environment, as it was written: quotes, dollars and spaces survive make and shell.
export VIGNETTE_QUERY = $(value Q)
export VIGNETTE_MEDIA = $(value MEDIA)
export VIGNETTE_MODEL = $(value MODEL)
unexport Q MEDIA MODEL
VENV := .venv
CLUSTER := $(VENV)/cluster
RUN := $(VENV)/bin/python -m pipeline

# The first Python that fits; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] < (3,14))' 2>/dev/null; then command -v $$p; break; fi; done)

.PHONY: help subtitles test test-slow test-browser test-cluster models lint clean search review
.DEFAULT_GOAL := help

help: ## this list
	@while IFS= read -r line; do case "$$line" in [a-z]*:*'## '*) \
		printf "  make %-12s %s\n" "$${line%%:*}" "$${line##*## }";; esac; done < Makefile

subtitles: $(VENV)/.run ## caption everything in media/ (MEDIA=path for one video)
	@$(RUN) run $${VIGNETTE_MEDIA:+"$$VIGNETTE_MEDIA"}

test: $(VENV)/.dev ## the tests (about 6 minutes on two cores)
	@$(VENV)/bin/python -m pytest -n auto --dist worksteal $(if $(SELECT),-m '$(SELECT)')

test-slow: $(VENV)/.dev ## the tests that need longer, and every property with all of its examples
	@HYPOTHESIS_PROFILE=all $(VENV)/bin/python -m pytest -m '(slow or hypothesis) and not browser and not cluster'

test-browser: $(VENV)/.dev ## the tests that look at pages in Chromium
	@$(VENV)/bin/python -m pytest -m browser

test-cluster: $(CLUSTER)/.cluster ## the tests on a cluster, in an environment of their own that has Ray
	@$(CLUSTER)/bin/python -m pytest -m cluster

models: $(VENV)/.run ## fetch Whisper's weights (MODEL=small.en); says size and time first
	@$(RUN) models fetch "$${VIGNETTE_MODEL:-small.en}"

lint: $(VENV)/.dev ## ruff and mypy
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

search: $(VENV)/.run ## find what was said (Q='concept:trigger -> concept:feedback within 60s')
	@test -n "$$VIGNETTE_QUERY" || { echo "make search needs a query: make search Q='concept:trigger -> concept:feedback'" >&2; exit 2; }
	@$(RUN) index --quiet && $(RUN) search -- "$$VIGNETTE_QUERY"

review: $(VENV)/.run ## watch, check, correct and search in the browser
	@$(RUN) review

clean: ## remove set-up and artefacts (media/ and finished transcripts stay; `vignette forget` removes those)
	@if [ -d transcripts/.work ]; then find transcripts/.work -type f ! -name outputs.json ! -name witness.json -exec rm -f {} +; fi
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Vignette needs Python 3.11, 3.12 or 3.13, and found none - install one (python.org, or your system's package manager) and run make again" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments - install its venv package (on Debian and Ubuntu: python3-venv) and run make again" >&2; exit 1; }
	@echo "Setting up Vignette in $(VENV) with $(PYTHON) (about a minute, once)"
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[ear]' 2>/dev/null || \
		$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . || \
		{ echo "The packages could not be installed - see above; with no network, give pip a folder of wheels (PIP_FIND_LINKS, PIP_NO_INDEX=1)" >&2; exit 1; }
	@test -f models/campplus.onnx || $(RUN) models fetch speakers || true
	@test -f models/segmentation.onnx || $(RUN) models fetch overlap || true
	@test -f models/tiny.en/model.bin || $(RUN) models fetch tiny.en --yes || true
	@: > $@

$(VENV)/.dev: $(VENV)/.run
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@: > $@

$(CLUSTER)/.cluster: $(VENV)/.dev
	@test -x $(CLUSTER)/bin/python || $(VENV)/bin/python -m venv $(CLUSTER)
	@$(CLUSTER)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,cluster]'
	@: > $@
