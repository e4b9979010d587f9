"""Runs a submission to its end: a cell that kills its kernel or never ends costs only itself."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade
from traitlets import Bool

MAX_PRINTED = 100_000  # characters of a cell's prints that are kept
MAX_OUTPUTS = 1000


class ExecuteAll(Execute):
    """nbgrader's Execute, which otherwise gives up a submission when its kernel dies.

    The kernel has a home folder and a progress file of its own, which are thrown away.
    """

    # An interrupt does not end `while True: try: … except: pass`, and then every later cell waits.
    interrupt_on_timeout = Bool(False)

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple:
        """Run the cells; after each stop begin again, without the cells that caused one."""
        self._stopped: set[int] = set()
        self._reached = -1
        while True:
            self._now = -1
            try:
                with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
                    self._home = Path(home)
                    return super().preprocess(nb, resources, km)
            except DeadKernelError:
                if self._now < 0:
                    raise
                why = "The kernel died in this cell: it ended Python, or used too much memory."
            except CellTimeoutError as error:
                # It has two causes: the cell, or more output than can be taken over in time.
                printed = "IOPub" in str(error)
                why = "This cell printed without end." if printed else self._too_long()
            self._stopped.add(self._now)
            cell = nb.cells[self._now]
            error = new_output("error", ename="Stopped", evalue=why, traceback=[why])
            # Whoever is stopped may have raised KeyboardInterrupt on the way.
            cell.outputs = [o for o in cell.outputs if o.output_type != "error"] + [error]

    def _too_long(self) -> str:
        return f"This cell was stopped after {self.timeout} seconds."

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple:
        """Run a cell, unless it stopped an earlier run or has its result from there."""
        judged = is_grade(cell) and index < self._reached
        if index in self._stopped or judged:
            return cell, resources
        self._now, self._reached = index, max(index, self._reached)
        cell, resources = super().preprocess_cell(cell, resources, index)
        if is_grade(cell):  # nbgrader takes a warning on stderr for a failed test
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.name = "stdout"
        return cell, resources

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> Any:
        """Take over what a cell shows, but no more of its prints than anyone reads."""
        if msg["msg_type"] in ("stream", "display_data") and len(cell.outputs) >= MAX_OUTPUTS:
            return None
        if msg["msg_type"] == "stream":
            printed = sum(len(o.text) for o in cell.outputs if o.output_type == "stream")
            msg["content"]["text"] = msg["content"]["text"][: max(0, MAX_PRINTED - printed)]
        return super().process_message(msg, cell, cell_index)

    def start_new_kernel(self, **kwargs: Any) -> Any:
        """Start a kernel that works in its own folder and knows nothing of whoever grades."""
        own = {
            "HOME": str(self._home),
            "IPYTHONDIR": str(self._home / ".ipython"),
            "HELPERS_PROGRESS": str(self._home / "progress.json"),
            "PIP_TARGET": str(self._home / "packages"),  # a notebook may install what it likes
        }
        return super().start_new_kernel(env=os.environ | own, cwd=str(self._home), **kwargs)
