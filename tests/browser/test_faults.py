"""The checks, checked: a notebook with one fault of each kind, and each must be found."""

from __future__ import annotations

import checks
import nbformat
import pytest
from checks import CHECKS
from lab import ROOT

from tools.store_outputs import METADATA

EXPLORER = """
import time
import numpy as np
from helpers.figures.style import figure
from helpers.figures.explorer import Explorer, Slider

def explorer():
    fig, axes = figure()
    (line,) = axes.plot([0, 1], [0, 1])

    def draw(slope):
        {work}
        return f"{text} Slope {{slope}}."

    return Explorer(fig, draw, [line], slope=Slider("Slope", 0, 3, 0.1, 1.0, play=True))

explorer()
"""
TEXT = "A line that rises from 0 at the left end to the slope at the right end, 1 at the start."

# What is wrong, the cell that does it, and the start of what its check must say.
FAULTS = {
    "a figure without a text": (
        "display(HTML('<img src=\"data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 "
        "width=%2210%22 height=%2210%22/>\">'))",
        "a figure's text says too little: 'Image'",  # what JupyterLab puts there
    ),
    "a figure without numbers": (
        "display(HTML('<canvas aria-label=\"A line that rises a little, and no number\">'))",
        "a figure's text states no number: 'A line that rises a little",
    ),
    "a figure that does not load": (
        f'display(HTML(\'<img src="data:image/png;base64,AAAA" alt="{TEXT}">\'))',
        "a figure is not visible: 'A line that rises",
    ),
    "an error in the console": (
        "display(Javascript('console.error(\"planted\")'))",
        "planted",
    ),
    "an exception in the page": (
        "display(HTML('<p id=planted>Text</p>'), Javascript("
        "'setTimeout(() => { document.querySelector(\"#planted\").missing.method(); })'))",
        "exception: Cannot read properties of undefined (reading 'method')",
    ),
    "a slow control": (
        EXPLORER.format(work="time.sleep(0.2); line.set_ydata([0, slope])", text=TEXT),
        "explorer 1, slope: medians of 2",
    ),
    "a control without effect": (
        EXPLORER.format(work="slope = 1", text=TEXT),
        "explorer 2, slope: 6 of 6 key presses changed nothing",
    ),
    "a control that changes the text only": (
        EXPLORER.format(work="pass", text=TEXT),
        "explorer 3, slope: 0 of 6 key presses changed the picture",
    ),
    "a Play button that gets no answer": (
        """mute = explorer()  # a widget, Explorer(…), that draws nothing
mute.unobserve_all("values")
mute""",
        "explorer 4, slope: Play does not stop at the end",
    ),
    "a pad that always says 7": (
        """from helpers.figures.drawing import DrawingPad

DrawingPad(lambda pixels: np.eye(10)[7])""",
        "a drawn 0 is answered with 'The network reads 7, with probability 100%",
    ),
    "a widget that is not live": (
        "print('its stored output was a widget')",
        "4 of 5 widgets of the kind Explorer are live",
    ),
    "a table without headers": (
        "display(HTML('<table><tr><td>1</td></tr></table>'))",
        "a table without headers: '1'",
    ),
    "a level left out": (
        "display(HTML('<h3>Deep</h3>'))",
        "a heading of level 3 right under one of level 1",
    ),
    "a second title": (
        "display(HTML('<h1>Second</h1>'))",
        "there must be one first-level heading",
    ),
    "text too pale": (
        "display(HTML('<p style=\"color: #bbb; background: #fff\">Pale</p>'))",
        "serious, color-contrast",
    ),
    "a button without a name": (
        "display(HTML('<button></button>'))",
        "critical, button-name",
    ),
    "a warning": (
        "import sys; print('a warning', file=sys.stderr)",
        "stderr: a warning",
    ),
    "an error": ("1 / 0", "error: ZeroDivisionError"),
}


@pytest.fixture(scope="module")
def findings(open_notebook, artefacts):
    """All that the checks find in a notebook with these faults."""
    new = nbformat.v4
    cells = [new.new_markdown_cell("# Faults")]
    cells.append(new.new_code_cell("from IPython.display import HTML, Javascript, display"))
    cells += [new.new_code_cell(source) for source, _ in FAULTS.values()]
    # One asks for more live widgets than there will be.
    widget = new.new_output("display_data", {"text/plain": "Explorer: A widget as it was stored."})
    for cell in cells[1:]:
        if "Explorer(" in cell.source or "widget" in cell.source:
            cell.outputs = [widget]
    file = artefacts / "faults.ipynb"
    nbformat.write(new.new_notebook(cells=cells, metadata=METADATA), file)
    notebook = open_notebook(file.relative_to(ROOT).as_posix())
    notebook.run_all()
    notebook.pictures(artefacts, "faults")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "PRESSES", 6)  # these controls are slow or dead
        return [finding for check in CHECKS for finding in check(notebook)]


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_found(findings, fault):
    _, message = FAULTS[fault]
    assert [finding for finding in findings if finding.startswith(message)], "\n".join(findings)
