"""How `make notebooks` marks the kinds of cell, and how a notebook is held to the marks."""

from __future__ import annotations

import ast

import nbformat
import pytest

from tools.cells import (
    FOLDED,
    PREDICTION,
    TENSORFLOW,
    answering_cells,
    fold_answers,
    has_tag,
    names,
    tag_tensorflow,
    wrongly_tagged,
)
from tools.store_outputs import store

new = nbformat.v4
PRINTED = [new.new_output("stream", text="1")]


def notebook(*cells: str) -> nbformat.NotebookNode:
    """Text begins with #, code without an output with a blank; `tf:` stands for the tag."""
    made = []
    for cell in cells:
        source = cell.removeprefix("tf:")
        if source.startswith("#"):
            made.append(new.new_markdown_cell(source))
        else:
            outputs = [] if source.startswith(" ") else PRINTED
            made.append(new.new_code_cell(source.strip(), outputs=outputs))
        if source != cell:
            made[-1].metadata.tags = [TENSORFLOW]
    return new.new_notebook(cells=made)


@pytest.mark.parametrize(
    ("cells", "folded"),
    [
        (["# Text", "a", "# Text"], []),
        (["# P", "a", "# Text", "b"], ["a"]),
        (["# P", "a", "b", "# Text", "c"], ["a", "b"]),
        (["# P", " f", "a", "# Text"], ["a"]),
        (["# P", "# More text", "a", "# Text", "b"], ["a"]),
        (["# P", "a", "# P", "b", "# Text", "c"], ["a", "b"]),
        (["a", "# P"], []),
    ],
)
def test_a_prediction_is_answered_by_the_code_up_to_the_next_text(cells, folded):
    asked = notebook(*(cell.replace("# P", f"# T\n\n{PREDICTION} Why?") for cell in cells))
    assert [cell.source for cell in answering_cells(asked)] == folded
    fold_answers(asked)
    for cell in asked.cells:
        hidden = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
        assert has_tag(cell, FOLDED) == hidden == (cell.source in folded)
    nbformat.validate(asked)
    again = [dict(cell.metadata) for cell in asked.cells]
    fold_answers(asked)
    assert [dict(cell.metadata) for cell in asked.cells] == again


def test_folding_follows_the_tag_and_leaves_other_metadata_alone():
    asked = notebook("a", "b", "c")
    a, b, c = asked.cells
    a.metadata = nbformat.from_dict({"tags": ["x", FOLDED]})
    b.metadata = nbformat.from_dict({"jupyter": {"outputs_hidden": True, "source_hidden": True}})
    c.metadata = nbformat.from_dict({"jupyter": {"outputs_hidden": True}})
    fold_answers(asked)
    assert a.metadata == {"tags": ["x", FOLDED], "jupyter": {"outputs_hidden": True}}
    assert b.metadata == {"jupyter": {"source_hidden": True}}
    assert c.metadata == {}


@pytest.mark.parametrize(
    ("statement", "used", "defined"),
    [
        ("a = b + c", "b c", "a"),
        ("a += b", "a b", "a"),
        ("a[i] = b.c", "a b i", ""),
        ("a = [x * k for x in b]", "b k", "a"),
        ("a = {k: {y for y in v} for k, v in b}", "b", "a"),
        ("import a.b as c, d.e", "", "c d"),
        ("from a import b", "", "b"),
        ("for i in b:\n    c = i + d", "b d", "c i"),
        ("def f(x, y=d):\n    z = x + e\n    return f(z)", "d e", "f"),
        ("class A(B):\n    c = d\n    def m(self):\n        return e", "B d e", "A"),
        ("f = lambda x: x + y", "y", "f"),
        ("with a as b:\n    print(b)", "a print", "b"),
        ("if (n := len(a)) > 1:\n    b = n", "a len", "b n"),
    ],
)
def test_names(statement, used, defined):
    (parsed,) = ast.parse(statement).body
    assert names(parsed) == (set(used.split()), set(defined.split()))


API = "from helpers.comparison import keras, to_keras"


@pytest.mark.parametrize(
    ("cells", "tagged"),
    [
        (["import numpy as np", "np.exp(1)"], []),
        ([API, "model = to_keras(ours)", "model.predict(X)"], [0, 1]),
        (["import tensorflow as tf", "def f():\n    return tf.zeros(1)", "f()"], [0, 1]),
        (["from keras import layers", "x = 1", "layers.Dense(x)"], [0, 2]),
        (["from helpers.comparison import compare, keras", "compare(rows)"], [0]),
        (["from helpers import comparison", "comparison.keras()"], [0, 1]),
        (["import helpers.comparison"], [0]),
        (["def f():\n    import keras"], [0]),
        ([API, "keras = 3", "keras + 1"], [0]),
    ],
)
def test_cells_that_import_tensorflow_or_use_what_they_imported_are_tagged(cells, tagged):
    marked = notebook(*cells)
    tag_tensorflow(marked)
    assert [i for i, cell in enumerate(marked.cells) if has_tag(cell, TENSORFLOW)] == tagged


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["x = 1", f"tf:{API}", "tf:y = keras()", "x + 1"], ""),
        (["from helpers.comparison import compare", "compare(rows)"], ""),
        ([f"tf:{API}", "tf:y = keras()", "y = 2", "y + 1"], ""),
        ([API], "imports TensorFlow and is not tagged"),
        ([f"tf:{API}", "tf:x = keras()", "x + 1"], "uses x, last defined in a cell with it: 'x"),
        (["x = 1", f"tf:{API}", "tf:x = keras()", "x + 1"], "uses x, last defined"),
        ([f"tf:{API}", "tf:x = keras()", "def f():\n    return x"], "uses x, last defined"),
        ([f"tf:{API}", "tf:x = keras()", "x += 1"], "uses x, last defined"),
        (["tf:x = 1"], "is tagged 'tensorflow' and does not need it: 'x = 1'"),
    ],
)
def test_what_is_wrong_with_the_tags_is_said(cells, said):
    found = list(wrongly_tagged(notebook(*cells)))
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_storing_outputs_marks_the_cells(tmp_path):
    cells = notebook(f"# Title\n\n{PREDICTION} What?", "print(1)", "# It is 1.", "import keras")
    cells.cells[3].source = "def f():\n    import keras"
    file = tmp_path / "lesson.ipynb"
    nbformat.write(cells, file)
    store(file)
    _, answer, _, function = nbformat.read(file, nbformat.NO_CONVERT).cells
    assert answer.metadata == {"tags": [FOLDED], "jupyter": {"outputs_hidden": True}}
    assert answer.outputs[0].text == "1\n"
    assert function.metadata == {"tags": [TENSORFLOW]}
