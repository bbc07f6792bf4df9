# make run: watch inbox/.  make test: all tests.  make help: the rest.
PYTHON ?= python3
VENV ?= .venv
# mnist: fetched once by Keras. Or a folder with the four idx files.
DATA ?= mnist
BIN := $(VENV)/bin
SHELL := /bin/sh
.DEFAULT_GOAL := help

.PHONY: help run review test test-training test-kills test-browser test-spark test-service \
  cases fuzz check train evaluate audit model soak lock clean train-env install uninstall bench bench-latency \
  bench-stages bench-steps bench-scaling bench-fairness bench-review bench-reviewer bench-spark bench-training \
  bench-ceiling bench-calls bench-scale bench-tasks bench-compare

help:
	@echo "make run       watch inbox/, write outbox/results.csv; SPARK=1 for a Spark cluster"
	@echo "make review    a page in the browser for what needs a person: the right digit by one key"
	@echo "make install   as root: a systemd service; WEB=1 with the review page, SPARK=1 for a Spark cluster,"
	@echo "               INSTANCE=scans for one more inbox, PREFIX=/opt, DESTDIR=DIR"
	@echo "make uninstall as root: the service goes; settings, pictures and results stay"
	@echo "make test      run the tests, but for the long ones below (installs TensorFlow where it has a wheel)"
	@echo "make test-training  with TensorFlow: small networks are trained until they read, Keras models read as they are"
	@echo "make test-kills     a daemon is killed at each step that leaves something behind; long"
	@echo "make test-browser   the review page and the report in a real Chromium"
	@echo "make test-spark     pictures are read on a small Spark cluster of this machine; needs Java 17"
	@echo "make test-service   as root: the installed service under a real systemd, booted beside this one, and real mounts"
	@echo "make cases     the tests that draw their cases at random, with many thousands of cases each"
	@echo "make fuzz      hostile bytes for SECONDS=120, from SEED=1; says how many and what they found"
	@echo "make check     ruff and mypy"
	@echo "make train     train the digitnet network into runs/digitnet; UNIPEN=DIR adds pen strokes"
	@echo "make model     the shipped bundle from the raw data below SUITE=DIR, into runs/digitnet-bundle"
	@echo "make evaluate  score the shipped model on MNIST; SUITE=DIR: on all sets below a folder"
	@echo "make audit     look the locked dependencies up among known vulnerabilities"
	@echo "make bench     how fast it is, against the bare floor and what people write; JSON to OUT=bench.json;"
	@echo "               PICTURES=100000 ROUNDS=1 KIND=mnist (drawn, mixed) for more of one kind"
	@echo "make bench-latency    from a picture's drop to its row; start, memory, idle CPU; BENCH='--slow 500' for more"
	@echo "make bench-stages     what a picture costs at each step of reading"
	@echo "make bench-steps      what a picture costs at each step of the daemon itself"
	@echo "make bench-scaling    cost and memory with 1,000 to 100,000 files waiting; BENCH='--largest 1000000' for more"
	@echo "make bench-fairness   how long a fresh picture waits behind a backlog; BENCH='--backlog 1000000' for more"
	@echo "make bench-review     how long the review page takes to answer, over a million results"
	@echo "make bench-reviewer   a reviewer's minute in a real Chromium: rows, and how long each key takes"
	@echo "make bench-spark      pictures a second on a Spark cluster beside those of this machine alone; needs Java 17"
	@echo "make bench-ceiling    what one daemon takes in, records and archives when reading costs nothing"
	@echo "make bench-calls      which system calls it makes for that, and how often; needs strace"
	@echo "make bench-tasks      what Spark takes for a job and for a task, however little they do; needs Java 17"
	@echo "make bench-scale      how many daemons and cores 1,000 to 100,000 pictures a second need: a simulation"
	@echo "make bench-training   seconds an epoch takes, and the share of it that pictures take; DATA=DIR"
	@echo "make bench-compare BEFORE=a.json AFTER=b.json   what changed between two runs of any of these"
	@echo "make soak      kill it 1,000 times while 200,000 pictures come in; SOAK='--seed 7' to replay"
	@echo "make lock      make the lock files in requirements/ anew"
	@echo "make clean     remove what make made; inbox, outbox and runs stay"

run: $(VENV)/.daemon $(if $(filter 1,$(SPARK)),$(VENV)/.spark)
	@$(BIN)/python -m watcher run

review: $(VENV)/.web
	@$(BIN)/python -m watcher review $(REVIEW)

# Four at once: most tests wait for a daemon, not for the processor. loadfile: a file's costly fixture is begun on one
# of them alone; in their order: the long files come first, so that no one is left with them at the end.
test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --ignore tests/systemd --ignore tests/browser \
	  --ignore tests/kills --ignore tests/training --ignore tests/spark

# A daemon that is killed at each step: some hundred starts, most of which are waited for.
test-kills: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/kills

# With TensorFlow: small networks are trained on little, from data to a bundle that reads; Keras models read as they are.
test-training: $(VENV)/.dev
	@$(BIN)/python -m pytest tests/training

# Pages in a real Chromium, which the machine must have: skips what is not to be had, and says why.
test-browser: $(VENV)/.browser
	@$(BIN)/python -m pytest tests/browser

# A Spark of this machine, several JVMs: what costs half a gigabyte to install, and seconds to start each time. Skips,
# and says why, where there is no Java.
test-spark: $(VENV)/.dev $(VENV)/.spark
	@$(BIN)/python -m pytest -n 2 --dist loadfile --timeout 400 tests/spark

# What needs root, mounts, a Prometheus, or a machine of its own, booted over this one for a minute: it skips what is not
# to be had, and says why.
test-service: $(VENV)/.dev $(VENV)/.wheels
	@$(BIN)/python -m pytest tests/systemd

install uninstall:
	@PYTHON="$(PYTHON)" PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" INSTANCE="$(INSTANCE)" WEB="$(WEB)" \
	  SPARK="$(SPARK)" deploy/$@

cases: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 4 --timeout 0 --hypothesis-profile long \
	  $$(grep -lE '^from hypothesis' tests/unit/test_*.py)

fuzz: $(VENV)/.fuzz
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),120) --seed $(or $(SEED),1)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: $(VENV)/.dev
	$(BIN)/python -m train fit --network digitnet --data $(DATA) $(if $(UNIPEN),--unipen $(UNIPEN)) --run runs/digitnet

model: $(VENV)/.dev
	@test -n "$(SUITE)" || { echo "error: SUITE is missing" >&2; \
	  echo "  make model SUITE=DIR, with mnist/ and unipen/ below DIR" >&2; exit 2; }
	@$(MAKE) --no-print-directory train DATA=$(SUITE)/mnist UNIPEN=$(SUITE)/unipen
	$(BIN)/python -m train export runs/digitnet --suite $(SUITE) --out runs/digitnet-bundle

evaluate: $(VENV)/.dev
	$(BIN)/python -m train evaluate $(if $(SUITE),--suite $(SUITE),--data $(DATA))

audit: $(VENV)/.audit
	@$(VENV)/audit/bin/python requirements/audit.py

bench: $(VENV)/.dev
	@$(BIN)/python -m bench $(if $(PICTURES),--pictures $(PICTURES)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(foreach kind,$(KIND),--kind $(kind)) $(BENCH) $(if $(OUT),--out $(OUT))

bench-latency bench-stages bench-steps bench-scaling bench-fairness bench-review bench-ceiling bench-calls bench-scale: \
  bench-%: $(VENV)/.dev
	@$(BIN)/python -m bench.$* $(BENCH) $(if $(OUT),--out $(OUT))

bench-reviewer: $(VENV)/.browser
	@$(BIN)/python -m bench.reviewer $(BENCH) $(if $(OUT),--out $(OUT))

bench-spark bench-tasks: bench-%: $(VENV)/.dev $(VENV)/.spark
	@$(BIN)/python -m bench.$* $(BENCH) $(if $(OUT),--out $(OUT))

bench-training: $(VENV)/.dev
	@$(BIN)/python -m bench.training --data $(DATA) $(if $(UNIPEN),--unipen $(UNIPEN)) $(BENCH) $(if $(OUT),--out $(OUT))

bench-compare: $(VENV)/.dev
	@$(BIN)/python -m bench.compare $(BEFORE) $(AFTER)

train-env: $(VENV)/.dev

soak: $(VENV)/.dev
	@$(BIN)/python -m tests.soak $(SOAK)

lock:
	requirements/compile

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: $(PYTHON) is missing or older than Python 3.11" >&2; \
	  echo "  Install Python 3.11 or newer, or name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "error: this Python cannot make virtual environments (ensurepip is missing)" >&2; \
	  $(PYTHON) -c 'import sys; v = "python%d.%d-venv" % sys.version_info[:2]; \
	    print("  On Debian and Ubuntu: sudo apt install " + v, file=sys.stderr)'; exit 2; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# The locks carry hashes; --no-build-isolation builds with the locked hatchling.
$(VENV)/.daemon: requirements/daemon.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing the daemon's dependencies (about 100 MB; no TensorFlow) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/daemon.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.web: requirements/web.txt $(VENV)/.daemon
	@echo "Installing what the review page needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/web.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing what training and tests need (about 700 MB with TensorFlow) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.daemon $(VENV)/.web

$(VENV)/.browser: requirements/browser.txt $(VENV)/.dev
	@echo "Installing what drives a browser ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/browser.txt
	@touch $@

# pyspark comes as source, which is built with what is locked, not with what pip would fetch for it.
$(VENV)/.spark: requirements/spark.txt requirements/spark-build.txt $(VENV)/.daemon
	@echo "Installing what a Spark cluster is driven with (about 500 MB) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/spark-build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation \
	  -r requirements/spark.txt
	@touch $@

# What `make install` installs, for a machine without a network: the one that the service is tested in.
$(VENV)/.wheels: requirements/web.txt requirements/spark-build.txt | $(VENV)/.dev
	@rm -rf $(VENV)/wheels
	@if $(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	  -r requirements/web.txt -r requirements/spark-build.txt -d $(VENV)/wheels.new; \
	then mv $(VENV)/wheels.new $(VENV)/wheels; touch $@; \
	else echo "note: the wheels are not to be had: tests of the installed service are skipped" >&2; fi

# By itself: what the audit needs is no dependency of ours.
$(VENV)/.audit: requirements/audit.txt | $(VENV)/pyvenv.cfg
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	@touch $@

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.daemon
	@echo "Installing the fuzzer ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.txt
	@touch $@
