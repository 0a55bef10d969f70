.PHONY: help report test test-deep test-lowest fuzz mutants coverage docs page page-check schema hashes bench sbc lint types contracts tour clean stale
.NOTPARALLEL:

SET := evidence_sets/us_arms_transfers
BESIDE := $(if $(filter evidence_sets/us_arms_transfers,$(SET)),evidence_sets/saudi_attempt_2021 evidence_sets/loyalty_theory)
PYTEST_ARGS ?= -n 2 --dist loadscope
TIMES ?= 5
SAMPLE ?= 0
FUZZ_SECONDS ?= 120

help:
	@echo 'make report     why each transfer of $(SET) happened; writes report/'
	@echo 'make test       tests and documented examples, minutes (PYTEST_ARGS= for one process)'
	@echo 'make test-deep  what samples and simulates, and random searches TIMES=5 times as far'
	@echo 'make test-lowest  the quick tests with the lowest versions allowed, on Python 3.12 and 3.13 (PYTHON= for one)'
	@echo 'make fuzz       every reader on spoiled input, for an hour or two, then FUZZ_SECONDS=120 each led by the lines that are reached'
	@echo 'make mutants    the arithmetic with one thing changed at a time: which changes no test notices; hours (PARTS=scales SAMPLE=400)'
	@echo 'make coverage   all tests, and the lines that none of them reaches'
	@echo 'make docs       the documentation, into docs/_build/html'
	@echo 'make page       the page of bayes-trace explore, built from web/ (needs Node)'
	@echo 'make page-check  that the page which is shipped is what web/ builds (needs Node)'
	@echo 'make schema     the JSON Schema and the page of the file format, made anew from the records'
	@echo 'make hashes     .github/requirements.txt, by which the hosted tests install, made anew from constraints.txt (needs uv)'
	@echo 'make bench      ratios against pyAgrum, pgmpy, pandas, SALib and PyMC, into docs/benchmarks.md; ten minutes'
	@echo 'make sbc        calibration: 200 fits and their rank plots, coverage of a slope, simuk; six minutes'
	@echo 'make lint       ruff: format and rules'
	@echo 'make types      mypy, strict'
	@echo 'make contracts  import-linter: imports point down only'
	@echo 'make tour       what every module is for, in reading order'
	@echo 'make clean      remove .venv, report/ and caches'
	@echo 'The first run installs into .venv; make PYTHON=/path/to/python3 chooses the interpreter.'

report: .venv/installed
	@.venv/bin/bayes-trace report $(SET) --out report --format md,html $(addprefix --beside ,$(BESIDE))
	@.venv/bin/bayes-trace update $(SET)

test: .venv/installed-dev
	.venv/bin/python -m pytest $(PYTEST_ARGS) -m 'not deep'

test-deep: .venv/installed-dev
	SEARCH=deep TIMES=$(TIMES) .venv/bin/python -m pytest $(PYTEST_ARGS) -m 'deep or search'

test-lowest:
	tools/test_lowest $(PYTEST_ARGS) -m 'not deep'

fuzz: .venv/installed-dev
	SEARCH=fuzz .venv/bin/python -m pytest $(PYTEST_ARGS) tests/test_fuzz.py
	@if $(MAKE) -s .venv/installed-fuzz; then .venv/bin/python tools/fuzz_coverage --seconds $(FUZZ_SECONDS); \
	else echo 'atheris does not install here, so no search was led by the lines that are reached.'; fi

mutants: .venv/installed-dev .venv/installed-mutants
	OPENBLAS_NUM_THREADS=1 .venv/bin/python tools/mutants $(PARTS) --sample $(SAMPLE)

coverage: .venv/installed-dev
	.venv/bin/python -m pytest $(PYTEST_ARGS) --cov --cov-report=term

docs: .venv/installed-docs
	.venv/bin/python -m sphinx -E -a -q -W --keep-going -b html docs docs/_build/html
	@echo 'Wrote docs/_build/html/index.html'

page: web/node_modules/.package-lock.json
	cd web && npm run --silent types && npm run --silent build

page-check: web/node_modules/.package-lock.json
	cd web && npm run --silent types && node build.mjs out/page.html
	cmp web/out/page.html bayes_trace/explore/product/page.html

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --ignore-scripts
	@touch $@

schema: .venv/installed-dev
	.venv/bin/python -c 'from bayes_trace.files.schema import schema_text; print(schema_text(), end="")' > .schema.tmp
	mv .schema.tmp bayes_trace/files/schemas/evidence-set-1.json
	.venv/bin/python docs/_ext/file_format.py

# What the tests and the build take on Linux, macOS and Windows, each file by its hash.
hashes:
	printf 'hatchling\neditables\n' | uv pip compile -q --universal --python-version 3.12 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-strip-extras --custom-compile-command 'make hashes' --upgrade \
		--constraint constraints.txt --extra browser --extra dev --extra docs pyproject.toml - -o .github/requirements.txt

bench: .venv/installed-bench
	.venv/bin/python benchmarks/compared.py

sbc: .venv/installed-dev
	.venv/bin/python benchmarks/sampling_calibration.py 200 docs/_static/ranks.png

lint: .venv/installed-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .

types: .venv/installed-dev
	.venv/bin/mypy

contracts: .venv/installed-dev
	.venv/bin/lint-imports --no-logo

tour:
	@python3 tools/tour

clean:
	rm -rf docs/_build docs/_generated
	rm -rf .venv .venv-lowest mutants web/node_modules web/out report build dist .coverage .coverage.* htmlcov
	rm -rf .fuzz .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find analyses bayes_trace tests -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# Set-up. Stale: no Python answers in .venv, or the clone has moved.
ifneq ($(shell .venv/bin/python -c '' 2>/dev/null && cat .venv/clone),$(CURDIR))
built := stale
endif

.venv/installed: pyproject.toml constraints.txt $(built)
	@tools/install

.venv/installed-dev: pyproject.toml constraints.txt $(built)
	@tools/install dev

.venv/installed-browser: pyproject.toml constraints.txt $(built)
	@tools/install browser

.venv/installed-bench: pyproject.toml constraints.txt $(built)
	@tools/install bench

.venv/installed-fuzz: pyproject.toml constraints.txt $(built)
	@tools/install fuzz

.venv/installed-mutants: pyproject.toml constraints.txt $(built)
	@tools/install mutants

.venv/installed-docs: pyproject.toml constraints.txt $(built)
	@tools/install docs
