# make demo    start everything with a small demo shop
# make test    run all tests (sets up what they need)
# make soak    the long forms of some tests, for before a release
# make check   format, lint, types, imports, generated files
# make bench NAME=first_light   measure, see benchmarks/README.md
# make types   regenerate the web code's types from the Python sources
# make lock    renew the lock files

.PHONY: demo run test soak bench check format types lock setup setup-dev

demo: setup
	@.venv/bin/baton demo

run: setup
	@.venv/bin/baton run

setup:
	@requirements/setup.sh app

setup-dev:
	@requirements/setup.sh dev

# First what needs neither model nor browser: a model may be on its way meanwhile. It waits more than it computes.
test: setup-dev
	.venv/bin/python -m pytest -m "not rasa and not browser and not soak" --numprocesses 4 --dist loadfile
	.venv/bin/python -m pytest -m "(rasa or browser) and not soak" --numprocesses 2 --dist loadfile

soak: setup-dev
	.venv/bin/python -m pytest -m soak

bench: setup
	@.venv/bin/python -m benchmarks.$(or $(NAME),$(error which one? make bench NAME=first_light)) $(ARGS)

check: setup-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/baton check-texts
	.venv/bin/python web/check.py

format: setup-dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

types: setup-dev
	.venv/bin/python web/check.py --write

UV = $(shell uv --version >/dev/null 2>&1 && command -v uv || echo $(CURDIR)/.tools/bin/uv)
COMPILE = $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

lock: setup-dev
	$(COMPILE) --universal --python-version 3.11 pyproject.toml -o requirements/app.txt
	$(COMPILE) --universal --python-version 3.11 --extra dev pyproject.toml -o requirements/dev.txt
	cd nlu/server && $(COMPILE) --python-version 3.10 requirements.in -o requirements.txt
	cd nlu/server && $(COMPILE) --python-version 3.10 requirements.dense.in -o requirements.dense.txt
