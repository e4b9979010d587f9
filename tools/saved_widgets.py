"""Keep a reader's notebook whole: `make lab` passes each notebook through here.

JupyterLab saves only a widget's address in its kernel, and says "model not found" once that kernel
is gone. So a saved notebook holds each widget's picture as the reader left it, which shows in any
program. Opened while the kernel still holds the widget, it gets the widget back.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
OURS = "helpers.figures."
SLEEPING = "course_widget"  # in an output's metadata: the address of the widget that was there
PATIENCE = 2.0  # seconds that a busy kernel has to say which widgets it holds


def freeze(notebook: dict[str, Any]) -> None:
    """Put the course's widgets' pictures, as JupyterLab last had them, in their place."""
    widgets = notebook["metadata"].get("widgets", {})
    models = widgets.get(STATE, {}).get("state", {})
    ours = {
        name: model
        for name, model in models.items()
        if model["state"].get("_anywidget_id", "").startswith(OURS)
    }
    for output in _outputs(notebook):
        data = output["data"]
        kind = "".join(data.get("text/plain", "")).partition(":")[0]
        if VIEW not in data or kind not in ("Explorer", "DrawingPad"):
            continue
        model = ours.get(data[VIEW]["model_id"])
        if model:
            data["text/html"] = _still(model)
            data["text/plain"] = f"{kind}: {model['state']['alt']}"
        output["metadata"][SLEEPING] = data.pop(VIEW)
    for name, model in ours.items():
        models.pop(name)
        models.pop(model["state"].get("layout", "").removeprefix("IPY_MODEL_"), None)
    if widgets and not models:
        del notebook["metadata"]["widgets"]


def wake(notebook: dict[str, Any], living: set[str]) -> None:
    """Put back the widgets that a kernel still holds, by their ids."""
    for output in _outputs(notebook):
        view = output["metadata"].pop(SLEEPING, None)
        if view and view["model_id"] in living:
            output["data"][VIEW] = view


def sleeps(notebook: dict[str, Any]) -> bool:
    """Say whether there is a widget that could wake."""
    return any(SLEEPING in output["metadata"] for output in _outputs(notebook))


def _outputs(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "data" in output:
                yield output


def _still(model: dict[str, Any]) -> str:
    """Return a widget's last picture, as HTML, with the controls' values below it."""
    state = model["state"]
    (png,) = (buffer["data"] for buffer in model["buffers"] if buffer["path"] == ["png"])
    values = state.get("values", {})
    note = "As you left it; run the cell to go on."
    if controls := state.get("controls"):
        at = ", ".join(f"{control['label']}: {values[control['name']]}" for control in controls)
        note = f"{at}. {note}"
    return (
        f'<img src="data:image/png;base64,{png}" width="{state["width"]}" '
        f'style="max-width: 100%; height: auto" alt="{escape(state["alt"])}">'
        f"<p>{escape(note)}</p>"
    )


def before_saving(model: dict[str, Any], **_: Any) -> None:
    """Freeze a notebook, as a hook of Jupyter's: it saves the file even where this fails."""
    if model["type"] == "notebook":
        freeze(model["content"])


class LessonContents(AsyncLargeFileManager):
    """Jupyter's files, with widgets that sleep while they are stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register_pre_save_hook(before_saving)

    async def get(self, path: str, content: bool = True, *args: Any, **kwargs: Any) -> dict:
        """Return a file; a notebook's widgets wake if their kernel still holds them."""
        model = await super().get(path, content, *args, **kwargs)
        if content and model["type"] == "notebook" and sleeps(model["content"]):
            wake(model["content"], await self._living(path))
        return model

    async def _living(self, path: str) -> set[str]:
        """Return the ids of the widgets that the notebook's kernels hold."""
        living: set[str] = set()
        for session in await self.parent.session_manager.list_sessions():
            if session["path"].strip("/") != path.strip("/"):
                continue
            client = self.parent.kernel_manager.get_kernel(session["kernel"]["id"]).client()
            client.start_channels()
            try:
                reply = await client.comm_info("jupyter.widget", reply=True, timeout=PATIENCE)
                living.update(reply["content"]["comms"])
            except (TimeoutError, RuntimeError):  # busy, or dead: the picture stands in
                pass
            finally:
                client.stop_channels()
        return living
