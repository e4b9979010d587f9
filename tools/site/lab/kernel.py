"""What the browser's Python runs first: the site's wheel has this file as `course_in_browser.py`.

It keeps the reader's progress among the reader's files, and shows the stored outputs of the cells
that need TensorFlow.
"""

from __future__ import annotations

import functools
import hashlib
import html
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

DRIVE = Path("/drive")  # the reader's files; missing where the browser has no service worker
KEPT = Path(__file__).with_name("course_in_browser.json")

NEEDS = "Needs TensorFlow, which no browser runs"
SHOWN = f"{NEEDS}; this is the output of a real run."
SILENT = f"{NEEDS}; a real run prints nothing here."
NOT_HERE = f"{NEEDS}. It waits for you in the full course, and does not count here."
LINK = "How to install the full course"


def note(root: str, outputs: list[dict] | None) -> dict[str, Any]:
    """Return the output that says why a cell does not run.

    Parameters
    ----------
    root : str
        The way from the notebook's folder to the course's.
    outputs : list of dict, or None
        What a real run gave; None if nobody knows.
    """
    text = NOT_HERE if outputs is None else SHOWN if outputs else SILENT
    link = f'<a href="{html.escape(root)}README.md">{LINK}</a>'
    bundle = {"text/html": f"<p><em>{text}</em> {link}.</p>", "text/plain": text}
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


def way_to_root() -> str:
    """Return the way from the working folder to the course's."""
    here = Path.cwd()
    return "../" * (len(here.relative_to(DRIVE).parts) if here.is_relative_to(DRIVE) else 1)


def tensorflow(line: str, code: str) -> None:
    """Show, in place of running a cell that needs TensorFlow, what a real run gave."""
    from IPython.display import display

    stored = json.loads(KEPT.read_text(encoding="utf-8"))
    outputs = stored.get(hashlib.sha256(code.strip().encode()).hexdigest()[:16])
    for output in [note(way_to_root(), outputs), *(outputs or [])]:
        if output["output_type"] == "stream":
            print(output["text"], end="", file=getattr(sys, output["name"]))
        else:
            display(output["data"], metadata=output["metadata"], raw=True)


def count_any_whole_numbers() -> None:
    """Let `np.bincount` take int64, such as our labels: with 32 bits NumPy refuses them."""
    import numpy as np

    count = np.bincount

    @functools.wraps(count)
    def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> np.ndarray:
        x = np.asarray(x)
        return count(x.astype(np.intp) if x.dtype == np.int64 else x, weights, minlength)

    np.bincount = bincount


def start() -> None:
    """Set up the kernel; IPython runs this file before the first cell."""
    from IPython import get_ipython

    # It tells that it looks for fonts, which takes no time here.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    if DRIVE.is_dir():
        os.environ["HELPERS_PROGRESS"] = str(DRIVE / "progress.json")
    # Each import would look through the reader's files first, which takes milliseconds a look.
    sys.path[:] = [place for place in sys.path if place]
    count_any_whole_numbers()
    get_ipython().Completer.use_jedi = False  # 2 MB that complete no better, and more slowly
    get_ipython().register_magic_function(tensorflow, "cell")


if __name__ == "__main__":
    start()
