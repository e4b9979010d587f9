"""The measure of reading time, counted by hand on small notebooks."""

from __future__ import annotations

import nbformat
import pytest

from tools.reading_time import count, main, minutes, stated_minutes

new = nbformat.v4


def shown(text: str, html: str) -> nbformat.NotebookNode:
    return new.new_output("display_data", {"text/plain": text, "text/html": html})


def prose(text: str) -> nbformat.NotebookNode:
    return new.new_notebook(cells=[new.new_markdown_cell(text)])


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("# One heading\n\nand five words, no more.", {"word": 7}),
        ("A formula $a + b = c$ holds none.", {"word": 4}),
        ("Before\n\n$$a = b$$\n\nbetween\n\n$$\nc = d\n$$\n\nafter", {"word": 3, "formula": 2}),
        ("| a | b |\n|---|:-:|\n| 1 | two |", {"word": 4}),
        ("Read\n\n<details><summary>A</summary>\n\nFolded $$x$$ away.\n\n</details>", {"word": 1}),
        ("[two words](https://example.org/a/b) and <kbd>Shift</kbd>", {"word": 4}),
        ("Type\n\n```python\nx = 1\n\ny = 2\n```\n", {"word": 1, "code": 2}),
        ("Text.\n\n> **Predict.** Is it so?", {"word": 5, "prediction": 1}),
        ("![a drawing](x.png)", {"word": 2, "figure": 1}),
        ("Call `np.exp(z)` — once.", {"word": 3}),
    ],
)  # fmt: skip
def test_prose(text, counts):
    assert +count(prose(text)) == counts


def test_code_figures_and_explorers():
    image = '<img src="x"><img src="y">'
    cell = new.new_code_cell(
        "import numpy as np\n\nfigure()  # drawn\n",
        outputs=[
            shown("Picture: A line.", image),
            shown("Explorer: A line.", image),
            shown("DrawingPad: A pad.", image),
            shown("table", "<table></table>"),
            new.new_output("stream", text="<img"),
        ],
    )
    counts = count(new.new_notebook(cells=[cell]))
    assert +counts == {"code": 2, "figure": 1, "explorer": 2}


def test_a_task_counts_as_writing_and_neither_solution_nor_hidden_tests_are_read():
    task = new.new_code_cell(
        "def double(z):\n    ### BEGIN SOLUTION\n    return 2 * z\n    ### END SOLUTION",
        metadata={"nbgrader": {"solution": True}},
    )
    hidden = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
    source = "\n".join([hidden.format("import x"), "check(double)", hidden.format("assert x")])
    check = new.new_code_cell(source, metadata={"nbgrader": {"solution": False}})
    assert +count(new.new_notebook(cells=[task, check])) == {"code": 2, "task": 1}


def test_minutes_are_the_issue_s_measure_rounded_up_to_five(capsys, tmp_path):
    """160 words, 30 lines, 2 predictions, 4 formulas, 3 figures and an explorer: 9 minutes."""
    text = "word " * 156 + 2 * "\n\n> **Predict.** It?" + 4 * "\n\n$$a$$"
    outputs = 3 * [shown("Picture: A.", "<img>")] + [shown("Explorer: B.", "<img>")]
    cells = [new.new_markdown_cell(text), new.new_code_cell("x\n" * 30, outputs=outputs)]
    notebook = new.new_notebook(cells=cells)
    assert minutes(notebook) == pytest.approx(1 + 4 + 1 + 1 + 1 + 1)
    assert stated_minutes(notebook) == 10
    notebook.cells[0].source += " word" * 160
    assert stated_minutes(notebook) == 10
    notebook.cells[0].source += " word"
    assert stated_minutes(notebook) == 15

    file = tmp_path / "01_lesson.ipynb"
    nbformat.write(notebook, file)
    main([str(file)])
    heads, row = capsys.readouterr().out.splitlines()
    assert heads.split() == [
        "minutes", "word", "code", "prediction", "formula", "figure", "explorer", "task",
    ]  # fmt: skip
    name = f"{tmp_path.name}/01_lesson.ipynb"
    assert row.split() == ["10.0", name, "321", "30", "2", "4", "3", "1", "0"]
