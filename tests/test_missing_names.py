"""After a restart: what a NameError says to a reader who began in the middle of a notebook."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config.loader import PyFileConfigLoader

from helpers import _missing_names
from helpers.checks import _lessons
from tools import set_up

EXERCISES = Path(__file__).resolve().parent.parent / "notebooks" / "exercises"
ANSI = re.compile(r"\x1b\[[\d;]*m")


def errors(sources: list[str], notebook: Path | str, monkeypatch) -> list[str]:
    """Run cells in a fresh kernel that is told its notebook; return how each error ends."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    first = f"%load_ext {_missing_names.__name__}"
    cells = [new_code_cell(source) for source in (first, *sources)]
    ran = NotebookClient(
        new_notebook(cells=cells), allow_errors=True, kernel_name="python3", timeout=60
    ).execute()
    outputs = [[o for o in cell.outputs if o.output_type == "error"] for cell in ran.cells[1:]]
    return [ANSI.sub("", o[0].traceback[-1]).strip().split("\n")[-1] if o else "" for o in outputs]


def test_a_missing_name_says_which_cell_to_run(monkeypatch):
    notebook = EXERCISES / "03_softmax.ipynb"
    source = {cell.id: cell.source for cell in nbformat.read(notebook, as_version=4).cells}
    said = errors(
        [
            source["nearest-mean-probabilities"],
            source["check-softmax"],
            "train.X",
            "nowhere",
            "try:\n    np\nexcept NameError:\n    print('caught')",
            source["pictures"].replace("digits()", "train"),
            source["imports"] + "\nnp.e",
        ],
        notebook,
        monkeypatch,
    )
    first = "comes from the notebook's first code cell: run that cell first, then this one again."
    assert said[0] == f"`np` {first}"
    assert said[1] == f"`check` {first}"
    assert said[2].startswith("`train` comes from the cell `train, test = digits().train")
    assert said[3] == "NameError: name 'nowhere' is not defined"
    assert said[4] == ""
    assert said[5].startswith("`train` comes from the cell")
    assert said[6] == ""


@pytest.mark.parametrize("place", ["", "no such file", __file__])
def test_without_a_notebook_the_error_is_pythons(place, monkeypatch):
    assert errors(["np"], place, monkeypatch) == ["NameError: name 'np' is not defined"]


def test_a_cell_is_not_told_to_run_itself_first(monkeypatch, tmp_path):
    notebook = new_notebook(cells=[new_code_cell("total = total + 1")])
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    said = errors(["total = total + 1", "total"], tmp_path / "mine.ipynb", monkeypatch)
    assert said[0] == "NameError: name 'total' is not defined"
    assert said[1].startswith("`total` comes from the notebook's first code cell")


def test_what_a_cell_defines():
    source = "import a.b, c as d\nfrom e import f\nx, (y, *z) = 1, (2, 3)\n"
    source += "def g(h):\n    i = h\nclass J:\n    k = 1\nfor m in x: n = m\nprint(o)"
    assert _missing_names._defines(source) == set("adfxyzgJmn")
    assert _missing_names._defines("%matplotlib inline") == set()


@pytest.mark.parametrize("lesson", _lessons.MODULES)
def test_the_first_code_cell_of_an_exercise_brings_numpy_and_check(lesson):
    notebook = nbformat.read(EXERCISES / f"{lesson}.ipynb", as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert {"np", "check"} <= _missing_names._defines(first.source)
    assert "First run the cell below" in notebook.cells[0].source


def test_every_kernel_of_the_environment_loads_it(tmp_path, monkeypatch):
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    set_up._finish(".venv")
    place = tmp_path / ".venv" / "etc" / "ipython"  # where IPython looks, below sys.prefix
    config = PyFileConfigLoader("ipython_kernel_config.py", str(place)).load_config()
    assert config.InteractiveShellApp.extra_extensions == [_missing_names.__name__]
