"""The course in a browser: a notebook open in JupyterLite's page, served by a plain file server."""

from __future__ import annotations

import configparser
import re
import time
from pathlib import Path
from typing import Any

from lab import READY
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
VIEWPORT = {"width": 1000, "height": 900}
START = "lab/lab/index.html?reset&path="

RUN_ALL = """() => {
  window.finished = false;
  jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.finished = true; });
}"""
CELLS = """() => [...jupyterapp.shell.currentWidget.content.model.cells].map((cell) => ({
  source: cell.sharedModel.source,
  outputs: cell.type === 'code' ? cell.outputs.toJSON() : [],
}))"""
# Sends code to the page's kernel, as a cell would, and returns what it printed or showed as text.
ASK = """async (code) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const said = [];
  const future = kernel.requestExecute({code});
  future.onIOPub = ({content, header}) => {
    if (header.msg_type === 'stream') said.push(content.text);
    if (header.msg_type === 'error') said.push(`${content.ename}: ${content.evalue}`);
    if (content.data) said.push(content.data['text/plain']);
  };
  await future.done;
  return said.join('');
}"""


class Lite:
    """A notebook of the site's JupyterLab, in a page of its own.

    Attributes
    ----------
    page : playwright.sync_api.Page
    faults : list of str
        The errors in the console, and the requests to other hosts.
    ready : float
        The seconds from the visit to a kernel that waits.
    """

    def __init__(self, context: BrowserContext, address: str, path: str) -> None:
        self.path, self.address = path, address
        self.faults: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        context.on("request", lambda request: self._note_request(request.url))
        self.started = time.perf_counter()
        self.page.goto(f"{address}{START}{path}", wait_until="commit")

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"{message.text} ({message.location.get('url', '')})")

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request to {url}")

    def wait_until_ready(self, timeout: float = 120) -> None:
        """Wait for Python."""
        self.page.wait_for_function(READY, timeout=1000 * timeout)
        self.ready = time.perf_counter() - self.started

    def start_all(self) -> None:
        """Begin to run all cells."""
        self.running_since = time.perf_counter()
        self.page.evaluate(RUN_ALL)

    def wait_until_finished(self, timeout: float = 600) -> float:
        """Wait until all cells have run; return the seconds since their start."""
        self.page.wait_for_function("window.finished", timeout=1000 * timeout, polling=100)
        return time.perf_counter() - self.running_since

    def cells(self) -> list[dict[str, Any]]:
        """Return source and outputs of each cell."""
        return self.page.evaluate(CELLS)

    def ask(self, code: str) -> str:
        """Run code in the notebook's kernel; return what it shows as text."""
        return self.page.evaluate(ASK, code)


def sanitized(text: str) -> str:
    """Return text without what nbval leaves out, by the rules of its file."""
    rules = configparser.RawConfigParser()
    rules.read(ROOT / "tests" / "nbval_sanitize.cfg")
    for name in rules.sections():
        text = re.sub(rules[name]["regex"], rules[name]["replace"], text)
    return text


def texts(outputs: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what nbval compares of a cell's outputs: kind and text of each, streams in one."""
    found: list[tuple[str, str]] = []
    for output in outputs:
        if output["output_type"] == "error":
            found.append(("error", f"{output['ename']}: {output['evalue']}"))
        elif output["output_type"] == "stream":
            text = "".join(output["text"])
            if found and found[-1][0] == output["name"]:
                text = found.pop()[1] + text
            found.append((output["name"], text))
        else:
            data, kinds = output["data"], ("text/plain", "text/html")
            found += [(kind, sanitized("".join(data[kind]))) for kind in kinds if kind in data]
    return found


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """Return a browser that has seen nothing yet."""
    return browser.new_context(**{"viewport": VIEWPORT, **options})
