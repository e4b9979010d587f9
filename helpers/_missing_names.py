"""An IPython extension: a NameError says which cell of the notebook, not yet run, has the name.

The set-up has every kernel of .venv load it, since nothing of the course is imported when a
reader, after a restart, begins in the middle.
"""

from __future__ import annotations

import json
import os
import symtable
from pathlib import Path
from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Have `shell` explain missing names."""
    shell.set_custom_exc((NameError,), _explain)


def _explain(shell: Any, kind: type, error: NameError, trace: Any, tb_offset: Any = None) -> None:
    if advice := _advice(shell, error.name):
        error.add_note(advice)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _advice(shell: Any, name: str | None) -> str:
    """Say which cell to run, or nothing where the notebook is not known or has no such cell."""
    # JupyterLab's server tells the kernel its notebook; VS Code puts it among the names.
    place = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    try:
        notebook = json.loads(Path(place).read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    running = shell.user_ns["In"][-1]
    for number, source in enumerate(sources):
        if name in _defines(source) and source.strip() != running.strip():
            first = source.strip().split("\n")[0]
            which = "the notebook's first code cell" if number == 0 else f"the cell `{first}`"
            return f"`{name}` comes from {which}: run that cell first, then this one again."
    return ""


def _defines(source: str) -> set[str]:
    """Return the names that a cell defines when it is run."""
    try:
        symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    except SyntaxError:  # a magic command, or not finished yet
        return set()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
