# `make help` lists what can be made. Release builds have a folder of their own, so that they and debug builds never wait
# for each other and neither throws the other's work away.

SOURCES := Package.swift Sources Tests Benchmarks Examples
RELEASE_BUILD := swift build -c release --static-swift-stdlib --scratch-path .build-release

.DEFAULT_GOAL := help
.PHONY: help run run-carbon test test-clients tsan asan bench prove-revocation prove-refresh prove-renewal prove-restore prove-rolling prove-bulk prove-limits prove-tls prove-webhooks prove-package chaos deb tarball docs screenshots pictures lint format build release clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start a demonstration on 127.0.0.1:8080 (PRODUCT=, LISTEN=, DATA=, SIMULATOR=, RELEASE=1)
	@scripts/prepare
	@scripts/run

run-carbon: ## Start a desk and the carbon data API behind it with sample data (LISTEN=, API=, DATABASE=, RELEASE=1)
	@scripts/prepare
	@scripts/run-carbon

test: ## Run every test (BUILD_FLAGS= of `swift build`)
	@scripts/prepare test -- swift build --build-tests $(BUILD_FLAGS)
	@scripts/test

test-clients: ## Run the recipes of docs/clients.md with the real programs (CLIENTS="a name" for some)
	@scripts/prepare clients
	swift build --product claviger
	@scripts/test-clients $(CLIENTS)

tsan: ## Run the tests that need no browser under the thread sanitizer (SANITIZE="--filter Name" for some)
	@scripts/prepare test
	@scripts/sanitize thread $(SANITIZE)

asan: ## Run them under the address sanitizer (SANITIZE="--filter Name" for some)
	@scripts/prepare test
	@scripts/sanitize address $(SANITIZE)

bench: ## Measure speed beside the floors, and beside another commit (BASE=commit, BENCH="--help")
	@scripts/prepare bench
	@scripts/bench $(if $(BASE),--base $(BASE)) $(BENCH)

prove-revocation: ## Measure how soon every node refuses what was revoked, also under faults (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-revocation $(PROVE)

prove-refresh: ## Try refreshes with lost replies, doubled calls and killed servers (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-refresh $(PROVE)

prove-renewal: ## Renew connections through months of lost answers, outages and killed nodes (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-renewal $(PROVE)

prove-restore: ## Restore databases from copies and see what was revoked refused (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-restore $(PROVE)

prove-rolling: ## Restart and upgrade two nodes behind nginx, HAProxy and Caddy without a lost call (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-rolling $(PROVE)

chaos: ## Kill nodes and databases, fill disks, step clocks, beside real load (CHAOS="--help")
	@scripts/prepare proof
	@scripts/chaos $(CHAOS)

prove-limits: ## Overrun a rate limit on three servers, also while one is killed, paused or cut off (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-limits $(PROVE)

prove-bulk: ## Upload 2 GiB to the carbon data API and export a million rows within 100 MiB of memory (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-bulk $(PROVE)

prove-tls: ## Have testssl.sh look for anything wrong with the server's TLS (PROVE="--help")
	@scripts/prepare tls
	@scripts/prove-tls $(PROVE)

prove-webhooks: ## Send webhooks through servers that are killed, to a receiver that fails (PROVE="--help")
	@scripts/prepare proof
	@scripts/prove-webhooks $(PROVE)

docs: ## Make a site of the documents and the libraries' reference, in .build-docs/site (DOCS=folder)
	@scripts/prepare docs
	swift build --product ClavigerVerifierHummingbird
	@.build-tools/docs/bin/python scripts/docs $(DOCS)

deb: ## Make the package for Debian, of the release build (.build-packages)
	@scripts/prepare package
	@scripts/package deb

tarball: ## Make an archive of the same files
	@scripts/prepare package
	@scripts/package tarball

prove-package: ## Install the package into a bare Debian, start it there, upgrade and purge it; as root (PROVE="--help")
	@scripts/prepare package bare
	@scripts/package deb
	@scripts/prove-package $(PROVE)

screenshots: ## Take pictures of every page of the four products (PRODUCT=, PICTURES=)
	@scripts/prepare test
	swift build --product claviger
	@scripts/screenshots

pictures: ## Take the pictures of docs/pages.md anew
	@scripts/prepare test
	swift build --product claviger
	@scripts/pictures

lint: ## Check the form of the source
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## Put the source into form
	swift format --in-place --parallel --recursive $(SOURCES)

build: ## Build the server for trying and debugging (.build/debug/claviger)
	@scripts/prepare
	swift build --product claviger

release: ## Build the server for use (.build-release/release/claviger)
	@scripts/prepare
	$(RELEASE_BUILD) --product claviger

clean: ## Throw away what was built; ./data stays
	rm -rf .build .build-release .build-base .build-tools .build-tsan .build-asan
