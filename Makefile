# Two commands do everything from a fresh clone on a machine with a Swift 6 toolchain:
#   make demo   installs what is missing, builds, trains, evaluates, writes a report
#   make test   installs what is missing, lints, runs every test

SWIFT ?= swift
PYTHON ?= python3
BUILD = $(SWIFT) build --explicit-target-dependency-import-check error
TINYSCORE = .build/release/tinyscore
DEMO = demo
SOURCES = Sources Tests Package.swift
PREFIX ?= /usr/local
DESTDIR ?=
INSTALLABLE = .build-install/release/tinyscore

.PHONY: demo test install uninstall installable test-install test-recipes bench bench-peers test-address test-thread results branchings laws coverage efficiency schedules fuzz trials trial-hour format lint build packages clean

demo: build
	@mkdir -p $(DEMO)
	$(TINYSCORE) train ring-8 --output $(DEMO)/ring-8.safetensors
	$(TINYSCORE) evaluate $(DEMO)/ring-8.safetensors --json $(DEMO)/ring-8.json \
	  --report $(DEMO)/ring-8.html
	@echo
	@echo "The report is $(CURDIR)/$(DEMO)/ring-8.html"

# Optimised, as users have it, in a folder of its own: tests see what is internal, and without
# optimisation the numbers take ten times as long. `swift test` alone does it the slow way.
TESTED = -c release -Xswiftc -enable-testing --scratch-path .build-tests \
  --explicit-target-dependency-import-check error

test: packages lint .venv/done
	$(SWIFT) build --build-tests $(TESTED)
	TINYSCORE_PYTHON=$(CURDIR)/.venv/bin/python $(SWIFT) test --skip-build $(TESTED)
	Tests/Fuzzing/fuzz

# The tests with each memory access checked, or each pair of accesses by two threads.
test-address: packages .venv/done
	SWIFT=$(SWIFT) TINYSCORE_PYTHON=$(CURDIR)/.venv/bin/python .ci/test-sanitized address

test-thread: packages .venv/done
	SWIFT=$(SWIFT) TINYSCORE_PYTHON=$(CURDIR)/.venv/bin/python .ci/test-sanitized thread

# Every part against its reference and the machine's limit; the tables that the README quotes.
bench: build
	.build/release/Benchmarks --output Sources/Benchmarks/Results.txt

# The same work in JAX, in alternation, in a virtual environment of its own.
bench-peers: build .venv-peers/done
	.venv-peers/bin/python Tests/Python/peers.py $(TINYSCORE) .venv-peers/bin/python

# The large trials of what is to be neither lost nor let in, all or one of them.
TRIALS = trial-faults trial-kills trial-writers trial-signals trial-threads trial-readers

.PHONY: $(TRIALS)
trials: $(TRIALS)

trial-faults: SUITE = FaultTrials
trial-kills: SUITE = KillTrials
trial-writers: SUITE = WriterTrials
trial-signals: SUITE = SignalTrials
trial-threads: SUITE = ThreadTrials
trial-readers: SUITE = ReaderTrials

$(TRIALS): packages
	$(SWIFT) build --build-tests $(TESTED)
	TINYSCORE_TRIALS=large $(SWIFT) test --skip-build $(TESTED) --filter $(SUITE)

# An hour of training, or TINYSCORE_SECONDS of it: memory must not grow, nor files stay open.
trial-hour: build
	$(PYTHON) Tests/Python/hour.py $(TINYSCORE)

build: packages
	$(BUILD) -c release

# Below PREFIX, or DESTDIR and PREFIX: the program, the data sets, the manual page, completions.
install uninstall: export PREFIX := $(PREFIX)
install uninstall: export DESTDIR := $(DESTDIR)

install: installable
	@.ci/install-program install $(INSTALLABLE)

uninstall:
	@.ci/install-program uninstall

# With Swift's libraries inside it runs where no Swift is; in a folder of its own, as all is built anew.
installable: packages
	$(BUILD) -c release --product tinyscore --static-swift-stdlib -Xlinker -s \
	  --scratch-path .build-install

test-install: installable
	.ci/test-install $(INSTALLABLE)

# The README's programs for PyTorch, diffusers and k-diffusion, in a virtual environment of their own.
test-recipes: build .venv-recipes/done
	.venv-recipes/bin/python Tests/Python/recipes.py $(TINYSCORE) README.md

# Every reader of files against libFuzzer: 20 seconds each, or FUZZ_RUNS=10000000 inputs.
fuzz: packages
	Tests/Fuzzing/fuzz

# The README's table of results: every shipped data set with default options.
results: build .venv/done
	.venv/bin/python Tests/Python/results.py $(TINYSCORE) \
	  two-points unequal-two-points ring-8 hierarchy simplex-16 digits gaussian-16 \
	  subspace-4-in-16 grid-25 checkerboard circle swiss-roll two-moons spiral sphere-8

# The merging tree of the digits against another program's numbers.
branchings: build
	$(PYTHON) Tests/Python/digits_tree.py $(TINYSCORE)

# The README's tables of how exact the exact side is; fails where an error exceeds the stated one.
laws: build .venv/done
	.venv/bin/python Tests/Python/exact_laws.py $(TINYSCORE)
	@echo
	.venv/bin/python Tests/Python/entropy_integrals.py $(TINYSCORE)

# The README's tables of what the intervals and the variance reductions are worth.
coverage: build
	.build/release/Calibration coverage two-points unequal-two-points ring-8 hierarchy simplex-16 \
	  grid-25 checkerboard sphere-8 checkpoints/example.safetensors

efficiency: build
	.build/release/Calibration efficiency two-points unequal-two-points ring-8 hierarchy simplex-16 \
	  gaussian-16 subspace-4-in-16 grid-25 checkerboard circle sphere-8 \
	  checkpoints/example.safetensors

# Samples by schedule, sampler and number of steps; the README quotes some of it.
SCHEDULED = two-points unequal-two-points ring-8 hierarchy simplex-16 \
  grid-25 overlapping-gaussians gaussian-16

schedules: build
	.build/release/Calibration schedules $(SCHEDULED) checkpoints/example.safetensors \
	  >Sources/Calibration/Schedules.txt
	.build/release/Calibration schedules --wide $(SCHEDULED) >>Sources/Calibration/Schedules.txt
	@cat Sources/Calibration/Schedules.txt

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)

# Debian packages, installed only when something is missing.
packages:
	@.ci/install-packages

# The virtual environment of the tests that read our files with other programs.
.venv/done: Tests/Python/requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --requirement Tests/Python/requirements.txt
	@touch $@

# Of k-diffusion sampling.py alone is used; what the package asks for is for training on images.
.venv-recipes/done: Tests/Python/requirements-recipes.txt
	$(PYTHON) -m venv .venv-recipes
	.venv-recipes/bin/pip install --quiet --requirement Tests/Python/requirements-recipes.txt
	.venv-recipes/bin/pip install --quiet --no-deps k-diffusion
	@touch $@

.venv-peers/done: Tests/Python/requirements-peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --requirement Tests/Python/requirements-peers.txt
	@touch $@

clean:
	rm -rf .build .build-tests .build-install .build-address .build-thread .venv .venv-peers .venv-recipes .build-fuzz $(DEMO)
