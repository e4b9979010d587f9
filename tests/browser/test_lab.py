"""The course in a browser: every lesson runs there, prints what is stored, and keeps the work."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import re
import statistics
import time
from types import SimpleNamespace

import pytest
from checks import WATCH, press
from lite import ROOT, Lite, new_context, texts
from machine import Others

from tools.site.browser import served

LESSONS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("notebooks/0*.ipynb"))
DEEPER = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("notebooks/deeper/0*.ipynb"))
EXERCISE = "notebooks/exercises/01_activations.ipynb"
AT_ONCE = 2
PHONE = {"width": 390, "height": 844}


def short(path: str) -> str:
    return path.removeprefix("notebooks/").removesuffix(".ipynb")


def stored(path: str) -> list[dict]:
    return json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]


# --- every notebook -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ran(browser, address, measured):
    """A function that returns a notebook's cells and faults after Run All, in JupyterLab's page.

    Two run at a time, each in a page of its own, and all in one browser that keeps what it loaded.
    """
    context = new_context(browser)
    waiting = [*LESSONS, *DEEPER]
    running: list[Lite] = []
    done: dict[str, SimpleNamespace] = {}

    def start() -> None:
        while waiting and len(running) < AT_ONCE:
            lite = Lite(context, address, waiting.pop(0))
            running.append(lite)
            lite.wait_until_ready()
            lite.start_all()

    def finish() -> None:
        start()
        lite = running.pop(0)
        seconds = lite.wait_until_finished()
        done[lite.path] = SimpleNamespace(cells=lite.cells(), faults=lite.faults)
        measured(f"{lite.ready:.1f} s", f"{lite.path}, in a browser: until Python waits")
        measured(f"{seconds:.1f} s", f"{lite.path}, in a browser: Run All")
        lite.page.close()

    def result(path: str) -> SimpleNamespace:
        while path not in done:
            finish()
        return done[path]

    yield result
    context.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", [*LESSONS, *DEEPER], ids=short)
def test_every_cell_prints_what_is_stored(ran, path):
    result = ran(path)
    assert result.faults == []
    wrong = []
    for old, new in zip(stored(path), result.cells, strict=True):
        tags = old["metadata"].get("tags", [])
        if old["cell_type"] != "code" or "nbval-ignore-output" in tags:
            continue
        shown = texts(new["outputs"])
        if "tensorflow" in tags:
            assert "Needs TensorFlow, which no browser runs" in shown[0][1]
            shown = shown[2:]
        if shown != texts(old["outputs"]):
            wrong.append((new["source"][:80], shown, texts(old["outputs"])))
    assert wrong == []


# --- a lesson in the reader's hands ---------------------------------------------------------------


def test_the_first_visit_says_what_it_loads_and_shows_a_picture(
    browser, address, measured, artefacts
):
    """What it took goes to the table at the end."""
    context = new_context(browser)
    others = Others()
    sizes: list[int] = []
    context.on("requestfinished", lambda request: sizes.append(loaded(request)))
    lite = Lite(context, address, LESSONS[0])
    line = lite.page.get_by_role("status").filter(has_text="Python")
    line.wait_for(timeout=60_000)
    assert "your browser" in line.inner_text()
    lite.page.screenshot(path=artefacts / "lab-loading.png")
    lite.wait_until_ready()
    line.wait_for(state="detached")
    picture_of(lite)
    measured(f"{time.perf_counter() - lite.started:.1f} s", "first visit to lesson 1's picture")
    measured(f"{sum(sizes) / 1e6:.1f} MB", "what the first visit loads")
    lite.page.wait_for_timeout(4000)  # what the page keeps for later visits, it keeps when it rests
    lite.page.close()
    lite = Lite(context, address, LESSONS[0])
    lite.wait_until_ready()
    picture_of(lite)
    measured(f"{time.perf_counter() - lite.started:.1f} s", "second visit to lesson 1's picture")
    measured(f"{others.share:.0%}", "the processors' time that others took")
    assert lite.faults == []

    lite.page.evaluate(WATCH)
    explorer = lite.page.locator(".course-explorer").first
    slider = explorer.locator("input").first
    slider.click()  # JupyterLab gives the focus to the next cell, a moment after a cell has run
    moves = list(press(lite, explorer, slider))
    assert "nothing" not in moves
    times = [move for move in moves if isinstance(move, float)]
    assert times
    measured(f"{statistics.median(times):.0f} ms", "lesson 1's slider: key press to picture")
    lite.page.screenshot(path=artefacts / "lab-lesson.png")
    context.close()


def test_on_a_phone_the_notebook_has_the_room_and_the_dark(browser, address, artefacts):
    context = new_context(browser, viewport=PHONE, color_scheme="dark")
    lite = Lite(context, address, EXERCISE)
    lite.wait_until_ready()
    lite.page.wait_for_function(
        "document.querySelector('.jp-Notebook').getBoundingClientRect().width > 320"
    )
    lite.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    lite.page.screenshot(path=artefacts / "lab-phone.png")
    assert lite.faults == []
    context.close()


def test_the_list_of_lessons_is_set_and_has_the_room_while_python_loads(browser, address):
    context = new_context(browser, viewport=PHONE)
    context.route("**/*.wasm", lambda route: None)  # Python never comes
    lite = Lite(context, address, "notebooks/index.md")
    lite.page.get_by_role("link", name="Activation functions").wait_for(timeout=60_000)
    lite.page.wait_for_function(
        "document.querySelector('.jp-MarkdownViewer').getBoundingClientRect().width > 320"
    )
    context.close()


def loaded(request) -> int:
    """Return how many bytes came for a request, unless a service worker asked for the page."""
    response = request.response()
    if response is None or response.from_service_worker or not request.url.startswith("http"):
        return 0
    return int(response.headers.get("content-length", 0))


def picture_of(lite: Lite) -> None:
    """Run lesson 1's first two cells and wait for the moving picture."""
    run = "() => jupyterapp.commands.execute('notebook:run-cell-and-select-next')"
    lite.page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 2; }")
    for _ in range(2):
        lite.page.evaluate(run)
    lite.page.locator(".course-explorer img").first.wait_for(timeout=120_000)


# --- an exercise, and what is kept ----------------------------------------------------------------

HELD = """
import sys, time
from dataclasses import replace
from helpers.checks._judge import judge
from helpers.checks._lessons import catalogue
task = replace(catalogue()["sigmoid"][1], seconds=0.5)
def endless(z):
    while True: pass
def deaf(z):
    while True:
        try:
            while True: pass
        except: pass
def generator(z): return sum(1 for _ in iter(int, 1))
def printing(z):
    while True: print("x" * 1000)
def asleep(z): time.sleep(60)
def napping(z):
    while True: time.sleep(0.01)
def asking(z): return input("z?")
def deep(z): return deep(z)
def leaving(z): sys.exit()
for answer in (endless, deaf, generator, printing, asleep, napping, asking, deep, leaving):
    verdict = judge(task, answer)
    print(answer.__name__, verdict.reason, "| " + verdict.diagnosis)
"""
ENDLESS = ["endless", "deaf", "generator", "printing", "asleep", "napping"]

DEFINE = "import numpy as np\nfrom helpers.checks import check, progress, solution\n"
WRONG = "def sigmoid(z): return 1 / (1 + np.exp(z))\ncheck('sigmoid', sigmoid)"
RIGHT = "def sigmoid(z): return 1 / (1 + np.exp(-z))\ncheck('sigmoid', sigmoid)"
SOURCE = "() => jupyterapp.shell.currentWidget.content.model.cells.get(1).sharedModel.source"
CHANGE = """async () => {
  jupyterapp.shell.currentWidget.content.model.cells.get(1).sharedModel.setSource('# mine');
  await jupyterapp.commands.execute('docmanager:save');
}"""
DELETE = "(path) => jupyterapp.serviceManager.contents.delete(path)"


def test_a_reader_is_told_what_is_wrong_and_the_kernel_survives(browser, address, measured):
    context = new_context(browser)
    lite = Lite(context, address, EXERCISE)
    lite.wait_until_ready()
    lite.ask(DEFINE)
    said = lite.ask(WRONG)
    measured(f"{time.perf_counter() - lite.started:.1f} s", "first visit to the first check")
    assert "Your curve falls from 1 to 0 instead of rising from 0 to 1" in said
    assert "lesson 1, section 1.3 Five activation functions" in said
    assert "sigmoid: solved" in lite.ask(RIGHT)
    assert "return 1 / (1 + np.exp(-z))" in lite.ask("solution('sigmoid')")

    found = dict(line.split(" ", 1) for line in lite.ask(HELD).strip().splitlines())
    for name in ENDLESS:
        assert found.pop(name).startswith("endless | Your function did not finish"), name
    for name, error in (
        ("asking", "EOFError"),
        ("deep", "RecursionError"),
        ("leaving", "SystemExit"),
    ):
        assert re.match(rf"raised \| Your function raised (an? )?{error}", found.pop(name)), name
    assert found == {}
    assert "sigmoid: solved" in lite.ask(RIGHT)
    assert lite.faults == []
    context.close()


def test_work_outlasts_a_reload_and_the_network_and_can_be_set_back(browser, site):
    context = new_context(browser)
    with served(site) as address:
        lite = Lite(context, address, EXERCISE)
        lite.wait_until_ready()
        original = lite.page.evaluate(SOURCE)
        lite.ask(DEFINE + RIGHT)
        lite.page.evaluate(CHANGE)
        lite.page.reload()
        lite.wait_until_ready()
        assert lite.page.evaluate(SOURCE) == "# mine"
        assert "1 of 6 tasks solved" in lite.ask(DEFINE + "progress('01_activations')")
        lite.page.wait_for_timeout(5000)  # what the page keeps, it keeps when it rests
        assert lite.faults == []
        lite.page.close()
    # The server is gone.
    lite = Lite(context, address, EXERCISE)
    lite.wait_until_ready()
    assert lite.page.evaluate(SOURCE) == "# mine"
    assert "1 of 6 tasks solved" in lite.ask(DEFINE + "progress('01_activations')")
    lite.page.close()

    with served(site, int(address.rstrip("/").rpartition(":")[2])):
        lite = Lite(context, address, EXERCISE)
        lite.wait_until_ready()
        lite.page.evaluate(DELETE, EXERCISE)
        lite.page.close()
        lite = Lite(context, address, EXERCISE)
        lite.wait_until_ready()
        assert lite.page.evaluate(SOURCE) == original
    context.close()


# --- the judge ------------------------------------------------------------------------------------

JUDGE = """
import json
from helpers.checks._judge import judge
from helpers.checks._lessons import MODULES, tasks

def cases():
    for task in [task for lesson in MODULES for task in tasks(lesson)]:
        if not task.needs_tensorflow:
            for answer in [task.reference, *(mistake.answer for mistake in task.mistakes)]:
                yield task, answer

def found(start, step):
    for task, answer in list(cases())[start::step]:
        verdict = judge(task, answer)
        yield [task.name, verdict.state, verdict.reason, verdict.diagnosis]

"""


def on_the_desktop(start: int, step: int) -> list:
    """Return what the judge finds here."""
    space: dict = {}
    exec(JUDGE, space)
    return list(space["found"](start, step))


@pytest.mark.timeout(600)
def test_answers_are_judged_as_on_the_desktop(browser, address):
    """A hundred of the known mistakes and right answers, of all tasks that a browser can judge.

    The examples shown are left out: where a sum should be 0, each processor has its own 1e-17.
    """
    space: dict = {}
    exec(JUDGE, space)
    step = len(list(space["cases"]())) // 100
    context = new_context(browser)
    lite = Lite(context, address, EXERCISE)
    lite.wait_until_ready()
    there = json.loads(lite.ask(f"{JUDGE}\nprint(json.dumps(list(found(0, {step}))))"))
    context.close()
    here = on_the_desktop(0, step)
    assert len(there) >= 100
    assert [pair for pair in zip(here, there, strict=True) if pair[0] != pair[1]] == []


# --- what the site carries ------------------------------------------------------------------------


def test_pyodide_is_the_one_that_npm_has():
    pyodide = importlib.import_module("tools.site.lab.pyodide")
    folder = ROOT / "tests" / "browser" / "node_modules" / "pyodide"
    sha256 = functools.partial(hashlib.new, "sha256")
    digests = {name: sha256((folder / name).read_bytes()).hexdigest() for name in pyodide.RUNTIME}
    lock = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert pyodide.pinned() == {"runtime": digests, **pyodide.trimmed(lock)}
