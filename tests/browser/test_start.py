"""From `make lab` to lesson 1's first picture."""

from __future__ import annotations

import time

from lab import Notebook, jupyterlab
from machine import Others

LIMIT = 6.0  # seconds
ATTEMPTS = 3  # another program may take the processor during one of them
PICTURE = ".jp-OutputArea-output img:visible"  # the answers to predictions are folded


def test_first_picture_comes_soon(browser, tmp_path_factory, measured):
    """The browser runs already, with an empty cache; the best of up to three starts counts."""
    missed = []
    for _ in range(ATTEMPTS):
        others = Others()
        with jupyterlab(tmp_path_factory.mktemp("start")) as server:
            notebook = Notebook(server, browser, "notebooks/01_activations.ipynb")
            picture = notebook.page.locator(PICTURE).first
            picture.wait_for()
            stored = time.perf_counter() - server.started
            limit = others.stretch(LIMIT)
            notebook.wait_until_ready()
            old = picture.element_handle()
            notebook.start_all()
            notebook.page.wait_for_function("(old) => !old.isConnected", arg=old)
            picture.wait_for()
            live = time.perf_counter() - server.started
            notebook.close()
        measured(f"{stored:.1f} s", "`make lab` to lesson 1's first picture, as stored")
        measured(f"{live:.1f} s", "`make lab` to lesson 1's first picture, drawn by the kernel")
        if stored < limit:
            return
        missed.append(f"{stored:.1f} s of {limit:.1f}")
    assert missed == []
