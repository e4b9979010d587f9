"""The table of marks: for each student and task, the point or the reason why it was lost."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade, is_solution

from classroom.preflight import HandedIn

ANSI = re.compile(r"\x1b\[[\d;]*m")
SOLVED = "✓"


@dataclass
class Marks:
    """One student's points: for each task the point, or the reason why it was lost."""

    student: str
    points: float | None
    reasons: dict[str, str]
    remarks: list[str]


def marks_of(part: HandedIn, graded: Path) -> Marks:
    """Read a student's marks from the notebook that nbgrader has graded."""
    if part.notebook is None:
        return Marks(part.student, None, {}, part.remarks)
    if not graded.exists():
        remark = "Not graded: nbgrader failed; its log says at what."
        return Marks(part.student, None, {}, [remark, *part.remarks])
    cells = nbformat.read(graded, as_version=4).cells
    answers = {c.metadata.nbgrader.grade_id: c for c in cells if is_solution(c)}
    reasons, points = {}, 0.0
    for cell in filter(is_grade, cells):
        name = cell.metadata.nbgrader.grade_id.removeprefix("check_")
        got, possible = determine_grade(cell)
        points += got or 0
        reasons[name] = SOLVED if got == possible else _reason(cell, answers.get(name))
    return Marks(part.student, points, reasons, part.remarks)


def _reason(check: NotebookNode, answer: NotebookNode | None) -> str:
    """Say why a check gave no point: the answer's own error, or what the check found."""
    if answer is not None and (error := _error(answer)):
        return error
    for output in check.outputs:
        lines = output.get("data", {}).get("text/plain", "").split("\n")
        if lines[0].startswith("○"):
            return "Not attempted."
        if lines[0].startswith("✗"):
            return lines[1]
    return _error(check) or "The check did not find it solved."


def _error(cell: NotebookNode) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            name = "" if output.ename == "Stopped" else f"{output.ename}: "
            words = ANSI.sub("", name + output.evalue.split("\n")[0])
            return re.sub(r"\(\d+\.py, (line \d+)\)", r"(\1)", words)  # a cell has no file
    return ""


def write(path: Path, everyone: list[Marks], tasks: list[str]) -> None:
    """Write one row for each student; spreadsheet programs know UTF-8 by its mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student", "points", "of", *tasks, "remarks"])
        for marks in everyone:
            points = "" if marks.points is None else f"{marks.points:g}"
            cells = [marks.reasons.get(task, "") for task in tasks]
            table.writerow([marks.student, points, len(tasks), *cells, " ".join(marks.remarks)])


def report(everyone: list[Marks], tasks: list[str]) -> str:
    """Return the same for reading: below each student what was lost, and what was mended."""
    lines = []
    for marks in everyone:
        points = "–" if marks.points is None else f"{marks.points:g}"
        lines.append(f"{marks.student}: {points} of {len(tasks)}")
        lost = {task: why for task, why in marks.reasons.items() if why != SOLVED}
        lines += [f"    {task}: {why}" for task, why in lost.items()]
        lines += [f"  · {remark}" for remark in marks.remarks]
    return "\n".join(lines)
