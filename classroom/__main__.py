"""Grade what a class handed in: `python start.py grade FOLDER LESSON`."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from classroom import marks, preflight

COURSE = Path(__file__).resolve().parent.parent
CONFIGURATION = "nbgrader_config.py"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python start.py grade", description="Grade what a class handed in."
    )
    parser.add_argument("folder", type=Path, help="the class's folder")
    parser.add_argument("lesson", help="such as 03_softmax; students' files: handed_in/LESSON/")
    arguments = parser.parse_args()
    folder, lesson = arguments.folder.resolve(), arguments.lesson
    handed_in = folder / "handed_in" / lesson
    if not (COURSE / "notebooks" / "solutions" / f"{lesson}.ipynb").exists():
        return _complain(f"there is no lesson {lesson}; the first one is 01_activations.")
    if not handed_in.is_dir():
        return _complain(f"put what students handed in into {handed_in}, a folder for each.")
    log = folder / f"grade_{lesson}.log"
    log.unlink(missing_ok=True)
    released = _release(folder, lesson, log)
    parts = preflight.read_class(handed_in, released, lesson)
    graded = {part.student: _place(folder, "autograded", part.student, lesson) for part in parts}
    gradable = [part for part in parts if part.notebook is not None]
    for part in parts:
        shutil.rmtree(graded[part.student].parent, ignore_errors=True)  # of an earlier run
    for part in gradable:
        target = _place(folder, "submitted", part.student, lesson)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(part.notebook, target)
    print(f"Grading {len(gradable)} of {len(parts)}, some seconds each.", flush=True)
    _nbgrader(folder, log, "autograde", lesson, "--force")
    for part in gradable:
        if not graded[part.student].exists():  # whoever ended that run shall not end the others'
            _nbgrader(folder, log, "autograde", lesson, "--force", "--student", part.student)
    everyone = [marks.marks_of(part, graded[part.student]) for part in parts]
    tasks = [
        cell.metadata.nbgrader.grade_id
        for cell in released.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    table = folder / f"marks_{lesson}.csv"
    marks.write(table, everyone, tasks)
    print("", marks.report(everyone, tasks), "", sep="\n")
    print(f"The same as a table: {table}. What nbgrader said: {log}.")
    return 0


def _release(folder: Path, lesson: str, log: Path) -> nbformat.NotebookNode:
    """Return what was handed out; the first time, let nbgrader make it and note the points."""
    if not (folder / CONFIGURATION).exists():
        shutil.copy(COURSE / "classroom" / CONFIGURATION, folder)
    release = folder / "release" / lesson / f"{lesson}.ipynb"
    if not release.exists():
        source = folder / "source" / lesson
        source.mkdir(parents=True, exist_ok=True)
        shutil.copy(COURSE / "notebooks" / "solutions" / f"{lesson}.ipynb", source)
        if _nbgrader(folder, log, "generate_assignment", lesson):
            raise SystemExit(f"grade: nbgrader could not take over the exercises; see {log}.")
    return nbformat.read(release, as_version=4)


def _place(folder: Path, step: str, student: str, lesson: str) -> Path:
    return folder / step / student / lesson / f"{lesson}.ipynb"


def _nbgrader(folder: Path, log: Path, *arguments: str) -> int:
    """Run one of nbgrader's steps in the class's folder; what it says goes into the log."""
    here = Path(sys.executable).parent
    # nbgrader calls alembic by its name.
    path = f"{here}{os.pathsep}{os.environ.get('PATH', '')}"
    with log.open("a", encoding="utf-8") as file:
        return subprocess.run(
            [str(here / "nbgrader"), *arguments],
            cwd=folder,
            env=os.environ | {"PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


def _complain(what: str) -> int:
    print(f"grade: {what}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
