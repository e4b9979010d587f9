"""What becomes of a notebook that a browser opens: cells with TensorFlow show their stored output.

The functions take and return notebooks as Python dictionaries.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any

from tools.site.notebooks import source

Notebook = dict[str, Any]

MAGIC = "%%tensorflow"
KERNEL = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}


def needs_tensorflow(cell: Notebook) -> bool:
    """Say whether a cell of code is tagged as one that needs TensorFlow."""
    return cell["cell_type"] == "code" and "tensorflow" in cell["metadata"].get("tags", [])


def key(code: str) -> str:
    """Return the name under which the outputs of a cell are kept: its code's digest."""
    return hashlib.sha256(code.strip().encode()).hexdigest()[:16]


def for_browser(notebook: Notebook, note: Callable, *, exercise: bool = False) -> Notebook:
    """Return the notebook as a browser opens it.

    Parameters
    ----------
    notebook : dict
    note : callable
        Takes a cell's stored outputs, and returns the output that says why these are shown; in
        an exercise it takes None.

    Returns
    -------
    dict
        A new notebook: the cells that need TensorFlow begin with the cell magic that shows, in
        place of running them, what is stored.
    """
    page = copy.deepcopy(notebook)
    page["metadata"]["kernelspec"] = dict(KERNEL)
    for cell in filter(needs_tensorflow, page["cells"]):
        cell["outputs"] = [note(None if exercise else cell["outputs"]), *cell["outputs"]]
        cell["source"] = f"{MAGIC}\n{source(cell)}"
    return page


def stored_outputs(notebooks: list[Notebook]) -> dict[str, list[Notebook]]:
    """Return the outputs of all cells that need TensorFlow, by the `key` of their code.

    Raises
    ------
    ValueError
        If two cells have the same code and other outputs.
    """
    stored: dict[str, list[Notebook]] = {}
    for notebook in notebooks:
        for cell in filter(needs_tensorflow, notebook["cells"]):
            code, outputs = source(cell), [_shown(output) for output in cell["outputs"]]
            if stored.setdefault(key(code), outputs) != outputs:
                raise ValueError(f"two cells with other outputs have the same code: {code[:60]!r}")
    return stored


def _shown(output: Notebook) -> Notebook:
    """Return what a kernel says of an output: no number, and text in one piece."""
    shown = {name: value for name, value in output.items() if name != "execution_count"}
    if "text" in shown:
        shown["text"] = "".join(shown["text"])
    if "data" in shown:
        shown["data"] = {
            kind: "".join(value) if isinstance(value, list) else value
            for kind, value in shown["data"].items()
        }
    return shown


def prose(notebook: Notebook) -> Notebook:
    """Return a notebook without code: its headings, to which the checks lead."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return {**notebook, "cells": cells}
