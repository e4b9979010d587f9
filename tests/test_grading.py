"""A class of submissions as they really come, graded as docs/teaching.md says."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.checks import _lessons
from tools.set_up import set_up

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
LESSON = "03_softmax"
FILE = f"{LESSON}.ipynb"
TASKS = [task.name for task in _lessons.tasks(LESSON)]
LIMIT = 10  # seconds for a cell; `check` stops a function of this lesson after 5
PRINTED = 100_000_000

Notebook = nbformat.NotebookNode


# --- what students do to a notebook ---------------------------------------------------------------


def read(folder: str) -> Notebook:
    return nbformat.read(ROOT / "notebooks" / folder / FILE, as_version=4)


def grade_id(cell: Notebook) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def find(notebook: Notebook, name: str) -> int:
    return next(n for n, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def solved(*but: str) -> Notebook:
    """The exercise with every task solved, but for some."""
    notebook = read("exercises")
    solutions = {grade_id(cell): cell.source for cell in read("solutions").cells}
    for cell in notebook.cells:
        if grade_id(cell) in TASKS and grade_id(cell) not in but:
            cell.source = solutions[grade_id(cell)]
    return notebook


def write_body(notebook: Notebook, name: str, body: str) -> None:
    """Put a body in place of the line that is to be replaced."""
    cell = notebook.cells[find(notebook, name)]
    start, _, _ = cell.source.partition("    # YOUR CODE HERE")
    cell.source = start + textwrap.indent(textwrap.dedent(body).strip(), "    ")


def insert_before(notebook: Notebook, name: str, source: str) -> None:
    notebook.cells.insert(find(notebook, name), new_code_cell(textwrap.dedent(source).strip()))


def save(notebook: Notebook, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)


def all_solved(folder: Path) -> None:
    """And chatty, which on stderr is no failed test; and files and packages end up nowhere."""
    notebook = solved("softmax_of_four")
    write_body(
        notebook,
        "softmax_of_four",
        """
        import os, sys
        from pathlib import Path
        for place in (Path.home(), Path()):
            (place / "mine.txt").touch()
        assert os.environ["PIP_TARGET"].startswith(str(Path.home()))
        print("so far, so good", file=sys.stderr)
        e = np.exp([z0, z1, z2, z3])
        return tuple(e / e.sum())
        """,
    )
    save(notebook, folder / FILE)


def untouched(folder: Path) -> None:
    save(read("exercises"), folder / FILE)


def copied(folder: Path) -> None:
    """A task's cell is there twice, its mark included; the right one stands below the check."""
    notebook = solved()
    place = find(notebook, "softmax")
    copy = nbformat.from_dict({**notebook.cells[place], "id": "a-copy"})
    notebook.cells[place].source = "def softmax(z):\n    return z"
    notebook.cells.insert(place + 2, copy)
    save(notebook, folder / FILE)


def split(folder: Path) -> None:
    """One cell became two; both have the mark."""
    notebook = solved()
    place = find(notebook, "softmax")
    cell = notebook.cells[place]
    half = nbformat.from_dict({**cell, "id": "a-half", "source": "def shifted(z):\n    return "})
    half.source += "z - z.max(axis=-1, keepdims=True)"
    cell.source = "def softmax(z):\n    e = np.exp(shifted(z))\n    "
    cell.source += "return e / e.sum(axis=-1, keepdims=True)"
    notebook.cells.insert(place, half)
    save(notebook, folder / FILE)


def deleted(folder: Path) -> None:
    """Cells of the course are gone, and the file has a name of the student's own."""
    notebook = solved()
    gone = ("imports", "check_softmax", "about_softmax")
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in gone]
    save(notebook, folder / "my work (2).ipynb")


def shadowing(folder: Path) -> None:
    notebook = solved("softmax")
    insert_before(notebook, "about_count_parameters", "check = 3\nsolved = None")
    write_body(notebook, "softmax", "return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)")
    save(notebook, folder / FILE)


def without_metadata(folder: Path) -> None:
    """As an editor saves that keeps neither the marks nor the cells' ids."""
    notebook = solved("softmax_of_four")
    write_body(notebook, "softmax_of_four", "return np.exp(z0), np.exp(z1), np.exp(z2), np.exp(z3)")
    plain = json.loads(nbformat.writes(notebook))
    for cell in plain["cells"]:
        cell["metadata"] = {"vscode": {"languageId": "python"}}
        del cell["id"]
    plain["metadata"] = {"language_info": {"name": "python"}}
    plain["nbformat_minor"] = 2
    folder.mkdir()
    (folder / FILE).write_text(json.dumps(plain), encoding="utf-8")


def colab(folder: Path) -> None:
    """As Colab saves: ids of its own among the metadata, and a form of ten years ago."""
    plain = json.loads(nbformat.writes(solved()))
    for number, cell in enumerate(plain["cells"]):
        cell["metadata"] = {"id": f"q{number}XbHp", "colab": {"base_uri": "https://localhost"}}
        del cell["id"]
    plain["metadata"] = {
        "colab": {"provenance": []},
        "kernelspec": {"name": "ir", "display_name": "R"},
        "accelerator": "GPU",
    }
    plain["nbformat_minor"] = 0
    folder.mkdir()
    (folder / f"Copy of {FILE}").write_text(json.dumps(plain), encoding="utf-8")


def crashing(folder: Path) -> None:
    notebook = solved("softmax")
    write_body(notebook, "softmax", "import os\nos._exit(1)")
    save(notebook, folder / FILE)


def endless(folder: Path) -> None:
    """One loop within a function, which `check` stops, and one outside, which nothing does."""
    notebook = solved("softmax_of_four")
    write_body(notebook, "softmax_of_four", "while True:\n    z0 += 1")
    notebook.cells[
        find(notebook, "softmax")
    ].source += "\n\nwhile True:\n    try:\n        pass\n    except BaseException:\n        pass"
    save(notebook, folder / FILE)


def printing(folder: Path) -> None:
    """100 MB of output, stored and printed anew; and a function that asks the reader."""
    notebook = solved("softmax_of_four")
    insert_before(notebook, "check_softmax", f"print('x' * 999 + '\\n' * {PRINTED // 1000})")
    cell = notebook.cells[find(notebook, "check_softmax") - 1]
    cell.source = f"for _ in range({PRINTED // 1000}):\n    print('x' * 999)"
    cell.outputs = [nbformat.v4.new_output("stream", text="x" * PRINTED)]
    write_body(notebook, "softmax_of_four", "return float(input('Which one? '))")
    save(notebook, folder / FILE)


def in_words(folder: Path) -> None:
    """Right code in a Markdown cell, words in another, and a colon forgotten."""
    notebook = solved("softmax", "softmax_jacobian")
    for name in ("count_parameters", "softmax"):
        cell = notebook.cells[find(notebook, name)]
        source = cell.source if name == "count_parameters" else "One divides by the sum, I think."
        text = new_markdown_cell(source, metadata=cell.metadata, id=cell.id)
        notebook.cells[find(notebook, name)] = text
    cell = notebook.cells[find(notebook, "softmax_jacobian")]
    cell.source = "def softmax_jacobian(a)\n    return np.diag(a)"
    save(notebook, folder / FILE)


def changed(folder: Path) -> None:
    """The check is made to agree; the imports have one more, which an answer needs."""
    notebook = solved("softmax", "count_parameters")
    notebook.cells[find(notebook, "check_softmax")].source = "assert True"
    notebook.cells[find(notebook, "imports")].source += "\nimport math"
    write_body(notebook, "softmax", "return z")
    write_body(notebook, "count_parameters", "return math.prod([n + 1, num_classes])")
    save(notebook, folder / FILE)


def two_files(folder: Path) -> None:
    save(solved(), folder / FILE)
    save(read("exercises"), folder / f"{LESSON}-Copy1.ipynb")


def unreadable(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE).write_text(nbformat.writes(solved())[:5000], encoding="utf-8")


def empty(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir(parents=True)


def another_lesson(folder: Path) -> None:
    folder.mkdir()
    other = ROOT / "notebooks" / "exercises" / "01_activations.ipynb"
    (folder / FILE).write_bytes(other.read_bytes())


# Student: what was handed in, the points, the reason of each lost one, and the remarks.
CLASS: dict[str, tuple[Callable[[Path], None], int | None, dict[str, str], list[str]]] = {
    "ana": (all_solved, 6, {}, []),
    "untouched": (untouched, 0, dict.fromkeys(TASKS, r"Not attempted\."), []),
    "copied": (
        copied,
        6,
        {},
        [
            "The cell of softmax is there more than once; every copy was run.",
            "The check of softmax stood before its task; it was run after it.",
        ],
    ),
    "split": (split, 6, {}, ["The cell of softmax is there more than once; every copy was run."]),
    "deleted": (
        deleted,
        6,
        {},
        [
            "The file is called my work (2).ipynb.",
            "The cell of the imports was missing; the course's was put in.",
            "The check of softmax was missing; the course's was put in.",
        ],
    ),
    "shadowing": (shadowing, 5, {"softmax": "it overflows: the exponential of 1000"}, []),
    "ben": (
        without_metadata,
        5,
        {"softmax_of_four": "sum"},
        ["The tasks' marks were lost in another editor; the cells were found again."],
    ),
    "colab": (
        colab,
        6,
        {},
        [
            f"The file is called Copy of {FILE}.",
            "The tasks' marks were lost in another editor; the cells were found again.",
        ],
    ),
    "crashing": (crashing, 5, {"softmax": r"The kernel died in this cell"}, []),
    "endless": (
        endless,
        4,
        {
            "softmax_of_four": r"did not finish and was stopped after 5 seconds",
            "softmax": rf"This cell was stopped after {LIMIT} seconds",
        },
        [],
    ),
    "printing": (printing, 5, {"softmax_of_four": "raised StdinNotImplementedError"}, []),
    "in_words": (
        in_words,
        4,
        {"softmax": r"SyntaxError: ", "softmax_jacobian": r"SyntaxError: expected ':' \(line 1\)"},
        [
            "The cell of count_parameters was a markdown cell; it was run as code.",
            "The cell of softmax was a markdown cell; it was run as code.",
        ],
    ),
    "changed": (
        changed,
        5,
        {"softmax": "."},
        [
            "The cell of the imports was changed; the course's was run after it.",
            "The check of softmax was changed; the course's was run after it.",
        ],
    ),
    "two_files": (
        two_files,
        6,
        {},
        [f"Of 2 files, {FILE} counts, and not {LESSON}-Copy1.ipynb."],
    ),
    "cem": (
        unreadable,
        None,
        {},
        [
            f"{FILE} cannot be read: it is no whole notebook.",
            "Not graded: ask for the file again.",
        ],
    ),
    "empty": (empty, None, {}, ["Not graded: no notebook."]),
    "another_lesson": (
        another_lesson,
        None,
        {},
        [f"Not graded: no task of {LESSON} is in {FILE}."],
    ),
}


# --- what the guide has a teacher do --------------------------------------------------------------
def commands(word: str) -> list[str]:
    """The guide's commands that begin with a word."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", GUIDE, flags=re.M | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(word)]


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run a command of the guide, word for word but for where the class's folder is."""
    program, *arguments = shlex.split(command.replace("../my-class", str(folder)))
    teach = set_up(".venv-teach").parent
    known = {"python3": sys.executable, "nbgrader": str(teach / "nbgrader")}
    return subprocess.run(
        [known[program], *arguments],
        cwd=ROOT if program == "python3" else folder,
        env=os.environ | {"PATH": f"{teach}{os.pathsep}{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


class Graded:
    """The class's folder, what was printed, the table, and whether all else is as it was."""

    def __init__(self, folder: Path, printed: str, kept: bool) -> None:
        self.folder, self.printed, self.kept = folder, printed, kept
        table = (folder / f"marks_{LESSON}.csv").read_text(encoding="utf-8-sig")
        self.rows = {row["student"]: row for row in csv.DictReader(table.splitlines())}


pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    folder = tmp_path_factory.mktemp("teacher") / "my-class"
    for student, (hand_in, *_) in CLASS.items():
        (folder / "handed_in" / LESSON).mkdir(parents=True, exist_ok=True)
        hand_in(folder / "handed_in" / LESSON / student)
    settings = (ROOT / "classroom" / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += f"\nc.ExecuteAll.timeout = {LIMIT}\n"
    (folder / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    own = folder.parent / "home"
    startup = own / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("raise SystemExit", encoding="utf-8")
    (own / "progress.json").write_text("{}", encoding="utf-8")
    before = contents(own) | contents(folder / "handed_in")
    (command,) = commands("python3 start.py grade")
    done = run(command, folder, HOME=str(own), HELPERS_PROGRESS=str(own / "progress.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    kept = contents(own) | contents(folder / "handed_in") == before
    return Graded(folder, done.stdout, kept)


@pytest.mark.parametrize("student", CLASS)
def test_marks_reasons_and_remarks(graded, student):
    _, points, lost, remarks = CLASS[student]
    row = graded.rows[student]
    assert row["points"] == ("" if points is None else str(points))
    assert row["of"] == str(len(TASKS))
    for task in TASKS:
        expected = lost.get(task, "✓" if points is not None else "^$")
        assert re.search(expected, row[task]), (task, row[task])
        assert (row[task] == "✓") == (points is not None and task not in lost)
    assert row["remarks"] == " ".join(remarks)


def test_neither_the_teachers_home_nor_what_was_handed_in_is_changed(graded):
    assert graded.kept
    assert list(graded.folder.rglob("mine.txt")) == []


def test_what_was_released_is_what_readers_have(graded):
    released = (graded.folder / "release" / LESSON / FILE).read_bytes()
    assert released == (ROOT / "notebooks" / "exercises" / FILE).read_bytes()


def test_output_that_nobody_reads_is_cut(graded):
    file = graded.folder / "autograded" / "printing" / LESSON / FILE
    assert file.stat().st_size < PRINTED / 100


def test_the_guide_shows_what_the_command_prints(graded):
    (shown,) = re.findall(r"```text\n( *ana: .*?)^ *```", GUIDE, flags=re.M | re.DOTALL)
    for line in textwrap.dedent(shown).splitlines():
        assert line in graded.printed.splitlines()


def test_the_guide_explains_every_remark_and_names_none_that_was_not_seen(graded):
    table = GUIDE.partition("| The report says |")[2]
    entries = re.findall(r"^\| `(.+?)` \|", table, flags=re.M)
    unseen = [words for words in entries if words not in graded.printed]
    assert unseen == ["Not graded: nbgrader failed"]  # see test_a_class_of_one_by_hand
    said = [remark for *_, remarks in CLASS.values() for remark in remarks]
    said.remove("Not graded: ask for the file again.")  # the remark before it says why
    assert [remark for remark in said if not any(words in remark for words in entries)] == []


def test_nbgrader_agrees_and_gives_feedback(graded):
    for command in commands("nbgrader "):
        done = run(command, graded.folder)
        assert done.returncode == 0, done.stderr
    table = (graded.folder / "grades.csv").read_text(encoding="utf-8")
    scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(table.splitlines())}
    expected = {student: points for student, (_, points, *_) in CLASS.items() if points is not None}
    assert scores == expected
    page = (graded.folder / "feedback" / "ben" / LESSON / f"{LESSON}.html").read_text("utf-8")
    assert "You stopped at the exponentials." in page


@pytest.mark.parametrize(
    ("notebook", "failed"),
    [
        (read("exercises"), dict.fromkeys(TASKS, "not attempted yet")),
        (solved("softmax"), {"softmax": "not attempted yet"}),
        (solved(), {}),
    ],
    ids=["untouched", "one left", "all solved"],
)
def test_validate_praises_only_what_is_solved(graded, tmp_path, notebook, failed):
    save(notebook, tmp_path / FILE)
    done = run(f"nbgrader validate {tmp_path / FILE}", graded.folder)
    assert ("Success!" in done.stdout) == (not failed)
    assert done.stdout.count("The following cell failed") == len(failed)
    for task, words in failed.items():
        assert f"○ {task}: {words}" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_class_of_one_by_hand(tmp_path):
    """No settings yet, and a file instead of a folder; then nbgrader is broken."""
    folder = tmp_path / "my-class"
    (command,) = commands("python3 start.py grade")
    assert run(command, folder).stderr.startswith("grade: put what students handed in into")
    assert "no lesson 3_softmax" in run(command.replace(LESSON, "3_softmax"), folder).stderr
    save(solved(), folder / "handed_in" / LESSON / "ana.ipynb")
    assert "\nana: 6 of 6\n\n" in run(command, folder).stdout
    settings = folder / "nbgrader_config.py"
    assert settings.read_bytes() == (ROOT / "classroom" / "nbgrader_config.py").read_bytes()
    with settings.open("a", encoding="utf-8") as config:
        config.write("c.ExecuteAll.timeout = 'long'\n")
    assert "ana: – of 6\n  · Not graded: nbgrader failed" in run(command, folder).stdout
