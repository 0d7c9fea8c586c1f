# Two commands for a newcomer: `make demo` and `make test`. Each sets itself up in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

# Debian packages whose programs some tests use; `make test PACKAGES=` installs none.
PACKAGES ?= chromium dcm2niix dcmtk openssl orthanc postgresql

# Byte code is kept whatever the environment says: without it every process compiles PyTorch anew for a quarter of a minute.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all bench lint pytest packages clean

demo: $(VENV)/installed
	$(BIN)/hyoid demo --out hyoid-demo

# The type checker works on one core while the tests begin: both cores are busy to the end.
test: $(VENV)/installed-test $(VENV)/packages
	$(MAKE) --no-print-directory --jobs=2 lint pytest

test-all: $(VENV)/installed-test $(VENV)/packages
	HYOID_HYPOTHESIS=explore $(MAKE) --no-print-directory --jobs=2 lint pytest MARKED='-m ""'

# One thread a process: two processes of two threads each fight for two cores and take three times as long.
# A file stays in one process, so that what its tests share is made once.
pytest: $(VENV)/installed-test $(VENV)/packages
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(MARKED)

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed-test
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

# Without --no-compile half of the installation is byte code of modules that nobody imports.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable ".[web]"
	touch $@

$(VENV)/installed-test: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable ".[test]"
	touch $@ $(VENV)/installed

packages:
	@.ci/packages $(PACKAGES)

# Asked for once, and again when the list changes: where they cannot be had, the next run need not wait for that.
$(VENV)/packages: Makefile | $(VENV)/installed-test
	@.ci/packages $(PACKAGES)
	@touch $@

clean:
	rm -rf $(VENV) hyoid-demo
