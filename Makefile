# Two commands, from a fresh checkout, with nothing but Python 3.11 or newer:
#   make demo    the whole story in under a minute, without key or network
#   make test    every check and every test; closes with pytest's last line
# Both make the environment in .venv first, and say so. PYTHON=… chooses the interpreter.

VENV := .venv
RUN := $(VENV)/bin/python -m
# Modules are compiled when they are first imported: most of what is installed never is.
INSTALL := $(RUN) pip install --quiet --disable-pip-version-check --no-compile --editable
SOURCES := generator runtime tests benchmarks
# Two at a time, the longest first. Where make can, the lines of each are printed together.
LINTS := lint-pyright lint-layout lint-mypy lint-style lint-sync lint-generated
AT_ONCE := --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync)

.DEFAULT_GOAL := help
.PHONY: help demo test test-long lint $(LINTS) generate bench clean

help: ## What can be made here.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.tool ## The whole story on real schemas, without key or network.
	@$(RUN) runcomfy_codegen demo

test: lint ## Every check and every test.
	@echo "== tests"
	@$(RUN) pytest -q -n 2

test-long: lint ## The same with many more random cases.
	@$(RUN) pytest -q -n 2 --long

lint: $(VENV)/.development
	@$(MAKE) --no-print-directory $(AT_ONCE) $(LINTS)

lint-layout:
	@echo "== layout (black)"
	@$(RUN) black --check $(SOURCES) generated

lint-style:
	@echo "== lint (ruff)"
	@$(RUN) ruff check --quiet .

lint-sync:
	@echo "== sync half of the runtime is made from the async half"
	@$(VENV)/bin/python runtime/make_sync.py --check

lint-mypy:
	@echo "== types (mypy)"
	@$(RUN) mypy

lint-pyright:
	@echo "== types (pyright)"
	@$(RUN) pyright --pythonpath $(VENV)/bin/python

lint-generated:
	@echo "== generated client is what the schemas say"
	@$(RUN) runcomfy_codegen check

generate: $(VENV)/.tool ## The client in generated/, from schemas/ and templates/.
	@$(RUN) runcomfy_codegen generate

bench: $(VENV)/.development ## The figures of ARCHITECTURE.md, measured on this machine.
	@for table in generation lifecycle media sandbox diff; do \
	  echo "== $$table"; $(VENV)/bin/python benchmarks/$$table.py || exit 1; done

clean: ## Take away the environment and every cache.
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@echo "== environment in $(VENV)"
	@sh .ci/environment $(VENV) "$(PYTHON)"

$(VENV)/.tool: pyproject.toml | $(VENV)/bin/python
	@echo "== the tool in $(VENV)"
	@$(INSTALL) .
	@touch $@

$(VENV)/.development: pyproject.toml | $(VENV)/bin/python
	@echo "== the tool and the development tools in $(VENV)"
	@$(INSTALL) '.[dev]'
	@touch $(VENV)/.tool $@
