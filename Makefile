# For those who like make: `make WORD ARGS="OPTIONS"` is `python start.py WORD OPTIONS`.
.DEFAULT_GOAL := help
WORDS := lab test claims test-browser site notebooks time exercises grade bench lint requirements newest lowest help
.PHONY: $(WORDS)

export PYTHON

# Any Python from 3.8 on can run start.py, and uv alone can, too.
$(WORDS):
	@for python in "$$PYTHON" python3 python; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 && \
			exec "$$python" start.py $@ $(ARGS); \
	done; \
	command -v uv >/dev/null && exec uv run --no-project start.py $@ $(ARGS); \
	echo 'set-up: neither Python 3.8 or later nor uv was found; install one of them (python.org, docs.astral.sh/uv) and run the same command again.' >&2; exit 1
