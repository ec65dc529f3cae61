# Two commands, from a fresh checkout, with nothing but Python 3.11 or newer:
#   make demo    the whole story in under a minute, without key or network
#   make test    every check and every test; closes with pytest's last line
# Both make the environment in .venv first, and say so. PYTHON=… chooses the interpreter.

VENV := .venv
RUN := $(VENV)/bin/python -m
SOURCES := generator runtime tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help demo test test-long lint generate bench clean

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
	@echo "== layout (black)"
	@$(RUN) black --check $(SOURCES) generated
	@echo "== lint (ruff)"
	@$(RUN) ruff check --quiet .
	@echo "== sync half of the runtime is made from the async half"
	@$(VENV)/bin/python runtime/make_sync.py --check
	@echo "== types (mypy, pyright)"
	@$(RUN) mypy
	@$(RUN) pyright --pythonpath $(VENV)/bin/python
	@echo "== generated client is what the schemas say"
	@$(RUN) runcomfy_codegen check

generate: $(VENV)/.tool ## The client in generated/, from schemas/ and templates/.
	@$(RUN) runcomfy_codegen generate

bench: $(VENV)/.development ## The figures of ARCHITECTURE.md, measured on this machine.
	@for table in generation lifecycle media sandbox diff; do \
	  echo "== $$table"; $(VENV)/bin/python benchmarks/$$table.py || exit 1; done

clean: ## Take away the environment and every cache.
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.tool: pyproject.toml
	@echo "== environment in $(VENV)"
	@sh .ci/environment $(VENV) "$(PYTHON)"
	@$(RUN) pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.development: $(VENV)/.tool
	@echo "== development tools in $(VENV)"
	@$(RUN) pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
