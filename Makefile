# The contributor's manual: each target sets up what it needs by itself. `make` alone lists them.
BIN := .venv/bin
DATA := $(or $(IMAGEBOT__STORE__DATA_DIR),data)
WEIGHTS := $(DATA)/models/waifu2x/scale2.0x_model.bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE)
# A worker more than there are cores: half of the time, the end-to-end tests wait for the processes that they start.
SIDE_BY_SIDE := -n $(shell expr 1 + $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)) --maxprocesses 4 --dist worksteal

.NOTPARALLEL:
.PHONY: help run test check lint fix bench crash lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run $(WEIGHTS) ## set everything up and start the bot at http://127.0.0.1:5000
	@exec $(BIN)/imagebot run

test: lint $(WEIGHTS) ## everything that must hold before a change lands; what CI calls
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: lint $(WEIGHTS) ## lint, unit and contract tests: the quick look while working
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/unit tests/contract

lint: .venv/test ## format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fix: .venv/test ## let ruff put format, imports and simple findings right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/test .venv-peers/done $(WEIGHTS) ## measure, and print tables; WRITE=docs/benchmarks.md keeps them there, with a plot
	$(BIN)/python -m benchmarks $(if $(WRITE),--write $(WRITE))

crash: .venv/test ## end and hinder the bot in every way, and print a table; WRITE=docs/reliability.md keeps it there
	$(BIN)/python -m tests.crash $(if $(WRITE),--write $(WRITE))

lock: .venv/test ## write the locks anew from pyproject.toml; UPGRADE=--upgrade takes newer versions
	$(COMPILE) --group setup -o requirements-setup.txt
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -c requirements-setup.txt -o requirements-dev.txt

clean: ## remove .venv and all caches; pictures, settings and keys stay
	rm -rf .venv .venv-peers build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# Set-up, each step once: a stamp is older than the lock it was made from, or it stands.
.venv/run: requirements.txt requirements-setup.txt pyproject.toml setup.sh
	@./setup.sh requirements.txt && touch $@

.venv/test: requirements-dev.txt requirements-setup.txt pyproject.toml setup.sh
	@./setup.sh requirements-dev.txt && touch $@

# Other projects' clients, to measure beside ours. Where they can't be had, the benchmarks say so and go on.
.venv-peers/done: benchmarks/peers.txt | .venv/test
	-@$(BIN)/python -m venv --clear .venv-peers && .venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r $< && touch $@

# Without them the bot runs on and upscales in a plainer way, so a failure stops nothing.
$(WEIGHTS): | .venv/run
	-@$(BIN)/python -W ignore::RuntimeWarning -m bot.providers.local.weights --data-dir $(DATA)
