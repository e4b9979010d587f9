"""What every notebook must hold, present and future; nbval re-runs them, this reads them.

Each check is a function that yields what it finds wrong, and each is itself tested: `FAULTS` plants
in a sound lesson the one thing that the check must find.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from nbformat import NotebookNode

from tools.cells import (
    FOLDED,
    PREDICTION,
    TENSORFLOW,
    answering_cells,
    has_tag,
    wrongly_tagged,
)
from tools.reading_time import minutes, stated_minutes

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
DEEPER = sorted(NOTEBOOKS.glob("deeper/*.ipynb"))
SOLUTIONS = sorted(NOTEBOOKS.glob("solutions/*.ipynb"))

MAX_LINES = 12
MAX_MINUTES = 35
MAX_PREDICTIONS = 12
MIN_ALT = 40
ALLOWED_NBVAL_TAGS = {"nbval-ignore-output"}

PNG_DATA = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]+")
MACHINE_TRACES = {
    "an absolute path": re.compile(
        r"(?<![\w.:/<])/(?:home|root|Users|tmp|var|usr|opt|work|mnt|private)/|\b[A-Z]:\\\w"
    ),
    "a memory address": re.compile(r"\b0x[0-9a-fA-F]{6,}\b"),
}


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in code_cells(notebook):
        yield from cell.outputs


def texts(output: NotebookNode) -> Iterator[str]:
    """All that an output shows, without the pixels of its pictures."""
    if output.output_type == "stream":
        yield output.text
    for value in output.get("data", {}).values():
        yield PNG_DATA.sub("", value if isinstance(value, str) else json.dumps(value))


def markdown(notebook: NotebookNode) -> str:
    """The prose, without code spans and blocks, in which # and [] mean something else."""
    prose = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```|`[^`\n]*`", "", prose, flags=re.DOTALL)


class Figures(HTMLParser):
    """The text alternatives of the images in a page, and its tables without a header."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.alternatives: list[str] = []
        self.tables = self.headers = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "img":
            self.alternatives.append(named.get("alt") or "")
        elif tag == "svg":
            labelled = named.get("role") == "img"
            self.alternatives.append((named.get("aria-label") or "") if labelled else "")
        self.tables += tag == "table"
        self.headers += tag == "th"


def has_figure(cell: NotebookNode) -> bool:
    return any(
        "<img" in text or "<svg" in text for output in cell.outputs for text in texts(output)
    )


# --- the checks -----------------------------------------------------------------------------------


def check_format(notebook: NotebookNode, path: Path) -> Iterator[str]:
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield f"nbformat is {notebook.nbformat}.{notebook.nbformat_minor}, not 4.5"
    for error in nbformat.validator.iter_validate(notebook):
        yield f"invalid: {error.message}"
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids or len(set(ids)) != len(ids):
        yield "cell ids are missing or not unique"


def check_counts(notebook: NotebookNode, path: Path) -> Iterator[str]:
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1…{len(counts)}: not one run from top to bottom"


def check_no_errors(notebook: NotebookNode, path: Path) -> Iterator[str]:
    for output in outputs(notebook):
        if output.output_type == "error":
            yield f"an error: {output.ename}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"stderr: {output.text[:80]!r}"


def check_no_traces_of_a_machine(notebook: NotebookNode, path: Path) -> Iterator[str]:
    for output in outputs(notebook):
        for text in texts(output):
            for what, pattern in MACHINE_TRACES.items():
                if found := pattern.search(text):
                    yield f"{what} in an output: {text[found.start() :][:60]!r}"
    for cell in notebook.cells:
        if "execution" in cell.metadata:
            yield "timestamps in a cell's metadata"
    if "widgets" in notebook.metadata or any(
        "widget-view" in kind for output in outputs(notebook) for kind in output.get("data", {})
    ):
        yield "the state of a live widget is stored; its still picture is enough"


def check_text_alternatives(notebook: NotebookNode, path: Path) -> Iterator[str]:
    for output in outputs(notebook):
        for kind in output.get("data", {}):
            if kind.startswith("image/"):
                yield f"{kind} output: emit figures as HTML, it has no text alternative"
        figures = Figures(output.get("data", {}).get("text/html", ""))
        for alternative in figures.alternatives:
            if len(alternative) < MIN_ALT:
                yield f"a figure's text alternative says too little: {alternative!r}"
        if figures.tables and not figures.headers:
            yield "a table without a header"
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"!\[\s*\]\(", cell.source):
            yield "an image in the prose without a text alternative"


def check_links(notebook: NotebookNode, path: Path) -> Iterator[str]:
    prose = markdown(notebook)
    targets = re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(
        r"(?:href|src)=\"([^\"]+)\"", prose
    )
    for target in targets:
        parts = urlsplit(target)
        if parts.scheme or not parts.path:
            continue
        if not (path.parent / unquote(parts.path)).exists():
            yield f"link to {target}, which does not exist"


def check_headings(notebook: NotebookNode, path: Path) -> Iterator[str]:
    levels = [len(marks) for marks in re.findall(r"^(#+) ", markdown(notebook), re.MULTILINE)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "there must be one first-level heading, at the top"
    for above, below in itertools.pairwise(levels):
        if below > above + 1:
            yield f"a heading of level {below} right under one of level {above}"


def check_story(notebook: NotebookNode, path: Path) -> Iterator[str]:
    opening = notebook.cells[0]
    if opening.cell_type != "markdown" or "You will be able to" not in opening.source:
        yield "the first cell does not say what the reader will be able to do"
    prose = markdown(notebook)
    for heading in ("Summary", "Questions", "Next"):
        if not re.search(rf"^## {heading}$", prose, re.MULTILINE):
            yield f"no section '{heading}'"
    if PREDICTION not in prose:
        yield "no prediction is asked of the reader"
    answers = len(re.findall(r"<details>", prose.partition("## Questions")[2]))
    if answers != 3:
        yield f"three questions with folded answers are expected, there are {answers}"
    number = int(path.name[:2])
    for neighbour in (number - 1, number + 1):
        if 1 <= neighbour <= 9 and not re.search(rf"\]\(0{neighbour}_\w+\.ipynb\)", prose):
            yield f"no link to lesson {neighbour}"
    if f"](deeper/{path.name})" not in prose:
        yield "no link to its deeper notebook"


def check_story_of_a_deeper_notebook(notebook: NotebookNode, path: Path) -> Iterator[str]:
    opening = notebook.cells[0]
    if opening.cell_type != "markdown" or "You will see" not in opening.source:
        yield "the first cell does not say what the reader will see"
    elif f"](../{path.name})" not in opening.source:
        yield "the first cell does not lead back to the lesson"


def check_time(notebook: NotebookNode, path: Path) -> Iterator[str]:
    said = re.findall(r"\*\*Time\*\*: (\d+) minutes", notebook.cells[0].source)
    measured = stated_minutes(notebook)
    if said != [str(measured)]:
        yield f"the first cell must say '**Time**: {measured} minutes', it says {said}"
    if path.parent.name != "solutions" and minutes(notebook) > MAX_MINUTES:
        yield f"{minutes(notebook):.1f} minutes, more than {MAX_MINUTES}: see `make time`"


def check_predictions(notebook: NotebookNode, path: Path) -> Iterator[str]:
    asked = [cell.source.count(PREDICTION) for cell in notebook.cells]
    if sum(asked) > MAX_PREDICTIONS:
        yield f"{sum(asked)} predictions, more than {MAX_PREDICTIONS}"
    for index, number in enumerate(asked):
        text = notebook.cells[index].source[-60:]
        if number > 1:
            yield f"{number} predictions in one cell, and one answer: {text!r}"
        if number:
            after = "".join(
                "c" if cell.cell_type == "code" else "#" if cell.source.startswith("#") else "t"
                for cell in notebook.cells[index + 1 :]
            )
            if not re.match("t*c+t", after):
                yield f"a prediction that no code, or no text below the code, answers: {text!r}"
    for cell in answering_cells(notebook):
        if not has_tag(cell, FOLDED):
            yield f"an answer is not folded, run `make notebooks`: {cell.source[:60]!r}"
    for cell in notebook.cells:
        if has_tag(cell, FOLDED) != cell.metadata.get("jupyter", {}).get("outputs_hidden", False):
            yield f"the tag {FOLDED!r} and the metadata differ: {cell.source[:60]!r}"


def check_tensorflow(notebook: NotebookNode, path: Path) -> Iterator[str]:
    yield from wrongly_tagged(notebook)


def check_marks(notebook: NotebookNode, path: Path) -> Iterator[str]:
    for cell in notebook.cells:
        if "◇" in cell.source:
            yield f"the mark ◇, which deeper notebooks replaced: {cell.source[:60]!r}"


def check_cell_length(notebook: NotebookNode, path: Path) -> Iterator[str]:
    for cell in code_cells(notebook):
        # Of a solution, what the reader writes: not the signature and docstring that set the task.
        written = re.search(
            r"### BEGIN SOLUTION\n(.*?)\n *### END SOLUTION", cell.source, re.DOTALL
        )
        lines = (written[1] if written else cell.source).count("\n") + 1
        if lines > MAX_LINES:
            yield f"a cell of {lines} lines: {cell.source[:60]!r}"


def check_nbval_tags(notebook: NotebookNode, path: Path) -> Iterator[str]:
    cells = code_cells(notebook)
    for index, cell in enumerate(cells):
        tags = set(cell.metadata.get("tags", []))
        odd = {tag for tag in tags if tag.startswith(("nbval", "raises", "skip"))}
        if odd - ALLOWED_NBVAL_TAGS:
            yield f"tags that CONTRIBUTING.md does not explain: {sorted(odd - ALLOWED_NBVAL_TAGS)}"
        if re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)", cell.source):
            yield "an nbval marker in a comment; use the cell tag"
        follower = cells[index + 1].source if index + 1 < len(cells) else ""
        if "nbval-ignore-output" in tags and not re.search(r"^\s*assert ", follower, re.MULTILINE):
            yield f"an ignored output that the next cell does not assert: {cell.source[:60]!r}"


CHECKS: list[Callable[[NotebookNode, Path], Iterator[str]]] = [
    check_format,
    check_counts,
    check_no_errors,
    check_no_traces_of_a_machine,
    check_text_alternatives,
    check_links,
    check_headings,
    check_cell_length,
    check_nbval_tags,
    check_time,
    check_predictions,
    check_tensorflow,
    check_marks,
]
LESSON_CHECKS = [*CHECKS, check_story]


def numbered(path: Path) -> str:
    return path.stem if path in LESSONS else f"{path.parent.name}-{path.stem}"


def name(value: object) -> str:
    return value.stem if isinstance(value, Path) else getattr(value, "__name__", str(value))


@pytest.mark.parametrize("check", CHECKS, ids=name)
@pytest.mark.parametrize("path", [*LESSONS, *DEEPER, *SOLUTIONS], ids=numbered)
def test_notebook(path: Path, check: Callable) -> None:
    assert list(check(nbformat.read(path, nbformat.NO_CONVERT), path)) == []


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lesson_tells_its_story(path: Path) -> None:
    assert list(check_story(nbformat.read(path, nbformat.NO_CONVERT), path)) == []


@pytest.mark.parametrize("path", DEEPER, ids=name)
def test_deeper_notebook_says_what_it_shows_and_leads_back(path: Path) -> None:
    notebook = nbformat.read(path, nbformat.NO_CONVERT)
    assert list(check_story_of_a_deeper_notebook(notebook, path)) == []


FIRST_PICTURE = """
import json, sys
for source in json.load(sys.stdin):
    exec(source, globals())
assert not {"tensorflow", "keras"} & set(sys.modules), "TensorFlow was imported"
"""


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_first_picture_comes_before_tensorflow(path: Path) -> None:
    cells = code_cells(nbformat.read(path, nbformat.NO_CONVERT))
    first = next(index for index, cell in enumerate(cells) if has_figure(cell))
    run = subprocess.run(
        [sys.executable, "-c", FIRST_PICTURE],
        input=json.dumps([cell.source for cell in cells[: first + 1]]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=path.parent,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_the_index_says_the_time_of_each_notebook() -> None:
    index = (NOTEBOOKS / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\(((?:exercises|deeper)/\w+\.ipynb)\), (\d+) min", index)
    assert len(listed) == 18
    for file, told in listed:
        opening = nbformat.read(NOTEBOOKS / file, nbformat.NO_CONVERT).cells[0].source
        assert f"**Time**: {told} minutes" in opening, file


def test_all_lessons_are_there() -> None:
    numbers = [int(path.name[:2]) for path in LESSONS]
    assert numbers == list(range(1, 10))


def test_every_lesson_has_a_deeper_notebook_of_its_name() -> None:
    assert [path.name for path in DEEPER] == [path.name for path in LESSONS]


# --- the checks, checked --------------------------------------------------------------------------

ALT = "A line that rises from 0 at the left to 1 at the right, in ten equal steps."


def sound_lesson() -> NotebookNode:
    """A small lesson in which no check finds anything."""
    new = nbformat.v4
    figure = new.new_output(
        "execute_result",
        {"text/html": f'<img src="data:image/png;base64,AAAA" alt="{ALT}">'},
        execution_count=1,
    )
    answer = "<details><summary>Answer</summary>\n\nYes.\n\n</details>\n\n"
    return new.new_notebook(
        cells=[
            new.new_markdown_cell(
                "# 1 · A lesson\n\n- **You will be able to** read on.\n- **Time**: 5 minutes"
            ),
            new.new_markdown_cell("## 1.1 A step\n\n> **Predict.** Does the line rise?"),
            new.new_code_cell(
                "line()",
                execution_count=1,
                outputs=[figure],
                metadata={"tags": [FOLDED], "jupyter": {"outputs_hidden": True}},
            ),
            new.new_markdown_cell("It rises."),
            new.new_code_cell(
                "timing()",
                execution_count=2,
                outputs=[new.new_output("stream", name="stdout", text="3 ms\n")],
                metadata={"tags": ["nbval-ignore-output"]},
            ),
            new.new_code_cell("assert quick", execution_count=3),
            new.new_code_cell(
                "from helpers.comparison import keras",
                execution_count=4,
                metadata={"tags": [TENSORFLOW]},
            ),
            new.new_markdown_cell("## Summary\n\n- A line."),
            new.new_markdown_cell("## Questions\n\n" + 3 * answer),
            new.new_markdown_cell(
                "## Next\n\n[Lesson 2](02_choosing_activations.ipynb), "
                "[deeper](deeper/01_activations.ipynb)"
            ),
        ]
    )


def plant(cell: int, **changes: object) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[cell].update(copy.deepcopy(changes))


def plant_output(output: NotebookNode) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[2].outputs.append(output)


def shown(text: str) -> NotebookNode:
    return nbformat.v4.new_output("display_data", {"text/html": text})


def printed(text: str, stream: str = "stdout") -> NotebookNode:
    return nbformat.v4.new_output("stream", name=stream, text=text)


SOLUTION = "def f():\n    ### BEGIN SOLUTION\n{}\n    ### END SOLUTION"

FAULTS: dict[str, tuple[Callable, Callable[[NotebookNode], None]]] = {
    "old format": (check_format, lambda notebook: notebook.update(nbformat_minor=4)),
    "no ids": (check_format, lambda notebook: notebook.cells[0].pop("id")),
    "an id twice": (check_format, lambda nb: nb.cells[0].update(id=nb.cells[1]["id"])),
    "no output type": (check_format, plant(2, outputs=[{"data": {}}])),
    "run out of order": (check_counts, plant(4, execution_count=7)),
    "not run": (check_counts, plant(4, execution_count=None)),
    "error": (check_no_errors, plant_output(nbformat.v4.new_output("error", ename="E"))),
    "stderr": (check_no_errors, plant_output(printed("warning", "stderr"))),
    "path": (check_no_traces_of_a_machine, plant_output(printed("/home/me/x.py:3"))),
    "Windows path": (check_no_traces_of_a_machine, plant_output(printed("C:\\Users"))),
    "address": (check_no_traces_of_a_machine, plant_output(printed("<f at 0x7f00deadbeef>"))),
    "timestamps": (check_no_traces_of_a_machine, plant(2, metadata={"execution": {}})),
    "widget": (
        check_no_traces_of_a_machine,
        plant_output(
            nbformat.v4.new_output(
                "display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}
            )
        ),
    ),
    "no alt": (check_text_alternatives, plant_output(shown('<img src="x">'))),
    "trivial alt": (check_text_alternatives, plant_output(shown('<img alt="figure 1">'))),
    "unlabelled svg": (check_text_alternatives, plant_output(shown("<svg></svg>"))),
    "bare PNG": (
        check_text_alternatives,
        plant_output(nbformat.v4.new_output("display_data", {"image/png": "AAAA"})),
    ),
    "headless table": (check_text_alternatives, plant_output(shown("<table><td>1</table>"))),
    "image in prose": (check_text_alternatives, plant(1, source="![](x.png)")),
    "dead link": (check_links, plant(1, source="[there](nowhere.ipynb)")),
    "two titles": (check_headings, plant(1, source="# Another")),
    "a level left out": (check_headings, plant(1, source="### Deep")),
    "no goal": (check_story, plant(0, source="# 1 · A lesson")),
    "no summary": (check_story, plant(7, source="The end.")),
    "no prediction": (check_story, plant(1, source="## 1.1 A step")),
    "no answers": (check_story, plant(8, source="## Questions\n\n1. Why?")),
    "no next lesson": (check_story, plant(9, source="## Next\n\nNothing.")),
    "long cell": (check_cell_length, plant(2, source="\n".join("x" * 13))),
    "long solution": (check_cell_length, plant(2, source=SOLUTION.format("\n".join("x" * 13)))),
    "no deeper notebook": (
        check_story,
        plant(9, source="## Next\n\n[Lesson 2](02_choosing_activations.ipynb)"),
    ),
    "unknown tag": (check_nbval_tags, plant(2, metadata={"tags": ["nbval-skip"]})),
    "marker in a comment": (check_nbval_tags, plant(2, source="# NBVAL_IGNORE_OUTPUT")),
    "nothing asserted": (check_nbval_tags, plant(5, source="quick")),
    "no time": (check_time, plant(0, source="# 1 · A lesson\n\nIt takes five minutes.")),
    "another time": (check_time, plant(1, source="word " * 900)),
    "too long": (
        check_time,
        plant(0, source="# 1 · A lesson\n\n**Time**: 40 minutes\n\n" + "word " * 36 * 160),
    ),
    "thirteen predictions": (
        check_predictions,
        lambda notebook: notebook.cells.__setitem__(slice(1, 4), 13 * notebook.cells[1:4]),
    ),
    "two in a cell": (check_predictions, plant(1, source=2 * "> **Predict.** What?\n\n")),
    "no code answers": (check_predictions, lambda notebook: notebook.cells.pop(2)),
    "no text answers": (check_predictions, lambda notebook: notebook.cells.pop(3)),
    "a heading answers": (check_predictions, plant(3, source="## 1.2 Next")),
    "an open answer": (check_predictions, plant(2, metadata={})),
    "folded for the site alone": (check_predictions, plant(2, metadata={"tags": [FOLDED]})),
    "folded in JupyterLab alone": (
        check_predictions,
        plant(4, metadata={"jupyter": {"outputs_hidden": True}}),
    ),
    "TensorFlow without a tag": (check_tensorflow, plant(5, source="import tensorflow as tf")),
    "Keras inside a function": (
        check_tensorflow,
        plant(5, source="def f():\n    from keras import layers"),
    ),
    "Keras by our module": (check_tensorflow, plant(6, metadata={})),
    "a tag for nothing": (
        check_tensorflow,
        plant(6, source="from helpers.comparison import compare"),
    ),
    "a name of a tagged cell": (
        check_tensorflow,
        lambda notebook: notebook.cells.append(nbformat.v4.new_code_cell("keras().layers")),
    ),
    "such a name inside a function": (
        check_tensorflow,
        lambda notebook: notebook.cells.append(
            nbformat.v4.new_code_cell("def f(x):\n    return [keras() for _ in x]")
        ),
    ),
    "the old mark": (check_marks, plant(1, source="## 1.1 A step ◇")),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the sound lesson would lie, with the files that it links to."""
    (tmp_path / "deeper").mkdir()
    for file in ("02_choosing_activations.ipynb", "deeper/01_activations.ipynb"):
        (tmp_path / file).touch()
    return tmp_path / "01_activations.ipynb"


@pytest.mark.parametrize("check", LESSON_CHECKS, ids=name)
def test_check_is_content_with_a_sound_lesson(check: Callable, place: Path) -> None:
    assert list(check(sound_lesson(), place)) == []


def sound_deeper_notebook(**changes: str) -> NotebookNode:
    source = "# 1 · Deeper\n\n**You will see** more. [Back](../01_activations.ipynb)"
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(changes.get("source", source))]
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (None, []),
        ("[Back](../01_activations.ipynb)", ["the first cell does not say what the reader"]),
        ("You will see [more](../02_choosing_activations.ipynb)", ["the first cell does not lead"]),
    ],
)
def test_check_of_deeper_notebooks(source: str | None, said: list[str]) -> None:
    notebook = sound_deeper_notebook(**({"source": source} if source else {}))
    found = list(check_story_of_a_deeper_notebook(notebook, NOTEBOOKS / "01_activations.ipynb"))
    assert [text[: len(said[0])] for text in found] == said if said else found == []


@pytest.mark.filterwarnings("ignore::nbformat.warnings.MissingIDFieldWarning")
@pytest.mark.parametrize("fault", FAULTS)
def test_check_finds_a_planted_fault(fault: str, place: Path) -> None:
    check, spoil = FAULTS[fault]
    notebook = sound_lesson()
    spoil(notebook)
    assert list(check(notebook, place))
