# What people type; each target says what it does.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

COUNTY ?= wushan

.PHONY: help demo test check bench

help: ## Lists the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile

demo: ## Builds cadre and serves a county with synthetic members (COUNTY=fuling for another)
	@scripts/prepare
	@cargo run --release --locked -- demo --county $(COUNTY)

test: ## Runs every test; installs and starts all that it needs
	@scripts/prepare test
	@scripts/test

check: ## Format, lints and documentation, without tests
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

bench: ## Measures cadre against PostgreSQL alone and prints the ratios; fails where a limit is missed
	@scripts/prepare
	@status=0; \
	cargo bench --locked --bench county || status=1; \
	cargo bench --locked --bench county -- --members 1000000 --only lookup,searches || status=1; \
	cargo bench --locked --bench planner || status=1; \
	exit $$status
