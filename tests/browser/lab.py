"""JupyterLab as `make lab` starts it, and a notebook open in it, as a reader has it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
TOKEN = "only-for-this-run"
VIEWPORT = {"width": 1000, "height": 900}

# A lesson's picture may not be taken while a notice lies over it, and a run may change no file.
USER_SETTINGS = {
    "apputils-extension/notification": {"doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
    # By default JupyterLab takes cells out of the page that are not in view; the checks read all.
    "notebook-extension/tracker": {"windowingMode": "none"},
}
# Chromium calls home otherwise, and as root it refuses its sandbox.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# What the page shows will not do: it calls a kernel idle before it has one.
READY = """() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status
  === 'idle'"""
# The kernel rests, and every cell with code has a number or an error ended the run.
ALL_DONE = r"""(expected) => {
  const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
  const numbered = prompts.filter((prompt) => /\[\d+\]/.test(prompt.textContent)).length;
  const failed = () => [...jupyterapp.shell.currentWidget.content.model.cells].some((cell) =>
    cell.type === 'code' && cell.outputs.toJSON().some((output) => output.output_type === 'error'));
  return document.querySelector('.jp-Notebook-ExecutionIndicator[data-status=idle]') !== null
    && (numbered === expected || failed());
}"""
COMPLAINTS = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
  .filter((cell) => cell.type === 'code')
  .flatMap((cell) => cell.outputs.toJSON())
  .filter((output) => output.output_type === 'error' || output.name === 'stderr')
  .map((output) => output.name === 'stderr' ? `stderr: ${output.text}`
    : `error: ${output.ename}: ${output.evalue}`)"""


def find_browser() -> str | None:
    """Return the path of an installed Chrome or Chromium; $CHROME, where set, goes first."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    places = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        *(
            f"{os.environ[folder]}/Google/Chrome/Application/chrome.exe"
            for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
            if folder in os.environ
        ),
    )
    for candidate in (os.environ.get("CHROME", ""), *names, *places):
        if candidate and (path := shutil.which(candidate)):
            return path
    return None


class Server:
    """The address of a running JupyterLab, and when its process was started."""

    def __init__(self, address: str, started: float) -> None:
        self.address, self.started = address, started

    def get(self, path: str, method: str = "GET") -> bytes:
        """Ask the server's REST interface."""
        request = urllib.request.Request(
            f"{self.address}/{path}", headers={"Authorization": f"token {TOKEN}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()

    def stop_kernels(self) -> None:
        """End all kernels: the next lesson shall find an idle machine."""
        for session in json.loads(self.get("api/sessions")):
            self.get(f"api/sessions/{session['id']}", "DELETE")


@contextmanager
def jupyterlab(folder: Path) -> Iterator[Server]:
    """Run `make lab` on a free port, with settings and leftovers in `folder`, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, settings in USER_SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "HELPERS_PROGRESS": str(folder / "progress.json"),
    }
    for outer in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # of the `make test-browser` around us
        environment.pop(outer, None)
    options = (
        f"--no-browser --port={port} --ServerApp.port_retries=0 --IdentityProvider.token={TOKEN} "
        "--LabApp.expose_app_in_browser=True"
    )
    log = folder / "jupyterlab.log"
    started = time.perf_counter()
    with log.open("w") as stream:
        process = subprocess.Popen(
            ["make", "lab", f"ARGS={options}"],
            cwd=ROOT,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - started > 120:
                    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}") from None
                time.sleep(0.02)
        yield Server(f"http://127.0.0.1:{port}", started)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


class Notebook:
    """A notebook open in JupyterLab.

    Attributes
    ----------
    page : playwright.sync_api.Page
        The browser's page.
    console : list of str
        The errors in the browser's console so far.
    measured : dict of str to float
        Milliseconds by control, from `checks.check_controls`.
    as_stored : bytes
        The file when it was opened.
    """

    def __init__(self, server: Server, browser: Browser, path: str) -> None:
        self.path = path
        self.console: list[str] = []
        self.measured: dict[str, float] = {}
        self.as_stored = (ROOT / path).read_bytes()
        self._context = browser.new_context(viewport=VIEWPORT)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.console.append(f"exception: {error}"))
        self.page.goto(f"{server.address}/lab/tree/{path}?token={TOKEN}&reset", wait_until="commit")

    def _note(self, message) -> None:
        if message.type == "error":
            self.console.append(f"{message.text} ({message.location.get('url', '')})")

    def wait_until_ready(self) -> None:
        """Wait for the kernel, and give the notebook the page's whole width."""
        self.page.wait_for_function(READY, timeout=60_000)
        if self.page.locator(".jp-SideBar .lm-mod-current").count():
            self.page.keyboard.press("Control+b")

    @property
    def cells(self) -> list[dict]:
        """The stored code cells that hold code."""
        cells = json.loads(self.as_stored)["cells"]
        return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"])]

    def stored_texts(self) -> Iterator[str]:
        """Yield the plain texts of the stored outputs."""
        for cell in self.cells:
            for output in cell["outputs"]:
                yield "".join(output.get("data", {}).get("text/plain", ""))

    def start_all(self) -> None:
        """Choose Run All Cells in the menu."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()

    def run_all(self, timeout: float = 240) -> float:
        """Run all cells from the menu, wait until the last is done, return the seconds."""
        start = time.perf_counter()
        self.start_all()
        self.page.wait_for_function(
            ALL_DONE, arg=len(self.cells), timeout=1000 * timeout, polling=100
        )
        seconds = time.perf_counter() - start
        self.page.wait_for_timeout(500)  # the last widget is sent before "idle", drawn after it
        return seconds

    def complaints(self) -> list[str]:
        """Return the errors in which cells ended, and what they wrote to stderr."""
        return self.page.evaluate(COMPLAINTS)

    def pictures(self, folder: Path, name: str, part: int = 2400) -> None:
        """Store the whole notebook as pictures, `part` pixels high each."""
        folder.mkdir(parents=True, exist_ok=True)
        with self.whole():
            box = self.page.locator(".jp-WindowedPanel-inner").bounding_box()
            for number, top in enumerate(range(0, int(box["height"]), part)):
                self.page.screenshot(
                    path=folder / f"{name}_{number:02d}.png",
                    clip={
                        "x": box["x"],
                        "y": box["y"] + top,
                        "width": box["width"],
                        "height": min(part, box["height"] - top),
                    },
                )

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Make the window so high that all of the notebook is in view."""
        height = self.page.locator(".jp-WindowedPanel-inner").bounding_box()["height"]
        self.page.set_viewport_size({**VIEWPORT, "height": min(int(height) + 200, 30_000)})
        # Run All has scrolled down.
        self.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
        self.page.wait_for_timeout(300)
        yield
        self.page.set_viewport_size(VIEWPORT)

    def close(self) -> None:
        """Close the page."""
        self._context.close()


if __name__ == "__main__":
    sys.exit(0 if find_browser() else 1)
