"""What must hold of a notebook in the browser after Run All.

Each check is a function that yields what it finds wrong; `test_faults.py` plants faults that they
must find.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterator

from lab import AXE, Notebook
from machine import Others
from playwright.sync_api import Locator

OUTPUTS = ".jp-Notebook .jp-OutputArea-output"
PROSE = ".jp-Notebook .jp-MarkdownOutput"
CONTROLS = ".course-explorer input, .course-explorer select"

MIN_ALT = 40
PRESSES = 20
LIMIT = 50.0  # milliseconds: what a reader feels as immediate
ATTEMPTS = 3  # another program may take the processor during one of them

# A drawn 0, in shares of the pad's side.
ZERO = [(0.5, 0.15), (0.3, 0.3), (0.25, 0.5), (0.3, 0.7), (0.5, 0.85)]
ZERO += [(1 - x, y) for x, y in ZERO[-2:0:-1]] + ZERO[:1]


def check_outputs(notebook: Notebook) -> Iterator[str]:
    """No cell ended in an error, none wrote to stderr."""
    yield from notebook.complaints()


def check_console(notebook: Notebook) -> Iterator[str]:
    """The browser's console holds no error."""
    yield from notebook.console


def check_live_widgets(notebook: Notebook) -> Iterator[str]:
    """No widget stayed the still picture that stands in for it without a kernel."""
    for kind, selector in (("Explorer", ".course-explorer"), ("DrawingPad", ".course-drawing")):
        asked_for = sum(text.startswith(f"{kind}: ") for text in notebook.stored_texts())
        live = notebook.page.locator(selector).count()
        if live != asked_for:
            yield f"{live} of {asked_for} widgets of the kind {kind} are live"


def check_figures(notebook: Notebook) -> Iterator[str]:
    """Every figure is visible, and a text says what it shows, with its numbers."""
    figures = notebook.page.evaluate(
        """(places) => [...document.querySelectorAll(
             places.map((place) => `${place} :is(img, canvas, svg)`).join())]
           .filter((figure) => !figure.closest('mjx-container'))
           .map((figure) => ({
             visible: figure.checkVisibility() && figure.getBoundingClientRect().height > 0
               && figure.naturalWidth !== 0,
             text: figure.getAttribute('alt') || figure.getAttribute('aria-label') || '',
             moves: figure.tagName === 'CANVAS',  // its numbers stand in the sentence below it
           }))""",
        [OUTPUTS, PROSE],
    )
    if not figures and b"<img" in notebook.as_stored:
        yield "there is no figure"
    for figure in figures:
        if not figure["visible"]:
            yield f"a figure is not visible: {figure['text'][:80]!r}"
        if len(figure["text"]) < (10 if figure["moves"] else MIN_ALT):
            yield f"a figure's text says too little: {figure['text']!r}"
        # A computation graph may show letters alone.
        if not re.search(r"\d|computation graph", figure["text"]):
            yield f"a figure's text states no number: {figure['text'][:80]!r}"


def check_tables(notebook: Notebook) -> Iterator[str]:
    """Every table has headers."""
    for table in notebook.page.locator(f":is({OUTPUTS}, {PROSE}) table").all():
        if not table.locator("th").count():
            yield f"a table without headers: {table.inner_text()[:80]!r}"


def check_headings(notebook: Notebook) -> Iterator[str]:
    """One first-level heading, at the top, and no level left out below it."""
    levels = notebook.page.evaluate(
        """(places) => [...document.querySelectorAll(
             places.map((place) => `${place} :is(h1, h2, h3, h4, h5, h6)`).join())]
           .map((heading) => Number(heading.tagName[1]))""",
        [OUTPUTS, PROSE],
    )
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"there must be one first-level heading, at the top; the levels are {levels}"
    for above, below in itertools.pairwise(levels):
        if below > above + 1:
            yield f"a heading of level {below} right under one of level {above}"


def check_accessibility(notebook: Notebook) -> Iterator[str]:
    """axe-core finds nothing serious or critical in our text and our outputs.

    All its rules run, those for whole pages (a title, a language, landmarks) without effect: axe
    applies them only where the whole page is in its scope, and that page is JupyterLab's.
    """
    notebook.page.add_script_tag(path=AXE)
    # JupyterLab's body has no height, hides what overflows it, and so hides all text from axe.
    notebook.page.add_style_tag(content="html, body { height: 100%; }")
    with notebook.whole():  # axe judges no contrast of text that is scrolled out of view
        result = notebook.page.evaluate(
            """(places) => axe.run(
                 {include: places.filter((place) => document.querySelector(place)).map((p) => [p])},
                 {resultTypes: ['violations']})""",
            [OUTPUTS, PROSE],
        )
    for finding in result["violations"]:
        if finding["impact"] in ("serious", "critical"):
            for node in finding["nodes"]:
                yield (
                    f"{finding['impact']}, {finding['id']}: {finding['help']}: "
                    f"{node['html'][:120]} ({node['failureSummary']})"
                )


def check_controls(notebook: Notebook) -> Iterator[str]:
    """Each control, moved by keyboard, changes its picture within LIMIT milliseconds.

    The time runs from the press, as the browser stamps it, to the moment when the changed picture
    is loaded; a press that rightly changes only the text below the picture, because the numbers in
    the picture are rounded, has no time. The median of PRESSES must stay below the limit (see
    `machine`) in one of ATTEMPTS. The medians go to `notebook.measured`, by control.
    """
    notebook.page.evaluate(WATCH)
    for number, explorer in enumerate(notebook.page.locator(".course-explorer").all(), 1):
        for control in explorer.locator("input, select").all():
            name = f"explorer {number}, {control.get_attribute('data-name')}"
            control.scroll_into_view_if_needed()
            medians: list[float] = []
            limits: list[float] = []
            for _ in range(ATTEMPTS):
                others = Others()
                moves = list(press(notebook, explorer, control))
                if still := moves.count(NOTHING):
                    yield f"{name}: {still} of {PRESSES} key presses changed nothing"
                times = [move for move in moves if isinstance(move, float)]
                if len(times) < PRESSES / 2:
                    yield f"{name}: {len(times)} of {PRESSES} key presses changed the picture"
                    break
                medians.append(statistics.median(times))
                limits.append(others.stretch(LIMIT))
                if medians[-1] < limits[-1]:
                    break
            if medians:
                notebook.measured[name] = min(medians)
                if all(median >= limit for median, limit in zip(medians, limits, strict=True)):
                    both = zip(medians, limits, strict=True)
                    told = ", ".join(f"{median:.0f} ms of {limit:.0f}" for median, limit in both)
                    yield f"{name}: medians of {told}"


# Keeps, for every picture that loads, the milliseconds since the last key press.
WATCH = """() => {
  let pressed = null;
  window.pictures = [];
  document.addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
  document.addEventListener('load', (event) => {
    if (event.target.closest('.course-explorer')) {
      window.pictures.push(performance.now() - pressed);
    }
  }, true);
}"""
# Waits for the change that the press makes; says what it was, and whether the control is now at the
# end that each key moves it to.
CHANGE = """async ([image, control, pressed]) => {
  const end = performance.now() + 1000;
  const before = window.before;
  while (pressed && image.alt === before.alt && performance.now() < end) {
    await new Promise((resume) => setTimeout(resume, 4));
  }
  const picture = image.src !== before?.src;  // set together with the text
  while (pressed && picture && !window.pictures.length && performance.now() < end) {
    await new Promise((resume) => setTimeout(resume, 4));
  }
  const change = picture && window.pictures.length ? window.pictures[0]
    : image.alt !== before?.alt ? 'text' : 'nothing';
  window.before = { src: image.src, alt: image.alt };
  window.pictures = [];
  const ends = control.tagName === 'SELECT'
    ? [control.selectedIndex === 0, control.selectedIndex === control.options.length - 1]
    : [control.value === control.max, control.value === control.min];
  return [change, ends];
}"""
NOTHING = "nothing"


def press(notebook: Notebook, explorer: Locator, control: Locator) -> Iterator[float | str]:
    """Press arrow keys, back and forth between the ends, and yield each one's milliseconds.

    Or "text", where only the text changed, or NOTHING.
    """
    elements = [explorer.locator("img").element_handle(), control.element_handle()]
    control.focus()
    _, (up_ends, down_ends) = notebook.page.evaluate(CHANGE, [*elements, False])
    key = "ArrowDown"
    for _ in range(PRESSES):
        if {"ArrowDown": down_ends, "ArrowUp": up_ends}[key]:
            key = {"ArrowDown": "ArrowUp", "ArrowUp": "ArrowDown"}[key]
        notebook.page.keyboard.press(key)
        change, (up_ends, down_ends) = notebook.page.evaluate(CHANGE, [*elements, True])
        yield float(change) if isinstance(change, (int, float)) else change


def check_play(notebook: Notebook) -> Iterator[str]:
    """Each Play button stops at the end, starts from the beginning there, and pauses on Space."""
    page = notebook.page
    for number, explorer in enumerate(page.locator(".course-explorer").all(), 1):
        for button in explorer.locator("button").all():
            name = f"explorer {number}, {button.get_attribute('data-name')}"
            slider = explorer.locator(f"input[data-name={button.get_attribute('data-name')}]")
            parts = [slider.element_handle(), button.element_handle()]
            slider.focus()
            page.keyboard.press("End")
            page.keyboard.press("ArrowDown")
            button.focus()
            page.keyboard.press("Enter")
            if not _comes_true(notebook, "button.textContent === 'Play' && atEnd", parts):
                yield f"{name}: Play does not stop at the end"
            page.keyboard.press("Enter")
            if not _comes_true(notebook, "button.textContent === 'Pause' && !atEnd", parts):
                yield f"{name}: Play does not start again from the beginning"
            page.keyboard.press(" ")
            if not _comes_true(notebook, "button.textContent === 'Play' && !atEnd", parts):
                yield f"{name}: Play does not pause"


def _comes_true(notebook: Notebook, condition: str, parts: list) -> bool:
    """Wait at most ten seconds for a condition on a slider and its button."""
    return notebook.page.evaluate(
        f"""async ([input, button]) => {{
          const end = performance.now() + 10000;
          while (performance.now() < end) {{
            const atEnd = input.value === input.max;
            if ({condition}) return true;
            await new Promise((resume) => setTimeout(resume, 20));
          }}
          return false;
        }}""",
        parts,
    )


def check_drawing_pads(notebook: Notebook) -> Iterator[str]:
    """Each pad takes a 0 from the mouse and a 1 from the keyboard, and answers to both."""
    page = notebook.page
    for pad in page.locator(".course-drawing").all():
        grid, sentence = pad.locator("canvas.pad"), pad.locator(".sentence")
        grid.scroll_into_view_if_needed()
        before = sentence.inner_text()
        box = grid.bounding_box()
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ZERO]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=4)
        page.mouse.up()
        page.mouse.move(0, 0)
        yield from reading(notebook, pad, 0)
        if sentence.inner_text() == before:
            yield "the drawn 0 did not change what the network says"

        pad.locator("button").focus()
        page.keyboard.press("Enter")
        if (said := settled(notebook, sentence)) != "Nothing is drawn yet.":
            yield f"the pad is not empty after 'Clear': {said!r}"
        grid.focus()
        for key, times in (("ArrowUp", 6), (" ", 1), ("ArrowDown", 12), (" ", 1)):
            for _ in range(times):
                page.keyboard.press(key)
        yield from reading(notebook, pad, 1)


def settled(notebook: Notebook, sentence: Locator) -> str:
    """Return what the sentence says once it no longer changes."""
    said = None
    while said != (said := sentence.inner_text()):
        notebook.page.wait_for_timeout(300)
    return said


def reading(notebook: Notebook, pad: Locator, digit: int) -> Iterator[str]:
    """Say if the network does not read `digit`, or its bars and its sentence disagree."""
    said = settled(notebook, pad.locator(".sentence"))
    longest = pad.locator("li.first").all_inner_texts()
    if not said.startswith(f"The network reads {digit}"):
        yield f"a drawn {digit} is answered with {said!r}"
    elif [text.split()[0] for text in longest] != [str(digit)]:
        yield f"the sentence says {digit}, the bars say {longest}"


CHECKS = [
    check_outputs,
    check_live_widgets,
    check_figures,
    check_tables,
    check_headings,
    check_accessibility,
    check_controls,
    check_play,
    check_drawing_pads,
    check_console,  # last: what the others did may have left something there
]
