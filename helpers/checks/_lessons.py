"""Finds tasks, lessons and their notebooks by name."""

from __future__ import annotations

import functools
import importlib
import json
import re
from pathlib import Path

from helpers.checks._task import Task


def course() -> Path:
    """Return the course's folder: the package's, or one above where an installed one is used."""
    here = Path(__file__).resolve().parents[2]
    places = (here, Path.cwd(), *Path.cwd().parents)
    return next((place for place in places if (place / "notebooks" / "solutions").is_dir()), here)


NOTEBOOKS = course() / "notebooks"

# Lesson → the module with its tasks, which carries the name of the lesson's helper.
MODULES = {
    "01_activations": "activations",
    "02_choosing_activations": "outputs",
    "03_softmax": "softmax",
    "04_softmax_cost": "losses",
    "05_numerical_stability": "stability",
    "06_training_steps": "network",
    "07_multi_label": "multilabel",
    "08_adam": "optimizers",
    "09_handwritten_digits": "digits",
}


def tasks(lesson: str) -> tuple[Task, ...]:
    """Return the tasks of a lesson."""
    return importlib.import_module(f"helpers.checks.{MODULES[lesson]}").TASKS


@functools.cache
def catalogue() -> dict[str, tuple[str, Task]]:
    """Return lesson and task for each task's name. Imports no TensorFlow."""
    return {task.name: (lesson, task) for lesson in MODULES for task in tasks(lesson)}


def heading(lesson: str, section: str) -> str:
    """Return the heading of a lesson's section, "3.4 Two classes"; "" if there is none."""
    return _section(lesson, section)[0]


def address(lesson: str, section: str) -> str:
    """Return the address of a lesson's section, as seen from the folder of the exercises."""
    cell = _section(lesson, section)[1]
    # By its heading's text JupyterLab finds a place only in a notebook that is already drawn.
    return f"../{lesson}.ipynb" + (f"#cell-id={cell}" if cell else "")


def _section(lesson: str, section: str) -> tuple[str, str]:
    """Return heading and cell id of a lesson's section; twice "" if there is none."""
    try:
        notebook = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "", ""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            found = re.search(
                rf"^##+ ({re.escape(section)}\s.*)$", "".join(cell["source"]), re.MULTILINE
            )
            if found:
                return found[1].strip(), cell.get("id", "")
    return "", ""


def solution_source(lesson: str, name: str) -> str:
    """Return the code of a task's solution, from the notebook of solutions; "" if it is missing."""
    try:
        path = NOTEBOOKS / "solutions" / f"{lesson}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
            lines = "".join(cell["source"]).splitlines()
            return "\n".join(line for line in lines if not line.strip().startswith("### "))
    return ""
