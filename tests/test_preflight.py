"""What students hand in becomes gradable, whatever they did to it, and keeps all they wrote."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import hypothesis.strategies as st
import nbformat
import pytest
from hypothesis import given, settings
from nbformat.v4 import new_code_cell

from classroom.preflight import read_class, repaired
from helpers.checks import _lessons
from helpers.checks._run import PATIENCE
from tests.test_grading import FILE, GUIDE, LESSON, TASKS, grade_id, read, save, solved

ROOT = Path(__file__).resolve().parent.parent
RELEASED = read("exercises")
NAMES = [grade_id(cell) for cell in RELEASED.cells if grade_id(cell)]
TEXTS = [grade_id(cell) for cell in RELEASED.cells if cell.cell_type == "markdown"]
SHARED = [name for name in NAMES if name not in TASKS]  # the course's own cells


@pytest.mark.parametrize("lesson", _lessons.MODULES)
def test_an_untouched_exercise_needs_nothing(lesson):
    released = nbformat.read(ROOT / "notebooks" / "exercises" / f"{lesson}.ipynb", as_version=4)
    notebook, remarks = repaired(released, released)
    assert remarks == []
    assert notebook == released


def test_grading_has_time_for_whatever_check_allows():
    """Once, and once again to see whether the result is the same; and to start."""
    config = (ROOT / "classroom" / "nbgrader_config.py").read_text(encoding="utf-8")
    (seconds,) = re.findall(r"^c\.ExecuteAll\.timeout = (\d+)$", config, flags=re.MULTILINE)
    longest = max(task.seconds for _, task in _lessons.catalogue().values())
    assert int(seconds) >= 2 * (longest + PATIENCE) + 20
    for words in (f"at most {longest:g}", f"each cell {seconds}"):
        assert words in GUIDE


# --- whatever was done to the cells ---------------------------------------------------------------


def move(cells, one, other):
    cells.insert(other, cells.pop(one))


def copy(cells, one, other):
    cells.insert(other, nbformat.from_dict({**cells[one], "id": f"copy-{len(cells)}"}))


def copy_with_id(cells, one, other):
    cells.insert(other, nbformat.from_dict(dict(cells[one])))


def delete(cells, one, _):
    del cells[one]


def lose_the_mark(cells, one, _):
    cells[one].metadata = {}


def lose_mark_and_id(cells, one, _):
    cells[one] = nbformat.from_dict({**cells[one], "metadata": {}, "id": f"new-{len(cells)}"})


def spoil_the_mark(cells, one, _):
    cells[one].metadata["nbgrader"] = {"grade_id": 3, "points": "many"}


def change(cells, one, _):
    cells[one].source += "\n# mine"


def insert(cells, one, _):
    cells.insert(one, new_code_cell(f"mine = {len(cells)}"))


CHANGES = [
    move,
    copy,
    copy_with_id,
    delete,
    lose_the_mark,
    lose_mark_and_id,
    spoil_the_mark,
    change,
    insert,
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(CHANGES), st.integers(0, 100), st.integers(0, 100)),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_was_done_to_the_cells(changes):
    submission = solved()
    for do, one, other in changes:
        do(submission.cells, one % len(submission.cells), other % len(submission.cells))
    before = json.dumps(submission)
    notebook, _ = repaired(submission, RELEASED)
    assert json.dumps(submission) == before
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    nbformat.validate(notebook)
    # Each of the course's cells once, as released; each check below its task.
    names = [grade_id(cell) for cell in notebook.cells if grade_id(cell)]
    assert sorted(names) == sorted(NAMES)
    cells = {grade_id(cell): cell for cell in notebook.cells}
    released = {grade_id(cell): cell for cell in RELEASED.cells}
    assert all(cells[name].source == released[name].source for name in SHARED)
    assert all(cells[name].metadata == released[name].metadata for name in NAMES)
    assert all(names.index(task) < names.index(f"check_{task}") for task in TASKS)
    # All that the student wrote, and in the student's order.
    written = [cell.source for cell in submission.cells if cell.source not in COURSE]
    kept = [cell.source for cell in notebook.cells if cell.source in set(written)]
    assert kept == written
    assert Counter(repaired(notebook, RELEASED)[1]) == Counter()


COURSE = {cell.source for cell in RELEASED.cells}


@pytest.mark.parametrize("name", NAMES)
def test_a_deleted_cell_returns_to_its_place(name):
    submission = solved(name)
    submission.cells = [cell for cell in submission.cells if grade_id(cell) != name]
    notebook, remarks = repaired(submission, RELEASED)
    assert [grade_id(cell) for cell in notebook.cells if grade_id(cell)] == NAMES
    assert Counter(c.source for c in notebook.cells) == Counter(
        c.source for c in solved(name).cells
    )
    assert len(remarks) == (name not in TEXTS)


@pytest.mark.parametrize("kept", [[], ["id"], ["metadata"]])
def test_cells_are_found_by_mark_by_id_or_by_what_they_do(kept):
    """Ids alone may be the original ones; among the metadata, where Colab writes them, too."""
    submission = solved()
    for number, cell in enumerate(submission.cells):
        if "metadata" not in kept:
            cell.metadata = {}
        if "id" not in kept:
            cell.id = f"new-{number}"
    notebook, remarks = repaired(submission, RELEASED)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in solved().cells]
    assert len(remarks) == ("metadata" not in kept)


def only(folder: Path, lesson: str = LESSON):
    (part,) = read_class(folder, RELEASED, lesson)
    return part


def test_of_two_copies_the_newest_counts_where_neither_has_the_name(tmp_path):
    for age, name in ((100, "first try.ipynb"), (0, "another.ipynb")):
        file = tmp_path / "ana" / name
        save(solved() if age == 0 else RELEASED, file)
        os.utime(file, (10**9 - age, 10**9 - age))
    part = only(tmp_path)
    assert part.remarks == ["Of 2 files, another.ipynb counts, and not first try.ipynb."]
    assert part.notebook.cells == repaired(solved(), RELEASED)[0].cells


def test_what_editors_and_systems_leave_behind_is_no_file(tmp_path):
    save(solved(), tmp_path / "ana" / "unpacked" / FILE)
    save(RELEASED, tmp_path / "ana" / "unpacked" / ".ipynb_checkpoints" / FILE)
    save(RELEASED, tmp_path / "ana" / "__MACOSX" / f"._{FILE}")
    (tmp_path / ".DS_Store").touch()
    assert only(tmp_path).remarks == []


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / "softmax.pdf").touch()
    assert only(tmp_path).remarks == ["Not graded: no notebook, only softmax.pdf."]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"cells": [3]}', '{"cells": "x"}'])
def test_json_that_is_no_notebook_is_named(tmp_path, text):
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / FILE).write_text(text, encoding="utf-8")
    assert only(tmp_path).notebook is None


def test_a_cell_without_metadata_is_read(tmp_path):
    plain = json.loads(nbformat.writes(solved()))
    for number, cell in enumerate(plain["cells"]):
        cell["metadata"] = None
        if number % 2:
            del cell["metadata"]
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / FILE).write_text(json.dumps(plain), encoding="utf-8")
    assert [cell.source for cell in only(tmp_path).notebook.cells] == [
        cell.source for cell in solved().cells
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_are_read(tmp_path, encoding):
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / FILE).write_text(nbformat.writes(solved()), encoding=encoding)
    assert only(tmp_path).remarks == []


def test_names_become_what_nbgrader_can_take(tmp_path):
    save(solved(), tmp_path / "Zoë [3], b*" / FILE)
    assert only(tmp_path).student == "Zoë _3__ b_"
    save(solved(), tmp_path / "Zoë (3), b?" / FILE)
    with pytest.raises(SystemExit, match="two of the students are called Zoë _3__ b_"):
        only(tmp_path)
