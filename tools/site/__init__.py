"""The course as a web site: `python -m tools.site`, which `make site` runs in `.venv-site`."""
