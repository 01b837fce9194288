# Without make: sh scripts/run and sh scripts/test do the same.
.PHONY: run test bench test-all setup clean

run: ## set up what is missing, then serve the portal with its demo building
	@sh scripts/run

test: ## lint, types, migrations, tests
	@sh scripts/test

bench: ## the benchmarks, one after the other: each a ratio against a floor
	@sh scripts/setup --dev
	@.venv/bin/python -m pytest -q -s -m benchmark -o python_files='bench_*.py' tests/benchmarks

test-all: ## all of it, thoroughly (more examples, more rounds), where a missing service fails instead of skipping
	@THOROUGH=1 REQUIRE_SERVICES=1 sh scripts/test
	@REQUIRE_SERVICES=1 $(MAKE) bench

setup:
	@sh scripts/setup

clean: ## what set-up made; var/ with its database and keys stays
	rm -rf .venv node_modules vendor collected .mypy_cache .ruff_cache
