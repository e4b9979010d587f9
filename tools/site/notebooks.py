"""What a page of the site says beyond its notebook: how to run it, and the folded solutions.

The functions take and return notebooks as Python dictionaries, and know nothing of Sphinx.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from tools.site import colab

Notebook = dict[str, Any]

RUN_IT = """\
<p class="run-it no-print"><a href="{root}{lab}?reset&path={path}">Run in your browser</a>
<span>{what} Nothing to install; the first visit loads 45 MB.</span>{elsewhere}</p>

This page shows {still}. {kept} [The set-up]({root}README.md) puts the whole course, TensorFlow
included, on your own computer.
"""
ELSEWHERE = "\n<span>TensorFlow included, on a computer of theirs: {}.</span>"
LAB = "lab/lab/index.html"
WHAT = {
    "notebooks": "The lesson with its sliders, and code to change.",
    "notebooks/deeper": "The notebook, and code to change.",
    "notebooks/exercises": "Write your answers there, and have them checked.",
}
STILL = {
    "notebooks": "what one run of the lesson printed and drew",
    "notebooks/deeper": "what one run printed and drew",
    "notebooks/exercises": "the tasks, each with its solution folded below",
}
KEPT = (
    "What you write in the browser stays there, on this device; *File*, *Download* takes a "
    "notebook along. Deleting it in the list of files brings the original back; JupyterLab asks "
    "whether to delete it for good, and you can say yes."
)


def run_it(folder: str, name: str, repository: str, branch: str = "main") -> str:
    """Return the note under a notebook's opening: where to run it.

    Parameters
    ----------
    folder, name : str
        The notebook's place in the repository, and its name without its ending.
    repository : str
        The public address, for Colab and Binder; "" if there is none.
    branch : str, optional
    """
    path = f"{folder}/{name}.ipynb"
    places = {
        "Open in Colab": colab.link(repository, path),
        "Binder": binder(repository, path, branch),
    }
    links = [
        f'<a class="elsewhere" href="{link}">{text}</a>' for text, link in places.items() if link
    ]
    return RUN_IT.format(
        root="../" * (folder.count("/") + 1),
        lab=LAB,
        path=path,
        what=WHAT[folder],
        still=STILL[folder],
        kept=KEPT,
        elsewhere=ELSEWHERE.format(" · ".join(links)) if links else "",
    )


def binder(repository: str, path: str, branch: str) -> str:
    """Return where Binder opens a notebook; "" if the repository is not on GitHub."""
    owner = re.fullmatch(r"https://github\.com/([^/]+/[^/]+)", repository)
    place = f"{branch}?urlpath=lab/tree/{path}"
    return f"https://mybinder.org/v2/gh/{owner[1]}/{place}" if owner else ""


RUN_COURSE = f"""\
<p class="run-it no-print"><a href="../{LAB}?reset&path=notebooks/index.md">Run the course in your
browser</a> <span>All lessons and exercises, with nothing to install; the first visit loads
45 MB.</span></p>

{KEPT}
"""


def source(cell: Notebook) -> str:
    """Return a cell's text, which the format allows to be stored as a list of lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def solution_name(cell: Notebook) -> str | None:
    """Return the name of the task that this cell solves or leaves to solve; None for others."""
    nbgrader = cell.get("metadata", {}).get("nbgrader", {})
    return nbgrader.get("grade_id") if nbgrader.get("solution") else None


def clean_solution(code: str) -> str:
    """Return the code of a solution without nbgrader's marks."""
    return re.sub(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", "", code, flags=re.M).rstrip()


def markdown_cell(name: str, text: str) -> Notebook:
    """Return a new cell of prose."""
    return {"id": f"site-{name}", "cell_type": "markdown", "metadata": {}, "source": text}


def with_solutions(exercise: Notebook, solutions: Notebook) -> Notebook:
    """Return the exercise with each task's solution folded below the cell that asks for it.

    Parameters
    ----------
    exercise, solutions : dict
        The two notebooks of one lesson; nbgrader's `grade_id` says which cells belong together.

    Returns
    -------
    dict
        A new notebook.

    Raises
    ------
    ValueError
        If a task has no solution: the two files have drifted apart.
    """
    solved = {
        name: clean_solution(source(cell))
        for cell in solutions["cells"]
        if cell["cell_type"] == "code" and (name := solution_name(cell))
    }
    page = copy.deepcopy(exercise)
    page["cells"] = []
    for cell in exercise["cells"]:
        page["cells"].append(cell)
        if cell["cell_type"] != "code" or not (name := solution_name(cell)):
            continue
        if name not in solved:
            raise ValueError(f"no solution of {name!r}: run `make exercises`")
        page["cells"].append(
            markdown_cell(
                name,
                f'<details class="solution"><summary>Show the solution of <code>{name}</code>'
                f"</summary>\n\n```python\n{solved[name]}\n```\n\n</details>",
            )
        )
    return page


def with_note(notebook: Notebook, note: str) -> Notebook:
    """Return the notebook with a note under the prose of its first cell."""
    page = copy.deepcopy(notebook)
    page["cells"].insert(1, markdown_cell("note", note))
    return page
