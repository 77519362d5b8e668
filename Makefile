# The whole interface. On a machine with Rust (rustup), Node.js and make, `make run` and `make test`
# install what else they need, once, where its ecosystem puts it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

CARGO_HOME ?= $(HOME)/.cargo
export PATH := $(CURDIR)/end2end/node_modules/.bin:$(CARGO_HOME)/bin:$(PATH)
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

CARGO_LEPTOS_VERSION := 0.3.10
CARGO_ABOUT_VERSION := 0.9.3
# The command line tool must be of the library's very version.
WASM_BINDGEN_VERSION := $(shell awk '/^name = "wasm-bindgen"$$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
# Tools are built to be used here, not to be fast for years.
INSTALL := CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=false cargo install
NODE_MODULES := end2end/node_modules/.package-lock.json
PYTHON := end2end/simplejwt/.venv/bin/python
PYTHON_PACKAGES := end2end/simplejwt/.venv/.installed
BETTER_AUTH := benches/better-auth/node_modules/.package-lock.json

say = echo "==> $(1)"
fail = { echo "error: $(1)" >&2; exit 1; }

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build a release and serve it on http://127.0.0.1:3000
	@$(call say,Serving. Stop with Ctrl-C.)
	@exec target/release/hallpass serve

.PHONY: dev
# What is built again keeps its name, and so the page that is open finds it.
dev: tools ## Rebuild and reload while you edit
	@LEPTOS_HASH_FILES=false cargo leptos watch

.PHONY: build
build: tools ## Build the browser's files and the server in release mode
	@$(call say,Building the release)
	@cargo leptos build --release --split --lib-features split --frontend-only
	@node packaging/site.mjs
	@cargo leptos build --release --server-only

.PHONY: test
test: build check extend test-rust e2e ## Run every test, the browser's included
	@$(call say,All tests passed)

.PHONY: test-rust
test-rust: postgres ## Run the Rust tests in the release profile, the stories on both databases
	@$(call say,Running the Rust tests)
	@cargo test --release --quiet
	@$(call say,Telling the stories on PostgreSQL)
	@HALLPASS_STORIES_ON=postgres cargo test --release --quiet --package server --test stories -- \
	  --skip commands:: --skip doctor:: --skip faults:: --skip import_django:: --skip logs:: --skip move_to:: --skip several_servers::

.PHONY: storm
storm: ## Kill the server fifty times in a storm of refreshes
	@$(call say,Killing the server again and again)
	@HALLPASS_STORM_ROUNDS=50 cargo test --release --quiet --package server --test stories faults

.PHONY: e2e
e2e: $(NODE_MODULES) browser $(PYTHON_PACKAGES) postgres ## Run the browser's tests and the comparison with Simple JWT against the release
	@test -x target/release/hallpass || $(call fail,there is no release yet; run: make build)
	@$(call say,Comparing with Simple JWT$(,) and the API with its documentation)
	@$(PYTHON) -m pytest -q end2end/simplejwt
	@$(call say,Running the browser tests)
	@cd end2end && playwright test

.PHONY: check
check: wasm-target ## Check formatting and lints
	@$(call say,Checking the formatting)
	@cargo fmt --all --check
	@$(call say,Linting the server)
	@cargo clippy --quiet --package app --package server --package floor --all-targets -- --deny warnings
	@cargo clippy --quiet --package server --all-targets --features otel -- --deny warnings
	@$(call say,Linting the browser side)
	@cargo clippy --quiet --package frontend --features split --target wasm32-unknown-unknown -- --deny warnings
	@$(call say,Type-checking the browser tests)
	@$(MAKE) $(NODE_MODULES)
	@cd end2end && tsc

.PHONY: extend
extend: wasm-target ## Compile what docs/extend.md shows
	@$(call say,Compiling the diffs of docs/extend.md)
	@docs/extend.sh

.PHONY: lint
lint: check ## Check formatting, lints, licences and sources
	@if ! cargo deny --version >/dev/null 2>&1; then \
	  $(call say,Installing cargo-deny); \
	  $(INSTALL) cargo-deny --locked || $(call fail,cargo-deny cannot be installed; it checks licences and sources); \
	fi
	@$(call say,Checking licences$(,) bans and sources)
	@cargo deny check bans licenses sources

.PHONY: dist
dist: tools ## Pack the binary, its documentation and licences into target/dist
	@if ! cargo about --version 2>/dev/null | grep -qF " $(CARGO_ABOUT_VERSION)"; then \
	  $(call say,Installing cargo-about $(CARGO_ABOUT_VERSION)$(,) which gathers the licences); \
	  { cargo binstall --version >/dev/null 2>&1 && cargo binstall --no-confirm cargo-about@$(CARGO_ABOUT_VERSION); } \
	    || $(INSTALL) cargo-about --version $(CARGO_ABOUT_VERSION) --locked --features cli \
	    || $(call fail,cargo-about $(CARGO_ABOUT_VERSION) cannot be installed; it gathers the licences); \
	fi
	@packaging/dist.sh

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
benches: build wrk $(PYTHON_PACKAGES) $(BETTER_AUTH)
	@$(call say,Building the floor$(,) the load and the micro-benchmarks)
# With the server, so that what both are built of is built once.
	@cargo build --quiet --release --package server --package floor --bin floor --bin load
	@cargo bench --quiet --package app --features ssr --bench hot_paths --no-run

.PHONY: wrk
wrk:
	@if ! command -v wrk >/dev/null; then \
	  $(call say,Installing wrk); \
	  { command -v apt-get >/dev/null && $$(test "$$(id -u)" = 0 || echo sudo -n) bash -c \
	      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq wrk' >/dev/null; } \
	    || $(call fail,wrk cannot be installed; it makes the load); \
	fi

# Node's own headers, where they are installed, spare a download when better-sqlite3 has to be compiled.
$(BETTER_AUTH): NODE_FOLDER = $(patsubst %/bin/node,%,$(realpath $(shell command -v node)))
$(BETTER_AUTH): benches/better-auth/package-lock.json
	@$(call say,Installing Better Auth to compare with)
	@command -v npm >/dev/null || $(call fail,npm is missing; install Node.js 20 or newer)
	@if test -d $(NODE_FOLDER)/include/node; then export npm_config_nodedir=$(NODE_FOLDER); fi; \
	  npm --prefix benches/better-auth ci --no-audit --no-fund --loglevel=error \
	    || $(call fail,the npm packages of benches/better-auth cannot be installed)
	@touch $@

.PHONY: size
size: build browser ## Weigh a first visit beside a hello-world, and write it into the README
	@$(call say,Building the hello-world to compare with)
	@cd end2end/hello-world && cargo leptos build --release --precompress
	@$(call say,Weighing)
	@cd end2end && playwright test --config measure size.measure

.PHONY: lighthouse
lighthouse: $(NODE_MODULES) browser ## Let Lighthouse judge the release as on a telephone
	@test -x target/release/hallpass || $(call fail,there is no release yet; run: make build)
	@$(call say,Asking Lighthouse)
	@cd end2end && playwright test --config measure lighthouse.measure

.PHONY: fmt
fmt: ## Format everything
	@cargo fmt --all

.PHONY: screenshots
screenshots: build $(NODE_MODULES) browser korean-font pngquant ## Take the pictures in docs/screenshots anew
	@$(call say,Taking the pictures)
	@rm -f docs/screenshots/*.png
	@cd end2end && SCREENSHOTS=1 playwright test
	@if command -v pngquant >/dev/null; then pngquant --force --ext .png --strip docs/screenshots/*.png; fi

.PHONY: pngquant
pngquant:
	@if ! command -v pngquant >/dev/null; then \
	  $(call say,Installing pngquant); \
	  { command -v apt-get >/dev/null && $$(test "$$(id -u)" = 0 || echo sudo -n) bash -c \
	      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq pngquant' >/dev/null; } \
	    || $(call say,pngquant cannot be installed: the pictures are three times as large); \
	fi

.PHONY: korean-font
korean-font:
	@if command -v fc-list >/dev/null && test -z "$$(fc-list :lang=ko)"; then \
	  $(call say,Installing a font for Korean); \
	  { command -v apt-get >/dev/null && $$(test "$$(id -u)" = 0 || echo sudo -n) bash -c \
	      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq fonts-nanum' >/dev/null; } \
	    || $(call fail,a font for Korean cannot be installed; the pictures need one); \
	fi

.PHONY: tools
tools: wasm-target cargo-leptos wasm-bindgen $(NODE_MODULES) ## Install what building needs
	@command -v wasm-opt >/dev/null || $(call fail,wasm-opt is missing from end2end/node_modules; run: npm --prefix end2end ci)

.PHONY: wasm-target
wasm-target:
	@if ! test -d "$$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown"; then \
	  $(call say,Adding the WebAssembly target); \
	  rustup target add wasm32-unknown-unknown \
	    || $(call fail,Rust cannot build WebAssembly; run: rustup target add wasm32-unknown-unknown); \
	fi

.PHONY: cargo-leptos
cargo-leptos:
	@if ! cargo leptos --version 2>/dev/null | grep -qF " $(CARGO_LEPTOS_VERSION)"; then \
	  $(call say,Installing cargo-leptos $(CARGO_LEPTOS_VERSION)$(,) which takes some minutes once); \
	  { cargo binstall --version >/dev/null 2>&1 && cargo binstall --no-confirm cargo-leptos@$(CARGO_LEPTOS_VERSION); } \
	    || $(INSTALL) cargo-leptos --version $(CARGO_LEPTOS_VERSION) --locked --features no_downloads \
	    || $(call fail,cargo-leptos $(CARGO_LEPTOS_VERSION) cannot be installed; it builds the browser side); \
	fi

.PHONY: wasm-bindgen
wasm-bindgen:
	@if ! wasm-bindgen --version 2>/dev/null | grep -qF " $(WASM_BINDGEN_VERSION)"; then \
	  $(call say,Installing wasm-bindgen $(WASM_BINDGEN_VERSION)$(,) which takes some minutes once); \
	  { cargo binstall --version >/dev/null 2>&1 && cargo binstall --no-confirm wasm-bindgen-cli@$(WASM_BINDGEN_VERSION); } \
	    || $(INSTALL) wasm-bindgen-cli --version $(WASM_BINDGEN_VERSION) --locked --force \
	    || $(INSTALL) wasm-bindgen-cli --version $(WASM_BINDGEN_VERSION) --force \
	    || $(call fail,wasm-bindgen $(WASM_BINDGEN_VERSION) cannot be installed; it joins the WebAssembly to the page); \
	fi

$(NODE_MODULES): end2end/package-lock.json
	@$(call say,Installing the npm packages)
	@command -v npm >/dev/null || $(call fail,npm is missing; install Node.js 20 or newer)
	@npm --prefix end2end ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: browser
browser: $(NODE_MODULES)
	@if ! node end2end/browser.js >/dev/null; then \
	  $(call say,Installing Chromium); \
	  { command -v apt-get >/dev/null && $$(test "$$(id -u)" = 0 || echo sudo -n) bash -c \
	      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium' >/dev/null; } \
	    || (cd end2end && playwright install chromium) \
	    || $(call fail,Chromium cannot be installed; the browser tests need it$(,) or CHROMIUM=/path/to/one); \
	fi

$(PYTHON_PACKAGES): end2end/simplejwt/requirements.txt
	@$(call say,Installing Django and Simple JWT to compare with)
	@command -v python3 >/dev/null || $(call fail,python3 is missing; the comparison with Simple JWT needs it)
	@python3 -m venv end2end/simplejwt/.venv \
	  || $(call fail,python3 cannot make a virtual environment; install python3-venv)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $< \
	  || $(call fail,the Python packages of $< cannot be installed)
	@touch $@

.PHONY: postgres
postgres:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then \
	  $(call say,Installing PostgreSQL); \
	  { command -v apt-get >/dev/null && $$(test "$$(id -u)" = 0 || echo sudo -n) bash -c \
	      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql' >/dev/null; } \
	    || $(call fail,PostgreSQL cannot be installed; the tests need one); \
	fi

.PHONY: clean
clean: ## Delete what was built; installed tools stay
	@cargo clean
	@rm -rf end2end/hello-world/target end2end/test-results end2end/playwright-report

, := ,
