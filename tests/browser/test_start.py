"""From `make lab` to lesson 1's first picture."""

from __future__ import annotations

import time

import pytest
from lab import Notebook, jupyterlab

LIMIT = 6.0  # seconds
ATTEMPTS = 3  # another program may take the processor during one of them
PICTURE = ".jp-OutputArea-output img"


@pytest.fixture(scope="module")
def seconds(browser, tmp_path_factory, measured) -> list[float]:
    """Seconds from the start of `make lab` to the first picture, and on to the first live one.

    The browser runs already, with nothing in its cache. The best of up to three starts counts.
    """
    best = [float("inf"), float("inf")]
    for _ in range(ATTEMPTS):
        with jupyterlab(tmp_path_factory.mktemp("start")) as server:
            notebook = Notebook(server, browser, "notebooks/01_activations.ipynb")
            picture = notebook.page.locator(PICTURE).first
            picture.wait_for()
            stored = time.perf_counter() - server.started
            notebook.wait_until_ready()
            old = picture.element_handle()
            notebook.page.get_by_role("menuitem", name="Run", exact=True).click()
            notebook.page.get_by_text("Run All Cells", exact=True).click()
            notebook.page.wait_for_function("(old) => !old.isConnected", arg=old)
            picture.wait_for()
            live = time.perf_counter() - server.started
            notebook.close()
        best = min(best, [stored, live])
        if stored < LIMIT:
            break
    measured(f"{best[0]:.1f} s", "`make lab` to lesson 1's first picture, as stored")
    measured(f"{best[1]:.1f} s", "`make lab` to lesson 1's first picture, drawn by the kernel")
    return best


def test_first_picture_comes_soon(seconds):
    assert seconds[0] < LIMIT
