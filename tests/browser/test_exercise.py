"""An exercise: a wrong answer is understood, a right one is praised, and progress is kept."""

from __future__ import annotations

import re

import pytest
from checks import check_accessibility, check_console, check_outputs
from playwright.sync_api import expect

WRONG = "return 1 / (1 + np.exp(z))"
RIGHT = "return 1 / (1 + np.exp(-z))"
RAN = re.compile(r"\[\d+\]")


class Exercise:
    """The cells of one task of an exercise notebook."""

    def __init__(self, notebook, task: str) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.imports = self.cell("import numpy")
        self.function = self.cell(f"def {task}(")
        self.check = self.cell(f'check("{task}"')
        self.progress = self.cell("progress(").last

    def cell(self, text: str):
        return self.page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=text)

    def write(self, line: str) -> None:
        """Replace the function's last line as a reader does, with the keyboard."""
        self.function.locator(".cm-content").click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.press("Home")
        self.page.keyboard.press("Shift+End")
        self.page.keyboard.type(line)
        self.run(self.function)

    def run(self, cell) -> None:
        """Press Ctrl+Enter in the cell and wait until it is done."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(RAN, timeout=30_000)

    def answer(self, cell) -> str:
        """Run the cell and return the text of its output."""
        self.run(cell)
        return cell.locator(".jp-OutputArea-output").inner_text()


@pytest.fixture(scope="module")
def exercise(open_notebook, server):
    return Exercise(open_notebook("notebooks/exercises/01_activations.ipynb"), "sigmoid")


def test_wrong_answer_then_right_one(exercise, artefacts, images):
    exercise.run(exercise.imports)
    exercise.run(exercise.function)
    assert "not attempted yet" in exercise.answer(exercise.check)
    assert state(exercise) == "open"

    exercise.write(WRONG)
    diagnosis = exercise.answer(exercise.check)
    assert "not yet right" in diagnosis
    assert "Your curve falls from 1 to 0 instead of rising from 0 to 1" in diagnosis
    assert state(exercise) == "attempted"
    images.take("exercise", exercise.page, exercise.function, exercise.check)

    exercise.write(RIGHT)
    praise = exercise.answer(exercise.check)
    assert "solved" in praise
    assert "not yet right" not in praise
    assert state(exercise) == "solved"

    exercise.notebook.pictures(artefacts, "exercise")
    notebook = exercise.notebook
    found = [*check_outputs(notebook), *check_accessibility(notebook), *check_console(notebook)]
    assert found == []


def state(exercise: Exercise) -> str:
    """Run the progress cell, and return what its table says of the task."""
    exercise.run(exercise.progress)
    row = exercise.progress.locator("tr").filter(has_text="sigmoid")
    return row.locator("td").last.inner_text().split()[-1]
