# Needs python3 (3.11 or newer), git and make; everything else is installed into .venv from hash-pinned lists.
#
#   make demo     train, track, gate, register, package, serve and ask one model, from one file
#   make test     the suite                        PYTEST_ARGS="-k lower" to choose
#   make lint     ruff, mypy, pyright, the import contract
#   make check    the generated files are those that the sources give
#   make wheel    the suite against the built wheel, in a clean environment
#   make lowest   the suite with the lowest versions that pyproject.toml admits
#   make bench    the measurements of benchmarks/
#   make corpus   a table of real files: imported, equal, shorter   CORPUS_ARGS="--text --only NAME"
#   make lock     bring requirements/ up to date with pyproject.toml; UPGRADE=1 takes newer versions
#
# INSTALLER=pip installs with pip instead of uv, for a machine where only pip is told about a package mirror.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := test
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
INSTALLER ?= uv
JOBS ?= 2
PYTEST_ARGS ?=
CORPUS_ARGS ?=
DEMO_LIST ?= requirements/demo.txt
DEV_LIST ?= requirements/dev.txt

# What recipes and the stages of projects start comes from the environment: `python`, `dvc`, `bentoml`.
export VIRTUAL_ENV := $(abspath $(VENV))
export PATH := $(VIRTUAL_ENV)/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export BENTOML_DO_NOT_TRACK := True
# Compiled modules make every later start faster.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH PYTHONHOME

# Certificates are those that the machine trusts, as for git.
ifeq ($(INSTALLER),uv)
install = uv pip install --system-certs --quiet --compile-bytecode
else
install = python -m pip install --disable-pip-version-check --quiet
endif

.PHONY: demo test lint check wheel lowest bench corpus lock clean

demo: $(VENV)/.demo
	mlproject apply projects/breast-cancer

test: $(VENV)/.dev
	pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

lint: $(VENV)/.dev
	ruff check .
	ruff format --check .
	mypy
	pyright
	cd compiler && lint-imports --config ../pyproject.toml

check: $(VENV)/.dev
	mlproject schema spec --check schemas/mlproject.schema.json
	mlproject fmt --check projects/*/mlproject.yaml
	for spec in projects/*/mlproject.yaml; do mlproject compile --check "$${spec%/*}"; done

wheel: $(VENV)/.dev
	.ci/wheel -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

lowest:
	$(MAKE) test VENV=.venv-lowest DEMO_LIST=requirements/lowest.txt DEV_LIST=requirements/lowest.txt

bench: $(VENV)/.dev
	python benchmarks/run.py

corpus: $(VENV)/.dev
	PYTHONPATH=tests python -m imports.table $(CORPUS_ARGS)

# An environment: bare, then what the demo needs, then everything. The lists share their versions, so the later only adds.
$(VENV)/.bare: requirements/uv.txt
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	"$(PYTHON)" -m venv --clear $(VENV)
	python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/uv.txt
	touch $@

$(VENV)/.demo: $(VENV)/.bare $(DEMO_LIST) pyproject.toml
	@echo "Installing DVC, MLflow, BentoML and scikit-learn into $(VENV); this is done once."
	$(install) --require-hashes -r $(DEMO_LIST)
	$(install) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.demo $(DEV_LIST)
	$(install) --require-hashes -r $(DEV_LIST)
	touch $@

# For the wheel: everything but the project itself.
$(VENV)/.locked: $(VENV)/.bare $(DEV_LIST)
	$(install) --require-hashes -r $(DEV_LIST)
	touch $@

lock = uv pip compile --system-certs --no-config --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

lock: $(VENV)/.bare
	$(lock) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(lock) pyproject.toml -c requirements/dev.txt -o requirements/core.txt
	$(lock) pyproject.toml -c requirements/dev.txt --extra run -o requirements/run.txt
	$(lock) pyproject.toml -c requirements/dev.txt --extra run --group projects --group build -o requirements/demo.txt
	$(lock) - -c requirements/dev.txt -o requirements/uv.txt <<< uv
	$(lock) pyproject.toml --resolution lowest-direct --extra run --group test --group projects --group build \
	  -o requirements/lowest.txt

clean:
	rm -rf $(VENV) .venv-lowest .venv-wheel build dist
