# make run, test, test-cluster, lint or bench; the environment in .venv is built when it is due.
PYTHON ?= python3
HOST ?= localhost
PORT ?= 8501
# An index of other torch builds, such as a CPU-only one; empty for the default.
TORCH_INDEX ?=

BIN := .venv/bin
# glibc keeps a heap for each thread that trains and gives little of it back; with these it does.
MALLOC := MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=262144
DENO := DENO_DIR=.venv/deno DENO_NO_UPDATE_CHECK=1 $(BIN)/deno
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test test-cluster lint bench clean

run: .venv/compiled .venv/packages
	@echo "http://$(HOST):$(PORT)"
	$(MALLOC) $(BIN)/streamlit run app/main.py --server.address $(HOST) --server.port $(PORT) \
		$(if $(filter-out localhost,$(HOST)),--server.allowedHosts '*')

test: .venv/installed-dev .venv/compiled .venv/packages .venv/chromium
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal --durations 30

# On Ray clusters of this machine; each of the two lists has one of its own.
test-cluster: .venv/installed-dev .venv/compiled .venv/packages .venv/chromium
	$(BIN)/python -m pytest -m cluster --durations 10 tests/cluster
	$(BIN)/python -m pytest -m cluster --durations 10 tests/mlpcore/cluster tests/test_cluster_files.py

lint: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(DENO) check --quiet app
	$(DENO) lint --quiet app

# One that misses what it claims does not keep the others from running.
bench: .venv/installed-dev .venv/compiled .venv/packages
	-$(BIN)/python -m benchmarks.wide_vs_deep
	-$(BIN)/python -m benchmarks.drawing
	-$(BIN)/python -m benchmarks.answers
	-$(BIN)/python -m benchmarks.first_visit
	-$(BIN)/python -m benchmarks.live_figures
	-$(BIN)/python -m benchmarks.polynomial_features
	-$(BIN)/python -m benchmarks.animal_faces
	-$(BIN)/python -m benchmarks.gain_sweep
	-$(BIN)/python -m benchmarks.claims
	-$(BIN)/python -m benchmarks.cluster
	-$(BIN)/python -m benchmarks.capacity
	-$(BIN)/python -m benchmarks.spread --seeds 1000
	-$(BIN)/python -m benchmarks.load
	-$(BIN)/python -m benchmarks.faults
	-$(BIN)/python -m benchmarks.accessibility

clean:
	rm -rf .venv node_modules

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(if $(TORCH_INDEX),$(PIP) --no-deps --index-url $(TORCH_INDEX) torch)
	$(PIP) --editable '.[app]'
	touch $@

.venv/installed-dev: .venv/installed
	$(if $(TORCH_INDEX),$(PIP) --no-deps --index-url $(TORCH_INDEX) torchvision)
	$(PIP) --editable '.[app,dev]'
	touch $@

# What trains networks, so that nobody waits for the compiler later.
.venv/compiled: .venv/installed $(wildcard mlpcore/arithmetic/*.py mlpcore/engines/*.py)
	$(BIN)/python -m mlpcore compile
	touch $@

# Plotly's smaller bundles, from npm by way of Deno. Without them all of Plotly is served.
.venv/packages: .venv/installed package.json deno.lock
	$(PIP) deno
	$(DENO) install --frozen --quiet && touch $@ || echo "npm's packages cannot be fetched: pages load more."

.venv/chromium: .venv/installed-dev
	tests/browser/install-chromium.sh $(BIN)/python
	touch $@
