"""Makes gradable notebooks of what students hand in, and says what was mended in each.

It adds what is missing and restores what is the course's; no line that a student wrote is changed
or left out.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.corpus.words import generate_corpus_id

UNSAFE = re.compile(r"[^\w .@-]")  # what a file name, nbgrader's patterns or a table cannot take


@dataclass
class HandedIn:
    """One student's part: the notebook that counts, if there is one, and what is to be said."""

    student: str
    notebook: NotebookNode | None = None
    remarks: list[str] = field(default_factory=list)


def read_class(folder: Path, released: NotebookNode, lesson: str) -> list[HandedIn]:
    """Read `folder`, which holds one folder, or one notebook, for each student."""
    parts = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            continue
        name = path.name if path.is_dir() else path.stem
        part = HandedIn(UNSAFE.sub("_", name).strip())
        if any(other.student == part.student for other in parts):
            raise SystemExit(f"{folder}: two of the students are called {part.student}.")
        _read_student(part, path, released, lesson)
        parts.append(part)
    return parts


def _read_student(part: HandedIn, path: Path, released: NotebookNode, lesson: str) -> None:
    files = [file for file in _files(path) if file.suffix == ".ipynb"]
    if not files:
        names = ", ".join(file.name for file in _files(path))
        part.remarks.append(f"Not graded: no notebook{f', only {names}' if names else ''}.")
        return
    readable = {}
    for file in files:
        try:
            readable[file] = _read(file)
        except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError):
            part.remarks.append(f"{file.name} cannot be read: it is no whole notebook.")
    answering = {f: notebook for f, notebook in readable.items() if _answers(notebook, released)}
    if not answering:
        wrong = ", ".join(file.name for file in readable)
        part.remarks.append(
            f"Not graded: no task of {lesson} is in {wrong}."
            if readable
            else "Not graded: ask for the file again."
        )
        return
    # The name that was handed out, or else the newest.
    chosen = max(answering, key=lambda file: (file.stem == lesson, file.stat().st_mtime, file.name))
    if len(files) > 1:
        others = ", ".join(file.name for file in files if file != chosen)
        part.remarks.append(f"Of {len(files)} files, {chosen.name} counts, and not {others}.")
    elif chosen.stem != lesson and path.is_dir():
        part.remarks.append(f"The file is called {chosen.name}.")
    part.notebook, remarks = repaired(answering[chosen], released)
    part.remarks += remarks


def _files(path: Path) -> list[Path]:
    """Return the files of a student, but for those that editors and systems leave behind."""
    if path.is_file():
        return [path]
    files = [file for file in path.rglob("*") if file.is_file()]
    hidden = (".", "__MACOSX")
    return sorted(
        f for f in files if not any(p.startswith(hidden) for p in f.relative_to(path).parts)
    )


def _read(file: Path) -> NotebookNode:
    notebook = json.loads(file.read_bytes())
    for cell in notebook["cells"]:
        cell["metadata"] = cell.get("metadata") or {}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None  # however large they are
    return nbformat.reads(json.dumps(notebook), as_version=4)


# --- one notebook ---------------------------------------------------------------------------------


def repaired(submission: NotebookNode, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Return a notebook with the student's cells and all cells of the released one, and remarks."""
    cells = copy.deepcopy(submission.cells)
    names = list(_identify(cells, released))
    originals = {_grade_id(cell): cell for cell in released.cells if _grade_id(cell)}
    remarks = []
    if not any(_grade_id(cell) in originals for cell in cells):
        remarks.append("The tasks' marks were lost in another editor; the cells were found again.")
    last = {name: number for number, name in enumerate(names) if name}
    placed: list[tuple[str | None, NotebookNode]] = []
    for number, (name, cell) in enumerate(zip(names, cells, strict=True)):
        cell.metadata.pop("nbgrader", None)
        counts = name is not None and last[name] == number
        if not counts and name in originals and not _is_text(originals[name]):
            remarks.append(f"{_called(name)} is there more than once; every copy was run.")
        original = originals[name] if counts else None
        if original is None:
            placed.append((None, cell))
        elif original.metadata.nbgrader.solution:
            placed.append((name, _answer(cell, original, name, remarks)))
        else:
            if cell.source.strip() != original.source.strip():
                placed.append((None, cell))  # what was written into a cell of ours runs, too
                if not _is_text(original):
                    remarks.append(f"{_called(name)} was changed; the course's was run after it.")
            placed.append((name, copy.deepcopy(original)))
    _add_missing(placed, originals, remarks)
    return _notebook([cell for _, cell in placed], released), list(dict.fromkeys(remarks))


def _answer(
    cell: NotebookNode, original: NotebookNode, name: str, remarks: list[str]
) -> NotebookNode:
    """Return the cell of the course with the student's source."""
    if cell.cell_type != original.cell_type:
        remarks.append(f"{_called(name)} was a {cell.cell_type} cell; it was run as code.")
    answer = copy.deepcopy(original)
    answer.source = cell.source
    return answer


def _add_missing(
    placed: list[tuple[str | None, NotebookNode]],
    originals: dict[str, NotebookNode],
    remarks: list[str],
) -> None:
    """Put each missing cell behind the one that it followed, and each check behind its task."""
    before = None
    for name, original in originals.items():
        order = [other for other, _ in placed]
        place = order.index(before) + 1 if before else 0
        if name not in order:
            placed.insert(place, (name, copy.deepcopy(original)))
            if not _is_text(original):
                remarks.append(f"{_called(name)} was missing; the course's was put in.")
        elif original.metadata.nbgrader.grade and order.index(name) < place:
            placed.insert(place - 1, placed.pop(order.index(name)))
            remarks.append(f"{_called(name)} stood before its task; it was run after it.")
        before = name


def _identify(cells: list[NotebookNode], released: NotebookNode) -> Iterator[str | None]:
    """Yield, for each cell, the name of the course's cell that it comes from.

    Told by nbgrader's mark, which copies share; else by the cell's id, which Colab keeps among
    the metadata; else by the function that it defines or the task that it checks.
    """
    originals = {_grade_id(cell): cell for cell in released.cells if _grade_id(cell)}
    ids = {cell.id: name for name, cell in originals.items()}
    tasks = {name for name, cell in originals.items() if cell.metadata.nbgrader.solution}
    marked = [_grade_id(cell) if _grade_id(cell) in originals else None for cell in cells]
    by_id = [ids.get(_id(cell)) for cell in cells]
    known = {*marked, *by_id}
    for cell, mark, other in zip(cells, marked, by_id, strict=True):
        source = cell.source
        defined = [name for name in re.findall(r"^def (\w+)", source, re.M) if name in tasks]
        checked = re.match(r'check\("(\w+)"', source)
        same = next((n for n, o in originals.items() if o.source.strip() == source.strip()), None)
        by_source = [
            *defined,
            *([f"check_{checked[1]}"] if checked else []),
            *([same] if same else []),
        ]
        free = [name for name in by_source if name in originals and name not in known]
        yield mark or (other if other not in marked else None) or next(iter(free), None)


def _answers(notebook: NotebookNode, released: NotebookNode) -> bool:
    """Whether any of the tasks is in a notebook."""
    tasks = {
        _grade_id(cell)
        for cell in released.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    return not tasks.isdisjoint(_identify(notebook.cells, released))


def _notebook(cells: list[NotebookNode], released: NotebookNode) -> NotebookNode:
    """Return a valid notebook of these cells, to be run as the released one is."""
    seen: set[str] = set()
    for cell in cells:
        while cell.get("id", "") in {"", *seen}:
            cell.id = generate_corpus_id()
        seen.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    form: dict[str, Any] = {"metadata": released.metadata, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict({**form, "cells": cells})


def _grade_id(cell: NotebookNode) -> str | None:
    mark = cell.metadata.get("nbgrader")
    return mark.get("grade_id") if isinstance(mark, dict) else None


def _id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("id") or cell.get("id")


def _is_text(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown"


def _called(name: str) -> str:
    """Say which cell, as a teacher would."""
    if name.startswith("check_"):
        return f"The check of {name[6:]}"
    return "The cell of the imports" if name == "imports" else f"The cell of {name}"
