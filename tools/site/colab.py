"""The notebooks as Google Colab opens them: with a first cell that fetches the course.

Colab reads notebooks from GitHub, so the built site has to lie there, in the branch PAGES.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

PAGES = "gh-pages"
COURSE = "/content/course"
FIRST = """\
# For Colab: fetch the course, and what its sliders need.
import os
import sys

if not os.path.isdir("{course}"):
    !git clone --quiet --depth 1 {address} {course}
    %pip install --quiet "anywidget>=0.9.18"
sys.path.insert(0, "{course}")
%cd -q {course}/{folder}
try:
    from google.colab import output

    output.enable_custom_widget_manager()
except ImportError:
    pass"""


def link(address: str, path: str) -> str:
    """Return where Colab opens a notebook of the built site; "" if the site is not on GitHub."""
    owner = re.fullmatch(r"https://github\.com/([^/]+/[^/]+)", address)
    colab = "https://colab.research.google.com/github"
    return f"{colab}/{owner[1]}/blob/{PAGES}/colab/{path}" if owner else ""


def for_colab(
    notebook: dict[str, Any], address: str, folder: str, course: str = COURSE
) -> dict[str, Any]:
    """Return the notebook with a first cell that fetches the course from `address`."""
    source = FIRST.format(address=address, folder=folder, course=course)
    first = {
        "id": "colab",
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    page = copy.deepcopy(notebook)
    page["cells"].insert(0, first)
    return page


def write(root: Path, output: Path, address: str) -> None:
    """Write the notebooks of all lessons and exercises into the folder `colab` of the site."""
    for folder in ("notebooks", "notebooks/deeper", "notebooks/exercises"):
        (output / "colab" / folder).mkdir(parents=True)
        for path in sorted(root.glob(f"{folder}/[0-9]*.ipynb")):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            text = json.dumps(for_colab(notebook, address, folder), indent=1)
            (output / "colab" / folder / path.name).write_text(text + "\n", encoding="utf-8")
