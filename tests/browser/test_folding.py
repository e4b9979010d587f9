"""An answer is stored folded; a click opens it, and so does running its cell."""

from __future__ import annotations

import nbformat
import pytest
from lab import ROOT

from tools.cells import PREDICTION, fold_answers
from tools.store_outputs import METADATA

ANSWER = "forty-two"
FIGURE = (
    "<img src='data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22/>' alt='A line.'>"
)


def stored() -> nbformat.NotebookNode:
    """A notebook with one prediction, as `make notebooks` stores it."""
    new = nbformat.v4
    answer = new.new_code_cell(
        f"print({ANSWER!r})", outputs=[new.new_output("stream", text=f"{ANSWER}\n")]
    )
    figure = new.new_code_cell(
        "from IPython.display import HTML\n\n" + f'HTML("{FIGURE}")',
        outputs=[new.new_output("display_data", {"text/html": FIGURE, "text/plain": "A line."})],
    )
    cells = [
        new.new_markdown_cell(f"# Folding\n\n{PREDICTION} What is the answer?"),
        answer,
        figure,
        new.new_markdown_cell("It is."),
        new.new_code_cell("print('open')", outputs=[new.new_output("stream", text="open\n")]),
    ]
    notebook = new.new_notebook(cells=cells, metadata=METADATA)
    fold_answers(notebook)
    return notebook


@pytest.fixture
def opened(open_notebook, artefacts):
    """The notebook, just opened: its three code cells' output areas, and how many are folded."""
    file = artefacts / "folding.ipynb"
    nbformat.write(stored(), file)
    notebook = open_notebook(file.relative_to(ROOT).as_posix())
    cells = notebook.page.locator(".jp-Notebook .jp-CodeCell")
    cells.nth(2).get_by_text("open", exact=True).wait_for()
    return notebook, cells


def visible(cells) -> list[bool]:
    """Say of each code cell whether its output can be seen."""
    return [cell.locator(".jp-OutputArea-output").first.is_visible() for cell in cells.all()]


def test_answers_are_folded_until_a_click_opens_them(opened):
    notebook, cells = opened
    assert visible(cells) == [False, False, True]
    assert ANSWER not in notebook.page.locator(".jp-Notebook .jp-OutputArea").all_inner_texts()
    for number, open_ in enumerate([[True, False, True], [True, True, True]]):
        cells.nth(number).locator(".jp-OutputPlaceholder").click()
        assert visible(cells) == open_
    assert cells.nth(0).locator(".jp-OutputArea").inner_text().strip() == ANSWER


def test_answers_open_when_their_cells_are_run(opened):
    notebook, cells = opened
    assert visible(cells) == [False, False, True]
    cells.nth(0).locator(".jp-InputArea-editor").click()
    notebook.page.keyboard.press("Shift+Enter")
    cells.nth(0).get_by_text(ANSWER, exact=True).wait_for()
    assert visible(cells) == [True, False, True]
    notebook.run_all()
    assert visible(cells) == [True, True, True]
