# Two commands for a fresh checkout. They need only Python 3.11 or newer:
#   make demo    shows the main commands in under a minute, without a key or a network
#   make test    runs every check and every test; the last line is pytest's summary
# Both create the environment in .venv first. PYTHON=… chooses the interpreter.

VENV := .venv
RUN := $(VENV)/bin/python -m
# No bytecode at install time: most installed modules are never imported.
INSTALL := $(RUN) pip install --quiet --disable-pip-version-check --no-compile --editable
SOURCES := generator runtime tests benchmarks
# Run two checks at a time, the slowest first. If make supports it, keep the output of each together.
LINTS := lint-pyright lint-layout lint-mypy lint-style lint-sync lint-generated
AT_ONCE := --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync)

.DEFAULT_GOAL := help
.PHONY: help demo dist docs docs-build test test-long test-lowest lint $(LINTS) generate bench clean

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.tool ## Show the main commands on real schemas, without a key or a network.
	@$(RUN) runcomfy_codegen demo

# Three processes on two cores: the tests of processes, clocks and servers wait a lot.
test: lint ## Run every check and every test.
	@echo "== tests"
	@$(RUN) pytest -q -n 3

test-long: lint ## Run the same, with many more random cases.
	@$(RUN) pytest -q -n 3 --long

test-lowest: $(VENV)/bin/python ## Run the tests with the lowest versions of the dependencies.
	@sh .ci/test-lowest $(VENV)/bin/python

docs: $(VENV)/.docs ## Serve the documentation site on http://localhost:8080, and follow edits.
	@$(RUN) runcomfy_docs serve

docs-build: $(VENV)/.docs ## Build the documentation site in build/docs/site; a warning is an error.
	@$(RUN) runcomfy_docs build

dist: $(VENV)/.development ## Build the tool and the ready client in dist/, and try each file.
	@sh .ci/dist $(VENV)/bin/python

lint: $(VENV)/.development
	@$(MAKE) --no-print-directory $(AT_ONCE) $(LINTS)

lint-layout:
	@echo "== layout (black)"
	@$(RUN) black --check $(SOURCES) generated

lint-style:
	@echo "== lint (ruff)"
	@$(RUN) ruff check --quiet .

lint-sync:
	@echo "== sync files of the runtime (made from the async files)"
	@$(VENV)/bin/python runtime/make_sync.py --check

lint-mypy:
	@echo "== types (mypy)"
	@$(RUN) mypy

lint-pyright:
	@echo "== types (pyright)"
	@$(RUN) pyright --pythonpath $(VENV)/bin/python

lint-generated:
	@echo "== generated client is up to date"
	@$(RUN) runcomfy_codegen check

generate: $(VENV)/.tool ## Write the client in generated/ from schemas/ and templates/.
	@$(RUN) runcomfy_codegen generate

bench: $(VENV)/.development ## Measure the figures of ARCHITECTURE.md on this machine.
	@for table in generation lifecycle faults media limits sandbox diff validation many; do \
	  echo "== $$table"; $(VENV)/bin/python benchmarks/$$table.py || exit 1; done

clean: ## Remove the environment and every cache.
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@echo "== environment in $(VENV)"
	@sh .ci/environment $(VENV) "$(PYTHON)"

$(VENV)/.tool: pyproject.toml | $(VENV)/bin/python
	@echo "== the tool in $(VENV)"
	@$(INSTALL) .
	@touch $@

$(VENV)/.docs: pyproject.toml | $(VENV)/bin/python
	@echo "== the tool and the tools of the documentation in $(VENV)"
	@$(INSTALL) '.[docs]'
	@touch $(VENV)/.tool $@

$(VENV)/.development: pyproject.toml | $(VENV)/bin/python
	@echo "== the tool and the development tools in $(VENV)"
	@$(INSTALL) '.[dev]'
	@touch $(VENV)/.tool $(VENV)/.docs $@
