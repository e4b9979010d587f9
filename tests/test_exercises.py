"""The exercises that readers open: generated, up to date, harmless untouched, and gradable."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from helpers.checks import _lessons
from tools.set_up import set_up

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
LESSONS = list(_lessons.MODULES)
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?", re.DOTALL)
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL | re.MULTILINE)


def read(folder: str, lesson: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / folder / f"{lesson}.ipynb", nbformat.NO_CONVERT)


def grader(cell: nbformat.NotebookNode, key: str) -> Any:
    return cell.metadata.get("nbgrader", {}).get(key)


@pytest.mark.parametrize("lesson", LESSONS)
def test_exercises_are_up_to_date(lesson):
    """Without nbgrader: the same cells, less solutions, hidden tests and outputs."""
    solutions, exercises = read("solutions", lesson), read("exercises", lesson)
    stale = "run `make exercises`"
    assert [c.id for c in exercises.cells] == [c.id for c in solutions.cells], stale
    for cell, source in zip(exercises.cells, solutions.cells, strict=True):
        expected = HIDDEN.sub("", source.source).rstrip()
        expected = SOLUTION.sub(lambda m: re.sub("^", m[1], STUB, flags=re.M), expected)
        assert cell.source == expected, stale
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        for key in ("grade", "grade_id", "locked", "points", "solution"):
            assert grader(cell, key) == grader(source, key), stale


@pytest.mark.parametrize("lesson", LESSONS)
def test_links_lead_somewhere(lesson):
    for cell in read("exercises", lesson).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", cell.source):
                assert target.startswith("http") or (NOTEBOOKS / "exercises" / target).exists()


UNTOUCHED = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance()
for source in json.load(sys.stdin):
    with capture_output() as captured:
        result = shell.run_cell(source)
    error = repr(result.error_in_exec or result.error_before_exec)
    shown = "".join(output.data["text/plain"] for output in captured.outputs)
    print(json.dumps([error, shown, captured.stderr]))
"""


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_fails_in_untouched_exercises(lesson, tmp_path):
    cells = [cell for cell in read("exercises", lesson).cells if cell.cell_type == "code"]
    run = subprocess.run(
        [sys.executable, "-c", UNTOUCHED],
        input=json.dumps([cell.source for cell in cells]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=NOTEBOOKS / "exercises",
        # The run's own file may know tasks that a solutions notebook has solved before.
        env=os.environ | {"HELPERS_PROGRESS": str(tmp_path / "progress.json")},
        check=True,
    )
    results = [json.loads(line) for line in run.stdout.splitlines()]
    for cell, (error, shown, stderr) in zip(cells, results, strict=True):
        assert error == "None", cell.source
        assert stderr == "", cell.source
        if (grade_id := grader(cell, "grade_id") or "").startswith("check_"):
            assert f"{grade_id[6:]}: not attempted yet" in shown
    assert f"0 of {len(_lessons.tasks(lesson))} tasks solved" in results[-1][1]


# --- with nbgrader; tests/test_grading.py has the rest --------------------------------------------


@pytest.mark.slow
def test_exercises_are_what_nbgrader_makes(tmp_path):
    command = [str(set_up(".venv-teach")), "-m", "tools.exercises", "--to", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {p.name: p.read_bytes() for p in (NOTEBOOKS / "exercises").glob("*.ipynb")}
    assert made.keys() == committed.keys()
    stale = [name for name in made if made[name] != committed[name]]
    assert stale == [], "run `make exercises`"
