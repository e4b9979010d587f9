"""A lesson that was run and stored shows its widgets' pictures where no kernel runs."""

from __future__ import annotations

import base64
import copy
import re
from html import unescape

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor

from helpers.figures.drawing import DrawingPad
from helpers.figures.explorer import Explorer, Slider
from helpers.figures.style import figure
from tools.saved_widgets import SLEEPING, STATE, VIEW, before_saving, freeze, sleeps, wake

new = nbformat.v4
SOURCES = [
    "from tests.test_saved_widgets import explorer, pad\nmoved = explorer()\nmoved",
    "moved.move(step=2)",
    "pad()",
]


def explorer() -> Explorer:
    fig, axes = figure(width=3.0, height=2.0)
    (line,) = axes.plot([0, 1], [0, 1])

    def draw(step: float) -> str:
        line.set_ydata([0, step])
        return f"A line from 0 at the left end, to <{step:.0f}> at the right end."

    return Explorer(fig, draw, [line], step=Slider("Step", 0, 3, 1, 1))


def pad() -> DrawingPad:
    return DrawingPad(lambda pixels: [0.1] * 10, [[(4, 1), (4, 7)]])


def alts(page: str) -> list[str]:
    images = re.findall(r'<img[^>]*src="data:image/png[^>]*>', page)
    return [unescape(re.search(r'alt="(.*?)"', image)[1]) for image in images]


@pytest.fixture(scope="module")
def page() -> str:
    """What `jupyter nbconvert --execute --to html` writes."""
    notebook = new.new_notebook(cells=[new.new_code_cell(source) for source in SOURCES])
    executed, resources = ExecutePreprocessor(kernel_name="python3", timeout=120).preprocess(
        notebook, {"metadata": {"path": "."}}
    )
    return HTMLExporter().from_notebook_node(executed, resources)[0]


def test_a_page_made_without_a_browser_shows_every_picture(page: str) -> None:
    assert alts(page) == [explorer().alt, pad().picture.alt]


def test_that_page_asks_the_network_for_no_widget(page: str) -> None:
    assert f'<script type="{VIEW}"' not in page


def as_jupyterlab_saves(*widgets: Explorer | DrawingPad) -> dict:
    """A notebook with an output for each widget, and their states as the page last had them."""
    cells, states = [], {"of another": {"model_name": "SliderModel", "state": {}}}
    for widget in widgets:
        data, metadata = widget._repr_mimebundle_()
        cell = new.new_code_cell("widget")
        cell.outputs = [new.new_output("execute_result", data, metadata=metadata)]
        cells.append(cell)
        state = widget.get_state()
        buffers = [{"path": ["png"], "encoding": "base64",
                    "data": base64.b64encode(state.pop("png")).decode()}]  # fmt: skip
        states[widget.model_id] = {"state": state, "buffers": buffers}
        states[widget.layout.model_id] = {"state": {}}
    notebook = new.new_notebook(cells=cells)
    notebook.metadata["widgets"] = {STATE: {"version_major": 2, "state": states}}
    return notebook


def outputs(notebook: dict) -> list[dict]:
    return [output for cell in notebook["cells"] for output in cell["outputs"]]


def test_saved_notebook_holds_the_pictures_as_they_were_left() -> None:
    widget, drawing = explorer(), pad()
    notebook = as_jupyterlab_saves(widget, drawing)
    widget.move(step=3)
    drawing.draw([[(1, 1), (7, 7)]])
    kept = {"method": "custom", "content": "keep"}  # as the browser sends when the pen rests
    drawing.comm.handle_msg({"content": {"data": kept}, "buffers": []})
    notebook.metadata.widgets = as_jupyterlab_saves(widget, drawing).metadata.widgets
    before_saving({"type": "notebook", "content": notebook})

    moved, drawn = outputs(notebook)
    assert alts(moved["data"]["text/html"]) == [widget.alt]
    assert base64.b64encode(widget.png).decode() in moved["data"]["text/html"]
    assert "<p>Step: 3.0. As you left it;" in moved["data"]["text/html"]
    assert moved["data"]["text/plain"] == f"Explorer: {widget.alt}"
    assert alts(drawn["data"]["text/html"]) == [drawing.picture.alt]
    assert not any(VIEW in output["data"] for output in outputs(notebook))
    assert list(notebook["metadata"]["widgets"][STATE]["state"]) == ["of another"]
    nbformat.validate(notebook)
    assert alts(HTMLExporter().from_notebook_node(notebook)[0]) == [widget.alt, drawing.alt]


def test_widgets_wake_only_in_a_kernel_that_holds_them() -> None:
    widget, other = explorer(), explorer()
    notebook = as_jupyterlab_saves(widget, other)
    views = [output["data"][VIEW] for output in outputs(notebook)]
    freeze(notebook)
    assert sleeps(notebook)
    wake(notebook, {other.model_id, "one more"})
    assert VIEW not in outputs(notebook)[0]["data"]
    assert outputs(notebook)[1]["data"][VIEW] == views[1]
    assert not sleeps(notebook)


def test_what_is_not_ours_stays() -> None:
    notebook = as_jupyterlab_saves()
    cell = new.new_code_cell("slider")
    view = {VIEW: {"model_id": "of another"}, "text/plain": "Slider"}
    stream = new.new_output("stream", name="stdout", text="1")
    cell.outputs = [new.new_output("display_data", view), stream]
    notebook["cells"].append(cell)
    before = copy.deepcopy(notebook)
    freeze(notebook)
    assert notebook == before
    before_saving({"type": "file", "content": "text"})


def test_a_widget_without_a_saved_state_keeps_its_first_picture() -> None:
    widget = explorer()
    notebook = as_jupyterlab_saves(widget)
    del notebook["metadata"]["widgets"]
    freeze(notebook)
    (output,) = outputs(notebook)
    assert alts(output["data"]["text/html"]) == [widget.alt]
    assert output["metadata"][SLEEPING]["model_id"] == widget.model_id
