"""Make notebooks/exercises/ from notebooks/solutions/, with nbgrader's own steps: `make exercises`.

Runs in .venv-teach, where nbgrader is. Its steps are those of `nbgrader generate_assignment`, in
that order, but for the ones that need a course's database or a running kernel; so a teacher who
releases a file of notebooks/solutions gets the very file that is in notebooks/exercises.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import nbformat
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.preprocessors import InstantiateTests, SaveCells

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LEFT_OUT = (SaveCells, InstantiateTests)


def generate(source: Path, target: Path) -> None:
    """Write the exercises that belong to the solutions in `source`."""
    notebook = nbformat.read(source, as_version=4)
    resources = {"unique_key": source.stem, "notebook": source.stem}
    for step in GenerateAssignment.preprocessors.default_args[0]:
        if step not in LEFT_OUT:
            notebook, resources = step().preprocess(notebook, resources)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the exercises from the solutions.")
    parser.add_argument("sources", nargs="*", type=Path, help="by default: all solutions")
    parser.add_argument("--to", type=Path, default=NOTEBOOKS / "exercises", help="folder")
    arguments = parser.parse_args()
    for source in arguments.sources or sorted(NOTEBOOKS.glob("solutions/*.ipynb")):
        generate(source, arguments.to / source.name)


if __name__ == "__main__":
    main()
