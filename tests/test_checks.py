"""The exercises' checks: right answers pass, each mistake gets its own diagnosis, nothing raises.

Generic: whatever lesson has exercises is held to it. `-k softmax` runs those of one module.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import numpy as np
import pytest

from helpers.checks import _lessons
from helpers.checks._attempt import attempt
from helpers.checks._judge import judge, known, mistaken
from helpers.checks._mistakes import whole_mistake
from helpers.checks._run import Run
from helpers.checks._task import as_it_is
from helpers.checks._values import agree

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LESSONS = list(_lessons.MODULES)
MARKERS = {"### BEGIN SOLUTION", "### END SOLUTION"}


def module(lesson: str) -> ModuleType:
    return importlib.import_module(f"helpers.checks.{_lessons.MODULES[lesson]}")


def answers(lesson: str) -> ModuleType:
    return importlib.import_module(f"tests.answers.{_lessons.MODULES[lesson]}")


def all_tasks() -> list:
    """One parameter for each task; a module that cannot be imported fails in its own test."""
    found = []
    for lesson in LESSONS:
        try:
            tasks = module(lesson).TASKS
        except Exception:
            continue
        found += [
            pytest.param(lesson, task, id=f"{_lessons.MODULES[lesson]}-{task.name}")
            for task in tasks
        ]
    return found


every_task = pytest.mark.parametrize(("lesson", "task"), all_tasks())
every_lesson = pytest.mark.parametrize(
    "lesson", [pytest.param(lesson, id=_lessons.MODULES[lesson]) for lesson in LESSONS]
)


def solutions(lesson: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / "solutions" / f"{lesson}.ipynb", nbformat.NO_CONVERT)


def by_grade_id(notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = [cell.metadata.nbgrader.grade_id for cell in graded]
    assert len(set(ids)) == len(ids), "a grade_id twice"
    return dict(zip(ids, graded, strict=True))


# --- every lesson ---------------------------------------------------------------------------------


@every_lesson
def test_module(lesson):
    assert lesson == module(lesson).LESSON
    assert 3 <= len(module(lesson).TASKS) <= 6
    assert set(answers(lesson).RIGHT) == {task.name for task in module(lesson).TASKS}
    for tasks in answers(lesson).ROWS.values():
        assert set(tasks) <= set(answers(lesson).RIGHT)


def test_task_names_are_unique():
    names = [parameter.values[1].name for parameter in all_tasks()]
    assert len(set(names)) == len(names)


def test_every_row_of_the_syllabus_has_an_exercise():
    covered = {row for lesson in LESSONS for row, tasks in answers(lesson).ROWS.items() if tasks}
    assert covered == set(range(1, 23)) - {19}  # row 19 is a measurement, which lesson 6 makes


def test_finding_a_task_imports_no_tensorflow():
    code = "import sys; from helpers.checks._lessons import catalogue; catalogue(); "
    code += "print(sorted({'tensorflow', 'keras', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@every_lesson
def test_notebook_has_the_cells_that_nbgrader_needs(lesson):
    notebook = solutions(lesson)
    graded = by_grade_id(notebook)
    order = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    for task in module(lesson).TASKS:
        answer, check = graded[task.name], graded[f"check_{task.name}"]
        assert order.index(task.name) + 1 == order.index(f"check_{task.name}")
        flags = {key: answer.metadata.nbgrader[key] for key in ("grade", "solution", "locked")}
        assert flags == {"grade": False, "solution": True, "locked": False}
        flags = {key: check.metadata.nbgrader[key] for key in ("grade", "solution", "locked")}
        assert flags == {"grade": True, "solution": False, "locked": True}
        assert check.metadata.nbgrader.points == 1
        assert check.source == (
            # Imported anew: a reader's own variable may be called so.
            "### BEGIN HIDDEN TESTS\nfrom helpers.checks import check, solved\n\n"
            "### END HIDDEN TESTS\n"
            f'check("{task.name}", {task.name})\n### BEGIN HIDDEN TESTS\n'
            f'assert solved("{task.name}")\n### END HIDDEN TESTS'
        )
        lines = [line.strip() for line in answer.source.splitlines()]
        assert [line for line in lines if line in MARKERS] == sorted(MARKERS)
        assert lines[-1] == "### END SOLUTION"
        assert '"""' in answer.source.partition("### BEGIN SOLUTION")[0]
    for cell in notebook.cells:
        if cell.id.startswith("imports"):  # so that autograding restores it
            assert cell.metadata.nbgrader.locked
    assert all(cell.metadata.nbgrader.schema_version == 3 for cell in graded.values())
    points = [c.metadata.nbgrader.get("points", 0) for c in graded.values()]
    assert sum(points) == len(module(lesson).TASKS)
    assert notebook.cells[-1].cell_type == "markdown"
    assert f'progress("{lesson}")' in [cell.source for cell in notebook.cells]


# --- every task -----------------------------------------------------------------------------------


@every_task
def test_task_is_complete(lesson, task):
    assert task.name.isidentifier()
    assert len(task.mistakes) >= 6
    assert 2 <= len(task.hints) <= 3
    assert task.reasoning
    assert task.tested
    for section in {task.section, *(m.section for m in task.mistakes if m.section)}:
        assert _lessons.heading(lesson, section), f"lesson {lesson} has no section {section}"
    texts = [*task.hints, task.reasoning, task.tested, *(m.diagnosis for m in task.mistakes)]
    assert all(text.strip() == text and text.endswith((".", "?", "!", ".)")) for text in texts)
    diagnoses = [mistake.diagnosis for mistake in task.mistakes]
    assert len(set(diagnoses)) == len(diagnoses)


@every_task
def test_links_lead_to_the_cell_with_the_heading(lesson, task):
    for section in {task.section, *(m.section for m in task.mistakes if m.section)}:
        path, cell_id = _lessons.address(lesson, section).split("#cell-id=")
        notebook = nbformat.read(NOTEBOOKS / "exercises" / path, as_version=4)
        (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
        assert f"## {_lessons.heading(lesson, section)}\n" in cell.source


@every_task
def test_reference_is_right(lesson, task):
    verdict = judge(task, task.reference)
    assert verdict.state == "solved", verdict


@every_task
def test_differently_written_answers_are_right(lesson, task):
    right = answers(lesson).RIGHT[task.name]
    assert len(right) >= 3
    for number, answer in enumerate(right):
        verdict = judge(task, answer)
        assert verdict.state == "solved", (number, verdict)


@every_task
def test_solution_in_the_notebook_is_right(lesson, task):
    """With nothing but the imports: no task needs another one's function."""
    notebook = solutions(lesson)
    namespace: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.id.startswith("imports"):
            exec(cell.source, namespace)
    exec(by_grade_id(notebook)[task.name].source, namespace)
    verdict = judge(task, namespace[task.name])
    assert verdict.state == "solved", verdict


@every_task
def test_mistake_gets_its_own_diagnosis(lesson, task):
    for number, mistake in enumerate(task.mistakes):
        verdict = judge(task, mistake.answer)
        assert verdict.state == "wrong", (number, mistake.diagnosis)
        assert verdict.diagnosis == mistake.diagnosis, number
        assert verdict.reason == "mistake"
        assert verdict.section == (mistake.section or task.section)
        labels = [label for label, _ in verdict.example if label != "input"]
        assert labels[:2] == (["expected", "got"] if task.show_expected else ["got"])


@every_task
def test_mistakes_differ_from_each_other(lesson, task):
    tolerances = known(task).tolerances
    for (i, one), (j, other) in itertools.combinations(enumerate(mistaken(task)), 2):
        same = [agree(a, b, *t) for a, b, t in zip(one, other, tolerances, strict=True)]
        assert not all(same), f"mistakes {i} and {j} cannot be told apart"


@every_task
def test_a_part_that_a_mistake_calls_right_is_right(lesson, task):
    for mistake, outcomes in zip(task.mistakes, mistaken(task), strict=True):
        praised = [
            number
            for number, name in enumerate(task.returns)
            if re.search(rf"^(Your |The )?{re.escape(name)} (is|are) right\b", mistake.diagnosis)
        ]
        for got, expected, tolerances in zip(
            outcomes, known(task).expected, known(task).tolerances, strict=True
        ):
            for number in praised if isinstance(got, tuple) else ():
                assert agree(got[number], expected[number], *tolerances), mistake.diagnosis


# What is true of every answer with these results, or asks for the cause.
FACT = re.compile(r"\?|\b(same|every|all|always|usual|nobody)\b")


def filled(value: Any, number: float) -> Any:
    """Return a result of the same form as `value`, which holds nothing but `number`."""
    if isinstance(value, tuple):
        return tuple(filled(part, number) for part in value)
    return np.full(value.shape, number) if value.dtype.kind in "biuf" else value


@every_task
@pytest.mark.parametrize("number", [0.0, 1.0, np.nan, np.inf])
def test_what_hardly_depends_on_the_input_is_taken_for_no_misconception(lesson, task, number):
    """Too many answers are 0 throughout for one cause to be known."""
    expected = known(task).expected
    if task.observe is not as_it_is or not all(
        isinstance(e, (np.ndarray, tuple)) for e in expected
    ):
        pytest.skip("the result is looked at, not compared")
    nothing = [""] * len(expected)
    outcomes = Run([filled(e, number) for e in expected], printed=nothing, changed=nothing)
    tried = attempt(task, task.reference, outcomes)
    diagnosis = whole_mistake(tried) if tried.failing else None
    assert diagnosis is None or FACT.search(diagnosis.words), diagnosis


@every_task
def test_friendly_answers_to_what_is_no_attempt_at_all(lesson, task):
    count = len(known(task).probes[0])
    names = ", ".join(f"a{n}" for n in range(count))

    def function(body: str) -> Any:
        namespace: dict[str, Any] = {}
        exec(f"def answer({names}):\n    {body}", namespace)
        return namespace["answer"]

    assert judge(task, function('"""Doc."""')).state == "open"
    assert judge(task, function("...")).state == "open"
    assert judge(task, function("raise NotImplementedError()")).state == "open"
    assert judge(task, 3).reason == "not callable"
    assert judge(task, function("return object()")).state == "wrong"
    assert "nothing" in judge(task, function("x = 1")).diagnosis
    assert "prints" in judge(task, function("print(1)")).diagnosis
    raised = judge(task, function("raise RuntimeError('oh')"))
    assert raised.reason == "raised"
    assert "RuntimeError: oh, at line 2" in raised.diagnosis
