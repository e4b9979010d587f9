"""How many minutes each notebook takes, by one measure: `python -m tools.reading_time [FILE …]`.

The measure counts what a reader has to take in, and says the same on every day. It is no stopwatch:
use it to see where a lesson is long, and to keep its header honest.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.cells import PREDICTION

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

WORDS_A_MINUTE = 160
SECONDS = {"code": 8, "prediction": 30, "formula": 15, "figure": 20, "explorer": 60}
# To write a task's solution, of one to ten lines, run its check and mend it once. An estimate:
# a line takes a beginner about half a minute to type and a minute to think of, and the check's
# answer takes one to read. No class has been timed yet.
MINUTES_A_TASK = 5
NOT_SHOWN = re.compile(r" *### BEGIN (SOLUTION|HIDDEN TESTS).*?### END \1", re.DOTALL)
EXPLORERS = ("Explorer: ", "DrawingPad: ")  # how their text alternatives begin


def count(notebook: NotebookNode) -> Counter[str]:
    """Count what a reader has to take in.

    Parameters
    ----------
    notebook : NotebookNode
        With its outputs.

    Returns
    -------
    Counter
        Of "word", "code" (lines that are not empty), "prediction", "formula" (displayed), "figure",
        "explorer" and "task". Formulas, the rules of tables and folded answers hold no words; of an
        exercise, code between nbgrader's marks of a solution or of hidden tests is not shown.
    """
    counts: Counter[str] = Counter()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            counts += _count_prose(cell.source)
        elif cell.cell_type == "code":
            source = NOT_SHOWN.sub("", cell.source)
            counts["code"] += _lines(source)
            counts["task"] += cell.metadata.get("nbgrader", {}).get("solution", False)
            for output in cell.outputs:
                data = output.get("data", {})
                if data.get("text/plain", "").startswith(EXPLORERS):
                    counts["explorer"] += 1
                elif re.search("<img|<svg", data.get("text/html", "")):
                    counts["figure"] += 1
    return counts


def _count_prose(text: str) -> Counter[str]:
    counts: Counter[str] = Counter(prediction=text.count(PREDICTION))
    text = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL):
        counts["code"] += _lines(block)
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    counts["formula"] = len(re.findall(r"\$\$.+?\$\$", text, re.DOTALL))
    text = re.sub(r"\$\$.+?\$\$|\$[^$]+\$", " ", text, flags=re.DOTALL)
    counts["figure"] = len(re.findall(r"!\[[^\]]*\]\(|<img|<svg", text))
    text = re.sub(r"<[^>]+>|\]\([^)]*\)", " ", text)
    counts["word"] = sum(any(map(str.isalnum, word)) for word in text.split())
    return counts


def _lines(code: str) -> int:
    return sum(bool(line.strip()) for line in code.splitlines())


def minutes(notebook: NotebookNode) -> float:
    """Return how many minutes a reader needs."""
    counts = count(notebook)
    seconds = sum(counts[kind] * each for kind, each in SECONDS.items())
    return counts["word"] / WORDS_A_MINUTE + seconds / 60 + counts["task"] * MINUTES_A_TASK


def stated_minutes(notebook: NotebookNode) -> int:
    """Return what the notebook's header has to say: the minutes, rounded up to five."""
    return 5 * math.ceil(minutes(notebook) / 5)


def main(arguments: list[str]) -> None:
    """Print a table of the named notebooks, or of all lessons, deeper notebooks and exercises."""
    paths = [Path(argument).resolve() for argument in arguments] or [
        path
        for folder in (".", "deeper", "solutions")
        for path in sorted((NOTEBOOKS / folder).glob("[0-9]*.ipynb"))
    ]
    kinds = ("word", "code", "prediction", "formula", "figure", "explorer", "task")
    width = max(len(f"{path.parent.name}/{path.name}") for path in paths)
    print(f"{'minutes':>7}  {'':<{width}}", *(f"{kind:>10}" for kind in kinds))
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        counts = count(notebook)
        name = f"{path.parent.name}/{path.name}"
        numbers = (f"{counts[kind]:10}" for kind in kinds)
        print(f"{minutes(notebook):7.1f}  {name:<{width}}", *numbers)


if __name__ == "__main__":
    main(sys.argv[1:])
