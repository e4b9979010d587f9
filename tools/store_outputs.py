"""Run lessons from top to bottom and store their outputs: `python -m tools.store_outputs [FILE …]`.

What differs from run to run or from machine to machine is left out: timestamps, the Python
version, and the ids of live widgets (their still pictures stay). The outputs that answer a
prediction are stored folded, and cells that use TensorFlow are tagged.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.cells import fold_answers, tag_tensorflow

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def merge_streams(outputs: list) -> list:
    """Join neighbouring pieces of one stream: how a kernel cuts them is chance."""
    merged: list = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged


def store(path: Path) -> float:
    """Execute the notebook at `path` in its folder, store it, and return the seconds it took."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    start = time.perf_counter()
    client.execute()
    seconds = time.perf_counter() - start
    notebook.metadata = nbformat.from_dict(
        {**METADATA, **{k: v for k, v in notebook.metadata.items() if k == "nbgrader"}}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = merge_streams(cell.outputs)
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)
    fold_answers(notebook)
    tag_tensorflow(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    return seconds


def main(arguments: list[str]) -> None:
    """Store the outputs of the named notebooks, or of all but the exercises."""
    paths = [Path(argument).resolve() for argument in arguments] or sorted(
        path
        for folder in (".", "deeper", "solutions")
        for path in (NOTEBOOKS / folder).glob("*.ipynb")
    )
    with tempfile.TemporaryDirectory() as folder:
        # The exercises' progress is the reader's own, not that of whoever stores the solutions.
        os.environ["HELPERS_PROGRESS"] = str(Path(folder) / "progress.json")
        for path in paths:
            print(f"{path.name}: {store(path):.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
