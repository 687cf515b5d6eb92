# Two commands set everything up on a fresh machine (Python 3.10+, git, make):
#   make eval   installs the package and evaluates the mock model on built-in demo data
#   make test   installs what the tests need and runs them
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A CPU build is enough for the tests; a GPU user installs torch first, in the version that fits the machine.
TORCH ?= torch==2.13.0

.PHONY: eval test lint check install install-test clean

eval: install
	$(BIN)/pytest --eval-model=mock --eval-model-args accuracy=0.8 -m demo

install: $(VENV)/.installed

test: install-test
	$(BIN)/pytest -n 2 --dist worksteal --timeout=600

lint: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/python bench/vocabulary.py

check: lint test

install-test: $(VENV)/.installed-test

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	$(BIN)/python -m compileall -q evalscope_pytest suites
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[local,test,lint]'
	$(BIN)/python -m compileall -q evalscope_pytest suites
	touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache outputs
