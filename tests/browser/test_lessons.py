"""Every lesson and deeper notebook, opened and run in JupyterLab."""

from __future__ import annotations

import pytest
from checks import CHECKS
from lab import ROOT
from machine import Others
from playwright.sync_api import expect

LESSONS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("notebooks/0*.ipynb"))
DEEPER = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("notebooks/deeper/0*.ipynb"))

# The README's pictures: the first of these widgets, its cell, and the text above it.
README = {
    "lesson": (LESSONS[0], ".course-explorer"),
    "drawing": (LESSONS[-1], ".course-drawing"),
}


def short(path: str) -> str:
    return path.removeprefix("notebooks/").removesuffix(".ipynb")


@pytest.fixture(scope="module", params=[*LESSONS, *DEEPER], ids=short)
def lesson(request, open_notebook, artefacts, measured, images):
    """A lesson after Run All, its pictures taken."""
    notebook = open_notebook(request.param)
    others = Others()
    seconds = notebook.run_all()
    measured(f"{seconds:.1f} s", f"{request.param}, Run All")
    notebook.pictures(artefacts, short(request.param).replace("/", "_"))
    for name, (path, widget) in README.items():
        if path == request.param:
            page = notebook.page
            cell = page.locator(".jp-Cell").filter(has=page.locator(widget)).first
            if name == "lesson":  # at the end of its story there is more to see
                cell.locator("input[type=range]").press("End")
                expect(cell.locator("figcaption")).to_contain_text("After 30 epochs")
            images.take(name, page, cell.locator("xpath=preceding-sibling::*[1]"), cell)
    yield notebook
    for control, median in notebook.measured.items():
        measured(f"{median:.1f} ms", f"{request.param}, {control}: key press to changed picture")
    measured(f"{others.share:.0%}", f"{request.param}: the processors' time that others took")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_lesson(lesson, check):
    assert list(check(lesson)) == []


def test_running_changed_no_file(lesson):
    assert lesson.as_stored == (ROOT / lesson.path).read_bytes()
