"""Build the site, check its links and print its cheat sheet; what is wrong ends the build."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
import tomllib
from pathlib import Path

from sphinx.cmd.build import main as sphinx_build

from tools.site import colab
from tools.site.browser import find_browser, print_to_pdf, served
from tools.site.lab.build import build as build_lab
from tools.site.lab.pyodide import NotProvenError
from tools.site.licences import UnknownLicenceError, add_licences
from tools.site.links import faults

ROOT = Path(__file__).resolve().parent.parent.parent
START = "notebooks/index.html"
REDIRECT = f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Training neural networks</title>
<meta http-equiv="refresh" content="0; url={START}">
</head>
<body><p>The course starts <a href="{START}">here</a>.</p></body>
</html>
"""


def published() -> str:
    """Return the repository's public address, as pyproject.toml names it, or ""."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "")


def build(output: Path, repository: str | None = None) -> int:
    """Build the site into `output` and return 0, or what Sphinx returns if it is not content.

    Parameters
    ----------
    output : Path
        An empty or missing folder, or one that this built.
    repository : str, optional
        The public address, in place of the one in pyproject.toml.

    Returns
    -------
    int
    """
    start = time.perf_counter()
    browser = find_browser()
    options = ["-D", "cheat_sheet_pdf=cheat_sheet.pdf"] if browser else []
    repository = (published() if repository is None else repository).rstrip("/")
    os.environ["COURSE_REPOSITORY"] = repository  # docs/conf.py reads it
    shutil.rmtree(output, ignore_errors=True)
    doctrees = output.parent / f"{output.name}-doctrees"
    build_html = ["-b", "html", "-W", "--keep-going", "-q", "-E", "-j", "auto"]
    places = ["-c", str(ROOT / "docs"), "-d", str(doctrees), str(ROOT), str(output)]
    status = sphinx_build([*build_html, *options, *places])
    if status:
        return status
    (output / "index.html").write_text(REDIRECT, encoding="utf-8")
    try:
        work = output.parent / f"{output.name}-lab"
        build_lab(output / "lab", work, os.environ.get("PYODIDE", ""))
    except (NotProvenError, RuntimeError) as error:
        print(f"The course in a browser cannot be built: {error}", file=sys.stderr)
        return 1
    if repository:
        colab.write(ROOT, output, repository)
    if browser:
        with served(output) as address:
            pdf = output / "docs" / "cheat_sheet.pdf"
            print_to_pdf(browser, f"{address}docs/cheat_sheet.html", pdf)
    else:
        print("No Chromium or Chrome was found: the cheat sheet is not printed to PDF.")
    try:
        add_licences(output)
    except UnknownLicenceError as error:
        print(error, file=sys.stderr)
        return 1
    wrong = list(faults(output))
    for fault in wrong:
        print(fault, file=sys.stderr)
    files = [path for path in output.rglob("*") if path.is_file()]
    print(
        f"{sum(path.suffix == '.html' for path in files)} pages, "
        f"{sum(path.stat().st_size for path in files) / 1e6:.0f} MB, "
        f"in {time.perf_counter() - start:.0f} s: {output / 'index.html'}"
    )
    return len(wrong) > 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make site", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site")
    parser.add_argument("--repository", help="the public address, as in pyproject.toml")
    arguments = parser.parse_args()
    sys.exit(build(arguments.output.resolve(), arguments.repository))
