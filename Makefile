# `make` lists the targets. Each one sets up .venv by itself.
.DEFAULT_GOAL := help
.PHONY: help lab test claims test-browser site notebooks time exercises bench lint requirements

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PY := $(BIN)/python
STAMP := .venv/set-up.stamp
SITE_PY := $(BIN:.venv/%=.venv-site/%)/python
SITE_STAMP := .venv-site/set-up.stamp
TEACH_PY := $(BIN:.venv/%=.venv-teach/%)/python
TEACH_STAMP := .venv-teach/set-up.stamp
BROWSER_STAMP := .venv/browser.stamp

export PYTHON
# Without stored bytecode each kernel would compile TensorFlow anew: five seconds.
unexport PYTHONDONTWRITEBYTECODE

# In a container one is root, which JupyterLab refuses unless told.
ALLOW_ROOT := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile
	@echo 'ARGS="…" is passed on, as in: make lab ARGS="--no-browser --port 8899"'
	@echo 'PYTHON=/path/to/python3 names the Python (3.10 to 3.13) that .venv is made with'

lab: export JUPYTER_CONFIG_PATH = $(CURDIR)/tools/jupyter
lab: $(STAMP) ## open the lessons in JupyterLab
	@$(PY) -m jupyterlab $(ALLOW_ROOT) --LabApp.default_url=/lab/tree/notebooks/index.md $(ARGS)

# One thread for each worker's linear algebra: the workers already fill the cores.
test: export OMP_NUM_THREADS ?= 1
test: $(STAMP) ## run the unit tests and compare every notebook with its stored outputs
	@$(PY) -m pytest -n logical --dist loadfile --nbval --nbval-current-env \
		--nbval-sanitize-with tests/nbval_sanitize.cfg --nbval-cell-timeout 300 \
		--ignore notebooks/exercises tests notebooks $(ARGS)

claims: export OMP_NUM_THREADS ?= 1
claims: $(STAMP) ## test what the lessons claim over ten seeds and more, minutes long (ARGS="-k 03_": lesson 3)
	@$(PY) -m pytest -n logical --dist loadfile -m slow --durations 9 tests/claims $(ARGS)

test-browser: $(BROWSER_STAMP) ## open every lesson in a browser: controls, speed, accessibility (ARGS=--images: the README's)
	@$(PY) -m pytest tests/browser --durations 5 $(ARGS)

site: $(SITE_STAMP) ## build the web site from the stored outputs, in build/site
	@$(SITE_PY) -m tools.site $(ARGS)

notebooks: $(STAMP) ## run the notebooks (ARGS: some of them) and store their outputs
	@$(PY) -m tools.store_outputs $(ARGS)

time: $(STAMP) ## measure the reading time of every notebook (ARGS: of some of them)
	@$(PY) -m tools.reading_time $(ARGS)

exercises: $(TEACH_STAMP) ## make the exercises (ARGS: some of them) from notebooks/solutions
	@$(TEACH_PY) -m tools.exercises $(ARGS)

bench: $(STAMP) ## measure accuracy, parity and speed against other libraries
	@$(PY) -m benchmarks $(ARGS)

lint: $(STAMP) ## check style and format, notebooks included
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

requirements: $(STAMP) ## pin pyproject.toml's dependencies (ARGS=--upgrade: the newest) in requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.10 --extra test \
		--no-emit-index-url --no-header --quiet --output-file requirements.txt $(ARGS)

$(STAMP): pyproject.toml requirements.txt tools/set_up.sh
	@sh tools/set_up.sh $(BIN)
	@touch $@

$(BROWSER_STAMP): $(STAMP) requirements-browser.txt tests/browser/package-lock.json tools/set_up_browser.sh
	@sh tools/set_up_browser.sh $(BIN)
	@touch $@

# Sphinx and its company stay out of the reader's environment.
$(SITE_STAMP): requirements-site.txt | $(STAMP)
	@$(BIN)/uv venv --quiet --clear --python $(PY) .venv-site
	@$(BIN)/uv pip install --quiet --python $(SITE_PY) --requirements requirements-site.txt
	@touch $@

# nbgrader, too, has an environment of its own; the kernel that it runs notebooks in is the reader's.
$(TEACH_STAMP): requirements-teach.txt | $(STAMP)
	@$(BIN)/uv venv --quiet --clear --python $(PY) .venv-teach
	@$(BIN)/uv pip install --quiet --python $(TEACH_PY) --requirements requirements-teach.txt
	@$(PY) -m ipykernel install --prefix .venv-teach >/dev/null 2>&1
	@touch $@
